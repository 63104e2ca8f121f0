"""A clerk's whole job in a real browser: from the sign-in to a receipt, with a refresh in the middle, and back by 撤回."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from core.documents.workbook import XLSX
from core.services.demo_ledger import read_demonstration
from tests.journeys.latin import left_over
from tests.support.browser import Visitors
from tests.support.clerk import ask, choose, grid, press, settle, shown, sign_in, tick, ticks_are, turn_page, upload
from tests.support.names import REFUSAL_HEADINGS
from tests.support.product import ROOT, Product, run_command

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SAMPLE = ROOT / "data" / "demo" / "sample.pdf"


@pytest.fixture(scope="module")
def judged(app_server: Product) -> dict[str, list[dict[str, str]]]:
    """What R01 says of D001's people, by number: a person's lines in the order of months."""
    asked = ("--employer", "D001", "--reason", "R01", "--from", "2022-01", "--to", "2023-09")
    done = run_command(app_server.data_dir, "judge", *asked)
    assert done.returncode == 0, done.stderr
    people = defaultdict(list)
    for line in csv.DictReader(io.StringIO(done.stdout)):
        people[line["social_security_number"]].append(line)
    return people


@pytest.fixture(scope="module")
def leaver(judged: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    """A person with more than one page of months, some of which can be refunded and some not."""
    for lines in judged.values():
        verdicts = {line["verdict"] for line in lines if line["insurance"] == "pension"}
        free = not any({"N04", "N05"} & set(line["codes"].split("|")) for line in lines)
        if len(lines) > 3 * 12 and verdicts == {"refundable", "refused"} and free:
            return lines
    pytest.fail("the demonstration has nobody with refundable and refused months")


def serials(lines: list[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(line["serial"] for line in lines))


def test_from_the_query_to_the_receipt_and_back(
    app_server: Product, browser_page: Visitors, leaver: list[dict[str, str]], pictures: Path
) -> None:
    page: Page = browser_page(app_server.url)
    months = serials(leaver)
    sign_in(page, "clerk1")
    page.screenshot(path=pictures / "01-home.png")
    press(page, "start")
    _tick_over_two_pages(page, leaver[0]["social_security_number"], months, pictures)
    _give_reason_and_papers(page, pictures)
    _refresh_in_the_middle(page, months)
    refused = [
        line for line in leaver if line["serial"] in {months[0], *months[10:12]} and line["verdict"] == "refused"
    ]
    _look_at_the_preview(page, refused, pictures)
    number = _confirm(page, pictures)
    _withdraw(page, number, pictures)
    page.goto("/apply")
    settle(page)
    shown(page, r"已勾选 0 条")
    done = run_command(app_server.data_dir, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _tick_over_two_pages(page: "Page", number: str, months: list[str], pictures: Path) -> None:
    ask(page, "2022-01", "2023-09", number)
    tick(page, months[0])
    turn_page(page)
    tick(page, months[10])
    tick(page, months[11])
    page.screenshot(path=pictures / "02-ticked.png", full_page=True)
    shown(page, r"已勾选 3 条")


def _give_reason_and_papers(page: "Page", pictures: Path) -> None:
    choose(page, "reason", "劳动合同变动")
    for material in ("M1", "M8"):
        upload(page, material, f"{material}.pdf", SAMPLE.read_bytes())
    page.screenshot(path=pictures / "03-papers.png", full_page=True)


def _refresh_in_the_middle(page: "Page", months: list[str]) -> None:
    page.reload()
    settle(page)
    shown(page, r"已勾选 3 条")
    assert ticks_are(page, {months[0]}), "the first page of the grid shows its tick again"
    turn_page(page)
    assert ticks_are(page, set(months[10:12]))
    shown(page, r"M8\.pdf")
    assert page.locator(".st-key-bank_account input").input_value()


def _look_at_the_preview(page: "Page", refused: list[dict[str, str]], pictures: Path) -> None:
    press(page, "submit")
    page.wait_for_selector(".st-key-confirm")
    settle(page)
    page.screenshot(path=pictures / "04-preview.png", full_page=True)
    page.get_by_role("tab", name="不能退费情况").click()
    settle(page)
    page.screenshot(path=pictures / "05-refused.png", full_page=True)
    assert shown(page, r"不能退费情况 \((\d+)\)")[1] == str(len(refused))
    _check_export(page, refused)


def _confirm(page: "Page", pictures: Path) -> str:
    press(page, "confirm")
    page.wait_for_selector(".st-key-receipt_no")
    page.screenshot(path=pictures / "06-receipt.png", full_page=True)
    return shown(page, r"TF\d{15}")[0]


def _withdraw(page: "Page", number: str, pictures: Path) -> None:
    page.goto("/batches")
    settle(page)
    page.screenshot(path=pictures / "07-records.png", full_page=True)
    page.goto(f"/batch?no={number}")
    page.locator(".st-key-withdraw button").wait_for()
    settle(page)
    page.screenshot(path=pictures / "08-batch.png", full_page=True)
    shown(page, "待初审")
    press(page, "withdraw")
    page.screenshot(path=pictures / "09-withdraw.png")
    page.get_by_role("dialog").get_by_role("button", name="撤回").last.click()
    page.get_by_role("dialog").wait_for(state="detached")
    settle(page)
    shown(page, "已撤回")
    page.screenshot(path=pictures / "10-withdrawn.png", full_page=True)


def _check_export(page: "Page", refused: list[dict[str, str]]) -> None:
    """导出: the workbook is opened and read."""
    with page.expect_download() as download:
        press(page, "export_refusals")
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))["不能退费情况"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert tuple(header) == REFUSAL_HEADINGS
    assert [row[2] for row in rows] == [line["social_security_number"] for line in refused]
    assert [row[9] for row in rows] == [line["codes"] for line in refused]
    assert all(isinstance(row[2], str) and row[10] and row[11] and row[12] for row in rows)


def test_what_is_typed_wrong_is_told_at_its_field_and_stays(app_server: Product, browser_page: Visitors) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "clerk1")
    page.goto("/apply")
    settle(page)
    # A month older than those on offer is typed.
    page.fill(".st-key-query_from input", "2009-05")
    page.get_by_role("option", name="填入 2009-05").wait_for()
    ask(page, "2023-09", "2022-01", "119999198803129118")
    shown(page, "开始时间不能晚于终止时间")
    shown(page, "校验位不符")
    assert page.locator(".st-key-query_ids textarea").input_value() == "119999198803129118"
    page.fill(".st-key-bank_account input", "6222020200112233440")
    page.keyboard.press("Tab")
    settle(page)
    shown(page, "退费只能退至已登记的账户")
    press(page, "submit")
    shown(page, "请选择退费原因")
    shown(page, "请先查询并勾选需要退费的记录")
    assert page.locator(".st-key-bank_account input").input_value() == "6222020200112233440"


def test_another_language_in_the_middle_of_it_loses_nothing(app_server: Product, browser_page: Visitors) -> None:
    page: Page = browser_page(app_server.url)
    sign_in(page, "clerk3")
    page.goto("/apply")
    settle(page)
    choose(page, "reason", "劳动合同变动")
    page.fill(".st-key-query_ids textarea", "119999198803129117")
    for button, reason in (("English", "Employment contract changed"), ("中文", "劳动合同变动")):
        page.locator(".st-key-language").get_by_role("radio", name=button).click()
        page.locator(f".st-key-reason input[value^='{reason}']").wait_for()
        settle(page)
        assert page.locator(".st-key-query_ids textarea").input_value() == "119999198803129117"
    assert left_over(page, "clerk3") == set()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("材料.pdf", b"MZ" + bytes(200), "扩展名是"),
        ("材料.pdf", SAMPLE.read_bytes()[:-200], "不完整"),
        ("材料.exe", b"MZ" + bytes(200), "只能上传"),
        ("材料.pdf", SAMPLE.read_bytes() + bytes(12_000_000), "不能超过"),
    ],
    ids=["a renamed exe", "a truncated PDF", "an exe", "12 MB"],
)
def test_a_paper_that_cannot_be_taken_is_refused_in_one_sentence(
    nothing_attached: "Page", name: str, content: bytes, told: str
) -> None:
    upload(nothing_attached, "M1", name, content)
    nothing_attached.get_by_role("dialog").get_by_role("alert").filter(has_text=told).wait_for()
    nothing_attached.keyboard.press("Escape")
    settle(nothing_attached)
    shown(nothing_attached, "暂无数据")


@pytest.fixture(scope="module")
def nothing_attached(app_server: Product, browser: "Browser") -> Iterator["Page"]:
    """The application of clerk2, who has attached nothing yet."""
    visitors = Visitors(browser)
    page = visitors(app_server.url)
    sign_in(page, "clerk2")
    page.goto("/apply")
    settle(page)
    yield page
    visitors.close()


def test_a_clerk_opens_nobody_elses_batch(app_server: Product, browser_page: Visitors) -> None:
    listed = run_command(app_server.data_dir, "check")
    assert listed.returncode == 0
    page: Page = browser_page(app_server.url)
    sign_in(page, "clerk2")
    page.goto("/batch?no=TF202311010000013")
    settle(page)
    shown(page, "没有找到该批次，或您无权查看")


def test_an_anonymous_visitor_sees_only_the_sign_in(app_server: Product, browser_page: Visitors) -> None:
    page: Page = browser_page(app_server.url)
    for path in ("/", "/apply", "/confirm", "/batches", "/ledger", "/settings"):
        page.goto(path)
        assert "/login" in page.url, path


def test_the_exported_list_comes_back_and_ticks_what_the_ledger_now_supports(
    app_server: Product, browser_page: Visitors, tmp_path: Path
) -> None:
    number = next(story.number for story in read_demonstration().stories if "19 行" in story.title)
    page: Page = browser_page(app_server.url)
    sign_in(page, "clerk4")
    page.goto("/apply")
    settle(page)
    ask(page, "2022-01", "2022-06", number)
    choose(page, "reason", "劳动合同变动")
    press(page, "select_all")
    press(page, "submit")
    page.get_by_role("tab", name="不能退费情况").click()
    settle(page)
    with page.expect_download() as download:
        press(page, "export_refusals")
    assert _months_of(Path(download.value.path())) == {"2022-01", "2022-02", "2022-03", "2022-04"}

    left = tmp_path / "人员事项.csv"
    left.write_text(
        f"社会保障号码,事项,单位编号,险种,起始,终止,说明\n{number},任职,D001,,2019-03-01,2022-02-20,解除劳动合同\n"
    )
    done = run_command(app_server.data_dir, "import", "--confirm-corrections", str(left))
    assert done.returncode == 0, done.stdout + done.stderr

    press(page, "back_to_edit")
    page.locator(".st-key-query_list").wait_for()
    settle(page)
    press(page, "select_none")
    shown(page, "已勾选 0 条")
    press(page, "query_list")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": "清单.xlsx", "mimeType": XLSX, "buffer": Path(download.value.path()).read_bytes()}
    )
    page.get_by_text("清单中有 1 人，已勾选其中现在可以退费的 2 条记录").wait_for()
    shown(page, "已勾选 2 条")
    months = grid(page).locator(".ag-center-cols-container .ag-row-selected [col-id=period]")
    months.nth(1).wait_for()
    assert sorted(months.all_inner_texts()) == ["202203", "202204"]


def _months_of(workbook: Path) -> set[str]:
    _header, *rows = openpyxl.load_workbook(io.BytesIO(workbook.read_bytes()))["不能退费情况"].values
    return {str(row[3]) for row in rows}
