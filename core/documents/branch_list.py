"""The bank directory as a file: any sheet with 行号 and 行名, and with 地区 if it has it (``formats.md``)."""

from dataclasses import dataclass
from pathlib import Path

from core.documents.checks import warn_of_check_digits
from core.documents.layouts import BRANCHES
from core.documents.problems import Fault, Problem
from core.documents.repeats import has_repeats, table_keys
from core.documents.sheets import Tick, no_tick
from core.documents.tables import LedgerFile, Table, read_tables
from core.domain.branches import Branch


@dataclass(frozen=True, slots=True)
class BranchList:
    """What a file says: its branches by 行号, and everything wrong or doubtful in it. ``rows`` counts repeated ones too."""

    branches: dict[str, Branch]
    problems: list[Problem]
    rows: int
    sha256: str
    is_refused: bool


def read_branch_list(path: Path, name: str = "", tick: Tick = no_tick) -> BranchList:
    """Every branch of one .xlsx, .xls, .csv or .zip, over all its sheets. What is wrong is in the problems, never raised."""
    file = read_tables(path, (BRANCHES,), "E17", name, tick)
    for table in file.tables:
        warn_of_check_digits(table)
    _tell_repeats(file)
    branches = {branch.cnaps_code: branch for table in file.tables for branch in _branches(table)}
    if not branches and not file.is_refused:
        file.note("", Fault("E18"))
    problems = file.problems + [problem for table in file.tables for problem in table.problems]
    return BranchList(
        branches,
        sorted(problems, key=lambda problem: (problem.code[0] != "E", problem.sheet, problem.row)),
        sum(map(len, file.tables)),
        file.sha256,
        file.is_refused,
    )


def _branches(table: Table) -> list[Branch]:
    columns = (table.columns[field] for field in ("cnaps_code", "branch_name", "region"))
    return [Branch(*values) for record, values in enumerate(zip(*columns, strict=True)) if record not in table.bad]


def _tell_repeats(file: LedgerFile) -> None:
    """A 行号 that stands twice: under two names it is an error, the same once more is only told."""
    if not has_repeats(file.tables, BRANCHES):
        return
    first: dict[str, tuple[Table, int]] = {}
    for table in file.tables:
        for record, code in enumerate(table_keys(table, BRANCHES)):
            if code and record not in table.bad:
                _tell_repeat(file.name, first.setdefault(code, (table, record)), table, record)


def _tell_repeat(name: str, seen: tuple[Table, int], table: Table, record: int) -> None:
    other, other_record = seen
    if other is table and other_record == record:
        return
    is_same = all(table.columns[field][record] == other.columns[field][other_record] for field in table.columns)
    place = other.sheet or name
    table.add("W14" if is_same else "E39", record, "cnaps_code", file=place, row=other.rows[other_record])
