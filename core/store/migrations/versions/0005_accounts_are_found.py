"""Batches are found by the account that they go to: one batch is looked at without reading all of them."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_batches_bank_account", "batches", ["bank_account"])


def downgrade() -> None:
    op.drop_index("ix_batches_bank_account", table_name="batches")
