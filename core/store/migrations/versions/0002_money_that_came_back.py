"""Money that comes back after 已支付: the order turns from paid to bounced, and its reversals get counter-entries."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.rollup_triggers import count_returns
from core.store.migrations.triggers import create_refusal, drop_refusal

revision = "0002"
down_revision = "0001"

_TAKEN = "employer_part <= 0 AND personal_part <= 0 AND late_fee <= 0 AND interest <= 0"
_GIVEN_BACK = _TAKEN.replace("<=", ">=")
_SIGNS = f"(entry % 2 = 1 AND {_TAKEN}) OR (entry % 2 = 0 AND {_GIVEN_BACK})"
_KEPT = "batch_id, position, serial, insurance, employer_part, personal_part, late_fee, interest, at"
_ORDERS = ("payment_orders_keep_result", "payment_orders")
_SETTLED = "OLD.status <> 'sent'"


def upgrade() -> None:
    connection = op.get_bind()
    drop_refusal(connection, *_ORDERS)
    create_refusal(
        connection, *_ORDERS, "UPDATE", f"{_SETTLED} AND NOT (OLD.status = 'paid' AND NEW.status = 'bounced')"
    )
    _remake_reversals(entries=True)
    count_returns(connection, counted=True)


def downgrade() -> None:
    """Entries that cancel each other out can't be told any more: what was given back leaves nothing."""
    connection = op.get_bind()
    count_returns(connection, counted=False)
    _remake_reversals(entries=False)
    drop_refusal(connection, *_ORDERS)
    create_refusal(connection, *_ORDERS, "UPDATE", _SETTLED)


def _remake_reversals(*, entries: bool) -> None:
    """The table with another primary key, which SQLite can't change: made anew, filled from the old one."""
    connection = op.get_bind()
    for event in ("update", "delete"):
        drop_refusal(connection, f"reversals_keep_{event}", "reversals")
    op.rename_table("reversals", "reversals_before")
    if connection.dialect.name == "postgresql":
        _make_room_for_names(entries=entries)
    _create_reversals(entries=entries)
    last = "r.entry = (SELECT max(m.entry) FROM reversals_before m WHERE m.batch_id = r.batch_id AND m.position = r.position)"
    standing = "" if entries else f" WHERE r.entry % 2 = 1 AND {last}"
    op.execute(sa.text(f"INSERT INTO reversals ({_KEPT}) SELECT {_KEPT} FROM reversals_before r{standing}"))  # noqa: S608
    op.drop_table("reversals_before")
    for event in ("update", "delete"):
        create_refusal(connection, f"reversals_keep_{event}", "reversals", event.upper())


def _make_room_for_names(*, entries: bool) -> None:
    """The names of keys belong to the whole schema on PostgreSQL."""
    unique = "uq_reversals_serial_insurance" if entries else "uq_reversals_serial_insurance_entry"
    for name in ("pk_reversals", unique):
        op.drop_constraint(name, "reversals_before")


def _create_reversals(*, entries: bool) -> None:
    entry = [sa.Column("entry", sa.Integer(), server_default=sa.text("1"), nullable=False)] if entries else []
    also = ["entry"] if entries else []
    signs = (_SIGNS, "ck_reversals_taken_or_given_back") if entries else (_TAKEN, "ck_reversals_not_positive")
    op.create_table(
        "reversals",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        *entry,
        sa.CheckConstraint(signs[0], name=op.f(signs[1])),
        sa.ForeignKeyConstraint(
            ["batch_id", "position"],
            ["batch_lines.batch_id", "batch_lines.position"],
            name=op.f("fk_reversals_batch_id_position"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", *also, name=op.f("pk_reversals")),
        sa.UniqueConstraint(
            "serial", "insurance", *also, name=op.f("_".join(["uq_reversals_serial_insurance", *also]))
        ),
    )
