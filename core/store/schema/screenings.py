"""Screenings: what looks wrongly paid, and how far the ledger has been gone through."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from core.domain.screening import Confidence, ScreeningState
from core.domain.vocabulary import Insurance
from core.store.schema.columns import fen, metadata, one_of, words

screenings = Table(
    "screenings",
    metadata,
    Column("screening_id", Text, primary_key=True),
    words("username"),
    # Whether the agency asked, or a clerk about his own employer: neither is shown the other's.
    Column("office", Boolean, nullable=False),
    # The employers that are screened (JSON, in order); an empty list means all.
    words("scope"),
    words("state"),
    # Whose turn it is to write: of two processes that carry on with one screening the older one stops.
    words("runner"),
    # The last employer and person that are done: it is resumed after them.
    words("after_employer", default=""),
    words("after_person", default=""),
    Column("rows_seen", BigInteger, nullable=False, server_default=text("0")),
    Column("rows_total", BigInteger, nullable=False, server_default=text("0")),
    Column("find_count", BigInteger, nullable=False, server_default=text("0")),
    words("started_at"),
    words("updated_at"),
    words("finished_at", default=""),
    Index("ix_screenings_scope", "office", "scope", "started_at"),
    one_of("state", ScreeningState),
    CheckConstraint("(state = 'done') = (finished_at <> '')", name="done_has_end"),
)

screening_finds = Table(
    "screening_finds",
    metadata,
    Column("screening_id", Text, ForeignKey("screenings.screening_id"), nullable=False),
    words("employer_id"),
    words("social_security_number"),
    Column("period", Integer, nullable=False),
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
    PrimaryKeyConstraint("screening_id", "employer_id", "social_security_number", "period", "serial", "insurance"),
    one_of("insurance", Insurance),
    one_of("confidence", Confidence),
    CheckConstraint("amount >= 0", name="not_negative"),
    sqlite_with_rowid=False,
)
