"""The records of an .xls ([MS-XLS]): what calamine gives as blanks although it is not, and what it must not be given.

Errors, and formulas without a stored result, come as blanks; so they are looked for here. And calamine reserves memory for
as many cells and strings as a record claims there are: the claims are taken out, or the file is refused.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.documents.problems import Unreadable
from core.documents.sheets import BrokenCell

_FORMULA, _BOOL_ERROR, _SHEET, _END = 0x0006, 0x0205, 0x0085, 0x000A
_DIMENSIONS, _STRINGS, _PASSWORD = 0x0200, 0x00FC, 0x002F
#: Number, Label, Rk, MulRk, LabelSst, RString: with the two above, every record that fills a cell.
_FILLS_CELL = frozenset({_FORMULA, _BOOL_ERROR, 0x0203, 0x0204, 0x027E, 0x00BD, 0x00FD, 0x00D6})
MAX_COLUMNS = 256
_NO_NUMBER, _ERROR_RESULT, _EMPTY_RESULT = b"\xff\xff", 2, 3
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Record = tuple[int, int, bytes]


@dataclass
class Records:
    """A workbook's stream made harmless, and its broken cells by sheet (in the workbook's order), then (row, column) from 0."""

    stream: bytearray
    broken: dict[int, dict[tuple[int, int], BrokenCell]] = field(default_factory=dict)


def examine(stream: bytes) -> Records:
    """Look through every record once; ``Unreadable`` for what is damaged or protected, ``struct.error`` likewise."""
    records = Records(bytearray(stream))
    starts = []
    for kind, _at, data in _records(stream, 0):
        if kind == _PASSWORD:
            raise Unreadable("E02")
        if kind == _STRINGS and struct.unpack_from("<I", data, 4)[0] > len(stream):
            raise Unreadable("E07")
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", data)[0])
    for index, start in enumerate(starts):
        records.broken[index] = dict(_examine_sheet(records, start))
    return records


def _examine_sheet(records: Records, start: int) -> Iterator[tuple[tuple[int, int], BrokenCell]]:
    for kind, at, data in _records(records.stream, start):
        if kind == _DIMENSIONS:
            # Only a hint, and a dangerous one.
            records.stream[at : at + len(data)] = bytes(len(data))
        elif kind in _FILLS_CELL:
            place = struct.unpack_from("<HH", data)
            if place[1] >= MAX_COLUMNS:
                raise Unreadable("E07")
            cell = _broken_cell(kind, data)
            if cell is not None:
                yield place, cell


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
