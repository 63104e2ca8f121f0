"""Batches as they were filed: lines, what was told of them, and the money by fund."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from core.domain.lifecycle import State
from core.domain.vocabulary import Insurance
from core.store.schema.columns import fen, metadata, one_of, words

batches = Table(
    "batches",
    metadata,
    Column("batch_id", Text, primary_key=True),
    words("number"),
    Column("employer_id", Text, ForeignKey("employers.employer_id"), nullable=False),
    words("employer_name"),
    words("reason"),
    words("reason_note", default=""),
    words("state"),
    Column("round", Integer, nullable=False, server_default=text("1")),
    Column("filer", Text, ForeignKey("users.username"), nullable=False),
    words("idempotency_key"),
    words("fingerprint"),
    words("rule_version"),
    # Batches split from one application stay together.
    words("family", default=""),
    words("voucher_type"),
    words("bank_name"),
    words("bank_account"),
    words("account_holder"),
    words("branch_name"),
    words("cnaps_code"),
    words("exchange_number"),
    Column("account_unverified", Boolean, nullable=False, server_default=false()),
    Column("line_count", Integer, nullable=False),
    Column("refused_count", Integer, nullable=False),
    fen("total"),
    words("submitted_at"),
    words("state_since"),
    words("due_on", default=""),
    # Who means to work on it next; it gives nobody a part.
    words("assignee", default=""),
    UniqueConstraint("number"),
    UniqueConstraint("idempotency_key"),
    Index("ix_batches_employer_id", "employer_id", "submitted_at"),
    Index("ix_batches_state", "state", "due_on"),
    one_of("state", State),
    CheckConstraint("total >= 0 AND line_count > 0", name="has_lines"),
)

lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("position", Integer, nullable=False),
    words("serial"),
    words("insurance"),
    words("social_security_number"),
    words("name"),
    Column("period", Integer, nullable=False),
    words("verdict"),
    fen("employer_part"),
    fen("personal_part"),
    fen("late_fee"),
    fen("interest"),
    fen("refundable"),
    # False once the batch is withdrawn or rejected, or the line itself refused or dropped: it is then free for another batch.
    Column("live", Boolean, nullable=False, server_default=true()),
    PrimaryKeyConstraint("batch_id", "position"),
    UniqueConstraint("batch_id", "serial", "insurance"),
    # Invariant 1: no line is in two live or paid batches.
    Index(
        "uq_batch_lines_live",
        "serial",
        "insurance",
        unique=True,
        sqlite_where=text("live"),
        postgresql_where=text("live"),
    ),
    Index("ix_batch_lines_person", "social_security_number", "period"),
    one_of("insurance", Insurance),
    CheckConstraint("verdict IN ('refundable', 'review')", name="verdict_files"),
    CheckConstraint(
        "refundable > 0 AND refundable <= employer_part + personal_part + late_fee + interest",
        name="refund_within_received",
    ),
    CheckConstraint(
        "employer_part >= 0 AND personal_part >= 0 AND late_fee >= 0 AND interest >= 0", name="not_negative"
    ),
    sqlite_with_rowid=False,
)

# What was told when the batch was confirmed: every finding of every line, filed (待核) or refused.
line_findings = Table(
    "line_findings",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    words("serial"),
    words("insurance"),
    words("code"),
    words("basis", default=""),
    PrimaryKeyConstraint("batch_id", "serial", "insurance", "code"),
    sqlite_with_rowid=False,
)

refused_lines = Table(
    "refused_lines",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    words("serial"),
    words("insurance"),
    words("social_security_number"),
    words("name"),
    Column("period", Integer, nullable=False),
    fen("employer_part"),
    fen("personal_part"),
    fen("late_fee"),
    fen("interest"),
    PrimaryKeyConstraint("batch_id", "serial", "insurance"),
    sqlite_with_rowid=False,
)

payment_lines = Table(
    "payment_lines",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    words("insurance"),
    fen("amount"),
    PrimaryKeyConstraint("batch_id", "insurance"),
    one_of("insurance", Insurance),
    CheckConstraint("amount > 0", name="positive"),
)

# Numbers of a day, counted under the write lock.
batch_counters = Table(
    "batch_counters",
    metadata,
    Column("day", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
