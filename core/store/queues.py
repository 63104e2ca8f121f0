"""Batches that wait for somebody: those in given states in which a person may still take his part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.domain.queue_query import QueueQuery
from core.store.batches import LISTED_COLUMNS, of_person
from core.store.bulk import among
from core.store.schema import batch_parts, batches

_c = batches.c
_COMPARE = {"=": eq, "<": lt, ">": gt, "<=": le, ">=": ge}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whose queue: for each state the parts that ``username`` may take in it, the employers in scope (``None``: all), and
    what he looks for in it.
    """

    username: str
    open_parts: Mapping[str, Collection[str]]
    scope: Collection[str] | None
    query: QueueQuery


def list_waiting(connection: sa.Connection, waiting: Waiting, *, limit: int, offset: int) -> pd.DataFrame:
    """One page of waiting batches in ``LISTED_COLUMNS``, the earliest due date first."""
    statement = (
        _select(connection, waiting, *(_c[name] for name in LISTED_COLUMNS))
        .order_by(sa.case((_c.due_on == "", 1), else_=0), _c.due_on, _c.number)
        .limit(limit)
        .offset(offset)
    )
    return pd.DataFrame.from_records(connection.execute(statement).all(), columns=list(LISTED_COLUMNS))


def count_waiting(connection: sa.Connection, waiting: Waiting, today: str) -> list[tuple[str, int, int]]:
    """How many batches ``list_waiting`` has over all pages, by state: (state, all, those due before ``today``)."""
    late = sa.and_(_c.due_on != "", _c.due_on < today)
    counted = (_c.state, sa.func.count(), sa.func.sum(sa.case((late, 1), else_=0)))
    statement = _select(connection, waiting, *counted).group_by(_c.state)
    return [(state, count, int(overdue)) for state, count, overdue in connection.execute(statement)]


def _select(connection: sa.Connection, waiting: Waiting, *columns: Any) -> sa.Select[Any]:
    mine = sa.and_(batch_parts.c.batch_id == _c.batch_id, batch_parts.c.username == waiting.username)
    held = batch_parts.c.part
    # Nobody holds two parts in a batch: whoever holds another one already would only be refused.
    may_act = [
        sa.and_(_c.state == state, sa.or_(held.is_(None), held.in_(sorted(parts))))
        for state, parts in waiting.open_parts.items()
    ]
    statement = (
        sa.select(*columns)
        .select_from(batches.outerjoin(batch_parts, mine))
        .where(sa.or_(sa.false(), *may_act), *_conditions(waiting.query))
    )
    if waiting.scope is None:
        return statement
    return statement.where(among(_c.employer_id, waiting.scope, connection.dialect.name))


def _conditions(query: QueueQuery) -> list[sa.ColumnElement[bool]]:
    """What a query asks of a batch: every part of it has to hold."""
    days = [sa.and_(_c.due_on != "", _COMPARE[sign](_c.due_on, day)) for sign, day in query.days]
    return [
        *(_has_word(word) for word in query.words),
        *(_c.state.in_(sorted(states)) for states in query.states),
        *(_of_employer(text) for text in query.employers),
        *(_c.reason.in_(sorted(reasons)) for reasons in query.reasons),
        *(of_person(text) for text in query.persons),
        *(_COMPARE[sign](_c.total, amount) for sign, amount in query.amounts),
        *days,
        *(_c.assignee == username for username in query.assignees),
    ]


def _has_word(word: str) -> sa.ColumnElement[bool]:
    return _c.number.contains(word.upper(), autoescape=True) | _of_employer(word) | of_person(word)


def _of_employer(text: str) -> sa.ColumnElement[bool]:
    return _c.employer_name.contains(text, autoescape=True) | (_c.employer_id == text)
