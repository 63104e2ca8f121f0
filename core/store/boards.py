"""The sums that the boards show, out of the rollups: each board is one statement. Amounts in fen, months YYYYMM.

A statement is put together once for every set of filters and kept: what changes from question to question are its parameters.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from core.domain.vocabulary import INSURANCE_VALUES
from core.store.database import Connection
from core.store.migrations.rollup_sql import ALL
from core.store.queries import fetch_kept
from core.store.schema import employers, line_rollup, step_rollup

_l, _s = line_rollup.c, step_rollup.c
_FIGURES = ("batches", "lines", "employer_part", "personal_part", "amount")
_STEP_FIGURES = ("moves", "seconds", "late", "straight")
_Where = Iterator[sa.ColumnElement[bool]]


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


def sum_lines(
    connection: Connection,
    cut: Cut,
    measure: str,
    over_time: Sequence[str],
    causes: tuple[str, ...],
    *,
    least: int,
    most: int,
) -> Sequence[Any]:
    """By, key, name, measure, batches, lines, employer's and personal part, amount: all that the board of money shows.

    ``by`` says what ``key`` is: "month" (of all measures ``over_time``), "reason", "insurance", "district" and "employer" (the
    ``most`` with the most money that have ``least`` batches or more, with their names) of this ``measure``, "cause" (blank) of
    ``causes``, which are measures too. The part of ``cut`` that ``by`` names is not applied: a chart shows what one may change
    to. Where an employer is asked for, "whole" (a month) is the measure at every employer.
    """
    named = ("reason", "insurance", "employer", "district")
    filters = {name: value for name in named if (value := getattr(cut, name)) is not None}
    asked = {"first": cut.first, "last": cut.last, "measure": measure, "least": least, "most": most}
    asked |= {f"measure_{place}": each for place, each in enumerate(over_time)}
    return fetch_kept(connection, _lines_statement(frozenset(filters), len(over_time), causes), asked | filters)


class Steps(NamedTuple):
    """Steps out of a state: how many, seconds waited for them, how many late, and how many of batches never returned.

    ``by`` says what ``key`` is: "month", or "username" (of every reviewer).
    """

    by: str
    key: str
    state: str
    step: str
    moves: int
    seconds: int
    late: int
    straight: int


def sum_steps(connection: Connection, cut: Cut) -> list[Steps]:
    """All that the board of time shows."""
    filters = {name: value for name in ("reason", "reviewer") if (value := getattr(cut, name))}
    asked = {"first": cut.first, "last": cut.last, "employer": cut.employer or ALL}
    return list(map(Steps._make, fetch_kept(connection, _steps_statement(frozenset(filters)), asked | filters)))


@cache
def _lines_statement(filters: frozenset[str], measures: int, causes: tuple[str, ...]) -> sa.CompoundSelect[Any]:
    over_time = _l.measure.in_([sa.bindparam(f"measure_{place}") for place in range(measures)])
    caused = _l.measure.in_([_constant(cause) for cause in causes])
    one = _l.measure == sa.bindparam("measure")
    branches = [
        _sums_by("month", sa.cast(_l.month, sa.Text), filters, over_time),
        _sums_by("reason", _l.reason, filters, one),
        _sums_by("insurance", _l.insurance, filters, one),
        _sums_by("district", _l.district, filters, one),
        _sums_by("cause", None, filters, caused),
        _largest_employers(filters, one),
    ]
    if "employer" in filters:
        branches.append(_sums_by("whole", sa.cast(_l.month, sa.Text), filters - {"employer"}, one))
    return sa.union_all(*branches)


def _sums_by(by: str, key: Any, filters: frozenset[str], measures: sa.ColumnElement[bool]) -> sa.Select[Any]:
    shown = _constant("") if key is None else key
    columns = (_constant(by).label("by"), shown.label("key"), _constant("").label("name"), _l.measure)
    statement = sa.select(*columns, *_sums(_l, _FIGURES)).where(measures, *_cells(filters, by))
    return statement.group_by(*(() if key is None else (key,)), _l.measure)


def _largest_employers(filters: frozenset[str], measures: sa.ColumnElement[bool]) -> sa.Select[Any]:
    amount = sa.func.sum(_l.amount)
    found = (
        sa.select(_l.employer_id, *_sums(_l, _FIGURES))
        .where(measures, *_cells(filters, "employer"))
        .group_by(_l.employer_id)
        .having(sa.func.sum(_l.batches) >= sa.bindparam("least"))
        .order_by(amount.desc(), _l.employer_id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .subquery()
    )
    c, own = found.c, employers.c
    columns = (_constant("employer"), c.employer_id, own.name, sa.bindparam("measure", type_=sa.Text))
    joined = found.join(employers, own.employer_id == c.employer_id)
    return sa.select(*columns, *(c[name] for name in _FIGURES)).select_from(joined)


def _cells(filters: frozenset[str], by: str) -> _Where:
    """The cells of the one level of ``line_rollup`` that answers, cut to size, so that the primary key finds them."""
    asked = filters - {by}
    yield _within(_l.month)
    if by == "insurance":
        yield _l.insurance.in_([_constant(fund) for fund in INSURANCE_VALUES])
    else:
        yield _l.insurance == (sa.bindparam("insurance") if "insurance" in asked else _constant(ALL))
    if by == "employer":
        yield _l.employer_id != _constant(ALL)
    else:
        yield _l.employer_id == (sa.bindparam("employer") if "employer" in asked else _constant(ALL))
    if by == "district":
        yield _l.district != _constant(ALL)
    elif "district" in asked:
        yield _l.district == sa.bindparam("district")
    elif by != "employer" and "employer" not in asked:
        yield _l.district == _constant(ALL)
    if "reason" in asked:
        yield _l.reason == sa.bindparam("reason")


@cache
def _steps_statement(filters: frozenset[str]) -> sa.CompoundSelect[Any]:
    where = [_within(_s.month), _s.employer_id == sa.bindparam("employer")]
    where += [_s.reason == sa.bindparam("reason")] if "reason" in filters else []
    own = [_s.username == sa.bindparam("reviewer")] if "reviewer" in filters else []
    return sa.union_all(_steps_by("month", _s.month, [*where, *own]), _steps_by("username", _s.username, where))


def _steps_by(by: str, key: Any, where: Iterable[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    columns = (_constant(by).label("by"), sa.cast(key, sa.Text).label("key"), _s.state, _s.step)
    statement = sa.select(*columns, *_sums(_s, _STEP_FIGURES)).where(*where)
    return statement.group_by(key, _s.state, _s.step)


def _within(month: Any) -> sa.ColumnElement[bool]:
    return sa.between(month, sa.bindparam("first"), sa.bindparam("last"))


def _sums(columns: Any, names: Iterable[str]) -> list[Any]:
    # PostgreSQL adds whole numbers up to decimals.
    return [sa.cast(sa.func.sum(columns[name]), sa.BigInteger).label(name) for name in names]


def _constant(text: str) -> Any:
    """A text of the program's own, which stands in the statement itself: the planner knows it, and nobody sends it."""
    return sa.literal_column(f"'{text}'", sa.Text)
