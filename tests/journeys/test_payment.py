"""Finance's whole work in a real browser: a run, its files to the bank, a result with a bounce, and what the employer sees."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from tests.support.browser import Visitors
from tests.support.cashier import BOUNCED, Order, answers, fetch_files, make_run, orders_in, upload_answers
from tests.support.clerk import press, settle, shown, sign_in
from tests.support.payments import as_csv, as_xlsx
from tests.support.product import Product, run_command

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_from_the_queue_to_the_correction_after_a_bounce(
    app_server: Product, browser_page: Visitors, pictures: Path
) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "finance1")
    page.goto("/payments")
    settle(page)
    page.screenshot(path=pictures / "01-waiting.png", full_page=True)
    run = make_run(page)
    page.screenshot(path=pictures / "03-run.png", full_page=True)
    orders = _fetch_the_files(page, run)
    _refuse_a_wrong_file(page, orders, pictures)
    _book_the_results(page, orders, pictures)
    number = orders[0]["支付参考号"][:17]
    _see_the_bounce(page, number, pictures)
    done = run_command(app_server.data_dir, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _fetch_the_files(page: "Page", run: str) -> list[Order]:
    """Every file holds what its reader looks for; the orders as the bank's table names them."""
    listed, table, message = fetch_files(page)
    assert run in str(openpyxl.load_workbook(io.BytesIO(listed)).active["A2"].value)
    assert b"pain.001.001.09" in message
    return orders_in(table)


def _refuse_a_wrong_file(page: "Page", orders: list[Order], pictures: Path) -> None:
    page.get_by_role("tab", name="银行回盘").click()
    settle(page)
    upload_answers(page, "wrong.csv", as_csv(answers(orders, 0, 金额="0.01")))
    shown(page, "金额与支付清单不符")
    page.screenshot(path=pictures / "04-refused.png", full_page=True)
    assert not page.locator(".st-key-book_results").count()
    press(page, "keep_strays")
    shown(page, "条银行回盘记录待核对")


def _book_the_results(page: "Page", orders: list[Order], pictures: Path) -> None:
    upload_answers(page, "results.xlsx", as_xlsx(answers(orders, 0, **BOUNCED)))
    shown(page, "核对相符")
    press(page, "book_results")
    shown(page, "该文件已由 finance1")
    page.screenshot(path=pictures / "05-booked.png", full_page=True)


def _see_the_bounce(page: "Page", number: str, pictures: Path) -> None:
    page.goto(f"/batch?no={number}")
    settle(page)
    shown(page, "待更正银行信息")
    shown(page, BOUNCED["退票原因"])
    page.screenshot(path=pictures / "06-batch.png", full_page=True)
