"""审计: what was done, by whom and when, as the append-only log has it."""

from dataclasses import dataclass

from core.domain.identifiers import normalise
from core.domain.roles import Right, Viewer
from core.services.desk import Desk
from core.store import audit_trail as store
from core.store.audit_trail import Entry

__all__ = ["AuditPage", "Entry", "read_trail"]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the log, newest first."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    size: int


def read_trail(desk: Desk, viewer: Viewer, *, search: str = "", page: int = 1, size: int = 50) -> AuditPage:
    """One page of the audit log (``Right.SEE_AUDIT``). ``search``: an actor, a subject, or the beginning of an action."""
    viewer.require(Right.SEE_AUDIT)
    wanted = normalise(search)
    with desk.read() as connection:
        entries = store.read_entries(connection, wanted, limit=size, offset=(page - 1) * size)
        return AuditPage(tuple(entries), store.count_entries(connection, wanted), page, size)
