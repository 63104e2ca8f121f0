"""What the rows of a command's files are to each other and to the store: new, the same, a correction, or refused.

Files lean on each other: a contribution may name an employer that another file of the same command brings. A file that is
refused brings nothing, so refusing one may refuse the next; that is followed to its end.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import compress
from typing import Any

from core.documents.checks import check_table, doubtful_numbers, foreign_numbers, holder_mismatches
from core.documents.layouts import CONTRIBUTIONS, EMPLOYERS, LAYOUTS, Layout
from core.documents.problems import Problem, Severity
from core.documents.repeats import (
    has_repeats,
    refuse_contradictions,
    table_keys,
    warn_of_shared_codes,
    warn_of_two_names,
)
from core.documents.tables import LedgerFile, Table
from core.domain.bank import comparable_name
from core.domain.wording import N_
from core.store import employers, ledger
from core.store.database import Connection
from core.store.ledger import Stage, staged
from core.texts import _

_CHANGE = N_("{title}（原 {old}，新 {new}）")
_NONE = N_("空")
_SECRET_CHANGE = N_("{title}（已变更）")
#: What the report of a correction doesn't repeat of the store: who may import may not see every person's data.
_SECRET = {"name", "social_security_number", "bank_account", "account_holder"}


class Status(IntEnum):
    """What becomes of a row."""

    NEW = 0
    SAME = 1
    CORRECTED = 2
    REFUSED = 3


@dataclass(eq=False)
class Part:
    """One table of a file, with a place among all rows of its kind: record ``i`` is staged under ``start + i``."""

    file: int
    table: Table
    start: int
    statuses: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.statuses = bytearray(len(self.table))

    @property
    def layout(self) -> Layout:
        """The kind of table."""
        return self.table.layout

    def count(self, status: Status) -> int:
        """How many rows have this status."""
        return self.statuses.count(status)

    def refuse_bad(self) -> None:
        """Give every record with an error its status."""
        for record in range(len(self.table)) if self.table.is_refused else self.table.bad:
            self.statuses[record] = Status.REFUSED

    def staged_rows(self, fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The rows without an error, each after its position."""
        columns = [self.table.columns[name] for name in fields]
        rows = zip(range(self.start, self.start + len(self.table)), *columns, strict=True)
        if not self.table.bad:
            return rows
        return compress(rows, (record not in self.table.bad for record in range(len(self.table))))


class Comparison:
    """The files of one command, once ``compare`` has run: every row has a status and every problem is noted."""

    def __init__(self, files: Sequence[LedgerFile], *, confirm_corrections: bool) -> None:
        self.files = files
        self._confirmed = confirm_corrections
        self._parts: list[Part] = []
        starts = dict.fromkeys((layout.kind for layout in LAYOUTS), 0)
        for index, file in enumerate(files):
            for table in file.tables:
                self._parts.append(Part(index, table, starts[table.layout.kind]))
                starts[table.layout.kind] += len(table)
        self._read = [part for part in self._parts if not part.table.is_refused]
        self._refused = {index for index, file in enumerate(files) if file.is_refused}
        self._stages: dict[str, Stage] = {}
        self._repeated: dict[str, list[int]] = {}
        self._replaced: dict[str, list[tuple[Part, int, dict[str, Any]]]] = {layout.kind: [] for layout in LAYOUTS}

    def compare(self, connection: Connection, stages: ExitStack, tell: Callable[[], None]) -> None:
        """Check every table, stage it and compare it with the store; the stages live as long as ``stages``."""
        self._check(connection)
        needs = self._employers_needed(connection)
        for layout in LAYOUTS:
            if any(part.layout is layout for part in self._read):
                stage = stages.enter_context(staged(connection, layout.kind, layout.key))
                self._stages[layout.kind] = stage
                self._compare_kind(connection, layout, stage, tell)
        for part in self._parts:
            part.refuse_bad()
        self._decide(needs)
        self._count_repeats()

    # --- what storing asks ---

    def is_accepted(self, file: int) -> bool:
        """Whether the whole file can be stored."""
        return file not in self._refused

    def parts_of(self, file: int) -> list[Part]:
        """The tables of one file."""
        return [part for part in self._parts if part.file == file]

    def bringing_files(self) -> list[int]:
        """Accepted files with anything new or corrected."""
        changing = (Status.NEW, Status.CORRECTED)
        return [
            file
            for file in range(len(self.files))
            if self.is_accepted(file) and any(part.count(status) for part in self.parts_of(file) for status in changing)
        ]

    def stages(self) -> Iterator[tuple[Layout, Stage]]:
        """The stages in the order in which they have to be stored."""
        return ((layout, self._stages[layout.kind]) for layout in LAYOUTS if layout.kind in self._stages)

    def keep_only_accepted(self, layout: Layout, stage: Stage) -> None:
        """Take out of the stage what is not to be stored."""
        for part in self._of(layout):
            if not self.is_accepted(part.file) and len(part.table):
                stage.drop(part.start, part.start + len(part.table) - 1)
        stage.drop_each(self._repeated.get(layout.kind, ()))

    def replaced(self, layout: Layout) -> list[tuple[Part, int, dict[str, Any]]]:
        """(table, record, stored version) of every correction."""
        return [
            (part, record, old)
            for part, record, old in self._replaced[layout.kind]
            if part.statuses[record] == Status.CORRECTED
        ]

    # --- checks ---

    def _of(self, layout: Layout) -> list[Part]:
        return [part for part in self._read if part.layout is layout]

    def _check(self, connection: Connection) -> None:
        tables = [part.table for part in self._read]
        foreigners = foreign_numbers(tables) | ledger.foreign_numbers(connection, doubtful_numbers(tables))
        for table in tables:
            check_table(table, foreigners)
        for layout in LAYOUTS:
            refuse_contradictions([(self.files[part.file].name, part.table) for part in self._of(layout)], layout)
        warn_of_two_names(tables)
        warn_of_shared_codes(tables)
        for part in self._of(EMPLOYERS):
            self._check_holders(connection, part.table)

    def _check_holders(self, connection: Connection, table: Table) -> None:
        """银行户名 is the employer's name, or one that it had: a name change on file."""
        for record in holder_mismatches(table):
            employer_id = table.columns["employer_id"][record]
            stored = employers.read_employer(connection, employer_id)
            names = employers.former_names(connection, employer_id) | ({stored.name} if stored else set())
            if comparable_name(table.columns["account_holder"][record]) not in map(comparable_name, names):
                table.add("E45", record, "account_holder")

    def _employers_needed(self, connection: Connection) -> dict[int, set[str]]:
        """Employers that each file takes from other files of the command; a row whose employer is nowhere is an error."""
        given = {part.file: set[str]() for part in self._parts}
        for part in self._of(EMPLOYERS):
            given[part.file].update(part.table.columns["employer_id"])
        named = {id(part): set(part.table.columns["employer_id"]) - {""} for part in self._read}
        known = ledger.known_employers(connection, set().union(*named.values()))
        needs: dict[int, set[str]] = {}
        for part in self._read:
            if part.layout is not EMPLOYERS:
                missing = named[id(part)] - known - given[part.file]
                # What an unreadable file would have brought is not known, so nothing can be called unknown.
                elsewhere = missing & set().union(*given.values()) if not self._unread(part.file) else missing
                needs.setdefault(part.file, set()).update(elsewhere)
                _refuse_unknown(part.table, missing - elsewhere)
        return needs

    def _unread(self, but: int) -> list[int]:
        """Files, except this one, whose employers could not be read."""
        return [
            index
            for index, file in enumerate(self.files)
            if index != but
            and (
                any(problem.severity is Severity.ERROR for problem in file.problems)
                or any(table.is_refused and table.layout is EMPLOYERS for table in file.tables)
            )
        ]

    # --- the store ---

    def _compare_kind(self, connection: Connection, layout: Layout, stage: Stage, tell: Callable[[], None]) -> None:
        parts = self._of(layout)
        for part in parts:
            for _filled in stage.fill(part.staged_rows(stage.fields)):
                tell()
        stage.finish()
        same, changed = stage.known()
        for position in same:
            part, record = _at(parts, position)
            part.statuses[record] = Status.SAME
        if changed:
            self._note_corrections(connection, layout, stage)
        tell()
        if layout is EMPLOYERS:
            for position in stage.shared_codes():
                part, record = _at(parts, position)
                _add_once(part.table, "W05", record, "uscc")
        if layout is CONTRIBUTIONS:
            self._warn_of_stored_names(connection, stage)

    def _note_corrections(self, connection: Connection, layout: Layout, stage: Stage) -> None:
        found = [(*_at(self._of(layout), position), old) for position, old in stage.changed()]
        if layout is not EMPLOYERS:
            people = {old["social_security_number"] for _part, _record, old in found}
            people |= {part.table.columns["social_security_number"][record] for part, record, _old in found}
            ledger.lock_people(connection, people)
        held = set(stage.held()) if layout is CONTRIBUTIONS else set()
        for part, record, old in found:
            if part.start + record in held:
                part.table.add("E46", record, layout.key[0])
                continue
            part.statuses[record] = Status.CORRECTED
            part.table.note(record, _correction(part.table, record, old, "C02" if self._confirmed else "C01"))
            self._replaced[layout.kind].append((part, record, old))

    def _warn_of_stored_names(self, connection: Connection, stage: Stage) -> None:
        parts = self._of(CONTRIBUTIONS)
        doubtful = stage.other_names()
        if not doubtful:
            return
        # Rows that this very command replaces no longer count.
        serials = {serial for part in parts for serial in part.table.columns["serial"]}
        stored: dict[str, set[str]] = {}
        for number, serial, name in ledger.names_of(connection, {number for _position, number, _name in doubtful}):
            if serial not in serials:
                stored.setdefault(number, set()).add(name)
        for position, number, name in doubtful:
            if stored.get(number, set()) - {name}:
                part, record = _at(parts, position)
                part.table.add("W09", record, "name")

    # --- decisions ---

    def _decide(self, needs: dict[int, set[str]]) -> None:
        """Which files are refused: by their own errors, by unconfirmed corrections, then by what others don't bring."""
        for index, file in enumerate(self.files):
            corrected = any(part.count(Status.CORRECTED) for part in self.parts_of(index))
            if file.is_refused or (corrected and not self._confirmed):
                self._refused.add(index)
        unmet = self._unmet(needs)
        while not unmet.keys() <= self._refused:
            self._refused |= unmet.keys()
            unmet = self._unmet(needs)
        for index, missing in unmet.items():
            self._tell_dependence(index, missing)

    def _unmet(self, needs: dict[int, set[str]]) -> dict[int, set[str]]:
        """By file, the employers it needs that no accepted file brings."""
        brought = {
            employer
            for part in self._of(EMPLOYERS)
            if part.file not in self._refused
            for employer in part.table.columns["employer_id"]
        }
        return {file: wanted - brought for file, wanted in needs.items() if wanted - brought}

    def _tell_dependence(self, file: int, missing: set[str]) -> None:
        givers = [part.file for part in self._of(EMPLOYERS) if missing & set(part.table.columns["employer_id"])]
        giver = (givers or self._unread(file))[0]
        self.files[file].problems.append(Problem("", 0, "", "", "E13", {"other": self.files[giver].name}))
        for part in self.parts_of(file):
            if part.layout is not EMPLOYERS and not part.table.is_refused:
                for record, employer in enumerate(part.table.columns["employer_id"]):
                    if employer in missing:
                        part.statuses[record] = Status.REFUSED

    def _count_repeats(self) -> None:
        """The same row a second time is the same, not new; of accepted files only the first copy is stored."""
        for layout in LAYOUTS:
            parts = self._of(layout)
            if not has_repeats([part.table for part in parts], layout):
                continue
            stored: set[Any] = set()
            told: set[Any] = set()
            for part in parts:
                accepted = self.is_accepted(part.file)
                for record, key in enumerate(table_keys(part.table, layout)):
                    if record in part.table.bad:
                        continue
                    if key in (stored if accepted else told):
                        part.statuses[record] = Status.SAME
                        self._repeated.setdefault(layout.kind, []).append(part.start + record)
                    told.add(key)
                    if accepted:
                        stored.add(key)


def _at(parts: Sequence[Part], position: int) -> tuple[Part, int]:
    """The table and record that were staged under a position."""
    part = next(part for part in reversed(parts) if part.start <= position)
    return part, position - part.start


def _add_once(table: Table, code: str, record: int, field_name: str) -> None:
    """Add a problem unless the file alone has shown it already."""
    if not any(problem.code == code and problem.row == table.rows[record] for problem in table.problems):
        table.add(code, record, field_name)


def _refuse_unknown(table: Table, unknown: Collection[str]) -> None:
    if unknown:
        for record, employer in enumerate(table.columns["employer_id"]):
            if employer in unknown:
                table.add("E33", record, "employer_id")


def _correction(table: Table, record: int, old: dict[str, Any], code: str) -> Problem:
    """What a row changes of the stored one, in one sentence."""
    layout = table.layout
    changed = [column for column in layout.columns if old[column.field] != table.columns[column.field][record]]
    told = []
    for column in changed:
        show = column.spelling.show
        if column.field in _SECRET:
            told.append(_(_SECRET_CHANGE).format(title=column.title))
        else:
            new = table.columns[column.field][record]
            told.append(
                _(_CHANGE).format(
                    title=column.title, old=show(old[column.field]) or _(_NONE), new=show(new) or _(_NONE)
                )
            )
    titles = "、".join(column.title for column in changed)
    key = str(table.columns[layout.key[0]][record])
    return Problem(table.sheet, table.rows[record], titles, key, code, {"changes": "，".join(told)})
