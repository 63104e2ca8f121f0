"""支付 on the screen: what waits, what a run would pay, what the bank sent, and what of it fits nothing."""

import pyotp
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from core.domain.lifecycle import State
from core.domain.payments import Outcome
from core.services.accounts import set_language
from core.services.bank_corrections import correct_bank
from core.services.bank_results import ResultsRefusedError, book_results
from core.services.batches import show_batch
from core.services.desk import Desk
from core.services.payment_runs import list_runs
from core.services.steps import advance_batch
from core.services.strays import list_strays, resolve_unmatched
from tests.pages.conftest import Open
from tests.pages.reading import keys, labels, table, texts
from tests.pages.test_english import CHINESE, NAMES, said, written
from tests.support.desks import BANK, CLERK, COLLEAGUE, FINANCE, Ledger
from tests.support.payments import DAY, SECOND_PAYER, THIRD, answer, as_csv, orders, pay, payable


def turn_to(app: AppTest, tab: str) -> AppTest:
    app.session_state["payment_tabs"] = tab
    return app.run()


def prove(app: AppTest) -> None:
    """Type the code of the device that was enrolled in this very dialog."""
    device = pyotp.TOTP(app.code[0].value.replace(" ", ""))
    app.text_input(key="factor_code").set_value(device.now())


def pressable(app: AppTest) -> set[str]:
    """The keys of the buttons on the screen and in its dialog."""
    return {button.key for button in app.button}


def upload(app: AppTest, content: bytes, name: str = "results.csv") -> AppTest:
    return app.file_uploader(key="bank_file").upload(name, content, "text/csv").run()


@pytest.fixture
def screen(open_app: Open) -> AppTest:
    return open_app("finance1", "payments.py")


def test_without_anything_every_tab_says_what_to_do(screen: AppTest) -> None:
    assert "目前没有等待支付的批次" in texts(screen)
    assert "查看全部申报记录" in labels(screen)
    assert "还没有支付批次" in texts(turn_to(screen, "支付批次"))
    assert "没有待核对的回盘记录" in texts(turn_to(screen, "待核对"))


def test_everything_that_waits_is_chosen_with_its_totals_by_fund(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, 2)
    app = open_app("finance1", "payments.py")
    assert [each.split()[-1] for each in table(app, "number")["number"]] == numbers
    totals = app.table[0].value
    assert list(totals["金额（元）"]) == ["5,145.60", "214.40", "42.88", "**5,402.88**"]


def test_what_finance_should_know_is_said_in_the_table_and_before_money_leaves(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    numbers = payable(desk, ledger, *range(1, 8))
    ledger.account("E1", {"in_arrears": True})
    app = open_app("finance1", "payments.py")
    assert list(table(app, "warnings")["warnings"]) == ["⚠ 欠费"] * 7
    assert list(table(app, "warnings"))[:3] == ["number", "employer", "warnings"]
    app.button(key="make_run").click().run()
    said = texts(app)
    assert "其中 7 个批次有提醒" in said
    assert [number in said for number in sorted(numbers)] == [True] * 5 + [False] * 2
    assert "单位有欠费（N18），请确认是否先行抵缴" in said
    assert "另有 2 个批次：欠费 2" in said


def test_a_batch_to_another_account_than_the_registered_one_is_not_chosen_by_itself(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    (former,) = payable(desk, ledger, 1)
    ledger.account("E1", {"bank_account": "0200009999999999999"})
    (other,) = payable(desk, ledger, 2, months=[202205])
    app = open_app("finance1", "payments.py")
    shown = table(app, "warnings")
    words = {row.number.split()[-1]: row.warnings for row in shown.itertuples()}
    assert words == {former: "⚠ 账户不符", other: ""}
    assert "1 个批次的收款账号与单位现登记账户不一致，没有勾选" in texts(app)
    app.button(key="make_run").click().run()
    prove(app)
    app.button(key="take_run").click().run()
    assert [show_batch(desk, FINANCE, number).state for number in (former, other)] == [State.PAYABLE, State.PAYING]


def test_a_run_is_made_in_a_dialog_that_asks_for_the_second_factor(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    app = open_app("finance1", "payments.py")
    app.button(key="make_run").click().run()
    assert "2,701.44" in texts(app)
    prove(app)
    app.button(key="take_run").click().run()
    assert not app.exception
    (run,) = list_runs(desk, FINANCE).rows
    assert show_batch(desk, CLERK, number).state is State.PAYING
    assert [link.url.split("/")[1] for link in app.link_button if "payment-files" in link.url] == ["payment-files"] * 3
    assert run.number in texts(app) or run.number in [header.value for header in app.subheader]


def test_a_batch_that_left_meanwhile_is_told_and_nothing_is_made(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, 2)
    app = open_app("finance1", "payments.py")
    app.button(key="make_run").click().run()
    pay(desk, numbers[:1], SECOND_PAYER)
    prove(app)
    app.button(key="take_run").click().run()
    assert "以下批次已不在待支付中" in texts(app)
    assert "take_run" not in pressable(app)
    assert len(list_runs(desk, FINANCE).rows) == 1


def test_an_old_list_asks_for_nothing_that_could_not_be_made(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    first, second = payable(desk, ledger, 1, 2)
    app = open_app("finance1", "payments.py")
    pay(desk, [first], SECOND_PAYER)
    app.button(key="make_run").click().run()
    assert "所选批次已有变化，尚未生成支付" in texts(app)
    assert "take_run" not in pressable(app)
    app.button(key="leave_run").click().run()
    assert [each.split()[-1] for each in table(app, "number")["number"]] == [second]
    app.button(key="make_run").click().run()
    assert "take_run" in pressable(app)
    pay(desk, [second], SECOND_PAYER)
    assert "目前没有等待支付的批次" in texts(app.run())
    payable(desk, ledger, 3)
    assert "leave_run" not in pressable(app.run())


def test_a_file_that_somebody_else_has_booked_meanwhile_is_told_once(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    sent = orders(desk, pay(desk, payable(desk, ledger, 1)))
    content = as_csv([answer(each) for each in sent])
    app = upload(turn_to(open_app("finance1", "payments.py"), "银行回盘"), content)
    book_results(desk, FINANCE, "results.csv", content)
    app.button(key="book_results").click().run()
    assert [each.value.split(" ")[0] for each in app.success] == ["该文件已由"]
    assert not app.error


def test_a_file_is_checked_first_and_booked_by_the_button(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    sent = orders(desk, pay(desk, [number]))
    app = upload(turn_to(open_app("finance1", "payments.py"), "银行回盘"), as_csv([answer(each) for each in sent]))
    assert "核对相符：成功 3 笔 2,701.44 元" in texts(app)
    assert set(app.table[0].value["入账日期"]) == {DAY}
    assert show_batch(desk, CLERK, number).state is State.PAYING
    app.button(key="book_results").click().run()
    assert show_batch(desk, CLERK, number).state is State.PAID
    assert app.toast[0].value == "已登记：1 个批次已支付"
    assert "该文件已由 finance1" in texts(app)
    assert "book_results" not in keys(app)


def test_every_cause_stands_beside_its_row_and_the_strays_are_kept(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    first, second, _third = orders(desk, pay(desk, payable(desk, ledger, 1)))
    rows = [answer(first, 金额="1.00"), answer(second, 支付参考号="TF202311010000017P77")]
    app = upload(turn_to(open_app("finance1", "payments.py"), "银行回盘"), as_csv(rows))
    assert list(app.table[0].value["行"]) == ["2", "3"]
    assert "book_results" not in keys(app)
    app.button(key="keep_strays").click().run()
    assert len(list_strays(desk, FINANCE)) == 2
    assert "不符的 2 行已放入“待核对”" in texts(app)


def test_a_file_of_money_that_came_back_says_that_its_rows_wait_in_the_tray(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    sent = orders(desk, pay(desk, payable(desk, ledger, 1)))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(order) for order in sent]))
    back = as_csv([answer(order, Outcome.BOUNCED) for order in sent[:2]])
    app = upload(turn_to(open_app("finance1", "payments.py"), "银行回盘"), back)
    app.button(key="book_results").click().run()
    assert app.toast[0].value.replace("\\", "") == "已登记：2 行放入“待核对”"
    assert list(app.table[0].value["核对"]) == ["▲ 放入待核对"] * 2


def test_a_row_of_the_tray_is_settled_with_a_word_on_how(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    first, *_rest = orders(desk, pay(desk, payable(desk, ledger, 1)))
    with pytest.raises(ResultsRefusedError):
        book_results(desk, FINANCE, "r.csv", as_csv([answer(first, 收款账号="0200001009012345679")]))
    app = turn_to(open_app("finance1", "payments.py"), "待核对")
    app.button(key="resolve_stray").click().run()
    assert "请写明如何处理" in texts(app)
    app.text_input(key="stray_note").set_value("银行已更正").run()
    app.button(key="resolve_stray").click().run()
    assert list_strays(desk, FINANCE) == ()
    assert "没有待核对的回盘记录" in texts(app)


def test_a_row_that_a_colleague_has_settled_is_told(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    first, *_rest = orders(desk, pay(desk, payable(desk, ledger, 1)))
    with pytest.raises(ResultsRefusedError):
        book_results(desk, FINANCE, "r.csv", as_csv([answer(first, 收款账号="0200001009012345679")]))
    app = turn_to(open_app("finance1", "payments.py"), "待核对")
    app.text_input(key="stray_note").set_value("银行已更正").run()
    (row,) = list_strays(desk, FINANCE)
    resolve_unmatched(desk, SECOND_PAYER, row.result_id, row.position, "已更正")
    app.button(key="resolve_stray").click().run()
    assert "没有待核对的回盘记录" in texts(app)
    assert len(app.error) + texts(app).count(":material/error:") == 1, texts(app)


def test_money_that_came_back_is_booked_in_the_tray_with_a_code(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    sent = orders(desk, pay(desk, [number]))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(order) for order in sent]))
    book_results(desk, FINANCE, "back.csv", as_csv([answer(sent[0], Outcome.BOUNCED)]))
    app = turn_to(open_app("finance1", "payments.py"), "待核对")
    assert number in texts(app)
    app.text_input(key="stray_note").set_value("退汇通知 12 号").run()
    app.button(key="return_stray").click().run()
    assert show_batch(desk, FINANCE, number).state is State.PAID, "without the code nothing is booked"
    prove(app)
    app.button(key="return_stray").click().run()
    assert not app.exception
    assert show_batch(desk, FINANCE, number).state is State.BANK_CORRECTION
    assert "没有待核对的回盘记录" in texts(app)


def test_without_the_banks_row_the_dialog_says_that_every_fund_is_taken_back(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    (number,) = payable(desk, ledger, 1)
    book_results(desk, FINANCE, "r.csv", as_csv([answer(order) for order in orders(desk, pay(desk, [number]))]))
    app = open_app("finance1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run()
    app.button(key="step_money_back").click().run()
    assert "全部按退回登记" in texts(app)
    assert app.text_area(key="step_note").placeholder == "例如银行回单编号、银行告知的原因"
    app.text_area(key="step_note").set_value("退汇通知 12 号")
    prove(app)
    app.button(key="take_step").click().run()
    assert show_batch(desk, FINANCE, number).state is State.BANK_CORRECTION


def test_one_result_by_hand_is_booked_with_its_basis(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    run = pay(desk, payable(desk, ledger, 1))
    app = turn_to(open_app("finance1", "payments.py"), "支付批次")
    app.button(key="book_by_hand").click().run()
    assert "请写明依据" in texts(app)
    app.text_input(key="hand_note").set_value("回单 0001").run()
    app.button(key="book_by_hand").click().run()
    assert [order.status for order in orders(desk, run)].count(Outcome.PAID) == 1


def test_a_bounce_by_hand_is_booked_with_a_code(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    run = pay(desk, payable(desk, ledger, 1))
    app = turn_to(open_app("finance1", "payments.py"), "支付批次")
    app.radio(key="hand_outcome").set_value(Outcome.BOUNCED).run()
    app.text_input(key="hand_note").set_value("户名不符").run()
    app.button(key="book_by_hand").click().run()
    assert "动态验证码" in texts(app)
    assert {order.status for order in orders(desk, run)} == {Outcome.SENT}

    prove(app)
    app.button(key="book_by_hand").click().run()
    assert [order.status for order in orders(desk, run)].count(Outcome.BOUNCED) == 1


def test_the_page_of_a_batch_shows_its_orders_and_the_banks_reason(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(first, Outcome.BOUNCED), *map(answer, rest)]))
    for username in ("clerk1", "analyst1"):
        app = open_app(username)
        app.query_params["no"] = number
        app.switch_page("batch.py").run()
        (own,) = [each.value for each in app.table if "支付参考号" in each.value]
        assert list(own["状态"]) == ["▲ 退票", "✓ 支付成功", "✓ 支付成功"]
        assert "账户已销户" in own["银行结果"][0]
        assert "0200001009012345678" not in str(own.values)


def test_the_page_of_a_batch_asks_before_it_pays_as_the_run_does_and_for_what_is_still_due(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    (number,) = payable(desk, ledger, 1)
    first, *rest = orders(desk, pay(desk, [number]))
    book_results(desk, FINANCE, "r.csv", as_csv([answer(first, Outcome.BOUNCED), *map(answer, rest)]))
    correct_bank(desk, COLLEAGUE, number, {**BANK, "branch_name": "工商银行北京海淀支行"})
    advance_batch(desk, THIRD, number, "pass_bank")
    ledger.account("E1", {"in_arrears": True, "bank_account": "0200009999999999999"})

    app = open_app("finance1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run().button(key="step_pay").click().run()
    due = next(each.value for each in app.table if "付款账户" in each.value)
    assert list(due["金额（元）"]) == ["2,572.80", "**2,572.80**"]
    said = texts(app)
    for told in ("收款账号与单位现登记账户不一致", "单位有欠费（N18）", "退票后重新支付"):
        assert told in said
    assert "批次金额（元）" not in said
    assert "step_note" not in {area.key for area in app.text_area}


def test_what_cannot_be_paid_says_so_in_the_dialog_of_its_page(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    (number,) = payable(desk, ledger, 1)
    with desk.database.write() as connection:
        connection.execute(sa.text("UPDATE batches SET cnaps_code = '1021'"))
    app = open_app("finance1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run().button(key="step_pay").click().run()
    assert "收款户名或行号不完整，无法支付" in texts(app)


@pytest.mark.parametrize("tab", ["Awaiting payment", "Payment runs", "Bank results", "To be settled"])
def test_no_tab_says_a_word_of_chinese_in_english(open_app: Open, desk: Desk, ledger: Ledger, tab: str) -> None:
    first, _second = payable(desk, ledger, 1, 2)
    order, *rest = orders(desk, pay(desk, [first]))
    rows = [answer(order, Outcome.BOUNCED, 退票原因="closed"), *map(answer, rest)]
    with pytest.raises(ResultsRefusedError):
        book_results(desk, FINANCE, "r.csv", as_csv([answer(order, 收款账号="0200001009012345679"), *rows[1:]]))
    book_results(desk, FINANCE, "r.csv", as_csv(rows))
    with desk.database.write() as connection:
        connection.execute(sa.text("UPDATE employers SET in_arrears = TRUE, bank_account = '0200009999999999999'"))
    set_language(desk, FINANCE, "en")
    app = turn_to(open_app("finance1", "payments.py"), tab)
    if tab == "Bank results":
        upload(app, as_csv(rows))
    assert not app.exception
    found = {word for text in [*said(app._tree), *written(app)] for word in CHINESE.findall(text)}
    assert found <= NAMES
