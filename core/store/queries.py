"""Small reads that several services share, and reads by the bare driver: where SQLAlchemy would take longer than the database."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from core.store.schema import settings

SETTINGS = str(sa.select(settings.c.key, settings.c.value))


def read_settings(connection: sa.Connection) -> dict[str, str]:
    """Every stored switch."""
    # Judging one person's months takes no longer than SQLAlchemy needs for this one statement.
    return dict(fetch_bare(connection, SETTINGS, ()))


def fetch_kept(
    connection: sa.Connection, statement: sa.SelectBase, parameters: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows of a statement that its owner keeps, as plain tuples; ``parameters`` are texts and whole numbers, by name.

    It is put into the database's words once. Its columns are texts and whole numbers too: values stay as the driver gives them.
    """
    words, names, own = _in_words(statement, connection.dialect)
    values = {**own, **parameters}
    return fetch_bare(connection, words, values if names is None else [values[name] for name in names])


def fetch_bare(
    connection: sa.Connection, statement: str, parameters: Mapping[str, Any] | Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The rows of a statement in the driver's own words."""
    raw: Any = connection.connection.driver_connection
    rows: list[tuple[Any, ...]] = raw.execute(statement, parameters).fetchall()
    return rows


@lru_cache(maxsize=256)
def _in_words(statement: sa.SelectBase, dialect: sa.Dialect) -> tuple[str, list[str] | None, dict[str, Any]]:
    """The words, the names of the parameters where the driver takes them by place, and those that the statement brings along."""
    compiled: Any = statement.compile(dialect=dialect)
    own = {name: each.value for name, each in compiled.binds.items() if not each.required}
    return str(compiled), compiled.positiontup, own
