"""The tables, with every invariant of ``docs/`` that a database can hold as a constraint.

Money is integer fen. Months are YYYYMM and days YYYYMMDD as integers: the same on every database, and comparable in a
mask. Kinds are text with a check instead of a foreign key, so that a new kind needs no join. Instants are ISO 8601 text in UTC.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from core.domain.account_change import ChangeState
from core.domain.lifecycle import Part, State
from core.domain.line_review import Mark
from core.domain.payments import FileKind, Outcome, ResultKind
from core.domain.roles import Role
from core.domain.screening import Confidence, ScreeningState
from core.domain.vocabulary import (
    Arrival,
    Assessment,
    DocumentType,
    FactKind,
    InjuryMode,
    Insurance,
    PaymentKind,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: The amounts of a contribution row, in the order of the screen. 工伤 has no personal part.
AMOUNTS: dict[Insurance, tuple[str, ...]] = {
    Insurance.PENSION: ("employer_part", "personal_part", "late_fee", "interest"),
    Insurance.UNEMPLOYMENT: ("employer_part", "personal_part", "late_fee", "interest"),
    Insurance.WORK_INJURY: ("employer_part", "late_fee", "interest"),
}
AMOUNT_COLUMNS = tuple(f"{insurance}_{amount}" for insurance, amounts in AMOUNTS.items() for amount in amounts)
BASE_COLUMNS = tuple(f"{insurance}_base" for insurance in Insurance)


def _one_of(column: str, kinds: type[StrEnum], name: str | None = None) -> CheckConstraint:
    listed = ", ".join(f"'{kind.value}'" for kind in kinds)
    return CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def _fen(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _text(name: str, *, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


# --- the ledger: what the agency's core system exported -------------------------------------------------------------

imports = Table(
    "imports",
    metadata,
    Column("import_id", Text, primary_key=True),
    _text("file_name"),
    _text("sha256"),
    _text("kind"),
    Column("row_count", Integer, nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("corrected_count", Integer, nullable=False),
    _text("imported_by"),
    _text("imported_at"),
)

employers = Table(
    "employers",
    metadata,
    Column("employer_id", Text, primary_key=True),
    _text("uscc"),
    _text("name"),
    Column("in_arrears", Boolean, nullable=False, server_default=false()),
    _text("bank_name", default=""),
    _text("bank_account", default=""),
    _text("account_holder", default=""),
    _text("branch_name", default=""),
    _text("cnaps_code", default=""),
    _text("exchange_number", default=""),
    CheckConstraint("employer_id <> ''", name="employer_id_given"),
)

# Clustered by (employer, person, period): one person's months stay one page read at fifty million rows.
contributions = Table(
    "contributions",
    metadata,
    _text("employer_id"),
    _text("social_security_number"),
    Column("period", Integer, nullable=False),
    _text("serial"),
    _text("name"),
    _text("document_type"),
    _text("kind"),
    _text("voucher_type"),
    _text("assessment"),
    _text("arrival"),
    Column("arrival_day", Integer),
    _text("injury_mode"),
    Column("suspense", Boolean, nullable=False, server_default=false()),
    *(_fen(name) for name in BASE_COLUMNS),
    *(_fen(name) for name in AMOUNT_COLUMNS),
    PrimaryKeyConstraint("employer_id", "social_security_number", "period", "serial"),
    ForeignKeyConstraint(["employer_id"], ["employers.employer_id"]),
    UniqueConstraint("serial"),
    Index("ix_contributions_person", "social_security_number", "period"),
    CheckConstraint("period % 100 BETWEEN 1 AND 12 AND period BETWEEN 194901 AND 219912", name="period_is_month"),
    CheckConstraint(" AND ".join(f"{name} >= 0" for name in BASE_COLUMNS + AMOUNT_COLUMNS), name="not_negative"),
    _one_of("kind", PaymentKind),
    _one_of("assessment", Assessment),
    _one_of("arrival", Arrival),
    _one_of("injury_mode", InjuryMode),
    _one_of("document_type", DocumentType),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    _text("social_security_number"),
    _text("kind"),
    _text("employer_id", default=""),
    _text("insurance", default=""),
    Column("start_day", Integer, nullable=False),
    Column("end_day", Integer),
    _text("note", default=""),
    PrimaryKeyConstraint("social_security_number", "kind", "employer_id", "insurance", "start_day"),
    _one_of("kind", FactKind),
    CheckConstraint("end_day IS NULL OR end_day >= start_day", name="ends_after_start"),
    CheckConstraint("insurance IN ('', 'pension', 'unemployment')", name="insurance_known"),
    sqlite_with_rowid=False,
)

# What a correction replaced, as it was: nothing is hard-deleted.
superseded = Table(
    "superseded",
    metadata,
    Column("superseded_id", Integer, primary_key=True, autoincrement=True),
    _text("table_name"),
    _text("record_key"),
    _text("content"),
    Column("import_id", Text, ForeignKey("imports.import_id"), nullable=False),
    _text("superseded_at"),
    Index("ix_superseded_record", "table_name", "record_key"),
)

import_warnings = Table(
    "import_warnings",
    metadata,
    Column("warning_id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Text, ForeignKey("imports.import_id"), nullable=False),
    _text("sheet"),
    Column("row", Integer, nullable=False),
    _text("column_name"),
    _text("code"),
)

# The bank directory, replaced whole by each import. ``search_text`` is what is looked for: see ``core.domain.branches``.
bank_branches = Table(
    "bank_branches",
    metadata,
    Column("cnaps_code", Text, primary_key=True),
    _text("branch_name"),
    _text("region", default=""),
    _text("search_text"),
    CheckConstraint("length(cnaps_code) = 12", name="cnaps_code_whole"),
    CheckConstraint("branch_name <> ''", name="branch_name_given"),
    sqlite_with_rowid=False,
)

# --- people who use the product -------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("username", Text, primary_key=True),
    _text("role"),
    _text("password_hash", default=""),
    _text("language", default="zh"),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    _text("created_at"),
    # A one-time token (its SHA-256) lets a new or reset account set its password.
    _text("token_hash", default=""),
    _text("token_expires_at", default=""),
    # The second factor: its secret, encrypted with a key outside the database; a secret that is not confirmed opens nothing.
    _text("totp_secret", default=""),
    _text("totp_confirmed_at", default=""),
    # The time-step of the code that was taken last: a code is taken once.
    Column("totp_last_step", BigInteger, nullable=False, server_default=text("0")),
    # The audit entry up to which this user has read his messages: what came later is unread.
    Column("inbox_seen", Integer, nullable=False, server_default=text("0")),
    # Where messages are mailed to, once the user wants them there.
    _text("email", default=""),
    Column("wants_mail", Boolean, nullable=False, server_default=false()),
    _one_of("role", Role),
    CheckConstraint("totp_confirmed_at = '' OR totp_secret <> ''", name="confirmed_has_secret"),
    CheckConstraint("NOT wants_mail OR email <> ''", name="mail_has_address"),
)

user_employers = Table(
    "user_employers",
    metadata,
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("employer_id", Text, nullable=False),
    PrimaryKeyConstraint("username", "employer_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    _text("created_at"),
    _text("seen_at"),
    _text("revoked_at", default=""),
    # When the second factor was shown in this session; blank: not yet.
    _text("factor_at", default=""),
    Index("ix_sessions_username", "username"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("failure_id", Integer, primary_key=True, autoincrement=True),
    # "account:<sha256 of name>" or "address:<ip>": names that were mistyped may be passwords.
    _text("subject"),
    _text("failed_at"),
    Index("ix_sign_in_failures_subject", "subject", "failed_at"),
)

settings = Table("settings", metadata, Column("key", Text, primary_key=True), _text("value"))

# Mails that wait to be sent or were sent lately, written with the step that they tell of. Whoever sends one moves
# ``due_at`` first, so that nobody else sends it meanwhile. Blank ``sent_at`` and ``given_up_at``: it still waits.
outbox = Table(
    "outbox",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    _text("recipient"),
    _text("subject"),
    _text("body"),
    _text("queued_at"),
    _text("due_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _text("fault", default=""),
    _text("sent_at", default=""),
    _text("given_up_at", default=""),
    Index(
        "ix_outbox_due",
        "due_at",
        "mail_id",
        sqlite_where=text("sent_at = '' AND given_up_at = ''"),
        postgresql_where=text("sent_at = '' AND given_up_at = ''"),
    ),
    CheckConstraint("recipient <> '' AND subject <> ''", name="addressed"),
    CheckConstraint("sent_at = '' OR given_up_at = ''", name="ends_once"),
    CheckConstraint("attempts >= 0", name="attempts_counted"),
)

# --- changes of a registered account: one asks, another decides, time makes it effective -----------------------------

account_changes = Table(
    "account_changes",
    metadata,
    Column("change_id", Text, primary_key=True),
    Column("employer_id", Text, ForeignKey("employers.employer_id"), nullable=False),
    _text("bank_name"),
    _text("bank_account"),
    _text("account_holder"),
    _text("branch_name"),
    _text("cnaps_code"),
    _text("exchange_number"),
    # The account that it replaces (JSON), as it was when the change was asked for, and again when it was decided.
    _text("former", default="{}"),
    _text("note", default=""),
    Column("requested_by", Text, ForeignKey("users.username"), nullable=False),
    _text("requested_at"),
    _text("state"),
    Column("decided_by", Text, ForeignKey("users.username")),
    _text("decided_at", default=""),
    _text("decision_note", default=""),
    # The audit entry of the decision, by which messages are in one order; 0 until there is one.
    Column("decided_sequence", Integer, nullable=False, server_default=text("0")),
    _text("effective_at", default=""),
    _text("cancelled_at", default=""),
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
    _one_of("state", ChangeState),
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

# --- the audit log: append-only, a hash chain -----------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _text("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("detail"),
    _text("previous_hash"),
    _text("hash"),
    UniqueConstraint("hash"),
    UniqueConstraint("previous_hash"),
    CheckConstraint("sequence > 0", name="counts_from_one"),
)

# --- drafts: what a clerk has chosen and typed so far ---------------------------------------------------------------

drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("employer_id", Text, ForeignKey("employers.employer_id"), nullable=False),
    # Query, reason and bank block as typed (JSON): half-finished input has no other constraint than being kept.
    _text("content", default="{}"),
    # Made when the draft is previewed; presented at confirmation (invariants 3 and 4).
    _text("idempotency_key", default=""),
    # What the last preview showed (JSON), so that drift can be told as a difference, in any browser, after any restart.
    _text("previewed", default=""),
    _text("created_at"),
    _text("updated_at"),
    _text("closed_at", default=""),
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
    _text("serial"),
    # Blank: the draft's own reason. A person may have two, and then some of the months carry the other one.
    _text("reason", default=""),
    PrimaryKeyConstraint("draft_id", "serial"),
    sqlite_with_rowid=False,
)

papers = Table(
    "papers",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("draft_id", Text, ForeignKey("drafts.draft_id")),
    Column("batch_id", Text, ForeignKey("batches.batch_id")),
    _text("material"),
    _text("file_name"),
    _text("media_type"),
    Column("size", Integer, nullable=False),
    _text("sha256"),
    _text("uploaded_by"),
    _text("uploaded_at"),
    _text("removed_at", default=""),
    Index("ix_papers_draft", "draft_id"),
    Index("ix_papers_batch", "batch_id"),
    CheckConstraint("draft_id IS NOT NULL OR batch_id IS NOT NULL", name="belongs"),
)

# --- batches --------------------------------------------------------------------------------------------------------

batches = Table(
    "batches",
    metadata,
    Column("batch_id", Text, primary_key=True),
    _text("number"),
    Column("employer_id", Text, ForeignKey("employers.employer_id"), nullable=False),
    _text("employer_name"),
    _text("reason"),
    _text("reason_note", default=""),
    _text("state"),
    Column("round", Integer, nullable=False, server_default=text("1")),
    Column("filer", Text, ForeignKey("users.username"), nullable=False),
    _text("idempotency_key"),
    _text("fingerprint"),
    _text("rule_version"),
    # Batches split from one application stay together.
    _text("family", default=""),
    _text("voucher_type"),
    _text("bank_name"),
    _text("bank_account"),
    _text("account_holder"),
    _text("branch_name"),
    _text("cnaps_code"),
    _text("exchange_number"),
    Column("account_unverified", Boolean, nullable=False, server_default=false()),
    Column("line_count", Integer, nullable=False),
    Column("refused_count", Integer, nullable=False),
    _fen("total"),
    _text("submitted_at"),
    _text("state_since"),
    _text("due_on", default=""),
    # Who means to work on it next; it gives nobody a part.
    _text("assignee", default=""),
    UniqueConstraint("number"),
    UniqueConstraint("idempotency_key"),
    Index("ix_batches_employer_id", "employer_id", "submitted_at"),
    Index("ix_batches_state", "state", "due_on"),
    _one_of("state", State),
    CheckConstraint("total >= 0 AND line_count > 0", name="has_lines"),
)

lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("position", Integer, nullable=False),
    _text("serial"),
    _text("insurance"),
    _text("social_security_number"),
    _text("name"),
    Column("period", Integer, nullable=False),
    _text("verdict"),
    _fen("employer_part"),
    _fen("personal_part"),
    _fen("late_fee"),
    _fen("interest"),
    _fen("refundable"),
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
    _one_of("insurance", Insurance),
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
    _text("serial"),
    _text("insurance"),
    _text("code"),
    _text("basis", default=""),
    PrimaryKeyConstraint("batch_id", "serial", "insurance", "code"),
    sqlite_with_rowid=False,
)

refused_lines = Table(
    "refused_lines",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    _text("serial"),
    _text("insurance"),
    _text("social_security_number"),
    _text("name"),
    Column("period", Integer, nullable=False),
    _fen("employer_part"),
    _fen("personal_part"),
    _fen("late_fee"),
    _fen("interest"),
    PrimaryKeyConstraint("batch_id", "serial", "insurance"),
    sqlite_with_rowid=False,
)

payment_lines = Table(
    "payment_lines",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    _text("insurance"),
    _fen("amount"),
    PrimaryKeyConstraint("batch_id", "insurance"),
    _one_of("insurance", Insurance),
    CheckConstraint("amount > 0", name="positive"),
)

# Invariant 6: the primary key gives a person one part; events can only be written under the part that is held.
batch_parts = Table(
    "batch_parts",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    _text("part"),
    PrimaryKeyConstraint("batch_id", "username"),
    UniqueConstraint("batch_id", "username", "part"),
    # Whoever asks for his messages has a part in few of all batches.
    Index("ix_batch_parts_username", "username", "batch_id"),
    _one_of("part", Part),
)

# Invariant 7: every change of state names its one audit entry.
batch_events = Table(
    "batch_events",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    Column("position", Integer, nullable=False),
    _text("step"),
    _text("from_state"),
    _text("to_state"),
    _text("username"),
    _text("part"),
    _text("note", default=""),
    _text("at"),
    _text("due_on", default=""),
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
    _text("part"),
    _text("decision"),
    _text("code", default=""),
    _text("text", default=""),
    _text("username"),
    _text("at"),
    Column("final", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("batch_id", "position", "round", "part"),
    ForeignKeyConstraint(["batch_id", "position"], ["batch_lines.batch_id", "batch_lines.position"]),
    ForeignKeyConstraint(
        ["batch_id", "username", "part"], ["batch_parts.batch_id", "batch_parts.username", "batch_parts.part"]
    ),
    _one_of("decision", Mark),
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
    _text("bank_name"),
    _text("bank_account"),
    _text("account_holder"),
    _text("branch_name"),
    _text("cnaps_code"),
    _text("exchange_number"),
    _text("username"),
    _text("part"),
    _text("at"),
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
    _text("text"),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    _text("at"),
    PrimaryKeyConstraint("batch_id", "position"),
    CheckConstraint("text <> ''", name="says_something"),
)

# What somebody said of an anomaly: it stays listed, and does not ask for attention any more.
anomaly_overrides = Table(
    "anomaly_overrides",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    _text("code"),
    _text("reason"),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    _text("at"),
    PrimaryKeyConstraint("batch_id", "code"),
    CheckConstraint("reason <> ''", name="says_why"),
)

# Views that people keep of their screens: a name for a query.
saved_views = Table(
    "saved_views",
    metadata,
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    _text("screen"),
    _text("name"),
    _text("query"),
    PrimaryKeyConstraint("username", "screen", "name"),
    CheckConstraint("name <> ''", name="is_named"),
)

# A paid refund never touches the contribution: it adds a reversing row, linked to the contribution and the batch line.
reversals = Table(
    "reversals",
    metadata,
    Column("batch_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    _text("serial"),
    _text("insurance"),
    _fen("employer_part"),
    _fen("personal_part"),
    _fen("late_fee"),
    _fen("interest"),
    _text("at"),
    PrimaryKeyConstraint("batch_id", "position"),
    UniqueConstraint("serial", "insurance"),
    ForeignKeyConstraint(["batch_id", "position"], ["batch_lines.batch_id", "batch_lines.position"]),
    CheckConstraint(
        "employer_part <= 0 AND personal_part <= 0 AND late_fee <= 0 AND interest <= 0", name="not_positive"
    ),
)

# --- payment: runs, the orders of a run, its files, and what the bank answered ----------------------------------------

payment_runs = Table(
    "payment_runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    _text("number"),
    # The day on which the bank is asked to pay, ISO 8601.
    _text("day"),
    # What was previewed and confirmed; of two equal confirmations the second finds the first one's run.
    _text("fingerprint"),
    Column("created_by", Text, ForeignKey("users.username"), nullable=False),
    _text("created_at"),
    Column("order_count", Integer, nullable=False),
    _fen("total"),
    UniqueConstraint("number"),
    UniqueConstraint("fingerprint"),
    CheckConstraint("order_count > 0 AND total > 0", name="has_orders"),
)

# What came back: a file of the bank, or one result entered by hand. Refused files are kept for the tray.
bank_results = Table(
    "bank_results",
    metadata,
    Column("result_id", Text, primary_key=True),
    _text("kind"),
    _text("file_name", default=""),
    _text("sha256", default=""),
    Column("booked", Boolean, nullable=False),
    Column("row_count", Integer, nullable=False),
    _fen("total"),
    Column("imported_by", Text, ForeignKey("users.username"), nullable=False),
    _text("imported_at"),
    Index(
        "uq_bank_results_file",
        "sha256",
        "booked",
        unique=True,
        sqlite_where=text("sha256 <> ''"),
        postgresql_where=text("sha256 <> ''"),
    ),
    _one_of("kind", ResultKind),
)

# One transfer: a fund's money of one batch in one run, to the account as it was then.
payment_orders = Table(
    "payment_orders",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("payment_runs.run_id"), nullable=False),
    Column("batch_id", Text, nullable=False),
    _text("insurance"),
    Column("attempt", Integer, nullable=False),
    _fen("amount"),
    _text("bank_name"),
    _text("bank_account"),
    _text("account_holder"),
    _text("branch_name"),
    _text("cnaps_code"),
    _text("status"),
    _text("bank_reason", default=""),
    # The bank's day of booking, ISO 8601.
    _text("settled_on", default=""),
    _text("note", default=""),
    Column("result_id", Text, ForeignKey("bank_results.result_id")),
    ForeignKeyConstraint(["batch_id", "insurance"], ["payment_lines.batch_id", "payment_lines.insurance"]),
    UniqueConstraint("batch_id", "insurance", "attempt"),
    # A line leaves in one run only: it is under way or paid once.
    Index(
        "uq_payment_orders_live",
        "batch_id",
        "insurance",
        unique=True,
        sqlite_where=text("status IN ('sent', 'paid')"),
        postgresql_where=text("status IN ('sent', 'paid')"),
    ),
    Index("ix_payment_orders_run_id", "run_id"),
    _one_of("status", Outcome),
    CheckConstraint("amount > 0 AND attempt > 0", name="positive"),
    CheckConstraint("(status = 'sent') = (result_id IS NULL)", name="result_named"),
    CheckConstraint("status <> 'bounced' OR bank_reason <> ''", name="bounce_explained"),
)

payment_files = Table(
    "payment_files",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("payment_runs.run_id"), nullable=False),
    _text("kind"),
    _text("file_name"),
    _text("media_type"),
    _text("sha256"),
    Column("size", Integer, nullable=False),
    Column("made_by", Text, ForeignKey("users.username"), nullable=False),
    _text("made_at"),
    UniqueConstraint("run_id", "kind"),
    _one_of("kind", FileKind),
)

# The rows of a result as the bank sent them; one that fits no order (``cause``) waits in the tray until somebody settles it.
bank_result_rows = Table(
    "bank_result_rows",
    metadata,
    Column("result_id", Text, ForeignKey("bank_results.result_id"), nullable=False),
    Column("position", Integer, nullable=False),
    _text("reference"),
    _text("account"),
    Column("amount", BigInteger),
    _text("outcome"),
    _text("reason", default=""),
    _text("settled_on", default=""),
    _text("cause", default=""),
    _text("resolved_by", default=""),
    _text("resolved_at", default=""),
    _text("resolution", default=""),
    PrimaryKeyConstraint("result_id", "position"),
    CheckConstraint("(resolved_by = '') = (resolution = '')", name="resolution_signed"),
)

# --- rollups: what the boards read, kept by triggers (``core.store.migrations.rollup_triggers``) --------------------------

# What one batch adds to the boards, month by month; ``insurance`` is one fund or ``*`` for all of them.
batch_figures = Table(
    "batch_figures",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.batch_id"), nullable=False),
    _text("insurance"),
    _text("measure"),
    Column("month", Integer, nullable=False),
    _text("employer_id"),
    _text("reason"),
    _text("district"),
    # 1 in the first month that has this measure of the batch, else 0: sums over months count a batch once.
    Column("batches", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    _fen("employer_part"),
    _fen("personal_part"),
    _fen("amount"),
    PrimaryKeyConstraint("batch_id", "insurance", "measure", "month"),
    Index("ix_batch_figures_measure", "measure", "insurance", "month"),
    sqlite_with_rowid=False,
)

# The sums of ``batch_figures`` on three levels: everything, by district, by employer and district; ``*`` stands for all.
line_rollup = Table(
    "line_rollup",
    metadata,
    _text("insurance"),
    _text("measure"),
    _text("employer_id"),
    _text("district"),
    Column("month", Integer, nullable=False),
    _text("reason"),
    Column("batches", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    _fen("employer_part"),
    _fen("personal_part"),
    _fen("amount"),
    PrimaryKeyConstraint("insurance", "measure", "employer_id", "district", "month", "reason"),
    sqlite_with_rowid=False,
)

# Steps taken, by the month in which they were taken, for all employers (``*``) and for each: how long batches had waited for
# them in ``state`` (seconds), how many were late, and how many batches had never been returned before.
step_rollup = Table(
    "step_rollup",
    metadata,
    _text("employer_id"),
    _text("state"),
    _text("step"),
    Column("month", Integer, nullable=False),
    _text("username"),
    _text("reason"),
    Column("moves", BigInteger, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("straight", BigInteger, nullable=False),
    PrimaryKeyConstraint("employer_id", "state", "step", "month", "username", "reason"),
    sqlite_with_rowid=False,
)

# Numbers of a day, counted under the write lock.
batch_counters = Table(
    "batch_counters",
    metadata,
    Column("day", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("export_id", Text, primary_key=True),
    _text("file_name"),
    _text("media_type"),
    _text("sha256"),
    Column("size", Integer, nullable=False),
    _text("kind"),
    _text("created_by"),
    _text("created_at"),
)

# --- screenings: what looks wrongly paid, and how far the ledger has been gone through --------------------------------

screenings = Table(
    "screenings",
    metadata,
    Column("screening_id", Text, primary_key=True),
    _text("username"),
    # Whether the agency asked, or a clerk about his own employer: neither is shown the other's.
    Column("office", Boolean, nullable=False),
    # The employers that are screened (JSON, in order); an empty list means all.
    _text("scope"),
    _text("state"),
    # Whose turn it is to write: of two processes that carry on with one screening the older one stops.
    _text("runner"),
    # The last employer and person that are done: it is resumed after them.
    _text("after_employer", default=""),
    _text("after_person", default=""),
    Column("rows_seen", BigInteger, nullable=False, server_default=text("0")),
    Column("rows_total", BigInteger, nullable=False, server_default=text("0")),
    Column("find_count", BigInteger, nullable=False, server_default=text("0")),
    _text("started_at"),
    _text("updated_at"),
    _text("finished_at", default=""),
    Index("ix_screenings_scope", "office", "scope", "started_at"),
    _one_of("state", ScreeningState),
    CheckConstraint("(state = 'done') = (finished_at <> '')", name="done_has_end"),
)

screening_finds = Table(
    "screening_finds",
    metadata,
    Column("screening_id", Text, ForeignKey("screenings.screening_id"), nullable=False),
    _text("employer_id"),
    _text("social_security_number"),
    Column("period", Integer, nullable=False),
    _text("serial"),
    _text("insurance"),
    _text("name"),
    _text("code"),
    # Other codes that fit as well, joined by |.
    _text("also", default=""),
    _text("confidence"),
    # Sentences with their values (JSON), so that they can be told in any language.
    _text("basis", default="[]"),
    _fen("amount"),
    # In the order in which they are listed; a line is found once, however often a screening is resumed.
    PrimaryKeyConstraint("screening_id", "employer_id", "social_security_number", "period", "serial", "insurance"),
    _one_of("insurance", Insurance),
    _one_of("confidence", Confidence),
    CheckConstraint("amount >= 0", name="not_negative"),
    sqlite_with_rowid=False,
)
