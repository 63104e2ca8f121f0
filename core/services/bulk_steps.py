"""The same for many batches: as many transactions, each checked by itself, and an outcome for every one."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.errors import IllegalTransition, RefundError
from core.domain.lifecycle import Edge, State
from core.domain.roles import Right, Viewer
from core.domain.settings import Settings
from core.services.assignments import assign_batch
from core.services.desk import Desk
from core.services.steps import Seen, advance_batch, choose_edge, require_batch
from core.services.unregistered_accounts import is_unregistered
from core.store.database import Connection
from core.texts import _, explain


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one batch: done, with where it leads, or refused, with the sentence why."""

    number: str
    done: bool
    said: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What one step would do with several batches: how many take which edge, how many have no such step, their money (fen).

    ``sources``: the state of each batch, to be presented with the step.
    """

    edges: Mapping[Edge, int]
    elsewhere: int
    total: int
    sources: Mapping[str, State]

    @property
    def needs_factor(self) -> bool:
        """Whether one of the edges releases money."""
        return any(edge.needs_factor for edge in self.edges)


def plan_step(desk: Desk, viewer: Viewer, numbers: Sequence[str], step: str) -> Plan:
    """What ``advance_batches`` would do, for the question before it; rights and lines are checked with each batch only then."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        settings = desk.settings(connection)
        rows = [require_batch(connection, viewer, number) for number in numbers]
        edges = Counter(edge for row in rows if (edge := _edge(connection, settings, row, step)) is not None)
    sources = {row.number: State(row.state) for row in rows}
    return Plan(edges, len(rows) - edges.total(), sum(row.total for row in rows), sources)


def _edge(connection: Connection, settings: Settings, row: Any, step: str) -> Edge | None:
    try:
        edge = choose_edge(settings, row, step)
    except IllegalTransition:
        return None
    # Nobody has compared such an account with the papers of its batch from here.
    return None if edge.checks_account and is_unregistered(connection, row) else edge


def advance_batches(
    desk: Desk,
    viewer: Viewer,
    numbers: Iterable[str],
    step: str,
    note: str = "",
    *,
    code: str = "",
    sources: Mapping[str, State] | None = None,
) -> list[Outcome]:
    """Take one step on each batch as it was seen (``sources``); one that is refused stops no other.

    Without a fresh factor each that releases money is, and each whose account has to be checked on its own page.
    """
    states = sources or {}

    def take(number: str) -> str:
        seen = Seen(state=states.get(number))
        return _(advance_batch(desk, viewer, number, step, note, code=code, seen=seen).label)

    return _each(numbers, take)


def assign_batches(desk: Desk, viewer: Viewer, numbers: Iterable[str], username: str) -> list[Outcome]:
    """Assign each batch to ``username``, blank for nobody; one that is refused stops no other."""
    return _each(numbers, lambda number: assign_batch(desk, viewer, number, username) or _("未分派"))


def _each(numbers: Iterable[str], do: Callable[[str], str]) -> list[Outcome]:
    outcomes = []
    for number in dict.fromkeys(numbers):
        try:
            outcomes.append(Outcome(number, True, do(number)))
        except RefundError as error:
            outcomes.append(Outcome(number, False, explain(error)))
    return outcomes
