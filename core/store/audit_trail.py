"""Reading the audit log, newest entries first."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.store.schema import audit


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
