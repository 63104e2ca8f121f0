"""The same for many batches: as many transactions, each checked by itself, and an outcome for every one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.domain.errors import RefundError
from core.domain.roles import Viewer
from core.services.assignments import assign_batch
from core.services.desk import Desk
from core.services.steps import advance_batch
from core.texts import _, explain


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one batch: done, with where it leads, or refused, with the sentence why."""

    number: str
    done: bool
    said: str


def advance_batches(desk: Desk, viewer: Viewer, numbers: Iterable[str], step: str, note: str = "") -> list[Outcome]:
    """Take one step on each batch; one that is refused stops no other."""
    return _each(numbers, lambda number: _(advance_batch(desk, viewer, number, step, note).label))


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
