"""Reads of the boards: sums of the rollups, and the batches behind a figure. Amounts in fen, months YYYYMM."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.store.batches import LISTED_COLUMNS
from core.store.database import Connection
from core.store.migrations.rollup_sql import ALL
from core.store.schema import batch_events, batch_figures, batches, employers, line_rollup, step_rollup

_l, _s, _f, _b = line_rollup.c, step_rollup.c, batch_figures.c, batches.c
_SUMS = tuple(sa.func.sum(_l[name]) for name in ("batches", "lines", "employer_part", "personal_part", "amount"))
_STEP_SUMS = tuple(sa.func.sum(_s[name]) for name in ("moves", "seconds", "late", "straight"))


@dataclass(frozen=True, slots=True)
class Cut:
    """What a board is cut to: months (both included), and one reason, fund, employer or district; ``None`` is all."""

    first: int
    last: int
    reason: str | None = None
    insurance: str | None = None
    employer: str | None = None
    district: str | None = None
    reviewer: str | None = None


def sum_lines(connection: Connection, cut: Cut, by: str, measures: Collection[str]) -> list[Any]:
    """For each value of column ``by`` and each measure: value, measure, batches, lines, employer's and personal part, amount.

    The part of ``cut`` that ``by`` names is not applied: a chart shows what one may change to.
    """
    statement = sa.select(_l[by], _l.measure, *_SUMS).where(_l.measure.in_(list(measures)), *_within(cut, by))
    return list(connection.execute(statement.group_by(_l[by], _l.measure)))


def sum_measures(connection: Connection, cut: Cut, measures: Collection[str]) -> list[Any]:
    """For each measure: measure, batches, lines."""
    statement = sa.select(_l.measure, *_SUMS[:2]).where(_l.measure.in_(list(measures)), *_within(cut, ""))
    return list(connection.execute(statement.group_by(_l.measure)))


def largest_employers(connection: Connection, cut: Cut, measure: str, *, least: int, most: int) -> list[Any]:
    """The ``most`` employers with the most money and ``least`` batches or more: number, name, batches, lines, amount."""
    amount = sa.func.sum(_l.amount)
    found = (
        sa.select(_l.employer_id, *_SUMS[:2], amount.label("amount"))
        .where(_l.measure == measure, *_within(cut, "employer_id"))
        .group_by(_l.employer_id)
        .having(_SUMS[0] >= least)
        .order_by(amount.desc(), _l.employer_id)
        .limit(most)
        .subquery()
    )
    c = found.c
    statement = sa.select(c.employer_id, employers.c.name, *list(c)[1:]).join(
        employers, employers.c.employer_id == c.employer_id
    )
    return list(connection.execute(statement.order_by(c.amount.desc(), c.employer_id)))


def _within(cut: Cut, by: str) -> list[sa.ColumnElement[bool]]:
    """The cells of the one level of ``line_rollup`` that answers, cut to size."""
    where: list[sa.ColumnElement[bool]] = [_l.month.between(cut.first, cut.last)]
    where.append(_l.insurance != ALL if by == "insurance" else _l.insurance == (cut.insurance or ALL))
    if by == "employer_id":
        where.append(_l.employer_id != ALL)
    else:
        where.append(_l.employer_id == (cut.employer or ALL))
    if by == "district":
        where.append(_l.district != ALL)
    elif cut.district is not None:
        where.append(_l.district == cut.district)
    elif by != "employer_id" and cut.employer is None:
        where.append(_l.district == ALL)
    if cut.reason and by != "reason":
        where.append(_l.reason == cut.reason)
    return where


def sum_steps(connection: Connection, cut: Cut, by: str) -> list[Any]:
    """For each value of ``by`` and each state and step: value, state, step, moves, seconds waited, late, never returned."""
    where = [_s.month.between(cut.first, cut.last), _s.employer_id == (cut.employer or ALL)]
    where += [_s.reason == cut.reason] if cut.reason else []
    where += [_s.username == cut.reviewer] if cut.reviewer and by != "username" else []
    statement = sa.select(_s[by], _s.state, _s.step, *_STEP_SUMS).where(*where)
    return list(connection.execute(statement.group_by(_s[by], _s.state, _s.step)))


def districts(connection: Connection) -> list[str]:
    """Every district that figures name; blank for the unknown one."""
    statement = (
        sa.select(_l.district).distinct().where(_l.insurance == ALL, _l.measure == "filed", _l.employer_id == ALL)
    )
    return sorted(set(connection.scalars(statement)) - {ALL})


def employer_names(connection: Connection, wanted: Collection[str]) -> dict[str, str]:
    """Names of employers by number."""
    c = employers.c
    return dict(connection.execute(sa.select(c.employer_id, c.name).where(c.employer_id.in_(list(wanted)))).all())


# --- the batches behind a figure ---


def list_counted(
    connection: Connection, cut: Cut, measures: Collection[str], *, limit: int, offset: int
) -> tuple[pd.DataFrame, int]:
    """One page of the batches that count in one of ``measures``, newest first (``LISTED_COLUMNS``), and how many there are."""
    where: list[sa.ColumnElement[bool]] = [_f.measure.in_(list(measures)), _f.month.between(cut.first, cut.last)]
    where.append(_f.insurance == (cut.insurance or ALL))
    given = ((_f.reason, cut.reason), (_f.employer_id, cut.employer), (_f.district, cut.district))
    where += [column == value for column, value in given if value is not None]
    return _page(connection, sa.select(_f.batch_id).where(*where), limit, offset)


def list_stepped(
    connection: Connection, cut: Cut, state: str, moments: tuple[str, str], *, limit: int, offset: int
) -> tuple[pd.DataFrame, int]:
    """As ``list_counted``: batches that left ``state`` (blank: any) between two moments, by the reviewer of ``cut`` if any."""
    e = batch_events.c
    where = [e.position > 1, e.at >= moments[0], e.at < moments[1]]
    where += [e.from_state == state] if state else []
    where += [e.username == cut.reviewer] if cut.reviewer else []
    joined = sa.select(e.batch_id).join(batches, _b.batch_id == e.batch_id)
    given = ((_b.reason, cut.reason), (_b.employer_id, cut.employer))
    where += [column == value for column, value in given if value is not None]
    return _page(connection, joined.where(*where), limit, offset)


def _page(connection: Connection, wanted: sa.Select[Any], limit: int, offset: int) -> tuple[pd.DataFrame, int]:
    statement = (
        sa.select(*(_b[name] for name in LISTED_COLUMNS))
        .where(_b.batch_id.in_(wanted))
        .order_by(_b.submitted_at.desc(), _b.number.desc())
    )
    rows = connection.execute(statement.limit(limit).offset(offset)).all()
    total = connection.scalar(sa.select(sa.func.count()).select_from(wanted.distinct().subquery())) or 0
    return pd.DataFrame.from_records(rows, columns=list(LISTED_COLUMNS)), total
