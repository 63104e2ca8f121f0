"""登记账户变更 in a browser: asked for by a clerk, approved with a code beside the old account, told with its moment."""

from typing import TYPE_CHECKING

from tests.support.browser import Visitors
from tests.support.clerk import press, settle, shown, sign_in, told_code
from tests.support.product import Product, run_command

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

ACCOUNT = {
    "bank_name": "中国工商银行",
    "bank_account": "0200990109200118888",
    "branch_name": "中国工商银行北京澜汐支行",
    "cnaps_code": "102100099912",
    "exchange_number": "990102",
}


def test_a_clerk_asks_for_another_account_and_an_approver_approves_it(
    app_server: Product, browser_page: Visitors, pictures: "Path"
) -> None:
    clerk: Page = browser_page(app_server.url)
    sign_in(clerk, "clerk1")
    clerk.goto("/apply")
    settle(clerk)
    press(clerk, "change_account")
    dialog = clerk.get_by_role("dialog")
    for field, text in ACCOUNT.items():
        clerk.fill(f".st-key-change_{field} input", text)
        clerk.keyboard.press("Tab")
        settle(clerk)
    clerk.screenshot(path=pictures / "01-request.png")
    press(clerk, "request_change")
    dialog.wait_for(state="detached")
    shown(clerk, "新账户尾号 8888.*等待审批")
    clerk.locator("[class*=st-key-cancel_change_] button").scroll_into_view_if_needed()
    clerk.screenshot(path=pictures / "02-waiting.png")

    approver: Page = browser_page(app_server.url)
    sign_in(approver, "approver2")
    approver.goto("/review")
    settle(approver)
    shown(approver, r"登记账户变更 \(2\)")
    approver.locator("[class*=st-key-refuse_change_] button").last.wait_for()
    approver.screenshot(path=pictures / "03-review.png", full_page=True)
    _approve_first(approver, pictures)
    shown(approver, r"approver2 已批准，将于 [\d-]+ [\d:]+ 生效")
    approver.set_viewport_size({"width": 390, "height": 844})
    approver.wait_for_timeout(500)
    approver.get_by_text("登记账户变更 (2)").scroll_into_view_if_needed()
    approver.screenshot(path=pictures / "05-phone.png")

    clerk.reload()
    settle(clerk)
    shown(clerk, r"登记账户变更将于 [\d-]+ [\d:]+ 生效")
    assert clerk.locator(".st-key-bank_account input").input_value() != ACCOUNT["bank_account"]
    clerk.locator("[class*=st-key-cancel_change_] button").scroll_into_view_if_needed()
    clerk.screenshot(path=pictures / "06-cooling.png")
    done = run_command(app_server.data_dir, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _approve_first(page: "Page", pictures: "Path") -> None:
    page.locator("[class*=st-key-approve_change_] button").first.click()
    settle(page)
    code = told_code(page)
    page.get_by_role("dialog").locator("img").wait_for()
    page.wait_for_timeout(400)
    page.screenshot(path=pictures / "04-approve.png")
    page.fill(".st-key-factor_code input", code)
    press(page, "take_move")
    page.get_by_role("dialog").wait_for(state="detached")
    settle(page)
