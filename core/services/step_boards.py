"""办理时效: how long batches wait in each stage against its limit, who takes the steps, and what bounces or comes back.

The rollup counts steps. A batch that goes round takes many: how many batches stand behind a figure is bounded from below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from core.domain.board_question import BoardQuestion
from core.domain.lifecycle import WAITS_FOR, State
from core.domain.period import Period
from core.domain.roles import SYSTEM, Viewer
from core.services.boards import cut_of, least_of, require_analyst, span_of
from core.services.desk import Desk
from core.store import board_rows
from core.store import boards as store
from core.store.board_rows import Taken
from core.store.boards import Cut, Steps
from core.store.database import Connection
from core.texts import _

#: Seconds of a day.
DAY = 86_400
#: Stages that somebody is waited for in.
TIMED = frozenset(state.value for state in WAITS_FOR)
#: Steps that say what became of a payment: it is paid, it bounced, or its money came back afterwards.
PAID, BOUNCED, PAID_BACK = ("settle",), ("bounce",), ("money_back",)
BACK = (*BOUNCED, *PAID_BACK)
#: Stages before payment, and the steps after which a batch comes to one of payment (``False``) or review (``True``) again.
_REVIEWED = frozenset({State.SUBMITTED, State.FIRST_REVIEW, State.SECOND_REVIEW, State.APPROVAL})
_AGAIN = {False: ("pass_bank", "return_bank"), True: ("resubmit",)}
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
    """What 办理时效 shows. Shares are 0–1, ``None`` where too few batches stand behind one.

    ``answered`` says whether any payment was: who reviews has none, and no share of them. ``hidden`` and ``months_left_out``
    (YYYYMM) as in ``Board``.
    """

    first: Period
    last: Period
    stages: tuple[Waited, ...]
    reviewers: tuple[Waited, ...]
    months: tuple[Waited, ...]
    late: float | None
    bounced: float | None
    straight: float | None
    answered: bool
    hidden: bool
    months_left_out: tuple[int, ...]


def read_step_board(desk: Desk, viewer: Viewer, question: BoardQuestion) -> StepBoard:
    """The board of time for this question (``Right.ANALYSE``). Funds and districts do not divide steps: a batch moves whole."""
    require_analyst(viewer)
    cut, least = cut_of(desk, question), least_of(viewer)
    with desk.read() as connection:
        rows, settings = store.sum_steps(connection, cut), desk.settings(connection)
        by_month, by_person, timed = _parted(rows)
        again = _again(by_person)
        of_stages = _batches_of_stages(connection, cut, timed, again, least)
    stages = _waited(timed, _state_of, lambda key: _(State(key).label))
    limits = {state.value: settings.number(WAITS_FOR[state][0]) or 0 for state in WAITS_FOR}
    months = _waited(timed, _key_of, lambda key: f"{key[:4]}-{key[4:]}")
    of_people = [row for row in by_person if row.state in TIMED]
    people = _waited(of_people, _key_of, say_person)
    # The rollup counts steps: one batch that goes round must not pass for several.
    told_by = (
        (stages, of_stages),
        (people, _most(of_people, _key_of, again)),
        (months, _most(timed, _key_of, again)),
    )
    shown = [[each for each in group if behind[each.key] >= least] for group, behind in told_by]
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
        _late_share([row for row in timed if row.state in told]),
        bounced_share(by_month, by_person, least),
        straight_share(by_month, by_person, least),
        answered=bool(_steps(by_month, *PAID, *BOUNCED)),
        hidden=sum(map(len, shown)) < len(stages) + len(people) + len(months),
        months_left_out=tuple(sorted({int(each.key) for each in months} - {int(each.key) for each in shown[2]})),
    )


def stages_told(connection: Connection, viewer: Viewer, cut: Cut) -> frozenset[str]:
    """The stages that ``read_step_board`` tells of: enough batches left them."""
    _by_month, by_person, timed = _parted(store.sum_steps(connection, cut))
    least = least_of(viewer)
    found = _batches_of_stages(connection, cut, timed, _again(by_person), least)
    return frozenset(stage for stage, batches in found.items() if batches >= least)


def _parted(rows: Sequence[Steps]) -> tuple[list[Steps], list[Steps], list[Steps]]:
    """Steps by month, by person, and by month those that somebody is waited for in.

    By person there is everybody, whoever is asked for: also who sent batches in again.
    """
    by_month, by_person = ([row for row in rows if row.by == by] for by in ("month", "username"))
    return by_month, by_person, [row for row in by_month if row.state in TIMED]


def _batches_of_stages(
    connection: Connection, cut: Cut, timed: Sequence[Steps], again: Mapping[bool, int], least: int
) -> dict[str, int]:
    """So many batches at least left each stage; where they might be too few they are counted."""
    found = _most(timed, _state_of, again)
    for stage in [key for key, batches in found.items() if batches < least]:
        found[stage] = board_rows.count_stepped(connection, cut, Taken((stage,)), span_of(cut))
    return found


def _late_share(rows: Sequence[Steps]) -> float | None:
    return sum(row.late for row in rows) / _moves(rows) if rows else None


def bounced_share(rows: Sequence[Steps], everything: Sequence[Steps], least: int) -> float | None:
    """Payments that bounced, or whose money came back afterwards, of all that were answered; ``None`` for too few batches."""
    answered = _steps(rows, *PAID, *BOUNCED)
    return min(1.0, money_back(rows) / _moves(answered)) if _paid_batches(answered, everything) >= least else None


def straight_share(rows: Sequence[Steps], everything: Sequence[Steps], least: int) -> float | None:
    """Payments that stayed paid of batches that never went back to their employer, of all; ``None`` for too few batches."""
    settled = _steps(rows, *PAID)
    return max(0.0, paid_straight(rows) / _moves(settled)) if _paid_batches(settled, everything) >= least else None


def _paid_batches(answers: Sequence[Steps], everything: Sequence[Steps]) -> int:
    """So many batches at least had these answers to their payments."""
    return _most(answers, _state_of, _again(everything)).get(State.PAYING, 0)


def money_back(rows: Sequence[Steps]) -> int:
    """Payments that bounced, and those whose money came back afterwards."""
    return _moves(_steps(rows, *BACK))


def paid_straight(rows: Sequence[Steps]) -> int:
    """Payments of batches that never went back to their employer, less those whose money came back afterwards."""
    paid, back = (sum(row.straight for row in _steps(rows, *steps)) for steps in (PAID, PAID_BACK))
    return paid - back


def _again(everything: Sequence[Steps]) -> dict[bool, int]:
    """How often a batch came to a stage of payment (``False``) or review (``True``) again, by everybody's steps."""
    return {reviewed: _moves(_steps(everything, *steps)) for reviewed, steps in _AGAIN.items()}


def _most(rows: Sequence[Steps], key_of: Callable[[Steps], str], again: Mapping[bool, int]) -> dict[str, int]:
    """So many batches at least stand behind each key: those of the state in which most are sure.

    A batch leaves a stage of review again only after it was sent in again, and one of payment only after its bank details
    were passed. In review it leaves each state once before it is returned: the straight ones are counted as they are.
    """
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        own = sums.setdefault((key_of(row), row.state), [0, 0])
        own[0] += row.moves
        own[1] += row.straight
    found: dict[str, int] = {}
    for (key, state), (moves, straight) in sums.items():
        reviewed = state in _REVIEWED
        found[key] = max(found.get(key, 1), moves - again[reviewed], straight if reviewed else 0)
    return found


def say_person(username: str) -> str:
    """Who took a step, in words."""
    return _(SYSTEM.role.label) if username == SYSTEM.username else username


def _steps(rows: Sequence[Steps], *steps: str) -> list[Steps]:
    return [row for row in rows if row.step in steps]


def _moves(rows: Sequence[Steps]) -> int:
    return sum(row.moves for row in rows)


def _waited(rows: Sequence[Steps], key_of: Callable[[Steps], str], say: Callable[[str], str]) -> list[Waited]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        own = sums.setdefault(key_of(row), [0, 0, 0])
        own[0] += row.moves
        own[1] += row.seconds
        own[2] += row.late
    return [
        Waited(key, say(key), moves, seconds / DAY / moves, late / moves)
        for key, (moves, seconds, late) in sums.items()
    ]
