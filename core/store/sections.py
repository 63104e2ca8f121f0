"""What a screening reads: the ledger chunk by chunk by a few columns, and then all of the few people who look suspicious.

The chunks are cut by key (employer, person), never inside of a person, and begin where the last one ended: so a screening can
be resumed from any of them, and no snapshot is held for longer than one takes.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from core.domain.period import OPEN_END
from core.domain.reasons import REASONS
from core.domain.vocabulary import Arrival, FactKind, Insurance, PaymentKind
from core.store.columns import Columns, Ints, Texts, is_listed, read_columns
from core.store.schema import BASE_COLUMNS, contributions, facts
from core.store.slices import (
    CLAIMS,
    FACT_KINDS,
    ROWS,
    Slice,
    claims_among,
    free_line,
    position,
    row_fields,
)

Pair = tuple[str, str]
#: Before every employer and person there is.
BEGINNING: Pair = ("", "")
#: Months between these are all months.
_ALL_MONTHS = {"first": 0, "last": 999912}

_c, _f = contributions.c, facts.c


@dataclass(slots=True)
class Scan:
    """A chunk of rows in the order of employer, person and period, by the columns that a first look needs.

    Closed lists are positions in their enum, months YYYYMM, days YYYYMMDD (0 where not known), money fen; ``base`` is
    (3, n), ``late_fee`` the sum of all insurances. ``after`` is the last employer and person, ``None`` at the end.
    """

    employer: Texts
    social_security_number: Texts
    period: Ints
    kind: Ints
    arrival: Ints
    arrival_day: Ints
    base: Ints
    late_fee: Ints
    after: Pair | None

    def __len__(self) -> int:
        return len(self.period)


@dataclass(slots=True)
class Section(Slice):
    """Rows of several employers: ``person`` counts pairs of employer and person, and facts are attached to these."""

    employer: Texts
    base: Ints
    arrival_day: Ints


def count_ledger(connection: sa.Connection, employers: Collection[str]) -> int:
    """How many rows there are, of these employers only unless there are none."""
    statement = sa.select(sa.func.count()).select_from(contributions)
    if not employers:
        return connection.scalar(statement) or 0
    return sum(connection.scalar(statement.where(_c.employer_id == employer)) or 0 for employer in employers)


def read_pair(connection: sa.Connection, serial: str) -> Pair | None:
    """The employer and person of a row."""
    statement = sa.select(_c.employer_id, _c.social_security_number).where(_c.serial == serial)
    row = connection.execute(statement).first()
    return (row.employer_id, row.social_security_number) if row else None


def read_serial(connection: sa.Connection, pair: Pair) -> str | None:
    """The first row of an employer and person."""
    same = (_c.employer_id == pair[0], _c.social_security_number == pair[1])
    serial: str | None = connection.scalar(sa.select(sa.func.min(_c.serial)).where(*same))
    return serial


def scan_ledger(connection: sa.Connection, employer: str, after: Pair, limit: int) -> Scan:
    """The next chunk after an employer and person, of one employer only unless that is blank.

    It has at most ``limit`` rows, or one person's if these are more: nobody is cut in two.
    """
    _keep_to_the_index(connection)
    values = {"employer": employer, "after_employer": after[0], "after_person": after[1], "most": limit}
    rows = read_columns(connection, _SCAN_OF_ONE if employer else _SCAN_OF_ALL, **values)
    if len(rows) < limit:
        return _scan(rows, len(rows), last=True)
    number, whose = rows.texts("social_security_number"), rows.texts("employer_id")
    whole = np.flatnonzero((number != number[-1]) | (whose != whose[-1]))
    if not len(whole):
        return scan_ledger(connection, employer, after, limit * 2)
    return _scan(rows, int(whole[-1]) + 1, last=False)


def _keep_to_the_index(connection: sa.Connection) -> None:
    """PostgreSQL would rather sort the whole ledger for every chunk than follow the index where rows lie scattered."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        connection.exec_driver_sql("SET LOCAL jit = off")
        connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")


def _scan(rows: Columns, size: int, *, last: bool) -> Scan:
    employer, number = rows.texts("employer_id")[:size], rows.texts("social_security_number")[:size]
    period, kind, arrival, day, late_fee = rows.ints("period", "kind", "arrival", "arrival_day", "late_fee")[:, :size]
    after = None if last else (str(employer[-1]), str(number[-1]))
    return Scan(employer, number, period, kind, arrival, day, rows.ints(*BASE_COLUMNS)[:, :size], late_fee, after)


def read_grounds(connection: sa.Connection, persons: Sequence[str]) -> list[tuple[str, FactKind, str, int, int]]:
    """Facts of these people that a reason rests on: number, kind, employer (blank: none is named), start and end as days.

    An employment that goes on is no ground for anything.
    """
    found = read_columns(connection, _GROUNDS, persons=list(persons))
    start, end = found.ints("start_day", "end_day").tolist()
    texts = (found.texts(name) for name in ("social_security_number", "kind", "employer_id"))
    return [
        (number, FactKind(kind), employer, begins, ends)
        for number, kind, employer, begins, ends in zip(*texts, start, end, strict=True)
    ]


def at_several(connection: sa.Connection) -> set[str]:
    """Everybody who has rows at more than one employer, in one pass over the whole ledger: a small part of the people.

    To ask for the people of each chunk would cost ten times as much.
    """
    _keep_to_the_index(connection)
    return set(read_columns(connection, _AT_SEVERAL).texts("social_security_number").tolist())


def paid_by_two(connection: sa.Connection, persons: Sequence[str]) -> set[str]:
    """Those of the people who have rows of one month at two employers; answered from the index of persons alone."""
    return set(read_columns(connection, _BY_TWO, persons=list(persons)).texts("social_security_number").tolist())


def read_section(connection: sa.Connection, pairs: Sequence[Pair], elsewhere: Sequence[str]) -> Section:
    """All rows of these people at these employers, and all that their judgement rests on.

    ``elsewhere`` are the people of whom other employers' rows matter (R07). Rows are in the order of their texts' characters.
    """
    rows = read_columns(connection, _OF_PAIRS, pairs=json.dumps(list(pairs)))
    employer, number, serial = (rows.texts(name) for name in ("employer_id", "social_security_number", "serial"))
    period = rows.ints("period")[0]
    rows = rows.in_order(sorted(range(len(rows)), key=lambda at: (employer[at], number[at], period[at], serial[at])))
    employer, number, serial = (rows.texts(name) for name in ("employer_id", "social_security_number", "serial"))
    places: dict[Pair, int] = {}
    person = [places.setdefault(pair, len(places)) for pair in zip(employer, number, strict=True)]
    persons = list({pair[1]: None for pair in places})
    claims = read_columns(connection, CLAIMS, persons=persons, **_ALL_MONTHS)
    live, paid, held = claims_among(claims, serial)
    return Section(
        **row_fields(rows),
        person=np.array(person, np.int64),
        own=np.ones(len(rows), np.bool_),
        ticked=np.ones(len(rows), np.bool_),
        live=live,
        paid=paid,
        claims=held,
        **_facts(read_columns(connection, _FACTS, persons=persons), places),
        **_elsewhere(read_columns(connection, _ELSEWHERE, persons=list(elsewhere)) if elsewhere else None, places),
        employer=employer,
        base=rows.ints(*BASE_COLUMNS),
        arrival_day=rows.ints("arrival_day")[0],
    )


def _facts(found: Columns, places: dict[Pair, int]) -> dict[str, Any]:
    """Facts once for every pair that they are about: those that name an employer for that one, the others for all."""
    of_person = _by_person(places)
    kind, whose, number = (found.texts(name) for name in ("kind", "employer_id", "social_security_number"))
    at, person = [], []
    for fact in range(len(found)):
        for employer, place in of_person[number[fact]]:
            if whose[fact] in {"", employer}:
                at.append(fact)
                person.append(place)
    insurance, start, end = found.ints("insurance", "start_day", "end_day")[:, at]
    order = {each.value: position for position, each in enumerate(FACT_KINDS)}
    return {
        "fact_kind": np.array([order[kind[fact]] for fact in at], np.int64),
        "fact_person": np.array(person, np.int64),
        "fact_insurance": insurance,
        "fact_start": start,
        "fact_end": end,
    }


def _elsewhere(found: Columns | None, places: dict[Pair, int]) -> dict[str, Any]:
    """Rows once for every pair of the same person with another employer."""
    of_person, at, person = _by_person(places), [], []
    if found is not None:
        whose, number = found.texts("employer_id"), found.texts("social_security_number")
        for row in range(len(found)):
            others = [place for employer, place in of_person[number[row]] if employer != whose[row]]
            at += [row] * len(others)
            person += others
    return {
        "elsewhere_person": np.array(person, np.int64),
        "elsewhere_period": found.ints("period")[0][at] if found is not None else np.zeros(0, np.int64),
        "elsewhere_free": found.ints(*Insurance)[:, at] != 0 if found is not None else np.zeros((3, 0), np.bool_),
    }


def _by_person(places: dict[Pair, int]) -> dict[str, list[tuple[str, int]]]:
    found = defaultdict(list)
    for (employer, number), place in places.items():
        found[number].append((employer, place))
    return found


# --- the statements ---------------------------------------------------------------------------------------------------


class _IsPair(FunctionElement[Any]):
    # No Boolean, as with lists of texts (``core.store.columns``).
    inherit_cache = True


@compiles(_IsPair, "sqlite")
def _on_sqlite(element: _IsPair, compiler: Any, **options: Any) -> str:
    first, second, parameter = (compiler.process(each, **options) for each in element.clauses)
    chosen = f"SELECT value ->> 0, value ->> 1 FROM json_each({parameter})"  # noqa: S608 - columns of the schema
    return f"({first}, {second}) IN ({chosen})"


@compiles(_IsPair, "postgresql")
def _on_postgresql(element: _IsPair, compiler: Any, **options: Any) -> str:
    first, second, parameter = (compiler.process(each, **options) for each in element.clauses)
    chosen = f"SELECT value ->> 0, value ->> 1 FROM json_array_elements(CAST({parameter} AS json))"  # noqa: S608
    return f"({first}, {second}) IN ({chosen})"


_LATE_FEES = sum((_c[f"{insurance}_late_fee"] for insurance in Insurance), start=sa.literal_column("0", sa.BigInteger))

#: Also what the bare driver fetches when it is measured: the same columns.
SCANNED = (
    _c.employer_id,
    _c.social_security_number,
    _c.period,
    position(_c.kind, PaymentKind),
    position(_c.arrival, Arrival),
    sa.func.coalesce(_c.arrival_day, 0, type_=sa.Integer).label("arrival_day"),
    *(_c[name] for name in BASE_COLUMNS),
    _LATE_FEES.label("late_fee"),
)
_IN_ORDER = (
    sa.select(*SCANNED)
    .order_by(_c.employer_id, _c.social_security_number, _c.period, _c.serial)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_AFTER_EMPLOYER = sa.bindparam("after_employer", type_=sa.Text)
_AFTER_PERSON = sa.bindparam("after_person", type_=sa.Text)
_SCAN_OF_ALL = _IN_ORDER.where(
    sa.tuple_(_c.employer_id, _c.social_security_number) > sa.tuple_(_AFTER_EMPLOYER, _AFTER_PERSON)
)
_SCAN_OF_ONE = _IN_ORDER.where(
    _c.employer_id == sa.bindparam("employer", type_=sa.Text), _c.social_security_number > _AFTER_PERSON
)

_END = sa.func.coalesce(_f.end_day, OPEN_END, type_=sa.Integer).label("end_day")
_GROUNDS = sa.select(_f.social_security_number, _f.kind, _f.employer_id, _f.start_day, _END).where(
    is_listed(_f.social_security_number, "persons"),
    _f.kind.in_([sa.literal_column(f"'{each.fact.value}'", sa.Text) for each in REASONS.values() if each.fact]),
    sa.or_(_f.kind != FactKind.EMPLOYMENT.value, _f.end_day.is_not(None)),
)
_FACTS = sa.select(
    _f.social_security_number,
    _f.kind,
    _f.employer_id,
    # As in ``slices``: no insurance lands on the last one, where no rule looks for it.
    position(_f.insurance, Insurance, otherwise=len(Insurance) - 1),
    _f.start_day,
    _END,
).where(is_listed(_f.social_security_number, "persons"))

_BY_TWO = (
    sa.select(_c.social_security_number, _c.period)
    .where(is_listed(_c.social_security_number, "persons"))
    .group_by(_c.social_security_number, _c.period)
    .having(sa.func.min(_c.employer_id) < sa.func.max(_c.employer_id))
)
_AT_SEVERAL = (
    sa.select(_c.social_security_number, sa.func.count().label("rows"))
    .group_by(_c.social_security_number)
    .having(sa.func.min(_c.employer_id) < sa.func.max(_c.employer_id))
)
_ELSEWHERE = sa.select(_c.employer_id, _c.social_security_number, _c.period, *map(free_line, Insurance)).where(
    is_listed(_c.social_security_number, "persons"), _c.arrival == Arrival.RECEIVED.value
)
_OF_PAIRS = (
    ROWS.order_by(None)
    .add_columns(
        _c.employer_id,
        *(_c[name] for name in BASE_COLUMNS),
        sa.func.coalesce(_c.arrival_day, 0, type_=sa.Integer).label("arrival_day"),
    )
    .where(_IsPair(_c.employer_id, _c.social_security_number, sa.bindparam("pairs", type_=sa.Text)))
)
