"""Workbooks of old (.xls) through calamine, with what it keeps silent about found in the file's own records.

65,536 rows by 256 columns are the most that such a sheet holds, so it is read in one piece.
"""

import io
import struct
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook, SheetTypeEnum

from core.documents import biff, compound
from core.documents.calamine_errors import calamine_errors
from core.documents.problems import Unreadable
from core.documents.sheets import Block, Sheet, Tick, no_tick, without_booleans

MAX_BYTES = 100 << 20
_STREAMS = ("Workbook", "Book")


def read_xls(path: Path, tick: Tick = no_tick) -> Iterator[Sheet]:
    """Every sheet that holds anything, in the workbook's order; raises ``Unreadable``."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("E04")
    name, records = _examine(path.read_bytes())
    with calamine_errors():
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(compound.make_container(name, records.stream)))
    sheets = workbook.sheets_metadata
    for index, metadata in enumerate(sheets):
        block = _read(workbook, index) if metadata.typ == SheetTypeEnum.WorkSheet else None
        for (row, column), cell in records.broken.get(index, {}).items():
            block = block or Block(row + 1, column, [[""]])
            block.put(row, column, cell)
        if block is not None:
            yield Sheet(metadata.name, iter([block]))
        tick((index + 1) / len(sheets))


def _examine(content: bytes) -> tuple[str, biff.Records]:
    try:
        name, stream = compound.take_stream(content, _STREAMS)
        return name, biff.examine(stream)
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable("E07") from error


def _read(workbook: CalamineWorkbook, index: int) -> Block | None:
    with calamine_errors():
        sheet = workbook.get_sheet_by_index(index)
        if sheet.start is None:
            return None
        row, column = sheet.start
        return Block(row + 1, column, without_booleans(sheet.to_python(skip_empty_area=True)))
