"""A comment has its place among the messages, and whoever a batch is assigned to finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("batch_comments", sa.Column("audit_sequence", sa.Integer()))
    op.create_index("ix_batch_comments_audit_sequence", "batch_comments", ["audit_sequence"], unique=True)
    assigned = sa.text("assignee <> ''")
    op.create_index("ix_batches_assignee", "batches", ["assignee"], sqlite_where=assigned, postgresql_where=assigned)


def downgrade() -> None:
    op.drop_index("ix_batches_assignee", table_name="batches")
    op.drop_index("ix_batch_comments_audit_sequence", table_name="batch_comments")
    op.drop_column("batch_comments", "audit_sequence")
