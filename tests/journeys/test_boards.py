"""The boards in a real browser: board → a bar filters → rows → a view is kept → another sign-in opens it by its address."""

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.latin import left_over
from tests.support.browser import Visitors
from tests.support.clerk import press, settle, sign_in
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Page


def figures(page: "Page") -> list[str]:
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()


def press_bar(page: "Page", chart: str) -> None:
    """Press the first bar of a chart; it is drawn before it listens, so that an early press may go unheard."""
    bar = page.locator(f"[class*='st-key-board_{chart}_'] svg .mark-rect path").first
    before = page.url
    for _turn in range(5):
        bar.click()
        for _look in range(20):
            page.wait_for_timeout(200)
            if page.url != before:
                return


def test_from_a_bar_to_its_rows_and_back_by_address(app_server: Product, browser_page: Visitors) -> None:
    page = browser_page(app_server.url, viewport={"width": 1440, "height": 1900})
    sign_in(page, "analyst1")
    page.goto("/insights")
    settle(page)
    whole = figures(page)

    press_bar(page, "reason")
    expect(page).to_have_url(re.compile("reason=R"))
    settle(page)
    filtered, address = figures(page), page.url
    assert filtered != whole
    assert left_over(page, "analyst1") == []

    page.locator("[data-testid=stPopover] button", has_text="我的视图").click()
    page.locator(".st-key-view_name input").fill("一个原因")
    page.keyboard.press("Tab")
    press(page, "view_save")
    page.get_by_role("link", name="一个原因").wait_for()
    page.keyboard.press("Escape")

    press(page, "board_rows_of_reason")
    expect(page).to_have_url(re.compile("tab=rows"))
    settle(page)
    assert page.get_by_text("个批次，点击批次号查看").is_visible()

    again = browser_page(app_server.url)
    sign_in(again, "auditor1")
    again.goto(address.removeprefix(app_server.url))
    settle(again)
    assert figures(again) == filtered
