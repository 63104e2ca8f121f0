"""Reading an employer's contributions for the screen, and who already claims them."""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.domain.lifecycle import PAID_STATES, State
from core.store.bulk import among
from core.store.schema import AMOUNT_COLUMNS, BASE_COLUMNS, batches, contributions, lines

SHOWN = (
    "serial",
    "name",
    "social_security_number",
    "period",
    *BASE_COLUMNS,
    *AMOUNT_COLUMNS,
    "voucher_type",
    "kind",
    "arrival",
)


def _scope(
    connection: sa.Connection, employer_id: str, first: int, last: int, persons: Collection[str]
) -> sa.ColumnElement[bool]:
    c = contributions.c
    where = sa.and_(c.employer_id == employer_id, c.period.between(first, last))
    if persons:
        where &= among(c.social_security_number, persons, connection.dialect.name)
    return where


def count_rows(connection: sa.Connection, employer_id: str, first: int, last: int, persons: Collection[str]) -> int:
    """How many rows a query has over all pages."""
    where = _scope(connection, employer_id, first, last, persons)
    return connection.scalar(sa.select(sa.func.count()).select_from(contributions).where(where)) or 0


def read_rows(
    connection: sa.Connection,
    employer_id: str,
    first: int,
    last: int,
    persons: Collection[str],
    *,
    limit: int,
    offset: int,
) -> pd.DataFrame:
    """One page of rows in the order person, month, serial: the columns ``SHOWN``, money in fen."""
    c = contributions.c
    statement = (
        sa.select(*(c[name] for name in SHOWN))
        .where(_scope(connection, employer_id, first, last, persons))
        .order_by(c.social_security_number, c.period, c.serial)
        .limit(limit)
        .offset(offset)
    )
    return pd.DataFrame.from_records(connection.execute(statement).all(), columns=list(SHOWN))


def read_serials(
    connection: sa.Connection, employer_id: str, first: int, last: int, persons: Collection[str]
) -> list[str]:
    """The ids of every row of a query, over all pages."""
    where = _scope(connection, employer_id, first, last, persons)
    return list(connection.scalars(sa.select(contributions.c.serial).where(where)))


def serials_of_employer(connection: sa.Connection, employer_id: str, serials: Collection[str]) -> set[str]:
    """Those of ``serials`` that are this employer's rows."""
    c = contributions.c
    statement = sa.select(c.serial).where(
        c.employer_id == employer_id, among(c.serial, serials, connection.dialect.name)
    )
    return set(connection.scalars(statement))


def persons_present(
    connection: sa.Connection, employer_id: str, first: int, last: int, persons: Sequence[str]
) -> set[str]:
    """Those of ``persons`` that have at least one row in the query."""
    where = _scope(connection, employer_id, first, last, persons)
    return set(connection.scalars(sa.select(contributions.c.social_security_number).where(where).distinct()))


def persons_of(connection: sa.Connection, serials: Collection[str]) -> set[str]:
    """The people whom these rows are about."""
    c = contributions.c
    where = among(c.serial, serials, connection.dialect.name)
    return set(connection.scalars(sa.select(c.social_security_number).where(where).distinct()))


def claims_of_employer(connection: sa.Connection, employer_id: str, first: int, last: int) -> list[Any]:
    """Every claimed line of an employer's rows in a range: serial, insurance, batch number, paid or still live."""
    paid = batches.c.state.in_([State(state).value for state in sorted(PAID_STATES)]).label("paid")
    statement = (
        sa.select(lines.c.serial, lines.c.insurance, batches.c.number, paid)
        .join(batches, batches.c.batch_id == lines.c.batch_id)
        .where(batches.c.employer_id == employer_id, lines.c.live, lines.c.period.between(first, last))
        .order_by(lines.c.serial, lines.c.insurance)
    )
    return list(connection.execute(statement))
