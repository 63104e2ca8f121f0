"""The unit of work: one engine, snapshots to read from, and one queue for writers on SQLite.

SQLite writers that only rely on ``busy_timeout`` lose nothing, yet starve: luck decides who gets the lock. A lock in the
process plus a file lock make them queue. PostgreSQL locks rows and persons instead (``core.store.locks``).
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import Connection, event

from core.domain.errors import Conflict
from core.domain.wording import N_

__all__ = ["Connection", "Database", "normalise_url"]

BUSY_TIMEOUT_MS = 15_000


def normalise_url(url: str) -> str:
    """``postgresql://…`` as operators write it, with the driver that this product uses."""
    return re.sub(r"^postgres(?:ql)?(?:\+\w+)?://", "postgresql+psycopg://", url)


class Database:
    """One database, embedded or PostgreSQL, behind the same two context managers."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(normalise_url(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._queue = threading.Lock()
        self._file_queue: FileLock | None = None
        if self.is_sqlite:
            path = Path(self.url.database or "")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file_queue = FileLock(f"{path}.lock")
            self.engine = sa.create_engine(self.url, pool_size=8, max_overflow=32, hide_parameters=True)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = sa.create_engine(
                self.url, pool_size=8, max_overflow=24, pool_pre_ping=True, hide_parameters=True
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot."""
        options: dict[str, Any] = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that commits whole or not at all.

        On SQLite it holds the write lock from its first moment (``BEGIN IMMEDIATE``), so that what it reads cannot change
        before it commits. Raises ``Conflict`` when the queue does not move within the busy timeout.
        """
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        if not self._queue.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise _busy()
        try:
            writer = self.engine.connect().execution_options(writes=True)
            with self._file_queue_held(), writer as connection, connection.begin():
                yield connection
        finally:
            self._queue.release()

    @contextmanager
    def _file_queue_held(self) -> Iterator[None]:
        assert self._file_queue is not None  # noqa: S101 - only SQLite comes here
        try:
            held = self._file_queue.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        except Timeout:
            raise _busy() from None
        with held:
            yield

    @contextmanager
    def filled_in_haste(self) -> Iterator[None]:
        """Commits do not wait for the disk meanwhile: only for what can be made again from nothing. Alike on PostgreSQL."""
        prepare = _do_not_wait if self.is_sqlite else _answer_early
        event.listen(self.engine, "connect", prepare)
        self.engine.dispose()
        try:
            yield
        finally:
            event.remove(self.engine, "connect", prepare)
            self.engine.dispose()

    def migrate(self) -> None:
        """Bring the schema to the newest revision; makes it on an empty database."""
        from core.store.migrate import upgrade

        upgrade(self)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _busy() -> Conflict:
    return Conflict(N_("系统繁忙，您的操作尚未保存，请稍后重试"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN is deferred; ours comes from the engine's "begin" event.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.close()


def _do_not_wait(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _answer_early(connection: Any, _record: Any) -> None:
    connection.execute("SET synchronous_commit = off")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # It waits for nobody and cannot fail, so the bare driver may say it, in a tenth of the time.
        connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]
