"""Payment runs: what is previewed leaves once, whole, with its files."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.domain.errors import (
    Conflict,
    FactorNeeded,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    StalePreview,
)
from core.domain.lifecycle import State
from core.domain.payments import IN_ARREARS, OTHER_ACCOUNT, FileKind, Outcome
from core.domain.roles import SYSTEM, Role, Viewer
from core.domain.vocabulary import Insurance
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.payment_runs import (
    list_runs,
    lost_payment_files,
    open_run_file,
    orders_of_batch,
    show_run,
)
from core.services.payments import make_run, preview_run
from core.services.settings import change_setting
from core.services.steps import advance_batch
from core.store.schema import payment_orders
from core.texts import speaking
from tests.support.desks import CLERK, FINANCE, REVIEWER, Ledger, at_once
from tests.support.payments import SECOND_PAYER, orders, pay, payable

MONTH = {Insurance.PENSION: 85760 + 42880, Insurance.UNEMPLOYMENT: 2 * 2680, Insurance.WORK_INJURY: 1072}
OLD_FACTOR = Viewer("finance1", Role.FINANCE)


def count(desk: Desk, table: str, where: str = "TRUE") -> int:
    with desk.read() as connection:
        return int(connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {where}")) or 0)


# --- before ---


def test_a_preview_has_an_order_for_each_fund_and_totals_by_fund(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, 2)
    preview = preview_run(desk, FINANCE, desk.today())
    assert [batch.number for batch in preview.batches] == numbers
    assert preview.by_fund == {fund: (2, 4 * fen) for fund, fen in MONTH.items()}
    assert preview.total == 4 * sum(MONTH.values())
    assert [order.reference for order in preview.batches[0].orders] == [f"{numbers[0]}{letter}01" for letter in "PUW"]
    assert count(desk, "payment_runs") == 0


def test_an_employer_in_arrears_is_marked_and_may_be_paid(desk: Desk, ledger: Ledger) -> None:
    payable(desk, ledger, 1)
    with desk.database.write() as connection:
        connection.execute(sa.text("UPDATE employers SET in_arrears = TRUE"))
    (batch,) = preview_run(desk, FINANCE, desk.today()).batches
    assert batch.cautions == (IN_ARREARS,)


def test_another_account_than_the_registered_one_is_told(desk: Desk, ledger: Ledger) -> None:
    payable(desk, ledger, 1)
    assert [batch.cautions for batch in preview_run(desk, FINANCE, desk.today()).batches] == [()]
    with desk.database.write() as connection:
        connection.execute(sa.text("UPDATE employers SET bank_account = '0200009999999999999'"))
    (batch,) = preview_run(desk, FINANCE, desk.today()).batches
    assert batch.cautions == (OTHER_ACCOUNT,)
    assert batch.is_chosen_alone


def test_accounts_that_are_only_examples_are_told_until_they_are_replaced(desk: Desk, ledger: Ledger) -> None:
    payable(desk, ledger, 1)
    assert preview_run(desk, FINANCE, desk.today()).pays_from_examples
    for fund in Insurance:
        change_setting(desk, SYSTEM, f"fund_{fund}_account", "0200002000000001")
    assert not preview_run(desk, FINANCE, desk.today()).pays_from_examples


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [("bank_account", "12", "收款账号"), ("cnaps_code", "1021", "行号不完整"), ("account_holder", "", "收款户名")],
)
def test_what_the_bank_would_send_back_is_left_out_and_named(
    desk: Desk, ledger: Ledger, column: str, value: str, told: str
) -> None:
    first, second = payable(desk, ledger, 1, 2)
    with desk.database.write() as connection:
        connection.execute(sa.text(f"UPDATE batches SET {column} = :v WHERE number = :n"), {"v": value, "n": first})
    preview = preview_run(desk, FINANCE, desk.today())
    assert [batch.number for batch in preview.batches] == [second]
    assert [(each.number, told in each.sentence) for each in preview.excluded] == [(first, True)]


def test_whoever_holds_another_part_does_not_pay(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    turned = Viewer(REVIEWER.username, Role.FINANCE, fresh_factor=True)
    preview = preview_run(desk, turned, desk.today())
    assert ([each.number for each in preview.excluded], preview.orders) == ([number], [])
    with pytest.raises(StalePreview):
        make_run(desk, turned, desk.today(), [number], preview.fingerprint)


@pytest.mark.parametrize("viewer", [CLERK, REVIEWER], ids=["clerk", "reviewer"])
def test_only_finance_sees_and_makes_runs(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    for ask in (
        lambda: preview_run(desk, viewer, desk.today()),
        lambda: make_run(desk, viewer, desk.today(), None, ""),
        lambda: list_runs(desk, viewer),
        lambda: show_run(desk, viewer, "ZF"),
        lambda: open_run_file(desk, viewer, "x"),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_money_leaves_only_with_a_fresh_factor(desk: Desk, ledger: Ledger) -> None:
    payable(desk, ledger, 1)
    preview = preview_run(desk, OLD_FACTOR, desk.today())
    with pytest.raises(FactorNeeded):
        make_run(desk, OLD_FACTOR, desk.today(), None, preview.fingerprint)
    assert count(desk, "payment_runs") == 0


# --- making a run ---


def test_a_run_takes_its_batches_to_the_bank(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, 2)
    run = pay(desk, numbers)
    assert (run.order_count, run.total, run.sent) == (6, 4 * sum(MONTH.values()), 6)
    assert {show_batch(desk, FINANCE, number).state for number in numbers} == {State.PAYING}
    assert {order.status for order in orders(desk, run)} == {Outcome.SENT}
    assert [row.number for row in list_runs(desk, FINANCE).rows] == [run.number]
    assert check_everything(desk) == []


def test_only_the_chosen_batches_go_along(desk: Desk, ledger: Ledger) -> None:
    first, second = payable(desk, ledger, 1, 2)
    pay(desk, [second])
    assert show_batch(desk, FINANCE, first).state is State.PAYABLE
    assert [batch.number for batch in preview_run(desk, FINANCE, desk.today()).batches] == [first]


def test_pressed_again_it_is_the_same_run(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1)
    preview = preview_run(desk, FINANCE, desk.today(), numbers)
    first, again = (make_run(desk, FINANCE, desk.today(), numbers, preview.fingerprint) for _time in range(2))
    assert (again.number, first.repeated, again.repeated) == (first.number, False, True)
    with pytest.raises(Conflict, match="finance1"):
        make_run(desk, SECOND_PAYER, desk.today(), numbers, preview.fingerprint)
    assert count(desk, "payment_runs") == 1


def test_a_batch_that_left_meanwhile_is_named(desk: Desk, ledger: Ledger) -> None:
    first, second = payable(desk, ledger, 1, 2)
    preview = preview_run(desk, FINANCE, desk.today(), [first, second])
    pay(desk, [first], SECOND_PAYER)
    with pytest.raises(StalePreview, match=first):
        make_run(desk, FINANCE, desk.today(), [first, second], preview.fingerprint)
    assert show_batch(desk, FINANCE, second).state is State.PAYABLE


def test_another_account_than_the_previewed_one_stops_the_run(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1)
    preview = preview_run(desk, FINANCE, desk.today(), numbers)
    change_setting(desk, SYSTEM, "fund_pension_account", "119999000999999999")
    with pytest.raises(StalePreview):
        make_run(desk, FINANCE, desk.today(), numbers, preview.fingerprint)


def test_a_run_is_not_for_yesterday(desk: Desk, ledger: Ledger) -> None:
    numbers, day = payable(desk, ledger, 1), desk.today() - timedelta(days=1)
    preview = preview_run(desk, FINANCE, day, numbers)
    with pytest.raises(InvalidInput) as caught:
        make_run(desk, FINANCE, day, numbers, preview.fingerprint)
    assert caught.value.field == "run_day"


def test_of_two_runs_at_once_every_line_leaves_in_one(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, 2, 3)
    calls = []
    for viewer, chosen in ((FINANCE, numbers[:2]), (SECOND_PAYER, numbers[1:])):
        preview = preview_run(desk, viewer, desk.today(), chosen)
        calls.append(lambda v=viewer, c=chosen, f=preview.fingerprint: make_run(desk, v, desk.today(), c, f))
    came = at_once(calls)
    assert sorted(type(each).__name__ for each in came) == ["RunRow", "StalePreview"]
    assert count(desk, "payment_orders") == 6
    assert check_everything(desk) == []


def test_eight_equal_presses_make_one_run(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1)
    preview = preview_run(desk, FINANCE, desk.today(), numbers)
    came = at_once([lambda: make_run(desk, FINANCE, desk.today(), numbers, preview.fingerprint)] * 8)
    assert {run.number for run in came} == {came[0].number}
    assert sum(not run.repeated for run in came) == 1


def test_a_line_leaves_once_even_by_raw_sql(desk: Desk, ledger: Ledger) -> None:
    pay(desk, payable(desk, ledger, 1))
    with desk.database.write() as connection:
        order = connection.execute(sa.select(payment_orders).limit(1)).mappings().one()
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(payment_orders.insert(), {**order, "reference": "again", "attempt": 2})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payment_orders SET amount = amount + 1",
        "UPDATE payment_orders SET bank_account = '1'",
        "DELETE FROM payment_orders",
        "UPDATE payment_runs SET total = 1",
        "DELETE FROM payment_files",
    ],
)
def test_what_left_is_kept_whoever_asks(desk: Desk, ledger: Ledger, statement: str) -> None:
    pay(desk, payable(desk, ledger, 1))
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(sa.text(statement))


def test_a_failure_in_the_middle_leaves_nothing(desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = payable(desk, ledger, 1)

    def broken(*_args: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("core.store.payments.insert_file", broken)
        with pytest.raises(OSError, match="disk full"):
            pay(desk, numbers)
    assert [count(desk, table) for table in ("payment_runs", "payment_orders", "payment_files")] == [0, 0, 0]
    assert show_batch(desk, FINANCE, numbers[0]).state is State.PAYABLE


# --- its files ---


def test_the_files_of_a_run_are_kept_with_who_and_when(desk: Desk, ledger: Ledger) -> None:
    run = pay(desk, payable(desk, ledger, 1))
    files = show_run(desk, FINANCE, run.number).files
    assert [file.kind for file in files] == [kind.value for kind in FileKind]
    for file in files:
        _found, path = open_run_file(desk, FINANCE, file.file_id)
        assert (path.stat().st_size, file.made_by, file.made_at) == (file.size, "finance1", desk.now())
    assert count(desk, "audit", "action = 'payment.open_file'") == 3
    with pytest.raises(NotFound):
        open_run_file(desk, FINANCE, "unknown")


def test_the_bank_reads_chinese_whoever_makes_the_run(desk: Desk, ledger: Ledger) -> None:
    with speaking("en"):
        run = pay(desk, payable(desk, ledger, 1))
    files = {
        file.kind: open_run_file(desk, FINANCE, file.file_id)[1] for file in show_run(desk, FINANCE, run.number).files
    }
    assert files[FileKind.CSV.value].read_text("utf-8-sig").startswith("支付参考号,险种,")
    assert "社会保险费退费" in files[FileKind.PAIN001.value].read_text("utf-8")


@pytest.mark.parametrize(
    ("set_to", "named"),
    [("海淀区社会保险基金管理中心", "海淀区社会保险基金管理中心"), ("", "示范市社会保险基金养老保险支出户")],
    ids=["the agency", "not set yet"],
)
def test_the_message_comes_from_the_agency_that_pays_from_all_funds(
    desk: Desk, ledger: Ledger, set_to: str, named: str
) -> None:
    if set_to:
        change_setting(desk, SYSTEM, "agency_name", set_to)
    run = pay(desk, payable(desk, ledger, 1))
    (file,) = [each for each in show_run(desk, FINANCE, run.number).files if each.kind == FileKind.PAIN001.value]
    message = open_run_file(desk, FINANCE, file.file_id)[1].read_text("utf-8")
    assert message[message.index("<InitgPty>") :].split("</InitgPty>")[0].split("<Nm>")[1].startswith(f"{named}</Nm>")


def test_a_changed_file_is_found(desk: Desk, ledger: Ledger) -> None:
    run = pay(desk, payable(desk, ledger, 1))
    file = show_run(desk, FINANCE, run.number).files[0]
    _found, path = open_run_file(desk, FINANCE, file.file_id)
    path.write_bytes(b"other")
    assert lost_payment_files(desk) == [file.file_name]
    assert any("支付文件" in broken.sentence for broken in check_everything(desk))


# --- from the batch's page ---


def test_paying_a_batch_alone_makes_a_run_of_one(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    assert advance_batch(desk, FINANCE, number, "pay") is State.PAYING
    assert [order.run_number for order in orders_of_batch(desk, CLERK, number)] == ["ZF202311010001"] * 3


def test_settling_by_hand_needs_a_note_and_books_every_order(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    advance_batch(desk, FINANCE, number, "pay")
    with pytest.raises(InvalidInput):
        advance_batch(desk, FINANCE, number, "settle")
    assert advance_batch(desk, FINANCE, number, "settle", "回单 0001") is State.PAID
    assert {(o.status, o.note) for o in orders_of_batch(desk, FINANCE, number)} == {(Outcome.PAID, "回单 0001")}
    assert check_everything(desk) == []


def test_a_batch_that_is_not_payable_is_not_paid(desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    advance_batch(desk, FINANCE, number, "pay")
    with pytest.raises(IllegalTransition):
        advance_batch(desk, FINANCE, number, "pay")
