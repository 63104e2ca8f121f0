"""The container of an .xls ([MS-CFB]): one stream taken out of it, and put alone into a new one.

Calamine takes the sizes that a container declares at their word and reserves that much memory: a damaged byte ends the whole
process. So it is only ever given a container that was made here.
"""

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST, _END, _FREE, _TABLE, _TABLES = 0xFFFFFFFA, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
_SECTOR, _ENTRIES = 512, 128
#: Streams below this size lie in short sectors.
_SHORT_BELOW = 4096
_IN_HEADER = 109
#: The two sizes of sectors that there are, as powers of two.
_SIZES = {9: 512, 12: 4096}
_ROOT, _STREAM = 5, 2


def take_stream(content: bytes, names: tuple[str, ...]) -> tuple[str, bytes]:
    """The first of the named streams, with its name. ``ValueError`` or ``struct.error`` when the container is damaged."""
    sectors = _Sectors(content)
    directory = sectors.chain(struct.unpack_from("<I", content, 48)[0])
    entries = {_name(directory[at : at + 128]): directory[at : at + 128] for at in range(0, len(directory) - 127, 128)}
    for name in names:
        if name in entries:
            start, length = struct.unpack_from("<II", entries[name], 116)
            if length >= _SHORT_BELOW:
                return name, sectors.chain(start)[:length]
            root = struct.unpack_from("<I", directory, 116)[0]
            return name, sectors.short_chain(root, start)[:length]
    raise ValueError("no such stream")


def _name(entry: bytes) -> str:
    return entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")


class _Sectors:
    """The sectors of a container, and the table of which follows which."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        size = _SIZES.get(struct.unpack_from("<H", content, 30)[0])
        if size is None:
            raise ValueError("no such size of sectors")
        self._size = size
        self._links = b"".join(map(self._sector, self._tables()))

    def _tables(self) -> list[int]:
        """The sectors of the table, as listed in the header and beyond; each is there once, and in the file."""
        most = len(self._content) // self._size
        tables = [number for number in struct.unpack_from("<109I", self._content, 76) if number < _LAST]
        following, left = struct.unpack_from("<II", self._content, 68)
        seen: set[int] = set()
        while left and following < _LAST:
            if following in seen:
                raise ValueError("sectors in a circle")
            if len(tables) > most:
                raise ValueError("more tables than sectors")
            seen.add(following)
            *numbers, following = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            tables += [number for number in numbers if number < _LAST]
            left -= 1
        if len(set(tables)) < len(tables):
            raise ValueError("a sector that is listed twice")
        return tables

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start + self._size > len(self._content):
            raise ValueError("cut off")
        return self._content[start : start + self._size]

    def chain(self, first: int) -> bytes:
        """A stream from its first sector on."""
        most = len(self._content) // self._size + 1
        return b"".join(map(self._sector, _follow(self._links, first, most)))

    def short_chain(self, root: int, first: int) -> bytes:
        """A stream in short sectors, which lie in the root's own stream."""
        whole = self.chain(root)
        links = self.chain(struct.unpack_from("<I", self._content, 60)[0])
        return b"".join(whole[at * 64 : at * 64 + 64] for at in _follow(links, first, len(whole) // 64 + 1))


def _follow(links: bytes, sector: int, most: int) -> Iterator[int]:
    for _step in range(most + 1):
        if sector >= _LAST:
            return
        yield sector
        sector = struct.unpack_from("<I", links, sector * 4)[0]
    raise ValueError("sectors in a circle")


def make_container(name: str, stream: bytes | bytearray) -> bytes:
    """A new container with this stream and nothing else; padded so that it needs no short sectors."""
    stream = bytes(stream).ljust(_SHORT_BELOW, b"\0")
    data = -(-len(stream) // _SECTOR)
    tables, more = _table_sectors(data + 1)
    first_more = data + 1 + tables
    numbers = [*range(data + 1, first_more)]
    links = [*range(1, data), _END, _END, *[_TABLE] * tables, *[_TABLES] * more]
    links += [_FREE] * (tables * _ENTRIES - len(links))
    parts = [
        _header(tables, data, first_more if more else _END, more, numbers),
        stream.ljust(data * _SECTOR, b"\0"),
        _directory(name, len(stream)),
        struct.pack(f"<{len(links)}I", *links),
    ]
    for index in range(more):
        rest = numbers[_IN_HEADER + index * (_ENTRIES - 1) :][: _ENTRIES - 1]
        rest += [_FREE] * (_ENTRIES - 1 - len(rest))
        parts.append(struct.pack("<128I", *rest, first_more + index + 1 if index + 1 < more else _END))
    return b"".join(parts)


def _table_sectors(used: int) -> tuple[int, int]:
    """How many sectors the table takes, and how many more the list of those that the header has no room for."""
    tables = more = 0
    while tables * _ENTRIES < used + tables + more:
        tables += 1
        more = -(-max(tables - _IN_HEADER, 0) // (_ENTRIES - 1))
    return tables, more


def _header(tables: int, directory: int, first_more: int, more: int, numbers: list[int]) -> bytes:
    listed = (numbers + [_FREE] * _IN_HEADER)[:_IN_HEADER]
    return (
        MAGIC
        + bytes(16)
        + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, tables, directory, 0, _SHORT_BELOW, _END, 0, first_more, more)
        + struct.pack("<109I", *listed)
    )


def _directory(name: str, size: int) -> bytes:
    return _entry("Root Entry", _ROOT, 1, _END, 0) + _entry(name, _STREAM, _FREE, 0, size) + bytes(256)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(written), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
