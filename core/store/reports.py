"""Figures of a month from what never changes: what was filed, told, decided and paid in it. Amounts in fen."""

from typing import Any

import sqlalchemy as sa

from core.store.database import Connection
from core.store.schema import batch_events, batches, line_findings, lines, refused_lines, reversals

_b, _l, _e, _r, _f, _v = batches.c, lines.c, batch_events.c, refused_lines.c, line_findings.c, reversals.c
_amount = sa.func.sum(_l.refundable)
_filed = batches.join(lines, _l.batch_id == _b.batch_id)


def filed_by_reason(connection: Connection, month: int) -> list[Any]:
    """(reason, batches, lines, amount) of what was filed in a month."""
    statement = sa.select(_b.reason, sa.func.count(_b.batch_id.distinct()), sa.func.count(), _amount)
    return _all(connection, statement.select_from(_filed).where(_in(month)), _b.reason)


def filed_by_insurance(connection: Connection, month: int) -> list[Any]:
    """(insurance, batches, lines, amount) of what was filed in a month."""
    statement = sa.select(_l.insurance, sa.func.count(_b.batch_id.distinct()), sa.func.count(), _amount)
    return _all(connection, statement.select_from(_filed).where(_in(month)), _l.insurance)


def filed_by_month(connection: Connection, first: int, last: int) -> list[Any]:
    """(month as text, batches, lines, amount) of what was filed in a span of months."""
    filed = sa.func.substr(_b.number, 3, 6).label("filed")
    statement = sa.select(filed, sa.func.count(_b.batch_id.distinct()), sa.func.count(), _amount)
    span = (_b.number >= f"TF{first}", _b.number < f"TF{last}99")
    return list(connection.execute(statement.select_from(_filed).where(*span).group_by("filed").order_by("filed")))


def refusals_told(connection: Connection, month: int) -> list[Any]:
    """(code, batches, lines) of what was told to be not refundable when batches of a month were filed."""
    told = sa.and_(_f.batch_id == _r.batch_id, _f.serial == _r.serial, _f.insurance == _r.insurance)
    joined = batches.join(refused_lines, _r.batch_id == _b.batch_id).join(line_findings, told)
    statement = sa.select(_f.code, sa.func.count(_b.batch_id.distinct()), sa.func.count())
    return _all(connection, statement.select_from(joined).where(_in(month)), _f.code)


def paid_by_insurance(connection: Connection, since: str, until: str) -> list[Any]:
    """(insurance, batches, lines, amount) of what was paid between two moments, less what came back in them."""
    paid = _v.employer_part + _v.personal_part + _v.late_fee + _v.interest
    taken = _v.entry % 2 == 1
    batches_paid, batches_back = (
        sa.func.count(sa.case((where, _v.batch_id)).distinct()) for where in (taken, sa.not_(taken))
    )
    lines_paid = sa.func.sum(sa.case((taken, 1), else_=-1))
    statement = sa.select(_v.insurance, batches_paid - batches_back, lines_paid, -sa.func.sum(paid)).where(
        _v.at >= since, _v.at < until
    )
    return _all(connection, statement, _v.insurance)


def steps_taken(connection: Connection, since: str, until: str) -> list[Any]:
    """(from state, step, times, batches) of every step between two moments."""
    statement = sa.select(_e.from_state, _e.step, sa.func.count(), sa.func.count(_e.batch_id.distinct()))
    return _all(connection, statement.where(_e.at >= since, _e.at < until), _e.from_state, _e.step)


def paid_batches(connection: Connection, since: str, until: str) -> list[Any]:
    """(filed, paid) moments of every batch that was paid between two moments."""
    statement = sa.select(_b.submitted_at, _e.at).select_from(batches.join(batch_events, _e.batch_id == _b.batch_id))
    return list(
        connection.execute(statement.where(_e.to_state == "paid", _e.at >= since, _e.at < until).order_by(_b.number))
    )


def _in(month: int) -> sa.ColumnElement[bool]:
    return _b.number.startswith(f"TF{month}")


def _all(connection: Connection, statement: sa.Select[Any], *by: Any) -> list[Any]:
    return list(connection.execute(statement.group_by(*by).order_by(*by)))
