"""Changes of a registered account: one asks, another decides, time makes it effective."""

import sqlalchemy as sa

from core.domain.account_change import ChangeState
from core.store.schema.columns import bank_words, metadata, one_of, words

account_changes = sa.Table(
    "account_changes",
    metadata,
    sa.Column("change_id", sa.Text, primary_key=True),
    sa.Column("employer_id", sa.Text, sa.ForeignKey("employers.employer_id"), nullable=False),
    *bank_words(),
    # The account that it replaces (JSON), as it was when the change was asked for, and again when it was decided.
    words("former", default="{}"),
    words("note", default=""),
    sa.Column("requested_by", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("requested_at"),
    words("state"),
    sa.Column("decided_by", sa.Text, sa.ForeignKey("users.username")),
    words("decided_at", default=""),
    words("decision_note", default=""),
    # The audit entries of the request, the decision and the withdrawal, by which messages are in one order; 0 until there is
    # one.
    sa.Column("requested_sequence", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("decided_sequence", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("cancelled_sequence", sa.Integer, nullable=False, server_default=sa.text("0")),
    words("cancelled_by", default=""),
    words("effective_at", default=""),
    words("cancelled_at", default=""),
    sa.Index("ix_account_changes_employer_id", "employer_id", "requested_at"),
    sa.Index("ix_account_changes_requested_by", "requested_by", "decided_sequence"),
    # An employer has one open change at a time.
    sa.Index(
        "uq_account_changes_open",
        "employer_id",
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'approved')"),
        postgresql_where=sa.text("state IN ('requested', 'approved')"),
    ),
    one_of("state", ChangeState),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
    sa.CheckConstraint(
        "state NOT IN ('approved', 'effective') OR (decided_by IS NOT NULL AND effective_at <> '')",
        name="approved_by_somebody",
    ),
    sa.CheckConstraint(
        "state <> 'refused' OR (decided_by IS NOT NULL AND decision_note <> '')", name="refused_for_a_reason"
    ),
    sa.CheckConstraint("bank_account <> '' AND account_holder <> ''", name="account_given"),
)
