"""What waits for somebody: the batches on which a viewer may take the next step, the most urgent first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.domain.lifecycle import EDGES, WITH_EMPLOYER, Edge, State
from core.domain.queue_query import QueueQuery, parse_query
from core.domain.roles import Right, Viewer
from core.services.batches import BatchPage, label_batches
from core.services.desk import Desk
from core.store import queues as store


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many batches wait in each state, and how many of all are overdue."""

    by_state: dict[State, int]
    overdue: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


def waiting_for(desk: Desk, viewer: Viewer, *, search: str = "", page: int = 1, size: int = 50) -> BatchPage:
    """The batches in the viewer's scope that he may move along now, by due date; those without one come last.

    The states are those of the lifecycle's table; batches in which he already holds another part are left out. ``search`` is
    a query (``core.domain.queue_query``); ``InvalidInput`` names a term that can't be read.
    """
    return _page(desk, _waiting(viewer, search), page, size)


def due_from(desk: Desk, viewer: Viewer, state: State | None = None, *, page: int = 1, size: int = 50) -> BatchPage:
    """The batches that can't go on without the viewer: those waiting for him, without what he could only take back.

    Those in one ``state`` alone, if one is named.
    """
    waiting = _due(viewer)
    if state is not None:
        waiting = replace(waiting, open_parts={state.value: waiting.open_parts.get(state.value, ())})
    return _page(desk, waiting, page, size)


def count_due(desk: Desk, viewer: Viewer) -> QueueCounts:
    """How what ``due_from`` lists divides into states, and how much of it is overdue."""
    return _count(desk, _due(viewer))


def count_queue(desk: Desk, viewer: Viewer) -> QueueCounts:
    """How the viewer's whole queue divides into states, and how much of it is overdue."""
    return _count(desk, _waiting(viewer, ""))


def next_in_queue(desk: Desk, viewer: Viewer, number: str, search: str = "") -> str:
    """The number of the most urgent batch of the queue other than ``number``; blank when there is none."""
    first = waiting_for(desk, viewer, search=search, size=2).rows["number"]
    return next((each for each in first if each != number), "")


def _page(desk: Desk, waiting: store.Waiting, page: int, size: int) -> BatchPage:
    with desk.read() as connection:
        rows = store.list_waiting(connection, waiting, limit=size, offset=(page - 1) * size)
        counted = store.count_waiting(connection, waiting, desk.today().isoformat())
    return BatchPage(label_batches(desk, rows), sum(count for _state, count, _late in counted), page, size)


def _count(desk: Desk, waiting: store.Waiting) -> QueueCounts:
    with desk.read() as connection:
        counted = store.count_waiting(connection, waiting, desk.today().isoformat())
    by_state = {State(state): count for state, count, _late in counted}
    return QueueCounts({state: by_state[state] for state in State if state in by_state}, sum(row[2] for row in counted))


def _due(viewer: Viewer) -> store.Waiting:
    waiting = _waiting(viewer, "")
    if viewer.may(Right.SEE_EVERY_EMPLOYER):
        return waiting
    parts = {state: held for state, held in waiting.open_parts.items() if State(state) in WITH_EMPLOYER}
    return replace(waiting, open_parts=parts)


def _waiting(viewer: Viewer, search: str) -> store.Waiting:
    viewer.require(Right.SEE_BATCHES)
    query: QueueQuery = parse_query(search, viewer.username)
    return store.Waiting(viewer.username, _open_parts(viewer), viewer.scope, query)


def _open_parts(viewer: Viewer) -> dict[str, set[str]]:
    parts: dict[str, set[str]] = {}
    for edge in _edges_of(viewer):
        parts.setdefault(edge.source.value, set()).add(edge.part.value)
    return parts


def _edges_of(viewer: Viewer) -> Iterable[Edge]:
    """An official may enter for an employer what comes on paper; until it comes, it waits for the employer and not for him."""
    is_official = viewer.may(Right.SEE_EVERY_EMPLOYER)
    return (edge for edge in EDGES if viewer.may(edge.right) and not (is_official and edge.source in WITH_EMPLOYER))
