"""Alembic, called from code: the product migrates its own database and needs no ini file."""

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from core.store.database import Database


def config(database: "Database") -> Config:
    """Alembic's configuration for this database."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["database"] = database
    return made


def upgrade(database: "Database", revision: str = "head") -> None:
    """Bring the schema up to ``revision``."""
    command.upgrade(config(database), revision)


def downgrade(database: "Database", revision: str) -> None:
    """Take the schema down to ``revision``; ``base`` empties the database."""
    command.downgrade(config(database), revision)
