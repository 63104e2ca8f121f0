"""An analyst in a browser: a bar filters the rest, a figure leads to its rows and their file, a view is kept and reopened.

What the screen says is compared with what pandas counts in the batches as they were written.
"""

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from core.services.boards import LEAST
from core.store.database import Database
from tests.journeys.latin import left_over
from tests.support.browser import Visitors
from tests.support.clerk import press, settle, shown, sign_in
from tests.support.product import Product
from tests.support.volume import Written, write_batches

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

YEAR = "from=2022-11&to=2023-11"
#: No text of a chart reaches beyond its chart, once the charts have followed the width of the page.
NOTHING_CUT_OFF = """() => [...document.querySelectorAll("[class*='st-key-board_'] svg.marks")].every(chart => {
    const {left, right} = chart.getBoundingClientRect();
    const lies_within = ({left: from, right: to}) => from >= left - 1 && to <= right + 1;
    // Labels that give way to others are hidden, and the box of a title that stands upright is not its letters.
    const seen = text => text.getAttribute("opacity") !== "0" && !text.closest(".role-axis-title");
    return [...chart.querySelectorAll("text")].filter(seen).every(text => lies_within(text.getBoundingClientRect()));
})"""


@pytest.fixture(scope="module")
def busy_server(_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Written]]:
    """The product with some batches of a year, and these as plain frames."""
    folder = tmp_path_factory.mktemp("boards")
    data = shutil.copytree(_demonstration, folder / "data")
    database = Database(f"sqlite:///{data}/refund.sqlite3")
    written = write_batches(database, 90, employer_count=8)
    database.dispose()
    product = Product(data, folder / "server.log", {"REFUND_DEMO": "1"})
    product.start()
    yield product, written
    product.stop()
    assert product.complaints() == [], product.output()


def test_from_a_bar_to_its_rows_their_file_and_back_by_address(
    busy_server: tuple[Product, Written], browser_page: Visitors, pictures: Path
) -> None:
    product, written = busy_server
    lines = written.lines.assign(amount=written.lines["employer_part"] + written.lines["personal_part"])
    reason = lines.groupby("reason")["amount"].sum().idxmax()
    own = lines[lines["reason"] == reason]

    page = browser_page(product.url, viewport={"width": 1440, "height": 1900})
    sign_in(page, "analyst1")
    page.goto(f"/insights?{YEAR}")
    settle(page)
    expect(figures(page)).to_have_text(told(lines))
    for width in (390, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 1900})
        page.wait_for_function(NOTHING_CUT_OFF)
    press_bar(page, "reason", re.compile(f"reason={reason}"))
    expect(figures(page)).to_have_text(told(own))
    go_back_and_on(page, f"{product.url}/insights?{YEAR}")
    expect(figures(page)).to_have_text(told(own))
    expect(amounts(page, "insurance")).to_have_text(by_size(own, "insurance"))
    expect(amounts(page, "reason")).to_have_text(by_size(lines, "reason"))
    assert left_over(page, "analyst1") == set()
    page.screenshot(path=pictures / "01-board.png")
    name_view(page, "一个原因")

    board = page.url
    press(page, "board_rows_of_filed")
    expect(page).to_have_url(re.compile("tab=rows"))
    go_back_and_on(page, board)
    counted = f"{own['batch_id'].nunique()} 批 {len(own)} 条；{own['amount'].sum() / 100:,.2f} 元"
    shown(page, f"计入“申报”的批次；{counted}")
    assert exported(page) == {f"TF{int(each[1:]):015d}" for each in own["batch_id"]} | {"合计"}
    page.screenshot(path=pictures / "02-rows.png")

    page.goto(f"/insights?{YEAR}&tab=steps")
    settle(page)
    # The second row of the table: 待初审.
    page.locator(".st-key-board_stages .dvn-scroller").first.click(position={"x": 40, "y": 87})
    expect(page).to_have_url(re.compile("(?=.*tab=rows)(?=.*behind=taken).*state=first_review"))
    settle(page)
    steps = written.steps[written.steps["state"] == "first_review"]
    shown(page, f"办结“待初审”环节的批次；{steps['batch_id'].nunique()} 批 {len(steps)} 次")
    page.get_by_role("tab", name="办理时效").click()
    expect(page).to_have_url(re.compile("^(?!.*(behind|state)=).*tab=steps"))

    again = browser_page(product.url, viewport={"width": 1440, "height": 1900})
    sign_in(again, "analyst1")
    # Whatever is asked by then: the address is the view's, so that it can be sent and is still there after a refresh.
    again.goto("/insights?tab=steps&reason=R99")
    settle(again)
    open_views(again).get_by_role("button", name="一个原因").click()
    expect(again).to_have_url(re.compile(rf"(?=.*tab=board)(?=.*from=2022-11).*reason={reason}"))
    again.reload()
    settle(again)
    expect(figures(again)).to_have_text(told(own))


def go_back_and_on(page: "Page", before: str) -> None:
    """The browser's buttons lead to the address before the last press, and to where the page was again."""
    after = page.url
    page.go_back()
    expect(page).to_have_url(before)
    settle(page)
    page.go_forward()
    expect(page).to_have_url(after)
    settle(page)


def told(lines: pd.DataFrame) -> list[str | re.Pattern[str]]:
    """What stands on the figures: filed, paid and rejected; how many lines were told at the preview no frame knows."""
    return [
        figure(lines),
        *(figure(lines[lines["state"] == state]) for state in ("paid", "rejected")),
        re.compile("元|批"),
    ]


def figure(lines: pd.DataFrame) -> str:
    return f"{lines['amount'].sum() / 100:,.2f} 元" if lines["batch_id"].nunique() >= LEAST else "不足 5 个批次"


def by_size(lines: pd.DataFrame, column: str) -> list[str]:
    """The figures beside the bars, the largest first."""
    return [f"{fen / 100:,.2f}" for fen in lines.groupby(column)["amount"].sum().sort_values(ascending=False)]


def figures(page: "Page") -> "Locator":
    return page.locator("[data-testid=stMetricValue]")


def amounts(page: "Page", chart: str) -> "Locator":
    return page.locator(f"[class*='st-key-board_{chart}_'] svg .mark-text.role-mark text")


def press_bar(page: "Page", chart: str, wanted: re.Pattern[str]) -> None:
    """Press the first bar of a chart. It is drawn a moment before it listens, so that an early press may go unheard."""
    bar = page.locator(f"[class*='st-key-board_{chart}_'] svg .mark-rect path").first
    for _turn in range(4):
        bar.click()
        try:
            expect(page).to_have_url(wanted, timeout=4000)
        except AssertionError:
            settle(page)
        else:
            return
    expect(page).to_have_url(wanted)


def open_views(page: "Page") -> "Page":
    page.locator(".st-key-board_views button").first.click()
    page.locator(".st-key-view_name input").wait_for()
    return page


def name_view(page: "Page", name: str) -> None:
    open_views(page).locator(".st-key-view_name input").fill(name)
    press(page, "view_save")
    page.get_by_role("button", name=name).wait_for()
    page.keyboard.press("Escape")


def exported(page: "Page") -> set[str]:
    """What stands first in each row of the file: the numbers of all that is listed, and 合计."""
    page.locator(".st-key-board_export button").first.click()
    purpose = page.locator(".st-key-purpose textarea")
    purpose.fill("月度核对")
    purpose.blur()
    settle(page)
    with page.expect_download() as download:
        press(page, "take_rows")
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    return {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)}
