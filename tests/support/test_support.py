"""The fixtures keep what they promise; everything else in the tests relies on it."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from core.store.database import Database
from tests.support.browser import Visitors
from tests.support.pool import MigratedDatabases
from tests.support.postgres import PostgresServer
from tests.support.product import Product
from tests.support.system import MissingProgramError, Need, chromium, require


def test_a_database_is_migrated_and_empty(database: Database) -> None:
    with database.read() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = {table: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) for table in tables}

    assert "contributions" in rows
    assert rows["contributions"] == 0


def test_what_one_test_writes_no_other_test_reads(postgres_server: PostgresServer, postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE left_behind (id int)")
    another = postgres_server.new_database()

    with psycopg.connect(postgres_server.url(another).replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
    postgres_server.drop_database(another)


WRITTEN = "INSERT INTO settings (key, value) VALUES ('agency_name', 'x')"


@pytest.mark.parametrize(
    ("done", "lent_again"),
    [
        (WRITTEN, True),
        ("DELETE FROM users", True),
        ("DELETE FROM alembic_version", True),
        ("INSERT INTO sign_in_failures (subject, failed_at) VALUES ('a', 'b')", True),
        ("CREATE TABLE left_behind (id int)", False),
        ("ALTER TABLE settings ADD COLUMN more text", False),
        ("ALTER TABLE batches DISABLE TRIGGER ALL", False),
        ("ALTER TABLE batches DROP CONSTRAINT ck_batches_state_known", False),
    ],
)
def test_a_database_is_lent_again_as_it_was(
    done: str, lent_again: object, migrated_databases: MigratedDatabases, postgres_server: PostgresServer
) -> None:
    name = migrated_databases.take()
    before = contents(postgres_server, name)
    with psycopg.connect(postgres_server.url(name).replace("+psycopg", "")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(done)
    left_open = psycopg.connect(postgres_server.url(name).replace("+psycopg", ""))
    left_open.execute("SELECT pg_advisory_lock(1)")
    migrated_databases.give_back(name)
    left_open.close()

    again = migrated_databases.take()
    assert (again == name) is lent_again
    assert contents(postgres_server, again) == before
    migrated_databases.give_back(again)


def contents(server: PostgresServer, name: str) -> dict[str, list[tuple]]:
    """Every row of every table, and how far every sequence has come."""
    with psycopg.connect(server.url(name).replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for (table,) in tables}
        return found | {"": connection.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()}


def test_the_server_keeps_its_address_and_its_data_over_a_restart(
    postgres_server: PostgresServer, postgresql_database: Database
) -> None:
    before = postgres_server.url()
    postgres_server.restart()

    assert postgres_server.url() == before
    postgresql_database.dispose()
    with postgresql_database.read() as connection:
        assert sa.inspect(connection).has_table("contributions")


def test_nothing_points_to_the_data_of_whoever_runs_the_tests(data_dir: Path) -> None:
    assert os.environ["REFUND_DATA_DIR"] == str(data_dir)
    assert "DATABASE_URL" not in os.environ
    assert list(data_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "complaints"),
    [
        ("Traceback (most recent call last):", 1),
        ("judged 11999919900307001X in 3 ms", 1),
        ("account 119999199003070011", 1),
        ("batch TF202309150000017 submitted, 24000 lines", 0),
        ("id 1199991990030700110 is a digit too long for a person", 0),
    ],
)
def test_the_log_is_searched_for_what_must_not_be_there(tmp_path: Path, line: str, complaints: int) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"You can now view your app\n{line}\n")

    assert len(Product(tmp_path, log, port=1).complaints()) == complaints


def test_a_visitor_is_somebody_new_and_speaks_chinese(browser_page: Visitors) -> None:
    one, other = browser_page("http://127.0.0.1:1"), browser_page("http://127.0.0.1:1", locale="en-GB")

    assert one.evaluate("navigator.language") == "zh-CN"
    assert other.evaluate("navigator.language") == "en-GB"
    assert one.viewport_size == {"width": 1440, "height": 900}
    assert one.context is not other.context


def test_missing_programs_are_named_with_the_packages_that_bring_them() -> None:
    def nothing() -> None:
        return None

    there = Need("PostgreSQL", lambda: Path("/bin"), ("postgresql",))
    with pytest.raises(MissingProgramError, match="need Chromium, a font: install chromium fonts-noto-cjk"):
        require(there, Need("Chromium", nothing, ("chromium",)), Need("a font", nothing, ("fonts-noto-cjk",)))


def test_a_product_that_does_not_start_shows_why(start_app: Callable[..., Product]) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        start_app(STREAMLIT_SERVER_SSL_CERT_FILE="/nowhere")


def test_a_browser_that_is_wished_for_and_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(MissingProgramError, match="CHROMIUM names no-such-browser, which is no program on PATH"):
        chromium()
