"""The records of an .xls: errors, and formulas without a stored result, which calamine gives as blanks.

An .xls is a small file system (compound file) with one stream of records. Only what leads to four kinds of record is read:
[MS-CFB] for the sectors, [MS-XLS] for BoundSheet8, BoolErr, Formula and the marks of a sheet's beginning and end.
"""

import struct
from collections.abc import Iterator

from core.documents.problems import Unreadable
from core.documents.sheets import BrokenCell

_FORMULA, _BOOL_ERROR, _SHEET, _BEGIN, _END = 0x0006, 0x0205, 0x0085, 0x0809, 0x000A
_LAST_SECTOR = 0xFFFFFFFA
_NO_NUMBER, _ERROR_RESULT, _EMPTY_RESULT = b"\xff\xff", 2, 3
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def find_broken_cells(content: bytes) -> dict[int, dict[tuple[int, int], BrokenCell]]:
    """Broken cells by sheet (in the workbook's order), then by (row, column) from 0."""
    try:
        stream = _workbook_stream(content)
        starts = [struct.unpack_from("<I", data)[0] for kind, data in _records(stream, 0) if kind == _SHEET]
        return {index: dict(_broken(stream, start)) for index, start in enumerate(starts)}
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable("E07") from error


def _broken(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], BrokenCell]]:
    for kind, data in _records(stream, start):
        if kind == _BOOL_ERROR and data[7]:
            yield struct.unpack_from("<HH", data), BrokenCell("E27", _error(data[6]))
        elif kind == _FORMULA and data[12:14] == _NO_NUMBER:
            place = struct.unpack_from("<HH", data)
            if data[6] == _ERROR_RESULT:
                yield place, BrokenCell("E27", _error(data[8]))
            elif data[6] == _EMPTY_RESULT:
                # Writers that don't calculate leave exactly this; Excel leaves it for ="" as well, which is rare and mendable.
                yield place, BrokenCell("E28", "=…")


def _error(code: int) -> str:
    return _ERRORS.get(code, "#N/A")


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, from its beginning to its end; charts inside are parts of their own."""
    position, depth = start, 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        position += 4
        depth += (kind == _BEGIN) - (kind == _END)
        if kind == _END and depth <= 0:
            return
        if depth == 1:
            yield kind, stream[position : position + size]
        position += size


def _workbook_stream(content: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    sectors = _Sectors(content, size)
    directory = sectors.chain(struct.unpack_from("<I", content, 48)[0])
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    for entry in entries:
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        if name in {"Workbook", "Book"}:
            start, length = struct.unpack_from("<II", entry, 116)
            if length >= struct.unpack_from("<I", content, 56)[0]:
                return sectors.chain(start)[:length]
            return _short_stream(content, sectors, entries[0], start)[:length]
    raise ValueError("no workbook inside")


def _short_stream(content: bytes, sectors: "_Sectors", root: bytes, start: int) -> bytes:
    """Streams below 4 KB lie in sectors of 64 bytes inside the root's own stream."""
    size = 1 << struct.unpack_from("<H", content, 32)[0]
    whole = sectors.chain(struct.unpack_from("<I", root, 116)[0])
    links = sectors.chain(struct.unpack_from("<I", content, 60)[0])
    parts, sector = [], start
    while sector < _LAST_SECTOR:
        parts.append(whole[sector * size : (sector + 1) * size])
        if len(parts) > len(whole) // size:
            raise ValueError("sectors in a circle")
        sector = struct.unpack_from("<I", links, sector * 4)[0]
    return b"".join(parts)


class _Sectors:
    """The sectors of a compound file and the table of which follows which."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content, self._size = content, size
        tables = list(struct.unpack_from("<109I", content, 76))
        following, left = struct.unpack_from("<II", content, 68)
        while left and following < _LAST_SECTOR:
            numbers = struct.unpack(f"<{size // 4}I", self._sector(following))
            tables += numbers[:-1]
            following, left = numbers[-1], left - 1
        self._links = b"".join(self._sector(number) for number in tables if number < _LAST_SECTOR)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size].ljust(self._size, b"\0")

    def chain(self, sector: int) -> bytes:
        """A stream from its first sector on."""
        parts: list[bytes] = []
        while sector < _LAST_SECTOR:
            parts.append(self._sector(sector))
            if len(parts) * self._size > len(self._content) + self._size:
                raise ValueError("sectors in a circle")
            sector = struct.unpack_from("<I", self._links, sector * 4)[0]
        return b"".join(parts)
