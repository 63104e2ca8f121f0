"""The batches behind a figure of a board, and the choices that its filters offer."""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain.board_question import NO_DISTRICT, BoardQuestion
from core.domain.period import Period
from core.domain.roles import Right, Viewer
from core.services.batches import BatchPage, label_batches
from core.services.boards import cut_of, require_analyst
from core.services.desk import AGENCY_ZONE, Desk
from core.store import board_rows as store
from core.store.boards import Cut


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: districts (as in a question), and the name of the employer that is asked for."""

    districts: tuple[str, ...]
    employer_name: str


def read_rows(desk: Desk, viewer: Viewer, question: BoardQuestion, *, page: int = 1, size: int = 20) -> BatchPage:
    """One page of the batches that the question's figure counts, newest first.

    ``code`` looks at the batches with lines told or refused for that cause; ``state`` or ``reviewer`` at those that left a
    stage; otherwise at those that count in ``measure``.
    """
    require_analyst(viewer)
    viewer.require(Right.SEE_BATCHES)
    cut, turned = cut_of(desk, question), {"limit": size, "offset": (page - 1) * size}
    with desk.read() as connection:
        if question.state or question.reviewer:
            rows, total = store.list_stepped(connection, cut, question.state, span_of(cut), **turned)
        else:
            rows, total = store.list_counted(connection, cut, _measures(question), **turned)
    return BatchPage(label_batches(desk, rows), total, page, size)


def read_choices(desk: Desk, viewer: Viewer, question: BoardQuestion) -> Choices:
    """What the filters of the boards offer."""
    require_analyst(viewer)
    with desk.read() as connection:
        found = tuple(region or NO_DISTRICT for region in store.districts(connection))
        names = store.employer_names(connection, [question.employer]) if question.employer else {}
    return Choices(found, names.get(question.employer, question.employer))


def _measures(question: BoardQuestion) -> tuple[str, ...]:
    return (f"told:{question.code}", f"rejected:{question.code}") if question.code else (question.measure.value,)


def span_of(cut: Cut) -> tuple[str, str]:
    """The first moment of the months of a cut, and the first one after them, as stored."""
    return _moment(Period(cut.first)), _moment(Period(cut.last) + 1)


def _moment(month: Period) -> str:
    """The first moment of a month at the agency, as stored."""
    first = datetime(month.number // 100, month.number % 100, 1, tzinfo=AGENCY_ZONE)
    return first.astimezone(UTC).isoformat(timespec="seconds")
