"""Payment: runs, the orders of a run, its files, and what the bank answered."""

from sqlalchemy import (
    BigInteger,
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
    text,
)

from core.domain.payments import FileKind, Outcome, ResultKind
from core.store.schema.columns import fen, metadata, one_of, words

payment_runs = Table(
    "payment_runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    words("number"),
    # The day on which the bank is asked to pay, ISO 8601.
    words("day"),
    # What was previewed and confirmed; of two equal confirmations the second finds the first one's run.
    words("fingerprint"),
    Column("created_by", Text, ForeignKey("users.username"), nullable=False),
    words("created_at"),
    Column("order_count", Integer, nullable=False),
    fen("total"),
    UniqueConstraint("number"),
    UniqueConstraint("fingerprint"),
    CheckConstraint("order_count > 0 AND total > 0", name="has_orders"),
)

# What came back: a file of the bank, or one result entered by hand. Refused files are kept for the tray.
bank_results = Table(
    "bank_results",
    metadata,
    Column("result_id", Text, primary_key=True),
    words("kind"),
    words("file_name", default=""),
    words("sha256", default=""),
    Column("booked", Boolean, nullable=False),
    Column("row_count", Integer, nullable=False),
    fen("total"),
    Column("imported_by", Text, ForeignKey("users.username"), nullable=False),
    words("imported_at"),
    Index(
        "uq_bank_results_file",
        "sha256",
        "booked",
        unique=True,
        sqlite_where=text("sha256 <> ''"),
        postgresql_where=text("sha256 <> ''"),
    ),
    one_of("kind", ResultKind),
)

# One transfer: a fund's money of one batch in one run, to the account as it was then.
payment_orders = Table(
    "payment_orders",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("payment_runs.run_id"), nullable=False),
    Column("batch_id", Text, nullable=False),
    words("insurance"),
    Column("attempt", Integer, nullable=False),
    fen("amount"),
    words("bank_name"),
    words("bank_account"),
    words("account_holder"),
    words("branch_name"),
    words("cnaps_code"),
    words("status"),
    words("bank_reason", default=""),
    # The bank's day of booking, ISO 8601.
    words("settled_on", default=""),
    words("note", default=""),
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
    one_of("status", Outcome),
    CheckConstraint("amount > 0 AND attempt > 0", name="positive"),
    CheckConstraint("(status = 'sent') = (result_id IS NULL)", name="result_named"),
    CheckConstraint("status <> 'bounced' OR bank_reason <> ''", name="bounce_explained"),
)

payment_files = Table(
    "payment_files",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("payment_runs.run_id"), nullable=False),
    words("kind"),
    words("file_name"),
    words("media_type"),
    words("sha256"),
    Column("size", Integer, nullable=False),
    Column("made_by", Text, ForeignKey("users.username"), nullable=False),
    words("made_at"),
    UniqueConstraint("run_id", "kind"),
    one_of("kind", FileKind),
)

# The rows of a result as the bank sent them; one that fits no order (``cause``) waits in the tray until somebody settles it.
bank_result_rows = Table(
    "bank_result_rows",
    metadata,
    Column("result_id", Text, ForeignKey("bank_results.result_id"), nullable=False),
    Column("position", Integer, nullable=False),
    words("reference"),
    words("account"),
    Column("amount", BigInteger),
    words("outcome"),
    words("reason", default=""),
    words("settled_on", default=""),
    words("cause", default=""),
    words("resolved_by", default=""),
    words("resolved_at", default=""),
    words("resolution", default=""),
    PrimaryKeyConstraint("result_id", "position"),
    CheckConstraint("(resolved_by = '') = (resolution = '')", name="resolution_signed"),
)
