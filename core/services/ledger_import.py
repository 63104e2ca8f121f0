"""Importing ledger files: read, check, compare with the store, and take over whole or not at all (``ledger-format.md``).

A file is whole or nothing; what the files of one command store is stored in one transaction. A dry run goes the same way
up to the storing. A file's tables are reported one entry for each kind of table in it, under the file's name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.documents.error_workbook import Source, error_workbook
from core.documents.problems import Problem, Severity
from core.documents.tables import LedgerFile, read_ledger_file
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.ledger_comparison import Comparison, Part, Status
from core.store import ledger as store
from core.store.files import write_atomically
from core.store.locks import lock_ledger
from core.texts import _

#: Told how far the import is (0 to 1) and what it is doing; raising from it ends the import and nothing is stored.
Progress = Callable[[float, str], None]
_READING = N_("正在读取 {name}")
_COMPARING = N_("正在核对")
_STORING = N_("正在写入")
#: Reading takes most of the time.
_READ_SHARE, _COMPARE_SHARE = 0.7, 0.85
_SHOWN_ROWS = 5


@dataclass
class FileReport:
    """What became of one kind of table in one file. ``kind`` is employers, contributions or facts; blank if unread.

    ``rows`` = ``new`` + ``same`` + ``corrected`` + ``refused``. ``accepted``: the whole file can be stored; ``stored``: it was.
    """

    file: str
    path: Path
    kind: str = ""
    rows: int = 0
    new: int = 0
    same: int = 0
    corrected: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    #: The first rows as understood: title → text.
    first_rows: list[dict[str, str]] = field(default_factory=list)
    accepted: bool = False
    stored: bool = False

    @property
    def warnings(self) -> int:
        """How many of the problems are warnings."""
        return sum(problem.severity is Severity.WARNING for problem in self.problems)


@dataclass
class ImportReport:
    """What became of the files of one command."""

    files: list[FileReport]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file can be stored: the exit status, of a dry run as of a real one."""
        return all(file.accepted for file in self.files)

    @property
    def stored(self) -> bool:
        """Whether every file was stored, or held nothing new."""
        return not self.dry_run and self.ok

    @property
    def awaits_confirmation(self) -> bool:
        """Whether corrections are all that keeps some file from being stored."""
        errors = any(problem.severity is Severity.ERROR for file in self.files for problem in file.problems)
        return not self.ok and not errors

    def as_json(self) -> dict[str, Any]:
        """The report as ``ledger-format.md`` describes it."""
        return {
            "files": [
                {
                    **{name: getattr(file, name) for name in _COUNTS},
                    "problems": [{name: getattr(problem, name) for name in _CELL} for problem in file.problems],
                }
                for file in self.files
            ]
        }


_COUNTS = ("file", "kind", "rows", "new", "same", "corrected", "refused", "warnings")
_CELL = ("sheet", "row", "column", "value", "code", "message")


def import_files(
    desk: Desk,
    viewer: Viewer,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    confirm_corrections: bool = False,
    names: Mapping[Path, str] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import ledger files (``Right.IMPORT_LEDGER``); what is wrong in them is in the report, never raised.

    ``names`` tells what people call the files, where that is not their path's name. Raises ``OSError`` for a path that can't
    be opened, and whatever ``progress`` raises: then nothing is stored.
    """
    viewer.require(Right.IMPORT_LEDGER)
    tell = progress or (lambda _share, _text: None)
    files = _read(paths, names or {}, tell)
    comparison = Comparison(files, confirm_corrections=confirm_corrections)
    if dry_run or all(file.is_refused for file in files):
        with desk.read() as connection, ExitStack() as stages:
            comparison.compare(connection, stages, lambda: tell(_COMPARE_SHARE, _(_COMPARING)))
    else:
        with desk.write(viewer) as unit, ExitStack() as stages:
            lock_ledger(unit.connection)
            comparison.compare(unit.connection, stages, lambda: tell(_COMPARE_SHARE, _(_COMPARING)))
            tell(_COMPARE_SHARE, _(_STORING))
            _store(desk, unit, comparison)
    tell(1.0, "")
    return ImportReport(
        [entry for index in range(len(files)) for entry in _entries(comparison, index, dry_run)], dry_run
    )


def write_error_workbook(report: ImportReport, path: Path) -> None:
    """The refused files back, with a column 错误; if none was refused, those with warnings. They must still be there."""
    files = [entry for entry in report.files if not entry.accepted] or [
        entry for entry in report.files if entry.problems
    ]
    found: dict[Path, list[FileReport]] = {}
    for entry in files:
        found.setdefault(entry.path, []).append(entry)
    sources = [
        Source(place, entries[0].file, [problem for entry in entries for problem in entry.problems])
        for place, entries in found.items()
    ]
    write_atomically(path, error_workbook(sources))


def _read(paths: Sequence[Path], names: Mapping[Path, str], tell: Progress) -> list[LedgerFile]:
    files = []
    for number, path in enumerate(paths):
        name = names.get(path, path.name)
        text = _(_READING).format(name=name)

        def tick(share: float, done: int = number, text: str = text) -> None:
            tell((done + min(share, 1.0)) / len(paths) * _READ_SHARE, text)

        tick(0)
        files.append(read_ledger_file(path, name, tick))
    return files


# --- storing --------------------------------------------------------------------------------------------------------


def _store(desk: Desk, unit: Unit, comparison: Comparison) -> None:
    """Take over every accepted file that brings anything; one audit entry for each, with counts only."""
    import_ids: dict[int, str] = {}
    for index in comparison.bringing_files():
        entries = [entry for entry in _entries(comparison, index, dry_run=False) if entry.kind]
        made = {entry.kind: desk.new_id() for entry in entries}
        for entry in entries:
            _note_import(unit, made[entry.kind], comparison.files[index], entry)
        import_ids |= {id(part): made[part.layout.kind] for part in comparison.parts_of(index)}
        counts = {entry.kind: {name: getattr(entry, name) for name in _AUDITED} for entry in entries}
        unit.audit("ledger.import", ",".join(made.values()), **counts)
    for layout, stage in comparison.stages():
        comparison.keep_only_accepted(layout, stage)
        versions = [
            (import_ids[id(part)], old) for part, _record, old in comparison.replaced(layout) if id(part) in import_ids
        ]
        if versions:
            store.supersede(unit.connection, layout.kind, layout.key, versions, unit.at)
            stage.correct()
        stage.insert_new()


_AUDITED = ("rows", "new", "same", "corrected", "warnings")


def _note_import(unit: Unit, import_id: str, file: LedgerFile, entry: FileReport) -> None:
    store.add_import(
        unit.connection,
        {
            "import_id": import_id,
            "file_name": file.name,
            "sha256": file.sha256,
            "kind": entry.kind,
            "row_count": entry.rows,
            "new_count": entry.new,
            "corrected_count": entry.corrected,
            "imported_by": unit.viewer.username,
            "imported_at": unit.at,
        },
    )
    warnings = (problem for problem in entry.problems if problem.severity is Severity.WARNING)
    store.add_warnings(unit.connection, import_id, ((p.sheet, p.row, p.column, p.code) for p in warnings))


# --- reporting ------------------------------------------------------------------------------------------------------


def _entries(comparison: Comparison, index: int, dry_run: bool) -> Iterator[FileReport]:  # noqa: FBT001 - internal
    """One entry for each kind of table in a file; problems of the file as a whole stand in the first."""
    file = comparison.files[index]
    accepted = comparison.is_accepted(index)
    by_kind: dict[str, list[Part]] = {}
    for part in comparison.parts_of(index):
        by_kind.setdefault(part.layout.kind, []).append(part)
    problems = list(file.problems)
    for kind, parts in by_kind.items() or [("", [])]:
        entry = FileReport(file.name, file.path, kind, accepted=accepted, stored=accepted and not dry_run)
        for part in parts:
            _count(entry, part)
            problems += part.table.problems
        entry.problems, problems = sorted(problems, key=_weight), []
        yield entry


def _weight(problem: Problem) -> tuple[bool, str, int]:
    return problem.severity is not Severity.ERROR, problem.sheet, problem.row


def _count(entry: FileReport, part: Part) -> None:
    entry.rows += len(part.table)
    entry.new += part.count(Status.NEW)
    entry.same += part.count(Status.SAME)
    entry.corrected += part.count(Status.CORRECTED)
    entry.refused += part.count(Status.REFUSED)
    if not part.table.is_refused:
        missing = _SHOWN_ROWS - len(entry.first_rows)
        entry.first_rows += [_shown(part, record) for record in range(min(missing, len(part.table)))]


def _shown(part: Part, record: int) -> dict[str, str]:
    columns = part.table.columns
    return {column.title: column.spelling.show(columns[column.field][record]) for column in part.layout.columns}
