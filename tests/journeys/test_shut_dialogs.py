"""A dialog that was shut before it was sent, by a click beside it or by Escape: what was typed in it is there again."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.domain.lifecycle import State
from tests.support.browser import PATIENCE_MS, Visitors
from tests.support.clerk import press, settle, sign_in
from tests.support.product import Product
from tests.support.screens import batch_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOTE, HOLDER, BRANCH = (
    ".st-key-step_note textarea",
    ".st-key-change_account_holder input",
    ".st-key-change_branch_name input",
)
PURPOSE = ".st-key-purpose textarea"


def click_beside(page: "Page") -> None:
    """Where the page shows behind the dialog."""
    page.mouse.click(4, 450)


def press_escape(page: "Page") -> None:
    """The key that shuts a dialog."""
    page.keyboard.press("Escape")


slips = pytest.mark.parametrize("slip", [click_beside, press_escape])


@slips
def test_the_note_on_a_step_until_it_is_cancelled(slip, app_server: Product, browser_page: Visitors) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "reviewer2")
    page.goto("/batches")
    batch_in(State.FIRST_REVIEW)(page)
    press(page, "step_return")
    page.locator(NOTE).press_sequentially("请补交盖章的说明")
    shut(page, slip)

    press(page, "step_return")

    stands(page, NOTE, "请补交盖章的说明")

    press(page, "leave_step")
    press(page, "step_return")
    stands(page, NOTE, "")


@slips
def test_the_fields_of_another_account(slip, app_server: Product, browser_page: Visitors) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    press(page, "change_account")
    holder = page.locator(HOLDER).input_value()
    assert holder
    page.locator(BRANCH).press_sequentially("中国工商银行北京澜汐支行")
    shut(page, slip)

    press(page, "change_account")

    stands(page, BRANCH, "中国工商银行北京澜汐支行")
    stands(page, HOLDER, holder)


@slips
def test_the_purpose_of_an_export_but_not_for_another_question(
    slip, app_server: Product, browser_page: Visitors
) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "analyst1")
    page.goto("/insights?subject=lines&insurance=pension")
    settle(page)
    press(page, "explore_export")
    page.locator(PURPOSE).press_sequentially("核对养老退费")
    shut(page, slip)

    press(page, "explore_export")

    stands(page, PURPOSE, "核对养老退费")

    shut(page, slip)
    page.get_by_role("radio", name="批次", exact=True).click()
    page.wait_for_url("**subject=batches**")
    settle(page)
    press(page, "explore_export")
    stands(page, PURPOSE, "")


def shut(page: "Page", slip) -> None:
    """Shut the open dialog as a slip of the hand does."""
    slip(page)
    page.get_by_role("dialog").wait_for(state="detached")
    settle(page)


def stands(page: "Page", field: str, text: str) -> None:
    """Say that this text stands in the field: a field that is new is filled a moment after it is there."""
    expect(page.locator(field)).to_have_value(text, timeout=PATIENCE_MS)
