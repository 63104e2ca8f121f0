"""Screenings: what looks wrongly paid, and how far the ledger has been gone through."""

import sqlalchemy as sa

from core.domain.screening import Confidence, ScreeningState
from core.domain.vocabulary import Insurance
from core.store.schema.columns import fen, metadata, one_of, words

screenings = sa.Table(
    "screenings",
    metadata,
    sa.Column("screening_id", sa.Text, primary_key=True),
    words("username"),
    # Whether the agency asked, or a clerk about his own employer: neither is shown the other's.
    sa.Column("office", sa.Boolean, nullable=False),
    # The employers that are screened (JSON, in order); an empty list means all.
    words("scope"),
    words("state"),
    # Whose turn it is to write: of two processes that carry on with one screening the older one stops.
    words("runner"),
    # The last employer and person that are done: it is resumed after them.
    words("after_employer", default=""),
    words("after_person", default=""),
    sa.Column("rows_seen", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("rows_total", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("find_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    words("started_at"),
    words("updated_at"),
    words("finished_at", default=""),
    sa.Index("ix_screenings_scope", "office", "scope", "started_at"),
    one_of("state", ScreeningState),
    sa.CheckConstraint("(state = 'done') = (finished_at <> '')", name="done_has_end"),
)

screening_finds = sa.Table(
    "screening_finds",
    metadata,
    sa.Column("screening_id", sa.Text, sa.ForeignKey("screenings.screening_id"), nullable=False),
    words("employer_id"),
    words("social_security_number"),
    sa.Column("period", sa.Integer, nullable=False),
    words("serial"),
    words("insurance"),
    words("name"),
    words("code"),
    # Other codes that fit as well, joined by |.
    words("also", default=""),
    words("confidence"),
    # Sentences with their values (JSON), so that they can be told in any language.
    words("basis", default="[]"),
    fen("amount"),
    # In the order in which they are listed; a line is found once, however often a screening is resumed.
    sa.PrimaryKeyConstraint("screening_id", "employer_id", "social_security_number", "period", "serial", "insurance"),
    one_of("insurance", Insurance),
    one_of("confidence", Confidence),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
    sqlite_with_rowid=False,
)
