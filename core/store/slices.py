"""What judging needs to know of the ledger, in as few statements as possible: rows, facts, batches that hold lines, and for
R07 what other employers paid. Nothing here decides anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.domain.lifecycle import PAID_STATES
from core.domain.period import OPEN_END
from core.domain.vocabulary import Arrival, Assessment, FactKind, InjuryMode, Insurance, PaymentKind
from core.store.columns import (
    Columns,
    Ints,
    Texts,
    is_listed,
    no_columns,
    read_columns,
)
from core.store.schema import batches, contributions, facts, lines

Flags = NDArray[np.bool_]

FACT_KINDS = tuple(FactKind)
_PAID = frozenset(state.value for state in PAID_STATES)


@dataclass(slots=True)
class Slice:
    """One employer's rows in the order of person, period and serial, and all that their judgement rests on.

    Plain columns, as ``core.rules.lines.Ledger`` describes them: closed lists as positions in their enum, months YYYYMM,
    days YYYYMMDD, money in fen as (3 insurances, 4 amounts, rows), lines as (3, rows).
    """

    serial: Texts
    social_security_number: Texts
    name: Texts
    voucher_type: Texts
    person: Ints
    period: Ints
    own: Flags
    ticked: Flags
    suspense: Flags
    kind: Ints
    assessment: Ints
    arrival: Ints
    injury_mode: Ints
    amounts: Ints
    live: Flags
    paid: Flags
    claims: dict[tuple[str, int], tuple[str, str]]
    fact_kind: Ints
    fact_person: Ints
    fact_insurance: Ints
    fact_start: Ints
    fact_end: Ints
    elsewhere_person: Ints
    elsewhere_period: Ints
    elsewhere_free: Flags


def read_range(
    connection: sa.Connection, employer_id: str, first: int, last: int, persons: Collection[str], *, elsewhere: bool
) -> Slice:
    """Every row of an employer from month ``first`` to ``last`` (YYYYMM), of ``persons`` only unless there are none.

    All rows count as ticked. ``elsewhere`` says whether the rows of other employers matter (R07).
    """
    scope: dict[str, Any] = {"employer": employer_id, "first": first, "last": last}
    if persons:
        rows = read_columns(connection, _OF_PERSONS, persons=list(persons), **scope)
    else:
        rows = read_columns(connection, _OF_EVERYBODY, **scope)
    rows = _by_code_point(connection, rows)
    all_of_them = np.ones(len(rows), np.bool_)
    return _slice(connection, rows, own=all_of_them, ticked=all_of_them, scope=scope, elsewhere=elsewhere)


def read_ticked(connection: sa.Connection, employer_id: str, serials: Collection[str], *, elsewhere: bool) -> Slice:
    """The ticked rows, and their siblings of the same person and month, which are not ticked.

    A serial that the employer has no row of comes back as a row that is not his own: whether it exists elsewhere, whose it
    is and what it holds is neither read nor told.
    """
    rows = _by_code_point(
        connection, read_columns(connection, _OF_SERIALS, employer=employer_id, serials=list(serials))
    )
    wanted = set(serials)
    strangers = sorted(wanted.difference(rows.texts("serial")))
    months = rows.ints("period")[0]
    scope = {"employer": employer_id, "first": int(months.min(initial=999912)), "last": int(months.max(initial=0))}
    rows = rows.after([_stranger(serial) for serial in strangers])
    own = np.arange(len(rows)) >= len(strangers)
    ticked = np.array([serial in wanted for serial in rows.texts("serial")], np.bool_)
    return _slice(connection, rows, own=own, ticked=ticked, scope=scope, elsewhere=elsewhere)


def _by_code_point(connection: sa.Connection, rows: Columns) -> Columns:
    """Serials of one month in the order of their characters.

    SQLite's index gives that order; PostgreSQL's gives that of its locale, and asking for the other would sort every row.
    """
    if connection.dialect.name == "sqlite":
        return rows
    number, serial, period = rows.texts("social_security_number"), rows.texts("serial"), rows.ints("period")[0]
    neighbours = np.flatnonzero((period[1:] == period[:-1]) & (number[1:] == number[:-1]))
    if (serial[neighbours] < serial[neighbours + 1]).all():
        return rows
    return rows.in_order(sorted(range(len(rows)), key=lambda row: (number[row], period[row], serial[row])))


def row_fields(rows: Columns) -> dict[str, Any]:
    """What a slice says of its rows by themselves; ``rows`` have the columns of ``ROWS``."""
    period, suspense, kind, assessment, arrival, injury_mode, *_amounts = numbers = rows.ints(*NUMBERS)
    return {
        **{name: rows.texts(name) for name in ("serial", "social_security_number", "name", "voucher_type")},
        "period": period,
        "suspense": suspense != 0,
        "kind": kind,
        "assessment": assessment,
        "arrival": arrival,
        "injury_mode": injury_mode,
        "amounts": numbers[-len(AMOUNT_NAMES) :].reshape(len(Insurance), len(PARTS), len(rows)),
    }


def _slice(
    connection: sa.Connection, rows: Columns, *, own: Flags, ticked: Flags, scope: dict[str, Any], elsewhere: bool
) -> Slice:
    person, people = rows.coded("social_security_number")
    scope = scope | {"persons": people}
    serial = rows.texts("serial")
    known = read_columns(connection, _FACTS, **scope)
    fact_insurance, fact_start, fact_end = known.ints("insurance", "start_day", "end_day")
    live, paid, claims = claims_among(read_columns(connection, CLAIMS, **scope), serial)
    others = read_columns(connection, _ELSEWHERE, **scope) if elsewhere else _NOTHING_ELSEWHERE
    return Slice(
        **row_fields(rows),
        person=person,
        own=own,
        ticked=ticked,
        live=live,
        paid=paid,
        claims=claims,
        fact_kind=known.positions("kind", FACT_KINDS),
        fact_person=known.positions("social_security_number", people),
        fact_insurance=fact_insurance,
        fact_start=fact_start,
        fact_end=fact_end,
        elsewhere_person=others.positions("social_security_number", people),
        elsewhere_period=others.ints("period")[0],
        elsewhere_free=others.ints(*Insurance) != 0,
    )


def claims_among(found: Columns, serials: Texts) -> tuple[Flags, Flags, dict[tuple[str, int], tuple[str, str]]]:
    """Which of the lines lie in a live and in a paid batch, and in which one."""
    live, paid = np.zeros((2, len(Insurance), len(serials)), np.bool_)
    claims: dict[tuple[str, int], tuple[str, str]] = {}
    if not len(found):
        return live, paid, claims
    places = {serial: place for place, serial in enumerate(serials)}
    planes = found.ints("insurance")[0].tolist()
    texts = (found.texts(name) for name in ("serial", "state", "number"))
    for plane, serial, state, number in zip(planes, *texts, strict=True):
        if (place := places.get(serial)) is not None:
            (paid if state in _PAID else live)[plane, place] = True
            claims[serial, plane] = (number, state)
    return live, paid, claims


# --- the statements ---------------------------------------------------------------------------------------------------

_c, _f, _l, _b = contributions.c, facts.c, lines.c, batches.c
PARTS = ("employer_part", "personal_part", "late_fee", "interest")
AMOUNT_NAMES = tuple(f"{insurance}_{part}" for insurance in Insurance for part in PARTS)
NUMBERS = ("period", "suspense", "kind", "assessment", "arrival", "injury_mode", *AMOUNT_NAMES)
_ZERO = sa.literal_column("0", sa.Integer)


def position(column: sa.ColumnElement[str], kinds: type[StrEnum], otherwise: int | None = None) -> sa.Label[int]:
    """A closed list as positions in its enum: a small number is cheaper to fetch than a text, and comparable in a mask."""
    places = {kind.value: sa.literal_column(str(place), sa.Integer) for place, kind in enumerate(kinds)}
    other = None if otherwise is None else sa.literal_column(str(otherwise), sa.Integer)
    return sa.case(places, value=column, else_=other).label(column.key)


def amount(name: str) -> sa.ColumnElement[int]:
    """工伤 has no personal part (L); a zero in its place makes the three insurances alike."""
    return _c[name] if name in _c else _ZERO.label(name)


ROWS = sa.select(
    _c.serial,
    _c.social_security_number,
    _c.name,
    _c.voucher_type,
    _c.period,
    sa.cast(_c.suspense, sa.Integer).label("suspense"),
    position(_c.kind, PaymentKind),
    position(_c.assessment, Assessment),
    position(_c.arrival, Arrival),
    position(_c.injury_mode, InjuryMode),
    *map(amount, AMOUNT_NAMES),
).order_by(_c.social_security_number, _c.period, _c.serial)

_EMPLOYER = sa.bindparam("employer", type_=sa.Text)
_MONTHS = (sa.bindparam("first", type_=sa.Integer), sa.bindparam("last", type_=sa.Integer))

_OF_EVERYBODY = ROWS.where(_c.employer_id == _EMPLOYER, _c.period.between(*_MONTHS))
_OF_PERSONS = _OF_EVERYBODY.where(is_listed(_c.social_security_number, "persons"))

_ticked = (
    sa.select(_c.social_security_number, _c.period)
    .where(_c.employer_id == _EMPLOYER, is_listed(_c.serial, "serials"))
    .distinct()
    .cte("ticked")
)
_OF_SERIALS = ROWS.join(
    _ticked,
    (_c.social_security_number == _ticked.c.social_security_number) & (_c.period == _ticked.c.period),
).where(_c.employer_id == _EMPLOYER)

_FACTS = sa.select(
    _f.social_security_number,
    _f.kind,
    # A fact that names no insurance lands on the last, 工伤, where no rule looks for one that has to name it.
    position(_f.insurance, Insurance, otherwise=len(Insurance) - 1),
    _f.start_day,
    sa.func.coalesce(_f.end_day, OPEN_END, type_=sa.Integer).label("end_day"),
).where(is_listed(_f.social_security_number, "persons"), _f.employer_id.in_(["", _EMPLOYER]))

#: Bare, as the partial index of live lines says it: SQLite would not know "live = 1" for the same.
LIVE: sa.ColumnElement[bool] = sa.literal_column(f"{lines.name}.live")

CLAIMS = (
    sa.select(_l.serial, _b.state, _b.number, position(_l.insurance, Insurance))
    .join(batches, _b.batch_id == _l.batch_id)
    .where(LIVE, is_listed(_l.social_security_number, "persons"), _l.period.between(*_MONTHS))
)


def free_line(insurance: Insurance) -> sa.ColumnElement[int]:
    """Whether a row's line of this insurance is received and in no batch, as 0 or 1."""
    received = sum((amount(f"{insurance}_{part}") for part in PARTS), start=_ZERO)
    claimed = sa.exists().where(_l.serial == _c.serial, _l.insurance == insurance.value, LIVE)
    return sa.cast((received > 0) & ~claimed, sa.Integer).label(insurance.value)


_ELSEWHERE = sa.select(_c.social_security_number, _c.period, *map(free_line, Insurance)).where(
    is_listed(_c.social_security_number, "persons"),
    _c.period.between(*_MONTHS),
    _c.employer_id != _EMPLOYER,
    _c.arrival == Arrival.RECEIVED.value,
)


_NOTHING_ELSEWHERE = no_columns(_ELSEWHERE)


def _stranger(serial: str) -> tuple[Any, ...]:
    """A row of which nothing is known but its id; positions 0 and amounts 0 stand for nothing."""
    return tuple(
        serial if name == "serial" else "" if isinstance(column.type, sa.String) else 0
        for name, column in ROWS.selected_columns.items()
    )
