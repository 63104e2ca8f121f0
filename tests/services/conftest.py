"""A desk with a small ledger on each database."""

from pathlib import Path

import pytest

from core.services.desk import Desk
from core.store.database import Database
from tests.support.desks import Ledger, make_desk
from tests.support.volume import Written, write_batches


@pytest.fixture
def desk(database: Database, data_dir: Path) -> Desk:
    """Two employers, one account for each role, an empty ledger; the clock stands at 2023-11-01 10:00 in Beijing."""
    return make_desk(database, data_dir)


@pytest.fixture
def ledger(desk: Desk) -> Ledger:
    """Writes rows and facts into the desk's database."""
    return Ledger(desk.database)


@pytest.fixture
def volume(database: Database, data_dir: Path) -> tuple[Desk, Written]:
    """Some hundred batches of a year, counted by the triggers, and the same as plain frames."""
    desk = make_desk(database, data_dir)
    return desk, write_batches(database, 300, employer_count=12)
