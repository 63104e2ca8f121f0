"""Reading the audit log, newest entries first."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from core.store.schema import audit, batch_events


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as written; ``detail`` is JSON and holds no identity number, account or name."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    detail: str


def read_entries(connection: sa.Connection, search: str, *, limit: int, offset: int) -> list[Entry]:
    """One page of the log, newest first. ``search``: an actor or a subject in full, or the beginning of an action."""
    columns = [audit.c[name] for name in Entry.__slots__]
    statement = sa.select(*columns).where(*_matching(search)).order_by(audit.c.sequence.desc())
    return [Entry(*row) for row in connection.execute(statement.limit(limit).offset(offset))]


def count_entries(connection: sa.Connection, search: str) -> int:
    """How many entries ``read_entries`` has over all pages."""
    return connection.scalar(sa.select(sa.func.count()).select_from(audit).where(*_matching(search))) or 0


def _matching(search: str) -> list[sa.ColumnElement[bool]]:
    if not search:
        return []
    c = audit.c
    return [sa.or_(c.actor == search, c.subject == search, c.action.startswith(search, autoescape=True))]


def steps_that_said(connection: sa.Connection, batch_id: str, name: str) -> set[int]:
    """The sequences of those audit entries of a batch's steps that say that ``name`` is true."""
    event = batch_events.c
    said = sa.select(audit.c.sequence, audit.c.detail).join(batch_events, event.audit_sequence == audit.c.sequence)
    entries = connection.execute(said.where(event.batch_id == batch_id))
    return {sequence for sequence, detail in entries if json.loads(detail).get(name) is True}
