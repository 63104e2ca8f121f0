"""The batches behind a figure of a board, and what the filters of the boards offer. Amounts in fen, months YYYYMM."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.store.batches import LISTED_COLUMNS
from core.store.boards import Cut
from core.store.database import Connection
from core.store.migrations.rollup_sql import ALL, STRAIGHT, late_of, waited_of
from core.store.schema import batch_events, batch_figures, batches, employers, line_rollup

_l, _f, _b = line_rollup.c, batch_figures.c, batches.c


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


@dataclass(frozen=True, slots=True)
class Taken:
    """Which steps are looked for: out of some states, some steps, late ones, those of batches never returned before them.

    ``states`` of ``None`` and no ``steps`` are any. Each of ``against`` takes one away from its batch: money that came back
    undoes a payment.
    """

    states: tuple[str, ...] | None = None
    steps: tuple[str, ...] = ()
    late: bool = False
    straight: bool = False
    against: tuple[str, ...] = ()


#: What is summed of the lines of a batch that count: how many, and their money (fen).
LINE_SUMS = ("counted_lines", "counted_amount")
#: What is summed of the steps of a batch: how many, seconds waited for them, how many late.
STEP_SUMS = ("moves", "seconds", "late")
_NEWEST_FIRST = (_b.submitted_at.desc(), _b.number.desc())
_event, _before = batch_events.alias("e"), batch_events.alias("p")
_e, _p = _event.c, _before.c
_steps = _event.join(_before, sa.and_(_p.batch_id == _e.batch_id, _p.position == _e.position - 1))


def list_counted(
    connection: Connection, cut: Cut, measures: Collection[str], *, limit: int, offset: int
) -> tuple[pd.DataFrame, dict[str, int]]:
    """One page of the batches that count in one of ``measures``, newest first, and the sums over all of them.

    In ``LISTED_COLUMNS`` and ``LINE_SUMS``; the sums also say how many ``batches``.
    """
    where: list[sa.ColumnElement[bool]] = [_f.measure.in_(list(measures)), _f.month.between(cut.first, cut.last)]
    where.append(_f.insurance == (cut.insurance or ALL))
    given = ((_f.reason, cut.reason), (_f.employer_id, cut.employer), (_f.district, cut.district))
    where += [column == value for column, value in given if value is not None]
    counted = _whole_numbers(LINE_SUMS, (sa.func.sum(_f.lines), sa.func.sum(_f.amount)))
    found = sa.select(_f.batch_id, *counted).where(*where).group_by(_f.batch_id).cte("found")
    listed = sa.select(*(_b[name] for name in LISTED_COLUMNS), *(found.c[name] for name in LINE_SUMS))
    page = listed.join(found, found.c.batch_id == _b.batch_id).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    return _page(connection, page, found, LINE_SUMS)


def list_stepped(
    connection: Connection, cut: Cut, taken: Taken, moments: tuple[str, str], *, limit: int, offset: int
) -> tuple[pd.DataFrame, dict[str, int]]:
    """One page of the batches that took such steps between two moments, newest first, and how many ``batches`` there are.

    In ``LISTED_COLUMNS`` and ``STEP_SUMS``; the steps are those of the reviewer of ``cut``, if any. The conditions are those
    of ``step_rollup``.
    """
    dialect = connection.dialect.name
    where = list(_looked_for(dialect, cut, taken, moments))
    found = _stepped(where, cut, taken).cte("found")
    turned = sa.select(_b.batch_id).where(_b.batch_id.in_(sa.select(found.c.batch_id)))
    page = turned.order_by(*_NEWEST_FIRST).limit(limit).offset(offset).subquery("page")
    late, seconds = _sql(late_of(dialect), sa.Boolean), _sql(waited_of(dialect), sa.BigInteger)
    sums = (_moves(taken), sa.func.sum(seconds), sa.func.sum(sa.case((late, 1), else_=0)))
    listed = (
        sa.select(*(_b[name] for name in LISTED_COLUMNS), *_whole_numbers(STEP_SUMS, sums))
        .select_from(page.join(batches, _b.batch_id == page.c.batch_id).join(_steps, _e.batch_id == _b.batch_id))
        .where(*where)
        .group_by(_b.batch_id)
        .order_by(*_NEWEST_FIRST)
    )
    return _page(connection, listed, found)


def count_stepped(connection: Connection, cut: Cut, taken: Taken, moments: tuple[str, str]) -> int:
    """How many batches ``list_stepped`` has over all pages."""
    wanted = _stepped(list(_looked_for(connection.dialect.name, cut, taken, moments)), cut, taken)
    return connection.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0


def _looked_for(dialect: str, cut: Cut, taken: Taken, moments: tuple[str, str]) -> Iterator[sa.ColumnElement[bool]]:
    """What holds of the steps that are looked for."""
    yield from (_e.position > 1, _e.at >= moments[0], _e.at < moments[1])
    if taken.states is not None:
        yield _e.from_state.in_(taken.states)
    if taken.steps:
        yield _e.step.in_((*taken.steps, *taken.against))
    if cut.reviewer:
        yield _e.username == cut.reviewer
    if taken.late:
        yield _sql(late_of(dialect), sa.Boolean)
    if taken.straight:
        yield _sql(STRAIGHT, sa.Boolean)


def _stepped(where: Sequence[sa.ColumnElement[bool]], cut: Cut, taken: Taken) -> sa.Select[Any]:
    """The batches of the steps that are looked for."""
    given = ((_b.reason, cut.reason), (_b.employer_id, cut.employer))
    own = [column == value for column, value in given if value is not None]
    # Only what was due is said by the step before.
    steps = _steps if taken.late else _event
    joined = steps.join(batches, _b.batch_id == _e.batch_id) if own else steps
    statement = sa.select(_e.batch_id).select_from(joined).where(*where, *own).group_by(_e.batch_id)
    return statement.having(_moves(taken) != 0) if taken.against else statement


def _moves(taken: Taken) -> Any:
    return sa.func.sum(sa.case((_e.step.in_(taken.against), -1), else_=1))


def _sql(text: str, kind: Any) -> Any:
    """A piece of the rollup's own statement, which calls a step ``e`` and the one before it ``p``."""
    return sa.literal_column(text, kind)


def _whole_numbers(names: Iterable[str], sums: Iterable[Any]) -> list[Any]:
    # PostgreSQL adds whole numbers up to decimals.
    return [sa.cast(each, sa.BigInteger).label(name) for name, each in zip(names, sums, strict=True)]


def _page(
    connection: Connection, listed: sa.Select[Any], found: sa.CTE, names: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows of one page, how many ``batches`` are ``found``, and the sums of what ``names`` say of them.

    All in one statement, so that they are looked for once.
    """
    of_all = {"batches": sa.func.count(), **{name: sa.func.coalesce(sa.func.sum(found.c[name]), 0) for name in names}}
    whole = {name: sa.select(each).select_from(found).scalar_subquery() for name, each in of_all.items()}
    answer = connection.execute(listed.add_columns(*(each.label(f"all_{name}") for name, each in whole.items())))
    columns = list(answer.keys())
    rows = pd.DataFrame.from_records(answer.all(), columns=columns)
    # A page behind the last one has no row that could say it.
    sums = rows[columns[-len(whole) :]].iloc[0] if len(rows) else connection.execute(sa.select(*whole.values())).one()
    return rows[columns[: -len(whole)]], dict(zip(whole, map(int, sums), strict=True))
