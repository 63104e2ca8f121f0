"""下一步: at every moment who has the batch, and until when."""

import pytest

from core.domain.lifecycle import WAITS_FOR, State, who_has
from core.domain.vocabulary import Insurance
from core.services.bounces import Bounce
from core.services.next_steps import say_next

DUE, ANSWER = "2023-11-03", "2023-11-17"


@pytest.mark.parametrize("state", State)
def test_whoever_at_the_agency_has_a_batch_is_named_and_until_when(state: State) -> None:
    said = say_next(state, DUE, ANSWER)
    role = who_has(state)
    assert said
    assert role is None or role.label in said
    assert (DUE in said) is (state in WAITS_FOR)


def test_closing_a_paid_batch_has_no_day_that_no_rule_gives_it() -> None:
    """Nor that of an answer which the employer has long given."""
    assert say_next(State.PAID, "", ANSWER) == "款项已支付，由财务人员办结；这一步没有规定期限"


@pytest.mark.parametrize(("answer_by", "named"), [(ANSWER, True), ("", False)], ids=["a limit", "no limit"])
def test_the_employer_is_asked_to_answer_by_a_day_where_there_is_one(answer_by: str, *, named: bool) -> None:
    assert (ANSWER in say_next(State.RETURNED, "", answer_by)) is named


def test_the_employer_is_told_why_the_bank_sent_its_money_back() -> None:
    bounces = (
        Bounce((Insurance.PENSION, Insurance.WORK_INJURY), "户名不符"),
        Bounce((Insurance.UNEMPLOYMENT,), "已销户"),
    )
    said = say_next(State.BANK_CORRECTION, "", "", bounces)
    assert said == "银行退回了款项（养老、工伤：户名不符；失业：已销户），请单位更正银行信息"
