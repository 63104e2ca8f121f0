"""What the boards read, kept by triggers (``core.store.migrations.rollup_triggers``)."""

import sqlalchemy as sa

from core.store.schema.columns import fen, metadata, words

# What one batch adds to the boards, month by month; ``insurance`` is one fund or ``*`` for all of them.
batch_figures = sa.Table(
    "batch_figures",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    words("insurance"),
    words("measure"),
    sa.Column("month", sa.Integer, nullable=False),
    words("employer_id"),
    words("reason"),
    words("district"),
    # 1 in the first month that has this measure of the batch, else 0: sums over months count a batch once.
    sa.Column("batches", sa.Integer, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    fen("employer_part"),
    fen("personal_part"),
    fen("amount"),
    sa.PrimaryKeyConstraint("batch_id", "insurance", "measure", "month"),
    sa.Index("ix_batch_figures_measure", "measure", "insurance", "month"),
    sqlite_with_rowid=False,
)

# The sums of ``batch_figures`` on three levels: everything, by district, by employer and district; ``*`` stands for all.
line_rollup = sa.Table(
    "line_rollup",
    metadata,
    words("insurance"),
    words("measure"),
    words("employer_id"),
    words("district"),
    sa.Column("month", sa.Integer, nullable=False),
    words("reason"),
    sa.Column("batches", sa.BigInteger, nullable=False),
    sa.Column("lines", sa.BigInteger, nullable=False),
    fen("employer_part"),
    fen("personal_part"),
    fen("amount"),
    sa.PrimaryKeyConstraint("insurance", "measure", "employer_id", "district", "month", "reason"),
    sqlite_with_rowid=False,
)

# Steps taken, by the month in which they were taken, for all employers (``*``) and for each: how long batches had waited for
# them in ``state`` (seconds), how many were late, and how many batches had never been returned before.
step_rollup = sa.Table(
    "step_rollup",
    metadata,
    words("employer_id"),
    words("state"),
    words("step"),
    sa.Column("month", sa.Integer, nullable=False),
    words("username"),
    words("reason"),
    sa.Column("moves", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.BigInteger, nullable=False),
    sa.Column("late", sa.BigInteger, nullable=False),
    sa.Column("straight", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("employer_id", "state", "step", "month", "username", "reason"),
    sqlite_with_rowid=False,
)
