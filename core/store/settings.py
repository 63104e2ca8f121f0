"""Writing a switch; reading them all is ``core.store.queries.read_settings``."""

import sqlalchemy as sa

_SET = sa.text(
    "INSERT INTO settings (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


def write_setting(connection: sa.Connection, key: str, value: str) -> None:
    """Store the value of a switch in the caller's transaction, over the one it had."""
    connection.execute(_SET, {"key": key, "value": value})
