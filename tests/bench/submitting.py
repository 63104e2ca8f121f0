"""Confirming 1,000 lines against a bare transaction that writes the same rows under the same constraints.

The bare one also writes the rows of the rollups as they are, where ours lets the triggers count them.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.previews import preview_batch
from core.store.bulk import copy_rows, insert_rows
from core.store.database import Database
from core.store.migrations.rollup_triggers import create_rollup_triggers, drop_rollup_triggers
from core.store.migrations.triggers import (
    KEPT_AMOUNT,
    create_refusal,
    create_triggers,
    drop_refusal,
    drop_triggers,
)
from core.store.schema import contributions
from tests.bench.measuring import Figure
from tests.support.desks import CLERK, Ledger, make_desk, person, prepare_draft
from tests.support.postgres import PostgresServer, running_postgres

ROWS = 334
TABLES = (
    "batches",
    "batch_lines",
    "line_findings",
    "payment_lines",
    "audit",
    "batch_parts",
    "batch_events",
    "batch_figures",
    "line_rollup",
    "step_rollup",
)
TURNS = 9


def measure() -> list[Figure]:
    """One figure for each database."""
    with tempfile.TemporaryDirectory() as folder:
        embedded = _figure("SQLite", Database(f"sqlite:///{folder}/refund.sqlite3"), Path(folder))
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        return [embedded, _figure("PostgreSQL", Database(_new_database(server)), Path(folder))]


def _new_database(server: PostgresServer) -> str:
    return server.url(server.new_database())


def _figure(name: str, database: Database, folder: Path) -> Figure:
    database.migrate()
    desk = make_desk(database, folder)
    floors, ours = [], []
    for turn in range(TURNS):
        draft_id = prepare_draft(desk, _months(desk, turn))
        preview = preview_batch(desk, CLERK, draft_id)
        _come_to_rest(database)
        with _timed(ours):
            submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
        written = _take_away(database)
        _count(database, drop_rollup_triggers)
        _come_to_rest(database)
        with _timed(floors):
            _write_bare(database, written)
        _count(database, create_rollup_triggers)
        _take_away(database)
    database.dispose()
    return Figure(f"confirm {ROWS * 3:,} lines, {name}", statistics.median(floors), statistics.median(ours), 4.0)


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    taken.append(time.perf_counter() - start)


def _months(desk: Desk, turn: int) -> list[str]:
    """``ROWS`` months of people who had left; every turn has people of its own."""
    ledger = Ledger(desk.database)
    template = ledger.row(person(0), 202205, serial=f"T{turn}")
    with desk.database.write() as connection:
        values = dict(
            connection.execute(sa.select(contributions).where(contributions.c.serial == template)).mappings().one()
        )
        people = [f"{person(number)[:14]}{turn}{number:03d}"[:18] for number in range(ROWS // 12 + 1)]
        rows = [
            {
                **values,
                "serial": f"R{turn}-{at}",
                "social_security_number": people[at // 12],
                "period": 202301 + at % 12,
            }
            for at in range(ROWS)
        ]
        insert_rows(connection, contributions, tuple(values), [tuple(row.values()) for row in rows])
        connection.execute(
            sa.text(
                "INSERT INTO facts (social_security_number, kind, employer_id, start_day, end_day)"
                " VALUES (:ssn, 'employment', 'E1', 20190301, 20220420)"
            ),
            [{"ssn": ssn} for ssn in people],
        )
    return [row["serial"] for row in rows]


def _take_away(database: Database) -> dict[str, list[Any]]:
    """Read what the confirmation wrote and make room for the same rows again."""
    written: dict[str, list[Any]] = {}
    with database.write() as connection:
        drop_refusal(connection, *KEPT_AMOUNT)
        drop_triggers(connection)
        drop_rollup_triggers(connection)
        for table in TABLES:
            marked = sa.Table(table, sa.MetaData(), autoload_with=connection)
            rows = connection.execute(sa.select(marked)).all()
            written[table] = [tuple(column.name for column in marked.c), rows]
        for table in reversed(TABLES):
            connection.execute(sa.text(f"DELETE FROM {table}"))
        create_triggers(connection)
        create_refusal(connection, *KEPT_AMOUNT, "UPDATE", "")
        create_rollup_triggers(connection)
    return written


def _count(database: Database, change: Callable[[sa.Connection], None]) -> None:
    """Put the triggers that count in place, or take them away."""
    with database.write() as connection:
        change(connection)


def _come_to_rest(database: Database) -> None:
    """Neither side pays for the log or the changed schema that its preparation left behind."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)" if database.is_sqlite else "CHECKPOINT")
    with database.write() as connection:
        connection.execute(sa.text("UPDATE settings SET value = value"))
        for table in TABLES:
            connection.execute(sa.text(f"SELECT count(*) FROM {table}"))


def _write_bare(database: Database, written: dict[str, list[Any]]) -> None:
    with database.write() as connection:
        for table, (columns, rows) in written.items():
            if not rows:
                continue
            if connection.dialect.name == "sqlite":
                marks = ", ".join("?" * len(columns))
                connection.exec_driver_sql(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", list(map(tuple, rows))
                )
            else:
                copy_rows(connection, f"{table} ({', '.join(columns)})", rows)
