"""A change of a registered account is told from its request on: the audit entries of asking and of taking back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SEQUENCES = ("requested_sequence", "cancelled_sequence")


def upgrade() -> None:
    for name in _SEQUENCES:
        op.add_column("account_changes", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("account_changes", sa.Column("cancelled_by", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    for name in ("cancelled_by", *_SEQUENCES):
        op.drop_column("account_changes", name)
