"""What the employer changed the last time a batch was with it: papers, single lines, and what it said."""

from dataclasses import dataclass

from core.domain.lifecycle import State
from core.domain.line_review import Mark
from core.domain.roles import Right, Viewer
from core.services.desk import Desk
from core.services.steps import require_batch
from core.store import batches as store
from core.store import line_decisions as marks_store
from core.store import papers as papers_store
from core.store.papers import Paper


@dataclass(frozen=True, slots=True)
class RoundChanges:
    """What happened between a return and the resubmission (or until now).

    ``asked`` is why it was sent back, ``note`` what the employer said when it came again; ``answered`` and ``dropped`` are
    positions of lines.
    """

    round: int
    asked: str
    note: str
    added: tuple[Paper, ...]
    removed: tuple[Paper, ...]
    answered: tuple[int, ...]
    dropped: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was changed and nothing said."""
        return not (self.note or self.added or self.removed or self.answered or self.dropped)


def last_changes(desk: Desk, viewer: Viewer, number: str) -> RoundChanges | None:
    """本轮变化 of a batch that was sent back at least once, else ``None``."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        history = store.read_steps(connection, row.batch_id)
        marks = marks_store.read_marks(connection, row.batch_id)
        papers = papers_store.papers_ever_of_batch(connection, row.batch_id)
    sent_back = [place for place, step in enumerate(history) if step.to_state == State.RETURNED.value]
    if not sent_back:
        return None
    first = history[sent_back[-1]]
    came_again = history[sent_back[-1] + 1] if len(history) > sent_back[-1] + 1 else None
    last = came_again.at if came_again else "9999"
    turn = row.round - 1 if came_again and came_again.step == "resubmit" else row.round
    said = [each for each in marks if each.round == turn]
    return RoundChanges(
        turn,
        first.note,
        came_again.note if came_again else "",
        tuple(each.paper for each in papers if first.at <= each.paper.uploaded_at <= last and not each.removed_at),
        tuple(each.paper for each in papers if each.removed_at and first.at <= each.removed_at <= last),
        tuple(each.position for each in said if each.mark is Mark.ANSWER),
        tuple(each.position for each in said if each.mark is Mark.DROP),
    )
