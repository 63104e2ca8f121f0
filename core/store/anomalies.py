"""What is looked at for anomalies among batches that are under way, and what was said of them. Amounts in fen."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.domain.account_change import ChangeState
from core.domain.errors import Conflict
from core.domain.lifecycle import FREE_STATES, LIVE_STATES, Part
from core.domain.wording import N_
from core.store.database import Connection
from core.store.schema import (
    account_changes,
    anomaly_overrides,
    batch_events,
    batch_parts,
    batches,
    line_decisions,
    lines,
    papers,
)

_b, _l, _e, _p, _a = batches.c, lines.c, batch_events.c, papers.c, account_changes.c
_live = _b.state.in_(sorted(LIVE_STATES))
_counts = _b.state.not_in(sorted(FREE_STATES))
_DECIDES = ("first_reviewer", "second_reviewer", "approver")


def read_live(connection: Connection) -> dict[str, Any]:
    """Batches under way by id: number, employer, total, when they were filed."""
    columns = (_b.batch_id, _b.number, _b.employer_id, _b.employer_name, _b.total, _b.submitted_at, _b.filer)
    return {row.batch_id: row for row in connection.execute(sa.select(*columns).where(_live))}


def accounts_of_several(connection: Connection, least: int) -> list[Any]:
    """(batch, employers) of live batches whose account at least so many employers have filed with."""
    shared = (
        sa.select(_b.bank_account, sa.func.count(_b.employer_id.distinct()).label("employers"))
        .where(_counts)
        .group_by(_b.bank_account)
        .having(sa.func.count(_b.employer_id.distinct()) >= least)
        .subquery()
    )
    joined = batches.join(shared, shared.c.bank_account == _b.bank_account)
    return list(connection.execute(sa.select(_b.batch_id, shared.c.employers).select_from(joined).where(_live)))


def people_in_many(connection: Connection, least: int) -> list[Any]:
    """(batch, people, most) of live batches with people of whom at least so many batches hold lines that stand."""
    many = (
        sa.select(_l.social_security_number, sa.func.count(_l.batch_id.distinct()).label("times"))
        .where(_l.live)
        .group_by(_l.social_security_number)
        .having(sa.func.count(_l.batch_id.distinct()) >= least)
        .subquery()
    )
    joined = batches.join(lines, _l.batch_id == _b.batch_id).join(
        many, many.c.social_security_number == _l.social_security_number
    )
    people = sa.func.count(_l.social_security_number.distinct())
    statement = sa.select(_b.batch_id, people, sa.func.max(many.c.times)).select_from(joined)
    return list(connection.execute(statement.where(_live, _l.live).group_by(_b.batch_id)))


def totals_of_employers(connection: Connection) -> list[Any]:
    """(employer, batch, filed, total) of every batch that counts of employers with a live one, in order."""
    mine = sa.select(_b.employer_id).where(_live)
    statement = sa.select(_b.employer_id, _b.batch_id, _b.submitted_at, _b.total)
    return list(
        connection.execute(
            statement.where(_counts, _b.employer_id.in_(mine)).order_by(_b.employer_id, _b.submitted_at, _b.batch_id)
        )
    )


def changes_before_filing(connection: Connection) -> list[Any]:
    """(batch, filed, effective) of live batches of employers whose registered account had changed before."""
    done = _a.state.in_((ChangeState.APPROVED.value, ChangeState.EFFECTIVE.value))
    joined = batches.join(account_changes, _a.employer_id == _b.employer_id)
    statement = sa.select(_b.batch_id, _b.submitted_at, sa.func.max(_a.effective_at)).select_from(joined)
    return list(
        connection.execute(
            statement.where(_live, done, _a.effective_at <= _b.submitted_at).group_by(_b.batch_id, _b.submitted_at)
        )
    )


def decisions(connection: Connection, since: str) -> list[Any]:
    """(person, batch, step, at) of every decision of officials since a moment, person by person in order."""
    statement = sa.select(_e.username, _e.batch_id, _e.step, _e.at)
    return list(
        connection.execute(
            statement.where(_e.part.in_(_DECIDES), _e.at >= since).order_by(_e.username, _e.at, _e.batch_id)
        )
    )


def rounds(connection: Connection) -> list[Any]:
    """(batch, step, at) of every time that a live batch went back to its employer and came again, in order."""
    joined = batches.join(batch_events, _e.batch_id == _b.batch_id)
    statement = sa.select(_b.batch_id, _e.step, _e.at).select_from(joined)
    turning = _e.step.in_(("return", "resubmit"))
    return list(connection.execute(statement.where(_live, turning).order_by(_b.batch_id, _e.position)))


def changes_of_rounds(connection: Connection) -> list[Any]:
    """(batch, at) of every paper that was added to or taken from a live batch, and of every answer of its employer."""
    d = line_decisions.c
    added = sa.select(_p.batch_id, _p.uploaded_at).join(batches, _b.batch_id == _p.batch_id).where(_live)
    removed = sa.select(_p.batch_id, _p.removed_at).join(batches, _b.batch_id == _p.batch_id)
    answered = sa.select(d.batch_id, d.at).join(batches, _b.batch_id == d.batch_id)
    everything = sa.union_all(
        added, removed.where(_live, _p.removed_at != ""), answered.where(_live, d.part == Part.FILER.value)
    )
    return list(connection.execute(everything))


# --- what was said of them ---


def read_overrides(connection: Connection) -> list[Any]:
    """(batch, number, employer, code, reason, username, at), the latest first."""
    o = anomaly_overrides.c
    joined = anomaly_overrides.join(batches, _b.batch_id == o.batch_id)
    statement = sa.select(o.batch_id, _b.number, _b.employer_name, o.code, o.reason, o.username, o.at)
    return list(connection.execute(statement.select_from(joined).order_by(o.at.desc(), _b.number, o.code)))


def people_of_batch(connection: Connection, batch_id: str) -> set[str]:
    """Everybody who filed the batch or holds a part in it."""
    held = sa.select(batch_parts.c.username).where(batch_parts.c.batch_id == batch_id)
    filed = sa.select(_b.filer).where(_b.batch_id == batch_id)
    return set(connection.scalars(sa.union(held, filed)))


def insert_override(connection: Connection, row: Mapping[str, str]) -> None:
    """Say why an anomaly is none; ``Conflict`` when somebody has said so already."""
    try:
        connection.execute(anomaly_overrides.insert(), dict(row))
    except sa.exc.IntegrityError as error:
        raise Conflict(N_("该异常已有说明，请刷新查看"), field="override_reason") from error
