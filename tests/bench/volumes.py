"""Ledgers of many lines on both databases, for what is asked of them: about ten lines a batch, forty employers, a year."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from core.services.desk import Desk
from core.store import queries
from core.store.database import Database
from tests.support.desks import make_desk
from tests.support.postgres import running_postgres
from tests.support.volume import write_many

SIZES = (100_000, 1_000_000)
LINES_A_BATCH = 9


def filled_desks() -> Iterator[tuple[str, Desk, Desk]]:
    """For each database its name and its desks with the smaller and with the larger number of lines."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        for name, url in (
            ("SQLite", lambda size: f"sqlite:///{folder}/{size}.sqlite3"),
            ("PostgreSQL", lambda _size: server.url(server.new_database())),
        ):
            small, large = (_filled(Database(url(size)), Path(folder), size) for size in SIZES)
            yield name, small, large
            for desk in (small, large):
                desk.database.dispose()


def _filled(database: Database, folder: Path, size: int) -> Desk:
    database.migrate()
    write_many(database, size // LINES_A_BATCH)
    return make_desk(database, folder)


def statements_of(desk: Desk, call: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements that a call sends for what it counts, as the driver gets them: settings are none of it."""
    sent: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    def keep_bare(connection: Any, statement: str, parameters: Any) -> Any:
        if statement != queries.SETTINGS:
            sent.append((statement, parameters))
        return fetch_bare(connection, statement, parameters)

    fetch_bare = queries.fetch_bare
    sa.event.listen(desk.database.engine, "before_cursor_execute", keep)
    with patch.object(queries, "fetch_bare", keep_bare):
        call()
    sa.event.remove(desk.database.engine, "before_cursor_execute", keep)
    return sent
