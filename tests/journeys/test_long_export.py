"""导出 of a long list in a real browser: seen on its way, given up, made again, left and found again; and a power cut."""

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from core.domain.roles import Role, Viewer
from core.services.accounts import ensure_demo_accounts
from core.services.desk import Desk, open_desk
from core.store.bulk import insert_rows
from core.store.schema import contributions
from pages.parts.refusal_export import LONG
from tests.support.browser import Visitors
from tests.support.clerk import press, settle, shown, sign_in
from tests.support.desks import Ledger, person, prepare_draft
from tests.support.product import ROOT, Product

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROWS = 2_000
LINES = 3 * ROWS
#: Where exports wait: behind the lines that the writer looks at before it begins.
LINE = 5_500
EMPLOYERS = ("D001", "D002", "D003")
CLERK = Viewer("clerk1", Role.CLERK, frozenset({"D001"}))
ON_ITS_WAY = rf"正在导出 {LINE:,} / {LINES:,}"
HELD = Path(__file__).parents[1] / "support" / "held"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a draft of so many months of somebody who has not left: every line of it is refused."""
    assert LONG < LINE < LINES
    folder = tmp_path_factory.mktemp("long") / "data"
    folder.mkdir()
    desk = open_desk({"REFUND_DATA_DIR": str(folder)})
    ledger = Ledger(desk.database)
    for employer_id in EMPLOYERS:
        ledger.employer(employer_id, f"{employer_id} 公司")
    ensure_demo_accounts(desk)
    prepare_draft(desk, _write_months(desk, ledger), CLERK, "D001")
    desk.database.dispose()
    return folder


def _write_months(desk: Desk, ledger: Ledger) -> list[str]:
    ledger.row(person(1), 202201, "D001", serial="L0")
    ledger.fact(person(1), "employment", 20190301, employer_id="D001")
    with desk.database.write() as connection:
        row = connection.execute(contributions.select()).mappings().one()
        copies = [tuple({**row, "serial": f"L{at}"}.values()) for at in range(1, ROWS)]
        insert_rows(connection, contributions, tuple(row), copies)
    return [f"L{at}" for at in range(ROWS)]


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Product]:
    paths = os.pathsep.join([str(HELD), str(ROOT)])
    held = {"PYTHONPATH": paths, "HELD_EXPORTS": str(folder.parent / "held"), "HELD_AT": str(LINE)}
    product = Product(folder, folder.parent / "server.log", {"REFUND_DEMO": "1"} | held)
    product.start()
    yield product
    product.stop()
    assert product.complaints() == [], product.output()


@pytest.fixture
def gate(product: Product) -> Path:
    """While this file is there, exports wait in the middle."""
    gate = Path(product.settings["HELD_EXPORTS"])
    gate.touch()
    return gate


@pytest.fixture
def page(product: Product, browser_page: Visitors) -> "Page":
    page = browser_page(product.url)
    sign_in(page, "clerk1")
    return page


def files(product: Product) -> list[Path]:
    """Everything that lies where exports are kept, half-made files too."""
    return sorted((product.data_dir / "exports").glob("*"))


def open_refusals(page: "Page") -> None:
    page.goto("/confirm")
    page.get_by_role("tab", name="不能退费情况").click()
    settle(page)


def read(path: Path) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True)["不能退费情况"]
    return list(sheet.iter_rows(values_only=True))


def test_a_long_export_is_given_up_made_again_left_and_found_again(product: Product, page: "Page", gate: Path) -> None:
    open_refusals(page)
    press(page, "export_refusals")
    shown(page, ON_ITS_WAY)

    page.locator(".st-key-cancel_export button").click()
    shown(page, "已取消导出，没有生成文件")
    page.locator(".st-key-export_refusals button").wait_for()
    assert files(product) == []

    press(page, "export_refusals")
    shown(page, ON_ITS_WAY)
    page.goto("/batches")
    settle(page)
    open_refusals(page)
    shown(page, ON_ITS_WAY)
    with page.expect_download() as download:
        gate.unlink()
    rows = read(Path(download.value.path()))
    assert len(rows) == 1 + LINES
    assert {row[2] for row in rows[1:]} == {person(1)}
    assert len(files(product)) == 1


def test_a_power_cut_leaves_nothing_half_made_and_it_can_be_made_again(
    product: Product, page: "Page", gate: Path
) -> None:
    before = files(product)
    open_refusals(page)
    press(page, "export_refusals")
    shown(page, ON_ITS_WAY)

    product.kill()
    (half,) = set(files(product)) - set(before)
    yesterday = time.time() - 25 * 3600
    os.utime(half, (yesterday, yesterday))
    gate.unlink()
    product.start()
    assert files(product) == before, "what was half made is gone after a day, if only the server is started"

    page.reload()
    page.get_by_role("tab", name="不能退费情况").click()
    shown(page, "系统重新启动，未完成的导出已中断，请重新导出")
    assert page.locator(".st-key-made").count() == 0
    with page.expect_download() as download:
        press(page, "export_refusals")
    assert len(read(Path(download.value.path()))) == 1 + LINES
