"""Batches: writing one whole, moving it along, and reading it back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.store.bulk import among, insert_into, insert_rows
from core.store.locks import lock_employers
from core.store.schema import (
    batch_counters,
    batch_events,
    batch_parts,
    batches,
    line_findings,
    lines,
    papers,
    payment_lines,
    refused_lines,
    reversals,
)

LINE_COLUMNS = (
    "batch_id",
    "position",
    "serial",
    "insurance",
    "social_security_number",
    "name",
    "period",
    "verdict",
    "employer_part",
    "personal_part",
    "late_fee",
    "interest",
    "refundable",
)
REFUSED_COLUMNS = (
    "batch_id",
    "serial",
    "insurance",
    "social_security_number",
    "name",
    "period",
    "employer_part",
    "personal_part",
    "late_fee",
    "interest",
)
FINDING_COLUMNS = ("batch_id", "serial", "insurance", "code", "basis")
#: What lists of batches show.
LISTED_COLUMNS = (
    "number",
    "employer_id",
    "employer_name",
    "reason",
    "state",
    "line_count",
    "refused_count",
    "total",
    "submitted_at",
    "state_since",
    "due_on",
    "family",
    "assignee",
)

_REVERSAL_COLUMNS = (
    "batch_id",
    "position",
    "serial",
    "insurance",
    "employer_part",
    "personal_part",
    "late_fee",
    "interest",
    "at",
    "entry",
)

#: Lines that are in memory at once while all of them pass by.
STREAMED = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a batch's history, as written."""

    step: str
    from_state: str
    to_state: str
    username: str
    part: str
    note: str
    at: str
    due_on: str
    audit_sequence: int


def next_sequence(connection: sa.Connection, day: str) -> int:
    """The next number of a day; the counter's row is held to the end of the transaction, so no number is given twice."""
    statement = insert_into(connection, batch_counters).values(day=day, last=1)
    statement = statement.on_conflict_do_update(index_elements=["day"], set_={"last": batch_counters.c.last + 1})
    return int(connection.execute(statement.returning(batch_counters.c.last)).scalar_one())


def insert_batch(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """The batch's own row."""
    connection.execute(batches.insert(), dict(values))


def insert_lines(connection: sa.Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Filed lines in the order of ``LINE_COLUMNS``; a line that is live elsewhere fails on the partial unique index."""
    insert_rows(connection, lines, LINE_COLUMNS, rows)


def insert_record(
    connection: sa.Connection, refused: Sequence[Sequence[Any]], findings: Sequence[Sequence[Any]]
) -> None:
    """What was told: refused lines (``REFUSED_COLUMNS``) and every finding (``FINDING_COLUMNS``)."""
    insert_rows(connection, refused_lines, REFUSED_COLUMNS, refused)
    insert_rows(connection, line_findings, FINDING_COLUMNS, findings)


def insert_payments(connection: sa.Connection, batch_id: str, amounts: Mapping[str, int]) -> None:
    """One payment line for each fund with money."""
    rows = [(batch_id, insurance, amount) for insurance, amount in amounts.items() if amount]
    insert_rows(connection, payment_lines, ("batch_id", "insurance", "amount"), rows)


def copy_papers(connection: sa.Connection, batch_id: str, kept: Sequence[tuple[str, str]]) -> None:
    """Give a batch its own record of papers: (new id, id of the draft's paper) each; the file itself is shared."""
    for new_id, paper_id in kept:
        row = connection.execute(sa.select(papers).where(papers.c.paper_id == paper_id)).mappings().one()
        connection.execute(papers.insert(), {**row, "paper_id": new_id, "draft_id": None, "batch_id": batch_id})


def insert_step(connection: sa.Connection, batch_id: str, position: int, step: Step) -> None:
    """Append to the history; the actor's part is recorded first and refuses a second part (invariant 6)."""
    held = connection.scalar(
        sa.select(batch_parts.c.part).where(batch_parts.c.batch_id == batch_id, batch_parts.c.username == step.username)
    )
    if held is None:
        connection.execute(batch_parts.insert(), {"batch_id": batch_id, "username": step.username, "part": step.part})
    connection.execute(
        batch_events.insert(),
        {"batch_id": batch_id, "position": position, **{name: getattr(step, name) for name in Step.__slots__}},
    )


def set_state(
    connection: sa.Connection, batch_id: str, state: str, since: str, due_on: str, assignee: str = ""
) -> None:
    """Where the batch stands now, and who is expected to work on it."""
    values = {"state": state, "state_since": since, "due_on": due_on, "assignee": assignee}
    connection.execute(batches.update().where(batches.c.batch_id == batch_id).values(values))


def set_assignee(connection: sa.Connection, batch_id: str, username: str) -> None:
    """Who is expected to work on the batch; blank for nobody."""
    connection.execute(batches.update().where(batches.c.batch_id == batch_id).values(assignee=username))


def free_lines(connection: sa.Connection, batch_id: str) -> None:
    """A batch that ended without payment frees its lines for another one."""
    connection.execute(lines.update().where(lines.c.batch_id == batch_id).values(live=sa.false()))


def insert_reversals(connection: sa.Connection, batch_id: str, at: str) -> None:
    """A reversing row for each line that stands in a paid batch: what was refunded of it, negative.

    A line whose reversal stands already, because its fund's money didn't come back as another's did, gets none.
    """
    returned_extras = lines.c.refundable - lines.c.employer_part - lines.c.personal_part
    # 滞纳金 and 利息 are returned together or not at all (switch per reason).
    extras = sa.case((returned_extras > 0, 1), else_=0)
    entries = _entries_of(lines.c.batch_id, lines.c.position)
    own = (lines.c.batch_id, lines.c.position, lines.c.serial, lines.c.insurance)
    amounts = (lines.c.employer_part, lines.c.personal_part, lines.c.late_fee * extras, lines.c.interest * extras)
    taken = sa.select(*own, *(-amount for amount in amounts), sa.literal(at), entries + 1)
    wanted = (lines.c.batch_id == batch_id, lines.c.live, entries % 2 == 0)
    connection.execute(reversals.insert().from_select(_REVERSAL_COLUMNS, taken.where(*wanted)))


def give_back_reversals(connection: sa.Connection, batch_id: str, insurance: str, at: str) -> None:
    """A counter-entry for every reversing row of one fund that stands: its money has come back."""
    own = reversals.alias("own")
    key = (own.c.batch_id, own.c.position, own.c.serial, own.c.insurance)
    amounts = (own.c.employer_part, own.c.personal_part, own.c.late_fee, own.c.interest)
    given = sa.select(*key, *(-amount for amount in amounts), sa.literal(at), own.c.entry + 1)
    stands = (own.c.entry % 2 == 1, own.c.entry == _entries_of(own.c.batch_id, own.c.position))
    wanted = (own.c.batch_id == batch_id, own.c.insurance == insurance, *stands)
    connection.execute(reversals.insert().from_select(_REVERSAL_COLUMNS, given.where(*wanted)))


def _entries_of(batch_id: sa.ColumnElement[str], position: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    """How many entries a line has so far: an odd number when its last one reverses it."""
    entry = reversals.alias("entry")
    where = (entry.c.batch_id == batch_id, entry.c.position == position)
    return sa.select(sa.func.count()).select_from(entry).where(*where).scalar_subquery()


# --- reading ---


def find_by_key(connection: sa.Connection, key: str) -> list[Any]:
    """The batches that one confirmation made, in order (its groups carry ``key/1``, ``key/2`` …)."""
    return list(
        connection.execute(sa.select(batches).where(batches.c.family == key).order_by(batches.c.idempotency_key))
    )


def read_batch(
    connection: sa.Connection, number: str, scope: Collection[str] | None, *, lock: bool = False
) -> Any | None:
    """A batch by number within scope (``None``: every employer); with ``lock`` it and the parts at its employer are held."""
    statement = sa.select(batches).where(batches.c.number == number)
    if scope is not None:
        statement = statement.where(among(batches.c.employer_id, scope, connection.dialect.name))
    if not lock:
        return connection.execute(statement).first()
    row = connection.execute(statement.with_for_update()).first()
    lock_employers(connection, {row.employer_id} if row else ())
    return row


def of_person(text: str) -> sa.ColumnElement[bool]:
    """Batches with lines of whoever has this number or name; two characters are enough of a name, one would find half of the
    people.
    """
    named = lines.c.name.contains(text, autoescape=True) if len(text) > 1 else lines.c.name == text
    theirs = sa.select(lines.c.batch_id).where((lines.c.social_security_number == text.upper()) | named)
    return batches.c.batch_id.in_(theirs)


def _matching(
    connection: sa.Connection,
    scope: Collection[str] | None,
    states: Collection[str],
    search: str,
    *,
    people: bool = True,
) -> list[sa.ColumnElement[bool]]:
    dialect = connection.dialect.name
    where: list[sa.ColumnElement[bool]] = []
    if scope is not None:
        where.append(among(batches.c.employer_id, scope, dialect))
    if states:
        where.append(among(batches.c.state, states, dialect))
    if search:
        named = batches.c.number.contains(search.upper(), autoescape=True) | batches.c.employer_name.contains(
            search, autoescape=True
        )
        where.append(named | of_person(search) if people else named)
    return where


def list_page(
    connection: sa.Connection,
    scope: Collection[str] | None,
    states: Collection[str],
    search: str,
    *,
    limit: int,
    offset: int,
    people: bool = True,
) -> pd.DataFrame:
    """One page of batches, newest first; ``people``: by the name or number of somebody in it as well."""
    c = batches.c
    columns = [c[name] for name in LISTED_COLUMNS]
    statement = (
        sa.select(*columns)
        .where(*_matching(connection, scope, states, search, people=people))
        .order_by(c.submitted_at.desc(), c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return pd.DataFrame.from_records(connection.execute(statement).all(), columns=list(LISTED_COLUMNS))


def count_batches(
    connection: sa.Connection,
    scope: Collection[str] | None,
    states: Collection[str],
    search: str,
    *,
    people: bool = True,
) -> int:
    """How many batches ``list_page`` has over all pages."""
    where = _matching(connection, scope, states, search, people=people)
    return connection.scalar(sa.select(sa.func.count()).select_from(batches).where(*where)) or 0


def read_lines(connection: sa.Connection, batch_id: str, *, first: int = 0, size: int | None = None) -> pd.DataFrame:
    """``size`` filed lines in order (all, if none is named), ``first`` of them left out; money in fen."""
    columns = [lines.c[name] for name in LINE_COLUMNS[1:]]
    statement = sa.select(*columns).where(lines.c.batch_id == batch_id).order_by(lines.c.position)
    rows = connection.execute(statement.offset(first).limit(size)).all()
    return pd.DataFrame.from_records(rows, columns=list(LINE_COLUMNS[1:]))


def read_refused(connection: sa.Connection, batch_id: str, *, first: int = 0, size: int | None = None) -> pd.DataFrame:
    """Refused lines in the order person, month, serial, insurance, as ``read_lines``."""
    rows = connection.execute(_refused(batch_id).offset(first).limit(size)).all()
    return pd.DataFrame.from_records(rows, columns=list(REFUSED_COLUMNS[1:]))


def stream_refused(connection: sa.Connection, batch_id: str) -> Iterator[pd.DataFrame]:
    """Every refused line in that order, ``STREAMED`` of them at a time."""
    options = {"yield_per": STREAMED}
    for rows in connection.execute(_refused(batch_id), execution_options=options).partitions():
        yield pd.DataFrame.from_records(rows, columns=list(REFUSED_COLUMNS[1:]))


def _refused(batch_id: str) -> sa.Select[Any]:
    c = refused_lines.c
    # The insurances' codes happen to stand in the alphabet as they stand in the law.
    order = (c.social_security_number, c.period, c.serial, c.insurance)
    return sa.select(*(c[name] for name in REFUSED_COLUMNS[1:])).where(c.batch_id == batch_id).order_by(*order)


def read_findings(
    connection: sa.Connection, batch_id: str, serials: Collection[str] | None = None
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What was told of each line (serial, insurance): code and basis, codes ascending. Of ``serials`` only, if given."""
    c = line_findings.c
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    statement = sa.select(c.serial, c.insurance, c.code, c.basis).where(c.batch_id == batch_id).order_by(c.code)
    if serials is not None:
        statement = statement.where(among(c.serial, set(serials), connection.dialect.name))
    for serial, insurance, code, basis in connection.execute(statement):
        found.setdefault((serial, insurance), []).append((code, basis))
    return found


def read_payments(connection: sa.Connection, batch_id: str) -> dict[str, int]:
    """Fen per insurance fund."""
    statement = sa.select(payment_lines.c.insurance, payment_lines.c.amount).where(payment_lines.c.batch_id == batch_id)
    return dict(connection.execute(statement).all())


def read_steps(connection: sa.Connection, batch_id: str) -> list[Step]:
    """The history, oldest first."""
    columns = [batch_events.c[name] for name in Step.__slots__]
    statement = sa.select(*columns).where(batch_events.c.batch_id == batch_id).order_by(batch_events.c.position)
    return [Step(*row) for row in connection.execute(statement)]


def read_parts(connection: sa.Connection, batch_id: str) -> dict[str, str]:
    """The part that each person holds in the batch."""
    statement = sa.select(batch_parts.c.username, batch_parts.c.part).where(batch_parts.c.batch_id == batch_id)
    return dict(connection.execute(statement).all())


def read_batches_of_same_people(
    connection: sa.Connection, batch_id: str, scope: Collection[str] | None, limit: int
) -> pd.DataFrame:
    """Other batches that hold a line of somebody in this one, in ``LISTED_COLUMNS``, newest first."""
    own = lines.alias("own")
    shared = sa.select(lines.c.batch_id).join(own, own.c.social_security_number == lines.c.social_security_number)
    where = [batches.c.batch_id.in_(shared.where(own.c.batch_id == batch_id)), batches.c.batch_id != batch_id]
    statement = (
        sa.select(*(batches.c[name] for name in LISTED_COLUMNS))
        .where(*where, *_matching(connection, scope, (), ""))
        .order_by(batches.c.submitted_at.desc(), batches.c.number.desc())
        .limit(limit)
    )
    return pd.DataFrame.from_records(connection.execute(statement).all(), columns=list(LISTED_COLUMNS))


def read_family(connection: sa.Connection, family: str, scope: Collection[str] | None) -> list[str]:
    """The numbers of the batches that were split from one application."""
    where = _matching(connection, scope, (), "")
    return list(
        connection.scalars(
            sa.select(batches.c.number).where(batches.c.family == family, *where).order_by(batches.c.number)
        )
    )
