"""Screens without a browser: the shell as it is started, a small ledger behind it, and whoever signs in."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.services.desk import Desk, shared_desk
from core.services.sessions import reference_of
from core.store.accounts import read_user
from core.store.bulk import insert_rows
from core.store.database import Database
from core.store.schema import contributions
from core.store.sign_ins import insert_session
from tests.support.desks import Ledger, make_desk, person
from tests.support.warm import warm

SHELL = Path(__file__).resolve().parents[2] / "pages" / "shell.py"
SECONDS = 30

Open = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def _packages_are_looked_through_once() -> Iterator[None]:
    """Every AppTest looks for components in all packages that are installed, which takes longer than most screens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def desk(sqlite_database: Database, data_dir: Path) -> Iterator[Desk]:
    """The desk that the screens work with: two employers, one account for each role, an empty ledger."""
    made = make_desk(sqlite_database, data_dir)
    shared_desk.cache_clear()
    warm(shared_desk().database)
    yield made
    shared_desk().database.dispose()
    shared_desk.cache_clear()


@pytest.fixture
def ledger(desk: Desk) -> Ledger:
    """Writes rows and facts into the ledger."""
    return Ledger(desk.database)


@pytest.fixture
def crowd(desk: Desk, ledger: Ledger) -> Callable[[int], None]:
    """Pay one month for so many people of the first employer."""

    def pay(people: int) -> None:
        serial = ledger.row(person(0), 202201)
        with desk.database.write() as connection:
            row = connection.execute(contributions.select().where(contributions.c.serial == serial)).mappings().one()
            copies = [
                tuple({**row, "serial": f"C{number:06d}", "social_security_number": f"P{number:06d}"}.values())
                for number in range(people - 1)
            ]
            insert_rows(connection, contributions, tuple(row), copies)

    return pay


def sign_in_as(desk: Desk, username: str) -> str:
    """Begin a session without a password; returns its reference, as the gate tells it to the screens."""
    token_hash = desk.new_id()
    with desk.database.write() as connection:
        if read_user(connection, username) is not None:
            insert_session(connection, token_hash, username, desk.now())
    return reference_of(token_hash)


@pytest.fixture
def open_app(desk: Desk) -> Open:
    """Sign in and open a screen: ``open_app("clerk1", "apply.py")``. Every call is another browser."""

    def open_screen(username: str, file: str | None = None) -> AppTest:
        assert desk.data_dir.is_dir()
        app = AppTest.from_file(SHELL, default_timeout=SECONDS)
        app.user = {"username": username, "session": sign_in_as(desk, username)} if username else {}
        app.run()
        return app.switch_page(file).run() if file else app

    return open_screen
