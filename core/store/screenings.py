"""Screenings: how far each has come, and what it has found. Finds and cursor are written in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa

from core.domain.finding import Detail
from core.domain.screening import Confidence, Find, ScreeningState, confidence_of
from core.store.bulk import insert_rows
from core.store.schema import employers, screening_finds, screenings

_s, _f = screenings.c, screening_finds.c
_FIND = (
    "screening_id", "employer_id", "social_security_number", "period", "serial", "insurance", "name", "code", "also",
    "confidence", "basis", "amount",
)  # fmt: skip
#: The columns of a table of finds, one record per line.
LISTED = ("employer_id", "name", "social_security_number", "period", "serial", "insurance", "code", "also",
          "confidence", "basis", "amount")  # fmt: skip
#: Of a table of people: one record per employer, person and code. ``lines`` and ``months`` are counts.
GROUPED = (
    "employer_id",
    "employer",
    "name",
    "social_security_number",
    "code",
    "months",
    "first",
    "last",
    "lines",
    "amount",
)


# --- one screening -----------------------------------------------------------------------------------------------------


def insert_screening(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Begin a screening."""
    connection.execute(screenings.insert(), dict(values))


def read_screening(connection: sa.Connection, screening_id: str, *, lock: bool = False) -> Any | None:
    """A screening by id."""
    statement = sa.select(screenings).where(_s.screening_id == screening_id)
    return connection.execute(statement.with_for_update() if lock else statement).first()


def latest_screening(connection: sa.Connection, scope: str, *, office: bool) -> Any | None:
    """The latest screening of a scope."""
    return connection.execute(_of_scope(scope, office=office).limit(1)).first()


def list_screenings(connection: sa.Connection, *, office: bool, limit: int) -> list[Any]:
    """The latest screenings of the agency, or of clerks."""
    statement = sa.select(screenings).where(_s.office == office)
    return list(connection.execute(statement.order_by(_s.started_at.desc(), _s.screening_id.desc()).limit(limit)))


def _of_scope(scope: str, *, office: bool) -> sa.Select[Any]:
    statement = sa.select(screenings).where(_s.office == office, _s.scope == scope)
    return statement.order_by(_s.started_at.desc(), _s.screening_id.desc())


def update_screening(connection: sa.Connection, screening_id: str, **values: Any) -> None:
    """Change columns of a screening."""
    connection.execute(screenings.update().where(_s.screening_id == screening_id).values(**values))


def advance_screening(connection: sa.Connection, screening_id: str, runner: str, **values: Any) -> bool:
    """Move a screening on, if it is running and it is this runner's turn; whether it was."""
    mine = (_s.screening_id == screening_id) & (_s.runner == runner) & (_s.state == ScreeningState.RUNNING.value)
    return connection.execute(screenings.update().where(mine).values(**values)).rowcount == 1


def forget_screenings(connection: sa.Connection, scope: str, *, office: bool, keep: int) -> None:
    """Delete all but the latest ``keep`` screenings of a scope, with what they found; one that runs stays."""
    old = [
        row.screening_id
        for row in connection.execute(_of_scope(scope, office=office)).all()[keep:]
        if row.state != ScreeningState.RUNNING.value
    ]
    for screening_id in old:
        connection.execute(screening_finds.delete().where(_f.screening_id == screening_id))
        connection.execute(screenings.delete().where(_s.screening_id == screening_id))


# --- finds ---------------------------------------------------------------------------------------------------------------


def insert_finds(connection: sa.Connection, screening_id: str, finds: Collection[Find]) -> None:
    """Keep what a chunk has shown."""
    insert_rows(connection, screening_finds, _FIND, [_row(screening_id, find) for find in finds])


def _row(screening_id: str, find: Find) -> tuple[Any, ...]:
    basis = json.dumps([[each.sentence, dict(each.values)] for each in find.basis], ensure_ascii=False)
    return (
        screening_id, find.employer_id, find.social_security_number, find.period, find.serial, find.insurance,
        find.name, find.code, "|".join(find.also), confidence_of(find.code).value, basis, find.amount,
    )  # fmt: skip


def basis_of(written: str) -> list[Detail]:
    """A find's basis as it was kept."""
    return [Detail(sentence, values) for sentence, values in json.loads(written)]


def _chosen(screening_id: str, codes: Collection[str], confidence: Confidence | None) -> sa.ColumnElement[bool]:
    where = _f.screening_id == screening_id
    if codes:
        where &= _f.code.in_(list(codes))
    return where if confidence is None else where & (_f.confidence == confidence.value)


def sum_finds(connection: sa.Connection, screening_id: str) -> list[Any]:
    """Of every code: lines, people (of each employer) and amount (fen)."""
    people = sa.func.count(sa.distinct(_f.employer_id + "/" + _f.social_security_number))
    amount = sa.cast(sa.func.sum(_f.amount), sa.BigInteger)
    statement = sa.select(_f.code, sa.func.count().label("lines"), people.label("people"), amount.label("amount"))
    return list(connection.execute(statement.where(_f.screening_id == screening_id).group_by(_f.code)))


def sum_doubled(connection: sa.Connection, screening_id: str, code: str) -> int:
    """What finds of a code count more than once (fen): months that were found at several employers, but for one of them.

    Of what several have paid for one person, month and fund one payment stays, the smallest: the rest may come back.
    """
    month = (_f.social_security_number, _f.period, _f.insurance)
    own = sa.func.sum(_f.amount).label("amount")
    sides = sa.select(*month, own).where(_f.screening_id == screening_id, _f.code == code)
    side = sides.group_by(*month, _f.employer_id).subquery()
    c = side.c
    months = sa.select(sa.func.min(c.amount).label("stays"))
    several = months.group_by(c.social_security_number, c.period, c.insurance).having(sa.func.count() > 1).subquery()
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(several.c.stays), 0))) or 0)


def count_groups(
    connection: sa.Connection, screening_id: str, codes: Collection[str], confidence: Confidence | None
) -> int:
    """How many records ``read_groups`` has over all pages."""
    groups = _groups(screening_id, codes, confidence).order_by(None).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(groups)) or 0


def read_groups(
    connection: sa.Connection,
    screening_id: str,
    codes: Collection[str],
    confidence: Confidence | None,
    *,
    limit: int,
    offset: int,
) -> pd.DataFrame:
    """A page of ``GROUPED``, and ``basis`` of one of its lines as it was kept; money in fen."""
    rows = connection.execute(_groups(screening_id, codes, confidence).limit(limit).offset(offset)).all()
    return pd.DataFrame.from_records(rows, columns=[*GROUPED, "basis"])


def _groups(screening_id: str, codes: Collection[str], confidence: Confidence | None) -> sa.Select[Any]:
    whose = (_f.employer_id, _f.social_security_number, _f.code)
    return (
        sa.select(
            _f.employer_id,
            sa.func.min(employers.c.name).label("employer"),
            sa.func.min(_f.name).label("name"),
            _f.social_security_number,
            _f.code,
            sa.func.count(sa.distinct(_f.period)).label("months"),
            sa.func.min(_f.period).label("first"),
            sa.func.max(_f.period).label("last"),
            sa.func.count().label("lines"),
            sa.cast(sa.func.sum(_f.amount), sa.BigInteger).label("amount"),
            sa.func.min(_f.basis).label("basis"),
        )
        .join(employers, employers.c.employer_id == _f.employer_id)
        .where(_chosen(screening_id, codes, confidence))
        .group_by(*whose)
        .order_by(*whose)
    )


def read_finds(
    connection: sa.Connection, screening_id: str, codes: Collection[str], confidence: Confidence | None, *, limit: int
) -> pd.DataFrame:
    """The first ``limit`` finds in the order employer, person, month: the columns ``LISTED``; money in fen."""
    order = (_f.employer_id, _f.social_security_number, _f.period, _f.serial, _f.insurance)
    statement = sa.select(*(_f[name] for name in LISTED)).where(_chosen(screening_id, codes, confidence))
    rows: Sequence[Any] = connection.execute(statement.order_by(*order).limit(limit)).all()
    return pd.DataFrame.from_records(rows, columns=list(LISTED))


class FoundRow(NamedTuple):
    """A contribution row of which lines were found by fact: whose and which month it is, and the codes of its lines."""

    social_security_number: str
    period: int
    codes: set[str]


def rows_by_fact(connection: sa.Connection, screening_id: str, employer_id: str) -> dict[str, FoundRow]:
    """The rows of an employer that were found by fact, by serial."""
    statement = sa.select(_f.serial, _f.social_security_number, _f.period, _f.code).where(
        _f.screening_id == screening_id, _f.employer_id == employer_id, _f.confidence == Confidence.FACT.value
    )
    found: dict[str, FoundRow] = {}
    for serial, number, period, code in connection.execute(statement):
        found.setdefault(serial, FoundRow(number, period, set())).codes.add(code)
    return found
