"""The records of an .xls ([MS-XLS]): what calamine gives as blanks although it is not, and what it must not be given.

Errors, and formulas without a stored result, come as blanks; so they are looked for here. And calamine reserves memory for
as many cells and strings as a record claims there are: the claims are taken out, or the file is refused. It fills the
rectangle around the cells of every sheet before the first is read, so the rectangles together are bounded.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.documents.biff_strings import string_lengths
from core.documents.problems import Unreadable
from core.documents.sheets import MAX_COLUMNS, BrokenCell

_FORMULA, _BOOL_ERROR, _SHEET, _END, _NUMBERS = 0x0006, 0x0205, 0x0085, 0x000A, 0x00BD
_DIMENSIONS, _STRINGS, _CONTINUED, _PASSWORD = 0x0200, 0x00FC, 0x003C, 0x002F
_SHOWS_STRING, _WITH_FORMULA = 0x00FD, 22
#: Number, Label, Rk, MulRk, LabelSst, RString: with the two above, every record that fills a cell.
_FILLS_CELL = frozenset({_FORMULA, _BOOL_ERROR, _NUMBERS, 0x0203, 0x0204, 0x027E, 0x00FD, 0x00D6})
#: Cells of all sheets' rectangles, blank ones included: two full sheets of 64 columns. A hundred megabytes hold fewer.
MAX_CELLS = 1 << 23
_MAX_SHEETS = 1_000
MAX_STRINGS = 4_000_000
#: Characters of all cells that show a string of the table.
MAX_COPIED = 128 << 20
_NO_NUMBER, _ERROR_RESULT, _EMPTY_RESULT = b"\xff\xff", 2, 3
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Record = tuple[int, int, bytes]


@dataclass
class Records:
    """A workbook's stream made harmless, and its broken cells by sheet (in the workbook's order), then (row, column) from 0."""

    stream: bytearray
    broken: dict[int, dict[tuple[int, int], BrokenCell]] = field(default_factory=dict)
    #: Cells of the rectangles around what the sheets hold, those of all sheets together.
    cells: int = 0
    #: Characters of each string in the table of strings, and of all cells that show one.
    lengths: list[int] = field(default_factory=list)
    copied: int = 0


@dataclass
class _Extent:
    """The rectangle around the cells of one sheet, rows and columns from 0."""

    rows: tuple[int, int] = (1 << 16, -1)
    columns: tuple[int, int] = (MAX_COLUMNS, -1)

    def reach(self, row: int, first: int, last: int) -> None:
        """Make room for these cells of one row."""
        self.rows = min(self.rows[0], row), max(self.rows[1], row)
        self.columns = min(self.columns[0], first), max(self.columns[1], last)

    def __len__(self) -> int:
        return max(self.rows[1] - self.rows[0] + 1, 0) * max(self.columns[1] - self.columns[0] + 1, 0)


def examine(stream: bytes) -> Records:
    """Look through every record once; ``Unreadable`` for what is damaged or protected, ``struct.error`` likewise."""
    records = Records(bytearray(stream))
    starts = []
    strings: list[bytes] = []
    before = 0
    for kind, _at, data in _records(stream, 0):
        # What continues a record continues it again.
        before = before if kind == _CONTINUED else kind
        if before == _STRINGS:
            strings.append(data)
        if kind == _PASSWORD:
            raise Unreadable("E02")
        if kind == _STRINGS and (len(strings) > 1 or struct.unpack_from("<I", data, 4)[0] > MAX_STRINGS):
            raise Unreadable("E07")
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", data)[0])
    records.lengths = string_lengths(strings) if strings else []
    if len(set(starts)) < len(starts) or len(starts) > _MAX_SHEETS:
        # A sheet would be read, and kept, as often as it is named.
        raise Unreadable("E07")
    for index, start in enumerate(starts):
        records.broken[index] = dict(_examine_sheet(records, start))
    return records


def _examine_sheet(records: Records, start: int) -> Iterator[tuple[tuple[int, int], BrokenCell]]:
    extent = _Extent()
    for kind, at, data in _records(records.stream, start):
        if kind == _DIMENSIONS:
            # Only a hint, and a dangerous one.
            records.stream[at : at + len(data)] = bytes(len(data))
        elif kind in _FILLS_CELL:
            place = struct.unpack_from("<HH", data)
            last = place[1] + (len(data) // 6 - 2 if kind == _NUMBERS else 0)
            if last >= MAX_COLUMNS:
                raise Unreadable("E07")
            extent.reach(place[0], place[1], last)
            if kind == _SHOWS_STRING:
                records.copied += records.lengths[struct.unpack_from("<I", data, 6)[0]]
            if kind == _FORMULA and len(data) >= _WITH_FORMULA:
                # Calamine spells it out, with every name that it mentions; its result alone is read.
                records.stream[at + 20 : at + 22] = bytes(2)
            cell = _broken_cell(kind, data)
            if cell is not None:
                yield place, cell
    records.cells += len(extent)
    if records.copied > MAX_COPIED:
        raise Unreadable("E04")
    if records.cells > MAX_CELLS:
        raise Unreadable("E19", limit=MAX_CELLS)


def _broken_cell(kind: int, data: bytes) -> BrokenCell | None:
    if kind == _BOOL_ERROR and data[7]:
        return BrokenCell("E27", _error(data[6]))
    if kind == _FORMULA and data[12:14] == _NO_NUMBER:
        if data[6] == _ERROR_RESULT:
            return BrokenCell("E27", _error(data[8]))
        if data[6] == _EMPTY_RESULT:
            # Writers that don't calculate leave exactly this; Excel leaves it for ="" as well, which is rare and mendable.
            return BrokenCell("E28", "=…")
    return None


def _error(code: int) -> str:
    return _ERRORS.get(code, "#N/A")


def _records(stream: bytes | bytearray, start: int) -> Iterator[Record]:
    """Kind, place and content of the records of one part of the stream, up to where calamine stops as well."""
    position = start
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        position += 4
        if kind == _END:
            return
        yield kind, position, bytes(stream[position : position + size])
        position += size
