"""查找开户行 in a real browser: three characters, the keyboard, and a preview that has nothing against what was filled in."""

from typing import TYPE_CHECKING

import pytest

from core.services.demo_ledger import read_demonstration
from tests.journeys.latin import left_over
from tests.support.browser import Visitors
from tests.support.clerk import ask, choose, press, settle, shown, sign_in
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Page


def value(page: "Page", key: str) -> str:
    return page.locator(f".st-key-{key} input").input_value()


def search(page: "Page", text: str) -> None:
    """Type without Enter, as somebody does who waits for what comes."""
    box = page.locator(".st-key-branch_search input")
    box.scroll_into_view_if_needed()
    box.press_sequentially(text)
    page.locator(".st-key-branches_found").wait_for()
    settle(page)


# Both visitors have the same draft, so each takes another branch.
@pytest.mark.parametrize(
    ("width", "typed", "code", "branch"),
    [
        (1440, "工行海淀", "102100099937", ("中国工商银行", "中国工商银行股份有限公司北京演示海淀支行")),
        (390, "通州支", "313100099912", ("北京演示银行", "北京演示银行股份有限公司通州支行")),
    ],
)
def test_three_characters_find_a_branch_that_the_preview_accepts(
    app_server: Product, browser_page: Visitors, width: int, typed: str, code: str, branch: tuple[str, str]
) -> None:
    bank, name = branch
    page: Page = browser_page(app_server.url, viewport={"width": width, "height": 900})
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    page.locator(".st-key-exchange_number input").fill("990103")
    search(page, typed)
    assert left_over(page, "clerk1") == set()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    # Tab goes past the cross that empties the field and the help to the first branch found.
    first = page.locator(".st-key-branches_found button").first
    for _ in range(4):
        page.keyboard.press("Tab")
        if first.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.locator(f".st-key-branch_name input[value='{name}']").wait_for()
    settle(page)

    filled = {key: value(page, key) for key in ("bank_name", "branch_name", "cnaps_code", "exchange_number")}
    assert filled == {"bank_name": bank, "branch_name": name, "cnaps_code": code, "exchange_number": "990103"}
    assert value(page, "branch_search") == ""

    number = next(story.number for story in read_demonstration().stories if "19 行" in story.title)
    ask(page, "2022-01", "2023-09", number)
    press(page, "select_all")
    choose(page, "reason", "劳动合同变动")
    press(page, "submit")
    page.wait_for_url("**/confirm")
    shown(page, name)
    assert "开户行目录" not in page.locator("[data-testid=stApp]").inner_text()
