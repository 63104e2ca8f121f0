"""Columns out of a database, as fast as its driver gives them.

One statement, written in SQLAlchemy Core, and three ways to fetch it: the bare cursor of the caller's connection (a few
rows), COPY on that same connection (PostgreSQL, many rows), and ADBC to Arrow (SQLite, many rows). Frames, mappings and
entities cost two to five times as much.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

import adbc_driver_sqlite.dbapi
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from core.store.database import BUSY_TIMEOUT_MS, Database

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
Codes = NDArray[np.int8]


# --- what came back ---------------------------------------------------------------------------------------------------


class Columns(Protocol):
    """Rows of one statement by column."""

    def __len__(self) -> int: ...

    def texts(self, name: str, *, repeated: bool = False) -> Texts:
        """A column of text; ``repeated`` says that its values are few, and then they are made once each."""

    def ints(self, *names: str) -> Ints:
        """Columns of whole numbers, stacked: (columns, rows)."""

    def coded(self, name: str) -> tuple[Ints, Texts]:
        """A column of repeated text as positions in its different values, these in order of appearance."""

    def positions(self, name: str, values: Sequence[str]) -> Ints:
        """Where each text of a column stands in ``values``; -1 for one that is not there."""

    def choices(self, name: str, kinds: type[StrEnum]) -> Codes:
        """A column of a closed list as positions in its enum."""


@cache
def _order(kinds: type[StrEnum]) -> dict[str, int]:
    return {kind.value: position for position, kind in enumerate(kinds)}


class RowColumns:
    """Columns from tuples, as a cursor gives them."""

    def __init__(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        self.names, self.rows = names, rows
        self._columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())

    def __len__(self) -> int:
        return len(self.rows)

    def texts(self, name: str, *, repeated: bool = False) -> Texts:  # noqa: ARG002 - tuples share what is repeated
        """See ``Columns``."""
        return np.array(self._columns[name], dtype=object)

    def ints(self, *names: str) -> Ints:
        """See ``Columns``."""
        return np.array([self._columns[name] for name in names], dtype=np.int64)

    def coded(self, name: str) -> tuple[Ints, Texts]:
        """See ``Columns``."""
        values = list(dict.fromkeys(self._columns[name]))
        return self.positions(name, values), np.array(values, dtype=object)

    def positions(self, name: str, values: Sequence[str]) -> Ints:
        """See ``Columns``."""
        order = {value: position for position, value in enumerate(values)}
        return np.array([order.get(text, -1) for text in self._columns[name]], dtype=np.int64)

    def choices(self, name: str, kinds: type[StrEnum]) -> Codes:
        """See ``Columns``."""
        order = _order(kinds)
        return np.array([order[text] for text in self._columns[name]], dtype=np.int8)


class ArrowColumns:
    """Columns from an Arrow table."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def texts(self, name: str, *, repeated: bool = False) -> Texts:
        """See ``Columns``."""
        if not repeated:
            return _objects(self._text(name))
        codes, values = self.coded(name)
        return values[codes]

    def ints(self, *names: str) -> Ints:
        """See ``Columns``."""
        stacked = np.empty((len(names), len(self)), np.int64)
        for place, name in enumerate(names):
            stacked[place] = self._table[name].to_numpy()
        return stacked

    def coded(self, name: str) -> tuple[Ints, Texts]:
        """See ``Columns``."""
        encoded = self._text(name).dictionary_encode()
        return _integers(encoded.indices), _objects(encoded.dictionary)

    def positions(self, name: str, values: Sequence[str]) -> Ints:
        """See ``Columns``."""
        found = pc.index_in(self._text(name), value_set=pa.array(values, pa.string()))
        return _integers(found.fill_null(-1))

    def choices(self, name: str, kinds: type[StrEnum]) -> Codes:
        """See ``Columns``."""
        codes, values = self.coded(name)
        order = _order(kinds)
        return np.array([order[value] for value in values], np.int8)[codes]

    def _text(self, name: str) -> Any:
        # A table without rows may call its columns anything: SQLite has no types of its own.
        return self._table[name].cast(pa.string()).combine_chunks()


def _objects(array: Any) -> Texts:
    texts: Texts = array.to_numpy(zero_copy_only=False)
    return texts


def _integers(array: Any) -> Ints:
    return np.asarray(array.to_numpy(), np.int64)


# --- the three ways to fetch ------------------------------------------------------------------------------------------


class Reader(Protocol):
    """Runs a statement with its parameters, which are texts or whole numbers; a list is one text (``as_list``)."""

    def read(self, statement: sa.Select[Any], **values: Any) -> Columns:
        """All rows of ``statement``."""


class CursorReader:
    """The bare cursor under the caller's connection, so inside his transaction. For some thousand rows at most."""

    def __init__(self, connection: sa.Connection) -> None:
        self._raw: Any = connection.connection.driver_connection
        self._dialect = connection.dialect.name

    def read(self, statement: sa.Select[Any], **values: Any) -> RowColumns:
        """See ``Reader``."""
        made = _compiled(statement, self._dialect)
        return RowColumns(made.columns, self._raw.execute(made.text, made.bind(values)).fetchall())


class CopyReader:
    """COPY on the caller's PostgreSQL connection, so inside his transaction; half the time of fetching rows."""

    def __init__(self, connection: sa.Connection) -> None:
        self._raw: Any = connection.connection.driver_connection

    def read(self, statement: sa.Select[Any], **values: Any) -> ArrowColumns:
        """See ``Reader``."""
        made = _compiled(statement, "postgresql")
        # COPY takes no parameters: the driver writes them into the statement, quoted.
        query = psycopg.ClientCursor(self._raw).mogrify(made.text, made.bind(values))
        return ArrowColumns(_parse(_copy_out(self._raw, query), statement))


def _copy_out(raw: Any, query: str) -> bytes:
    """What COPY sends. psycopg's own loop costs more per row than the server, so this one asks libpq directly."""
    raw.execute("SELECT 1")  # begins the transaction, where there is none yet, in the way that the connection is set to
    result = raw.pgconn.exec_(f"COPY ({query}) TO STDOUT (FORMAT csv)".encode())
    parts = []
    if result.status == psycopg.pq.ExecStatus.COPY_OUT:
        while (part := raw.pgconn.get_copy_data(0))[0] > 0:
            parts.append(bytes(part[1]))
    while (ended := raw.pgconn.get_result()) is not None:
        result = ended
    if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result)
    return b"".join(parts)


def _parse(content: bytes, statement: sa.Select[Any]) -> pa.Table:
    schema = pa.schema(
        [
            (name, pa.string() if isinstance(column.type, sa.String) else pa.int64())
            for name, column in statement.selected_columns.items()
        ]
    )
    if not content:
        return schema.empty_table()
    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        pyarrow.csv.ReadOptions(column_names=schema.names, block_size=1 << 24),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(column_types=schema, strings_can_be_null=False),
    )


class ArrowReader:
    """ADBC on the database file: a connection and a snapshot of its own, so only for what is committed."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def read(self, statement: sa.Select[Any], **values: Any) -> ArrowColumns:
        """See ``Reader``."""
        made = _compiled(statement, "sqlite")
        with self._connection.cursor() as cursor:
            cursor.execute(made.text, made.bind(values))
            return ArrowColumns(cursor.fetch_arrow_table())


@contextmanager
def many(database: Database, connection: sa.Connection) -> Iterator[Reader]:
    """The reader for whole employers: committed rows, in a snapshot that is the caller's own on PostgreSQL."""
    if not database.is_sqlite:
        yield CopyReader(connection)
        return
    with adbc_driver_sqlite.dbapi.connect(str(database.url.database)) as own:
        own.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").close()
        yield ArrowReader(own)


# --- statements -------------------------------------------------------------------------------------------------------


class listed(FunctionElement[str]):  # noqa: N801 - reads as SQL: serial IN listed(parameter)
    """The texts of one parameter, a JSON list: ten thousand people are one parameter as well."""

    type = sa.Text()
    inherit_cache = True


@compiles(listed, "sqlite")
def _listed_sqlite(element: listed, compiler: Any, **options: Any) -> str:
    parameter = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({parameter}))"  # noqa: S608 - a bound parameter's mark


@compiles(listed, "postgresql")
def _listed_postgresql(element: listed, compiler: Any, **options: Any) -> str:
    parameter = compiler.process(element.clauses, **options)
    return f"(SELECT json_array_elements_text(CAST({parameter} AS json)))"


class plain(FunctionElement[str]):  # noqa: N801 - reads as SQL: ORDER BY plain(serial)
    """A text in the order of its code points, whatever the database's locale makes of it."""

    type = sa.Text()
    inherit_cache = True


@compiles(plain, "sqlite")
def _plain_sqlite(element: plain, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(plain, "postgresql")
def _plain_postgresql(element: plain, compiler: Any, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'


def is_listed(column: sa.ColumnElement[str], parameter: str) -> sa.ColumnElement[bool]:
    """``column`` is one of the texts of a parameter that is made by ``as_list``."""
    return column.op("IN", is_comparison=True)(listed(sa.bindparam(parameter, type_=sa.Text)))


_postgresql: Any = postgresql.dialect
_DIALECTS: dict[str, sa.Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": _postgresql(paramstyle="format"),
}


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement's text, its parameters in their order with the values that it states itself, its columns' names."""

    text: str
    parameters: tuple[tuple[str, Any], ...]
    columns: tuple[str, ...]

    def bind(self, values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple([values.get(name, stated) for name, stated in self.parameters])


@cache
def _compiled(statement: sa.Select[Any], dialect: str) -> _Compiled:
    made: Any = statement.compile(dialect=_DIALECTS[dialect], compile_kwargs={"render_postcompile": True})
    parameters = tuple((name, made.params[name]) for name in made.positiontup or ())
    return _Compiled(str(made), parameters, tuple(statement.selected_columns.keys()))


def as_list(texts: Collection[str]) -> str:
    """Texts as one parameter: see ``is_listed``."""
    return json.dumps(list(texts))
