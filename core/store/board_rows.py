"""The batches behind a figure of a board, and what the filters of the boards offer. Amounts in fen, months YYYYMM."""

from collections.abc import Collection
from typing import Any

import pandas as pd
import sqlalchemy as sa

from core.store.batches import LISTED_COLUMNS
from core.store.boards import Cut
from core.store.database import Connection
from core.store.migrations.rollup_sql import ALL
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
