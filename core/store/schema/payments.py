"""Payment: runs, the orders of a run, its files, and what the bank answered."""

import sqlalchemy as sa

from core.domain.payments import FileKind, Outcome, ResultKind
from core.store.schema.columns import fen, metadata, one_of, words

payment_runs = sa.Table(
    "payment_runs",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    words("number"),
    # The day on which the bank is asked to pay, ISO 8601.
    words("day"),
    # What was previewed and confirmed; of two equal confirmations the second finds the first one's run.
    words("fingerprint"),
    sa.Column("created_by", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("created_at"),
    sa.Column("order_count", sa.Integer, nullable=False),
    fen("total"),
    sa.UniqueConstraint("number"),
    sa.UniqueConstraint("fingerprint"),
    sa.CheckConstraint("order_count > 0 AND total > 0", name="has_orders"),
)

# What came back: a file of the bank, or one result entered by hand. Refused files are kept for the tray.
bank_results = sa.Table(
    "bank_results",
    metadata,
    sa.Column("result_id", sa.Text, primary_key=True),
    words("kind"),
    words("file_name", default=""),
    words("sha256", default=""),
    sa.Column("booked", sa.Boolean, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    fen("total"),
    sa.Column("imported_by", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("imported_at"),
    sa.Index(
        "uq_bank_results_file",
        "sha256",
        "booked",
        unique=True,
        sqlite_where=sa.text("sha256 <> ''"),
        postgresql_where=sa.text("sha256 <> ''"),
    ),
    one_of("kind", ResultKind),
)

# One transfer: a fund's money of one batch in one run, to the account as it was then.
payment_orders = sa.Table(
    "payment_orders",
    metadata,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("payment_runs.run_id"), nullable=False),
    sa.Column("batch_id", sa.Text, nullable=False),
    words("insurance"),
    sa.Column("attempt", sa.Integer, nullable=False),
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
    sa.Column("result_id", sa.Text, sa.ForeignKey("bank_results.result_id")),
    sa.ForeignKeyConstraint(["batch_id", "insurance"], ["payment_lines.batch_id", "payment_lines.insurance"]),
    sa.UniqueConstraint("batch_id", "insurance", "attempt"),
    # A line leaves in one run only: it is under way or paid once.
    sa.Index(
        "uq_payment_orders_live",
        "batch_id",
        "insurance",
        unique=True,
        sqlite_where=sa.text("status IN ('sent', 'paid')"),
        postgresql_where=sa.text("status IN ('sent', 'paid')"),
    ),
    sa.Index("ix_payment_orders_run_id", "run_id"),
    one_of("status", Outcome),
    sa.CheckConstraint("amount > 0 AND attempt > 0", name="positive"),
    sa.CheckConstraint("(status = 'sent') = (result_id IS NULL)", name="result_named"),
    sa.CheckConstraint("status <> 'bounced' OR bank_reason <> ''", name="bounce_explained"),
)

payment_files = sa.Table(
    "payment_files",
    metadata,
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("payment_runs.run_id"), nullable=False),
    words("kind"),
    words("file_name"),
    words("media_type"),
    words("sha256"),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("made_by", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("made_at"),
    sa.UniqueConstraint("run_id", "kind"),
    one_of("kind", FileKind),
)

# The rows of a result as the bank sent them; one that fits no order (``cause``) waits in the tray until somebody settles it.
bank_result_rows = sa.Table(
    "bank_result_rows",
    metadata,
    sa.Column("result_id", sa.Text, sa.ForeignKey("bank_results.result_id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    words("reference"),
    words("account"),
    sa.Column("amount", sa.BigInteger),
    words("outcome"),
    words("reason", default=""),
    words("settled_on", default=""),
    words("cause", default=""),
    words("resolved_by", default=""),
    words("resolved_at", default=""),
    words("resolution", default=""),
    sa.PrimaryKeyConstraint("result_id", "position"),
    sa.CheckConstraint("(resolved_by = '') = (resolution = '')", name="resolution_signed"),
)
