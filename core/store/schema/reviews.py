"""What happens to a batch afterwards: parts and steps of people, what they said of lines, and of the whole."""

import sqlalchemy as sa

from core.domain.lifecycle import Part
from core.domain.line_review import Mark
from core.store.schema.columns import bank_words, metadata, one_of, words

# Invariant 6: the primary key gives a person one part; events can only be written under the part that is held.
batch_parts = sa.Table(
    "batch_parts",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("part"),
    sa.PrimaryKeyConstraint("batch_id", "username"),
    sa.UniqueConstraint("batch_id", "username", "part"),
    # Whoever asks for his messages has a part in few of all batches.
    sa.Index("ix_batch_parts_username", "username", "batch_id"),
    one_of("part", Part),
)

# Invariant 7: every change of state names its one audit entry.
batch_events = sa.Table(
    "batch_events",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    words("step"),
    words("from_state"),
    words("to_state"),
    words("username"),
    words("part"),
    words("note", default=""),
    words("at"),
    words("due_on", default=""),
    sa.Column("audit_sequence", sa.Integer, sa.ForeignKey("audit.sequence"), nullable=False),
    sa.PrimaryKeyConstraint("batch_id", "position"),
    sa.UniqueConstraint("audit_sequence"),
    sa.ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
)

# What was said of single lines, round by round: decisions of officials, answers of the employer. Whoever marks a line holds
# the part under which he does (invariant 6). ``final``: the step of that part was taken, the mark stays as it is.
line_decisions = sa.Table(
    "line_decisions",
    metadata,
    sa.Column("batch_id", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    words("part"),
    words("decision"),
    words("code", default=""),
    words("text", default=""),
    words("username"),
    words("at"),
    sa.Column("final", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.PrimaryKeyConstraint("batch_id", "position", "round", "part"),
    sa.ForeignKeyConstraint(["batch_id", "position"], ["batch_lines.batch_id", "batch_lines.position"]),
    sa.ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
    one_of("decision", Mark),
    sa.CheckConstraint(
        "(part IN ('first_reviewer', 'second_reviewer', 'approver') AND decision IN ('pass', 'refuse', 'return'))"
        " OR (part = 'filer' AND decision IN ('answer', 'drop'))",
        name="part_decides",
    ),
    sa.CheckConstraint("(decision = 'refuse') = (code <> '')", name="refusal_has_code"),
    sa.CheckConstraint(
        "decision IN ('pass', 'drop') OR text <> '' OR (decision = 'refuse' AND code <> 'other')", name="says_why"
    ),
    sa.CheckConstraint("round >= 1", name="round_counts_from_one"),
)

# Bank details that a correction after a bounce replaced, as they were: the first ones are those filed (invariant 3).
bank_corrections = sa.Table(
    "bank_corrections",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *bank_words(),
    words("username"),
    words("part"),
    words("at"),
    sa.PrimaryKeyConstraint("batch_id", "round"),
    sa.ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
    sa.CheckConstraint("part = 'corrector'", name="by_corrector"),
    sa.CheckConstraint("round >= 1", name="round_counts_from_one"),
)

# Notes beside a batch: among officials only, or for the employer as well. They decide nothing.
batch_comments = sa.Table(
    "batch_comments",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("internal", sa.Boolean, nullable=False),
    words("text"),
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("at"),
    # Its place among the messages; a comment from before there were such messages has none.
    sa.Column("audit_sequence", sa.Integer),
    sa.PrimaryKeyConstraint("batch_id", "position"),
    sa.Index("ix_batch_comments_audit_sequence", "audit_sequence", unique=True),
    sa.CheckConstraint("text <> ''", name="says_something"),
)

# What somebody said of an anomaly: it stays listed, and does not ask for attention any more until that is taken back.
anomaly_overrides = sa.Table(
    "anomaly_overrides",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), nullable=False),
    words("code"),
    # 1 for the first word, 2 for the one that takes it back, 3 for a word said anew …
    sa.Column("entry", sa.Integer, nullable=False, server_default="1"),
    words("reason"),
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("at"),
    sa.PrimaryKeyConstraint("batch_id", "code", "entry"),
    sa.CheckConstraint("reason <> ''", name="says_why"),
)
