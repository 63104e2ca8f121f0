"""The same tables back with a column 错误, so that they can be corrected and imported again.

Cells stay what they were: text is text whatever it looks like, ids are text cells, so that what is typed over them is not
rounded. Row numbers stay as they were, for the sake of whoever compares.
"""

import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import PatternFill

from core.documents.cells import show
from core.documents.headers import Header, find_header
from core.documents.layouts import ERROR_TITLE
from core.documents.problems import Problem, Severity, Unreadable
from core.documents.sheets import Block, BrokenCell, Sheet, Tick, no_tick
from core.documents.sources import open_sheets
from core.texts import _

_REFUSED = PatternFill("solid", start_color="F8CBAD")
_DOUBTFUL = PatternFill("solid", start_color="FFF2CC")
_MAX_GAP = 1_000
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Source:
    """A file as it came, and what was found in it."""

    path: Path
    name: str
    problems: Sequence[Problem]


def error_workbook(sources: Sequence[Source], tick: Tick = no_tick) -> bytes:
    """One workbook with every sheet of these files. The files must still be where they were."""
    book = Workbook(write_only=True)
    rest: list[tuple[str, Problem]] = []
    for number, source in enumerate(sources):
        by_sheet = _by_sheet(source.problems)
        for sheet in _sheets(source):
            if sheet.fault is None:
                _copy_sheet(book, source, sheet, by_sheet.pop(sheet.name, {}))
        # What is left belongs to no sheet that could be copied.
        rest += [(source.name, problem) for rows in by_sheet.values() for found in rows.values() for problem in found]
        tick((number + 1) / len(sources))
    if rest or not book.worksheets:
        _list_rest(book, rest)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _sheets(source: Source) -> Iterator[Sheet]:
    """The sheets of a file as far as they can be read; why not further is among its problems."""
    with suppress(Unreadable), closing(open_sheets(source.path)) as sheets:
        yield from sheets


def _by_sheet(problems: Iterable[Problem]) -> dict[str, dict[int, list[Problem]]]:
    found: dict[str, dict[int, list[Problem]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        found[problem.sheet][problem.row].append(problem)
    return found


def _copy_sheet(book: Workbook, source: Source, sheet: Sheet, problems: dict[int, list[Problem]]) -> None:
    title = _title(book, sheet.name or Path(source.name).stem)
    copy = _Copy(book.create_sheet(title), problems)
    with suppress(Unreadable):
        for block in sheet.blocks:
            copy.take(block)


def _title(book: Workbook, wanted: str) -> str:
    """A sheet's name within Excel's limits, not yet taken."""
    base = _NOT_IN_TITLES.sub("_", ILLEGAL_CHARACTERS_RE.sub("", wanted)).strip("' ")[:26] or "Sheet"
    taken = {name.casefold() for name in book.sheetnames}
    names = [base, *(f"{base}({number})" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name.casefold() not in taken)


class _Copy:
    """One sheet while its blocks are written."""

    def __init__(self, target: Any, problems: dict[int, list[Problem]]) -> None:
        self.target, self.problems = target, problems
        self.header: Header | None = None
        self._next_row = 1
        self._places: dict[str, int] = {}
        self._ids: frozenset[int] = frozenset()
        #: Where 错误 stands: behind the last column, or where an earlier copy put it.
        self._error_column = 0
        # What concerns the whole table is told beside its first row.
        self._pending = [problem for row in sorted(problems) if row == 0 for problem in problems[row]]

    def take(self, block: Block) -> None:
        if self.header is None and self._next_row == 1:
            self._take_header(block)
        gap = block.first_row - self._next_row
        for _blank in range(gap if gap <= _MAX_GAP else 0):
            self.target.append([])
        for row, cells in enumerate(block.rows, start=block.first_row):
            self.target.append(self._row(row, [""] * block.first_column + cells))
        self._next_row = block.first_row + len(block.rows)

    def _take_header(self, block: Block) -> None:
        self.header = header = find_header(block)
        if header is None:
            return
        self._places = {header.layout.column(field).title: place for field, place in header.places.items()}
        self._ids = frozenset(
            place for field, place in header.places.items() if header.layout.column(field).spelling.is_id
        )
        width = max(header.width, block.first_column + len(block.rows[0]))
        self._error_column = width if header.error_place is None else header.error_place
        self._pending += self.problems.get(header.last_row, [])

    def _row(self, row: int, cells: list[Any]) -> list[Any]:
        if self.header is None or row < self.header.last_row:
            return [self._plain(cell) for cell in cells]
        cells += [""] * (self._error_column + 1 - len(cells))
        if row == self.header.last_row:
            cells[self._error_column] = ERROR_TITLE
            return [self._plain(cell) for cell in cells]
        found, self._pending = self._pending + self.problems.get(row, []), []
        written = [self._styled(cell) if place in self._ids else self._plain(cell) for place, cell in enumerate(cells)]
        for problem in found:
            if (place := self._places.get(problem.column)) is not None:
                written[place] = self._filled(cells[place], place, problem)
        written[self._error_column] = self._plain("；".join(map(_told, found)))
        return written

    def _plain(self, cell: Any) -> Any:
        """A cell's value; text that openpyxl would take for a formula or an error gets a cell of its own."""
        if isinstance(cell, float) and not math.isfinite(cell):
            cell = str(cell)
        if isinstance(cell, BrokenCell):
            cell = cell.shown
        if not isinstance(cell, str):
            return cell
        cell = ILLEGAL_CHARACTERS_RE.sub("", cell)
        return self._styled(cell) if cell.startswith(("=", "#")) else cell or None

    def _styled(self, cell: Any) -> Cell:
        """A text cell that stays text, also under what is typed over it."""
        text = cell if isinstance(cell, str) else show(cell)
        made = WriteOnlyCell(self.target, ILLEGAL_CHARACTERS_RE.sub("", text))
        made.data_type, made.number_format = "s", "@"
        return made

    def _filled(self, cell: Any, place: int, problem: Problem) -> Cell:
        plain = self._styled(cell) if place in self._ids else self._plain(cell)
        made = plain if isinstance(plain, Cell) else WriteOnlyCell(self.target, plain)
        made.fill = _REFUSED if problem.severity is Severity.ERROR else _DOUBTFUL
        return made


def _told(problem: Problem) -> str:
    where = f"{problem.column}：" if problem.column else ""
    return f"{where}{problem.message}（{problem.code}）"


def _list_rest(book: Workbook, rest: Sequence[tuple[str, Problem]]) -> None:
    """What belongs to a file as a whole, or to a sheet that could not be copied."""
    sheet = book.create_sheet(_title(book, _("整份文件的问题")))
    sheet.append([_("文件"), _("工作表"), _("原因")])
    for name, problem in rest:
        cells = [
            WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)) for text in (name, problem.sheet, _told(problem))
        ]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
