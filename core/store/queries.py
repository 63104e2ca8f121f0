"""Small reads that several services share."""

from typing import Any

import sqlalchemy as sa

from core.store.schema import settings

_SETTINGS = str(sa.select(settings.c.key, settings.c.value))


def read_settings(connection: sa.Connection) -> dict[str, str]:
    """Every stored switch."""
    # By the bare driver: judging one person's months takes no longer than SQLAlchemy needs for this one statement.
    raw: Any = connection.connection.driver_connection
    return dict(raw.execute(_SETTINGS).fetchall())
