"""Money that comes back after 已支付: laid aside when the bank says so, booked in one press, paid again after a correction."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.domain.errors import FactorNeeded, IllegalTransition, InvalidInput, NotAllowed, NotFound
from core.domain.lifecycle import State
from core.domain.payments import Outcome
from core.domain.roles import Role, Viewer
from core.services.bank_corrections import correct_bank
from core.services.bank_results import ResultsRefusedError, book_results
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.inbox import list_messages
from core.services.payment_returns import return_stray
from core.services.payment_runs import OrderView, orders_of_batch
from core.services.payments import preview_run
from core.services.steps import advance_batch
from core.services.strays import Stray, list_strays, resolve_unmatched
from core.store.migrate import downgrade, upgrade
from core.store.reports import paid_by_insurance
from tests.support.bank_messages import statement, status_report
from tests.support.desks import BANK, CLERK, COLLEAGUE, FINANCE, REVIEWER, Ledger, at_once
from tests.support.payments import SECOND_PAYER, THIRD, answer, as_csv, as_xlsx, orders, pay, payable

NOTE = "银行退汇通知第 12 号"


def paid(desk: Desk, ledger: Ledger, *people: int) -> tuple[str, tuple[OrderView, ...]]:
    """The number of the first of these batches, all 已支付, and the orders of that one."""
    numbers = payable(desk, ledger, *(people or (1,)))
    sent = orders(desk, pay(desk, numbers))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(order) for order in sent]))
    return numbers[0], tuple(order for order in sent if order.number == numbers[0])


def told_back(desk: Desk, *gone: OrderView) -> list[Stray]:
    """The tray after the bank has said that these orders came back."""
    back = statement(*[("CRDT", order.reference, order) for order in gone])
    book_results(desk, FINANCE, "back.xml", back)
    return list(list_strays(desk, FINANCE))


def take_back(desk: Desk, stray: Stray, viewer: Viewer = FINANCE) -> str:
    return return_stray(desk, viewer, stray.result_id, stray.position, NOTE)


def state_of(desk: Desk, number: str) -> State:
    return show_batch(desk, FINANCE, number).state


def reversed_by_fund(desk: Desk, number: str) -> dict[str, tuple[int, int]]:
    """(entries, fen) of every fund of a batch in the ledger."""
    statement = sa.text(
        "SELECT r.insurance, count(*), sum(r.employer_part + r.personal_part + r.late_fee + r.interest)"
        " FROM reversals r JOIN batches b ON b.batch_id = r.batch_id WHERE b.number = :number GROUP BY r.insurance"
    )
    with desk.read() as connection:
        return {fund: (entries, int(fen)) for fund, entries, fen in connection.execute(statement, {"number": number})}


def corrected(desk: Desk, number: str) -> None:
    correct_bank(desk, COLLEAGUE, number, {**BANK, "branch_name": "工商银行北京海淀支行", "cnaps_code": "102100000030"})
    advance_batch(desk, THIRD, number, "pass_bank")


def test_whichever_way_the_bank_says_it_it_lies_in_the_tray_until_somebody_books_it(desk: Desk, ledger: Ledger) -> None:
    number, (first, second, third) = paid(desk, ledger, 1, 2)
    fourth = orders_of_batch(desk, FINANCE, _other(desk, number))[0]
    files = {
        "s.xml": statement(("CRDT", first.reference, first)),
        "p.xml": status_report(("RJCT", second.reference, second)),
        "r.csv": as_csv([answer(third, Outcome.BOUNCED)]),
        "r.xlsx": as_xlsx([answer(fourth, Outcome.BOUNCED)]),
    }
    for name, content in files.items():
        assert book_results(desk, FINANCE, name, content).bounced == ()
    lying = {(each.reference, each.cause, each.number, each.advice) for each in list_strays(desk, FINANCE)}
    gone = (first, second, third, fourth)
    assert lying == {(each.reference, "returned_later", each.number, "") for each in gone}
    assert state_of(desk, number) is State.PAID, "the tray alone moves nothing"


def test_the_fund_that_came_back_is_given_back_paid_again_and_reversed_anew(desk: Desk, ledger: Ledger) -> None:
    number, sent = paid(desk, ledger)
    amounts = {str(order.insurance): order.amount for order in sent}
    pension = next(order for order in sent if order.insurance == "pension")
    before = {fund: (2, -amount) for fund, amount in amounts.items()}
    assert reversed_by_fund(desk, number) == before
    take_back(desk, *told_back(desk, pension))
    assert reversed_by_fund(desk, number) == {**before, "pension": (4, 0)}
    corrected(desk, number)
    (batch,) = preview_run(desk, FINANCE, desk.today()).batches
    assert [order.reference for order in batch.orders] == [f"{number}P02"]
    (again,) = orders(desk, pay(desk, [number]))
    assert book_results(desk, FINANCE, "2.csv", as_csv([answer(again)])).paid == (number,)
    assert reversed_by_fund(desk, number) == {**before, "pension": (6, -amounts["pension"])}
    assert check_everything(desk) == []
    with desk.read() as connection:
        paid_this_month = {row[0]: row[2:] for row in paid_by_insurance(connection, "2023-11", "2023-12")}
    assert paid_this_month == {fund: (2, amount) for fund, amount in amounts.items()}, "what came back counts once"


def test_everything_the_tray_says_of_the_batch_is_booked_together(desk: Desk, ledger: Ledger) -> None:
    number, sent = paid(desk, ledger, 1, 2)
    other = next(order for order in orders_of_batch(desk, FINANCE, _other(desk, number)))
    first, *_rest = told_back(desk, *sent, other)
    take_back(desk, first)
    assert [each.reference for each in list_strays(desk, FINANCE)] == [other.reference]
    assert {each.status for each in orders_of_batch(desk, FINANCE, number)} == {Outcome.BOUNCED}
    assert {fen for _entries, fen in reversed_by_fund(desk, number).values()} == {0}
    view = show_batch(desk, FINANCE, number)
    assert [(each.state, each.actor) for each in view.events[-2:]] == [
        (State.PAYMENT_FAILED, FINANCE.username),
        (State.BANK_CORRECTION, "系统"),
    ]
    assert NOTE in view.events[-2].note
    assert "养老：银行未说明原因" in view.events[-2].note
    assert check_everything(desk) == []


def _other(desk: Desk, number: str) -> str:
    with desk.read() as connection:
        return str(connection.scalar(sa.text("SELECT number FROM batches WHERE number <> :number"), {"number": number}))


@pytest.mark.parametrize("until", [State.BANK_REVIEW, State.PAYING])
def test_a_second_fund_may_come_back_while_the_first_is_on_its_way(desk: Desk, ledger: Ledger, until: State) -> None:
    number, (first, second, _third) = paid(desk, ledger)
    take_back(desk, *told_back(desk, first))
    correct_bank(desk, COLLEAGUE, number, {**BANK, "branch_name": "工商银行北京海淀支行"})
    if until is State.PAYING:
        advance_batch(desk, THIRD, number, "pass_bank")
    sent = orders(desk, pay(desk, [number])) if until is State.PAYING else ()
    take_back(desk, *told_back(desk, second))
    assert state_of(desk, number) is until
    if sent:
        assert book_results(desk, FINANCE, "2.csv", as_csv([answer(order) for order in sent])).bounced == (number,)
    assert check_everything(desk) == []


def test_a_fund_may_come_back_before_its_batch_was_paid_whole(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(first), *(answer(each, Outcome.BOUNCED) for each in rest)]))
    take_back(desk, *told_back(desk, first))
    assert (state_of(desk, number), reversed_by_fund(desk, number)) == (State.BANK_CORRECTION, {})
    corrected(desk, number)
    assert len(orders(desk, pay(desk, [number]))) == 3
    assert check_everything(desk) == []


# --- what is refused ---


def test_what_is_closed_stays_so_and_the_tray_says_what_to_do(desk: Desk, ledger: Ledger) -> None:
    number, (first, *_rest) = paid(desk, ledger)
    advance_batch(desk, FINANCE, number, "close")
    (stray,) = told_back(desk, first)
    assert "系统外重新支付" in stray.advice
    with pytest.raises(IllegalTransition, match="已办结"):
        take_back(desk, stray)
    assert set(reversed_by_fund(desk, number).values()) == {(2, -each.amount) for each in orders_of(desk, number)}
    resolve_unmatched(desk, FINANCE, stray.result_id, stray.position, "已另行支付，凭证 7 号")
    assert (state_of(desk, number), list_strays(desk, FINANCE)) == (State.CLOSED, ())
    assert check_everything(desk) == []


def orders_of(desk: Desk, number: str) -> tuple[OrderView, ...]:
    return orders_of_batch(desk, FINANCE, number)


def test_nothing_is_closed_while_its_money_lies_in_the_tray(desk: Desk, ledger: Ledger) -> None:
    number, (first, *_rest) = paid(desk, ledger)
    (stray,) = told_back(desk, first)
    with pytest.raises(IllegalTransition, match="待核对"):
        advance_batch(desk, FINANCE, number, "close")
    assert state_of(desk, number) is State.PAID

    resolve_unmatched(desk, FINANCE, stray.result_id, stray.position, "银行更正：款项未退")
    advance_batch(desk, FINANCE, number, "close")
    assert state_of(desk, number) is State.CLOSED


def test_who_may_not(desk: Desk, ledger: Ledger) -> None:
    number, (first, *_rest) = paid(desk, ledger)
    (stray,) = told_back(desk, first)
    with pytest.raises(FactorNeeded):
        take_back(desk, stray, replace(FINANCE, fresh_factor=False))
    for viewer in (Viewer(REVIEWER.username, Role.FINANCE, fresh_factor=True), CLERK):
        with pytest.raises(NotAllowed):
            take_back(desk, stray, viewer)
    assert (state_of(desk, number), len(list_strays(desk, FINANCE))) == (State.PAID, 1)


def test_it_needs_a_note_and_happens_once(desk: Desk, ledger: Ledger) -> None:
    _number, (first, *_rest) = paid(desk, ledger)
    (stray,) = told_back(desk, first)
    with pytest.raises(InvalidInput):
        return_stray(desk, FINANCE, stray.result_id, stray.position, " ")
    take_back(desk, stray)
    with pytest.raises(NotFound):
        take_back(desk, stray)


def test_a_row_that_does_not_fit_its_order_takes_nothing_back(desk: Desk, ledger: Ledger) -> None:
    number, (first, *_rest) = paid(desk, ledger)
    for wrong in (replace(first, amount=1), replace(first, bank_account="0200001009012345679")):
        with pytest.raises(ResultsRefusedError):
            told_back(desk, wrong)
    strays = list_strays(desk, FINANCE)
    assert [stray.number for stray in strays] == ["", ""]
    for stray in strays:
        with pytest.raises(IllegalTransition, match="不是已支付款项的退回"):
            take_back(desk, stray)
    assert state_of(desk, number) is State.PAID


def test_of_two_presses_at_once_one_books_it(desk: Desk, ledger: Ledger) -> None:
    number, sent = paid(desk, ledger)
    strays = told_back(desk, *sent)
    presses = [
        lambda s=stray, v=viewer: take_back(desk, s, v) for stray in strays for viewer in (FINANCE, SECOND_PAYER)
    ]
    came = at_once(presses)
    assert sorted(type(each).__name__ for each in came) == ["NotFound"] * 5 + ["str"]
    assert {entries for entries, _fen in reversed_by_fund(desk, number).values()} == {4}
    assert check_everything(desk) == []


# --- by hand, and what follows ---


def test_without_a_row_of_the_bank_the_whole_batch_is_taken_back_by_hand(desk: Desk, ledger: Ledger) -> None:
    number, _sent = paid(desk, ledger)
    assert advance_batch(desk, FINANCE, number, "money_back", NOTE) is State.BANK_CORRECTION
    assert {each.bank_reason for each in orders_of(desk, number)} == {NOTE}
    with pytest.raises(IllegalTransition):
        advance_batch(desk, FINANCE, number, "money_back", NOTE)
    corrected(desk, number)
    assert len(orders(desk, pay(desk, [number]))) == 3
    assert check_everything(desk) == []


def test_the_employer_is_told_and_the_boards_count_it_no_more(desk: Desk, ledger: Ledger) -> None:
    number, (first, *_rest) = paid(desk, ledger)
    assert _paid_lines(desk) == 6
    take_back(desk, *told_back(desk, first))
    newest, before = list_messages(desk, CLERK).messages[:2]
    assert (newest.state, before.state, newest.number) == (State.BANK_CORRECTION, State.PAYMENT_FAILED, number)
    assert _paid_lines(desk) == 0
    corrected(desk, number)
    book_results(desk, FINANCE, "2.csv", as_csv([answer(each) for each in orders(desk, pay(desk, [number]))]))
    assert _paid_lines(desk) == 6


def _paid_lines(desk: Desk) -> int:
    query = "SELECT coalesce(sum(lines), 0) FROM line_rollup WHERE measure = 'paid' AND insurance = '*' AND employer_id = '*'"
    with desk.read() as connection:
        return int(connection.scalar(sa.text(f"{query} AND district = '*'")) or 0)


def test_what_was_booked_changes_no_other_way(desk: Desk, ledger: Ledger) -> None:
    paid(desk, ledger)
    for broken in ("UPDATE payment_orders SET status = 'sent'", "UPDATE reversals SET entry = 3"):
        with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
            connection.execute(sa.text(broken))


def test_going_down_and_up_again_keeps_what_stands(desk: Desk, ledger: Ledger) -> None:
    number, (first, *_rest) = paid(desk, ledger, 1, 2)
    whole = reversed_by_fund(desk, _other(desk, number))
    take_back(desk, *told_back(desk, first))
    downgrade(desk.database, "0001")
    upgrade(desk.database)
    assert (len(reversed_by_fund(desk, number)), reversed_by_fund(desk, _other(desk, number))) == (2, whole)
    assert check_everything(desk) == []
