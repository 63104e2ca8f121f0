"""After a bounce: other bank details, entered by one person and passed by another; nothing else changes."""

import pytest
import sqlalchemy as sa

from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound
from core.domain.lifecycle import State
from core.domain.roles import SYSTEM, Viewer
from core.services.bank_corrections import bank_versions, check_correction, correct_bank, current_bank
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.contributions import InvalidInputs
from core.services.desk import Desk
from core.services.steps import advance_batch
from core.store.schema import employers
from tests.support.desks import (
    ANALYST,
    BANK,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Ledger,
    at_once,
)
from tests.support.rounds import file_clear, to_bounce, to_payment

BETTER = {**BANK, "branch_name": "工商银行北京海淀支行", "cnaps_code": "102100000030"}


@pytest.fixture
def bounced(desk: Desk, ledger: Ledger) -> str:
    """A batch whose money came back: filed by clerk1, accepted by reviewer0, reviewed by reviewer1 and reviewer2."""
    number = file_clear(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    return number


def test_a_colleague_corrects_and_the_second_reviewer_passes(desk: Desk, bounced: str) -> None:
    before = show_batch(desk, FINANCE, bounced)
    assert correct_bank(desk, COLLEAGUE, bounced, BETTER, "网点已更名") is State.BANK_REVIEW
    assert advance_batch(desk, SECOND_REVIEWER, bounced, "pass_bank") is State.PAYABLE
    after = show_batch(desk, FINANCE, bounced)
    assert dict(after.bank) == BETTER
    assert (after.total, dict(after.payments), after.line_count) == (
        before.total,
        dict(before.payments),
        before.line_count,
    )
    assert [event.note for event in after.events if event.note][-1] == "网点已更名"
    advance_batch(desk, FINANCE, bounced, "pay")
    advance_batch(desk, FINANCE, bounced, "settle", "回单 1")
    assert check_everything(desk) == []


def test_every_version_is_kept(desk: Desk, bounced: str) -> None:
    correct_bank(desk, COLLEAGUE, bounced, BETTER, "网点已更名")
    advance_batch(desk, SECOND_REVIEWER, bounced, "return_bank", "行号仍不对")
    correct_bank(desk, COLLEAGUE, bounced, {**BETTER, "cnaps_code": "102100000021"})
    versions = bank_versions(desk, SECOND_REVIEWER, bounced)
    assert [(each.round, each.username, each.bank["branch_name"], each.note) for each in versions] == [
        (0, "clerk1", BANK["branch_name"], ""),
        (1, "clerk1b", BETTER["branch_name"], "网点已更名"),
        (2, "clerk1b", BETTER["branch_name"], ""),
    ]
    assert check_everything(desk) == []


def test_what_was_filed_still_has_its_fingerprint_and_damage_is_seen(desk: Desk, bounced: str) -> None:
    correct_bank(desk, COLLEAGUE, bounced, BETTER)
    assert check_everything(desk) == []
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(sa.text("UPDATE bank_corrections SET bank_account = '1'"))


@pytest.mark.parametrize(
    "viewer", [CLERK, OTHER_CLERK, REVIEWER, SECOND_REVIEWER, THIRD_REVIEWER, FINANCE, ANALYST], ids=str
)
def test_nobody_who_holds_a_part_or_is_a_stranger_corrects(desk: Desk, bounced: str, viewer: Viewer) -> None:
    for call in (lambda: correct_bank(desk, viewer, bounced, BETTER), lambda: current_bank(desk, viewer, bounced)):
        with pytest.raises((NotAllowed, NotFound)):
            call()


def test_whoever_corrected_does_not_pass_it(desk: Desk, bounced: str) -> None:
    """A reviewer enters what came on paper; it takes another one to look at it."""
    fourth = Viewer("reviewer4", REVIEWER.role)
    with desk.database.write() as connection:
        connection.execute(
            sa.text("INSERT INTO users (username, role, created_at) VALUES ('reviewer4', 'reviewer', '')")
        )
    correct_bank(desk, fourth, bounced, BETTER)
    with pytest.raises(NotAllowed):
        advance_batch(desk, fourth, bounced, "pass_bank")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bank_account": "0200001009012345679"}, "bank_account"),
        ({"account_holder": "乙公司"}, "account_holder"),
        ({"cnaps_code": "1021"}, "cnaps_code"),
        ({"branch_name": ""}, "branch_name"),
        ({"exchange_number": "一"}, "exchange_number"),
    ],
)
def test_the_checks_of_filing_hold_here_too(desk: Desk, bounced: str, change: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputs) as caught:
        correct_bank(desk, COLLEAGUE, bounced, {**BETTER, **change})
    assert [problem.field for problem in caught.value.problems] == [field]
    if change[field]:
        assert check_correction(desk, COLLEAGUE, bounced, {**BETTER, **change})[field]
    assert show_batch(desk, CLERK, bounced).state is State.BANK_CORRECTION


def test_a_correction_that_changes_nothing_is_none(desk: Desk, bounced: str) -> None:
    with pytest.raises(InvalidInput, match=r"没有改动.*写明"):
        correct_bank(desk, COLLEAGUE, bounced, BANK)


def test_an_account_that_is_right_is_paid_again_once_somebody_says_so(desk: Desk, bounced: str) -> None:
    said = "账户无误，银行确认系统原因退回"
    assert correct_bank(desk, COLLEAGUE, bounced, BANK, said) is State.BANK_REVIEW
    advance_batch(desk, SECOND_REVIEWER, bounced, "pass_bank")

    view = show_batch(desk, CLERK, bounced)
    assert (view.state, view.events[-2].note) == (State.PAYABLE, said)
    assert check_everything(desk) == []


def test_the_step_alone_corrects_nothing(desk: Desk, bounced: str) -> None:
    for viewer in (COLLEAGUE, SYSTEM):
        with pytest.raises(InvalidInput, match="更正后的银行信息"):
            advance_batch(desk, viewer, bounced, "correct_bank")


def test_only_in_its_state(desk: Desk, ledger: Ledger) -> None:
    with pytest.raises(IllegalTransition):
        correct_bank(desk, COLLEAGUE, file_clear(desk, ledger), BETTER)


def test_it_begins_with_the_account_that_is_registered_now(desk: Desk, bounced: str) -> None:
    with desk.database.write() as connection:
        connection.execute(employers.update().where(employers.c.employer_id == "E1").values(bank_account="0200009999"))
    found = current_bank(desk, COLLEAGUE, bounced)
    assert found["bank_account"] == "0200009999"
    assert correct_bank(desk, COLLEAGUE, bounced, found) is State.BANK_REVIEW


def test_two_corrections_at_once(desk: Desk, bounced: str) -> None:
    done = at_once(
        [
            lambda: correct_bank(desk, COLLEAGUE, bounced, BETTER),
            lambda: correct_bank(desk, COLLEAGUE, bounced, {**BETTER, "exchange_number": "0103"}),
        ]
    )
    assert sum(isinstance(each, State) for each in done) == 1
    assert sum(isinstance(each, IllegalTransition) for each in done) == 1


def test_accounts_are_masked_for_analysts(desk: Desk, bounced: str) -> None:
    correct_bank(desk, COLLEAGUE, bounced, BETTER)
    assert all(BANK["bank_account"] not in each.bank["bank_account"] for each in bank_versions(desk, ANALYST, bounced))
