"""Small reads that several services share."""

import sqlalchemy as sa

from core.store.schema import settings


def read_settings(connection: sa.Connection) -> dict[str, str]:
    """Every stored switch."""
    return dict(connection.execute(sa.select(settings.c.key, settings.c.value)).tuples().all())
