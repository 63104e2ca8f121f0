"""How far the cells of a slice of a worksheet reach: calamine fills the rectangle around them with blanks.

Nearly every writer begins a cell with its reference; such a slice is searched. Any other is parsed: what a search could be
led to overlook, a parser sees.
"""

import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from core.documents.problems import Unreadable
from core.documents.sheets import MAX_COLUMNS

#: Excel's own limit of rows.
MAX_ROW = 1_048_576
_ROWS = re.compile(rb"""<c r=["'][A-Z]{1,3}([1-9]\d{0,6})["']""")
_COLUMNS = re.compile(rb"""<c r=["']([A-Z]{1,3})\d""")
# A cell that the two above don't see, in any prefix.
_OTHER = re.compile(rb"""<c(?!\w)(?! r=["'][A-Z]{1,3}[1-9]\d{0,6}["'][\s/>])""")


@dataclass(frozen=True, slots=True)
class Extent:
    """A rectangle of cells, rows counted from 1 as the spreadsheet does."""

    first_row: int
    last_row: int
    width: int

    def __len__(self) -> int:
        return (self.last_row - self.first_row + 1) * self.width


def extent_of(xml: bytes, rows: bytes) -> Extent | None:
    """The rectangle around the cells, ``None`` without any; ``xml`` is the slice as a whole document, ``rows`` its rows alone.

    ``Unreadable`` for cells that no table and no spreadsheet has.
    """
    if b":c" in rows or _OTHER.search(rows):
        numbers, columns = _parse(xml)
    else:
        numbers = set(map(int, set(_ROWS.findall(rows))))
        columns = set(map(column_of, set(_COLUMNS.findall(rows))))
    if not numbers:
        return None
    if max(columns) >= MAX_COLUMNS:
        raise Unreadable("E15", limit=MAX_COLUMNS)
    if max(numbers) > MAX_ROW or min(numbers) < 1 or min(columns) < 0:
        raise Unreadable("E07")
    return Extent(min(numbers), max(numbers), max(columns) - min(columns) + 1)


def column_of(letters: bytes | str) -> int:
    """The column of ``AB``, from 0."""
    number = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        number = number * 26 + letter - 64
    return number - 1


def _parse(xml: bytes) -> tuple[set[int], set[int]]:
    """The rows and the columns that hold cells, as calamine counts them: a cell without a reference follows the one before."""
    numbers: set[int] = set()
    columns: set[int] = set()
    row = column = 0

    def start(tag: str, attributes: dict[str, Any]) -> None:
        nonlocal row, column
        name = tag.rpartition(":")[2]
        if name == "row":
            row, column = int(attributes.get("r", row + 1)), -1
        elif name == "c":
            row, column = _place(attributes.get("r"), row, column + 1)
            numbers.add(row)
            columns.add(column)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreadable("E07") from error
    return numbers, columns


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row from 1 and column from 0 of a cell: what its reference says, else the place that is next."""
    if reference is None:
        return row, column
    letters = reference.rstrip("0123456789").upper()
    return int(reference[len(letters) :]), column_of(letters)
