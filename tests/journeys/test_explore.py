"""自由查询 in a browser: filters, rows, a file with its purpose, and the same answer from its address."""

import re
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from playwright.sync_api import expect

from tests.support.browser import Visitors
from tests.support.clerk import choose, press, settle, shown, sign_in
from tests.support.product import Product

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def test_an_analyst_asks_exports_and_comes_back_by_the_address(
    app_server: Product, browser_page: Visitors, pictures: "Path"
) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "analyst1")
    page.goto("/insights")
    settle(page)
    page.get_by_role("tab", name="自由查询").click()
    settle(page)
    page.get_by_text("条件与分组").click()
    choose(page, "explore_insurance", "养老")
    page.fill(".st-key-explore_from input", "2022-01")
    page.fill(".st-key-explore_to input", "2022-12")
    press(page, "explore_ask")
    shown(page, "退费明细：养老，2022-01 至 2022-12")
    assert "insurance=pension" in page.url
    count = _count(page)
    page.screenshot(path=pictures / "01-asked.png", full_page=True)

    lines = page.url
    page.get_by_role("radio", name="不能退费记录").click()
    settle(page)
    shown(page, "不能退费记录：养老，2022-01 至 2022-12")
    page.go_back()
    expect(page).to_have_url(lines)
    settle(page)
    expect(page.get_by_role("radio", name="退费明细")).to_be_checked()
    shown(page, "退费明细：养老，2022-01 至 2022-12")

    press(page, "explore_export")
    page.get_by_role("dialog").get_by_text("Parquet").click()
    page.fill(".st-key-purpose textarea", "月度核对")
    page.locator(".st-key-purpose textarea").blur()
    settle(page)
    with page.expect_download() as download:
        press(page, "take_export")
    table = pq.read_table(download.value.path())
    assert table.num_rows == count
    assert set(table.column("险种").to_pylist()) == {"养老"}
    assert all("*" in number for number in table.column("社会保障号码").to_pylist())

    page.goto(page.url)
    settle(page)
    shown(page, "退费明细：养老，2022-01 至 2022-12")
    assert _count(page) == count
    page.screenshot(path=pictures / "02-again.png", full_page=True)


def test_what_is_chosen_and_what_can_be_chosen_is_whole_on_a_narrow_screen(
    app_server: Product, browser_page: Visitors, pictures: "Path"
) -> None:
    page: Page = browser_page(app_server.url, viewport={"width": 320, "height": 844})
    sign_in(page, "analyst1")
    page.goto("/insights?tab=explore&subject=lines&reason=R01,R02,R05,R10&code=N08,N10")
    settle(page)
    page.get_by_text("条件与分组").click()
    cut = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.innerText)"
    boxes = page.get_by_test_id("stMultiSelectTagsContainer").filter(visible=True)
    boxes.first.wait_for()
    tags = boxes.locator("[data-tag] > span").filter(visible=True)

    assert tags.count() == 6
    assert boxes.evaluate_all(cut) == tags.evaluate_all(cut) == []
    assert all(box.evaluate("node => node.scrollHeight <= node.parentElement.clientHeight") for box in boxes.all())
    code = page.locator(".st-key-explore_code input")
    code.scroll_into_view_if_needed()
    options = page.get_by_role("option").locator("[data-item-hl]")
    # A list closes when its page is scrolled, which a busy machine may do a moment later.
    for _turn in range(4):
        page.wait_for_timeout(300)
        if options.count() == 0:
            code.click()
    options.first.wait_for()
    assert options.evaluate_all(cut) == []
    page.screenshot(path=pictures / "chosen.png")


def _count(page: "Page") -> int:
    return int(re.sub(r"\D", "", page.locator("[data-testid=stMetricValue]").first.inner_text()))
