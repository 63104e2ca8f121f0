"""The tables of one ledger file, read into columns of values, with everything wrong in them as problems.

A table is kept by column, values being shared: 200,000 rows of 27 columns take about 60 MB.
"""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.documents.cells import Reader, show
from core.documents.headers import Header, find_header
from core.documents.layouts import LAYOUTS, Layout
from core.documents.problems import Fault, Problem, Unreadable
from core.documents.sheets import Block, Sheet, Tick, no_tick
from core.documents.sources import open_sheets, reading_turns

#: More rows than this in one table are refused: what one transaction may hold.
MAX_ROWS = 1_000_000
#: More problems than this of one file are counted, but not listed.
MAX_PROBLEMS = 200_000
#: How many distinct cells of a column are remembered.
_MEMORY = 100_000


@dataclass
class Table:
    """One table as read. ``rows`` are the sheet's row numbers; ``columns[field][i]`` belongs to ``rows[i]``.

    ``bad`` are the records (their i) with an error; a value that could not be taken stands there as its blank value.
    """

    layout: Layout
    sheet: str
    header_row: int
    columns: dict[str, list[Any]]
    #: The cells as they came, of the few columns that keep them.
    cells: dict[str, list[Any]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    _bad_cells: set[tuple[int, str]] = field(default_factory=set, repr=False)
    #: The header itself was refused: rows are counted, not read.
    is_refused: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, code: str, record: int, field_name: str, cell: Any = None, **values: object) -> None:
        """Note a problem of one record. Errors make the record bad; ``cell`` is what stood there, if that is known.

        A cell has one error: one that could not be read is not also called empty.
        """
        if code[0] == "E":
            if (record, field_name) in self._bad_cells:
                return
            self._bad_cells.add((record, field_name))
        column = self.layout.column(field_name)
        kept = self.cells.get(field_name)
        if cell is None and kept:
            cell = kept[record]
        shown = column.spelling.show(self.columns[field_name][record]) if cell is None else show(cell)
        self.note(record, Problem(self.sheet, self.rows[record], column.title, shown, code, values))

    def note(self, record: int, problem: Problem) -> None:
        """Keep a problem; an error makes its record bad."""
        if problem.code[0] == "E":
            self.bad.add(record)
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(Problem(self.sheet, 0, "", "", "W13", {"limit": MAX_PROBLEMS}))


@dataclass
class LedgerFile:
    """What was found in one file: tables, and problems that belong to the file as a whole."""

    path: Path
    name: str
    sha256: str = ""
    tables: list[Table] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, sheet: str, fault: Fault) -> None:
        """Keep what is wrong with a sheet, or with the whole file."""
        row = int(str(fault.values.get("line", 0)))
        self.problems.append(Problem(sheet, row, "", sheet or self.name, fault.code, fault.values))

    @property
    def is_refused(self) -> bool:
        """Whether anything in it is an error."""
        return any(problem.code[0] == "E" for problem in self.problems) or any(
            table.is_refused or table.bad for table in self.tables
        )


def read_ledger_file(path: Path, name: str = "", tick: Tick = no_tick) -> LedgerFile:
    """Every table of the ledger in one .xlsx, .xls, .csv or .zip. What is wrong in the file is in the problems, never raised."""
    return read_tables(path, LAYOUTS, "E09", name, tick)


def read_tables(
    path: Path, layouts: Sequence[Layout], nothing: str, name: str = "", tick: Tick = no_tick
) -> LedgerFile:
    """Every table of these kinds in one file; ``nothing`` is the code of the problem that there is none."""
    file = LedgerFile(path, name or path.name)
    with path.open("rb") as content:
        file.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    try:
        with reading_turns, closing(open_sheets(path, tick)) as sheets:
            for sheet in sheets:
                _try_sheet(file, sheet, layouts)
    except Unreadable as error:
        file.note("", error)
    if not file.tables and not file.is_refused:
        file.note("", Fault(nothing))
    return file


def _try_sheet(file: LedgerFile, sheet: Sheet, layouts: Sequence[Layout]) -> None:
    """Take a sheet's table; what is wrong with one sheet must not hide the next."""
    try:
        _take_sheet(file, sheet, layouts)
    except Unreadable as error:
        file.note(sheet.name, error)


def _take_sheet(file: LedgerFile, sheet: Sheet, layouts: Sequence[Layout]) -> None:
    if sheet.fault:
        file.note(sheet.name, sheet.fault)
        return
    blocks = iter(sheet.blocks)
    first = next(blocks, None)
    header = find_header(first, layouts) if first else None
    if first is None or header is None:
        file.note(sheet.name, Fault("W02"))
        return
    filling = _Filling(header, sheet)
    file.tables.append(filling.table)
    filling.take(_below(first, header.last_row))
    for block in blocks:
        filling.take(block)


def _below(block: Block, row: int) -> Block:
    """The rows of a block below ``row``."""
    passed = max(row + 1 - block.first_row, 0)
    return Block(block.first_row + passed, block.first_column, block.rows[passed:])


class _Filling:
    """A table while its blocks arrive."""

    def __init__(self, header: Header, sheet: Sheet) -> None:
        self.header, self.is_text = header, sheet.is_text
        layout = header.layout
        self.table = Table(layout, sheet.name, header.last_row, {column.field: [] for column in layout.columns})
        self.table.cells |= {c.field: [] for c in layout.columns if c.keeps_cells and c.field in header.places}
        self.readers: dict[str, Reader] = {column.field: column.reader() for column in layout.columns}
        self._check_header()

    def _check_header(self) -> None:
        table, row = self.table, self.header.last_row
        for title in self.header.missing:
            table.problems.append(Problem(table.sheet, row, title, "", "E10", {"title": title}))
        for title in self.header.repeated:
            table.problems.append(Problem(table.sheet, row, title, title, "E11", {"title": title}))
        table.is_refused = bool(table.problems)
        for title in self.header.unknown:
            table.problems.append(Problem(table.sheet, row, title, title, "W01"))

    def take(self, block: Block) -> None:
        """Append a block's rows to the columns."""
        kept = [index for index, row in enumerate(block.rows) if not _is_blank(row)]
        if not kept:
            return
        rows = block.rows if len(kept) == len(block.rows) else [block.rows[index] for index in kept]
        table, start = self.table, len(self.table)
        table.rows += [block.first_row + index for index in kept]
        if len(table) > MAX_ROWS:
            raise Unreadable("E12", limit=MAX_ROWS)
        if table.is_refused:
            return
        given = list(zip(*rows, strict=True))
        for name in table.columns:
            self._take_column(name, self._cells(given, block.first_column, name, len(rows)), start)
        if self.is_text:
            self._check_width(given, block.first_column, start)

    def _cells(self, given: list[tuple[Any, ...]], first_column: int, name: str, count: int) -> Sequence[Any]:
        place = self.header.places.get(name, -1) - first_column
        return given[place] if 0 <= place < len(given) else ("",) * count

    def _take_column(self, name: str, cells: Sequence[Any], start: int) -> None:
        reader = self.readers[name]
        if name not in self.header.places:
            self.table.columns[name] += [self.table.layout.column(name).blank] * len(cells)
            return
        self.table.columns[name] += map(reader.__getitem__, cells)
        if name in self.table.cells:
            self.table.cells[name] += cells
        if reader.faults:
            for record, cell in enumerate(cells, start):
                if (fault := reader.faults.get(cell)) is not None:
                    self.table.add(fault.code, record, name, cell, **fault.values)
        if len(reader) > _MEMORY:
            reader.forget()

    def _check_width(self, given: list[tuple[Any, ...]], first_column: int, start: int) -> None:
        """A text row with more cells than the header was cut at a comma inside a value: its columns can't be trusted."""
        for column in given[self.header.width - first_column :]:
            for record, cell in enumerate(column, start):
                if cell.strip():
                    problem = Problem(self.table.sheet, self.table.rows[record], "", show(cell), "E14")
                    self.table.note(record, problem)


def _is_blank(row: list[Any]) -> bool:
    # The cheap question first: nearly every row holds text.
    return not any(row) or not any(not isinstance(cell, str) or cell.strip() for cell in row)
