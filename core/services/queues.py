"""What waits for somebody: the batches on which a viewer may take the next step, the most urgent first."""

from collections.abc import Iterable

from core.domain.lifecycle import EDGES, Edge
from core.domain.roles import Right, Viewer
from core.services.batches import BatchPage, label_batches
from core.services.desk import Desk
from core.store import queues as store


def waiting_for(desk: Desk, viewer: Viewer, *, page: int = 1, size: int = 50) -> BatchPage:
    """The batches in the viewer's scope that he may move along now, by due date; those without one come last.

    The states are those of the lifecycle's table; batches in which he already holds another part are left out.
    """
    viewer.require(Right.SEE_BATCHES)
    open_parts = _open_parts(edge for edge in EDGES if viewer.may(edge.right))
    with desk.read() as connection:
        question = (connection, viewer.username, open_parts, viewer.scope)
        rows = store.list_waiting(*question, limit=size, offset=(page - 1) * size)
        total = store.count_waiting(*question)
    return BatchPage(label_batches(desk, rows), total, page, size)


def _open_parts(edges: Iterable[Edge]) -> dict[str, set[str]]:
    parts: dict[str, set[str]] = {}
    for edge in edges:
        parts.setdefault(edge.source.value, set()).add(edge.part.value)
    return parts
