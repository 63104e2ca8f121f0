"""What is looked at for anomalies among batches that are under way, and what was said of them. Amounts in fen."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from core.domain.account_change import ChangeState
from core.domain.errors import Conflict
from core.domain.lifecycle import FREE_STATES, LIVE_STATES, PAID_STATES, Part, State
from core.domain.wording import N_
from core.store.database import Connection
from core.store.employers import account_of
from core.store.schema import (
    account_changes,
    anomaly_overrides,
    batch_events,
    batch_parts,
    batches,
    employers,
    imports,
    line_decisions,
    lines,
    papers,
    superseded,
)

_b, _l, _e, _p, _a = batches.c, lines.c, batch_events.c, papers.c, account_changes.c
_counts = _b.state.not_in(sorted(FREE_STATES))
_DECIDES = ("first_reviewer", "second_reviewer", "approver")


@dataclass(frozen=True, slots=True)
class Among:
    """Which batches are looked at: in some states since some moment, or one alone, which bounds everything that is read."""

    states: frozenset[State] = LIVE_STATES
    since: str = ""
    batch_id: str = ""

    def where(self) -> Iterator[sa.ColumnElement[bool]]:
        """The conditions on ``batches``."""
        yield _b.state.in_(sorted(self.states))
        if self.since:
            yield _b.state_since >= self.since
        if self.batch_id:
            yield _b.batch_id == self.batch_id


def one_batch(batch_id: str) -> Among:
    """One batch, under way or paid."""
    return Among(LIVE_STATES | PAID_STATES, batch_id=batch_id)


def read_batches(connection: Connection, among: Among) -> dict[str, Any]:
    """The batches by id: number, employer, total, when they were filed."""
    columns = (_b.batch_id, _b.number, _b.employer_id, _b.employer_name, _b.total, _b.submitted_at, _b.filer)
    return {row.batch_id: row for row in connection.execute(sa.select(*columns).where(*among.where()))}


def accounts_of_several(connection: Connection, among: Among, least: int) -> list[Any]:
    """(batch, employers) of batches whose account at least so many employers have filed with."""
    used = sa.select(_b.bank_account).where(*among.where())
    shared = (
        sa.select(_b.bank_account, sa.func.count(_b.employer_id.distinct()).label("employers"))
        .where(_counts, *_only(among, _b.bank_account.in_(used)))
        .group_by(_b.bank_account)
        .having(sa.func.count(_b.employer_id.distinct()) >= least)
        .subquery()
    )
    joined = batches.join(shared, shared.c.bank_account == _b.bank_account)
    return list(
        connection.execute(sa.select(_b.batch_id, shared.c.employers).select_from(joined).where(*among.where()))
    )


def people_in_many(connection: Connection, among: Among, least: int) -> list[Any]:
    """(batch, people, most) of batches with people of whom at least so many batches hold lines that stand."""
    inside = sa.select(_l.social_security_number).where(_l.batch_id == among.batch_id)
    many = (
        sa.select(_l.social_security_number, sa.func.count(_l.batch_id.distinct()).label("times"))
        .where(_l.live, *_only(among, _l.social_security_number.in_(inside)))
        .group_by(_l.social_security_number)
        .having(sa.func.count(_l.batch_id.distinct()) >= least)
        .subquery()
    )
    joined = batches.join(lines, _l.batch_id == _b.batch_id).join(
        many, many.c.social_security_number == _l.social_security_number
    )
    people = sa.func.count(_l.social_security_number.distinct())
    statement = sa.select(_b.batch_id, people, sa.func.max(many.c.times)).select_from(joined)
    return list(connection.execute(statement.where(*among.where(), _l.live).group_by(_b.batch_id)))


def totals_of_employers(connection: Connection, among: Among) -> list[Any]:
    """(employer, batch, filed, total) of every batch that counts of the employers of these batches, in order."""
    mine = sa.select(_b.employer_id).where(*among.where())
    statement = sa.select(_b.employer_id, _b.batch_id, _b.submitted_at, _b.total)
    return list(
        connection.execute(
            statement.where(_counts, _b.employer_id.in_(mine)).order_by(_b.employer_id, _b.submitted_at, _b.batch_id)
        )
    )


class AccountChange(NamedTuple):
    """A registered account changed before a batch was filed: since when, who asked for it and who decided."""

    batch_id: str
    submitted_at: str
    effective_at: str
    requested_by: str
    decided_by: str


def changes_before_filing(connection: Connection, among: Among) -> list[AccountChange]:
    """Changes of the registered account before batches were filed, decided or imported, the latest of a batch first."""
    found = [*_changes_decided(connection, among), *_changes_imported(connection, among)]
    return sorted(sorted(found, key=lambda each: each.effective_at, reverse=True), key=lambda each: each.batch_id)


def _changes_decided(connection: Connection, among: Among) -> Iterator[AccountChange]:
    done = _a.state.in_((ChangeState.APPROVED.value, ChangeState.EFFECTIVE.value))
    joined = batches.join(account_changes, _a.employer_id == _b.employer_id)
    columns = (_b.batch_id, _b.submitted_at, _a.effective_at, _a.requested_by, _a.decided_by)
    statement = sa.select(*columns).select_from(joined).where(*among.where(), done, _a.effective_at <= _b.submitted_at)
    return (AccountChange(*row) for row in connection.execute(statement))


def _changes_imported(connection: Connection, among: Among) -> Iterator[AccountChange]:
    """The ledger's own corrections: what an import replaced differs in its account from what came after it."""
    filed: dict[str, list[Any]] = {}
    for row in read_batches(connection, among).values():
        filed.setdefault(row.employer_id, []).append(row)
    mine = sa.select(_b.employer_id).where(*among.where())
    joined = superseded.join(imports, imports.c.import_id == superseded.c.import_id)
    columns = (superseded.c.record_key, superseded.c.superseded_at, superseded.c.content, imports.c.imported_by)
    corrected = (superseded.c.table_name == employers.name, superseded.c.record_key.in_(mine))
    statement = sa.select(*columns).select_from(joined).where(*corrected)
    versions = list(connection.execute(statement.order_by(superseded.c.record_key, superseded.c.superseded_id)))
    now = connection.execute(sa.select(employers).where(employers.c.employer_id.in_(mine))).mappings()
    then = {row["employer_id"]: account_of(dict(row)) for row in now} if versions else {}
    for employer_id, at, content, imported_by in reversed(versions):
        before = account_of(json.loads(content))
        if before != then[employer_id]:
            after = (batch for batch in filed.get(employer_id, ()) if at <= batch.submitted_at)
            yield from (AccountChange(each.batch_id, each.submitted_at, at, imported_by, "") for each in after)
        then[employer_id] = before


def decisions(connection: Connection, among: Among, since: str) -> list[Any]:
    """(person, batch, step, at) of every decision of officials since a moment, person by person in order."""
    decided = (_e.part.in_(_DECIDES), _e.at >= since)
    theirs = sa.select(_e.username).where(_e.part.in_(_DECIDES), _e.batch_id == among.batch_id)
    # Whoever has decided holds a part: the index of parts finds his batches.
    held = sa.select(batch_parts.c.batch_id).where(batch_parts.c.username.in_(theirs))
    bounded = _only(among, _e.username.in_(theirs), _e.batch_id.in_(held))
    statement = sa.select(_e.username, _e.batch_id, _e.step, _e.at).where(*decided, *bounded)
    return list(connection.execute(statement.order_by(_e.username, _e.at, _e.batch_id)))


def rounds(connection: Connection, among: Among) -> list[Any]:
    """(batch, step, at) of every time that a batch went back to its employer and came again, in order."""
    joined = batches.join(batch_events, _e.batch_id == _b.batch_id)
    statement = sa.select(_b.batch_id, _e.step, _e.at).select_from(joined)
    turning = _e.step.in_(("return", "resubmit"))
    return list(connection.execute(statement.where(*among.where(), turning).order_by(_b.batch_id, _e.position)))


def changes_of_rounds(connection: Connection, among: Among) -> list[Any]:
    """(batch, at) of every paper that was added to or taken from a batch, and of every answer of its employer."""
    d, where = line_decisions.c, tuple(among.where())
    added = sa.select(_p.batch_id, _p.uploaded_at).join(batches, _b.batch_id == _p.batch_id).where(*where)
    removed = sa.select(_p.batch_id, _p.removed_at).join(batches, _b.batch_id == _p.batch_id)
    answered = sa.select(d.batch_id, d.at).join(batches, _b.batch_id == d.batch_id)
    everything = sa.union_all(
        added, removed.where(*where, _p.removed_at != ""), answered.where(*where, d.part == Part.FILER.value)
    )
    return list(connection.execute(everything))


def _only(among: Among, *where: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions that leave the answer as it is, and spare reading what one batch has nothing to do with."""
    return where if among.batch_id else ()


# --- what was said of them ---


def read_overrides(connection: Connection, batch_id: str = "") -> list[Any]:
    """(batch, number, employer, code, entry, reason, username, at, last entry of this anomaly), the latest first; of one batch
    if it is given.
    """
    o = anomaly_overrides.c
    joined = anomaly_overrides.join(batches, _b.batch_id == o.batch_id)
    last = sa.func.max(o.entry).over(partition_by=(o.batch_id, o.code)).label("last")
    columns = (o.batch_id, _b.number, _b.employer_name, o.code, o.entry, o.reason, o.username, o.at, last)
    where = [o.batch_id == batch_id] if batch_id else []
    order = (o.at.desc(), _b.number, o.code, o.entry.desc())
    return list(connection.execute(sa.select(*columns).select_from(joined).where(*where).order_by(*order)))


def last_entry(connection: Connection, batch_id: str, code: str) -> int:
    """The number of the last word on an anomaly, 0 where there is none: odd ones say why it is none, even ones take that back."""
    o = anomaly_overrides.c
    return connection.scalar(sa.select(sa.func.max(o.entry)).where(o.batch_id == batch_id, o.code == code)) or 0


def people_of_batch(connection: Connection, batch_id: str) -> set[str]:
    """Everybody who filed the batch, holds a part in it or took a step."""
    held = sa.select(batch_parts.c.username).where(batch_parts.c.batch_id == batch_id)
    filed = sa.select(_b.filer).where(_b.batch_id == batch_id)
    moved = sa.select(_e.username).where(_e.batch_id == batch_id)
    return set(connection.scalars(sa.union(held, filed, moved)))


def insert_override(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a word on an anomaly; ``Conflict`` when somebody else has said something meanwhile."""
    try:
        connection.execute(anomaly_overrides.insert(), dict(row))
    except sa.exc.IntegrityError as error:
        raise Conflict(N_("该异常的说明有变动，请刷新查看"), field="override_reason") from error
