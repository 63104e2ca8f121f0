"""The life of a batch: ``domain.md`` §4 written out as a table, and every state × step × role × person tried against it."""

from itertools import product

import pytest

from core.domain.errors import FactorNeeded, IllegalTransition, NotAllowed
from core.domain.lifecycle import (
    EDGES,
    FREE_STATES,
    LIVE_STATES,
    PAID_STATES,
    WAITS_FOR,
    WITH_EMPLOYER,
    Part,
    State,
    allowed_actions,
    find_edge,
    part_in_the_way,
    progress,
    require_allowed,
    who_has,
)
from core.domain.roles import Role, Viewer

# Who does what: 受理 and 初审 a reviewer, 复核 another reviewer, 审批 an approver, 支付 finance; the employer's clerk may take
# it back until 初审 is done, and mends what was returned as often as needed. Above the threshold 复核 leads to 审批.
PAGE = """
待受理    accept    reviewer  受理  待初审
待受理    withdraw  clerk     申报  已撤回
待初审    pass      reviewer  初审  待复核
待初审    return    reviewer  初审  退回补正
待初审    reject    reviewer  初审  不予退费
待初审    withdraw  clerk     申报  已撤回
退回补正  resubmit  clerk     申报  待初审
退回补正  withdraw  clerk     申报  已撤回
待复核    pass      reviewer  复核  待支付
待复核    escalate  reviewer  复核  待审批
待复核    return    reviewer  复核  退回补正
待复核    reject    reviewer  复核  不予退费
待审批    pass      approver  审批  待支付
待审批    return    approver  审批  退回补正
待审批    reject    approver  审批  不予退费
待支付    pay       finance   支付  支付中
支付中    settle    finance   支付  已支付
支付中    bounce    finance   支付  支付失败
支付失败  ask_correction  finance  支付  待更正银行信息
待更正银行信息  correct_bank  clerk|reviewer  更正银行信息  银行信息待复核
银行信息待复核  pass_bank     reviewer        复核          待支付
银行信息待复核  return_bank   reviewer        复核          待更正银行信息
已支付    close     finance   支付  已办结
已支付    money_back  finance   支付  支付失败
"""
TABLE = {
    (state, step): (role.split("|"), part, target)
    for state, step, role, part, target in map(str.split, PAGE.strip().splitlines())
}
STEPS = sorted({step for _state, step in TABLE})
#: Whoever sends a batch back or ends it says why; whoever releases money or takes it back shows a second factor.
SAY_WHY = {"return", "reject", "settle", "bounce", "return_bank", "money_back"}
RELEASE_MONEY = {("待审批", "pass"), ("待支付", "pay"), ("支付中", "bounce"), ("已支付", "money_back")}


def person(role: Role, employer: str = "E1") -> Viewer:
    return Viewer("somebody", role, frozenset({employer}), fresh_factor=True)


@pytest.mark.parametrize(("state", "step"), list(product(State, STEPS)), ids=str)
def test_every_step_from_every_state_by_every_role_holding_every_part(state, step):
    expected = TABLE.get((state.label, step))
    if expected is None:
        with pytest.raises(IllegalTransition):
            find_edge(state, step)
        return
    roles, part, target = expected
    edge = find_edge(state, step)
    assert (edge.part.label, edge.target.label) == (part, target)
    for who, held in product(Role, [None, *Part]):
        parts = {"somebody": held, "somebody else": edge.part} if held else {"somebody else": edge.part}
        may = who == Role.SYSTEM or (who in roles and held in (None, edge.part))
        assert (edge in allowed_actions(state, person(who), "E1", parts)) is may
        if may:
            require_allowed(edge, person(who), "E1", parts)
        else:
            with pytest.raises(NotAllowed):
                require_allowed(edge, person(who), "E1", parts)


def test_there_are_no_other_steps():
    assert {(edge.source.label, edge.step) for edge in EDGES} == set(TABLE)


@pytest.mark.parametrize(("state", "role"), list(product(State, sorted(set(Role) - {Role.SYSTEM}))), ids=str)
def test_what_a_person_may_do_now(state, role):
    offered = {edge.step for edge in allowed_actions(state, person(role), "E1", {})}
    assert offered == {step for (source, step), row in TABLE.items() if source == state.label and role in row[0]}


@pytest.mark.parametrize("edge", [edge for edge in EDGES if edge.part is Part.FILER], ids=lambda edge: edge.step)
def test_a_clerk_of_another_employer_may_nothing(edge):
    with pytest.raises(NotAllowed):
        require_allowed(edge, person(Role.CLERK, "E2"), "E1", {})
    assert allowed_actions(edge.source, person(Role.CLERK, "E2"), "E1", {}) == []


def test_nobody_holds_two_parts():
    """受理, 初审 and 复核 are all a reviewer's work, and yet take three reviewers."""
    review = [find_edge(State.SUBMITTED, "accept"), find_edge(State.FIRST_REVIEW, "pass")]
    review.append(find_edge(State.SECOND_REVIEW, "pass"))
    for first, second in product(review, repeat=2):
        parts = {"somebody": first.part}
        assert (second in allowed_actions(second.source, person(Role.REVIEWER), "E1", parts)) is (first is second)


@pytest.mark.parametrize(
    ("state", "role", "held", "told"),
    [
        (State.SECOND_REVIEW, Role.REVIEWER, Part.FIRST_REVIEWER, Part.FIRST_REVIEWER),
        (State.FIRST_REVIEW, Role.REVIEWER, Part.ACCEPTER, Part.ACCEPTER),
        (State.BANK_REVIEW, Role.REVIEWER, Part.CORRECTOR, Part.CORRECTOR),
        (State.PAYABLE, Role.FINANCE, Part.APPROVER, Part.APPROVER),
        (State.SECOND_REVIEW, Role.REVIEWER, Part.SECOND_REVIEWER, None),
        (State.SECOND_REVIEW, Role.REVIEWER, None, None),
        (State.PAYABLE, Role.REVIEWER, Part.FIRST_REVIEWER, None),
        (State.BANK_CORRECTION, Role.CLERK, Part.FILER, None),
    ],
)
def test_who_held_another_part_is_told_that_it_is_in_his_way(state, role, held, told):
    """Not whose role has nothing to do there, and not of new bank details, whose form says it."""
    assert part_in_the_way(state, person(role), "E1", {"somebody": held} if held else {}) is told


def test_the_same_reviewer_reviews_every_round():
    parts = {"filer": Part.FILER, "somebody": Part.FIRST_REVIEWER}
    again = {edge.step for edge in allowed_actions(State.FIRST_REVIEW, person(Role.REVIEWER), "E1", parts)}
    assert again == {"pass", "return", "reject"}


def reachable(start: State) -> set[State]:
    found, todo = {start}, [start]
    while todo:
        state = todo.pop()
        new = {edge.target for edge in EDGES if edge.source is state} - found
        found |= new
        todo += new
    return found


def test_every_state_is_reached_from_the_first():
    assert reachable(State.SUBMITTED) == set(State)


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source.value}-{edge.step}")
def test_who_says_why_and_who_shows_a_second_factor(edge):
    assert edge.needs_note is (edge.step in SAY_WHY)
    assert edge.needs_factor is ((edge.source.label, edge.step) in RELEASE_MONEY)


@pytest.mark.parametrize("edge", [edge for edge in EDGES if edge.needs_factor], ids=lambda edge: edge.step)
def test_money_moves_only_with_a_fresh_second_factor(edge):
    role = next(role for role in Role if role is not Role.SYSTEM and Viewer("somebody", role).may(edge.right))
    stale = Viewer("somebody", role)

    assert edge in allowed_actions(edge.source, stale, "E1", {}), (
        "it is offered: the code is asked for when it is pressed"
    )
    with pytest.raises(FactorNeeded):
        require_allowed(edge, stale, "E1", {})


def test_a_batch_that_is_refused_withdrawn_or_settled_stays_so():
    for state in (State.REJECTED, State.WITHDRAWN, State.CLOSED):
        assert reachable(state) == {state}


def test_the_way_straight_through():
    way = "待受理 → 待初审 → 待复核 → 待审批 → 待支付 → 支付中 → 已支付 → 已办结"
    assert " → ".join(state.label for state in progress()) == way
    for one, following in zip(progress(), progress()[1:], strict=False):
        assert any(edge.source is one and edge.target is following for edge in EDGES)


def test_nothing_is_withdrawn_after_the_first_review():
    assert {edge.source for edge in EDGES if edge.step == "withdraw"} == {
        State.SUBMITTED, State.FIRST_REVIEW, State.RETURNED,
    }  # fmt: skip


def test_states_in_which_a_line_is_refunded_claimed_or_free():
    """N04 lists the paid states and N05 the live ones; the rest leave the line free."""
    assert {state.label for state in PAID_STATES} == {"已支付", "已办结"}
    assert {state.label for state in FREE_STATES} == {"已撤回", "不予退费"}
    assert set(State) - PAID_STATES - FREE_STATES == LIVE_STATES
    live = "待受理 待初审 待复核 待审批 待支付 支付中 退回补正 支付失败 待更正银行信息 银行信息待复核"
    assert {state.label for state in LIVE_STATES} == set(live.split())


def test_time_limits_are_those_of_whoever_has_the_batch():
    limits = {state.label: (switch, role) for state, (switch, role) in WAITS_FOR.items()}
    assert limits == {
        "待受理": ("days_to_accept", Role.REVIEWER),
        "待初审": ("days_to_review", Role.REVIEWER),
        "待复核": ("days_to_second_review", Role.REVIEWER),
        "待审批": ("days_to_approve", Role.APPROVER),
        "待支付": ("days_to_pay", Role.FINANCE),
        "支付中": ("days_to_pay", Role.FINANCE),
        "支付失败": ("days_to_pay", Role.FINANCE),
        "银行信息待复核": ("days_to_second_review", Role.REVIEWER),
    }


def test_steps_on_the_way_of_the_money_are_those_that_decide_it():
    """Their dialogs name employer, amount and account; sending back, ending and closing need none of it."""
    deciding = {(edge.source.label, edge.step) for edge in EDGES if edge.decides_money}
    assert deciding == {
        ("待初审", "pass"),
        ("待复核", "pass"),
        ("待复核", "escalate"),
        ("待审批", "pass"),
        ("待支付", "pay"),
        ("支付中", "settle"),
        ("支付中", "bounce"),
        ("银行信息待复核", "pass_bank"),
        ("已支付", "money_back"),
    }


def test_whose_turn_it_is_is_told_for_every_stage_that_an_official_ends():
    """Whoever closes a paid batch is named, though nothing says until when."""
    working = {edge.source for edge in EDGES if edge.part is not Part.FILER and edge.target not in FREE_STATES}
    assert {state for state in State if who_has(state)} == working - WITH_EMPLOYER
    for state in working - WITH_EMPLOYER:
        rights = {
            edge.right for edge in EDGES if edge.source is state and edge.part not in {Part.FILER, Part.CORRECTOR}
        }
        assert all(Viewer("x", who_has(state)).may(right) for right in rights), state


def test_the_part_of_a_step_fits_whoever_may_take_it():
    """One part, one right: a person can never be asked to act in a part that the role can't hold."""
    rights = {part: {edge.right for edge in EDGES if edge.part is part} for part in Part if part is not Part.SYSTEM}
    assert all(len(of_part) == 1 for of_part in rights.values()), rights
