"""A pivot as people read it: what the screen draws and what a file holds are one table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.documents.workbook import Column, Holds
from core.domain.question import Figure, Question
from core.services.answer_tables import say_column, say_row
from core.services.explore import Group
from core.texts import _

_Key = tuple[bool, bool, Any]


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows by columns of one figure (fen, or a count), with sums at the right and at the bottom.

    ``None`` stands where nobody is told how much there is: whatever it is, it is in the cell 其他 of its row.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]

    @property
    def has_gaps(self) -> bool:
        """Whether some cell is not told."""
        return any(None in cells for _name, cells in self.rows)


def pivot_of(question: Question, groups: Sequence[Group]) -> Pivot:
    """The cells of a pivot in their places; columns in order, 其他 behind the others."""
    names = {_column_key(each): say_column(question, each) for each in groups}
    columns = sorted(names)
    rows = [(say_row(question, row[0]), _cells(question, row, columns)) for row in _rows(groups)]
    sums = tuple(sum(cells[place] or 0 for _name, cells in rows) for place in range(len(columns) + 1))
    return Pivot((*(names[key] for key in columns), _("合计")), (*rows, (_("合计"), sums)))


def pivot_columns(question: Question, pivot: Pivot) -> list[Column]:
    """The columns of a pivot in a file."""
    holds = Holds.MONEY if question.figure is Figure.AMOUNT else Holds.COUNT
    named = _(question.by.label) if question.by else ""
    return [Column(named), *(Column(head, holds) for head in pivot.heads)]


def pivot_rows(pivot: Pivot) -> Iterator[tuple[Any, ...]]:
    """The rows of a pivot in a file; what is not told is an empty cell."""
    return ((name, *cells) for name, cells in pivot.rows)


def _rows(groups: Sequence[Group]) -> list[list[Group]]:
    rows: dict[_Key, list[Group]] = {}
    for each in groups:
        rows.setdefault((each.folded_row, each.row is None, each.row), []).append(each)
    return list(rows.values())


def _cells(question: Question, row: Sequence[Group], columns: Sequence[_Key]) -> tuple[int | None, ...]:
    """The cells of a row and their sum. One that is absent is zero only where no small ones of this row are in 其他."""
    amounts = question.figure is Figure.AMOUNT
    found = {_column_key(each): each.amount if amounts else each.rows for each in row}
    absent = None if any(each.folded_column for each in row) else 0
    return (*(found.get(key, absent) for key in columns), sum(found.values()))


def _column_key(group: Group) -> _Key:
    return (group.folded_column, group.column is None, group.column)
