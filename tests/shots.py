"""``make shots``: the pictures of the README and the user's guide, taken from the running product with its demonstration data."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.lifecycle import State
from tests.support.browser import Visitors, running_browser
from tests.support.clerk import ask, choose, grid, press, settle, sign_in
from tests.support.product import ROOT, Product, run_command
from tests.support.screens import batch_in, first_listed

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = ROOT / "docs" / "pictures"
#: The story of the user guide: nineteen months, some of which can be refunded (``data/demo/recipe.toml``).
PERSON = "119999198803129117"
SIZE = {"width": 1280, "height": 860}


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        data_dir = Path(folder) / "data"
        data_dir.mkdir()
        run_command(data_dir, "demo", REFUND_DEMO="1").check_returncode()
        product = Product(data_dir, Path(folder) / "server.log", {"REFUND_DEMO": "1"})
        product.start()
        try:
            take_pictures(Visitors(browser), product.url)
        finally:
            product.stop()


def take_pictures(open_page: Visitors, url: str) -> None:
    """What the README and the user's guide show: a clerk's way from the notice to a batch, and where officials work."""
    clerk = open_page(url, viewport=SIZE)
    sign_in(clerk, "clerk1")
    take(clerk, "notice")
    take_application(clerk)
    take_preview(clerk)
    take_letters(clerk)
    officials = {"reviewer1": "review", "finance1": "payments", "analyst1": "insights"}
    for account, screen in officials.items():
        page = open_page(url, viewport=SIZE)
        sign_in(page, account)
        page.goto(f"/{screen}")
        settle(page)
        take(page, screen)
        if account == "reviewer1":
            take_decision(page)


def take_application(page: "Page") -> None:
    """申报 from the query to the papers."""
    page.goto("/apply")
    settle(page)
    ask(page, "2022-01", "2023-09", PERSON)
    grid(page)
    take(page, "query")
    choose(page, "reason", "劳动合同变动")
    press(page, "select_after_event")
    grid(page)
    take(page, "apply", ".st-key-totals")
    page.locator(".st-key-branch_search input").press_sequentially("工行 澜汐")
    page.locator(".st-key-branches_found").wait_for()
    take(page, "bank", ".st-key-other_reasons")
    take(page, "papers", ".st-key-materials")


def take_preview(page: "Page") -> None:
    """退费预览, 申报记录 and one batch."""
    press(page, "select_all")
    press(page, "submit")
    page.locator(".st-key-confirm").wait_for()
    page.get_by_role("tab", name="不能退费情况").click()
    settle(page)
    take(page, "refusals")
    page.goto("/batches")
    settle(page)
    take(page, "records")
    first_listed(page)
    take(page, "batch")


def take_letters(page: "Page") -> None:
    """What there is to print of a batch that was paid: the agency's letters and a person's certificate among it."""
    page.goto("/batches")
    batch_in(State.CLOSED)(page)
    page.locator(".st-key-print button").first.click()
    page.locator(".st-key-print_certificate").wait_for()
    take(page, "letters")


def take_decision(page: "Page") -> None:
    """The lines of the first batch in the queue beside the picture of a paper."""
    first_listed(page)
    choose(page, "paper_choice", "")
    page.locator(".st-key-paper_page img").wait_for()
    take(page, "decision", ".st-key-paper_choice")


def take(page: "Page", name: str, top: str = "") -> None:
    """One picture of what is in view, from the element ``top`` on if one is named, once everything has been drawn."""
    if top:
        page.locator(top).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(1200)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
