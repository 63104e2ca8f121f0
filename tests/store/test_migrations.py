"""The schema: up, down and up again on both databases, and the same as the tables that the code knows."""

import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.store.database import Database
from core.store.migrate import downgrade, upgrade
from core.store.migrations.triggers import APPEND_ONLY, NEVER_DELETED
from core.store.schema import metadata
from tests.support.postgres import PostgresServer


def test_the_migrated_schema_is_the_one_that_the_code_knows(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_down_leaves_nothing_and_up_brings_everything_back(database: Database) -> None:
    downgrade(database, "base")
    with database.read() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(database)
    with database.read() as connection:
        assert set(metadata.tables) <= set(sa.inspect(connection).get_table_names())


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM users")) == 1


@pytest.mark.parametrize("table", sorted(APPEND_ONLY + NEVER_DELETED))
def test_every_kept_table_has_its_trigger(database: Database, table: str) -> None:
    assert table in metadata.tables
    with database.read() as connection:
        if database.is_sqlite:
            found = connection.scalars(sa.text("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")).all()
        else:
            found = connection.scalars(sa.text("SELECT event_object_table FROM information_schema.triggers")).all()
    assert table in found


def test_servers_that_start_together_make_one_schema(postgres_server: PostgresServer) -> None:
    url = postgres_server.url(postgres_server.new_database())
    migrate = [
        sys.executable,
        "-c",
        "import sys; from core.store.database import Database; Database(sys.argv[1]).migrate()",
        url,
    ]
    servers = [subprocess.Popen(migrate, stderr=subprocess.PIPE, text=True) for _server in range(3)]
    assert [(server.communicate()[1], server.returncode) for server in servers] == [("", 0)] * 3
