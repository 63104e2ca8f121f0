"""What happens to a batch afterwards: parts and steps of people, what they said of lines, and of the whole."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from core.domain.lifecycle import Part
from core.domain.line_review import Mark
from core.store.schema.columns import metadata, one_of, words

# Invariant 6: the primary key gives a person one part; events can only be written under the part that is held.
batch_parts = Table(
    "batch_parts",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    words("part"),
    PrimaryKeyConstraint("batch_id", "username"),
    UniqueConstraint("batch_id", "username", "part"),
    # Whoever asks for his messages has a part in few of all batches.
    Index("ix_batch_parts_username", "username", "batch_id"),
    one_of("part", Part),
)

# Invariant 7: every change of state names its one audit entry.
batch_events = Table(
    "batch_events",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("position", Integer, nullable=False),
    words("step"),
    words("from_state"),
    words("to_state"),
    words("username"),
    words("part"),
    words("note", default=""),
    words("at"),
    words("due_on", default=""),
    Column("audit_sequence", Integer, ForeignKey("audit.sequence"), nullable=False),
    PrimaryKeyConstraint("batch_id", "position"),
    UniqueConstraint("audit_sequence"),
    ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
)

# What was said of single lines, round by round: decisions of officials, answers of the employer. Whoever marks a line holds
# the part under which he does (invariant 6). ``final``: the step of that part was taken, the mark stays as it is.
line_decisions = Table(
    "line_decisions",
    metadata,
    Column("batch_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    words("part"),
    words("decision"),
    words("code", default=""),
    words("text", default=""),
    words("username"),
    words("at"),
    Column("final", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("batch_id", "position", "round", "part"),
    ForeignKeyConstraint(["batch_id", "position"], ["batch_lines.batch_id", "batch_lines.position"]),
    ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
    one_of("decision", Mark),
    CheckConstraint(
        "(part IN ('first_reviewer', 'second_reviewer', 'approver') AND decision IN ('pass', 'refuse', 'return'))"
        " OR (part = 'filer' AND decision IN ('answer', 'drop'))",
        name="part_decides",
    ),
    CheckConstraint("(decision = 'refuse') = (code <> '')", name="refusal_has_code"),
    CheckConstraint(
        "decision IN ('pass', 'drop') OR text <> '' OR (decision = 'refuse' AND code <> 'other')", name="says_why"
    ),
    CheckConstraint("round >= 1", name="round_counts_from_one"),
)

# Bank details that a correction after a bounce replaced, as they were: the first ones are those filed (invariant 3).
bank_corrections = Table(
    "bank_corrections",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("round", Integer, nullable=False),
    words("bank_name"),
    words("bank_account"),
    words("account_holder"),
    words("branch_name"),
    words("cnaps_code"),
    words("exchange_number"),
    words("username"),
    words("part"),
    words("at"),
    PrimaryKeyConstraint("batch_id", "round"),
    ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
    CheckConstraint("part = 'corrector'", name="by_corrector"),
    CheckConstraint("round >= 1", name="round_counts_from_one"),
)

# Notes beside a batch: among officials only, or for the employer as well. They decide nothing.
batch_comments = Table(
    "batch_comments",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("internal", Boolean, nullable=False),
    words("text"),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    words("at"),
    PrimaryKeyConstraint("batch_id", "position"),
    CheckConstraint("text <> ''", name="says_something"),
)

# What somebody said of an anomaly: it stays listed, and does not ask for attention any more.
anomaly_overrides = Table(
    "anomaly_overrides",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    words("code"),
    words("reason"),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    words("at"),
    PrimaryKeyConstraint("batch_id", "code"),
    CheckConstraint("reason <> ''", name="says_why"),
)
