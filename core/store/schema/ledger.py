"""The ledger: what the agency's core system exported, and what a paid refund adds to it."""

from sqlalchemy import (
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
    false,
)

from core.domain.vocabulary import Arrival, Assessment, DocumentType, FactKind, InjuryMode, Insurance, PaymentKind
from core.store.schema.columns import fen, metadata, one_of, words

#: The amounts of a contribution row, in the order of the screen. 工伤 has no personal part.
AMOUNTS: dict[Insurance, tuple[str, ...]] = {
    Insurance.PENSION: ("employer_part", "personal_part", "late_fee", "interest"),
    Insurance.UNEMPLOYMENT: ("employer_part", "personal_part", "late_fee", "interest"),
    Insurance.WORK_INJURY: ("employer_part", "late_fee", "interest"),
}
AMOUNT_COLUMNS = tuple(f"{insurance}_{amount}" for insurance, amounts in AMOUNTS.items() for amount in amounts)
BASE_COLUMNS = tuple(f"{insurance}_base" for insurance in Insurance)

imports = Table(
    "imports",
    metadata,
    Column("import_id", Text, primary_key=True),
    words("file_name"),
    words("sha256"),
    words("kind"),
    Column("row_count", Integer, nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("corrected_count", Integer, nullable=False),
    words("imported_by"),
    words("imported_at"),
)

employers = Table(
    "employers",
    metadata,
    Column("employer_id", Text, primary_key=True),
    words("uscc"),
    words("name"),
    Column("in_arrears", Boolean, nullable=False, server_default=false()),
    words("bank_name", default=""),
    words("bank_account", default=""),
    words("account_holder", default=""),
    words("branch_name", default=""),
    words("cnaps_code", default=""),
    words("exchange_number", default=""),
    CheckConstraint("employer_id <> ''", name="employer_id_given"),
)

# Clustered by (employer, person, period): one person's months stay one page read at fifty million rows.
contributions = Table(
    "contributions",
    metadata,
    words("employer_id"),
    words("social_security_number"),
    Column("period", Integer, nullable=False),
    words("serial"),
    words("name"),
    words("document_type"),
    words("kind"),
    words("voucher_type"),
    words("assessment"),
    words("arrival"),
    Column("arrival_day", Integer),
    words("injury_mode"),
    Column("suspense", Boolean, nullable=False, server_default=false()),
    *(fen(name) for name in BASE_COLUMNS),
    *(fen(name) for name in AMOUNT_COLUMNS),
    PrimaryKeyConstraint("employer_id", "social_security_number", "period", "serial"),
    ForeignKeyConstraint(["employer_id"], ["employers.employer_id"]),
    UniqueConstraint("serial"),
    Index("ix_contributions_person", "social_security_number", "period"),
    CheckConstraint("period % 100 BETWEEN 1 AND 12 AND period BETWEEN 194901 AND 219912", name="period_is_month"),
    CheckConstraint(" AND ".join(f"{name} >= 0" for name in BASE_COLUMNS + AMOUNT_COLUMNS), name="not_negative"),
    one_of("kind", PaymentKind),
    one_of("assessment", Assessment),
    one_of("arrival", Arrival),
    one_of("injury_mode", InjuryMode),
    one_of("document_type", DocumentType),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    words("social_security_number"),
    words("kind"),
    words("employer_id", default=""),
    words("insurance", default=""),
    Column("start_day", Integer, nullable=False),
    Column("end_day", Integer),
    words("note", default=""),
    PrimaryKeyConstraint("social_security_number", "kind", "employer_id", "insurance", "start_day"),
    one_of("kind", FactKind),
    CheckConstraint("end_day IS NULL OR end_day >= start_day", name="ends_after_start"),
    CheckConstraint("insurance IN ('', 'pension', 'unemployment')", name="insurance_known"),
    sqlite_with_rowid=False,
)

# What a correction replaced, as it was: nothing is hard-deleted.
superseded = Table(
    "superseded",
    metadata,
    Column("superseded_id", Integer, primary_key=True, autoincrement=True),
    words("table_name"),
    words("record_key"),
    words("content"),
    Column("import_id", Text, ForeignKey("imports.import_id"), nullable=False),
    words("superseded_at"),
    Index("ix_superseded_record", "table_name", "record_key"),
)

import_warnings = Table(
    "import_warnings",
    metadata,
    Column("warning_id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Text, ForeignKey("imports.import_id"), nullable=False),
    words("sheet"),
    Column("row", Integer, nullable=False),
    words("column_name"),
    words("code"),
)

# A paid refund never touches the contribution: it adds a reversing row, linked to the contribution and the batch line.
reversals = Table(
    "reversals",
    metadata,
    Column("batch_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    words("serial"),
    words("insurance"),
    fen("employer_part"),
    fen("personal_part"),
    fen("late_fee"),
    fen("interest"),
    words("at"),
    # 1 for the reversal, 2 for its counter-entry when the money came back, 3 for the reversal of the next payment …
    Column("entry", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("batch_id", "position", "entry"),
    UniqueConstraint("serial", "insurance", "entry"),
    ForeignKeyConstraint(["batch_id", "position"], ["batch_lines.batch_id", "batch_lines.position"]),
    CheckConstraint(
        "(entry % 2 = 1 AND employer_part <= 0 AND personal_part <= 0 AND late_fee <= 0 AND interest <= 0)"
        " OR (entry % 2 = 0 AND employer_part >= 0 AND personal_part >= 0 AND late_fee >= 0 AND interest >= 0)",
        name="taken_or_given_back",
    ),
)

# The bank directory, replaced whole by each import. ``search_text`` is what is looked for: see ``core.domain.branches``.
bank_branches = Table(
    "bank_branches",
    metadata,
    Column("cnaps_code", Text, primary_key=True),
    words("branch_name"),
    words("region", default=""),
    words("search_text"),
    CheckConstraint("length(cnaps_code) = 12", name="cnaps_code_whole"),
    CheckConstraint("branch_name <> ''", name="branch_name_given"),
    sqlite_with_rowid=False,
)
