"""Tick → settled in the real product, against a button in an empty app with the same settings, in the same browser."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.services.accounts import ensure_demo_accounts
from core.services.desk import open_desk
from core.store.bulk import insert_rows
from core.store.schema import contributions
from tests.bench.measuring import Figure
from tests.support.browser import Visitors, running_browser
from tests.support.clerk import choose, grid, press, settle, sign_in
from tests.support.desks import Ledger, person
from tests.support.ports import free_port
from tests.support.product import ROOT, Product

if TYPE_CHECKING:
    from playwright.sync_api import Page

TURNS = 15
EMPTY = """
import streamlit as st
st.session_state.setdefault("n", 0)
if st.button("more"):
    st.session_state.n += 1
st.write(f"pressed {st.session_state.n} times")
"""


def measure() -> list[Figure]:
    """One figure for 19 rows and one for 1,000 rows on one screen."""
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser, _empty_app(Path(folder)) as empty:
        visitors = Visitors(browser)
        product = _product(Path(folder) / "data")
        try:
            button = visitors(empty)
            button.goto("/")
            button.get_by_role("button", name="more").wait_for()
            rows = {count: _query(visitors(product.url), *asked) for count, asked in _QUERIES.items()}
            return [_figure(count, button, page) for count, page in rows.items()]
        finally:
            product.stop()


_QUERIES = {19: ("2022-01", "2023-07", person(1)), 1000: ("2020-01", "2020-12", "")}


def _figure(count: int, button: "Page", page: "Page") -> Figure:
    floors, ours = [], []
    boxes = grid(page).locator(".ag-pinned-left-cols-container .ag-row .ag-checkbox-input")
    for turn in range(TURNS):
        floors.append(
            _until(button, lambda: button.get_by_role("button").click(), f"pressed {_pressed(button) + 1} times")
        )
        ours.append(_until(page, lambda at=turn % 9: boxes.nth(at).click(), None))
    return Figure(f"tick to settled, {count:,} rows", statistics.median(floors), statistics.median(ours), 3.0)


def _pressed(button: "Page") -> int:
    return int(button.get_by_text("pressed").inner_text().split()[1])


def _until(page: "Page", act: Callable[[], None], text: str | None) -> float:
    """Seconds from the act until the words on the page have changed (to ``text``) and the script is at rest."""
    settle(page)
    before = page.evaluate(_WORDS)
    start = time.perf_counter()
    act()
    page.wait_for_function(
        f"([before, text]) => {{ const now = ({_WORDS})(); return now !== before && (!text || now.includes(text))"
        " && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'; }",
        arg=[before, text],
        polling=5,
    )
    return time.perf_counter() - start


_WORDS = "() => document.querySelector('[data-testid=stMain]').innerText"


@contextmanager
def _empty_app(folder: Path) -> Iterator[str]:
    (folder / "empty").mkdir()
    script = folder / "empty" / "app.py"
    script.write_text(EMPTY)
    shutil.copytree(ROOT / ".streamlit", folder / "empty" / ".streamlit")
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    with subprocess.Popen(command, cwd=script.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            time.sleep(3)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _product(data_dir: Path) -> Product:
    """The product with one person of 19 months and a year of 1,000 rows at D001."""
    desk = open_desk({"REFUND_DATA_DIR": str(data_dir)})
    ledger = Ledger(desk.database)
    for employer_id in ("D001", "D002", "D003"):
        ledger.employer(employer_id, f"{employer_id} 公司")
    ensure_demo_accounts(desk)
    for month in range(19):
        ledger.row(person(1), 202201 + month // 12 * 100 + month % 12, "D001")
    _copy_first_row(desk.database, 1000)
    desk.database.dispose()
    product = Product(data_dir, data_dir / "server.log", {"REFUND_DEMO": "1"})
    product.start()
    return product


def _copy_first_row(database: object, count: int) -> None:
    with database.write() as connection:  # type: ignore[attr-defined]
        row = connection.execute(contributions.select().limit(1)).mappings().one()
        copies = [
            {**row, "serial": f"C{at}", "social_security_number": person(100 + at // 12), "period": 202001 + at % 12}
            for at in range(count)
        ]
        insert_rows(connection, contributions, tuple(row), [tuple(copy.values()) for copy in copies])


def _query(page: "Page", first: str, last: str, numbers: str) -> "Page":
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    choose(page, "query_from", first)
    choose(page, "query_to", last)
    if numbers:
        page.fill(".st-key-query_ids textarea", numbers)
    else:
        page.locator(".st-key-query_all label").first.click()
        settle(page)
    press(page, "query_search")
    grid(page)
    settle(page)
    return page
