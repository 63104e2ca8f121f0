"""What a question of all lines or refusals looks for is found: the largest and smallest amounts, and months that few have."""

from alembic import op

revision = "0008"
down_revision = "0007"

_INDEXES = (
    ("ix_batches_total", "batches", ["total", "batch_id"]),
    ("ix_batch_lines_refundable", "batch_lines", ["refundable", "batch_id", "position"]),
    ("ix_batch_lines_period", "batch_lines", ["period", "insurance"]),
    ("ix_refused_lines_period", "refused_lines", ["period", "insurance"]),
)


def upgrade() -> None:
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in _INDEXES:
        op.drop_index(name, table_name=table)
