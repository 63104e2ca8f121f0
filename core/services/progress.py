"""How far a long list is: whoever watches is told every so often, and may end it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
#: Told (done, total). What it raises ends the work that is being watched.
Progress = Callable[[int, int], None]

#: So many items pass between two tellings.
EVERY = 500


def unwatched(_done: int, _total: int) -> None:
    """Nobody watches."""


def watched(items: Iterable[T], total: int, progress: Progress) -> Iterator[T]:
    """``items`` as they pass by, told to ``progress`` from 0 to ``total`` and never backwards."""
    progress(0, total)
    for done, item in enumerate(items):
        if done and not done % EVERY:
            progress(done, total)
        yield item
    progress(total, total)
