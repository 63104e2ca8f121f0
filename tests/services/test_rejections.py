"""不予退费 of a whole batch: every line that is left carries its cause, and what the batch was about stays."""

import json

import pytest

from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed
from core.domain.lifecycle import Edge, State
from core.domain.line_review import OTHER, Mark, Opinion
from core.domain.roles import SYSTEM, Viewer
from core.services.audit_trail import read_trail
from core.services.batches import show_batch
from core.services.bulk_steps import advance_batches
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.line_decisions import answer_lines, decide_lines
from core.services.line_sheets import read_lines
from core.services.settings import change_setting
from core.services.steps import advance_batch, require_batch
from core.store.line_decisions import read_marks
from tests.support.desks import APPROVER, CLERK, REVIEWER, SECOND_REVIEWER, Ledger
from tests.support.rounds import DROP, RETURN, file_clear, file_serials

WHY = "材料证明当时存在劳动关系"


def causes(desk: Desk, number: str) -> dict[int, tuple[str, str, str]]:
    """By line: the code, the text and the author of its refusal, as far as it counts for good."""
    with desk.read() as connection:
        marks = read_marks(connection, require_batch(connection, SYSTEM, number).batch_id)
    return {each.position: (each.code, each.text, each.username) for each in marks if each.final and each.code}


@pytest.mark.parametrize("passed", range(3), ids=["first review", "second review", "approval"])
def test_every_line_that_is_left_is_refused_for_the_cause(desk: Desk, ledger: Ledger, passed: int) -> None:
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "1000")
    number, officials = file_clear(desk, ledger), (REVIEWER, SECOND_REVIEWER, APPROVER)
    for viewer in officials[:passed]:
        advance_batch(desk, viewer, number, "pass")
    by = officials[passed]
    assert advance_batch(desk, by, number, "reject", WHY, code="N13") is State.REJECTED

    assert causes(desk, number) == dict.fromkeys(range(1, 7), ("N13", WHY, by.username))
    batch, sheet = show_batch(desk, CLERK, number), read_lines(desk, CLERK, number)
    assert (batch.total, sum(batch.payments.values()), batch.lines["stands"].all()) == (270144, 270144, True)
    assert set(sheet.frame["standing"]) == {"refused"}
    assert all("N13" in said and WHY in said for said in sheet.frame["decision"])
    entries = read_trail(desk, SYSTEM, search="batch.reject").entries
    assert [json.loads(entry.detail)["code"] for entry in entries] == ["N13"]
    assert check_everything(desk) == []


def test_a_line_keeps_the_cause_that_its_official_gave_it(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], Opinion(Mark.REFUSE, "N19", "稽核立案"))
    decide_lines(desk, REVIEWER, number, [2], Opinion(Mark.PASS))
    decide_lines(desk, REVIEWER, number, [3], RETURN)
    advance_batch(desk, REVIEWER, number, "reject", WHY, code=OTHER)

    assert causes(desk, number) == {
        1: ("N19", "稽核立案", "reviewer1"),
        **dict.fromkeys(range(2, 7), (OTHER, WHY, "reviewer1")),
    }
    assert check_everything(desk) == []


def test_what_has_left_the_batch_is_not_refused_again(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], Opinion(Mark.REFUSE, "N19", "稽核立案"))
    decide_lines(desk, REVIEWER, number, [2], RETURN)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    answer_lines(desk, CLERK, number, [2], DROP)
    advance_batch(desk, CLERK, number, "resubmit")
    total = show_batch(desk, CLERK, number).total
    advance_batch(desk, REVIEWER, number, "reject", WHY, code="N13")

    assert {place: code for place, (code, *_) in causes(desk, number).items()} == {
        1: "N19",
        **dict.fromkeys(range(3, 7), "N13"),
    }
    batch = show_batch(desk, CLERK, number)
    assert batch.lines["stands"].tolist() == [False, False, True, True, True, True]
    assert batch.total == total == batch.lines[batch.lines["stands"]]["refundable"].sum()
    assert check_everything(desk) == []


def test_the_lines_are_free_for_another_batch(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205])
    number = file_serials(desk, serials)
    advance_batch(desk, REVIEWER, number, "accept")
    advance_batch(desk, SECOND_REVIEWER, number, "reject", WHY, code="N13")

    assert show_batch(desk, CLERK, file_serials(desk, serials)).line_count == 3
    assert check_everything(desk) == []


@pytest.mark.parametrize(
    ("code", "note", "field"),
    [
        ("", WHY, "step_code"),
        ("V13", WHY, "step_code"),
        ("N99", WHY, "step_code"),
        ("N13", " ", "step_note"),
        (OTHER, "", "step_note"),
        ("N13", "长" * 501, "step_note"),
    ],
)
def test_what_is_missing_is_told_at_its_field(desk: Desk, ledger: Ledger, code: str, note: str, field: str) -> None:
    number = file_clear(desk, ledger)
    with pytest.raises(InvalidInput) as caught:
        advance_batch(desk, REVIEWER, number, "reject", note, code=code)
    assert caught.value.field == field
    assert (show_batch(desk, CLERK, number).state, causes(desk, number)) == (State.FIRST_REVIEW, {})


@pytest.mark.parametrize("viewer", [CLERK, REVIEWER, APPROVER, SYSTEM], ids=lambda viewer: viewer.username)
def test_whoever_may_not_take_the_step_refuses_nothing(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "pass")
    with pytest.raises(NotAllowed):
        advance_batch(desk, viewer, number, "reject", WHY, code="N13")
    assert (show_batch(desk, CLERK, number).state, causes(desk, number)) == (State.SECOND_REVIEW, {})


def test_many_batches_are_not_rejected_without_a_code(desk: Desk, ledger: Ledger) -> None:
    numbers = [file_clear(desk, ledger, who) for who in (1, 2)]
    without = advance_batches(desk, REVIEWER, numbers, "reject", WHY)
    assert [(each.done, each.said) for each in without] == [(False, "请选择不予退费的原因")] * 2
    with_code = advance_batches(desk, REVIEWER, numbers, "reject", WHY, code="N13")
    assert [each.done for each in with_code] == [True, True]
    assert len(causes(desk, numbers[1])) == 6


def test_nothing_is_written_when_the_step_fails_half_way(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> Edge:
        raise IllegalTransition("停")

    number = file_clear(desk, ledger)
    monkeypatch.setattr("core.services.steps.take_edge", stop)
    with pytest.raises(IllegalTransition):
        advance_batch(desk, REVIEWER, number, "reject", WHY, code="N13")
    assert causes(desk, number) == {}
