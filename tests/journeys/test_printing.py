"""Printing in a real browser: every form that is asked for is fetched at once, several of one screen too."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.documents.printing import words_of
from tests.shots import PERSON
from tests.support.browser import Visitors
from tests.support.clerk import ask, choose, press, settle, sign_in
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Page


def fetched(page: "Page", key: str) -> tuple[str, bytes]:
    """Name and content of the file that the browser keeps after this button was pressed."""
    with page.expect_download() as download:
        press(page, key)
    settle(page)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_every_form_is_fetched_as_soon_as_it_is_made(
    app_server: Product, browser_page: Visitors, pictures: Path
) -> None:
    page: Page = browser_page(app_server.url)
    complaints = _listen(page)
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    ask(page, "2022-01", "2023-09", PERSON)
    choose(page, "reason", "劳动合同变动")
    press(page, "select_all")

    name, form = fetched(page, "application_form")
    assert name.startswith("退费申请表-")
    assert "（草稿）" in words_of(form)
    press(page, "submit")
    page.wait_for_selector(".st-key-confirm")
    names = [fetched(page, key)[0] for key in ("print_application_pdf", "print_lines_pdf", "print_lines_xlsx")]
    page.screenshot(path=pictures / "printing.png", full_page=True)

    assert [name.split("-")[0] for name in names] == ["退费申请表", "人员退费明细表", "人员退费明细表"]
    assert [name.split(".")[-1] for name in names] == ["pdf", "pdf", "xlsx"]
    assert complaints() == []


def _listen(page: "Page") -> Callable[[], list[str]]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    return lambda: said
