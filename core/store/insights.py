"""Counts and sums over batches for the board; nobody's name is in them."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from core.domain.lifecycle import FREE_STATES
from core.store.bulk import among
from core.store.schema import batches, line_findings, payment_lines, refused_lines


def sums_by_state(connection: sa.Connection, scope: Collection[str] | None) -> list[Any]:
    """For each state: state, batches, lines, total (fen)."""
    c = batches.c
    return _all(connection, scope, c.state, sa.func.count(), sa.func.sum(c.line_count), sa.func.sum(c.total))


def sums_by_reason(connection: sa.Connection, scope: Collection[str] | None) -> list[Any]:
    """For each reason: reason, batches, total (fen), without batches that ended unpaid."""
    c = batches.c
    return _all(connection, scope, c.reason, sa.func.count(), sa.func.sum(c.total), live=True)


def sums_by_insurance(connection: sa.Connection, scope: Collection[str] | None) -> list[Any]:
    """For each fund: insurance, payment lines, amount (fen), without batches that ended unpaid."""
    p = payment_lines.c
    joined = batches.join(payment_lines, p.batch_id == batches.c.batch_id)
    return _all(connection, scope, p.insurance, sa.func.count(), sa.func.sum(p.amount), joined=joined, live=True)


def refusals_by_code(connection: sa.Connection, scope: Collection[str] | None) -> list[Any]:
    """For each code: code, refused lines that carry it, batches in which it occurs."""
    f, r = line_findings.c, refused_lines.c
    joined = batches.join(refused_lines, r.batch_id == batches.c.batch_id).join(
        line_findings,
        sa.and_(f.batch_id == r.batch_id, f.serial == r.serial, f.insurance == r.insurance),
    )
    return _all(connection, scope, f.code, sa.func.count(), sa.func.count(r.batch_id.distinct()), joined=joined)


def count_overdue(connection: sa.Connection, scope: Collection[str] | None, today: str) -> int:
    """How many batches are past their due date."""
    c = batches.c
    where = [c.due_on != "", c.due_on < today, *_within(connection, scope)]
    return connection.scalar(sa.select(sa.func.count()).select_from(batches).where(*where)) or 0


def _all(
    connection: sa.Connection,
    scope: Collection[str] | None,
    by: sa.ColumnElement[str],
    *figures: sa.ColumnElement[Any],
    joined: sa.FromClause = batches,
    live: bool = False,
) -> list[Any]:
    where = _within(connection, scope)
    if live:
        where.append(batches.c.state.not_in([state.value for state in sorted(FREE_STATES)]))
    statement = sa.select(by, *figures).select_from(joined).where(*where).group_by(by).order_by(by)
    return list(connection.execute(statement))


def _within(connection: sa.Connection, scope: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    return [] if scope is None else [among(batches.c.employer_id, scope, connection.dialect.name)]
