"""Batches that wait for somebody: those in given states in which a person may still take his part."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.store.batches import LISTED_COLUMNS
from core.store.bulk import among
from core.store.schema import batch_parts, batches


def list_waiting(
    connection: sa.Connection,
    username: str,
    open_parts: Mapping[str, Collection[str]],
    scope: Collection[str] | None,
    *,
    limit: int,
    offset: int,
) -> pd.DataFrame:
    """One page of waiting batches in ``LISTED_COLUMNS``, the earliest due date first.

    ``open_parts`` gives for each state the parts that the person may take in it; ``scope`` limits the employers.
    """
    c = batches.c
    statement = (
        _waiting(connection, username, open_parts, scope)
        .order_by(sa.case((c.due_on == "", 1), else_=0), c.due_on, c.number)
        .limit(limit)
        .offset(offset)
    )
    return pd.DataFrame.from_records(connection.execute(statement).all(), columns=list(LISTED_COLUMNS))


def count_waiting(
    connection: sa.Connection, username: str, open_parts: Mapping[str, Collection[str]], scope: Collection[str] | None
) -> int:
    """How many batches ``list_waiting`` has over all pages."""
    waiting = _waiting(connection, username, open_parts, scope).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def _waiting(
    connection: sa.Connection, username: str, open_parts: Mapping[str, Collection[str]], scope: Collection[str] | None
) -> sa.Select[Any]:
    mine = sa.and_(batch_parts.c.batch_id == batches.c.batch_id, batch_parts.c.username == username)
    held = batch_parts.c.part
    # Nobody holds two parts in a batch: whoever holds another one already would only be refused.
    may_act = [
        sa.and_(batches.c.state == state, sa.or_(held.is_(None), held.in_(sorted(parts))))
        for state, parts in open_parts.items()
    ]
    statement = (
        sa.select(*(batches.c[name] for name in LISTED_COLUMNS))
        .select_from(batches.outerjoin(batch_parts, mine))
        .where(sa.or_(sa.false(), *may_act))
    )
    return statement if scope is None else statement.where(among(batches.c.employer_id, scope, connection.dialect.name))
