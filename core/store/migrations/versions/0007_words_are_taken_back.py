"""A word on an anomaly can be taken back, and said anew: every one is an entry of its own, and none is ever changed."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.triggers import create_refusal, drop_refusal

revision = "0007"
down_revision = "0006"

_TABLE, _BEFORE = "anomaly_overrides", "anomaly_overrides_before"
_KEPT = "batch_id, code, reason, username, at"
_KEYS = ("fk_anomaly_overrides_batch_id", "fk_anomaly_overrides_username", "pk_anomaly_overrides")


def upgrade() -> None:
    _remake(entries=True)


def downgrade() -> None:
    """What was taken back can't be told any more: it leaves nothing."""
    _remake(entries=False)


def _remake(*, entries: bool) -> None:
    """The table with another primary key, which SQLite can't change: made anew, filled from the old one."""
    connection = op.get_bind()
    for event in ("update", "delete"):
        drop_refusal(connection, f"{_TABLE}_keep_{event}", _TABLE)
    op.rename_table(_TABLE, _BEFORE)
    if connection.dialect.name == "postgresql":
        # The names of keys belong to the whole schema there.
        for name in (*_KEYS, "ck_anomaly_overrides_says_why"):
            op.drop_constraint(name, _BEFORE)
    _create(entries=entries)
    last = f"o.entry = (SELECT max(m.entry) FROM {_BEFORE} m WHERE m.batch_id = o.batch_id AND m.code = o.code)"  # noqa: S608
    standing = "" if entries else f" WHERE o.entry % 2 = 1 AND {last}"
    op.execute(sa.text(f"INSERT INTO {_TABLE} ({_KEPT}) SELECT {_KEPT} FROM {_BEFORE} o{standing}"))  # noqa: S608
    op.drop_table(_BEFORE)
    for event in ("update", "delete"):
        create_refusal(connection, f"{_TABLE}_keep_{event}", _TABLE, event.upper())


def _create(*, entries: bool) -> None:
    entry = [sa.Column("entry", sa.Integer(), server_default=sa.text("1"), nullable=False)] if entries else []
    op.create_table(
        _TABLE,
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        *entry,
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_anomaly_overrides_says_why")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f(_KEYS[0])),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f(_KEYS[1])),
        sa.PrimaryKeyConstraint("batch_id", "code", *(["entry"] if entries else []), name=op.f(_KEYS[2])),
    )
