"""The ledger: what the agency's core system exported, and what a paid refund adds to it."""

import sqlalchemy as sa

from core.domain.vocabulary import Arrival, Assessment, DocumentType, FactKind, InjuryMode, Insurance, PaymentKind
from core.store.schema.columns import bank_words, fen, metadata, one_of, words

#: The amounts of a contribution row, in the order of the screen. 工伤 has no personal part.
AMOUNTS: dict[Insurance, tuple[str, ...]] = {
    Insurance.PENSION: ("employer_part", "personal_part", "late_fee", "interest"),
    Insurance.UNEMPLOYMENT: ("employer_part", "personal_part", "late_fee", "interest"),
    Insurance.WORK_INJURY: ("employer_part", "late_fee", "interest"),
}
AMOUNT_COLUMNS = tuple(f"{insurance}_{amount}" for insurance, amounts in AMOUNTS.items() for amount in amounts)
BASE_COLUMNS = tuple(f"{insurance}_base" for insurance in Insurance)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    words("file_name"),
    words("sha256"),
    words("kind"),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("new_count", sa.Integer, nullable=False),
    sa.Column("corrected_count", sa.Integer, nullable=False),
    words("imported_by"),
    words("imported_at"),
)

employers = sa.Table(
    "employers",
    metadata,
    sa.Column("employer_id", sa.Text, primary_key=True),
    words("uscc"),
    words("name"),
    sa.Column("in_arrears", sa.Boolean, nullable=False, server_default=sa.false()),
    *bank_words(default=""),
    sa.CheckConstraint("employer_id <> ''", name="employer_id_given"),
)

# Clustered by (employer, person, period): one person's months stay one page read at fifty million rows.
contributions = sa.Table(
    "contributions",
    metadata,
    words("employer_id"),
    words("social_security_number"),
    sa.Column("period", sa.Integer, nullable=False),
    words("serial"),
    words("name"),
    words("document_type"),
    words("kind"),
    words("voucher_type"),
    words("assessment"),
    words("arrival"),
    sa.Column("arrival_day", sa.Integer),
    words("injury_mode"),
    sa.Column("suspense", sa.Boolean, nullable=False, server_default=sa.false()),
    *(fen(name) for name in BASE_COLUMNS),
    *(fen(name) for name in AMOUNT_COLUMNS),
    sa.PrimaryKeyConstraint("employer_id", "social_security_number", "period", "serial"),
    sa.ForeignKeyConstraint(["employer_id"], ["employers.employer_id"]),
    sa.UniqueConstraint("serial"),
    sa.Index("ix_contributions_person", "social_security_number", "period"),
    sa.CheckConstraint("period % 100 BETWEEN 1 AND 12 AND period BETWEEN 194901 AND 219912", name="period_is_month"),
    sa.CheckConstraint(" AND ".join(f"{name} >= 0" for name in BASE_COLUMNS + AMOUNT_COLUMNS), name="not_negative"),
    one_of("kind", PaymentKind),
    one_of("assessment", Assessment),
    one_of("arrival", Arrival),
    one_of("injury_mode", InjuryMode),
    one_of("document_type", DocumentType),
    sqlite_with_rowid=False,
)

facts = sa.Table(
    "facts",
    metadata,
    words("social_security_number"),
    words("kind"),
    words("employer_id", default=""),
    words("insurance", default=""),
    sa.Column("start_day", sa.Integer, nullable=False),
    sa.Column("end_day", sa.Integer),
    words("note", default=""),
    sa.PrimaryKeyConstraint("social_security_number", "kind", "employer_id", "insurance", "start_day"),
    one_of("kind", FactKind),
    sa.CheckConstraint("end_day IS NULL OR end_day >= start_day", name="ends_after_start"),
    sa.CheckConstraint("insurance IN ('', 'pension', 'unemployment')", name="insurance_known"),
    sqlite_with_rowid=False,
)

# What a correction replaced, as it was: nothing is hard-deleted.
superseded = sa.Table(
    "superseded",
    metadata,
    sa.Column("superseded_id", sa.Integer, primary_key=True, autoincrement=True),
    words("table_name"),
    words("record_key"),
    words("content"),
    sa.Column("import_id", sa.Text, sa.ForeignKey("imports.import_id"), nullable=False),
    words("superseded_at"),
    sa.Index("ix_superseded_record", "table_name", "record_key"),
)

import_warnings = sa.Table(
    "import_warnings",
    metadata,
    sa.Column("warning_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("import_id", sa.Text, sa.ForeignKey("imports.import_id"), nullable=False),
    words("sheet"),
    sa.Column("row", sa.Integer, nullable=False),
    words("column_name"),
    words("code"),
)

# A paid refund never touches the contribution: it adds a reversing row, linked to the contribution and the batch line.
reversals = sa.Table(
    "reversals",
    metadata,
    sa.Column("batch_id", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    words("serial"),
    words("insurance"),
    fen("employer_part"),
    fen("personal_part"),
    fen("late_fee"),
    fen("interest"),
    words("at"),
    # 1 for the reversal, 2 for its counter-entry when the money came back, 3 for the reversal of the next payment …
    sa.Column("entry", sa.Integer, nullable=False, server_default="1"),
    sa.PrimaryKeyConstraint("batch_id", "position", "entry"),
    sa.UniqueConstraint("serial", "insurance", "entry"),
    sa.ForeignKeyConstraint(["batch_id", "position"], ["batch_lines.batch_id", "batch_lines.position"]),
    sa.CheckConstraint(
        "(entry % 2 = 1 AND employer_part <= 0 AND personal_part <= 0 AND late_fee <= 0 AND interest <= 0)"
        " OR (entry % 2 = 0 AND employer_part >= 0 AND personal_part >= 0 AND late_fee >= 0 AND interest >= 0)",
        name="taken_or_given_back",
    ),
)

# The bank directory, replaced whole by each import. ``search_text`` is what is looked for: see ``core.domain.branches``.
bank_branches = sa.Table(
    "bank_branches",
    metadata,
    sa.Column("cnaps_code", sa.Text, primary_key=True),
    words("branch_name"),
    words("region", default=""),
    words("search_text"),
    sa.CheckConstraint("length(cnaps_code) = 12", name="cnaps_code_whole"),
    sa.CheckConstraint("branch_name <> ''", name="branch_name_given"),
    sqlite_with_rowid=False,
)
