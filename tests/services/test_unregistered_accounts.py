"""An account that nobody has registered: it is compared with the papers before the first reviewer passes its batch."""

import json

import pytest

from core.domain.errors import InvalidInput
from core.domain.lifecycle import State
from core.domain.payments import NO_ACCOUNT, OTHER_ACCOUNT, Caution
from core.domain.roles import SYSTEM
from core.services.audit_trail import read_trail
from core.services.bank_corrections import correct_bank
from core.services.batches import show_batch
from core.services.bulk_steps import advance_batches, plan_step
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.payments import preview_run
from core.services.steps import advance_batch
from tests.support.desks import BANK, CLERK, COLLEAGUE, FINANCE, REVIEWER, SECOND_REVIEWER, Ledger
from tests.support.rounds import file_clear, file_unregistered, to_bounce, to_payment

SAID = "已核对退费账户与申请材料一致"


def is_asked(desk: Desk, number: str) -> None:
    """The first reviewer does not pass a batch without a word on its account."""
    with pytest.raises(InvalidInput) as caught:
        advance_batch(desk, REVIEWER, number, "pass")
    assert caught.value.field == "account_checked"
    batch = show_batch(desk, REVIEWER, number)
    assert (batch.state, batch.unregistered) == (State.FIRST_REVIEW, True)


def go_round(desk: Desk, number: str) -> None:
    """Passed with a word on the account, sent back by the second reviewer, and filed again."""
    advance_batch(desk, REVIEWER, number, "pass", account_checked=True)
    advance_batch(desk, SECOND_REVIEWER, number, "return", "请补充")
    advance_batch(desk, CLERK, number, "resubmit", "已补充")


def test_the_first_reviewer_says_that_he_has_checked_it(desk: Desk, ledger: Ledger) -> None:
    number = file_unregistered(desk, ledger)
    is_asked(desk, number)
    assert advance_batch(desk, REVIEWER, number, "pass", "材料齐全", account_checked=True) is State.SECOND_REVIEW

    batch = show_batch(desk, REVIEWER, number)
    assert [event.note for event in batch.events[-2:]] == ["", f"{SAID}；材料齐全"]
    assert batch.account_checked
    (entry,) = read_trail(desk, SYSTEM, search="batch.pass").entries
    assert json.loads(entry.detail)["account_checked"] is True
    assert BANK["bank_account"] not in entry.detail
    assert advance_batch(desk, SECOND_REVIEWER, number, "pass") in {State.PAYABLE, State.APPROVAL}
    assert check_everything(desk) == []


def test_of_a_registered_account_nothing_is_asked_or_said(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "pass", account_checked=True)
    batch = show_batch(desk, REVIEWER, number)
    assert (batch.unregistered, batch.account_checked, batch.events[-1].note) == (False, False, "")
    assert "account_checked" not in read_trail(desk, SYSTEM, search="batch.pass").entries[0].detail


@pytest.mark.parametrize("step", ["return", "reject"])
def test_only_a_pass_asks_for_it(desk: Desk, ledger: Ledger, step: str) -> None:
    number = file_unregistered(desk, ledger)
    advance_batch(desk, REVIEWER, number, step, "账户与材料不符", code="N13")
    assert show_batch(desk, REVIEWER, number).state in {State.RETURNED, State.REJECTED}


@pytest.mark.parametrize("number_of_account", ["", "0200001009055554444"], ids=["still none", "another one"])
def test_a_new_round_asks_again(desk: Desk, ledger: Ledger, number_of_account: str) -> None:
    number = file_unregistered(desk, ledger)
    go_round(desk, number)
    ledger.account("E1", {"bank_account": number_of_account})
    is_asked(desk, number)


def test_an_account_that_is_registered_by_now_is_not_asked_about(desk: Desk, ledger: Ledger) -> None:
    number = file_unregistered(desk, ledger)
    go_round(desk, number)
    ledger.account("E1", {**BANK, "bank_account": "0200 0010 0901 2345 678"})
    assert not show_batch(desk, REVIEWER, number).unregistered
    assert advance_batch(desk, REVIEWER, number, "pass") is State.SECOND_REVIEW


@pytest.mark.parametrize(
    ("registered", "told"),
    [("", (NO_ACCOUNT,)), ("0200 0010 0901 2345 678", ()), ("0200001009055554444", (OTHER_ACCOUNT,))],
    ids=["still none", "this one", "another one"],
)
def test_finance_is_told_what_is_registered_by_now(
    desk: Desk, ledger: Ledger, registered: str, told: tuple[Caution, ...]
) -> None:
    number = file_unregistered(desk, ledger)
    to_payment(desk, number)
    ledger.account("E1", {**BANK, "bank_account": registered})
    (batch,) = preview_run(desk, FINANCE, desk.today()).batches
    assert batch.cautions == told
    assert SAID in [event.note for event in show_batch(desk, FINANCE, number).events]


def test_many_are_not_passed_with_it(desk: Desk, ledger: Ledger) -> None:
    numbers = [file_clear(desk, ledger, 1), file_unregistered(desk, ledger, 2)]
    assert plan_step(desk, REVIEWER, numbers, "pass").elsewhere == 1
    outcomes = advance_batches(desk, REVIEWER, numbers, "pass")
    assert [each.done for each in outcomes] == [True, False]
    assert "请在批次页核对账户与申请材料一致" in outcomes[1].said


def test_what_was_checked_is_not_what_was_typed_after_a_bounce(desk: Desk, ledger: Ledger) -> None:
    number = file_unregistered(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    assert show_batch(desk, REVIEWER, number).account_checked
    correct_bank(desk, COLLEAGUE, number, {**BANK, "bank_account": "0200001009055554444"})
    batch = show_batch(desk, REVIEWER, number)
    assert (batch.unregistered, batch.account_checked) == (True, False)
    assert check_everything(desk) == []
