"""How long the strings of an .xls are: calamine copies one for every cell that shows it."""

import struct

_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08


def string_lengths(parts: list[bytes]) -> list[int]:
    """The characters of each string in the table of strings: its record, and those that continue it.

    ``struct.error`` or ``IndexError`` when it is damaged.
    """
    table = _Table(parts)
    (count,) = struct.unpack("<4xI", table.take(8))
    return [table.pass_string() for _number in range(count)]


class _Table:
    """The table's bytes from record to record."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = self._at = 0

    def take(self, size: int) -> bytes:
        """The next bytes, which stand in one record."""
        if self._left() == 0:
            self._turn()
        taken = self._parts[self._part][self._at : self._at + size]
        self._at += size
        return taken

    def pass_string(self) -> int:
        """Go past one string; its length in characters."""
        length, flags = struct.unpack("<HB", self.take(3))
        (runs,) = struct.unpack("<H", self.take(2)) if flags & _RICH else (0,)
        (extension,) = struct.unpack("<I", self.take(4)) if flags & _EXTENDED else (0,)
        self._pass_characters(length, 1 + (flags & _WIDE))
        self._pass(4 * runs + extension)
        return int(length)

    def _pass_characters(self, length: int, width: int) -> None:
        while length * width > self._left():
            length -= self._left() // width
            self._turn()
            # Every record says anew whether characters take one byte or two.
            width = 1 + (self._parts[self._part][0] & _WIDE)
            self._at = 1
        self._at += length * width

    def _pass(self, size: int) -> None:
        while size > self._left():
            size -= self._left()
            self._turn()
        self._at += size

    def _left(self) -> int:
        return len(self._parts[self._part]) - self._at

    def _turn(self) -> None:
        self._part, self._at = self._part + 1, 0
        if self._part == len(self._parts):
            raise IndexError("strings that end too early")
