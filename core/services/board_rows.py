"""The batches behind a figure of a board, and the choices that its filters offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.board_question import CAUSED, NO_DISTRICT, Behind, BoardQuestion
from core.domain.roles import Right, Viewer
from core.services.batches import BatchPage, label_batches
from core.services.boards import causes_told, cut_of, require_analyst, span_of
from core.services.desk import Desk
from core.services.step_boards import BACK, DAY, PAID, PAID_BACK, TIMED, money_back, paid_straight, stages_told
from core.store import board_rows as store
from core.store.board_rows import Taken
from core.store.boards import Cut, sum_steps
from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: districts (as in a question), and the name of the employer that is asked for."""

    districts: tuple[str, ...]
    employer_name: str


@dataclass(frozen=True, slots=True)
class BoardRows(BatchPage):
    """One page of the batches behind a figure, each with what counts of it; ``sums`` over all pages are the figure's.

    Of lines: ``counted_lines`` and ``counted_amount`` (fen). Of steps: ``moves``, and where the figure is a time ``seconds``
    waited for them; ``rows`` say ``days``, and how many ``late``.
    """

    sums: Mapping[str, int] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """Days waited for one step on average."""
        return self.sums["seconds"] / DAY / self.sums["moves"]


def read_rows(desk: Desk, viewer: Viewer, question: BoardQuestion, *, page: int = 1, size: int = 20) -> BoardRows:
    """One page of the batches that the question's figure counts, newest first.

    ``steps`` looks at the batches that took them; ``causes`` at those with lines told or refused for the cause ``code`` (blank:
    for one that the board tells); otherwise at those that count in ``measure``, for that cause where it has any.
    """
    require_analyst(viewer)
    viewer.require(Right.SEE_BATCHES)
    cut, turned = cut_of(desk, question), {"limit": size, "offset": (page - 1) * size}
    with desk.read() as connection:
        if question.steps:
            taken, sums = _steps_behind(connection, viewer, question, cut)
            rows, whole = store.list_stepped(connection, cut, taken, span_of(cut), **turned)
            rows = rows.assign(days=rows["seconds"] / DAY)
        else:
            measures = _measures(connection, viewer, question, cut)
            rows, whole = store.list_counted(connection, cut, measures, **turned)
            sums = {name: whole[name] for name in store.LINE_SUMS}
    if question.causes and not question.code:
        # A line of several causes counts with each of them: its money would be there several times.
        rows, sums = rows.drop(columns="counted_amount"), {"counted_lines": sums["counted_lines"]}
    return BoardRows(label_batches(desk, rows), whole["batches"], page, size, sums)


def _steps_behind(
    connection: Connection, viewer: Viewer, question: BoardQuestion, cut: Cut
) -> tuple[Taken, dict[str, int]]:
    """The steps that a figure of 办理时效 counts, and what the rollup makes of them."""
    steps = [row for row in sum_steps(connection, cut) if row.by == "month"]
    if question.steps is Behind.BOUNCED:
        return Taken(steps=BACK), {"moves": money_back(steps)}
    if question.steps is Behind.STRAIGHT:
        return Taken(steps=PAID, against=PAID_BACK, straight=True), {"moves": paid_straight(steps)}
    late = question.steps is Behind.LATE
    # The share of late steps is that of the stages which are told.
    of_all = stages_told(connection, viewer, cut) if late else TIMED
    states = {question.state} if question.state else of_all
    own = [row for row in steps if row.state in states]
    sums = {"moves": sum(row.late if late else row.moves for row in own)}
    if not late:
        sums["seconds"] = sum(row.seconds for row in own)
    return Taken(tuple(sorted(states)), late=late), sums


def read_choices(desk: Desk, viewer: Viewer, question: BoardQuestion) -> Choices:
    """What the filters of the boards offer."""
    require_analyst(viewer)
    with desk.read() as connection:
        found = tuple(region or NO_DISTRICT for region in store.districts(connection))
        names = store.employer_names(connection, [question.employer]) if question.employer else {}
    return Choices(found, names.get(question.employer, question.employer))


def _measures(connection: Connection, viewer: Viewer, question: BoardQuestion, cut: Cut) -> tuple[str, ...]:
    """What the figure of lines sums up."""
    if not question.causes:
        return (question.counted(question.measure),)
    codes = [question.code] if question.code else causes_told(connection, viewer, question, cut)
    return tuple(f"{kind}:{code}" for kind in CAUSED for code in codes)
