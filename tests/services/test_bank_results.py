"""What the bank sends back: booked whole or not at all, each cause named, nothing lost."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.errors import Conflict, FactorNeeded, IllegalTransition, InvalidInput, NotFound
from core.domain.lifecycle import State
from core.domain.money import plain_yuan
from core.domain.payments import PAID_AGAIN, Outcome
from core.domain.roles import SYSTEM, Role, Viewer
from core.domain.vocabulary import Insurance
from core.services.bank_corrections import correct_bank
from core.services.bank_results import ResultsRefusedError, book_results, read_results
from core.services.batches import show_batch
from core.services.bounces import Bounce
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.payment_runs import OrderView, list_runs, orders_of_batch
from core.services.payment_steps import register_by_hand
from core.services.payments import preview_run
from core.services.steps import advance_batch
from core.services.strays import count_strays, list_strays, resolve_unmatched
from tests.support.bank_messages import statement, status_report
from tests.support.desks import BANK, COLLEAGUE, FINANCE, REVIEWER, Ledger, at_once
from tests.support.payments import (
    SECOND_PAYER,
    THIRD,
    Row,
    answer,
    as_csv,
    as_xlsx,
    orders,
    pay,
    payable,
    total_row,
)

BOUNCED = Outcome.BOUNCED


def count(desk: Desk, table: str, where: str = "TRUE") -> int:
    with desk.read() as connection:
        return int(connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {where}")) or 0)


def state_of(desk: Desk, number: str) -> State:
    return show_batch(desk, FINANCE, number).state


def untouched(desk: Desk) -> bool:
    """Whether no result of any kind was booked."""
    nothing = count(desk, "bank_results", "booked") == count(desk, "reversals") == 0
    return nothing and count(desk, "payment_orders", "status <> 'sent'") == 0


def causes(desk: Desk, content: bytes, name: str = "results.csv") -> list[str]:
    """What refuses the file, row by row; the booking has to refuse it as well."""
    told = [f"{each.row} {each.sentence}" for each in read_results(desk, FINANCE, name, content).problems]
    with pytest.raises(ResultsRefusedError) as caught:
        book_results(desk, FINANCE, name, content)
    assert len(caught.value.problems) == len(told)
    return told


# --- what is booked ---


@pytest.mark.parametrize(("name", "write"), [("结果.csv", as_csv), ("结果.XLSX", as_xlsx)], ids=["csv", "xlsx"])
def test_a_batch_of_which_every_fund_arrived_is_paid(
    desk: Desk, ledger: Ledger, name: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    numbers = payable(desk, ledger, 1, 2)
    content = write([answer(order) for order in orders(desk, pay(desk, numbers))])
    report = read_results(desk, FINANCE, name, content)
    assert (report.can_book, report.sum_of(Outcome.PAID)[0]) == (True, 6)
    booked = book_results(desk, FINANCE, name, content)
    assert (list(booked.paid), booked.bounced, booked.waiting) == (numbers, (), ())
    assert {state_of(desk, number) for number in numbers} == {State.PAID}
    assert count(desk, "reversals") == 12
    assert {order.settled_on for order in orders_of_batch(desk, FINANCE, numbers[0])} == {"2023-11-01"}
    assert check_everything(desk) == []


def test_a_batch_waits_until_all_its_funds_have_an_answer(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    assert book_results(desk, FINANCE, "1.csv", as_csv([answer(first)])).waiting == (number,)
    assert (state_of(desk, number), count(desk, "reversals")) == (State.PAYING, 0)
    assert book_results(desk, FINANCE, "2.csv", as_csv([answer(order) for order in rest])).paid == (number,)
    assert check_everything(desk) == []


def test_a_bounce_carries_the_banks_reason_to_the_correction(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    booked = book_results(desk, FINANCE, "r.csv", as_csv([answer(first, BOUNCED), *map(answer, rest)]))
    assert booked.bounced == (number,)
    view = show_batch(desk, FINANCE, number)
    assert view.bounces == (Bounce((Insurance.PENSION,), "账户已销户"),)
    assert view.state is State.BANK_CORRECTION
    assert [(e.state, e.note) for e in view.events[-2:]] == [
        (State.PAYMENT_FAILED, "养老：账户已销户"),
        (State.BANK_CORRECTION, ""),
    ]
    assert count(desk, "reversals") == 0
    assert check_everything(desk) == []


def corrected(desk: Desk, number: str) -> None:
    """Another branch, entered by a colleague of the filer and passed by the second reviewer."""
    correct_bank(desk, COLLEAGUE, number, {**BANK, "branch_name": "工商银行北京海淀支行", "cnaps_code": "102100000030"})
    advance_batch(desk, THIRD, number, "pass_bank")


def test_after_the_correction_only_the_bounced_fund_leaves_again(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(first, BOUNCED), *map(answer, rest)]))
    corrected(desk, number)
    assert show_batch(desk, FINANCE, number).bounces == ()
    (batch,) = preview_run(desk, FINANCE, desk.today()).batches
    assert [order.reference for order in batch.orders] == [f"{number}P02"]
    assert batch.cautions == (PAID_AGAIN,)
    assert {order.branch_name for order in batch.orders} == {"工商银行北京海淀支行"}
    (again,) = orders(desk, pay(desk, [number]))
    assert book_results(desk, FINANCE, "2.csv", as_csv([answer(again)])).paid == (number,)
    assert [row.bounced for row in list_runs(desk, FINANCE).rows] == [0, 1]
    assert count(desk, "reversals") == 6
    assert check_everything(desk) == []


# --- what refuses a file ---


def replaced(rows: list[Row], place: int, column: int, value: str) -> list[Row]:
    row = list(rows[place])
    row[column] = value
    return [*rows[:place], tuple(row), *rows[place + 1 :]]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (0, "TF202311010000017P09", "没有这个支付参考号"),
        (0, "", "必填项为空"),
        (1, "0200001009012345679", "收款账号与支付清单不符"),
        (1, "", "必填项为空"),
        (1, "1.19999E+17", "已丢失原有数字"),
        (2, "1.00", "金额与支付清单不符"),
        (2, "-1.00", "金额不能为负数"),
        (2, "2572.8", None),
        (2, "2572.801", "金额无法识别"),
        (3, "已入账", "不在允许的取值内"),
        (3, "退票", "请填写退票原因"),
        (5, "2023-02-30", "日期无法识别"),
        (5, "2023-10-31", "入账日期早于付款日期或晚于今天"),
        (5, "2023-11-02", "入账日期早于付款日期或晚于今天"),
        (5, "", "必填项为空"),
    ],
)
def test_one_bad_row_refuses_the_whole_file_and_is_named(
    desk: Desk, ledger: Ledger, column: int, value: str, told: str | None
) -> None:
    rows = [answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))]
    rows.reverse()
    damaged = replaced(rows, 2, column, value)
    if told is None:
        assert read_results(desk, FINANCE, "r.csv", as_csv(damaged)).can_book
        return
    assert [each for each in causes(desk, as_csv(damaged, total_row(rows))) if each.startswith("4 ") and told in each]
    assert untouched(desk)
    assert book_results(desk, FINANCE, "r.csv", as_csv(rows)).paid


def test_a_wrong_total_refuses_the_file(desk: Desk, ledger: Ledger) -> None:
    rows = [answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))]
    told = causes(desk, as_csv(rows, ("合计", "", "1.00", "", "", "")))
    assert ["合计与各行金额之和不符" in each for each in told] == [True]
    assert untouched(desk)


def test_a_file_that_broke_off_before_its_total_is_refused(desk: Desk, ledger: Ledger) -> None:
    rows = [answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))]
    whole = as_csv(rows).decode("utf-8-sig").splitlines(keepends=True)
    assert any("最后一行应为“合计”" in each for each in causes(desk, "".join(whole[:-1]).encode()))


def test_one_line_twice_refuses_both(desk: Desk, ledger: Ledger) -> None:
    rows = [answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))]
    told = causes(desk, as_csv([*rows, rows[0]]))
    assert [(each[0], "不止一次" in each) for each in told] == [("2", True), ("5", True)]
    assert untouched(desk)


def test_a_result_that_is_booked_already_is_refused(desk: Desk, ledger: Ledger) -> None:
    first, *rest = orders(desk, pay(desk, payable(desk, ledger, 1)))
    book_results(desk, FINANCE, "1.csv", as_csv([answer(first)]))
    assert ["已登记过结果" in each for each in causes(desk, as_csv([answer(first), *map(answer, rest)]))] == [True]


def test_whoever_holds_another_part_books_nothing(desk: Desk, ledger: Ledger) -> None:
    content = as_csv([answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))])
    turned = Viewer(REVIEWER.username, Role.FINANCE)
    with pytest.raises(ResultsRefusedError) as caught:
        book_results(desk, turned, "r.csv", content)
    assert len(caught.value.problems) == 3
    assert book_results(desk, SECOND_PAYER, "r.csv", content).paid


def test_the_operator_books_the_results_of_batches_that_the_system_accepted(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, accepted_by=SYSTEM)
    content = as_csv([answer(order) for order in orders(desk, pay(desk, numbers))])
    assert list(book_results(desk, SYSTEM, "r.csv", content).paid) == numbers
    assert check_everything(desk) == []


def test_what_finance_says_keeps_its_punctuation(desk: Desk, ledger: Ledger) -> None:
    (first, *_rest) = orders(desk, pay(desk, payable(desk, ledger, 1)))
    register_by_hand(desk, FINANCE, first.reference, BOUNCED, "银行来函：账户冻结，款项退回（见附件）")
    told = [
        each.bank_reason for each in orders_of_batch(desk, FINANCE, first.number) if each.reference == first.reference
    ]
    assert told == ["银行来函：账户冻结，款项退回（见附件）"]


def test_the_same_file_again_is_told_with_who_and_when(desk: Desk, ledger: Ledger) -> None:
    content = as_csv([answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))])
    book_results(desk, FINANCE, "r.csv", content)
    assert read_results(desk, SECOND_PAYER, "other.csv", content).imported == ("finance1", desk.now())
    with pytest.raises(Conflict, match="finance1 于 2023-11-01 10:00"):
        book_results(desk, SECOND_PAYER, "other.csv", content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.pdf", b"%PDF"),
        ("r.csv", b""),
        ("r.csv", "列\n值\n".encode()),
        ("r.xlsx", b"not a zip"),
        ("r.xml", b"<a>"),
        ("r.xml", b"<a/>"),
        ("r.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
    ],
)
def test_what_is_no_result_file_is_one_sentence(desk: Desk, name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_results(desk, FINANCE, name, content)
    assert caught.value.field == "bank_file"


# --- the same faults in every kind of file ---

#: (reference, account, fen) of each row.
Told = list[tuple[str, str, int]]
FAULTS: dict[str, tuple[Callable[[Told], Told], str]] = {
    "a wrong amount": (lambda rows: [*rows[:-1], (*rows[-1][:2], rows[-1][2] + 1)], "金额与支付清单不符"),
    "an unknown reference": (
        lambda rows: [*rows[:-1], ("TF202311010000017P77", *rows[-1][1:])],
        "没有这个支付参考号",
    ),
    "a line twice": (lambda rows: [*rows, rows[-1]], "同一支付参考号出现了不止一次"),
    "a different account": (
        lambda rows: [*rows[:-1], (rows[-1][0], "0200001009012345679", rows[-1][2])],
        "收款账号与支付清单不符",
    ),
    "a wrong total": (list, "合计与各行金额之和不符"),
}


def as_order(row: tuple[str, str, int]) -> SimpleNamespace:
    reference, account, fen = row
    return SimpleNamespace(reference=reference, bank_account=account, amount=fen)


def table_rows(told: Told) -> list[Row]:
    return [answer(as_order(row)) for row in told]


def total_of(told: Told, off: int) -> int:
    return sum(fen for _reference, _account, fen in told) + off


#: Each writes these rows as the bank would, with a total that is ``off`` by so many fen.
KINDS: dict[str, Callable[[Told, int], bytes]] = {
    "r.csv": lambda told, off: as_csv(table_rows(told), ("合计", "", plain_yuan(total_of(told, off)), "", "", "")),
    "r.xlsx": lambda told, off: as_xlsx(table_rows(told), ("合计", "", plain_yuan(total_of(told, off)), "", "", "")),
    "pain002.xml": lambda told, off: status_report(
        *[("ACSC", row[0], as_order(row)) for row in told], total=total_of(told, off)
    ),
    "camt053.xml": lambda told, off: statement(
        *[("DBIT", row[0], as_order(row)) for row in told], total=total_of(told, off)
    ),
}


def test_whatever_the_kind_of_file_one_fault_refuses_it_whole_and_is_named(desk: Desk, ledger: Ledger) -> None:
    sent = orders(desk, pay(desk, payable(desk, ledger, 1, 2)))
    right: Told = [(order.reference, order.bank_account, order.amount) for order in sent]
    for (name, write), (fault, (damage, told)) in product(KINDS.items(), FAULTS.items()):
        content = write(damage(right), 1 if fault == "a wrong total" else 0)
        found = causes(desk, content, name)
        assert all(told in each for each in found), f"{fault} in {name}: {found}"
        assert len(found) == (2 if fault == "a line twice" else 1), f"{fault} in {name}: {found}"
        if fault != "a wrong total":
            assert found[-1].startswith(str(_last_row(name, damage(right)))), f"{fault} in {name}: {found}"
        assert untouched(desk), f"{fault} in {name}"
    assert all(read_results(desk, FINANCE, name, write(right, 0)).can_book for name, write in KINDS.items())


def _last_row(name: str, told: Told) -> int:
    """What a person calls the last row: a table has its heading above, a message counts its transfers."""
    return len(told) + (0 if name.endswith("xml") else 1)


# --- the tray ---


def test_stray_rows_of_a_refused_file_lie_in_the_tray_until_settled(desk: Desk, ledger: Ledger) -> None:
    first, *_rest = orders(desk, pay(desk, payable(desk, ledger, 1)))
    content = as_csv([answer(first), answer(first, 支付参考号="TF202311010000017P77")])
    for _time in range(2):
        causes(desk, content)
    (stray,) = list_strays(desk, FINANCE)
    assert (stray.reference, stray.cause, stray.booked) == ("TF202311010000017P77", "unknown", False)
    with pytest.raises(InvalidInput):
        resolve_unmatched(desk, FINANCE, stray.result_id, stray.position, " ")
    resolve_unmatched(desk, FINANCE, stray.result_id, stray.position, "银行更正后重发")
    assert (count_strays(desk, FINANCE), list_strays(desk, FINANCE)) == (0, ())
    assert [each.resolution for each in list_strays(desk, FINANCE, resolved=True)] == ["银行更正后重发"]
    with pytest.raises(NotFound):
        resolve_unmatched(desk, FINANCE, stray.result_id, stray.position, "再次")


# --- by hand ---


def test_one_order_by_hand_says_what_it_rests_on(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    with pytest.raises(InvalidInput):
        register_by_hand(desk, FINANCE, first.reference, Outcome.PAID, "")
    with pytest.raises(FactorNeeded):
        register_by_hand(desk, replace(FINANCE, fresh_factor=False), first.reference, BOUNCED, "回单：户名不符")
    register_by_hand(desk, FINANCE, first.reference, BOUNCED, "回单：户名不符")
    with pytest.raises(IllegalTransition):
        register_by_hand(desk, FINANCE, first.reference, Outcome.PAID, "回单")
    with pytest.raises(NotFound):
        register_by_hand(desk, FINANCE, "TF", Outcome.PAID, "回单")
    # The bank's own file needs no code, whatever follows from it.
    stale = replace(FINANCE, fresh_factor=False)
    book_results(desk, stale, "r.csv", as_csv([answer(order) for order in rest]))
    assert state_of(desk, number) is State.BANK_CORRECTION
    assert count(desk, "audit", "action = 'payment.by_hand'") == 1
    assert check_everything(desk) == []


@pytest.mark.parametrize("change", ["amount = 1", "amount = NULL", "account = '1'", "outcome = 'bounced'"])
def test_what_the_bank_sent_is_kept_whoever_asks(desk: Desk, ledger: Ledger, change: str) -> None:
    book_results(desk, FINANCE, "r.csv", as_csv([answer(o) for o in orders(desk, pay(desk, payable(desk, ledger, 1)))]))
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(sa.text(f"UPDATE bank_result_rows SET {change}"))


# --- at once ---


def test_one_file_booked_by_two_at_once_is_booked_once(desk: Desk, ledger: Ledger) -> None:
    content = as_csv([answer(order) for order in orders(desk, pay(desk, payable(desk, ledger, 1)))])
    came = at_once([lambda v=viewer: book_results(desk, v, "r.csv", content) for viewer in (FINANCE, SECOND_PAYER)] * 2)
    assert sorted(type(each).__name__ for each in came) == ["Booked", "Conflict", "Conflict", "Conflict"]
    assert (count(desk, "bank_results"), count(desk, "reversals")) == (1, 6)
    assert check_everything(desk) == []


def test_two_files_with_one_line_in_common_book_it_once(desk: Desk, ledger: Ledger) -> None:
    first, second, third = orders(desk, pay(desk, payable(desk, ledger, 1)))
    files = [as_csv([answer(first), answer(second)]), as_csv([answer(second), answer(third)])]
    came = at_once([lambda c=content: book_results(desk, FINANCE, "r.csv", c) for content in files])
    assert sorted(type(each).__name__ for each in came) == ["Booked", "ResultsRefusedError"]
    assert count(desk, "payment_orders", "status = 'paid'") == 2


# --- any damage ---


@pytest.fixture
def sent(desk: Desk, ledger: Ledger) -> tuple[OrderView, ...]:
    """The orders of a run of two batches."""
    return orders(desk, pay(desk, payable(desk, ledger, 1, 2)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_wrong_in_a_file_nothing_of_it_is_booked(
    desk: Desk, sent: tuple[OrderView, ...], data: st.DataObject
) -> None:
    rows = data.draw(st.permutations([answer(order) for order in sent]))
    damaged = list(rows)
    for _turn in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        how = data.draw(st.sampled_from(["drop", "double", "cell"]))
        if how == "cell":
            value = data.draw(st.sampled_from(["", "x", "0", "1", "成功", "0.01", "2023-13-01", "'", "="]))
            damaged = replaced(damaged, place, data.draw(st.integers(0, 3)), value)
        else:
            damaged[place : place + 1] = [] if how == "drop" else [damaged[place]] * 2
        if not damaged:
            return
    content = as_csv(damaged, total_row(rows))
    report = read_results(desk, FINANCE, "r.csv", content)
    assert report.can_book == (sorted(damaged) == sorted(rows))
    if not report.can_book:
        with pytest.raises(ResultsRefusedError):
            book_results(desk, FINANCE, "r.csv", content)
        assert untouched(desk)


# --- messages of ISO 20022 ---


def test_a_statement_books_what_is_ours_and_lays_the_rest_aside(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    sent = orders(desk, pay(desk, [number]))
    content = statement(("CRDT", "NOTPROVIDED", None), *[("DBIT", each.reference, each) for each in sent])
    assert book_results(desk, FINANCE, "s.xml", content).paid == (number,)
    assert [(each.cause, each.booked) for each in list_strays(desk, FINANCE)] == [("not_ours", True)]
    assert check_everything(desk) == []


def test_what_left_and_came_back_on_one_statement_bounced(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    both = [(direction, first.reference, first) for direction in ("DBIT", "CRDT")]
    content = statement(*both, *[("DBIT", each.reference, each) for each in rest])
    assert book_results(desk, FINANCE, "s.xml", content).bounced == (number,)
    assert check_everything(desk) == []


def test_a_statement_after_the_results_books_nothing_again(desk: Desk, ledger: Ledger) -> None:
    sent = orders(desk, pay(desk, payable(desk, ledger, 1)))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(order) for order in sent]))
    booked = book_results(desk, FINANCE, "s.xml", statement(*[("DBIT", each.reference, each) for each in sent]))
    assert ([line.known for line in booked.report.lines], booked.paid) == ([True] * 3, ())
    late = book_results(desk, FINANCE, "t.xml", statement(("CRDT", sent[0].reference, sent[0])))
    assert [line.cause for line in late.report.aside] == ["returned_later"]
    assert check_everything(desk) == []


def test_a_statement_with_another_amount_is_refused(desk: Desk, ledger: Ledger) -> None:
    first, second, _third = orders(desk, pay(desk, payable(desk, ledger, 1)))
    assert causes(desk, statement(("DBIT", first.reference, second)), "s.xml")
    assert untouched(desk)
