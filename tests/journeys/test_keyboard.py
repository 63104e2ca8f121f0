"""The whole application by keyboard alone: every control is reached with Tab and does what it should."""

from typing import TYPE_CHECKING

from core.services.demo_ledger import read_demonstration
from tests.support.browser import Visitors
from tests.support.clerk import GRID, grid, settle, shown
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: More presses than there are controls on a screen.
MOST = 150
#: From the button before the grid: two tick boxes, what turns its pages, and out.
MOST_PAST_THE_GRID = 6


def reach(page: "Page", selector: str, key: str = "Tab") -> int:
    """Press Tab until what is asked for, or something in it, has the focus; how often that was."""
    for presses in range(MOST):
        if page.evaluate("selector => !!document.activeElement?.closest(selector)", selector):
            return presses
        page.keyboard.press(key)
    raise AssertionError(f"{selector} can't be reached with {key}")


def press(page: "Page", key: str) -> None:
    """Press a button by keyboard."""
    reach(page, f".st-key-{key} button")
    page.keyboard.press("Enter")
    settle(page)


def choose(page: "Page", key: str, text: str) -> None:
    """Type into a select box and take what it finds."""
    reach(page, f".st-key-{key} input")
    page.keyboard.type(text)
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    settle(page)


def test_an_application_is_filed_by_keyboard_alone(app_server: Product, browser_page: Visitors) -> None:
    number = next(story.number for story in read_demonstration().stories if "19 行" in story.title)
    page: Page = browser_page(app_server.url)
    page.goto("/login")
    # The page gives it the focus when it is first painted: what is typed before that goes nowhere.
    page.locator("[name=username]:focus").wait_for()
    page.keyboard.type("clerk1")
    page.keyboard.press("Tab")
    page.keyboard.type("demo-clerk1-2026")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=stApp]")
    settle(page)

    press(page, "start")
    page.wait_for_url("**/apply")
    page.locator(".st-key-query_from input:focus").wait_for()
    settle(page)
    choose(page, "query_from", "2022-01")
    choose(page, "query_to", "2023-09")
    reach(page, ".st-key-query_ids textarea")
    page.keyboard.type(number)
    press(page, "query_search")
    rows = grid(page)

    reach(page, GRID)
    # From the tick box of the header to that of the first row, and from one row to the next.
    page.keyboard.press("Tab")
    assert rows.locator(".ag-row[row-index='0'] [col-id='ag-Grid-SelectionColumn']:focus").count()
    for _row in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.locator(".st-key-totals", has_text="已勾选 1 条").wait_for()

    reach(page, ".st-key-select_none button", "Shift+Tab")
    presses = reach(page, ".st-key-reason input")
    assert presses <= MOST_PAST_THE_GRID
    _go_back_through_the_grid(page)

    choose(page, "reason", "劳动合同变动")
    press(page, "submit")
    page.locator(".st-key-confirm").wait_for()
    press(page, "confirm")

    assert shown(page, r"TF\d{15}")
    reach(page, ".st-key-logout button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login*")


def _go_back_through_the_grid(page: "Page") -> None:
    """Backwards the stops are the same: no way leads to the last cell, and one comes back to the cell that was left."""
    rows = grid(page)
    first = rows.locator(".ag-row[row-index='0'] [col-id='ag-Grid-SelectionColumn']:focus")
    for _press in range(MOST_PAST_THE_GRID):
        page.keyboard.press("Shift+Tab")
        if rows.locator(".ag-cell:focus").count():
            break
    assert first.count()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert rows.locator(".ag-row[row-index='1'] [col-id='ag-Grid-SelectionColumn']:focus").count()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => !!document.activeElement?.closest('.st-key-select_none')")
