"""Many rows at once, as fast as the driver goes: executemany on SQLite, COPY on PostgreSQL."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

#: Below this a plain statement is quicker than opening a COPY.
_COPY_FROM = 50


def insert_rows(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Collection[Sequence[Any]]
) -> None:
    """Insert ``rows`` (tuples in the order of ``columns``) in the caller's transaction; constraints apply as ever."""
    if not rows:
        return
    quoted = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        _execute_many(connection, table.name, quoted, ["?"] * len(columns), rows)
    elif len(rows) < _COPY_FROM:
        _execute_many(connection, table.name, quoted, ["%s"] * len(columns), rows)
    else:
        copy_rows(connection, f"{table.name} ({quoted})", rows)


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """``INSERT INTO table`` of this kind of database, which knows ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    insert: Any
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    return insert(table)


def _execute_many(
    connection: sa.Connection, table: str, columns: str, marks: Sequence[str], rows: Collection[Sequence[Any]]
) -> None:
    # Names come from the schema, never from a user.
    statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(marks)})"  # noqa: S608
    connection.exec_driver_sql(statement, list(map(tuple, rows)))


def copy_rows(connection: sa.Connection, target: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into ``target`` (a table with its column list) on the caller's PostgreSQL connection."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def among(column: sa.ColumnElement[str], values: Collection[str], dialect: str) -> sa.ColumnElement[bool]:
    """``column IN values`` with one bound parameter, however many values there are."""
    if dialect == "postgresql":
        return column == sa.func.any(sa.cast(sa.bindparam(None, list(values)), sa.ARRAY(sa.Text)))
    each = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(each.c.value))
