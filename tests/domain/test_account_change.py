"""The life of a change of a registered account: who may do what, and what time alone does."""

from datetime import UTC, datetime

import pytest

from core.domain.account_change import (
    MOVES,
    OPEN_STATES,
    ChangeState,
    allowed_moves,
    find_move,
    require_allowed,
    state_at,
)
from core.domain.errors import FactorNeeded, IllegalTransition, NotAllowed
from core.domain.roles import SYSTEM, Role, Viewer

C = ChangeState
CLERK = Viewer("clerk1", Role.CLERK, frozenset({"E1"}))
COLLEAGUE = Viewer("clerk9", Role.CLERK, frozenset({"E1"}))
STRANGER = Viewer("clerk2", Role.CLERK, frozenset({"E2"}))
REVIEWER = Viewer("reviewer1", Role.REVIEWER)
APPROVER = Viewer("approver1", Role.APPROVER, fresh_factor=True)
NOON = "2023-11-04T12:00:00+00:00"


def steps(state: ChangeState, viewer: Viewer, requested_by: str = "clerk1") -> list[str]:
    return [move.step for move in allowed_moves(state, viewer, "E1", requested_by)]


@pytest.mark.parametrize(
    ("state", "viewer", "requested_by", "expected"),
    [
        (C.REQUESTED, CLERK, "clerk1", ["cancel"]),
        (C.REQUESTED, COLLEAGUE, "clerk1", ["cancel"]),
        (C.REQUESTED, CLERK, "reviewer1", ["cancel"]),
        (C.REQUESTED, STRANGER, "clerk1", []),
        (C.REQUESTED, REVIEWER, "clerk1", []),
        (C.REQUESTED, REVIEWER, "reviewer1", ["cancel"]),
        (C.REQUESTED, APPROVER, "clerk1", ["approve", "refuse"]),
        (C.REQUESTED, APPROVER, "approver1", []),
        (C.APPROVED, CLERK, "clerk1", ["cancel"]),
        (C.APPROVED, APPROVER, "clerk1", []),
        *(
            (state, viewer, "clerk1", [])
            for state in sorted(set(C) - set(OPEN_STATES))
            for viewer in (CLERK, APPROVER, SYSTEM)
        ),
    ],
)
def test_who_may_do_what(state: ChangeState, viewer: Viewer, requested_by: str, expected: list[str]) -> None:
    assert steps(state, viewer, requested_by) == expected


@pytest.mark.parametrize(
    ("moment", "state"),
    [("2023-11-04T11:59:59+00:00", C.APPROVED), (NOON, C.EFFECTIVE), ("2023-11-04T20:00:01+08:00", C.EFFECTIVE)],
)
def test_an_approved_change_is_effective_by_time_alone(moment: str, state: ChangeState) -> None:
    assert state_at("approved", NOON, datetime.fromisoformat(moment)) is state


@pytest.mark.parametrize("state", sorted(set(C) - {C.APPROVED}))
def test_time_changes_nothing_else(state: ChangeState) -> None:
    assert state_at(state.value, NOON, datetime(2099, 1, 1, tzinfo=UTC)) is state


@pytest.mark.parametrize("state", sorted(set(C) - {C.REQUESTED}))
def test_nothing_is_decided_twice(state: ChangeState) -> None:
    with pytest.raises(IllegalTransition):
        find_move(state, "approve")


def test_approving_asks_for_a_fresh_factor_and_refusing_for_a_reason() -> None:
    needs = {move.step: (move.needs_factor, move.needs_note) for move in MOVES}
    assert needs == {"approve": (True, False), "refuse": (False, True), "cancel": (False, False)}
    with pytest.raises(FactorNeeded):
        require_allowed(find_move(C.REQUESTED, "approve"), Viewer("approver1", Role.APPROVER), "E1", "clerk1")


def test_nobody_approves_his_own() -> None:
    with pytest.raises(NotAllowed, match="由其他人员办理"):
        require_allowed(find_move(C.REQUESTED, "approve"), APPROVER, "E1", "approver1")


def test_whoever_holds_a_part_in_an_open_batch_may_refuse_and_not_approve() -> None:
    own = (ChangeState.REQUESTED, APPROVER, "E1", "clerk1")
    assert [move.step for move in allowed_moves(*own, has_part=True)] == ["refuse"]
    with pytest.raises(NotAllowed, match="已承担环节"):
        require_allowed(find_move(ChangeState.REQUESTED, "approve"), *own[1:], has_part=True)
