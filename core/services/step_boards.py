"""办理时效: how long batches wait in each stage against its limit, who takes the steps, and what bounces or comes back.

The rollup counts steps. A batch that goes round takes many: how many batches stand behind a figure is bounded from below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

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


class Waited(NamedTuple):
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
        of_stages = _sum_stages(connection, cut, timed, again, least)
    limits = {state.value: settings.number(WAITS_FOR[state][0]) or 0 for state in WAITS_FOR}
    of_people = _sum_up([row for row in by_person if row.state in TIMED], _key_of, again)
    of_months = _sum_up(timed, _key_of, again)
    payments = _steps(by_month, *PAID, *BACK)
    # The rollup counts steps: one batch that goes round must not pass for several.
    stages, people, months = (
        {key: sums for key, sums in group.items() if sums.batches >= least}
        for group in (of_stages, of_people, of_months)
    )
    return StepBoard(
        Period(cut.first),
        Period(cut.last),
        tuple(
            _waited(state.value, _(state.label), stages[state.value], limits[state.value])
            for state in State
            if state.value in stages
        ),
        tuple(
            _waited(key, say_person(key), sums)
            for key, sums in sorted(people.items(), key=lambda each: (-each[1].moves, each[0]))
        ),
        tuple(_waited(key, f"{key[:4]}-{key[4:]}", months[key]) for key in sorted(months)),
        # Of the stages that are told: the others would be known by subtraction.
        _late_share(stages),
        _bounced_share(payments, again, least),
        _straight_share(payments, again, least),
        answered=bool(_steps(payments, *PAID, *BOUNCED)),
        hidden=len(stages) + len(people) + len(months) < len(of_stages) + len(of_people) + len(of_months),
        months_left_out=tuple(sorted(map(int, of_months.keys() - months.keys()))),
    )


def stages_told(connection: Connection, viewer: Viewer, cut: Cut) -> frozenset[str]:
    """The stages that ``read_step_board`` tells of: enough batches left them."""
    _by_month, by_person, timed = _parted(store.sum_steps(connection, cut))
    least = least_of(viewer)
    found = _sum_stages(connection, cut, timed, _again(by_person), least)
    return frozenset(stage for stage, sums in found.items() if sums.batches >= least)


def _parted(rows: Sequence[Steps]) -> tuple[list[Steps], list[Steps], list[Steps]]:
    """Steps by month, by person, and by month those that somebody is waited for in.

    By person there is everybody, whoever is asked for: also who sent batches in again.
    """
    by_month, by_person = ([row for row in rows if row.by == by] for by in ("month", "username"))
    return by_month, by_person, [row for row in by_month if row.state in TIMED]


class _Sums(NamedTuple):
    """Steps, seconds waited for them, how many late, and so many batches at least."""

    moves: int
    seconds: int
    late: int
    batches: int


def _sum_up(rows: Iterable[Steps], key_of: Callable[[Steps], str], again: Mapping[bool, int]) -> dict[str, _Sums]:
    """The sums of each key; its batches are those of the state in which most are sure.

    A batch leaves a stage of review again only after it was sent in again, and one of payment only after its bank details
    were passed. In review it leaves each state once before it is returned: the straight ones are counted as they are.
    """
    by_state: dict[tuple[str, str], tuple[int, int]] = {}
    found: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        _by, _key, state, _step, moves, seconds, late, straight = row
        key = key_of(row)
        counted = by_state.get((key, state), (0, 0))
        by_state[key, state] = counted[0] + moves, counted[1] + straight
        sums = found.get(key, (0, 0, 0))
        found[key] = sums[0] + moves, sums[1] + seconds, sums[2] + late
    # Where there is a step there is a batch.
    sure = dict.fromkeys(found, 1)
    for (key, state), (moves, straight) in by_state.items():
        reviewed = state in _REVIEWED
        sure[key] = max(sure[key], moves - again[reviewed], straight if reviewed else 0)
    return {key: _Sums(*sums, sure[key]) for key, sums in found.items()}


def _sum_stages(
    connection: Connection, cut: Cut, timed: Sequence[Steps], again: Mapping[bool, int], least: int
) -> dict[str, _Sums]:
    """The sums of each stage; where its batches might be too few they are counted."""
    found = _sum_up(timed, _state_of, again)
    for stage in [key for key, sums in found.items() if sums.batches < least]:
        counted = board_rows.count_stepped(connection, cut, Taken((stage,)), span_of(cut))
        found[stage] = found[stage]._replace(batches=counted)
    return found


def _again(everything: Sequence[Steps]) -> dict[bool, int]:
    """How often a batch came to a stage of payment (``False``) or review (``True``) again, by everybody's steps."""
    return {reviewed: _moves(_steps(everything, *steps)) for reviewed, steps in _AGAIN.items()}


def _late_share(stages: Mapping[str, _Sums]) -> float | None:
    return sum(each.late for each in stages.values()) / _moves(stages.values()) if stages else None


def _bounced_share(rows: Sequence[Steps], again: Mapping[bool, int], least: int) -> float | None:
    """Payments that bounced, or whose money came back afterwards, of all that were answered; ``None`` for too few batches."""
    answered = _steps(rows, *PAID, *BOUNCED)
    return min(1.0, money_back(rows) / _moves(answered)) if _paid_batches(answered, again) >= least else None


def _straight_share(rows: Sequence[Steps], again: Mapping[bool, int], least: int) -> float | None:
    """Payments that stayed paid of batches that never went back to their employer, of all; ``None`` for too few batches."""
    settled = _steps(rows, *PAID)
    return max(0.0, paid_straight(rows) / _moves(settled)) if _paid_batches(settled, again) >= least else None


def _paid_batches(answers: Sequence[Steps], again: Mapping[bool, int]) -> int:
    """So many batches at least had these answers to their payments: one is paid again only after its bank details were passed."""
    return max(1, _moves(answers) - again[False]) if answers else 0


def money_back(rows: Sequence[Steps]) -> int:
    """Payments that bounced, and those whose money came back afterwards."""
    return _moves(_steps(rows, *BACK))


def paid_straight(rows: Sequence[Steps]) -> int:
    """Payments of batches that never went back to their employer, less those whose money came back afterwards."""
    paid, back = (sum(row.straight for row in _steps(rows, *steps)) for steps in (PAID, PAID_BACK))
    return paid - back


def say_person(username: str) -> str:
    """Who took a step, in words."""
    return _(SYSTEM.role.label) if username == SYSTEM.username else username


def _steps(rows: Sequence[Steps], *steps: str) -> list[Steps]:
    return [row for row in rows if row.step in steps]


def _moves(rows: Iterable[Steps | _Sums]) -> int:
    return sum(row.moves for row in rows)


def _waited(key: str, label: str, sums: _Sums, limit: int = 0) -> Waited:
    return Waited(key, label, sums.moves, sums.seconds / DAY / sums.moves, sums.late / sums.moves, limit)
