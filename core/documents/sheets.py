"""Sheets on their way in: a name, and blocks of rows as the file has them. Nothing is interpreted here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core.documents.problems import Fault

#: Told how far the reading of one file is, from 0 to 1; raising from it ends the reading.
Tick = Callable[[float], None]

#: The width up to which a sheet is taken for a table.
MAX_COLUMNS = 256


def no_tick(_share: float) -> None:
    """For whoever doesn't watch."""


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """A cell that has no value to take: an error such as ``#N/A`` (E27), or a formula without its result (E28)."""

    code: str
    shown: str


@dataclass(slots=True)
class Block:
    """Rows that stand together. ``first_row`` counts from 1 as the spreadsheet does, ``first_column`` from 0.

    All rows are equally long. Blank cells are ``""``, numbers ``int`` or ``float``, dates ``date`` or ``datetime``.
    """

    first_row: int
    first_column: int
    rows: list[list[Any]]

    def put(self, row: int, column: int, cell: BrokenCell) -> None:
        """Set one cell (both counted from 0 in the sheet); the block grows to reach it."""
        below, above = row + 1 - self.first_row, column - self.first_column
        width = len(self.rows[0]) if self.rows else 0
        if above < 0 or above >= width:
            left, right = max(-above, 0), max(above + 1 - width, 0)
            self.rows = [[""] * left + cells + [""] * right for cells in self.rows]
            self.first_column -= left
            width += left + right
        if below < 0:
            self.rows = [[""] * width for _ in range(-below)] + self.rows
            self.first_row += below
        while row + 1 - self.first_row >= len(self.rows):
            self.rows.append([""] * width)
        self.rows[row + 1 - self.first_row][column - self.first_column] = cell


def without_booleans(rows: list[list[Any]]) -> list[list[Any]]:
    """TRUE and FALSE as text: Python takes ``True`` for 1, and a column is read by looking its cells up."""
    return [[("TRUE" if cell else "FALSE") if isinstance(cell, bool) else cell for cell in row] for row in rows]


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook, or a text file: ``name`` as problems show it, blank for a file that is one table.

    ``blocks`` can be read once, in order, before the next sheet is asked for.
    """

    name: str
    blocks: Iterator[Block]
    #: A text file: a row with more cells than the header has been cut in the wrong places.
    is_text: bool = False
    #: Why there is nothing to read here: one member of an archive must not hide the others.
    fault: Fault | None = None

    @classmethod
    def refused(cls, name: str, fault: Fault) -> "Sheet":
        """A sheet that only says what is wrong with it."""
        return cls(name, iter(()), fault=fault)
