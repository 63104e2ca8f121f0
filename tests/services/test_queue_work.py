"""The queue as officials work in it: searched, counted, divided among them, decided in one go; and what is said beside it."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound
from core.domain.lifecycle import State
from core.domain.roles import SYSTEM, Viewer
from core.services.assignments import assign_batch, assignable
from core.services.batch_papers import add_batch_paper, remove_batch_paper
from core.services.batches import list_batches, show_batch
from core.services.bulk_steps import advance_batches, assign_batches, plan_step
from core.services.checks import check_everything
from core.services.comments import add_comment, list_comments
from core.services.desk import Desk
from core.services.line_decisions import answer_lines, decide_lines
from core.services.queues import count_queue, next_in_queue, waiting_for
from core.services.rounds import last_changes
from core.services.settings import change_setting
from core.services.steps import advance_batch
from tests.support.desks import (
    ANALYST,
    APPROVER,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Clock,
    Ledger,
    person,
)
from tests.support.rounds import ANSWER, DROP, RETURN, file_clear, file_reviewed, file_serials, to_bounce, to_payment

PDF = (Path(__file__).parents[2] / "data" / "demo" / "sample.pdf").read_bytes()


def queue(desk: Desk, search: str = "", viewer: Viewer = REVIEWER) -> list[str]:
    return list(waiting_for(desk, viewer, search=search).rows["number"])


# --- looking for ---


def test_terms_and_words_find_batches(desk: Desk, ledger: Ledger) -> None:
    first = file_clear(desk, ledger, 1, [202205])
    second = file_clear(desk, ledger, 2, [202205, 202206, 202207])
    advance_batch(desk, SECOND_REVIEWER, second, "pass")
    assign_batch(desk, REVIEWER, first, "reviewer1")
    found = {
        "": [second, first],
        "状态:待初审": [first],
        "状态:待复核 状态:待初审": [],
        "单位:甲": [second, first],
        "单位:乙": [],
        "单位:E1": [second, first],
        "原因:R01": [second, first],
        "原因:R07": [],
        "金额>2000": [second],
        "金额<=1351.12": [first],
        f"人员:{person(2).lower()}": [second],
        "人员:赵一": [second, first],
        "人员:赵": [],
        "期限<2023-11-07": [second],
        "期限>=2023-11-07 期限<2023-12-01": [first],
        "分派:我": [first],
        "分派:无": [second],
        first: [first],
        f"{first[-9:]} 甲": [first],
        f"{first[-9:]} 乙": [],
        "100%": [],
    }
    assert {search: queue(desk, search) for search in found} == found


def test_many_are_passed_from_the_state_in_which_they_were_seen(desk: Desk, ledger: Ledger) -> None:
    moved, same = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    plan = plan_step(desk, REVIEWER, [moved, same], "pass")
    advance_batch(desk, SECOND_REVIEWER, moved, "pass")
    outcomes = advance_batches(desk, REVIEWER, [moved, same], "pass", sources=plan.sources)
    assert [each.done for each in outcomes] == [False, True]
    assert "由“待初审”变为“待复核”" in outcomes[0].said
    assert show_batch(desk, REVIEWER, moved).state is State.SECOND_REVIEW


def test_two_characters_of_a_name_are_enough(desk: Desk, ledger: Ledger) -> None:
    ledger.fact(person(1), "employment", 20190301, 20220420, employer_id="E1")
    number = file_serials(desk, [ledger.row(person(1), 202205, name="欧阳云_一")])
    found = {"欧阳": 1, "阳云": 1, "人员:云_": 1, "人员:云%": 0, "云一": 0, "欧": 0, f"人员:{person(1)[:17]}": 0}
    assert {search: len(queue(desk, search)) for search in found} == found
    listed = {text: found[text] for text in ("欧阳", "阳云", "云一", "欧")}
    assert {text: list_batches(desk, REVIEWER, search=text).total for text in listed} == listed
    assert list_batches(desk, ANALYST, search="欧阳").total == 0
    assert queue(desk, number) == [number]


def test_counters_tell_states_and_what_is_overdue(desk: Desk, ledger: Ledger) -> None:
    file_clear(desk, ledger, 1)
    passed = file_clear(desk, ledger, 2)
    advance_batch(desk, SECOND_REVIEWER, passed, "pass")
    counts = count_queue(desk, REVIEWER)
    assert (counts.by_state, counts.overdue) == ({State.FIRST_REVIEW: 1, State.SECOND_REVIEW: 1}, 0)
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(days=6)
    assert count_queue(desk, REVIEWER).overdue == 1
    assert count_queue(desk, APPROVER).total == 0


def test_what_waits_for_the_employer_waits_for_no_reviewer(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    assert queue(desk) == []
    assert queue(desk, viewer=COLLEAGUE) == [number]
    assert queue(desk, viewer=CLERK) == []


def test_the_next_one_is_the_most_urgent_other_one(desk: Desk, ledger: Ledger) -> None:
    first, second = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    assert next_in_queue(desk, REVIEWER, first) == second
    assert next_in_queue(desk, REVIEWER, second) == first
    assert next_in_queue(desk, REVIEWER, first, "分派:我") == ""


# --- dividing the work ---


def test_an_assignment_gives_no_part_and_is_audited(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    assert assign_batch(desk, REVIEWER, number, "reviewer2") == "reviewer2"
    assert advance_batch(desk, REVIEWER, number, "pass") is State.SECOND_REVIEW
    assert advance_batch(desk, SECOND_REVIEWER, number, "pass") is State.PAYABLE
    with desk.read() as connection:
        said = connection.execute(sa.text("SELECT actor, detail FROM audit WHERE action = 'batch.assign'")).all()
    assert [tuple(each) for each in said] == [("reviewer1", '{"after":"reviewer2","before":""}')]


@pytest.mark.parametrize("name", ["reviewer0", "approver1", "clerk1", "finance1", "nobody"])
def test_only_who_may_take_the_next_step_is_assigned(desk: Desk, ledger: Ledger, name: str) -> None:
    """The third reviewer has accepted the batch."""
    with pytest.raises(InvalidInput):
        assign_batch(desk, REVIEWER, file_clear(desk, ledger), name)


@pytest.mark.parametrize("viewer", [CLERK, FINANCE, ANALYST], ids=str)
def test_only_officials_of_the_review_assign(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    number = file_clear(desk, ledger)
    with pytest.raises(NotAllowed):
        assign_batch(desk, viewer, number, "reviewer1")
    with pytest.raises(NotAllowed):
        assignable(desk, viewer)
    assert assignable(desk, APPROVER) == ["approver1", "reviewer0", "reviewer1", "reviewer2"]


def test_it_comes_back_to_whoever_had_it(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    assign_batch(desk, REVIEWER, number, "reviewer2")
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    assert queue(desk, "分派:无") == []
    advance_batch(desk, CLERK, number, "resubmit", "已补充")
    assert queue(desk, "分派:我") == [number]
    advance_batch(desk, REVIEWER, number, "pass")
    assert queue(desk, "分派:无", SECOND_REVIEWER) == [number]


def test_many_are_assigned_each_by_itself(desk: Desk, ledger: Ledger) -> None:
    first, second = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    advance_batch(desk, SECOND_REVIEWER, second, "pass")
    outcomes = assign_batches(desk, REVIEWER, [first, second, first, "TF0"], "reviewer2")
    assert [(each.number, each.done) for each in outcomes] == [(first, True), (second, False), ("TF0", False)]
    assert [each.said for each in assign_batches(desk, REVIEWER, [first], "")] == ["未分派"]


# --- many at once ---


def test_many_decisions_are_many_transactions(desk: Desk, ledger: Ledger) -> None:
    clear, doubtful = file_clear(desk, ledger, 1), file_reviewed(desk, ledger, 2)
    mine = file_clear(desk, ledger, 3)
    advance_batch(desk, REVIEWER, mine, "pass")
    outcomes = advance_batches(desk, REVIEWER, [clear, doubtful, mine, "TF0"], "pass")
    assert [(each.done, each.said) for each in outcomes] == [
        (True, "待复核"),
        (False, "还有 6 条待核明细没有逐条核定，请先在退费明细中核定"),
        (False, "同一批次中每人只能承担一个环节，请由其他人员办理"),
        (False, "没有找到该批次，或您无权查看"),
    ]
    assert [show_batch(desk, CLERK, each).state for each in (clear, doubtful, mine)] == [
        State.SECOND_REVIEW,
        State.FIRST_REVIEW,
        State.SECOND_REVIEW,
    ]
    assert check_everything(desk) == []


def test_many_approvals_are_refused_without_a_fresh_factor(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "0")
    numbers = [file_clear(desk, ledger, each) for each in (1, 2)]
    for number in numbers:
        advance_batch(desk, REVIEWER, number, "pass")
    plan = plan_step(desk, SECOND_REVIEWER, numbers, "pass")
    assert [(edge.step, count, plan.needs_factor) for edge, count in plan.edges.items()] == [("escalate", 2, False)]
    for number in numbers:
        advance_batch(desk, SECOND_REVIEWER, number, "pass")

    assert plan_step(desk, APPROVER, numbers, "pass").needs_factor
    stale = advance_batches(desk, replace(APPROVER, fresh_factor=False), numbers, "pass")
    assert [(each.done, each.said) for each in stale] == [(False, "此操作涉及资金，请先输入动态验证码")] * 2
    assert {show_batch(desk, CLERK, each).state for each in numbers} == {State.APPROVAL}
    assert all(each.done for each in advance_batches(desk, APPROVER, numbers, "pass"))


def test_a_plan_counts_what_has_no_such_step(desk: Desk, ledger: Ledger) -> None:
    clear, returned = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    advance_batch(desk, REVIEWER, returned, "return", "缺少材料")
    plan = plan_step(desk, REVIEWER, [clear, returned], "pass")
    assert ([edge.label for edge in plan.edges], plan.elsewhere) == (["初审通过"], 1)
    assert plan.total == sum(show_batch(desk, CLERK, number).total for number in (clear, returned))
    with pytest.raises(NotFound):
        plan_step(desk, OTHER_CLERK, [clear], "pass")


# --- beside the batch ---


def test_comments_among_officials_stay_there(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    add_comment(desk, REVIEWER, number, "请核对公章", internal=True)
    add_comment(desk, REVIEWER, number, "已收到", internal=False)
    add_comment(desk, COLLEAGUE, number, "谢谢", internal=False)
    assert [each.text for each in list_comments(desk, FINANCE, number)] == ["请核对公章", "已收到", "谢谢"]
    for viewer in (CLERK, ANALYST):
        assert [each.text for each in list_comments(desk, viewer, number)] == ["已收到", "谢谢"]


@pytest.mark.parametrize(
    ("viewer", "text", "audience", "error"),
    [
        (CLERK, "只给自己人", "officials", NotAllowed),
        (ANALYST, "路过", "", NotAllowed),
        (OTHER_CLERK, "你好", "", NotFound),
        (REVIEWER, " ", "", InvalidInput),
        (REVIEWER, "长" * 501, "", InvalidInput),
    ],
)
def test_who_may_comment(
    desk: Desk, ledger: Ledger, viewer: Viewer, text: str, audience: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        add_comment(desk, viewer, file_clear(desk, ledger), text, internal=bool(audience))


def test_papers_come_and_go_while_the_batch_is_with_the_employer(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    with pytest.raises(IllegalTransition):
        add_batch_paper(desk, CLERK, number, "M1", "离职证明.pdf", PDF)
    decide_lines(desk, REVIEWER, number, [1], RETURN)
    advance_batch(desk, REVIEWER, number, "return", "缺少离职证明")
    wrong = add_batch_paper(desk, CLERK, number, "M1", "旧.pdf", PDF)
    with pytest.raises(InvalidInput, match="已经在该材料下"):
        add_batch_paper(desk, CLERK, number, "M1", "又.pdf", PDF)
    right = add_batch_paper(desk, COLLEAGUE, number, "M3", "离职证明.pdf", PDF)
    remove_batch_paper(desk, CLERK, number, wrong.paper_id)
    answer_lines(desk, CLERK, number, [1], ANSWER)
    answer_lines(desk, CLERK, number, [2], DROP)
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(hours=1)
    advance_batch(desk, CLERK, number, "resubmit", "已补")
    changes = last_changes(desk, REVIEWER, number)
    assert changes is not None
    assert (changes.round, changes.asked, changes.note) == (1, "缺少离职证明", "已补")
    assert [each.paper_id for each in changes.added] == [right.paper_id]
    assert [each.paper_id for each in changes.removed] == [wrong.paper_id]
    assert (changes.answered, changes.dropped) == ((1,), (2,))
    with pytest.raises(IllegalTransition):
        remove_batch_paper(desk, CLERK, number, right.paper_id)
    assert check_everything(desk) == []


def test_a_batch_comes_again_without_its_materials_only_where_they_are_not_demanded(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    add_batch_paper(desk, CLERK, number, "M1", "离职证明.pdf", PDF)
    assert show_batch(desk, CLERK, number).missing == (("M8",),)
    change_setting(desk, SYSTEM, "missing_required_material", "block")
    with pytest.raises(InvalidInput, match="必需材料"):
        advance_batch(desk, CLERK, number, "resubmit")
    form = add_batch_paper(desk, CLERK, number, "M8", "退费申请表.pdf", PDF)
    assert show_batch(desk, CLERK, number).missing == ()
    remove_batch_paper(desk, CLERK, number, form.paper_id)
    change_setting(desk, SYSTEM, "missing_required_material", "warn")
    assert advance_batch(desk, CLERK, number, "resubmit") is State.FIRST_REVIEW


@pytest.mark.parametrize("viewer", [OTHER_CLERK, REVIEWER, FINANCE], ids=str)
def test_only_the_employer_changes_papers(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "缺少离职证明")
    paper = add_batch_paper(desk, CLERK, number, "M1", "离职证明.pdf", PDF)
    for call in (
        lambda: add_batch_paper(desk, viewer, number, "M3", "其他.pdf", PDF),
        lambda: remove_batch_paper(desk, viewer, number, paper.paper_id),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            call()


def test_a_paper_of_another_batch_stays(desk: Desk, ledger: Ledger) -> None:
    first, second = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    for number in (first, second):
        advance_batch(desk, REVIEWER, number, "return", "请补充")
    paper = add_batch_paper(desk, CLERK, first, "M1", "离职证明.pdf", PDF)
    with pytest.raises(NotFound):
        remove_batch_paper(desk, CLERK, second, paper.paper_id)


def test_a_batch_that_never_came_back_has_no_changes(desk: Desk, ledger: Ledger) -> None:
    assert last_changes(desk, THIRD_REVIEWER, file_clear(desk, ledger)) is None
