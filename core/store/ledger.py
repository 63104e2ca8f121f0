"""The ledger on its way in: rows are staged, compared with what is stored, and then taken over in one statement.

Which rows are new, the same or corrected is asked of the database in one join over the staged rows.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa

from core.domain.vocabulary import DocumentType
from core.store.bulk import among, insert_rows
from core.store.locks import lock_persons
from core.store.schema import contributions, employers, facts, import_warnings, imports, lines, superseded

TABLES = {table.name: table for table in (employers, contributions, facts)}
_CHUNK = 20_000


class Stage:
    """Rows of one table on their way in, each under a position of the caller's choice."""

    def __init__(self, connection: sa.Connection, name: str, key: Sequence[str]) -> None:
        self._connection, self._key = connection, tuple(key)
        self.target = TABLES[name]
        self._staged = sa.Table(
            f"staged_{name}",
            sa.MetaData(),
            sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
            *(sa.Column(column.name, column.type) for column in self.target.columns),
            prefixes=["TEMPORARY"],
        )
        self._is_same_key = sa.and_(*(self._staged.c[field] == self.target.c[field] for field in key))
        self._differs = sa.or_(
            *(self._staged.c[c.name].is_distinct_from(c) for c in self.target.columns if c.name not in key)
        )
        self._staged.create(connection)

    @property
    def fields(self) -> tuple[str, ...]:
        """What a row consists of, after its position."""
        return tuple(column.name for column in self.target.columns)

    def fill(self, rows: Iterable[Sequence[Any]]) -> Iterator[int]:
        """Stage rows (position, then ``fields``), some thousands at a time; yields how many there are so far."""
        filled = 0
        for chunk in _chunks(rows):
            insert_rows(self._connection, self._staged, ("position", *self.fields), chunk)
            filled += len(chunk)
            yield filled

    def finish(self) -> None:
        """Everything is staged: let PostgreSQL count it."""
        if self._connection.dialect.name == "postgresql":
            # The planner knows nothing of a table that was made a moment ago; the columns it is joined by are enough.
            self._connection.exec_driver_sql(f"ANALYZE {self._staged.name} ({', '.join(self._key)})")

    def known(self) -> tuple[list[int], list[int]]:
        """Positions of rows whose key is stored: those that are the same, and those that differ."""
        found = self._connection.execute(
            sa.select(self._staged.c.position, self._differs)
            .select_from(self._joined)
            .order_by(self._staged.c.position)
        )
        same: list[int] = []
        changed: list[int] = []
        for position, differs in found:
            (changed if differs else same).append(position)
        return same, changed

    def changed(self) -> list[tuple[int, dict[str, Any]]]:
        """The stored version of every row that differs, by position."""
        found = self._connection.execute(
            sa.select(self._staged.c.position, *self.target.columns)
            .select_from(self._joined)
            .where(self._differs)
            .order_by(self._staged.c.position)
        )
        return [(row[0], dict(zip(self.fields, row[1:], strict=True))) for row in found]

    def held(self) -> list[int]:
        """Positions of changed contributions that a live or paid batch refers to."""
        return list(
            self._connection.scalars(
                sa.select(self._staged.c.position)
                .distinct()
                .select_from(self._joined.join(lines, lines.c.serial == self._staged.c.serial))
                .where(self._differs, lines.c.live)
                .order_by(self._staged.c.position)
            )
        )

    def drop(self, first: int, last: int) -> None:
        """Take the rows from one position to another (included) out again."""
        self._connection.execute(sa.delete(self._staged).where(self._staged.c.position.between(first, last)))

    def drop_each(self, positions: Collection[int]) -> None:
        """Take single rows out again."""
        if positions:
            self._connection.execute(
                sa.delete(self._staged).where(self._staged.c.position == sa.bindparam("at")),
                [{"at": position} for position in positions],
            )

    def correct(self) -> None:
        """Write what differs over what is stored."""
        self._connection.execute(
            sa.update(self.target)
            .values({name: self._staged.c[name] for name in self.fields})
            .where(self._is_same_key, self._differs)
        )

    def insert_new(self) -> None:
        """Take over the rows whose key is not stored."""
        # In the order of the clustered key, so that pages are filled one after the other.
        order = [self._staged.c[column.name] for column in self.target.primary_key]
        rows = sa.select(*(self._staged.c[name] for name in self.fields)).where(~sa.exists().where(self._is_same_key))
        self._connection.execute(
            sa.insert(self.target).from_select(list(self.fields), rows.order_by(*order), include_defaults=False)
        )

    # --- questions about what else is stored ---

    def shared_codes(self) -> list[int]:
        """Positions of employers whose 统一社会信用代码 another stored employer has."""
        both = sa.and_(self._staged.c.uscc == employers.c.uscc, self._staged.c.employer_id != employers.c.employer_id)
        return list(
            self._connection.scalars(
                sa.select(self._staged.c.position).distinct().join(employers, both).order_by(self._staged.c.position)
            )
        )

    def other_names(self) -> list[tuple[int, str, str]]:
        """(position, person, name) of contributions whose person is stored under another name; one of each suffices."""
        staged = self._staged.c
        people = (
            sa.select(staged.social_security_number, staged.name, sa.func.min(staged.position).label("position"))
            .group_by(staged.social_security_number, staged.name)
            .subquery()
        )
        stored = (
            sa.select(contributions.c.name)
            .where(contributions.c.social_security_number == people.c.social_security_number)
            .limit(1)
            .scalar_subquery()
        )
        found = self._connection.execute(
            sa.select(people.c.position, people.c.social_security_number, people.c.name)
            .where(stored != people.c.name)
            .order_by(people.c.position)
        )
        return [(row[0], row[1], row[2]) for row in found]

    @property
    def _joined(self) -> sa.FromClause:
        return self._staged.join(self.target, self._is_same_key)


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    left = iter(rows)
    return iter(lambda: list(islice(left, _CHUNK)), [])


@contextmanager
def staged(connection: sa.Connection, name: str, key: Sequence[str]) -> Iterator[Stage]:
    """A stage for one of ``TABLES``, gone afterwards. After an error the transaction's end takes it away."""
    stage = Stage(connection, name, key)
    yield stage
    stage._staged.drop(connection)  # noqa: SLF001 - its maker takes it away again


def known_employers(connection: sa.Connection, employer_ids: Collection[str]) -> set[str]:
    """Those of the ids that are stored."""
    wanted = among(employers.c.employer_id, employer_ids, connection.dialect.name)
    return set(connection.scalars(sa.select(employers.c.employer_id).where(wanted)))


def foreign_numbers(connection: sa.Connection, numbers: Collection[str]) -> set[str]:
    """Those of the numbers that stand in the ledger with another document type than a resident's."""
    wanted = among(contributions.c.social_security_number, numbers, connection.dialect.name)
    statement = sa.select(contributions.c.social_security_number).distinct()
    return set(
        connection.scalars(statement.where(wanted, contributions.c.document_type != DocumentType.RESIDENT_ID.value))
    )


def names_of(connection: sa.Connection, numbers: Collection[str]) -> list[tuple[str, str, str]]:
    """(person, serial, name) of every stored row of these people."""
    wanted = among(contributions.c.social_security_number, numbers, connection.dialect.name)
    columns = contributions.c.social_security_number, contributions.c.serial, contributions.c.name
    return [(row[0], row[1], row[2]) for row in connection.execute(sa.select(*columns).where(wanted))]


def lock_people(connection: sa.Connection, numbers: Collection[str]) -> None:
    """Nobody files these people's months until this transaction ends: what was previewed is about to change."""
    lock_persons(connection, numbers)


def add_import(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Remember that a file was imported."""
    connection.execute(imports.insert(), dict(values))


def add_warnings(connection: sa.Connection, import_id: str, warnings: Iterable[tuple[str, int, str, str]]) -> None:
    """Keep an import's warnings: sheet, row, column and code; never the value, which may be an identity number."""
    rows = [(import_id, *warning) for warning in warnings]
    insert_rows(connection, import_warnings, ("import_id", "sheet", "row", "column_name", "code"), rows)


def supersede(
    connection: sa.Connection, name: str, key: Sequence[str], versions: Iterable[tuple[str, Mapping[str, Any]]], at: str
) -> None:
    """Keep the old versions (import that replaces it, content by field) of rows of one table."""
    rows = [
        (name, record_key(content, key), json.dumps(content, ensure_ascii=False, sort_keys=True), import_id, at)
        for import_id, content in versions
    ]
    columns = ("table_name", "record_key", "content", "import_id", "superseded_at")
    insert_rows(connection, superseded, columns, rows)


def record_key(content: Mapping[str, Any], key: Sequence[str]) -> str:
    """The key of a row as one text."""
    return "|".join(str(content[field]) for field in key)
