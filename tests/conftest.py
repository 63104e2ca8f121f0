"""Fixtures for all tests: databases, the running product, a browser.

    def test_…(database)          one empty migrated database; the test runs twice, on SQLite and on PostgreSQL
    def test_…(sqlite_database)   one on SQLite, or ``postgresql_database``
    def test_…(data_dir)          a data directory of the test's own, and REFUND_DATA_DIR says so
    def test_…(app_server)        the product with its demonstration data, one process for all tests of a module
    def test_…(start_app)         the product started as the test wants it: ``start_app(database_url=…)``
    def test_…(browser_page)      ``page = browser_page(app_server.url)``; every call is another visitor

Programs that are not Python's are found by ``tests.support.system``; their absence fails the test.
"""

import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:  # imported where they are used, so that a test of the domain starts at once
    from playwright.sync_api import Browser
    from xdist.remote import Producer

    from core.store.database import Database
    from tests.support.browser import Visitors
    from tests.support.pool import MigratedDatabases
    from tests.support.postgres import PostgresServer
    from tests.support.product import Product
    from tests.support.schedule import SharedFiles

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "build" / "pictures"
#: However a test fails, nobody waits longer for an export that it held up.
EXPORT_SECONDS = 30
FAILED = pytest.StashKey[bool]()

# The same examples on every run of CI, new ones on a developer's machine. A loaded machine is no reason to fail.
settings.register_profile("developer", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the tests that drive a browser or talk to the running product."""
    for item in items:
        if "browser_page" in getattr(item, "fixturenames", ()) or "app_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "SharedFiles":
    """Tests that share something costly run in one process."""
    from tests.support.schedule import SharedFiles

    return SharedFiles(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember a failure, so that ``browser_page`` can leave a picture of it."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_the_developers_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the data of whoever runs it, not even a test that forgot to say where its data is."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("REFUND_", "STREAMLIT_", "DATABASE_URL"))]:
            patch.delenv(name)
        patch.setenv("REFUND_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory that the product uses for the length of this test."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("REFUND_DATA_DIR", str(folder))
    return folder


# Databases ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """One PostgreSQL server for this test process."""
    from tests.support.postgres import running_postgres

    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from core.store.database import Database

    path = tmp_path_factory.mktemp("template") / "refund.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    # The copy takes one file, so nothing may be left in the write-ahead log beside it.
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def _migrated_name(postgres_server: "PostgresServer") -> str:
    from core.store.database import Database

    name = postgres_server.new_database()
    database = Database(postgres_server.url(name))
    database.migrate()
    database.dispose()
    return name


@pytest.fixture
def sqlite_database(_migrated_file: Path, data_dir: Path) -> Iterator["Database"]:
    """An empty migrated SQLite database."""
    from core.store.database import Database
    from tests.support.warm import warm

    path = shutil.copyfile(_migrated_file, data_dir / "refund.sqlite3")
    database = warm(Database(f"sqlite:///{path}"))
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def migrated_databases(_migrated_name: str, postgres_server: "PostgresServer") -> "MigratedDatabases":
    """Empty migrated PostgreSQL databases to be lent."""
    from tests.support.pool import MigratedDatabases

    return MigratedDatabases(postgres_server, _migrated_name)


@pytest.fixture
def postgresql_url(migrated_databases: "MigratedDatabases", postgres_server: "PostgresServer") -> Iterator[str]:
    """The address of an empty migrated PostgreSQL database."""
    name = migrated_databases.take()
    yield postgres_server.url(name)
    migrated_databases.give_back(name)


@pytest.fixture
def postgresql_database(postgresql_url: str, data_dir: Path) -> Iterator["Database"]:
    """An empty migrated PostgreSQL database."""
    from core.store.database import Database
    from tests.support.warm import warm

    assert data_dir.is_dir()
    database = warm(Database(postgresql_url))
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> "Database":
    """An empty migrated database, once on each of the two."""
    return request.getfixturevalue(f"{request.param}_database")


# The running product --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demonstration in it, made once and copied for every server."""
    from tests.support.product import run_command

    folder = tmp_path_factory.mktemp("demonstration") / "data"
    folder.mkdir()
    done = run_command(folder, "demo", "--if-empty", "--brief", REFUND_DEMO="1")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def demo_data(_demonstration: Path, data_dir: Path) -> Path:
    """A data directory of the test's own that holds the demonstration."""
    return shutil.copytree(_demonstration, data_dir, dirs_exist_ok=True)


@pytest.fixture
def start_app(data_dir: Path, tmp_path: Path) -> Iterator[Callable[..., "Product"]]:
    """Start the product: ``start_app(database_url=…, REFUND_DEMO="1")``. With no database it starts on an empty one.

    Every call is another process on the same data directory; ask for ``demo_data`` as well to have something in it.
    """
    from tests.support.product import Product

    started: list[Product] = []

    def start(database_url: str | None = None, **environment: str) -> Product:
        address = {"DATABASE_URL": database_url} if database_url else {}
        log = tmp_path / f"server-{len(started) + 1}.log"
        started.append(Product(data_dir, log, {"REFUND_DEMO": "1"} | address | environment))
        started[-1].start()
        return started[-1]

    yield start
    for product in started:
        product.stop()


@pytest.fixture(scope="module")
def app_server(_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Product"]:
    """The product with its demonstration data. After the last test its output is searched for what must not be there."""
    from tests.support.product import Product

    folder = tmp_path_factory.mktemp("app")
    data = shutil.copytree(_demonstration, folder / "data")
    product = Product(data, folder / "server.log", {"REFUND_DEMO": "1"})
    product.start()
    yield product
    product.stop()
    assert product.complaints() == [], product.output()


# Exports --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """Every worker that writes long exports waits until the event is set: an export that is begun now stays under way."""
    from core.services import export_jobs

    event = threading.Event()
    for _worker in range(export_jobs._pool._max_workers):
        export_jobs._pool.submit(event.wait, EXPORT_SECONDS)
    yield event
    event.set()


# The browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium, for one module only: it blocks ``asyncio.run`` for everything else that runs in this process."""
    from tests.support.browser import running_browser

    with running_browser() as chromium:
        yield chromium


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where this test leaves its pictures: ``build/pictures/`` and its name. Emptied before the test."""
    folder = PICTURES / re.sub(r"[^\w-]+", "-", request.node.name).strip("-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def browser_page(browser: "Browser", request: pytest.FixtureRequest, pictures: Path) -> Iterator["Visitors"]:
    """Open pages: ``browser_page(app_server.url)``, each call a visitor of his own. A failed test leaves pictures."""
    from tests.support.browser import Visitors

    visitors = Visitors(browser)
    yield visitors
    if request.node.stash.get(FAILED, False):
        visitors.take_pictures(pictures, "failed")
    visitors.close()
