"""智能筛查 in a browser: stopped in the middle, left, resumed, and what it found becomes the draft with one press."""

import io
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from core.domain.identifiers import mod_11_2
from core.domain.roles import SYSTEM
from core.services.desk import Desk
from core.services.screening_print import COLUMNS, screen_ledger
from core.services.settings import change_setting
from core.store.database import Database
from tests.support.browser import Visitors
from tests.support.clerk import press, settle, shown, sign_in, ticked
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: With the fewest rows at once these people are many steps of a screening.
PEOPLE, MONTHS = 1_000, 24


@pytest.fixture(scope="module")
def long_ledger(app_server: Product) -> Product:
    """D001 has many more people, each paid like one who has never left, and born between the others."""
    born = date(1968, 1, 2)
    numbers = [f"119999{born + timedelta(days=10 * who):%Y%m%d}997" for who in range(PEOPLE)]
    with sqlite3.connect(app_server.data_dir / "refund.sqlite3", timeout=60) as connection:
        connection.row_factory = sqlite3.Row
        (anybody,) = connection.execute(
            "SELECT social_security_number FROM contributions WHERE employer_id = 'D001' GROUP BY 1 HAVING count(*) = ? "
            "AND social_security_number NOT IN (SELECT social_security_number FROM facts WHERE kind <> 'employment' "
            "AND kind <> 'enrolment') LIMIT 1",
            (MONTHS,),
        ).fetchone()
        rows = connection.execute(
            "SELECT * FROM contributions WHERE social_security_number = ? ORDER BY period", (anybody,)
        ).fetchall()
        copies = [
            {**row, "serial": f"L{who:05d}{month:02d}", "social_security_number": number + mod_11_2(number)}
            for who, number in enumerate(numbers)
            for month, row in enumerate(map(dict, rows))
        ]
        places = ", ".join("?" for _column in copies[0])
        connection.executemany(
            f"INSERT INTO contributions VALUES ({places})", [tuple(copy.values()) for copy in copies]
        )
    return app_server


def test_stopped_left_and_resumed_it_finds_what_it_would_have_found(
    long_ledger: Product, browser_page: Visitors, pictures: Path
) -> None:
    desk = Desk(Database(f"sqlite:///{long_ledger.data_dir / 'refund.sqlite3'}"), long_ledger.data_dir)
    expected = _uninterrupted(desk)
    page: Page = browser_page(long_ledger.url)
    change_setting(desk, SYSTEM, "screening_rows", "100")
    sign_in(page, "clerk1")
    with _slow_to_write(long_ledger):
        _open(page)
        read = _stop_in_the_middle(page, pictures)
    page.goto("/batches")
    settle(page)
    _open(page)
    assert _rows_read(page) == read, "nothing went on while nobody was looking"
    change_setting(desk, SYSTEM, "screening_rows", "100000")
    desk.database.dispose()
    press(page, "screening_resume")
    page.locator(".st-key-screening_again button").wait_for()
    shown(page, "已完成")
    page.screenshot(path=pictures / "03-done.png", full_page=True)
    assert _exported(page) == {(find["serial"], find["code"], find["amount"]) for find in expected}
    _take(page, {find["serial"] for find in expected if find["confidence"] == "fact"}, pictures)


def _uninterrupted(desk: Desk) -> list[dict[str, str]]:
    rows = screen_ledger(desk, SYSTEM, ["D001"], lambda _told: None)
    finds = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert len(finds) > 100, "a comparison of nothing would be a lie"
    return finds


def _open(page: "Page") -> None:
    """The clerk's own screening; the first time it begins at once."""
    page.goto("/apply")
    settle(page)
    press(page, "screening")
    page.locator(".st-key-own_screening").wait_for()


def _stop_in_the_middle(page: "Page", pictures: Path) -> int:
    told = shown(page, r"正在筛查：已读取 [1-9][\d,]* / ([\d,]+) 行，发现 [1-9]")
    page.screenshot(path=pictures / "01-running.png", full_page=True)
    page.locator(".st-key-screening_stop button").click()
    page.locator(".st-key-screening_resume button").wait_for()
    page.screenshot(path=pictures / "02-stopped.png", full_page=True)
    read = _rows_read(page)
    assert 0 < read < int(told[1].replace(",", ""))
    return read


@contextmanager
def _slow_to_write(product: Product) -> Iterator[None]:
    """Whoever writes has to wait every time, so that the screening goes on for a while on the fastest machine."""
    over = threading.Event()
    holder = threading.Thread(target=_hold_again_and_again, args=(product.data_dir / "refund.sqlite3", over))
    holder.start()
    try:
        yield
    finally:
        over.set()
        holder.join()


def _hold_again_and_again(database: Path, over: threading.Event) -> None:
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
        while not over.wait(0.02):
            connection.execute("BEGIN IMMEDIATE")
            over.wait(0.05)
            connection.execute("ROLLBACK")


def _rows_read(page: "Page") -> int:
    return int(shown(page, r"开始，已读取 ([\d,]+) 行")[1].replace(",", ""))


def _exported(page: "Page") -> set[tuple[str, str, str]]:
    """导出: (serial, code, amount) of every line."""
    with page.expect_download() as download:
        press(page, "export_finds")
    headings, *rows = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active.values
    serial, code, amount = (headings.index(name) for name in ("缴费流水号", "原因代码", "金额"))
    return {(row[serial], row[code], f"{row[amount]:.2f}") for row in rows}


def _take(page: "Page", by_fact: set[str], pictures: Path) -> None:
    press(page, "take_finds")
    count = int(shown(page, r"已勾选 ([1-9]\d*) 条")[1])
    page.screenshot(path=pictures / "04-taken.png", full_page=True)
    assert count <= len(by_fact)
    on_this_page = ticked(page)
    assert on_this_page
    assert on_this_page <= by_fact
