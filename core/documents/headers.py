"""Finding a table in a sheet: its header row, or two, among the first ten, and which kind of table it is."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from core.documents.layouts import BRANCHES, ERROR_TITLE, GROUPS, LAYOUTS, Layout
from core.documents.sheets import Block
from core.domain.identifiers import normalise

#: The header stands in one of the first ten rows.
HEADER_ROWS = 10
#: One known word may be anything; two of them in one row are a header.
_LEAST_KNOWN = 2
# People mark required columns with a star and write the unit behind a name.
_DECORATION = re.compile(r"[\s*＊]|[(（]元[)）]$")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's columns are. Columns count from 0 in the sheet; ``last_row`` is the header's lower row, from 1."""

    layout: Layout
    last_row: int
    places: dict[str, int]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    #: Columns up to the last one with a title; and where 错误 stands, if an error workbook comes back.
    width: int
    error_place: int | None


def find_header(block: Block, layouts: Sequence[Layout] = LAYOUTS) -> Header | None:
    """The header of one of these tables in a sheet's first ten rows, ``None`` where there is none.

    ``block`` is the sheet's first.
    """
    rows = block.rows[: max(HEADER_ROWS + 1 - block.first_row + 1, 0)]
    best: tuple[int, int, Layout, list[str]] | None = None
    for index, upper in enumerate(rows[: HEADER_ROWS + 1 - block.first_row]):
        for depth, titles in _readings(upper, rows[index + 1] if index + 1 < len(rows) else []):
            layout, known = _kind(titles, layouts)
            # The first and shallowest of equals: below a header of one row, its first data row adds nothing.
            if known >= _LEAST_KNOWN and (best is None or known > best[0]):
                best = known, block.first_row + index + depth - 1, layout, titles
    return _header(best[2], best[3], best[1], block.first_column) if best else None


def count_known(rows: Sequence[Sequence[Any]]) -> int:
    """How many columns of the best header among these rows are known."""
    return max(
        (
            _kind(titles, (*LAYOUTS, BRANCHES))[1]
            for index, upper in enumerate(rows[:HEADER_ROWS])
            for _depth, titles in _readings(upper, rows[index + 1] if index + 1 < len(rows) else [])
        ),
        default=0,
    )


def _readings(upper: Sequence[Any], lower: Sequence[Any]) -> list[tuple[int, list[str]]]:
    """A row as a header of its own, and together with the row below it."""
    one = [_title(cell) for cell in upper]
    readings = [(1, one)]
    if not GROUPS.isdisjoint(one):
        readings.append((2, _combined(one, [_title(cell) for cell in lower])))
    return readings


def _combined(upper: list[str], lower: list[str]) -> list[str]:
    """养老 over 单位缴费金额, or 缴费基数 over 养老, as one name; a merged or blank group cell means the group to its left."""
    group, titles = "", []
    for above, below in zip_longest(upper, lower, fillvalue=""):
        group = above or group
        names = (f"{group}{below}", f"{below}{group}") if group in GROUPS and below else ()
        titles.append(next((name for name in names if name in _KNOWN), below if below in _KNOWN else above or below))
    return titles


def _title(cell: Any) -> str:
    return _DECORATION.sub("", normalise(cell)) if isinstance(cell, str) else ""


def _kind(titles: list[str], layouts: Sequence[Layout]) -> tuple[Layout, int]:
    """The kind that knows most of these titles, and how many."""
    given = set(titles)
    return max(((layout, len(given & layout.titles.keys())) for layout in layouts), key=lambda scored: scored[1])


def _header(layout: Layout, titles: list[str], last_row: int, first_column: int) -> Header:
    numbered = [(title, column) for column, title in enumerate(titles, start=first_column) if title]
    given = {title for title, _column in numbered}
    # Of several names of one column the likeliest counts; the others are columns of their own, which nobody asked for.
    known = {name: column for column in layout.columns for name in [n for n in column.names if n in given][:1]}
    ours = [(known[title].field, column) for title, column in numbered if title in known]
    # The first of several counts; that there are several is told.
    places = dict(reversed(ours))
    counted = Counter(title for title, _column in numbered if title in known)
    return Header(
        layout.titled(known),
        last_row,
        places,
        unknown=tuple(dict.fromkeys(title for title, _ in numbered if title not in known and title != ERROR_TITLE)),
        missing=tuple(column.title for column in layout.columns if column.required and column.field not in places),
        repeated=tuple(title for title, times in counted.items() if times > 1),
        width=max((column + 1 for _title, column in numbered), default=0),
        error_place=dict(numbered).get(ERROR_TITLE),
    )


_KNOWN = frozenset(title for layout in LAYOUTS for title in layout.titles)
