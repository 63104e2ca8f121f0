"""The first usable screen, cold and warm, against an empty app with an empty grid, each started anew, in the same browser.

Cold is a visitor whose browser has nothing of the product yet and whose server nobody has asked anything yet: from opening
/apply, signed in, until the rows of the query stand in the grid and the script is at rest. Warm is the same browser again.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.measuring import Figure
from tests.bench.ticking import ask_for_nineteen, empty_app, make_product
from tests.support.browser import Visitors, running_browser
from tests.support.clerk import GRID, SETTLED
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TURNS = 5
EMPTY = """
import pandas as pd
import streamlit as st
from st_aggrid import AgGrid
st.header("empty")
AgGrid(pd.DataFrame({"a": [0]}), key="empty")
"""


def measure() -> Iterator[Figure]:
    """Cold and warm."""
    with tempfile.TemporaryDirectory() as name, running_browser() as browser:
        folder = Path(name)
        product = make_product(folder / "data")
        visit = Visitors(browser)
        ask_for_nineteen(visit(product.url))
        visit.close()
        product.stop()
        ours, floors = [], []
        for _turn in range(TURNS):
            with empty_app(folder, EMPTY) as url:
                floors.append(_visits(browser, url, "/"))
            ours.append(_visits_of_product(browser, product))
    for place, kind in enumerate(("cold", "warm")):
        floor, own = (statistics.median(taken[place] for taken in both) for both in (floors, ours))
        yield Figure(f"first usable screen, {kind}", floor, own, 1.5)


def _visits_of_product(browser: "Browser", product: Product) -> tuple[float, float]:
    product.start()
    try:
        return _visits(browser, product.url, "/apply", _sign_in)
    finally:
        product.stop()


def _sign_in(page: "Page") -> None:
    """Sign in, and leave before any screen is drawn."""
    page.request.post("/login", form={"username": "clerk1", "password": "demo-clerk1-2026"}, max_redirects=0)


def _visits(
    browser: "Browser", url: str, path: str, prepare: Callable[["Page"], None] | None = None
) -> tuple[float, float]:
    """Seconds of the first and of the second visit in a browser of its own."""
    visitors = Visitors(browser)
    page = visitors(url)
    if prepare:
        prepare(page)
    cold = _open(page, path)
    page.goto("about:blank")
    warm = _open(page, path)
    visitors.close()
    return cold, warm


def _open(page: "Page", path: str) -> float:
    start = time.perf_counter()
    page.goto(path, wait_until="commit")
    page.frame_locator(GRID).locator(".ag-row").first.wait_for()
    page.wait_for_selector(SETTLED)
    return time.perf_counter() - start
