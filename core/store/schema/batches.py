"""Batches as they were filed: lines, what was told of them, and the money by fund."""

import sqlalchemy as sa

from core.domain.lifecycle import State
from core.domain.vocabulary import Insurance
from core.store.schema.columns import bank_words, fen, metadata, one_of, words

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch_id", sa.Text, primary_key=True),
    words("number"),
    sa.Column("employer_id", sa.Text, sa.ForeignKey("employers.employer_id"), nullable=False),
    words("employer_name"),
    words("reason"),
    words("reason_note", default=""),
    words("state"),
    sa.Column("round", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("filer", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("idempotency_key"),
    words("fingerprint"),
    words("rule_version"),
    # Batches split from one application stay together.
    words("family", default=""),
    words("voucher_type"),
    *bank_words(),
    sa.Column("account_unverified", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("line_count", sa.Integer, nullable=False),
    sa.Column("refused_count", sa.Integer, nullable=False),
    fen("total"),
    words("submitted_at"),
    words("state_since"),
    words("due_on", default=""),
    # Who means to work on it next; it gives nobody a part.
    words("assignee", default=""),
    sa.UniqueConstraint("number"),
    sa.UniqueConstraint("idempotency_key"),
    sa.Index("ix_batches_employer_id", "employer_id", "submitted_at"),
    sa.Index("ix_batches_state", "state", "due_on"),
    sa.Index("ix_batches_bank_account", "bank_account"),
    sa.Index("ix_batches_total", "total", "batch_id"),
    # Most batches are assigned to nobody.
    sa.Index(
        "ix_batches_assignee",
        "assignee",
        sqlite_where=sa.text("assignee <> ''"),
        postgresql_where=sa.text("assignee <> ''"),
    ),
    one_of("state", State),
    sa.CheckConstraint("total >= 0 AND line_count > 0", name="has_lines"),
)

lines = sa.Table(
    "batch_lines",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    words("serial"),
    words("insurance"),
    words("social_security_number"),
    words("name"),
    sa.Column("period", sa.Integer, nullable=False),
    words("verdict"),
    fen("employer_part"),
    fen("personal_part"),
    fen("late_fee"),
    fen("interest"),
    fen("refundable"),
    # False once the batch is withdrawn or rejected, or the line itself refused or dropped: it is then free for another batch.
    sa.Column("live", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.PrimaryKeyConstraint("batch_id", "position"),
    sa.UniqueConstraint("batch_id", "serial", "insurance"),
    # Invariant 1: no line is in two live or paid batches.
    sa.Index(
        "uq_batch_lines_live",
        "serial",
        "insurance",
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    ),
    sa.Index("ix_batch_lines_person", "social_security_number", "period"),
    sa.Index("ix_batch_lines_refundable", "refundable", "batch_id", "position"),
    sa.Index("ix_batch_lines_period", "period", "insurance"),
    one_of("insurance", Insurance),
    sa.CheckConstraint("verdict IN ('refundable', 'review')", name="verdict_files"),
    sa.CheckConstraint(
        "refundable > 0 AND refundable <= employer_part + personal_part + late_fee + interest",
        name="refund_within_received",
    ),
    sa.CheckConstraint(
        "employer_part >= 0 AND personal_part >= 0 AND late_fee >= 0 AND interest >= 0", name="not_negative"
    ),
    sqlite_with_rowid=False,
)

# What was told when the batch was confirmed: every finding of every line, filed (待核) or refused.
line_findings = sa.Table(
    "line_findings",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    words("serial"),
    words("insurance"),
    words("code"),
    words("basis", default=""),
    sa.PrimaryKeyConstraint("batch_id", "serial", "insurance", "code"),
    sqlite_with_rowid=False,
)

refused_lines = sa.Table(
    "refused_lines",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    words("serial"),
    words("insurance"),
    words("social_security_number"),
    words("name"),
    sa.Column("period", sa.Integer, nullable=False),
    fen("employer_part"),
    fen("personal_part"),
    fen("late_fee"),
    fen("interest"),
    sa.PrimaryKeyConstraint("batch_id", "serial", "insurance"),
    sa.Index("ix_refused_lines_period", "period", "insurance"),
    sqlite_with_rowid=False,
)

payment_lines = sa.Table(
    "payment_lines",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    words("insurance"),
    fen("amount"),
    sa.PrimaryKeyConstraint("batch_id", "insurance"),
    one_of("insurance", Insurance),
    sa.CheckConstraint("amount > 0", name="positive"),
)

# Numbers of a day, counted under the write lock.
batch_counters = sa.Table(
    "batch_counters",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)
