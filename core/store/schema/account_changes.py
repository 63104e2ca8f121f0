"""Changes of a registered account: one asks, another decides, time makes it effective."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from core.domain.account_change import ChangeState
from core.store.schema.columns import metadata, one_of, words

account_changes = Table(
    "account_changes",
    metadata,
    Column("change_id", Text, primary_key=True),
    Column("employer_id", Text, ForeignKey("employers.employer_id"), nullable=False),
    words("bank_name"),
    words("bank_account"),
    words("account_holder"),
    words("branch_name"),
    words("cnaps_code"),
    words("exchange_number"),
    # The account that it replaces (JSON), as it was when the change was asked for, and again when it was decided.
    words("former", default="{}"),
    words("note", default=""),
    Column("requested_by", Text, ForeignKey("users.username"), nullable=False),
    words("requested_at"),
    words("state"),
    Column("decided_by", Text, ForeignKey("users.username")),
    words("decided_at", default=""),
    words("decision_note", default=""),
    # The audit entry of the decision, by which messages are in one order; 0 until there is one.
    Column("decided_sequence", Integer, nullable=False, server_default=text("0")),
    words("effective_at", default=""),
    words("cancelled_at", default=""),
    Index("ix_account_changes_employer_id", "employer_id", "requested_at"),
    Index("ix_account_changes_requested_by", "requested_by", "decided_sequence"),
    # An employer has one open change at a time.
    Index(
        "uq_account_changes_open",
        "employer_id",
        unique=True,
        sqlite_where=text("state IN ('requested', 'approved')"),
        postgresql_where=text("state IN ('requested', 'approved')"),
    ),
    one_of("state", ChangeState),
    CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
    CheckConstraint(
        "state NOT IN ('approved', 'effective') OR (decided_by IS NOT NULL AND effective_at <> '')",
        name="approved_by_somebody",
    ),
    CheckConstraint(
        "state <> 'refused' OR (decided_by IS NOT NULL AND decision_note <> '')", name="refused_for_a_reason"
    ),
    CheckConstraint("bank_account <> '' AND account_holder <> ''", name="account_given"),
)
