"""办理时效: how long batches wait in each stage against its limit, who takes the steps, and what bounces or comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from core.domain.board_question import BoardQuestion
from core.domain.lifecycle import WAITS_FOR, State
from core.domain.period import Period
from core.domain.roles import SYSTEM, Viewer
from core.services.boards import cut_of, least_of, require_analyst
from core.services.desk import Desk
from core.store import boards as store
from core.store.boards import Steps
from core.texts import _

_DAY = 86_400
#: Stages that somebody is waited for in.
_TIMED = frozenset(state.value for state in WAITS_FOR)
_key_of, _state_of = attrgetter("key"), attrgetter("state")


@dataclass(frozen=True, slots=True)
class Waited:
    """Steps of one group: how many, days waited for one on average, and the share (0–1) that came after the due date.

    ``limit`` in working days where the group is a stage, else 0.
    """

    key: str
    label: str
    moves: int
    days: float
    late: float
    limit: int = 0


@dataclass(frozen=True, slots=True)
class StepBoard:
    """What 办理时效 shows. Shares are 0–1, ``None`` where too few batches stand behind one. ``hidden`` as in ``Board``."""

    first: Period
    last: Period
    stages: tuple[Waited, ...]
    reviewers: tuple[Waited, ...]
    months: tuple[Waited, ...]
    late: float | None
    bounced: float | None
    straight: float | None
    hidden: bool


def read_step_board(desk: Desk, viewer: Viewer, question: BoardQuestion) -> StepBoard:
    """The board of time for this question (``Right.ANALYSE``). Funds and districts do not divide steps: a batch moves whole."""
    require_analyst(viewer)
    cut, least = cut_of(desk, question), least_of(viewer)
    with desk.read() as connection:
        rows, settings = store.sum_steps(connection, cut), desk.settings(connection)
    by_month, by_person = ([row for row in rows if row.by == by] for by in ("month", "username"))
    timed = [row for row in by_month if row.state in _TIMED]
    stages = _waited(timed, _state_of, lambda key: _(State(key).label))
    limits = {state.value: settings.number(WAITS_FOR[state][0]) or 0 for state in WAITS_FOR}
    months = _waited(timed, _key_of, lambda key: f"{key[:4]}-{key[4:]}")
    people = _waited([row for row in by_person if row.state in _TIMED], _key_of, _say_person)
    shown = [[each for each in group if each.moves >= least] for group in (stages, people, months)]
    told = {each.key for each in shown[0]}
    order = list(State)
    return StepBoard(
        Period(cut.first),
        Period(cut.last),
        tuple(
            Waited(each.key, each.label, each.moves, each.days, each.late, limits[each.key])
            for each in sorted(shown[0], key=lambda each: order.index(State(each.key)))
        ),
        tuple(sorted(shown[1], key=lambda each: (-each.moves, each.key))),
        tuple(sorted(shown[2], key=lambda each: each.key)),
        # Of the stages that are told: the others would be known by subtraction.
        _share([row for row in timed if row.state in told], lambda row: row.late, least),
        _share(_steps(by_month, "settle", "bounce"), lambda row: row.moves if row.step == "bounce" else 0, least),
        _share(_steps(by_month, "settle"), lambda row: row.straight, least),
        hidden=sum(map(len, shown)) < len(stages) + len(people) + len(months),
    )


def _say_person(username: str) -> str:
    return _(SYSTEM.role.label) if username == SYSTEM.username else username


def _steps(rows: Sequence[Steps], *steps: str) -> list[Steps]:
    return [row for row in rows if row.step in steps]


def _share(rows: Sequence[Steps], part: Callable[[Steps], int], least: int) -> float | None:
    counted = sum(row.moves for row in rows)
    return sum(map(part, rows)) / counted if counted >= least else None


def _waited(rows: Sequence[Steps], key_of: Callable[[Steps], str], say: Callable[[str], str]) -> list[Waited]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        own = sums.setdefault(key_of(row), [0, 0, 0])
        own[0] += row.moves
        own[1] += row.seconds
        own[2] += row.late
    return [
        Waited(key, say(key), moves, seconds / _DAY / moves, late / moves)
        for key, (moves, seconds, late) in sums.items()
    ]
