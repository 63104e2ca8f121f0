"""办理时效: how long batches wait in each stage against its limit, who takes the steps, and what bounces or comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.board_question import BoardQuestion
from core.domain.lifecycle import WAITS_FOR, State
from core.domain.roles import SYSTEM, Viewer
from core.services.boards import cut_of, least_of, require_analyst
from core.services.desk import Desk
from core.store import boards as store
from core.texts import _

_DAY = 86_400


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
        by_month, by_person = (store.sum_steps(connection, cut, by) for by in ("month", "username"))
        settings = desk.settings(connection)
    timed = [row for row in by_month if row[1] in WAITS_FOR]
    stages = _waited(timed, lambda row: row[1], lambda key: _(State(key).label))
    limits = {state.value: settings.number(WAITS_FOR[state][0]) or 0 for state in WAITS_FOR}
    months = _waited(timed, lambda row: str(row[0]), lambda key: f"{key[:4]}-{key[4:]}")
    people = _waited([row for row in by_person if row[1] in WAITS_FOR], lambda row: row[0], _say_person)
    shown = [[each for each in group if each.moves >= least] for group in (stages, people, months)]
    order = list(State)
    return StepBoard(
        tuple(
            Waited(each.key, each.label, each.moves, each.days, each.late, limits[each.key])
            for each in sorted(shown[0], key=lambda each: order.index(State(each.key)))
        ),
        tuple(sorted(shown[1], key=lambda each: (-each.moves, each.key))),
        tuple(sorted(shown[2], key=lambda each: each.key)),
        _share(timed, lambda row: row[5], lambda row: row[3], least),
        _share(
            _steps(by_month, "settle", "bounce"), lambda row: row[3] * (row[2] == "bounce"), lambda row: row[3], least
        ),
        _share(_steps(by_month, "settle"), lambda row: row[6], lambda row: row[3], least),
        hidden=sum(map(len, shown)) < len(stages) + len(people) + len(months),
    )


def _say_person(username: str) -> str:
    return _(SYSTEM.role.label) if username == SYSTEM.username else username


def _steps(rows: Sequence[Any], *steps: str) -> list[Any]:
    return [row for row in rows if row[2] in steps]


def _share(rows: Sequence[Any], part: Callable[[Any], int], whole: Callable[[Any], int], least: int) -> float | None:
    counted = sum(int(whole(row)) for row in rows)
    return sum(int(part(row)) for row in rows) / counted if counted >= least else None


def _waited(rows: Sequence[Any], key_of: Callable[[Any], str], say: Callable[[str], str]) -> list[Waited]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        own = sums.setdefault(key_of(row), [0, 0, 0])
        for place, value in enumerate(row[3:6]):
            own[place] += int(value)
    return [
        Waited(key, say(key), moves, seconds / _DAY / moves, late / moves)
        for key, (moves, seconds, late) in sums.items()
    ]
