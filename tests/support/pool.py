"""Migrated PostgreSQL databases that tests use one after the other: emptying one costs a tenth of making one."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.support.postgres import PostgresServer

#: A database that a test has made larger than its template by this (bytes) is dropped: emptied, it would keep its size.
MOST_GROWN = 4 << 20
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
# What a test may have changed besides rows: tables, columns, indexes, triggers, constraints, functions.
_SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT format('%s %s %s %s', oid, relname, relnatts, relchecks) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', attrelid, attname, attnotnull) FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', oid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT format('%s %s %s', oid, conname, convalidated) FROM pg_constraint
    UNION ALL SELECT format('%s %s', oid, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts (part)"""
_EMPTY = f"""
DO $$
DECLARE name text; found boolean;
BEGIN
    FOR name IN {_TABLES} LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO found;
        IF found THEN EXECUTE format('DELETE FROM %I', name); END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value <> 0;
END $$"""
_SIZE = "SELECT pg_database_size(current_database())"


class MigratedDatabases:
    """Copies of ``template``, each lent to one test at a time."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._free: list[str] = []
        with self._connect(template) as connection:
            self._shape = _value(connection, _SHAPE)
            self._most = _value(connection, _SIZE) + MOST_GROWN
            self._rows = {name: _rows(connection, name) for (name,) in connection.execute(_TABLES).fetchall()}

    def take(self) -> str:
        """The name of a database that is as the template, and that nobody else uses."""
        return self._free.pop() if self._free else self._server.new_database(self._template)

    def give_back(self, name: str) -> None:
        """Make the database what it was for the next test, or drop it where a test changed more than rows."""
        with self._connect(name) as connection:
            # A server of the product that was killed may leave a connection, and with it a lock, behind.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if kept := _value(connection, _SHAPE) == self._shape and _value(connection, _SIZE) <= self._most:
                self._empty(connection)
        if kept:
            self._free.append(name)
        else:
            self._server.drop_database(name)

    def _empty(self, connection: psycopg.Connection) -> None:
        # Triggers and foreign keys rest meanwhile: the rules of the product forbid to delete what a test has written.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_EMPTY)
        for table, rows in self._rows.items():
            if rows:
                statement = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s)")
                connection.execute(statement.format(sql.Identifier(table)), [Jsonb(rows)])

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self._server.url(name).replace("+psycopg", ""))


def _rows(connection: psycopg.Connection, table: str) -> Any:
    return _value(connection, sql.SQL("SELECT jsonb_agg(t) FROM {} AS t").format(sql.Identifier(table)))


def _value(connection: psycopg.Connection, query: str | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None
