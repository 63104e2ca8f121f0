"""The whole life of a batch in a real browser, with everybody who has a part in it; and the way round after a bounce."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.services.demo_ledger import read_demonstration
from tests.support.browser import Visitors
from tests.support.cashier import BOUNCED, answers, fetch_files, make_run, orders_in, upload_answers
from tests.support.clerk import ask, choose, grid, press, settle, shown, sign_in, told_code, upload
from tests.support.payments import as_xlsx
from tests.support.product import ROOT, Product, run_command

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLE = ROOT / "data" / "demo" / "sample.pdf"
#: Nineteen months, most of them after he left: more than the threshold of 审批.
LEAVER = next(story.number for story in read_demonstration().stories if "19 行" in story.title)


class People:
    """Everybody at his own browser, signed in when he is first needed."""

    def __init__(self, visitors: Visitors, server: Product) -> None:
        self._visitors, self._url = visitors, server.url
        self._pages: dict[str, Page] = {}

    def at(self, username: str, path: str) -> "Page":
        """The page of this person, newly opened at an address."""
        if username not in self._pages:
            self._pages[username] = self._visitors(self._url)
            sign_in(self._pages[username], username)
        page = self._pages[username]
        page.goto(path)
        page.locator("[data-testid=stMain] h1, [data-testid=stMain] h2").first.wait_for()
        settle(page)
        return page


@pytest.fixture
def people(app_server: Product, browser_page: Visitors) -> People:
    return People(browser_page, app_server)


def test_from_the_application_to_the_closed_batch_and_round_after_a_bounce(
    app_server: Product, people: People, pictures: Path
) -> None:
    number = _file(people.at("clerk1", "/apply"))
    batch = f"/batch?no={number}"
    _see(people.at("clerk1", batch), "待初审", "由审核人员办理")

    _take(people.at("reviewer1", batch), "step_pass")
    _see(people.at("clerk1", batch), "待复核", "由审核人员办理")
    _no_second_part(people.at("reviewer1", batch), "初审", pictures)

    _take(people.at("reviewer2", batch), "step_escalate")
    _see(people.at("clerk1", batch), "待审批", "由审批人员办理")
    _take(people.at("approver1", batch), "step_pass")
    _see(people.at("clerk1", batch), "待支付", "由财务人员办理")

    bounced = _pay(people.at("finance1", "/payments"), number)
    shown(people.at("clerk1", batch), "款项已支付，由财务人员办结")
    _take(people.at("finance1", batch), "step_close")
    _see_the_end(people.at("clerk1", batch), pictures)
    _read_the_messages(people.at("clerk1", "/inbox"), number, pictures)

    _correct_and_pay_again(people, bounced)
    done = run_command(app_server.data_dir, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _file(page: "Page") -> str:
    """Every month after he left, with both papers that R01 wants: nobody has to accept it."""
    ask(page, "2022-01", "2023-09", LEAVER)
    grid(page)
    choose(page, "reason", "劳动合同变动")
    press(page, "select_after_event")
    for material in ("M1", "M8"):
        upload(page, material, f"{material}.pdf", SAMPLE.read_bytes())
        shown(page, rf"{material}\.pdf")
    press(page, "submit")
    page.locator(".st-key-confirm").wait_for()
    press(page, "confirm")
    page.locator(".st-key-receipt_no").wait_for()
    return shown(page, r"TF\d{15}")[0]


def _see(page: "Page", state: str, who: str) -> None:
    """What the clerk reads of his batch: where it is, who has it, and until when."""
    shown(page, rf"当前{state}，{who}，应于 \d{{4}}-\d\d-\d\d 前完成")


def _take(page: "Page", step: str) -> None:
    """Take a step, with the code that the demonstration tells where one is asked for."""
    press(page, step)
    page.locator(".st-key-take_step").wait_for()
    if page.locator(".st-key-factor_code").count():
        page.fill(".st-key-factor_code input", told_code(page))
    press(page, "take_step")
    page.get_by_role("dialog").wait_for(state="detached")


def _no_second_part(page: "Page", part: str, pictures: Path) -> None:
    shown(page, f"您在该批次中已承担“{part}”环节")
    assert not page.locator("[class*=st-key-step_] button").count()
    page.screenshot(path=pictures / "1-no-second-part.png")


def _pay(page: "Page", number: str) -> str:
    """Pay all that waits: this batch arrives, an order of another one comes back; returns that one's number."""
    make_run(page)
    orders = orders_in(fetch_files(page)[1])
    numbers = [order["支付参考号"][:17] for order in orders]
    assert number in numbers
    other = next(place for place, each in enumerate(numbers) if each != number)
    _book(page, as_xlsx(answers(orders, other, **BOUNCED)))
    return numbers[other]


def _book(page: "Page", content: bytes) -> None:
    page.get_by_role("tab", name="银行回盘").click()
    settle(page)
    upload_answers(page, "results.xlsx", content)
    press(page, "book_results")
    shown(page, "该文件已由 finance1")


def _see_the_end(page: "Page", pictures: Path) -> None:
    """办结通知 is printed by the employer himself."""
    shown(page, "该批次已办结")
    page.locator(".st-key-print button").first.click()
    letter = page.locator("[class*=st-key-print_completion] button").first
    with page.expect_download() as download:
        letter.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.screenshot(path=pictures / "2-closed.png", full_page=True)


def _read_the_messages(page: "Page", number: str, pictures: Path) -> None:
    """Every step of others since the filing, the latest first."""
    page.screenshot(path=pictures / "3-messages.png", full_page=True)
    said = page.locator("[class*=st-key-message_]").filter(has_text=number).all_inner_texts()
    steps = ["受理", "初审通过", "复核通过，报审批", "审批通过", "生成支付", "登记支付成功", "办结"]
    assert [re.findall("|".join(steps), text)[0] for text in said] == steps[::-1]


def _correct_and_pay_again(people: People, number: str) -> None:
    """待更正银行信息 → 银行信息待复核 → 待支付 → 已支付: by a colleague of who filed, and by who reviewed it."""
    batch = f"/batch?no={number}"
    filer = shown(people.at("clerk1", batch), r"(clerk\d) 于 .* 提交")[1]
    colleague = people.at("clerk4" if filer == "clerk1" else "clerk1", batch)
    shown(colleague, "待更正银行信息")
    colleague.fill(".st-key-correct_branch_name input", "中国工商银行北京海淀支行")
    press(colleague, "correct_bank")
    colleague.get_by_text("银行信息待复核").first.wait_for()

    _take(_reviewer_of(people, batch), "step_pass_bank")
    finance = people.at("finance1", "/payments")
    make_run(finance)
    orders = orders_in(fetch_files(finance)[1])
    assert {order["支付参考号"][:17] for order in orders} == {number}
    _book(finance, as_xlsx(answers(orders)))
    shown(people.at("clerk1", batch), "款项已支付，由财务人员办结")


def _reviewer_of(people: People, batch: str) -> "Page":
    """Of the reviewers the one who took its 复核 before; the others read what part they hold instead."""
    for name in ("reviewer1", "reviewer2", "reviewer3", "reviewer4"):
        page = people.at(name, batch)
        step = page.locator(".st-key-step_pass_bank button")
        step.or_(page.get_by_text("您在该批次中已承担")).first.wait_for()
        if step.count():
            return page
    pytest.fail("nobody may review the bank details")
