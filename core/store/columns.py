"""Columns out of a database, as fast as its driver gives them: the bare cursor of the caller's own connection, a few hundred
rows at a time straight into NumPy.

While a chunk is still in the processor's cache, turning it into columns costs less than ``fetchall`` needs to keep all rows;
frames, mappings and entities cost two to five times as much. ADBC would be faster still on SQLite, but its driver brings a
SQLite of its own into the process: two copies that work on one file undo each other's locks, and one of them throws the
other's write-ahead log away.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]

#: Rows that are fetched at once.
CHUNK = 500


class Columns:
    """Rows of one statement by column; a column is text or whole numbers."""

    def __init__(self, names: "_Names", texts: Texts, ints: Ints) -> None:
        self._names, self._texts, self._ints = names, texts, ints

    def __len__(self) -> int:
        return int(self._ints.shape[1])

    def texts(self, name: str) -> Texts:
        """A column of text."""
        column: Texts = self._texts[self._names.texts[name]]
        return column

    def ints(self, *names: str) -> Ints:
        """Columns of whole numbers, stacked: (columns, rows)."""
        return self._ints[self._names.int_rows(names)]

    def coded(self, name: str) -> tuple[Ints, list[str]]:
        """A column of repeated text as positions in its different values, these in order of appearance."""
        values = list(dict.fromkeys(self.texts(name)))
        return self.positions(name, values), values

    def positions(self, name: str, values: Sequence[str]) -> Ints:
        """Where each text of a column stands in ``values``, which hold every one of them."""
        order = {value: position for position, value in enumerate(values)}
        return np.array([order[text] for text in self.texts(name)], np.int64)

    def in_order(self, order: Sequence[int]) -> "Columns":
        """The same columns with their rows in this order."""
        return Columns(self._names, self._texts[:, order], self._ints[:, order])

    def after(self, rows: Sequence[Sequence[Any]]) -> "Columns":
        """The same columns after ``rows``, which have their values in the order of the statement."""
        texts, ints = self._names.split(rows)
        return Columns(self._names, np.hstack([texts, self._texts]), np.hstack([ints, self._ints]))


def read_columns(connection: sa.Connection, statement: sa.Select[Any], **values: Any) -> Columns:
    """All rows of ``statement``, read inside the caller's transaction; ``values`` are texts, numbers and lists of texts."""
    one = all(len(value) == 1 for value in values.values() if isinstance(value, list))
    made = _compiled(statement, connection.dialect.name, one)
    raw: Any = connection.connection.driver_connection
    cursor = raw.execute(made.text, made.bind(values))
    parts = [made.names.split(cursor.fetchmany(CHUNK))]
    while parts[-1][1].shape[1] == CHUNK:
        parts.append(made.names.split(cursor.fetchmany(CHUNK)))
    if len(parts) == 1:
        return Columns(made.names, *parts[0])
    texts, ints = zip(*parts, strict=True)
    return Columns(made.names, np.hstack(texts), np.hstack(ints))


def no_columns(statement: sa.Select[Any]) -> Columns:
    """What a statement that finds nothing would give."""
    names = _names(statement)
    return Columns(names, *names.split(()))


# --- lists as parameters ----------------------------------------------------------------------------------------------


def is_listed(column: sa.ColumnElement[str], parameter: str) -> sa.ColumnElement[bool]:
    """``column`` is one of the texts of a list, which is one parameter however many they are.

    A list of one is compared as any text is. A longer one is a subselect on purpose: PostgreSQL searches an array that comes
    as a parameter from its beginning, once for every row.
    """
    return _IsListed(column, sa.bindparam(parameter, type_=sa.Text))


class _IsListed(FunctionElement[Any]):
    # No Boolean, or SQLAlchemy would write "(…) = 1" on SQLite, which then finds no index for it.
    inherit_cache = True


@compiles(_IsListed, "sqlite")
def _on_sqlite(element: _IsListed, compiler: Any, *, one: bool, **options: Any) -> str:
    column, parameter = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = {parameter}" if one else f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608


@compiles(_IsListed, "postgresql")
def _on_postgresql(element: _IsListed, compiler: Any, *, one: bool, **options: Any) -> str:
    column, parameter = (compiler.process(each, **options) for each in element.clauses)
    return (
        f"{column} = {parameter}"
        if one
        else f"{column} IN (SELECT json_array_elements_text(CAST({parameter} AS json)))"
    )


# --- statements for the bare driver -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    """Where a statement's columns stand: places in its rows, and from names to places among texts and among numbers."""

    text_places: tuple[int, ...]
    int_places: tuple[int, ...]
    texts: dict[str, int]
    ints: dict[str, int]
    known: dict[tuple[str, ...], slice | list[int]] = field(default_factory=dict)

    def int_rows(self, names: tuple[str, ...]) -> slice | list[int]:
        """Where these columns stand among the numbers; neighbours need not be copied."""
        if names not in self.known:
            rows = [self.ints[name] for name in names]
            neighbours = rows == list(range(rows[0], rows[0] + len(rows)))
            self.known[names] = slice(rows[0], rows[-1] + 1) if neighbours else rows
        return self.known[names]

    def split(self, rows: Sequence[Sequence[Any]]) -> tuple[Texts, Ints]:
        """Rows as two arrays, one row of them per column."""
        if not rows:
            return np.empty((len(self.texts), 0), object), np.empty((len(self.ints), 0), np.int64)
        columns = list(zip(*rows, strict=True))
        return (
            np.array([columns[place] for place in self.text_places], object),
            np.array([columns[place] for place in self.int_places], np.int64),
        )


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement's text, its parameters in their order with the values that it states itself, and its columns."""

    text: str
    parameters: tuple[tuple[str, Any], ...]
    names: _Names

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        return [_as_parameter(values.get(name, stated)) for name, stated in self.parameters]


def _as_parameter(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else json.dumps(value)


_psycopg: Any = psycopg.dialect
_DIALECTS: dict[str, sa.Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": _psycopg(paramstyle="format"),
}


@cache
def _compiled(statement: sa.Select[Any], dialect: str, one: bool) -> _Compiled:  # noqa: FBT001 - a key of the cache
    made: Any = statement.compile(dialect=_DIALECTS[dialect], compile_kwargs={"render_postcompile": True, "one": one})
    parameters = tuple((name, made.params[name]) for name in made.positiontup or ())
    return _Compiled(str(made), parameters, _names(statement))


@cache
def _names(statement: sa.Select[Any]) -> _Names:
    columns = list(statement.selected_columns.items())
    texts = [place for place, (_name, column) in enumerate(columns) if isinstance(column.type, sa.String)]
    ints = [place for place, (_name, column) in enumerate(columns) if not isinstance(column.type, sa.String)]
    return _Names(
        tuple(texts),
        tuple(ints),
        {columns[place][0]: at for at, place in enumerate(texts)},
        {columns[place][0]: at for at, place in enumerate(ints)},
    )
