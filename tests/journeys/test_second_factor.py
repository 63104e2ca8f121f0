"""动态验证码 in a browser: a first approval in one dialog, the code told by the demonstration, the next step without one."""

import re
from typing import TYPE_CHECKING

from tests.support.browser import Visitors
from tests.support.clerk import press, settle, shown, sign_in, told_code
from tests.support.product import Product

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def test_a_first_time_approver_enrols_and_approves_in_one_dialog(
    app_server: Product, browser_page: Visitors, pictures: "Path"
) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "approver1")
    page.goto("/review")
    settle(page)
    number = _waiting(page)
    page.goto(f"/batch?no={number}")
    settle(page)
    press(page, "step_pass")
    code = told_code(page)
    page.get_by_role("dialog").locator("img").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "01-first-time.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "02-phone.png")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.fill(".st-key-factor_code input", code)
    press(page, "take_step")
    page.get_by_role("dialog").wait_for(state="detached")
    shown(page, "待支付")
    page.screenshot(path=pictures / "03-approved.png", full_page=True)
    page.goto("/account")
    settle(page)
    shown(page, r"已于 [\d-]+ [\d:]+ 登记")
    page.screenshot(path=pictures / "04-account.png")


def _waiting(page: "Page") -> str:
    """The first batch that waits for an approval; the queue is drawn on a canvas, its table for screen readers is not."""
    table = page.locator("[data-testid=stDataFrame] table")
    table.first.wait_for(state="attached")
    found = re.search(r"TF\d{15}", table.first.inner_text() or str(table.first.text_content()))
    assert found is not None
    return found[0]
