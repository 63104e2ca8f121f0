"""Officials and the employer in a real browser: two rounds of correction up to 待支付, and new bank details after a bounce."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.domain.lifecycle import State
from core.domain.roles import Role, Viewer
from core.services import batches, drafts, filing, papers, previews
from core.services.desk import Desk
from core.services.steps import advance_batch
from core.store.contributions import read_serials
from core.store.database import Database
from tests.support.browser import Visitors
from tests.support.clerk import choose, press, settle, sign_in
from tests.support.product import ROOT, Product

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLE = ROOT / "data" / "demo" / "sample.pdf"
CLERK = Viewer("clerk4", Role.CLERK, frozenset({"D001"}))
FILER = Viewer("clerk1", Role.CLERK, frozenset({"D001"}))
REVIEWERS = [Viewer(f"reviewer{number}", Role.REVIEWER) for number in (1, 2, 3)]
FINANCE = Viewer("finance1", Role.FINANCE, fresh_factor=True)
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture
def desk(app_server: Product) -> Iterator[Desk]:
    """The running product's data, for what is no part of the journey."""
    opened = Desk(Database(f"sqlite:///{app_server.data_dir / 'refund.sqlite3'}"), app_server.data_dir)
    yield opened
    opened.database.dispose()


def file_for_review(desk: Desk, viewer: Viewer, number: str) -> str:
    """A batch of R99 for one person's spring: every line waits to be settled from the papers."""
    draft_id = drafts.open_draft(desk, viewer, "D001").draft_id
    with desk.read() as connection:
        serials = read_serials(connection, "D001", 202204, 202206, [number])
    drafts.select_rows(desk, viewer, draft_id, serials, serials)
    drafts.save_draft(desk, viewer, draft_id, reason="R99", reason_note="单位系统切换时误报，请按材料核定")
    for material in ("M3", "M8"):
        papers.add_paper(desk, viewer, draft_id, material, f"{material}.pdf", SAMPLE.read_bytes())
    preview = previews.preview_batch(desk, viewer, draft_id)
    return filing.submit_batch(desk, viewer, draft_id, preview.key, preview.fingerprint).numbers[0]


def open_batch(page: "Page", username: str, number: str) -> "Page":
    sign_in(page, username)
    page.goto(f"/batch?no={number}")
    settle(page)
    return page


def choose_first_line(page: "Page") -> None:
    """Tick the box of the first line; the table is a picture below the element that scrolls it."""
    page.locator("[data-testid=stDataFrame] canvas").first.click(position={"x": 16, "y": 48}, force=True)
    settle(page)


def mark(page: "Page", key: str, text: str = "") -> None:
    """Say the same of all lines that the filter leaves."""
    page.locator(".st-key-line_all label").click()
    settle(page)
    if text:
        page.fill(".st-key-line_text input", text)
        page.keyboard.press("Enter")
        settle(page)
    press(page, key)
    # The next lines begin with an empty form.
    page.locator(".st-key-line_all input:not(:checked)").wait_for(state="attached")
    assert page.locator(".st-key-line_text input").input_value() == ""


def take(page: "Page", step: str, note: str = "") -> None:
    press(page, step)
    if note:
        page.fill(".st-key-step_note textarea", note)
    press(page, "take_step")


def test_two_rounds_of_correction_up_to_payment(
    app_server: Product, browser_page: Visitors, desk: Desk, pictures: Path
) -> None:
    number = file_for_review(desk, CLERK, "119999198803129117")
    first = open_batch(browser_page(app_server.url), "reviewer1", number)
    choose_first_line(first)
    first.get_by_text("待核事项：须凭材料认定").wait_for()
    first.screenshot(path=pictures / "1-reviewer.png")
    mark(first, "mark_return", "请补充系统切换的说明")
    take(first, "step_return", "材料不全，见逐条意见")
    first.get_by_text("退回补正").first.wait_for()

    clerk = open_batch(browser_page(app_server.url, **PHONE), "clerk4", number)
    clerk.locator(".st-key-completion").get_by_text("请补充系统切换的说明").wait_for()
    clerk.screenshot(path=pictures / "2-clerk-390.png", full_page=True)
    mark(clerk, "mark_answer", "说明已附")
    take(clerk, "step_resubmit")

    first.reload()
    settle(first)
    first.get_by_text("本轮变化").wait_for()
    take(first, "step_return", "说明没有盖章")
    clerk.reload()
    settle(clerk)
    clerk.get_by_text("补充要件").click()
    settle(clerk)
    papers = clerk.locator(".st-key-completion")
    papers.locator("input[type=file]").set_input_files(SAMPLE)
    papers.get_by_role("button", name="删除").nth(2).wait_for()
    # What is missing now is told above the papers, which stay open.
    # Papers of one second stand in any order.
    names = papers.locator(".refund-line").get_by_text(".pdf").all_inner_texts()
    place = next(place for place, name in enumerate(names) if name.startswith("M3.pdf"))
    papers.get_by_role("button", name="删除").nth(place).click()
    papers.get_by_text("还缺少必需材料：其他材料").wait_for()
    settle(clerk)
    choose(clerk, "completion_material", "其他材料")
    papers.locator("input[type=file]").set_input_files(SAMPLE)
    papers.get_by_role("button", name="删除").nth(2).wait_for()
    take(clerk, "step_resubmit", "已加盖公章")

    first.reload()
    settle(first)
    choose(first, "paper_choice", "M3")
    first.locator(".st-key-paper_page img").wait_for()
    first.wait_for_timeout(500)
    first.screenshot(path=pictures / "3-reviewer-with-paper.png")
    mark(first, "mark_pass")
    take(first, "step_pass")

    second = open_batch(browser_page(app_server.url, color_scheme="dark"), "reviewer2", number)
    second.screenshot(path=pictures / "4-second-reviewer-dark.png")
    take(second, "step_pass")
    second.get_by_text("待支付").first.wait_for()
    view = batches.show_batch(desk, FINANCE, number)
    assert (view.state, view.round) == (State.PAYABLE, 3)
    assert {paper.material for paper in view.papers} > {"M3", "M8"}


def test_new_bank_details_after_a_bounce(
    app_server: Product, browser_page: Visitors, desk: Desk, pictures: Path
) -> None:
    number = file_for_review(desk, FILER, "119999199107259131")
    from core.domain.line_review import Mark, Opinion
    from core.services.line_decisions import decide_lines, open_positions

    decide_lines(desk, REVIEWERS[0], number, open_positions(desk, REVIEWERS[0], number), Opinion(Mark.PASS))
    for viewer in REVIEWERS[:2]:
        advance_batch(desk, viewer, number, "pass")
    advance_batch(desk, FINANCE, number, "pay")
    advance_batch(desk, FINANCE, number, "bounce", "账户状态异常")

    filer = open_batch(browser_page(app_server.url), "clerk1", number)
    filer.get_by_text("由本单位另一名经办人或经办机构办理更正").wait_for()
    colleague = open_batch(browser_page(app_server.url), "clerk4", number)
    colleague.fill(".st-key-correct_branch_name input", "中国工商银行北京海淀支行")
    colleague.screenshot(path=pictures / "1-colleague.png", full_page=True)
    press(colleague, "correct_bank")
    colleague.get_by_text("银行信息待复核").first.wait_for()

    reviewer = open_batch(browser_page(app_server.url), "reviewer2", number)
    reviewer.locator(".st-key-bank_versions").get_by_text("中国工商银行北京海淀支行").wait_for()
    reviewer.screenshot(path=pictures / "2-reviewer.png", full_page=True)
    take(reviewer, "step_pass_bank")
    reviewer.get_by_text("待支付").first.wait_for()
    assert batches.show_batch(desk, FINANCE, number).state is State.PAYABLE
