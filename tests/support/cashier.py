"""What finance does at the screen, in a real browser: a run, its files, and what the bank sends back."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.support.clerk import press, settle, shown, told_code
from tests.support.payments import COLUMNS, Row

if TYPE_CHECKING:
    from playwright.sync_api import Page

Order = dict[str, str]
BOUNCED = {"结果": "退票", "退票原因": "收款账户状态异常"}


def make_run(page: "Page") -> str:
    """Pay all that waits, with the code that the demonstration tells where one is asked for; returns the run's number."""
    press(page, "make_run")
    page.locator(".st-key-take_run").wait_for()
    if page.locator(".st-key-factor_code").count():
        page.fill(".st-key-factor_code input", told_code(page))
        page.keyboard.press("Tab")
        settle(page)
    press(page, "take_run")
    page.locator(".st-key-run_files a").nth(2).wait_for()
    return shown(page, r"ZF\d{12}")[0]


def fetch_files(page: "Page") -> list[bytes]:
    """Every file of the run that is shown, through its link: the list, the bank's table, the message."""
    files = []
    for link in page.locator(".st-key-run_files a").all():
        answer = page.request.get(str(link.get_attribute("href")))
        assert (answer.status, "attachment" in answer.headers["content-disposition"]) == (200, True)
        files.append(answer.body())
    return files


def orders_in(table: bytes) -> list[Order]:
    """The orders as the bank's table names them."""
    rows = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    return [row for row in rows if row["支付参考号"].startswith("TF")]


def answers(orders: Sequence[Order], changed: int | None = None, **change: str) -> list[Row]:
    """The bank's rows: everything arrived, but for the ``change`` of the order at ``changed``."""
    rows = [
        {
            "支付参考号": order["支付参考号"],
            "收款账号": order["收款账号"].lstrip("'"),
            "金额": order["金额"],
            "结果": "成功",
            "退票原因": "",
            "入账日期": order["付款日期"],
        }
        for order in orders
    ]
    if changed is not None:
        rows[changed] |= change
    return [tuple(row[name] for name in COLUMNS) for row in rows]


def upload_answers(page: "Page", name: str, content: bytes) -> None:
    """Give the bank's file to 银行回盘, whose tab is open."""
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    settle(page)
