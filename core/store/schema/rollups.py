"""What the boards read, kept by triggers (``core.store.migrations.rollup_triggers``)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from core.store.schema.columns import fen, metadata, words

# What one batch adds to the boards, month by month; ``insurance`` is one fund or ``*`` for all of them.
batch_figures = Table(
    "batch_figures",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    words("insurance"),
    words("measure"),
    Column("month", Integer, nullable=False),
    words("employer_id"),
    words("reason"),
    words("district"),
    # 1 in the first month that has this measure of the batch, else 0: sums over months count a batch once.
    Column("batches", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    fen("employer_part"),
    fen("personal_part"),
    fen("amount"),
    PrimaryKeyConstraint("batch_id", "insurance", "measure", "month"),
    Index("ix_batch_figures_measure", "measure", "insurance", "month"),
    sqlite_with_rowid=False,
)

# The sums of ``batch_figures`` on three levels: everything, by district, by employer and district; ``*`` stands for all.
line_rollup = Table(
    "line_rollup",
    metadata,
    words("insurance"),
    words("measure"),
    words("employer_id"),
    words("district"),
    Column("month", Integer, nullable=False),
    words("reason"),
    Column("batches", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    fen("employer_part"),
    fen("personal_part"),
    fen("amount"),
    PrimaryKeyConstraint("insurance", "measure", "employer_id", "district", "month", "reason"),
    sqlite_with_rowid=False,
)

# Steps taken, by the month in which they were taken, for all employers (``*``) and for each: how long batches had waited for
# them in ``state`` (seconds), how many were late, and how many batches had never been returned before.
step_rollup = Table(
    "step_rollup",
    metadata,
    words("employer_id"),
    words("state"),
    words("step"),
    Column("month", Integer, nullable=False),
    words("username"),
    words("reason"),
    Column("moves", BigInteger, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("straight", BigInteger, nullable=False),
    PrimaryKeyConstraint("employer_id", "state", "step", "month", "username", "reason"),
    sqlite_with_rowid=False,
)
