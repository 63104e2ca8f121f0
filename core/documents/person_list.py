"""A list of people to look up (``names.md``): any sheet with 社会保障号码, and with 对应缴费所属期 and 险种 if it has them.

The exported workbook of refused lines is such a list: it comes back as it went out, corrected or not.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.documents.cells import Reader, choice, read_month, read_number
from core.documents.problems import SENTENCES, Fault
from core.documents.sheets import Sheet
from core.documents.sources import open_sheets, reading_turns
from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise
from core.domain.vocabulary import Insurance
from core.domain.wording import N_

#: The names under which lists carry a column; the first is that of our own export.
_TITLES = {
    "number": ("社会保障号码", "社会保障号", "公民身份号码", "身份证号码", "身份证号", "证件号码"),
    "period": ("对应缴费所属期", "费款所属期"),
    "insurance": ("险种",),
}
_HEADER_ROWS = 10
MAX_ROWS = 200_000
_DECORATION = re.compile(r"[\s*＊]")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: whose, and if the list says so which month (YYYYMM) and which insurance."""

    number: str
    period: int | None = None
    insurance: Insurance | None = None


def read_person_list(path: Path) -> list[Listed]:
    """The lines of the first sheet that has 社会保障号码. ``InvalidInput`` with one sentence for a file that can't be taken."""
    try:
        with reading_turns, closing(open_sheets(path)) as sheets:
            for sheet in sheets:
                if (listed := _read_sheet(sheet)) is not None:
                    return listed
    except Fault as fault:
        values: dict[str, Any] = dict(fault.values)
        raise InvalidInput(SENTENCES[fault.code], **values) from fault
    raise InvalidInput(N_("文件前 10 行里没有找到“社会保障号码”（或“身份证号码”）这一列，请核对列名"))


def _read_sheet(sheet: Sheet) -> list[Listed] | None:
    """The lines of a sheet, ``None`` when it is no list."""
    places: dict[str, int] = {}
    listed: list[Listed] = []
    readers = {
        "number": Reader(read_number, blank=""),
        "period": Reader(read_month, blank=None),
        "insurance": Reader(choice(*Insurance).read, blank=None),
    }
    for position, row in _rows(sheet):
        if not places:
            places = _find_places(row)
            if not places and position >= _HEADER_ROWS:
                return None
            continue
        values = {name: _take(readers[name], name, row, place, position) for name, place in places.items()}
        if values["number"]:
            listed.append(Listed(**values))
        if len(listed) > MAX_ROWS:
            raise Fault("E12", limit=MAX_ROWS)
    return listed if places else None


def _rows(sheet: Sheet) -> Iterator[tuple[int, Sequence[Any]]]:
    """Every row with its number, counted as the spreadsheet does."""
    if sheet.fault:
        return
    for block in sheet.blocks:
        yield from enumerate(block.rows, start=block.first_row)


def _find_places(row: Sequence[Any]) -> dict[str, int]:
    """Where the columns are, if this row is a header; else nothing."""
    titles = [_DECORATION.sub("", normalise(cell)) if isinstance(cell, str) else "" for cell in row]
    places = {
        name: next(titles.index(title) for title in known if title in titles)
        for name, known in _TITLES.items()
        if not set(known).isdisjoint(titles)
    }
    return places if "number" in places else {}


def _take(reader: Reader, name: str, row: Sequence[Any], place: int, position: int) -> Any:
    cell = row[place] if place < len(row) else ""
    value = reader[cell]
    if (fault := reader.faults.get(cell)) is not None:
        raise InvalidInput(
            N_("第 {row} 行的“{column}”：{problem}"),
            row=position,
            column=_TITLES[name][0],
            problem=SENTENCES[fault.code],
        )
    return value
