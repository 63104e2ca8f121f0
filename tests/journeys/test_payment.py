"""Finance's whole work in a real browser: a run, its files to the bank, a result with a bounce, and what the employer sees."""

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from tests.support.browser import Visitors
from tests.support.clerk import press, settle, shown, sign_in
from tests.support.payments import COLUMNS, DAY, Row, as_csv, as_xlsx
from tests.support.product import Product, run_command

if TYPE_CHECKING:
    from playwright.sync_api import Page

REASON = "收款账户状态异常"


def test_from_the_queue_to_the_correction_after_a_bounce(
    app_server: Product, browser_page: Visitors, pictures: Path
) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "finance1")
    page.goto("/payments")
    settle(page)
    page.screenshot(path=pictures / "01-waiting.png", full_page=True)
    run = _make_the_run(page, pictures)
    orders = _fetch_the_files(page, run)
    _refuse_a_wrong_file(page, orders, pictures)
    _book_the_results(page, orders, pictures)
    number = orders[0]["支付参考号"][:17]
    _see_the_bounce(page, number, pictures)
    done = run_command(app_server.data_dir, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _make_the_run(page: "Page", pictures: Path) -> str:
    press(page, "make_run")
    code = page.locator("[role=dialog]").filter(has_text=re.compile(r"\d{6}。"))
    code.wait_for()
    told = re.search(r"(\d{6})。", code.inner_text())
    assert told is not None
    page.fill(".st-key-factor_code input", told[1])
    page.keyboard.press("Tab")
    settle(page)
    page.screenshot(path=pictures / "02-confirm.png")
    press(page, "take_run")
    page.screenshot(path=pictures / "03-run.png", full_page=True)
    return shown(page, r"ZF\d{12}")[0]


def _fetch_the_files(page: "Page", run: str) -> list[dict[str, str]]:
    """Every file through its link; the orders as the bank's table names them."""
    files: dict[str, bytes] = {}
    # The notice names the run before its files are drawn.
    page.locator(".st-key-run_files a").nth(2).wait_for()
    for link in page.locator(".st-key-run_files a").all():
        answer = page.request.get(str(link.get_attribute("href")))
        assert (answer.status, "attachment" in answer.headers["content-disposition"]) == (200, True)
        files[str(link.get_attribute("href"))] = answer.body()
    listed, table, message = files.values()
    assert run in str(openpyxl.load_workbook(io.BytesIO(listed)).active["A2"].value)
    assert b"pain.001.001.09" in message
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    return [row for row in rows if row["支付参考号"].startswith("TF")]


def _answers(orders: list[dict[str, str]], **first: str) -> list[Row]:
    """The bank's rows: everything arrived, but for what is said of the first."""
    good = [
        {
            "支付参考号": order["支付参考号"],
            "收款账号": order["收款账号"].lstrip("'"),
            "金额": order["金额"],
            "结果": "成功",
            "退票原因": "",
            "入账日期": DAY,
        }
        for order in orders
    ]
    good[0] |= first
    return [tuple(row[name] for name in COLUMNS) for row in good]


def _upload(page: "Page", name: str, content: bytes) -> None:
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    settle(page)


def _refuse_a_wrong_file(page: "Page", orders: list[dict[str, str]], pictures: Path) -> None:
    page.get_by_role("tab", name="银行回盘").click()
    settle(page)
    _upload(page, "wrong.csv", as_csv(_answers(orders, 金额="0.01")))
    shown(page, "金额与支付清单不符")
    page.screenshot(path=pictures / "04-refused.png", full_page=True)
    assert not page.locator(".st-key-book_results").count()
    press(page, "keep_strays")
    shown(page, "条银行回盘记录待核对")


def _book_the_results(page: "Page", orders: list[dict[str, str]], pictures: Path) -> None:
    _upload(page, "results.xlsx", as_xlsx(_answers(orders, 结果="退票", 退票原因=REASON)))
    shown(page, "核对相符")
    press(page, "book_results")
    shown(page, "该文件已由 finance1")
    page.screenshot(path=pictures / "05-booked.png", full_page=True)


def _see_the_bounce(page: "Page", number: str, pictures: Path) -> None:
    page.goto(f"/batch?no={number}")
    settle(page)
    shown(page, "待更正银行信息")
    shown(page, REASON)
    page.screenshot(path=pictures / "06-batch.png", full_page=True)
