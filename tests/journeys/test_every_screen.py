"""What holds on every screen: no sideways scrolling at any width, no English left over, nothing that shuts anybody out, and
no script, style or address that the Content-Security-Policy stops.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from core.services.accounts import DEMO_ACCOUNTS
from tests.journeys.latin import left_over
from tests.support.browser import Visitors, listen
from tests.support.clerk import sign_in
from tests.support.product import Product
from tests.support.screens import SCREENS, Screen

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (1440, 1280, 768, 390)
IMPACTS = {"serious", "critical"}
# Every animation that ends has ended. (Its promise is of no use: Chromium forgets to keep that of some.)
AT_REST = """() => document.getAnimations().every(
    each => each.playState !== 'running' || each.effect.getComputedTiming().endTime === Infinity)"""
DRAWN = "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
SIDEWAYS = """() => Math.max(
    document.documentElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll('[data-testid=stMain]')].map(main => main.scrollWidth - main.clientWidth))"""


@pytest.fixture(scope="module")
def visitors(browser) -> Iterator[Visitors]:
    """Every account signs in once, and goes from screen to screen."""
    opened = Visitors(browser)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def page_of(app_server: Product, visitors: Visitors):
    @cache
    def open_page(account: str) -> tuple["Page", list[str]]:
        page = visitors(app_server.url)
        errors = listen(page)
        sign_in(page, account)
        return page, errors

    return open_page


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen(screen: Screen, page_of, pictures) -> None:
    page, errors = page_of(screen.account)
    errors.clear()
    page.set_viewport_size({"width": WIDTHS[0], "height": 1000})
    page.goto(screen.path)
    screen.reach(page)
    page.screenshot(path=pictures / f"{screen.name}-light.png", full_page=True)

    faults: dict[str, object] = {"english": left_over(page, *DEMO_ACCOUNTS), "barriers": barriers(page)}
    page.emulate_media(color_scheme="dark")
    come_to_rest(page)
    page.screenshot(path=pictures / f"{screen.name}-dark.png", full_page=True)
    faults["barriers in the dark"] = barriers(page, "color-contrast")
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        faults[f"sideways at {width} px"] = sideways(page)
    page.screenshot(path=pictures / f"{screen.name}-narrow.png", full_page=True)
    faults["errors that the browser notes"] = tuple(errors)
    told = [f"{what}: {found}" for what, found in faults.items() if found]
    assert not told, "\n".join(told)


def sideways(page: "Page") -> int:
    """How far the page can be scrolled sideways (px), once the sidebar has come to rest."""
    for _look in range(10):
        come_to_rest(page)
        if (far := max(0, page.evaluate(SIDEWAYS))) == 0:
            return 0
    return far


def come_to_rest(page: "Page") -> None:
    """Wait until what a change of size or colour has set going has ended."""
    page.wait_for_timeout(60)
    page.wait_for_function(AT_REST)
    page.evaluate(DRAWN)


def barriers(page: "Page", *rules: str) -> dict[str, list[str]]:
    """What axe-core calls serious or critical, on the page and in the grid: the places by rule."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found: dict[str, list[str]] = {}
    for frame in page.frames:
        for violation in Axe().run(frame, options={"resultTypes": ["violations"], **options}).response["violations"]:
            if violation["impact"] in IMPACTS:
                found.setdefault(violation["id"], []).extend(map(_place, violation["nodes"]))
    return found


def _place(node: dict) -> str:
    cause = next(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
    return f"\n    {cause} | {node['html'][:200]}"
