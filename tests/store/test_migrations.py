"""The schema: up, down and up again on both databases, and the same as the tables that the code knows."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.store.database import Database
from core.store.migrate import downgrade, upgrade
from core.store.migrations.triggers import APPEND_ONLY, NEVER_DELETED
from core.store.schema import metadata


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
