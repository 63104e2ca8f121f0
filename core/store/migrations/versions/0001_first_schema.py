"""The first schema, with the triggers that keep what is written."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.rollup_triggers import create_rollup_triggers, drop_rollup_triggers
from core.store.migrations.triggers import create_triggers, drop_triggers

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_audit_counts_from_one")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_previous_hash")),
    )
    op.create_table(
        "bank_branches",
        sa.Column("cnaps_code", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(cnaps_code) = 12", name=op.f("ck_bank_branches_cnaps_code_whole")),
        sa.CheckConstraint("branch_name <> ''", name=op.f("ck_bank_branches_branch_name_given")),
        sa.PrimaryKeyConstraint("cnaps_code", name=op.f("pk_bank_branches")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_counters",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_batch_counters")),
    )
    op.create_table(
        "employers",
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("in_arrears", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("bank_name", sa.Text(), server_default="", nullable=False),
        sa.Column("bank_account", sa.Text(), server_default="", nullable=False),
        sa.Column("account_holder", sa.Text(), server_default="", nullable=False),
        sa.Column("branch_name", sa.Text(), server_default="", nullable=False),
        sa.Column("cnaps_code", sa.Text(), server_default="", nullable=False),
        sa.Column("exchange_number", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("employer_id <> ''", name=op.f("ck_employers_employer_id_given")),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_employers")),
    )
    op.create_table(
        "exports",
        sa.Column("export_id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_exports")),
    )
    op.create_table(
        "facts",
        sa.Column("social_security_number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), server_default="", nullable=False),
        sa.Column("insurance", sa.Text(), server_default="", nullable=False),
        sa.Column("start_day", sa.Integer(), nullable=False),
        sa.Column("end_day", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("insurance IN ('', 'pension', 'unemployment')", name=op.f("ck_facts_insurance_known")),
        sa.CheckConstraint(
            "kind IN ('enrolment', 'employment', 'no_relation', 'student_domestic', 'student_abroad', 'retirement', 'death', 'institution', 'service', 'pension_benefit', 'unemployment_benefit', 'transfer_out', 'account_settled', 'injury', 'subsidy', 'investigation', 'identity_doubt')",
            name=op.f("ck_facts_kind_known"),
        ),
        sa.CheckConstraint("end_day IS NULL OR end_day >= start_day", name=op.f("ck_facts_ends_after_start")),
        sa.PrimaryKeyConstraint(
            "social_security_number", "kind", "employer_id", "insurance", "start_day", name=op.f("pk_facts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("corrected_count", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imports")),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("failure_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("failure_id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index("ix_sign_in_failures_subject", "sign_in_failures", ["subject", "failed_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="zh", nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("token_expires_at", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_secret", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_confirmed_at", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_last_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("inbox_seen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("wants_mail", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("NOT wants_mail OR email <> ''", name=op.f("ck_users_mail_has_address")),
        sa.CheckConstraint("totp_confirmed_at = '' OR totp_secret <> ''", name=op.f("ck_users_confirmed_has_secret")),
        sa.CheckConstraint(
            "role IN ('clerk', 'reviewer', 'approver', 'finance', 'analyst', 'admin', 'auditor', 'system')",
            name=op.f("ck_users_role_known"),
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_users")),
    )
    op.create_table(
        "account_changes",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("account_holder", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("cnaps_code", sa.Text(), nullable=False),
        sa.Column("exchange_number", sa.Text(), nullable=False),
        sa.Column("former", sa.Text(), server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_note", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_sequence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("effective_at", sa.Text(), server_default="", nullable=False),
        sa.Column("cancelled_at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'effective', 'refused', 'cancelled')",
            name=op.f("ck_account_changes_state_known"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> requested_by", name=op.f("ck_account_changes_four_eyes")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'effective') OR (decided_by IS NOT NULL AND effective_at <> '')",
            name=op.f("ck_account_changes_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR (decided_by IS NOT NULL AND decision_note <> '')",
            name=op.f("ck_account_changes_refused_for_a_reason"),
        ),
        sa.CheckConstraint(
            "bank_account <> '' AND account_holder <> ''", name=op.f("ck_account_changes_account_given")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.employer_id"], name=op.f("fk_account_changes_employer_id")
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["users.username"], name=op.f("fk_account_changes_requested_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.username"], name=op.f("fk_account_changes_decided_by")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_account_changes")),
    )
    op.create_index("ix_account_changes_employer_id", "account_changes", ["employer_id", "requested_at"], unique=False)
    op.create_index(
        "ix_account_changes_requested_by", "account_changes", ["requested_by", "decided_sequence"], unique=False
    )
    op.create_index(
        "uq_account_changes_open",
        "account_changes",
        ["employer_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'approved')"),
        postgresql_where=sa.text("state IN ('requested', 'approved')"),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_note", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("filer", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), server_default="", nullable=False),
        sa.Column("voucher_type", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("account_holder", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("cnaps_code", sa.Text(), nullable=False),
        sa.Column("exchange_number", sa.Text(), nullable=False),
        sa.Column("account_unverified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("submitted_at", sa.Text(), nullable=False),
        sa.Column("state_since", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), server_default="", nullable=False),
        sa.Column("assignee", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'first_review', 'second_review', 'approval', 'payable', 'paying', 'paid', 'closed', 'returned', 'withdrawn', 'rejected', 'payment_failed', 'bank_correction', 'bank_review')",
            name=op.f("ck_batches_state_known"),
        ),
        sa.CheckConstraint("total >= 0 AND line_count > 0", name=op.f("ck_batches_has_lines")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.employer_id"], name=op.f("fk_batches_employer_id")),
        sa.ForeignKeyConstraint(["filer"], ["users.username"], name=op.f("fk_batches_filer")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batches")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_batches_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_batches_number")),
    )
    op.create_index("ix_batches_employer_id", "batches", ["employer_id", "submitted_at"], unique=False)
    op.create_index("ix_batches_state", "batches", ["state", "due_on"], unique=False)
    op.create_table(
        "contributions",
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("social_security_number", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("voucher_type", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("arrival", sa.Text(), nullable=False),
        sa.Column("arrival_day", sa.Integer(), nullable=True),
        sa.Column("injury_mode", sa.Text(), nullable=False),
        sa.Column("suspense", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pension_base", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unemployment_base", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("work_injury_base", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pension_employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pension_personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pension_late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pension_interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unemployment_employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unemployment_personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unemployment_late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unemployment_interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("work_injury_employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("work_injury_late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("work_injury_interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "arrival IN ('received', 'missing', 'deferred', 'waived')", name=op.f("ck_contributions_arrival_known")
        ),
        sa.CheckConstraint("assessment IN ('agency', 'self', 'tax')", name=op.f("ck_contributions_assessment_known")),
        sa.CheckConstraint(
            "document_type IN ('resident_id', 'hk_macao', 'taiwan', 'permanent_residence', 'passport')",
            name=op.f("ck_contributions_document_type_known"),
        ),
        sa.CheckConstraint("injury_mode IN ('person', 'project')", name=op.f("ck_contributions_injury_mode_known")),
        sa.CheckConstraint(
            "kind IN ('normal', 'supplement', 'difference', 'ruling', 'audit', 'inspection')",
            name=op.f("ck_contributions_kind_known"),
        ),
        sa.CheckConstraint(
            "pension_base >= 0 AND unemployment_base >= 0 AND work_injury_base >= 0 AND pension_employer_part >= 0 AND pension_personal_part >= 0 AND pension_late_fee >= 0 AND pension_interest >= 0 AND unemployment_employer_part >= 0 AND unemployment_personal_part >= 0 AND unemployment_late_fee >= 0 AND unemployment_interest >= 0 AND work_injury_employer_part >= 0 AND work_injury_late_fee >= 0 AND work_injury_interest >= 0",
            name=op.f("ck_contributions_not_negative"),
        ),
        sa.CheckConstraint(
            "period % 100 BETWEEN 1 AND 12 AND period BETWEEN 194901 AND 219912",
            name=op.f("ck_contributions_period_is_month"),
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.employer_id"], name=op.f("fk_contributions_employer_id")),
        sa.PrimaryKeyConstraint(
            "employer_id", "social_security_number", "period", "serial", name=op.f("pk_contributions")
        ),
        sa.UniqueConstraint("serial", name=op.f("uq_contributions_serial")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contributions_person", "contributions", ["social_security_number", "period"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), server_default="{}", nullable=False),
        sa.Column("idempotency_key", sa.Text(), server_default="", nullable=False),
        sa.Column("previewed", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.employer_id"], name=op.f("fk_drafts_employer_id")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_drafts_username")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_drafts")),
    )
    op.create_index(
        "uq_drafts_open",
        "drafts",
        ["username", "employer_id"],
        unique=True,
        sqlite_where=sa.text("closed_at = ''"),
        postgresql_where=sa.text("closed_at = ''"),
    )
    op.create_table(
        "import_warnings",
        sa.Column("warning_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"], name=op.f("fk_import_warnings_import_id")),
        sa.PrimaryKeyConstraint("warning_id", name=op.f("pk_import_warnings")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), server_default="", nullable=False),
        sa.Column("factor_at", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_sessions_username")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_username", "sessions", ["username"], unique=False)
    op.create_table(
        "superseded",
        sa.Column("superseded_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"], name=op.f("fk_superseded_import_id")),
        sa.PrimaryKeyConstraint("superseded_id", name=op.f("pk_superseded")),
    )
    op.create_index("ix_superseded_record", "superseded", ["table_name", "record_key"], unique=False)
    op.create_table(
        "user_employers",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_user_employers_username")),
        sa.PrimaryKeyConstraint("username", "employer_id", name=op.f("pk_user_employers")),
    )
    op.create_table(
        "batch_lines",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("social_security_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("refundable", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint(
            "insurance IN ('pension', 'unemployment', 'work_injury')", name=op.f("ck_batch_lines_insurance_known")
        ),
        sa.CheckConstraint("verdict IN ('refundable', 'review')", name=op.f("ck_batch_lines_verdict_files")),
        sa.CheckConstraint(
            "employer_part >= 0 AND personal_part >= 0 AND late_fee >= 0 AND interest >= 0",
            name=op.f("ck_batch_lines_not_negative"),
        ),
        sa.CheckConstraint(
            "refundable > 0 AND refundable <= employer_part + personal_part + late_fee + interest",
            name=op.f("ck_batch_lines_refund_within_received"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_batch_lines_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_lines")),
        sa.UniqueConstraint("batch_id", "serial", "insurance", name=op.f("uq_batch_lines_batch_id_serial_insurance")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_lines_person", "batch_lines", ["social_security_number", "period"], unique=False)
    op.create_index(
        "uq_batch_lines_live",
        "batch_lines",
        ["serial", "insurance"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "batch_parts",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "part IN ('filer', 'accepter', 'first_reviewer', 'second_reviewer', 'approver', 'payer', 'corrector', 'system')",
            name=op.f("ck_batch_parts_part_known"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_batch_parts_batch_id")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_batch_parts_username")),
        sa.PrimaryKeyConstraint("batch_id", "username", name=op.f("pk_batch_parts")),
        sa.UniqueConstraint("batch_id", "username", "part", name=op.f("uq_batch_parts_batch_id_username_part")),
    )
    op.create_index("ix_batch_parts_username", "batch_parts", ["username", "batch_id"], unique=False)
    op.create_table(
        "draft_rows",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.draft_id"], name=op.f("fk_draft_rows_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "serial", name=op.f("pk_draft_rows")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "line_findings",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_line_findings_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "serial", "insurance", "code", name=op.f("pk_line_findings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "papers",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("draft_id IS NOT NULL OR batch_id IS NOT NULL", name=op.f("ck_papers_belongs")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_papers_batch_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.draft_id"], name=op.f("fk_papers_draft_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_papers")),
    )
    op.create_index("ix_papers_batch", "papers", ["batch_id"], unique=False)
    op.create_index("ix_papers_draft", "papers", ["draft_id"], unique=False)
    op.create_table(
        "payment_lines",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "insurance IN ('pension', 'unemployment', 'work_injury')", name=op.f("ck_payment_lines_insurance_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_lines_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_payment_lines_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "insurance", name=op.f("pk_payment_lines")),
    )
    op.create_table(
        "refused_lines",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("social_security_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_refused_lines_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "serial", "insurance", name=op.f("pk_refused_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_events",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), server_default="", nullable=False),
        sa.Column("audit_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_sequence"], ["audit.sequence"], name=op.f("fk_batch_events_audit_sequence")),
        sa.ForeignKeyConstraint(
            ["batch_id", "username", "part"],
            ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"],
            name=op.f("fk_batch_events_batch_id_username_part"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_batch_events_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_events")),
        sa.UniqueConstraint("audit_sequence", name=op.f("uq_batch_events_audit_sequence")),
    )
    op.create_table(
        "reversals",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("late_fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interest", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "employer_part <= 0 AND personal_part <= 0 AND late_fee <= 0 AND interest <= 0",
            name=op.f("ck_reversals_not_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id", "position"],
            ["batch_lines.batch_id", "batch_lines.position"],
            name=op.f("fk_reversals_batch_id_position"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_reversals")),
        sa.UniqueConstraint("serial", "insurance", name=op.f("uq_reversals_serial_insurance")),
    )
    op.create_table(
        "payment_runs",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("order_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("order_count > 0 AND total > 0", name=op.f("ck_payment_runs_has_orders")),
        sa.ForeignKeyConstraint(["created_by"], ["users.username"], name=op.f("fk_payment_runs_created_by")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_payment_runs")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_payment_runs_fingerprint")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_runs_number")),
    )
    op.create_table(
        "bank_results",
        sa.Column("result_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("booked", sa.Boolean(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('table', 'pain002', 'camt053', 'by_hand')", name=op.f("ck_bank_results_kind_known")
        ),
        sa.ForeignKeyConstraint(["imported_by"], ["users.username"], name=op.f("fk_bank_results_imported_by")),
        sa.PrimaryKeyConstraint("result_id", name=op.f("pk_bank_results")),
    )
    op.create_index(
        "uq_bank_results_file",
        "bank_results",
        ["sha256", "booked"],
        unique=True,
        sqlite_where=sa.text("sha256 <> ''"),
        postgresql_where=sa.text("sha256 <> ''"),
    )
    op.create_table(
        "payment_orders",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("account_holder", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("cnaps_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("bank_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_on", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("result_id", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > 0 AND attempt > 0", name=op.f("ck_payment_orders_positive")),
        sa.CheckConstraint("(status = 'sent') = (result_id IS NULL)", name=op.f("ck_payment_orders_result_named")),
        sa.CheckConstraint("status <> 'bounced' OR bank_reason <> ''", name=op.f("ck_payment_orders_bounce_explained")),
        sa.CheckConstraint("status IN ('sent', 'paid', 'bounced')", name=op.f("ck_payment_orders_status_known")),
        sa.ForeignKeyConstraint(
            ["batch_id", "insurance"],
            ["payment_lines.batch_id", "payment_lines.insurance"],
            name=op.f("fk_payment_orders_batch_id_insurance"),
        ),
        sa.ForeignKeyConstraint(["result_id"], ["bank_results.result_id"], name=op.f("fk_payment_orders_result_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payment_runs.run_id"], name=op.f("fk_payment_orders_run_id")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_payment_orders")),
        sa.UniqueConstraint(
            "batch_id", "insurance", "attempt", name=op.f("uq_payment_orders_batch_id_insurance_attempt")
        ),
    )
    op.create_index("ix_payment_orders_run_id", "payment_orders", ["run_id"], unique=False)
    op.create_index(
        "uq_payment_orders_live",
        "payment_orders",
        ["batch_id", "insurance"],
        unique=True,
        sqlite_where=sa.text("status IN ('sent', 'paid')"),
        postgresql_where=sa.text("status IN ('sent', 'paid')"),
    )
    op.create_table(
        "payment_files",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('list', 'csv', 'pain001')", name=op.f("ck_payment_files_kind_known")),
        sa.ForeignKeyConstraint(["made_by"], ["users.username"], name=op.f("fk_payment_files_made_by")),
        sa.ForeignKeyConstraint(["run_id"], ["payment_runs.run_id"], name=op.f("fk_payment_files_run_id")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_payment_files")),
        sa.UniqueConstraint("run_id", "kind", name=op.f("uq_payment_files_run_id_kind")),
    )
    op.create_table(
        "bank_result_rows",
        sa.Column("result_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_on", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("resolved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("resolved_at", sa.Text(), server_default="", nullable=False),
        sa.Column("resolution", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(resolved_by = '') = (resolution = '')", name=op.f("ck_bank_result_rows_resolution_signed")
        ),
        sa.ForeignKeyConstraint(["result_id"], ["bank_results.result_id"], name=op.f("fk_bank_result_rows_result_id")),
        sa.PrimaryKeyConstraint("result_id", "position", name=op.f("pk_bank_result_rows")),
    )
    op.create_table(
        "line_decisions",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("final", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('pass', 'refuse', 'return', 'answer', 'drop')",
            name=op.f("ck_line_decisions_decision_known"),
        ),
        sa.CheckConstraint(
            "(part IN ('first_reviewer', 'second_reviewer', 'approver') AND decision IN ('pass', 'refuse', 'return'))"
            " OR (part = 'filer' AND decision IN ('answer', 'drop'))",
            name=op.f("ck_line_decisions_part_decides"),
        ),
        sa.CheckConstraint("(decision = 'refuse') = (code <> '')", name=op.f("ck_line_decisions_refusal_has_code")),
        sa.CheckConstraint(
            "decision IN ('pass', 'drop') OR text <> '' OR (decision = 'refuse' AND code <> 'other')",
            name=op.f("ck_line_decisions_says_why"),
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_line_decisions_round_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["batch_id", "position"],
            ["batch_lines.batch_id", "batch_lines.position"],
            name=op.f("fk_line_decisions_batch_id_position"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id", "username", "part"],
            ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"],
            name=op.f("fk_line_decisions_batch_id_username_part"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", "round", "part", name=op.f("pk_line_decisions")),
    )
    op.create_table(
        "bank_corrections",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("account_holder", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("cnaps_code", sa.Text(), nullable=False),
        sa.Column("exchange_number", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("part = 'corrector'", name=op.f("ck_bank_corrections_by_corrector")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_bank_corrections_round_counts_from_one")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_bank_corrections_batch_id")),
        sa.ForeignKeyConstraint(
            ["batch_id", "username", "part"],
            ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"],
            name=op.f("fk_bank_corrections_batch_id_username_part"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "round", name=op.f("pk_bank_corrections")),
    )
    op.create_table(
        "batch_comments",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_batch_comments_says_something")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_batch_comments_batch_id")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_batch_comments_username")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_comments")),
    )
    op.create_table(
        "outbox",
        sa.Column("mail_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.Text(), server_default="", nullable=False),
        sa.Column("given_up_at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("recipient <> '' AND subject <> ''", name=op.f("ck_outbox_addressed")),
        sa.CheckConstraint("sent_at = '' OR given_up_at = ''", name=op.f("ck_outbox_ends_once")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts_counted")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_outbox_username")),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at", "mail_id"],
        unique=False,
        sqlite_where=sa.text("sent_at = '' AND given_up_at = ''"),
        postgresql_where=sa.text("sent_at = '' AND given_up_at = ''"),
    )
    op.create_table(
        "screenings",
        sa.Column("screening_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("office", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("runner", sa.Text(), nullable=False),
        sa.Column("after_employer", sa.Text(), server_default="", nullable=False),
        sa.Column("after_person", sa.Text(), server_default="", nullable=False),
        sa.Column("rows_seen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("find_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('running', 'stopped', 'done')", name=op.f("ck_screenings_state_known")),
        sa.CheckConstraint("(state = 'done') = (finished_at <> '')", name=op.f("ck_screenings_done_has_end")),
        sa.PrimaryKeyConstraint("screening_id", name=op.f("pk_screenings")),
    )
    op.create_index("ix_screenings_scope", "screenings", ["office", "scope", "started_at"])
    op.create_table(
        "screening_finds",
        sa.Column("screening_id", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("social_security_number", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("also", sa.Text(), server_default="", nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), server_default="[]", nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "insurance IN ('pension', 'unemployment', 'work_injury')", name=op.f("ck_screening_finds_insurance_known")
        ),
        sa.CheckConstraint("confidence IN ('fact', 'pattern')", name=op.f("ck_screening_finds_confidence_known")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_screening_finds_not_negative")),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.screening_id"], name=op.f("fk_screening_finds_screening_id")
        ),
        sa.PrimaryKeyConstraint(
            "screening_id",
            "employer_id",
            "social_security_number",
            "period",
            "serial",
            "insurance",
            name=op.f("pk_screening_finds"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "anomaly_overrides",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_anomaly_overrides_says_why")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_anomaly_overrides_batch_id")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_anomaly_overrides_username")),
        sa.PrimaryKeyConstraint("batch_id", "code", name=op.f("pk_anomaly_overrides")),
    )
    op.create_table(
        "saved_views",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_views_is_named")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_saved_views_username")),
        sa.PrimaryKeyConstraint("username", "screen", "name", name=op.f("pk_saved_views")),
    )
    # Automatic steps are taken by an account that nobody can sign in to.
    op.execute(
        "INSERT INTO users (username, role, disabled, created_at) VALUES ('system', 'system', TRUE, '1970-01-01T00:00:00+00:00')"
    )
    op.create_table(
        "batch_figures",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_batch_figures_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "insurance", "measure", "month", name=op.f("pk_batch_figures")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_figures_measure", "batch_figures", ["measure", "insurance", "month"], unique=False)
    op.create_table(
        "line_rollup",
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("employer_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("personal_part", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "insurance", "measure", "employer_id", "district", "month", "reason", name=op.f("pk_line_rollup")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "step_rollup",
        sa.Column("employer_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moves", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("straight", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "employer_id", "state", "step", "month", "username", "reason", name=op.f("pk_step_rollup")
        ),
        sqlite_with_rowid=False,
    )
    create_triggers(op.get_bind())
    create_rollup_triggers(op.get_bind())


def downgrade() -> None:
    drop_rollup_triggers(op.get_bind())
    drop_triggers(op.get_bind())
    op.drop_table("saved_views")
    op.drop_table("anomaly_overrides")
    op.drop_table("screening_finds")
    op.drop_index("ix_screenings_scope", table_name="screenings")
    op.drop_table("screenings")
    op.drop_table("outbox")
    op.drop_table("step_rollup")
    op.drop_table("line_rollup")
    op.drop_index("ix_batch_figures_measure", table_name="batch_figures")
    op.drop_table("batch_figures")
    op.drop_table("batch_comments")
    op.drop_table("bank_corrections")
    op.drop_table("line_decisions")
    op.drop_table("bank_result_rows")
    op.drop_table("payment_files")
    op.drop_index(
        "uq_payment_orders_live",
        table_name="payment_orders",
        sqlite_where=sa.text("status IN ('sent', 'paid')"),
        postgresql_where=sa.text("status IN ('sent', 'paid')"),
    )
    op.drop_index("ix_payment_orders_run_id", table_name="payment_orders")
    op.drop_table("payment_orders")
    op.drop_index(
        "uq_bank_results_file",
        table_name="bank_results",
        sqlite_where=sa.text("sha256 <> ''"),
        postgresql_where=sa.text("sha256 <> ''"),
    )
    op.drop_table("bank_results")
    op.drop_table("payment_runs")
    op.drop_table("account_changes")
    op.drop_table("reversals")
    op.drop_table("batch_events")
    op.drop_table("refused_lines")
    op.drop_table("payment_lines")
    op.drop_index("ix_papers_draft", table_name="papers")
    op.drop_index("ix_papers_batch", table_name="papers")
    op.drop_table("papers")
    op.drop_table("line_findings")
    op.drop_table("draft_rows")
    op.drop_table("batch_parts")
    op.drop_index(
        "uq_batch_lines_live", table_name="batch_lines", sqlite_where=sa.text("live"), postgresql_where=sa.text("live")
    )
    op.drop_index("ix_batch_lines_person", table_name="batch_lines")
    op.drop_table("batch_lines")
    op.drop_table("user_employers")
    op.drop_index("ix_superseded_record", table_name="superseded")
    op.drop_table("superseded")
    op.drop_index("ix_sessions_username", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("import_warnings")
    op.drop_index(
        "uq_drafts_open",
        table_name="drafts",
        sqlite_where=sa.text("closed_at = ''"),
        postgresql_where=sa.text("closed_at = ''"),
    )
    op.drop_table("drafts")
    op.drop_index("ix_contributions_person", table_name="contributions")
    op.drop_table("contributions")
    op.drop_index("ix_batches_state", table_name="batches")
    op.drop_index("ix_batches_employer_id", table_name="batches")
    op.drop_table("batches")
    op.drop_table("users")
    op.drop_index("ix_sign_in_failures_subject", table_name="sign_in_failures")
    op.drop_table("sign_in_failures")
    op.drop_table("settings")
    op.drop_table("imports")
    op.drop_table("facts")
    op.drop_table("exports")
    op.drop_table("employers")
    op.drop_table("batch_counters")
    op.drop_table("bank_branches")
    op.drop_table("audit")
