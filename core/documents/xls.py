"""Workbooks of old (.xls) through calamine, with what it keeps silent about found in the file's own records.

65,536 rows by 256 columns are the most that such a sheet holds, so it is read in one piece.
"""

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from core.documents.biff import find_broken_cells
from core.documents.calamine_errors import calamine_errors
from core.documents.problems import Unreadable
from core.documents.sheets import Block, Sheet, Tick, no_tick, without_booleans

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 200 << 20


def read_xls(path: Path, tick: Tick = no_tick) -> Iterator[Sheet]:
    """Every sheet that holds anything, in the workbook's order; raises ``Unreadable``."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("E04")
    content = path.read_bytes()
    with calamine_errors():
        try:
            workbook = CalamineWorkbook.from_path(path)
        except PasswordError as error:
            raise Unreadable("E02") from error
        broken = find_broken_cells(content)
        del content
        for index, metadata in enumerate(workbook.sheets_metadata):
            if metadata.typ == SheetTypeEnum.WorkSheet:
                block = _read(workbook, index)
                for (row, column), cell in broken.get(index, {}).items():
                    block = block or Block(row + 1, column, [[""]])
                    block.put(row, column, cell)
                if block is not None:
                    yield Sheet(metadata.name, iter([block]))
            tick((index + 1) / len(workbook.sheets_metadata))


def _read(workbook: CalamineWorkbook, index: int) -> Block | None:
    sheet = workbook.get_sheet_by_index(index)
    if sheet.start is None:
        return None
    row, column = sheet.start
    return Block(row + 1, column, without_booleans(sheet.to_python(skip_empty_area=True)))
