"""Tick → settled in the real product, against a button in an empty app with the same settings, in the same browser."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.services.accounts import ensure_demo_accounts
from core.services.desk import open_desk
from core.store.bulk import insert_rows
from core.store.database import Database
from core.store.schema import contributions, facts
from tests.bench.measuring import Figure
from tests.support.browser import Visitors, running_browser
from tests.support.clerk import choose, grid, press, settle, sign_in
from tests.support.desks import Ledger, person
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


def measure() -> Iterator[Figure]:
    """A tick among 19 rows, among 1,000, and on the first page of 24,000 with none and with all of them ticked; and the
    buttons that tick all 24,000.
    """
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser, empty_app(Path(folder), EMPTY) as empty:
        visitors = Visitors(browser)
        product = make_product(Path(folder) / "data")
        try:
            button = visitors(empty)
            button.goto("/")
            button.get_by_role("button", name="more").wait_for()
            for count, asked in _QUERIES.items():
                page = _query(visitors(product.url), *asked)
                yield _figure(f"tick to settled, {count:,} rows", button, page)
            yield from _all_of_them(button, page)
        finally:
            product.stop()


#: How many rows a query finds, and its months and numbers.
_QUERIES = {
    19: ("2022-01", "2023-07", person(1)),
    1000: ("2020-01", "2020-12", ""),
    24_000: ("2018-01", "2019-12", ""),
}


def _all_of_them(button: "Page", page: "Page") -> Iterator[Figure]:
    """Every row of the largest query ticked by one button, and then a tick more or less."""
    choose(page, "reason", "劳动合同变动")
    for key, name in (("select_after_event", "every month of the reason"), ("select_all", "全选")):
        yield _figure_of(f"{name}, 24,000 rows", button, page, key)
    press(page, "select_all")
    yield _figure("tick to settled, 24,000 rows, all ticked", button, page)


def _figure_of(name: str, button: "Page", page: "Page", key: str) -> Figure:
    """The button of this ``key``, pressed when nothing is ticked, until the grid shows its ticks."""
    floors, ours = [], []
    for _turn in range(5):
        press(page, "select_none")
        page.wait_for_timeout(500)
        floors.append(_press_more(button))
        ours.append(_until(page, lambda: page.locator(f".st-key-{key} button").click(), "24,0"))
    return Figure(name, statistics.median(floors), statistics.median(ours), 30.0)


def _press_more(button: "Page") -> float:
    return _until(button, lambda: button.get_by_role("button").click(), f"pressed {_pressed(button) + 1} times")


def _figure(name: str, button: "Page", page: "Page") -> Figure:
    floors, ours = [], []
    boxes = grid(page).locator(".ag-pinned-left-cols-container .ag-row .ag-checkbox-input")
    for turn in range(TURNS):
        floors.append(_press_more(button))
        ours.append(_until(page, lambda at=turn % 9: boxes.nth(at).click(), None))
    return Figure(name, statistics.median(floors), statistics.median(ours), 4.0 if "24,000" in name else 3.0)


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
def empty_app(folder: Path, script_text: str) -> Iterator[str]:
    """An app of this script with the settings of the product; gives its address."""
    script = folder / "empty" / "app.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(script_text)
    shutil.copytree(ROOT / ".streamlit", script.parent / ".streamlit", dirs_exist_ok=True)
    server = Product(script.parent / "data", folder / "empty.log", script=script)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def ask_for_nineteen(page: "Page") -> None:
    """A query of 19 rows, which is in the draft from then on."""
    _query(page, *_QUERIES[19])


def make_product(data_dir: Path) -> Product:
    """The product with one person of 19 months, a year of 1,000 rows and two years of 24,000 at D001."""
    desk = open_desk({"REFUND_DATA_DIR": str(data_dir)})
    ledger = Ledger(desk.database)
    for employer_id in ("D001", "D002", "D003"):
        ledger.employer(employer_id, f"{employer_id} 公司")
    ensure_demo_accounts(desk)
    for month in range(19):
        ledger.row(person(1), 202201 + month // 12 * 100 + month % 12, "D001")
    _copy_first_row(desk.database, "C", 1000, 12, 202001)
    _copy_first_row(desk.database, "B", 24_000, 24, 201801)
    _let_go(desk.database)
    desk.database.dispose()
    product = Product(data_dir, data_dir / "server.log", {"REFUND_DEMO": "1"})
    product.start()
    return product


def _copy_first_row(database: Database, prefix: str, count: int, months: int, first: int) -> None:
    """``count`` rows of people with so many months each, from month ``first`` on."""
    with database.write() as connection:
        row = connection.execute(contributions.select().limit(1)).mappings().one()
        copies = [
            {**row, "serial": f"{prefix}{at}", "social_security_number": _employee(at // months)}
            | {"period": first + at % months // 12 * 100 + at % months % 12}
            for at in range(count)
        ]
        insert_rows(connection, contributions, tuple(row), [tuple(copy.values()) for copy in copies])


def _employee(number: int) -> str:
    return person(100 + number % 800) if number < 800 else f"{person(100 + number % 800)[:-1]}Y"


def _let_go(database: Database) -> None:
    """All of them had left before the months of the largest query."""
    known = ("social_security_number", "kind", "employer_id", "start_day", "end_day", "insurance", "note")
    people = [(_employee(at), "employment", "D001", 20100301, 20171220, "", "") for at in range(1000)]
    with database.write() as connection:
        insert_rows(connection, facts, known, people)


def _query(page: "Page", first: str, last: str, numbers: str) -> "Page":
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    choose(page, "query_from", first)
    choose(page, "query_to", last)
    if numbers:
        page.fill(".st-key-query_ids textarea", numbers)
    elif not page.locator(".st-key-query_all input").is_checked():
        page.locator(".st-key-query_all label").first.click()
        settle(page)
    press(page, "query_search")
    grid(page)
    settle(page)
    return page
