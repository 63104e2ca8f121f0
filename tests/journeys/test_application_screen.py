"""申报 in a real browser: what only a browser can show. Ticks in a hurry, light and dark, no English where one types."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from core.services.demo_ledger import read_demonstration
from tests.journeys.latin import left_over
from tests.support.browser import Visitors
from tests.support.clerk import ask, choose, grid, press, settle, sign_in, ticked
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]

BOXES = ".ag-pinned-left-cols-container .ag-row .ag-checkbox-input"


def total(page: "Page", rows: int) -> None:
    """Wait until the running total counts so many rows."""
    page.locator(".st-key-totals", has_text=f"已勾选 {rows} 条").wait_for()


@pytest.fixture
def application(app_server: Product, browser_page: Visitors) -> Open:
    """The application of clerk1 with nineteen months of one person shown and none of them ticked."""
    number = next(story.number for story in read_demonstration().stories if "19 行" in story.title)

    def open_application(**options: object) -> "Page":
        page: Page = browser_page(app_server.url, **options)
        sign_in(page, "clerk1")
        page.goto("/apply")
        settle(page)
        press(page, "query_reset")
        ask(page, "2022-01", "2023-09", number)
        grid(page)
        press(page, "select_none")
        total(page, 0)
        return page

    return open_application


def test_ticks_in_a_hurry_are_all_kept(application: Open) -> None:
    page = application()
    boxes = grid(page).locator(BOXES)
    for row in range(5):
        boxes.nth(row).click()
    total(page, 5)

    boxes.nth(5).click()
    page.locator(".st-key-query_search button").click()
    total(page, 6)
    settle(page)
    assert len(ticked(page)) == 6

    boxes.nth(6).click()
    page.locator(".st-key-submit button").click()
    page.goto("/apply")
    total(page, 7)


def test_the_header_takes_every_page_and_says_how_many_there_are(application: Open) -> None:
    page = application()
    frame = grid(page)
    assert frame.locator(".refund-summary").inner_text() == "总共 19 条 显示 1-10 条"

    frame.locator(".ag-header-select-all .ag-checkbox-input").first.click()
    total(page, 19)


def test_the_grid_follows_light_and_dark_without_losing_its_ticks(application: Open) -> None:
    page = application()
    boxes = grid(page).locator(BOXES)
    boxes.first.click()
    total(page, 1)
    colour = "node => getComputedStyle(node).backgroundColor"
    light = grid(page).locator(".ag-root-wrapper").evaluate(colour)

    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1_000)

    assert grid(page).locator(".ag-root-wrapper").evaluate(colour) != light
    # The component's own theme, which it falls back to, writes larger.
    assert grid(page).locator(".ag-cell").first.evaluate("node => getComputedStyle(node).fontSize") == "13px"
    assert len(ticked(page)) == 1


def test_a_page_of_rows_fits_also_where_scrollbars_take_room(application: Open) -> None:
    page = application()
    body = grid(page).locator(".ag-body-viewport")
    # The widest scrollbars that browsers draw; those of the tests are hidden.
    assert body.evaluate("node => node.clientHeight - node.scrollHeight") >= 0
    grid(page).locator(".ag-body-horizontal-scroll").evaluate("node => { node.style.minHeight = '17px'; }")
    page.wait_for_timeout(200)
    assert body.evaluate("node => node.clientHeight - node.scrollHeight") >= 0


def test_on_a_narrow_screen_the_grid_pins_less_and_its_footer_is_whole(application: Open) -> None:
    page = application(viewport={"width": 390, "height": 844})
    frame = grid(page)
    wide = "node => node.getBoundingClientRect().width"
    frame.locator(".refund-narrow").wait_for()

    assert frame.locator(".ag-pinned-left-header").evaluate(wide) < frame.locator(".ag-root").evaluate(wide) / 2
    assert frame.locator(".ag-paging-panel").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_page_of_rows_fits_above_a_footer_of_two_lines(application: Open) -> None:
    page = application(viewport={"width": 390, "height": 844})
    press(page, "query_reset")
    choose(page, "query_from", "2022-01")
    choose(page, "query_to", "2023-09")
    page.locator(".st-key-query_all label").first.click()
    settle(page)
    press(page, "query_search")
    frame = grid(page)
    frame.locator(".refund-part").wait_for()
    frame.locator(".ag-body-horizontal-scroll").evaluate("node => { node.style.minHeight = '17px'; }")
    page.wait_for_timeout(200)

    body = "node => node.clientHeight - node.scrollHeight"
    assert frame.locator(".ag-body-viewport").evaluate(body) >= 0
    assert frame.locator(".ag-paging-panel").evaluate(body) >= 0


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_the_sum_that_stays_in_view_lies_below_everything_that_scrolls(application: Open, width: int) -> None:
    page = application(viewport={"width": width, "height": 900})
    grid(page).locator(BOXES).first.click()
    total(page, 1)
    shown = page.locator(".refund-in-view")
    box = "node => node.getBoundingClientRect().toJSON()"

    assert shown.evaluate(box)["top"] >= page.get_by_test_id("stMain").evaluate(box)["bottom"]
    for sums in (shown, page.locator(".st-key-totals")):
        assert sums.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.locator(".st-key-submit button").focus()
    assert page.locator(".st-key-submit button").evaluate(box)["bottom"] <= shown.evaluate(box)["top"]


def test_what_is_wrong_is_read_where_submit_was_pressed(application: Open) -> None:
    page = application(viewport={"width": 390, "height": 844})
    press(page, "submit")
    told = page.get_by_test_id("stAlert").filter(has_text="请先更正以下")
    told.wait_for()
    box = "node => node.getBoundingClientRect().toJSON()"

    assert told.evaluate(box)["bottom"] <= page.get_by_test_id("stMain").evaluate(box)["bottom"]
    assert told.evaluate(box)["bottom"] <= page.locator(".st-key-submit").evaluate(box)["top"]


def test_the_sums_of_the_preview_are_whole_on_a_narrow_screen(application: Open) -> None:
    page = application(viewport={"width": 390, "height": 844})
    choose(page, "reason", "劳动合同变动")
    press(page, "select_after_event")
    press(page, "submit")
    sums = page.locator(".st-key-fund_totals [data-testid=stTable] > div")

    assert sums.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_where_it_gets_narrow_the_two_lists_of_papers_stand_one_below_the_other(application: Open) -> None:
    page = application(viewport={"width": 768, "height": 1024})
    box = "node => node.getBoundingClientRect().toJSON()"
    listed, uploaded = (page.locator(f".st-key-{key}").evaluate(box) for key in ("materials", "papers"))

    assert uploaded["top"] >= listed["bottom"]
    assert uploaded["width"] == listed["width"]


def test_no_english_is_left_on_the_screen_in_the_grid_and_in_the_dialogs(application: Open) -> None:
    page = application()
    page.locator(".st-key-reason input").click()
    page.locator(".st-key-reason input").fill("没有这种原因")
    page.wait_for_timeout(300)
    assert left_over(page, "clerk1") == set()
    page.keyboard.press("Escape")

    page.locator(".st-key-query_ids textarea").press_sequentially(" 1")
    page.wait_for_timeout(200)
    assert left_over(page, "clerk1", "Ctrl") == set()

    press(page, "upload_M1")
    page.locator("[data-testid=stDialog]").wait_for()
    assert left_over(page, "clerk1") == set()
