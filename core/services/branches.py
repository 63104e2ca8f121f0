"""The bank directory (开户行目录): imported whole from a file, searched while somebody types, asked for one 行号."""

from dataclasses import dataclass
from pathlib import Path

from core.documents.branch_list import BranchList, read_branch_list
from core.documents.problems import Problem, Severity
from core.documents.sources import as_file
from core.domain.branches import Branch, parse_search
from core.domain.roles import Right, Viewer
from core.services.desk import Desk, Unit
from core.store import branches as store
from core.store.database import Connection
from core.store.ledger import add_import, add_warnings
from core.store.ledger_overview import BRANCHES, ImportRecord, last_branch_import
from core.store.locks import lock_directory

#: So many matches are worth looking through; whoever sees more of them types another word.
MOST_FOUND = 20
_SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class DirectoryReport:
    """What an import does, or did. Counts are branches: ``new``, ``changed``, ``same``, and ``gone`` (no longer listed)."""

    file: str
    rows: int
    new: int
    changed: int
    same: int
    gone: int
    problems: tuple[Problem, ...]
    #: The first branches as understood.
    first: tuple[Branch, ...]
    #: Whether the file can be taken, and whether it was.
    accepted: bool
    stored: bool

    @property
    def errors(self) -> int:
        """How many of the problems keep the file out."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many of the problems are only told."""
        return len(self.problems) - self.errors


@dataclass(frozen=True, slots=True)
class Directory:
    """How many branches are listed, and the import they came from."""

    count: int
    imported: ImportRecord | None


def import_branches(
    desk: Desk, viewer: Viewer, path: Path, *, name: str = "", dry_run: bool = False
) -> DirectoryReport:
    """Replace the directory by what a file lists (``Right.CHANGE_SETTINGS``): whole, or with an error in it not at all.

    ``name`` is what people call the file. The same content changes nothing and leaves no entry. Raises ``OSError`` for a path
    that can't be opened; what is wrong in the file is in the report, never raised.
    """
    viewer.require(Right.CHANGE_SETTINGS)
    name = name or path.name
    given = read_branch_list(path, name)
    if dry_run or given.is_refused:
        with desk.read() as connection:
            return _compare(connection, name, given, stored=False)[0]
    with desk.write(viewer) as unit:
        lock_directory(unit.connection)
        report, out, put = _compare(unit.connection, name, given, stored=True)
        if out or put:
            store.replace_branches(unit.connection, out, put)
            _note_import(desk, unit, report, given)
    return report


def import_branch_content(
    desk: Desk, viewer: Viewer, file_name: str, content: bytes, *, dry_run: bool = False
) -> DirectoryReport:
    """``import_branches`` of an uploaded file."""
    viewer.require(Right.CHANGE_SETTINGS)
    with as_file(file_name, content) as path:
        return import_branches(desk, viewer, path, name=file_name, dry_run=dry_run)


def read_directory(desk: Desk, viewer: Viewer) -> Directory:
    """What the directory holds now and where it came from (``Right.CHANGE_SETTINGS``)."""
    viewer.require(Right.CHANGE_SETTINGS)
    with desk.read() as connection:
        return Directory(store.count_branches(connection), last_branch_import(connection))


def has_directory(desk: Desk) -> bool:
    """Whether there is anything to search in."""
    with desk.read() as connection:
        return store.has_branches(connection)


def find_branches(desk: Desk, viewer: Viewer, text: str, limit: int = MOST_FOUND) -> list[Branch]:
    """The branches that fit what was typed, by 行号 (``Right.APPLY``); none when fewer than three characters were typed."""
    viewer.require(Right.APPLY)
    search = parse_search(text)
    if search is None:
        return []
    with desk.read() as connection:
        return store.search_branches(connection, search, limit)


def branch_of(desk: Desk, cnaps_code: str) -> Branch | None:
    """The branch of a whole 行号, ``None`` when it is not listed."""
    with desk.read() as connection:
        return store.read_branch(connection, cnaps_code)


def listed_name(connection: Connection, cnaps_code: str) -> dict[str, str] | None:
    """What ``check_bank_fields`` is told of a typed 行号: 行号 → 行名, empty when unlisted; ``None`` without a directory."""
    branch = store.read_branch(connection, cnaps_code) if cnaps_code else None
    if branch is not None:
        return {branch.cnaps_code: branch.branch_name}
    return {} if store.has_branches(connection) else None


def _compare(
    connection: Connection, name: str, given: BranchList, *, stored: bool
) -> tuple[DirectoryReport, list[str], list[Branch]]:
    """The report, which 行号 have to go out, and which branches have to come in."""
    known = store.read_directory(connection)
    new = [branch for code, branch in given.branches.items() if code not in known]
    changed = [branch for code, branch in given.branches.items() if known.get(code, branch) != branch]
    gone = [code for code in known if code not in given.branches]
    report = DirectoryReport(
        name,
        given.rows,
        len(new),
        len(changed),
        len(given.branches) - len(new) - len(changed),
        len(gone),
        tuple(given.problems),
        tuple(given.branches.values())[:_SHOWN_ROWS],
        accepted=not given.is_refused,
        stored=stored,
    )
    return report, [*gone, *(branch.cnaps_code for branch in changed)], new + changed


def _note_import(desk: Desk, unit: Unit, report: DirectoryReport, given: BranchList) -> None:
    import_id = desk.new_id()
    add_import(
        unit.connection,
        {
            "import_id": import_id,
            "file_name": report.file,
            "sha256": given.sha256,
            "kind": BRANCHES,
            "row_count": report.rows,
            "new_count": report.new,
            "corrected_count": report.changed,
            "imported_by": unit.viewer.username,
            "imported_at": unit.at,
        },
    )
    warnings = (problem for problem in report.problems if problem.severity is Severity.WARNING)
    add_warnings(unit.connection, import_id, ((p.sheet, p.row, p.column, p.code) for p in warnings))
    counts = {name: getattr(report, name) for name in ("rows", "new", "changed", "same", "gone", "warnings")}
    unit.audit("branches.import", import_id, **counts)
