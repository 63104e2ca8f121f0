"""The tables, with every invariant of ``docs/`` that a database can hold as a constraint.

Money is integer fen. Months are YYYYMM and days YYYYMMDD as integers: the same on every database, and comparable in a
mask. Kinds are text with a check instead of a foreign key, so that a new kind needs no join. Instants are ISO 8601 text in UTC.
"""

from core.store.schema.account_changes import account_changes
from core.store.schema.batches import batch_counters, batches, line_findings, lines, payment_lines, refused_lines
from core.store.schema.columns import metadata
from core.store.schema.drafts import draft_rows, drafts, papers
from core.store.schema.ledger import (
    AMOUNT_COLUMNS,
    AMOUNTS,
    BASE_COLUMNS,
    bank_branches,
    contributions,
    employers,
    facts,
    import_warnings,
    imports,
    reversals,
    superseded,
)
from core.store.schema.mail import outbox
from core.store.schema.payments import bank_result_rows, bank_results, payment_files, payment_orders, payment_runs
from core.store.schema.people import (
    audit,
    exports,
    saved_views,
    sessions,
    settings,
    sign_in_failures,
    user_employers,
    users,
)
from core.store.schema.reviews import (
    anomaly_overrides,
    bank_corrections,
    batch_comments,
    batch_events,
    batch_parts,
    line_decisions,
)
from core.store.schema.rollups import batch_figures, line_rollup, step_rollup
from core.store.schema.screenings import screening_finds, screenings

__all__ = [
    "AMOUNTS",
    "AMOUNT_COLUMNS",
    "BASE_COLUMNS",
    "account_changes",
    "anomaly_overrides",
    "audit",
    "bank_branches",
    "bank_corrections",
    "bank_result_rows",
    "bank_results",
    "batch_comments",
    "batch_counters",
    "batch_events",
    "batch_figures",
    "batch_parts",
    "batches",
    "contributions",
    "draft_rows",
    "drafts",
    "employers",
    "exports",
    "facts",
    "import_warnings",
    "imports",
    "line_decisions",
    "line_findings",
    "line_rollup",
    "lines",
    "metadata",
    "outbox",
    "papers",
    "payment_files",
    "payment_lines",
    "payment_orders",
    "payment_runs",
    "refused_lines",
    "reversals",
    "saved_views",
    "screening_finds",
    "screenings",
    "sessions",
    "settings",
    "sign_in_failures",
    "step_rollup",
    "superseded",
    "user_employers",
    "users",
]
