"""The unit of work: whole or nothing, and a sentence instead of an endless wait."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from filelock import FileLock

from core.domain.errors import Conflict
from core.store import database as module
from core.store.database import Database, normalise_url


def test_what_fails_in_the_middle_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(sa.text("INSERT INTO settings VALUES ('claim_limit_months', '12')"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM settings")) == 0


def test_a_snapshot_does_not_see_what_came_after_it(database: Database) -> None:
    count = sa.text("SELECT count(*) FROM settings")
    with database.read() as reading:
        assert reading.scalar(count) == 0
        with database.write() as writing:
            writing.execute(sa.text("INSERT INTO settings VALUES ('claim_limit_months', '12')"))
        assert reading.scalar(count) == 0


def test_a_writer_that_another_process_keeps_waiting_is_told(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 50)
    with FileLock(f"{Path(str(sqlite_database.url.database))}.lock"), pytest.raises(Conflict), sqlite_database.write():
        pass
    with sqlite_database.write() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg2://u@h/d"])
def test_every_spelling_of_postgresql_is_ours(url: str) -> None:
    assert normalise_url(url) == "postgresql+psycopg://u@h/d"
