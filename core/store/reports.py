"""Figures of a month from what never changes: what was filed, told, decided and paid in it. Amounts in fen."""

import json
from typing import Any

import sqlalchemy as sa

from core.domain.board_question import Measure
from core.store.database import Connection
from core.store.migrations.rollup_sql import ALL
from core.store.schema import (
    audit,
    batch_events,
    batch_figures,
    batches,
    line_decisions,
    line_findings,
    lines,
    refused_lines,
    reversals,
)

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


def filed_parts(connection: Connection, month: int) -> list[tuple[int, int, int]]:
    """(batches, lines, amount) of the employer's part, the personal part and the rest, each of the lines that have it."""
    found = []
    for part in (_l.employer_part, _l.personal_part, _l.refundable - _l.employer_part - _l.personal_part):
        counted = sa.select(sa.func.count(_b.batch_id.distinct()), sa.func.count(), sa.func.sum(part))
        row = connection.execute(counted.select_from(_filed).where(_in(month), part > 0)).one()
        found.append((row[0], row[1], int(row[2] or 0)))
    return found


def filed_by_employer(connection: Connection, month: int) -> list[Any]:
    """(name, batches, lines, amount) of what each employer filed in a month, the most money first."""
    statement = sa.select(
        sa.func.min(_b.employer_name), sa.func.count(_b.batch_id.distinct()), sa.func.count(), _amount
    )
    grouped = statement.select_from(_filed).where(_in(month)).group_by(_b.employer_id)
    return list(connection.execute(grouped.order_by(_amount.desc(), _b.employer_id)))


def filed_by_district(connection: Connection, month: int) -> list[Any]:
    """(region, batches, lines, amount) of what was filed in a month, by the region that the branch had when it was filed."""
    counted = batch_figures.c
    one = (
        counted.batch_id == _b.batch_id,
        counted.insurance == ALL,
        counted.measure == Measure.FILED.value,
    )
    statement = sa.select(counted.district, sa.func.count(_b.batch_id.distinct()), sa.func.count(), _amount)
    joined = statement.select_from(_filed.join(batch_figures, sa.and_(*one)))
    return _all(connection, joined.where(_in(month)), counted.district)


def ended_without_payment(connection: Connection, since: str, until: str) -> list[Any]:
    """(how, batches, lines, amount) between two moments: batches rejected or withdrawn, and lines refused or dropped.

    A line counts when the step was taken that made it final; those refused by the step that rejected all count as its batch.
    """
    ended = _ended(since, until).subquery().c
    return _all(connection, sa.select(ended.how, *_counted(ended)), ended.how)


def sum_rejected(connection: Connection, since: str, until: str) -> Any:
    """(batches, lines, amount) of what was refused between two moments, with its batch or by itself."""
    ended = _ended(since, until).subquery().c
    return connection.execute(sa.select(*_counted(ended)).where(ended.how.in_(("rejected", "refuse")))).one()


def refused_for(connection: Connection, since: str, until: str) -> list[Any]:
    """(code, batches, lines) of lines that were refused for a cause between two moments."""
    d, at = line_decisions.c, _taken_at()
    counted = (sa.func.count(d.batch_id.distinct()), sa.func.count())
    refused = sa.select(d.code, *counted).where(d.final, d.decision == "refuse", at >= since, at < until)
    return _all(connection, refused, d.code)


def _ended(since: str, until: str) -> sa.CompoundSelect[Any]:
    """How, batch and amount of every line that ended without payment between two moments."""
    d = line_decisions.c
    ending = sa.and_(d.batch_id == _l.batch_id, d.position == _l.position, d.final, d.decision.in_(("refuse", "drop")))
    fallen = sa.and_(ending, ~_refused_with_batch())
    whole = sa.select(_e.to_state.label("how"), _l.batch_id, _l.refundable)
    whole = whole.select_from(lines.join(batch_events, _e.batch_id == _l.batch_id))
    ended = (_e.to_state.in_(("rejected", "withdrawn")), _e.at >= since, _e.at < until)
    single = sa.select(d.decision, _l.batch_id, _l.refundable).select_from(lines.join(line_decisions, fallen))
    at = _taken_at()
    return sa.union_all(whole.where(*ended, ~sa.exists().where(fallen)), single.where(at >= since, at < until))


def _taken_at() -> Any:
    """When the step was taken that made a decision on a line final."""
    d, own = line_decisions.c, batch_events.alias().c
    taken = sa.select(sa.func.min(own.at)).where(own.batch_id == d.batch_id, own.part == d.part, own.at >= d.at)
    return taken.correlate(line_decisions).scalar_subquery()


def _counted(rows: Any) -> tuple[Any, Any, Any]:
    amount = sa.func.coalesce(sa.func.sum(rows.refundable), 0)
    return sa.func.count(rows.batch_id.distinct()), sa.func.count(), amount


def _refused_with_batch() -> sa.Exists:
    """Whether a decision on a line is one of the step that rejected its whole batch."""
    d, end, whole = line_decisions.c, batch_events.alias().c, batches.alias().c
    same_step = (end.batch_id == d.batch_id, end.part == d.part, end.to_state == "rejected")
    same_round = (whole.batch_id == d.batch_id, whole.round == d.round)
    return sa.exists().where(*same_step, *same_round).correlate(line_decisions)


def filed_by_month(connection: Connection, first: int, last: int) -> list[Any]:
    """(month as text, batches, lines, amount) of what was filed in a span of months."""
    filed = sa.func.substr(_b.number, 3, 6).label("filed")
    statement = sa.select(filed, sa.func.count(_b.batch_id.distinct()), sa.func.count(), _amount)
    span = (_b.number >= f"TF{first}", _b.number < f"TF{last}99")
    return list(connection.execute(statement.select_from(_filed).where(*span).group_by("filed").order_by("filed")))


def sum_told(connection: Connection, month: int) -> Any:
    """(batches, lines, amount) of what was told to be not refundable when batches of a month were filed."""
    received = sa.func.coalesce(sa.func.sum(_r.employer_part + _r.personal_part + _r.late_fee + _r.interest), 0)
    statement = sa.select(sa.func.count(_b.batch_id.distinct()), sa.func.count(), received)
    joined = batches.join(refused_lines, _r.batch_id == _b.batch_id)
    return connection.execute(statement.select_from(joined).where(_in(month))).one()


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


def sum_paid(connection: Connection, since: str, until: str) -> Any:
    """(batches, lines, amount) of what was paid between two moments and had not come back at the second one."""
    d, later = line_decisions.c, batch_events.alias().c
    fallen = (d.batch_id == _l.batch_id, d.position == _l.position, d.final, d.decision.in_(("refuse", "drop")))
    back = (later.batch_id == _e.batch_id, later.position > _e.position, later.from_state == "paid")
    came_back = sa.exists().where(*back, later.to_state == "payment_failed", later.at < until)
    counted = (sa.func.count(_l.batch_id.distinct()), sa.func.count(), sa.func.coalesce(_amount, 0))
    statement = sa.select(*counted).select_from(lines.join(batch_events, _e.batch_id == _l.batch_id))
    stays = (_e.to_state == "paid", _e.at >= since, _e.at < until, ~came_back)
    return connection.execute(statement.where(*stays, ~sa.exists().where(*fallen))).one()


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


def settings_before(connection: Connection, at: str) -> dict[str, str]:
    """What switches that were changed since a moment had been then, as the audit log has it."""
    c = audit.c
    changes = sa.select(c.subject, c.detail).where(c.action == "setting.change", c.at >= at)
    # The first change since then names the value that it replaced.
    latest_first = connection.execute(changes.order_by(c.sequence.desc()))
    return {key: json.loads(detail)["before"] for key, detail in latest_first}


def _in(month: int) -> sa.ColumnElement[bool]:
    return _b.number.startswith(f"TF{month}")


def _all(connection: Connection, statement: sa.Select[Any], *by: Any) -> list[Any]:
    return list(connection.execute(statement.group_by(*by).order_by(*by)))
