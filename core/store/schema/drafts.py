"""Drafts: what a clerk has chosen and typed so far, and the papers of drafts and batches."""

import sqlalchemy as sa

from core.store.schema.columns import metadata, words

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("draft_id", sa.Text, primary_key=True),
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    sa.Column("employer_id", sa.Text, sa.ForeignKey("employers.employer_id"), nullable=False),
    # Query, reason and bank block as typed (JSON): half-finished input has no other constraint than being kept.
    words("content", default="{}"),
    # Made when the draft is previewed; presented at confirmation (invariants 3 and 4).
    words("idempotency_key", default=""),
    # What the last preview showed (JSON), so that drift can be told as a difference, in any browser, after any restart.
    words("previewed", default=""),
    words("created_at"),
    words("updated_at"),
    words("closed_at", default=""),
    sa.Index(
        "uq_drafts_open",
        "username",
        "employer_id",
        unique=True,
        sqlite_where=sa.text("closed_at = ''"),
        postgresql_where=sa.text("closed_at = ''"),
    ),
)

draft_rows = sa.Table(
    "draft_rows",
    metadata,
    sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.draft_id"), nullable=False),
    words("serial"),
    # Blank: the draft's own reason. A person may have two, and then some of the months carry the other one.
    words("reason", default=""),
    sa.PrimaryKeyConstraint("draft_id", "serial"),
    sqlite_with_rowid=False,
)

papers = sa.Table(
    "papers",
    metadata,
    sa.Column("paper_id", sa.Text, primary_key=True),
    sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.draft_id")),
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id")),
    words("material"),
    words("file_name"),
    words("media_type"),
    sa.Column("size", sa.Integer, nullable=False),
    words("sha256"),
    words("uploaded_by"),
    words("uploaded_at"),
    words("removed_at", default=""),
    sa.Index("ix_papers_draft", "draft_id"),
    sa.Index("ix_papers_batch", "batch_id"),
    sa.CheckConstraint("draft_id IS NOT NULL OR batch_id IS NOT NULL", name="belongs"),
)
