"""What judging needs to know of the ledger, in as few statements as possible: rows, facts, batches that hold lines, and for
R07 what other employers paid. Nothing here decides anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.domain.lifecycle import PAID_STATES
from core.domain.period import OPEN_END
from core.domain.vocabulary import Arrival, Assessment, FactKind, InjuryMode, Insurance, PaymentKind
from core.store.columns import Codes, Columns, CursorReader, Ints, Reader, RowColumns, Texts, as_list, is_listed, plain
from core.store.schema import batches, contributions, facts, lines

Flags = NDArray[np.bool_]

_INSURANCES = tuple(Insurance)
_PLANES = {insurance.value: plane for plane, insurance in enumerate(Insurance)}
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
    kind: Codes
    assessment: Codes
    arrival: Codes
    injury_mode: Codes
    amounts: Ints
    live: Flags
    paid: Flags
    claims: dict[tuple[str, int], tuple[str, str]]
    fact_kind: Codes
    fact_person: Ints
    fact_insurance: Ints
    fact_start: Ints
    fact_end: Ints
    elsewhere_person: Ints
    elsewhere_period: Ints
    elsewhere_free: Flags


def read_range(
    reader: Reader, employer_id: str, first: int, last: int, persons: Collection[str], *, elsewhere: bool
) -> Slice:
    """Every row of an employer from month ``first`` to ``last`` (YYYYMM), of ``persons`` only unless there are none.

    All rows count as ticked. ``elsewhere`` says whether the rows of other employers matter (R07).
    """
    scope = {"employer": employer_id, "first": first, "last": last}
    rows = (
        reader.read(_OF_PERSONS, persons=as_list(persons), **scope) if persons else reader.read(_OF_EVERYBODY, **scope)
    )
    everything = np.ones(len(rows), np.bool_)
    return _slice(reader, rows, own=everything, ticked=everything, scope=scope, elsewhere=elsewhere)


def read_ticked(connection: sa.Connection, employer_id: str, serials: Collection[str], *, elsewhere: bool) -> Slice:
    """The ticked rows inside the caller's transaction, and their siblings of the same person and month, not ticked.

    A serial that the employer has no row of comes back as a row that is not his own: whether it exists elsewhere, whose it
    is and what it holds is neither read nor told.
    """
    reader = CursorReader(connection)
    rows = reader.read(_OF_SERIALS, employer=employer_id, serials=as_list(serials))
    wanted = set(serials)
    strangers = sorted(wanted.difference(rows.texts("serial").tolist()))
    rows = RowColumns(rows.names, [*map(_stranger, strangers), *rows.rows])
    ticked = np.array([serial in wanted for serial in rows.texts("serial")], np.bool_)
    months = rows.ints("period")[0, len(strangers) :]
    scope = {"employer": employer_id, "first": int(months.min(initial=999912)), "last": int(months.max(initial=0))}
    own = np.arange(len(rows)) >= len(strangers)
    return _slice(reader, rows, own=own, ticked=ticked, scope=scope, elsewhere=elsewhere)


def _slice(
    reader: Reader, rows: Columns, *, own: Flags, ticked: Flags, scope: dict[str, Any], elsewhere: bool
) -> Slice:
    person, people = rows.coded("social_security_number")
    serial = rows.texts("serial")
    numbers = rows.ints("period", "suspense", *_AMOUNTS)
    numbered = people.tolist()
    scope = scope | {"persons": as_list(numbered)}
    known = reader.read(_FACTS, **scope)
    days = known.ints("start_day", "end_day")
    others = reader.read(_ELSEWHERE, **scope) if elsewhere else _NOTHING_ELSEWHERE
    live, paid, claims = _claims(reader.read(_CLAIMS, **scope), serial)
    return Slice(
        serial=serial,
        social_security_number=people[person],
        name=rows.texts("name", repeated=True),
        voucher_type=rows.texts("voucher_type", repeated=True),
        person=person,
        period=numbers[0],
        own=own,
        ticked=ticked,
        suspense=numbers[1] != 0,
        kind=rows.choices("kind", PaymentKind),
        assessment=rows.choices("assessment", Assessment),
        arrival=rows.choices("arrival", Arrival),
        injury_mode=rows.choices("injury_mode", InjuryMode),
        amounts=numbers[2:].reshape(len(Insurance), len(_PARTS), len(rows)),
        live=live,
        paid=paid,
        claims=claims,
        fact_kind=known.choices("kind", FactKind),
        fact_person=known.positions("social_security_number", numbered),
        # A fact that names no insurance lands on 工伤, where no rule looks for one that must.
        fact_insurance=known.positions("insurance", _INSURANCES) % len(Insurance),
        fact_start=days[0],
        fact_end=days[1],
        elsewhere_person=others.positions("social_security_number", numbered),
        elsewhere_period=others.ints("period")[0],
        elsewhere_free=others.ints(*Insurance) != 0,
    )


def _claims(found: Columns, serials: Texts) -> tuple[Flags, Flags, dict[tuple[str, int], tuple[str, str]]]:
    """Which of the lines lie in a live and in a paid batch, and in which one."""
    live, paid = np.zeros((2, len(Insurance), len(serials)), np.bool_)
    claims: dict[tuple[str, int], tuple[str, str]] = {}
    places = {serial: place for place, serial in enumerate(serials)} if len(found) else {}
    told = (found.texts(name) for name in ("serial", "insurance", "state", "number"))
    for serial, insurance, state, number in zip(*told, strict=True):
        if (place := places.get(serial)) is not None:
            plane = _PLANES[insurance]
            (paid if state in _PAID else live)[plane, place] = True
            claims[serial, plane] = (number, state)
    return live, paid, claims


# --- the statements ---------------------------------------------------------------------------------------------------

_c, _f, _l, _b = contributions.c, facts.c, lines.c, batches.c
#: Bare, as the partial index of live lines says it: SQLite would not know "live = 1" for the same.
_LIVE: sa.ColumnElement[bool] = sa.literal_column(f"{lines.name}.live")
_PARTS = ("employer_part", "personal_part", "late_fee", "interest")
_AMOUNTS = tuple(f"{insurance}_{part}" for insurance in Insurance for part in _PARTS)


def _amount(name: str) -> sa.ColumnElement[int]:
    """工伤 has no personal part (L); a zero in its place makes the three insurances alike."""
    return _c[name] if name in _c else sa.literal_column("0", sa.Integer).label(name)


_ROWS = sa.select(
    _c.serial, _c.social_security_number, _c.name, _c.voucher_type, _c.kind, _c.assessment, _c.arrival, _c.injury_mode,
    _c.period, sa.cast(_c.suspense, sa.Integer).label("suspense"), *map(_amount, _AMOUNTS),
).order_by(plain(_c.social_security_number), _c.period, plain(_c.serial))  # fmt: skip

_EMPLOYER = sa.bindparam("employer", type_=sa.Text)
_MONTHS = (sa.bindparam("first", type_=sa.Integer), sa.bindparam("last", type_=sa.Integer))

_OF_EVERYBODY = _ROWS.where(_c.employer_id == _EMPLOYER, _c.period.between(*_MONTHS))
_OF_PERSONS = _OF_EVERYBODY.where(is_listed(_c.social_security_number, "persons"))

_ticked = (
    sa.select(_c.social_security_number, _c.period)
    .where(_c.employer_id == _EMPLOYER, is_listed(_c.serial, "serials"))
    .distinct()
    .cte("ticked")
)
_OF_SERIALS = _ROWS.join(
    _ticked,
    (_c.social_security_number == _ticked.c.social_security_number) & (_c.period == _ticked.c.period),
).where(_c.employer_id == _EMPLOYER)

_FACTS = sa.select(
    _f.social_security_number, _f.kind, _f.insurance, _f.start_day,
    sa.func.coalesce(_f.end_day, OPEN_END, type_=sa.Integer).label("end_day"),
).where(is_listed(_f.social_security_number, "persons"), _f.employer_id.in_(["", _EMPLOYER]))  # fmt: skip

_CLAIMS = (
    sa.select(_l.serial, _l.insurance, _b.state, _b.number)
    .join(batches, _b.batch_id == _l.batch_id)
    .where(_LIVE, is_listed(_l.social_security_number, "persons"), _l.period.between(*_MONTHS))
)


def _free(insurance: Insurance) -> sa.ColumnElement[int]:
    """Whether a row's line of this insurance is received and in no batch, as 0 or 1."""
    received = sum((_amount(f"{insurance}_{part}") for part in _PARTS), start=sa.literal_column("0", sa.Integer))
    claimed = sa.exists().where(_l.serial == _c.serial, _l.insurance == insurance.value, _LIVE)
    return sa.cast((received > 0) & ~claimed, sa.Integer).label(insurance.value)


_ELSEWHERE = sa.select(_c.social_security_number, _c.period, *map(_free, Insurance)).where(
    is_listed(_c.social_security_number, "persons"),
    _c.period.between(*_MONTHS),
    _c.employer_id != _EMPLOYER,
    _c.arrival == Arrival.RECEIVED.value,
)
_NOTHING_ELSEWHERE = RowColumns(tuple(_ELSEWHERE.selected_columns.keys()), [])
_STRANGER = {
    "kind": next(iter(PaymentKind)).value, "assessment": next(iter(Assessment)).value,
    "arrival": next(iter(Arrival)).value, "injury_mode": next(iter(InjuryMode)).value,
}  # fmt: skip


def _stranger(serial: str) -> tuple[Any, ...]:
    known: dict[str, Any] = {"serial": serial, **_STRANGER}
    return tuple(
        known.get(name, "" if isinstance(column.type, sa.String) else 0)
        for name, column in _ROWS.selected_columns.items()
    )
