"""``make shots``: the pictures of the README, taken from the running product with its demonstration data."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.browser import Visitors, running_browser
from tests.support.clerk import ask, choose, grid, press, settle, sign_in
from tests.support.product import ROOT, Product, run_command

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
            take_pictures(Visitors(browser)(product.url, viewport=SIZE))
        finally:
            product.stop()


def take_pictures(page: "Page") -> None:
    """A clerk's way from the query to the preview."""
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    ask(page, "2022-01", "2023-09", PERSON)
    choose(page, "reason", "劳动合同变动")
    press(page, "select_after_event")
    grid(page)
    page.locator(".st-key-query_from").scroll_into_view_if_needed()
    take(page, "apply")
    press(page, "select_all")
    press(page, "submit")
    page.locator(".st-key-confirm").wait_for()
    page.get_by_role("tab", name="不能退费情况").click()
    settle(page)
    take(page, "refusals")
    page.goto("/batches")
    settle(page)
    take(page, "records")


def take(page: "Page", name: str) -> None:
    """One picture of what is in view, once everything has been drawn."""
    page.wait_for_timeout(1200)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
