"""Drafts: what a clerk has chosen and typed so far, and the papers of drafts and batches."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from core.store.schema.columns import metadata, words

drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("employer_id", Text, ForeignKey("employers.employer_id"), nullable=False),
    # Query, reason and bank block as typed (JSON): half-finished input has no other constraint than being kept.
    words("content", default="{}"),
    # Made when the draft is previewed; presented at confirmation (invariants 3 and 4).
    words("idempotency_key", default=""),
    # What the last preview showed (JSON), so that drift can be told as a difference, in any browser, after any restart.
    words("previewed", default=""),
    words("created_at"),
    words("updated_at"),
    words("closed_at", default=""),
    Index(
        "uq_drafts_open",
        "username",
        "employer_id",
        unique=True,
        sqlite_where=text("closed_at = ''"),
        postgresql_where=text("closed_at = ''"),
    ),
)

draft_rows = Table(
    "draft_rows",
    metadata,
    Column("draft_id", Text, ForeignKey("drafts.draft_id"), nullable=False),
    words("serial"),
    # Blank: the draft's own reason. A person may have two, and then some of the months carry the other one.
    words("reason", default=""),
    PrimaryKeyConstraint("draft_id", "serial"),
    sqlite_with_rowid=False,
)

papers = Table(
    "papers",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("draft_id", Text, ForeignKey("drafts.draft_id")),
    Column("batch_id", Text, ForeignKey("batches.batch_id")),
    words("material"),
    words("file_name"),
    words("media_type"),
    Column("size", Integer, nullable=False),
    words("sha256"),
    words("uploaded_by"),
    words("uploaded_at"),
    words("removed_at", default=""),
    Index("ix_papers_draft", "draft_id"),
    Index("ix_papers_batch", "batch_id"),
    CheckConstraint("draft_id IS NOT NULL OR batch_id IS NOT NULL", name="belongs"),
)
