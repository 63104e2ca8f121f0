"""Batches on their way, for tests: filed in a line, with 待核 lines or without, moved along in a line."""

from collections.abc import Sequence
from typing import Any

from core.domain.lifecycle import State
from core.domain.line_review import Mark, Opinion
from core.domain.roles import SYSTEM, Viewer
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.line_decisions import decide_lines, open_positions
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.services.steps import advance_batch
from tests.support.desks import (
    BANK,
    CLERK,
    FINANCE,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Clock,
    Ledger,
    person,
    prepare_draft,
)

PASS = Opinion(Mark.PASS)
RETURN = Opinion(Mark.RETURN, text="请补充离职证明")
REFUSE = Opinion(Mark.REFUSE, "N13", "当月有考勤记录")
ANSWER = Opinion(Mark.ANSWER, text="已补充")
DROP = Opinion(Mark.DROP)


def file_serials(desk: Desk, serials: Sequence[str], viewer: Viewer = CLERK, **changes: Any) -> str:
    """Preview and confirm; returns the batch's number, which waits to be accepted."""
    preview = preview_batch(desk, viewer, prepare_draft(desk, serials, viewer, **changes))
    return submit_batch(desk, viewer, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


def file_reviewed(desk: Desk, ledger: Ledger, who: int = 1, months: Sequence[int] = (202205, 202206)) -> str:
    """A batch before its first reviewer whose lines (three a month) are all 待核: nobody knows when the person left."""
    number = file_serials(desk, [ledger.row(person(who), month) for month in months])
    advance_batch(desk, THIRD_REVIEWER, number, "accept")
    return number


def file_unregistered(desk: Desk, ledger: Ledger, who: int = 1) -> str:
    """As ``file_clear``, while the employer has no registered account: what its clerk typed goes along."""
    ledger.account("E1", dict.fromkeys(BANK, ""))
    number = file_serials(desk, ledger.leaver(who, [202205, 202206]), bank=BANK)
    advance_batch(desk, THIRD_REVIEWER, number, "accept")
    return number


def file_clear(desk: Desk, ledger: Ledger, who: int = 1, months: Sequence[int] = (202205, 202206)) -> str:
    """A batch before its first reviewer with nothing to settle."""
    number = file_serials(desk, ledger.leaver(who, list(months)))
    advance_batch(desk, THIRD_REVIEWER, number, "accept")
    return number


def settle(desk: Desk, number: str, viewer: Viewer = REVIEWER) -> None:
    """Every 待核 line is agreed to."""
    if left := open_positions(desk, viewer, number):
        decide_lines(desk, viewer, number, left, PASS)


def to_payment(desk: Desk, number: str) -> None:
    """From the first reviewer to 待支付, whatever it is worth."""
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "100000")
    settle(desk, number)
    advance_batch(desk, REVIEWER, number, "pass", account_checked=True)
    advance_batch(desk, SECOND_REVIEWER, number, "pass")


def to_bounce(desk: Desk, number: str) -> None:
    """From 待支付 to 待更正银行信息: the bank sent the money back."""
    advance_batch(desk, FINANCE, number, "pay")
    if advance_batch(desk, FINANCE, number, "bounce", "账户状态异常") is State.PAYMENT_FAILED:
        advance_batch(desk, FINANCE, number, "ask_correction")


def pass_in_haste(desk: Desk, ledger: Ledger, *viewers: Viewer, seconds: int = 2) -> list[str]:
    """Five batches that each of these people passes, one every few seconds; returns their numbers."""
    assert isinstance(desk.clock, Clock)
    numbers = [file_clear(desk, ledger, who) for who in range(1, 6)]
    for viewer in viewers:
        for number in numbers:
            advance_batch(desk, viewer, number, "pass")
            desk.clock.forward(seconds=seconds)
    return numbers
