"""Single lines: settled one by one, refused, sent back, answered, dropped; and what that does to the batch's money."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound, RefundError, StalePreview
from core.domain.lifecycle import State
from core.domain.line_review import Mark, Opinion, Standing
from core.domain.roles import SYSTEM, Viewer
from core.services import drafts
from core.services.batch_refusals import read_refusals
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.line_decisions import Marked, answer_lines, decide_lines, open_positions
from core.services.line_sheets import read_lines
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.services.steps import Seen, advance_batch, withdraw_batch
from tests.support.desks import (
    APPROVER,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Ledger,
    at_once,
    person,
)
from tests.support.rounds import (
    ANSWER,
    DROP,
    PASS,
    REFUSE,
    RETURN,
    file_clear,
    file_reviewed,
    file_serials,
    settle,
    to_payment,
)

PENSION, UNEMPLOYMENT, INJURY = 85760 + 42880, 2 * 2680, 1072
AUDITED = "SELECT detail FROM audit WHERE action = 'lines.mark' ORDER BY sequence"
MARK = "INSERT INTO line_decisions (batch_id, position, round, part, decision, text, username, at)"
MONTH = PENSION + UNEMPLOYMENT + INJURY


def standings_of(desk: Desk, number: str, viewer: Viewer = REVIEWER) -> dict[int, Standing]:
    frame = read_lines(desk, viewer, number).frame
    return dict(zip(frame["position"].tolist(), map(Standing, frame["standing"]), strict=True))


def money_of(desk: Desk, number: str) -> dict[str, int]:
    view = show_batch(desk, REVIEWER, number)
    return {"total": view.total} | {fund.value: amount for fund, amount in view.payments.items()}


def live(desk: Desk, number: str) -> list[int]:
    with desk.read() as connection:
        statement = (
            "SELECT position FROM batch_lines JOIN batches USING (batch_id) WHERE number = :n AND live ORDER BY 1"
        )
        return list(connection.scalars(sa.text(statement), {"n": number}))


# --- settling before 初审 is passed ---


def test_first_review_passes_once_every_open_line_is_settled(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 2, 3], PASS)
    with pytest.raises(InvalidInput, match="还有 3 条待核明细"):
        advance_batch(desk, REVIEWER, number, "pass")
    assert open_positions(desk, REVIEWER, number) == [4, 5, 6]
    decide_lines(desk, REVIEWER, number, [4, 5, 6], PASS)
    assert advance_batch(desk, REVIEWER, number, "pass") is State.SECOND_REVIEW


def test_a_batch_without_open_lines_needs_no_mark(desk: Desk, ledger: Ledger) -> None:
    assert advance_batch(desk, REVIEWER, file_clear(desk, ledger), "pass") is State.SECOND_REVIEW


def test_a_line_to_be_sent_back_stops_the_pass_and_not_the_return(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [2], RETURN)
    with pytest.raises(InvalidInput, match="1 条明细标为待补正"):
        advance_batch(desk, REVIEWER, number, "pass")
    assert advance_batch(desk, REVIEWER, number, "return", "请补充材料") is State.RETURNED


def test_a_mark_may_be_changed_until_the_step_is_taken(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger, months=[202205])
    decide_lines(desk, REVIEWER, number, [1, 2, 3], RETURN)
    decide_lines(desk, SECOND_REVIEWER, number, [1, 2], REFUSE)
    decide_lines(desk, SECOND_REVIEWER, number, [2, 3], PASS)
    assert list(standings_of(desk, number).values()) == [Standing.REFUSING, Standing.PASSED, Standing.PASSED]
    assert live(desk, number) == [1, 2, 3]


def test_whose_marks_are_replaced_is_told_and_recorded(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 2, 3, 6], REFUSE)
    assert decide_lines(desk, REVIEWER, number, [1], PASS) == Marked(1, {})
    assert decide_lines(desk, SECOND_REVIEWER, number, [2, 3, 4], PASS) == Marked(3, {REVIEWER.username: 2})
    with desk.read() as connection:
        told = [json.loads(each) for each in connection.scalars(sa.text(AUDITED)).all()]
    assert [(each["line"], each["decision"], each["code"], each["replaced"]) for each in told] == [
        ("1-3,6", "refuse", "N13", []),
        ("1", "pass", "", []),
        ("2-4", "pass", "", [REVIEWER.username]),
    ]


@pytest.mark.parametrize("step", ["pass", "return"])
def test_a_step_is_taken_for_the_marks_that_were_seen(desk: Desk, ledger: Ledger, step: str) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    seen = read_lines(desk, REVIEWER, number).seen
    decide_lines(desk, SECOND_REVIEWER, number, [1, 2], PASS)
    with pytest.raises(StalePreview) as caught:
        advance_batch(desk, REVIEWER, number, step, "请补充材料", seen=Seen(seen))
    assert str(caught.value) == "明细的意见在您打开后有变动，最近是 reviewer2 将 2 条标为“同意退费”，请核对后再确定"
    seen = read_lines(desk, REVIEWER, number).seen
    assert advance_batch(desk, REVIEWER, number, step, "请补充材料", seen=Seen(seen)) in {
        State.SECOND_REVIEW,
        State.RETURNED,
    }


def test_other_words_of_the_same_mark_are_another_mark(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], RETURN)
    seen = read_lines(desk, REVIEWER, number).seen
    decide_lines(desk, REVIEWER, number, [1], replace(RETURN, text="请补充社保缴费证明"))
    with pytest.raises(StalePreview, match="有变动，请核对"):
        advance_batch(desk, REVIEWER, number, "return", "请补充材料", seen=Seen(seen))


@pytest.mark.parametrize(
    ("opinion", "field"),
    [
        (Opinion(Mark.REFUSE), "line_code"),
        (Opinion(Mark.REFUSE, "V13"), "line_code"),
        (Opinion(Mark.REFUSE, "N99"), "line_code"),
        (Opinion(Mark.REFUSE, "N13"), "line_text"),
        (Opinion(Mark.REFUSE, "other"), "line_text"),
        (Opinion(Mark.REFUSE, "other", " "), "line_text"),
        (Opinion(Mark.RETURN), "line_text"),
        (Opinion(Mark.PASS, text="长" * 501), "line_text"),
        (Opinion(Mark.ANSWER, text="答"), None),
        (Opinion("bribe"), None),
    ],
    ids=str,
)
def test_an_opinion_that_says_too_little_is_named(
    desk: Desk, ledger: Ledger, opinion: Opinion, field: str | None
) -> None:
    number = file_clear(desk, ledger)
    with pytest.raises(InvalidInput) as caught:
        decide_lines(desk, REVIEWER, number, [1], opinion)
    assert caught.value.field == field


@pytest.mark.parametrize("positions", [[], [0], [99], [1, 99]])
def test_only_lines_that_are_there_can_be_marked(desk: Desk, ledger: Ledger, positions: list[int]) -> None:
    with pytest.raises(InvalidInput):
        decide_lines(desk, REVIEWER, file_clear(desk, ledger), positions, PASS)


@pytest.mark.parametrize("viewer", [CLERK, APPROVER, FINANCE, OTHER_CLERK, SYSTEM, THIRD_REVIEWER], ids=str)
def test_only_who_may_send_the_batch_back_marks_its_lines(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    """The third reviewer has accepted the batch: he holds another part."""
    number = file_clear(desk, ledger)
    with pytest.raises((NotAllowed, NotFound)):
        decide_lines(desk, viewer, number, [1], PASS)


def test_whoever_marks_a_line_holds_the_part(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], PASS)
    advance_batch(desk, SECOND_REVIEWER, number, "pass")
    with pytest.raises(NotAllowed):
        advance_batch(desk, REVIEWER, number, "pass")


def test_the_employer_reads_marks_once_they_are_sent(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [2], RETURN)
    assert set(standings_of(desk, number, CLERK).values()) == {Standing.CLEAR}
    advance_batch(desk, REVIEWER, number, "return", "请补充材料")
    assert standings_of(desk, number, CLERK)[2] is Standing.RETURNED
    assert RETURN.text in read_lines(desk, CLERK, number).frame["decision"][1]


# --- what leaves the batch ---


def test_a_refused_line_leaves_with_the_step_and_its_money_with_it(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 3, 6], REFUSE)
    assert money_of(desk, number)["total"] == 2 * MONTH
    advance_batch(desk, REVIEWER, number, "pass")
    assert money_of(desk, number) == {
        "total": PENSION + 2 * UNEMPLOYMENT,
        "pension": PENSION,
        "unemployment": 2 * UNEMPLOYMENT,
    }
    assert live(desk, number) == [2, 4, 5]
    assert standings_of(desk, number, CLERK)[1] is Standing.REFUSED
    assert check_everything(desk) == []


def test_a_refused_line_can_be_filed_again_and_is_reversed_once(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205])
    number = file_serials(desk, serials)
    advance_batch(desk, THIRD_REVIEWER, number, "accept")
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    advance_batch(desk, REVIEWER, number, "pass")
    advance_batch(desk, SECOND_REVIEWER, number, "pass")
    advance_batch(desk, FINANCE, number, "pay")
    advance_batch(desk, FINANCE, number, "settle", "回单 1")
    again = file_serials(desk, serials)
    view = show_batch(desk, CLERK, again)
    assert view.lines["insurance"].tolist() == ["pension"]
    assert set(read_refusals(desk, CLERK, view.number)["codes"]) == {"N04"}
    with desk.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM reversals")) == 2
    assert check_everything(desk) == []


def test_less_money_may_need_no_approval(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "2000")
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "pass")
    assert show_batch(desk, SECOND_REVIEWER, number).actions[0].step == "escalate"
    decide_lines(desk, SECOND_REVIEWER, number, [1], REFUSE)
    assert advance_batch(desk, SECOND_REVIEWER, number, "escalate") is State.PAYABLE


def test_a_batch_of_which_nothing_is_left_can_only_end(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger, months=[202205])
    decide_lines(desk, REVIEWER, number, [1, 2, 3], REFUSE)
    for step in ("pass", "return"):
        with pytest.raises(IllegalTransition, match="不予退费"):
            advance_batch(desk, REVIEWER, number, step, "说明")
    assert advance_batch(desk, REVIEWER, number, "reject", "均不符合", code="N13") is State.REJECTED
    assert money_of(desk, number)["total"] == MONTH
    assert check_everything(desk) == []


def test_a_line_that_left_is_not_marked_again(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    advance_batch(desk, REVIEWER, number, "pass")
    with pytest.raises(InvalidInput, match="已不予退费"):
        decide_lines(desk, SECOND_REVIEWER, number, [1, 2], PASS)


# --- rounds ---


def test_a_returned_line_is_answered_and_settled_again(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 2], PASS)
    decide_lines(desk, REVIEWER, number, [3, 4, 5, 6], RETURN)
    advance_batch(desk, REVIEWER, number, "return", "请补充材料")
    answer_lines(desk, CLERK, number, [3, 4, 5, 6], ANSWER)
    answer_lines(desk, CLERK, number, [6], DROP)
    advance_batch(desk, CLERK, number, "resubmit")
    view = show_batch(desk, REVIEWER, number)
    assert (view.round, view.state) == (2, State.FIRST_REVIEW)
    found = standings_of(desk, number)
    assert [found[place] for place in (1, 3, 6)] == [Standing.PASSED, Standing.OPEN, Standing.DROPPED]
    assert money_of(desk, number)["total"] == 2 * MONTH - INJURY
    settle(desk, number)
    assert advance_batch(desk, REVIEWER, number, "pass") is State.SECOND_REVIEW
    assert check_everything(desk) == []


def test_what_came_back_is_answered_line_by_line_or_at_once(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], RETURN)
    advance_batch(desk, REVIEWER, number, "return", "请补充材料")
    with pytest.raises(InvalidInput, match="没有答复"):
        advance_batch(desk, CLERK, number, "resubmit")
    assert advance_batch(desk, CLERK, number, "resubmit", "材料已补充") is State.FIRST_REVIEW


def test_a_batch_goes_round_as_often_as_needed(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    for turn in range(1, 5):
        decide_lines(desk, REVIEWER, number, [2], RETURN)
        advance_batch(desk, REVIEWER, number, "return", f"第 {turn} 次")
        answer_lines(desk, CLERK if turn % 2 else COLLEAGUE, number, [2], ANSWER)
        advance_batch(desk, CLERK, number, "resubmit")
        settle(desk, number)
    assert show_batch(desk, CLERK, number).round == 5
    assert check_everything(desk) == []


def test_the_employer_may_drop_a_line_that_nobody_asked_about(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请核对")
    answer_lines(desk, CLERK, number, [4, 5, 6], DROP)
    advance_batch(desk, CLERK, number, "resubmit")
    assert live(desk, number) == [1, 2, 3]


def test_a_batch_that_was_dropped_whole_can_only_be_withdrawn(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger, months=[202205])
    advance_batch(desk, REVIEWER, number, "return", "请核对")
    answer_lines(desk, CLERK, number, [1, 2, 3], DROP)
    with pytest.raises(IllegalTransition, match="撤回"):
        advance_batch(desk, CLERK, number, "resubmit", "全部放弃")
    assert withdraw_batch(desk, CLERK, number) is State.WITHDRAWN
    assert check_everything(desk) == []


@pytest.mark.parametrize("viewer", [OTHER_CLERK, REVIEWER, FINANCE], ids=str)
def test_only_the_employer_answers(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请核对")
    with pytest.raises((NotAllowed, NotFound)):
        answer_lines(desk, viewer, number, [1], ANSWER)


def test_a_dropped_line_is_free_for_another_draft(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205])
    number = file_serials(desk, serials)
    advance_batch(desk, THIRD_REVIEWER, number, "accept")
    advance_batch(desk, REVIEWER, number, "return", "请核对")
    answer_lines(desk, CLERK, number, [1], DROP)
    advance_batch(desk, CLERK, number, "resubmit", "放弃养老")
    draft = drafts.open_draft(desk, CLERK, "E1")
    drafts.select_rows(desk, CLERK, draft.draft_id, serials, serials)
    drafts.save_draft(desk, CLERK, draft.draft_id, reason="R01")
    preview = preview_batch(desk, CLERK, draft.draft_id)
    assert [str(code) for code in preview.refusals["codes"]] == ["N05", "N05"]


# --- two at once ---


def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told(desk: Desk, ledger: Ledger) -> None:
    number, seen = file_clear(desk, ledger), Seen(state=State.FIRST_REVIEW)
    done = at_once(
        [
            lambda: advance_batch(desk, REVIEWER, number, "pass", seen=seen),
            lambda: advance_batch(desk, SECOND_REVIEWER, number, "return", "请补充", seen=seen),
        ]
    )
    won = [each for each in done if isinstance(each, State)]
    lost = [each for each in done if isinstance(each, RefundError)]
    assert (len(won), len(lost)) == (1, 1)
    assert won[0] is show_batch(desk, REVIEWER, number).state
    assert check_everything(desk) == []


def test_marks_and_a_step_at_once_leave_no_half(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [2], PASS)
    at_once(
        [
            lambda: decide_lines(desk, SECOND_REVIEWER, number, [1], REFUSE),
            lambda: advance_batch(desk, REVIEWER, number, "pass"),
        ]
    )
    assert check_everything(desk) == []


# --- the database holds it too ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE line_decisions SET decision = 'pass', code = ''",
        "UPDATE line_decisions SET final = FALSE",
        "DELETE FROM line_decisions",
        "UPDATE batches SET total = total - 1",
        "UPDATE payment_lines SET amount = amount - 1 WHERE insurance = 'pension'",
        "DELETE FROM payment_lines WHERE insurance = 'pension'",
        "UPDATE batch_lines SET live = FALSE WHERE position = 2",
        "UPDATE batch_lines SET live = TRUE WHERE position = 1",
        f"{MARK} SELECT batch_id, 2, 1, 'second_reviewer', 'return', 'x', 'reviewer1', '' FROM batches",
        f"{MARK} SELECT batch_id, 2, 1, 'first_reviewer', 'drop', 'x', 'reviewer1', '' FROM batches",
        f"{MARK} SELECT batch_id, 2, 1, 'first_reviewer', 'return', '', 'reviewer1', '' FROM batches",
        f"{MARK} SELECT batch_id, 2, 1, 'first_reviewer', 'refuse', 'no code', 'reviewer1', '' FROM batches",
        f"{MARK} SELECT batch_id, 99, 1, 'first_reviewer', 'pass', '', 'reviewer1', '' FROM batches",
        "INSERT INTO batch_parts SELECT batch_id, 'reviewer1', 'second_reviewer' FROM batches",
    ],
)
def test_raw_sql_is_refused(desk: Desk, ledger: Ledger, statement: str) -> None:
    """Line 1 was refused for good by reviewer1."""
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    advance_batch(desk, REVIEWER, number, "pass")
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(sa.text(statement))


def test_marks_stay_out_of_the_log_of_names(desk: Desk, ledger: Ledger, data_dir: Path) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], Opinion(Mark.RETURN, text=f"请核对 {person(1)} 赵一"))
    with desk.read() as connection:
        detail = connection.scalar(sa.text("SELECT detail FROM audit WHERE action = 'lines.mark'"))
    assert "赵一" not in detail
    assert person(1) not in detail
    assert data_dir.is_dir()


def test_payment_follows_the_lines_that_stand(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    to_payment(desk, number)
    assert sum(show_batch(desk, FINANCE, number).payments.values()) == 2 * MONTH - PENSION
