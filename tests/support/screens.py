"""Every screen and dialog of the product, as a browser reaches it: for what has to hold on all of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.lifecycle import State
from core.services.demo_ledger import read_demonstration
from tests.support.clerk import ask, choose, grid, press, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page

Reach = Callable[["Page"], None]
_NUMBER = re.compile(r"TF\d{15}")


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: who opens which address, and what is done there before it is looked at."""

    name: str
    account: str
    path: str
    reach: Reach = settle


def _asked(page: "Page") -> None:
    """The application with nineteen months shown, a reason chosen and some months ticked."""
    settle(page)
    number = next(story.number for story in read_demonstration().stories if "19 行" in story.title)
    ask(page, "2022-01", "2023-09", number)
    grid(page)
    choose(page, "reason", "劳动合同变动")
    press(page, "select_all")


def _previewed(page: "Page") -> None:
    _asked(page)
    press(page, "submit")
    page.locator(".st-key-confirm").wait_for()


def _refused(page: "Page") -> None:
    _previewed(page)
    page.get_by_role("tab", name="不能退费情况").click()
    settle(page)


def _first_button(beginning: str) -> Reach:
    """The dialog behind the first button whose key begins so."""

    def reach(page: "Page") -> None:
        settle(page)
        page.locator(f"[class*=st-key-{beginning}] button").first.click()
        page.locator("[data-testid=stDialog]").wait_for()
        page.wait_for_timeout(400)

    return reach


def _dialog(key: str) -> Reach:
    """The dialog behind a button."""

    def reach(page: "Page") -> None:
        settle(page)
        press(page, key)
        page.locator("[data-testid=stDialog]").wait_for()
        page.wait_for_timeout(400)

    return reach


def _tab(name: str) -> Reach:
    """A tab of a screen."""

    def reach(page: "Page") -> None:
        settle(page)
        page.get_by_role("tab", name=name).click()
        settle(page)

    return reach


def _screened(key: str, ends: str, tab: str = "") -> Reach:
    """A screening that was begun by one press and has ended: the button ``ends`` stands below what it found."""

    def reach(page: "Page") -> None:
        (_tab(tab) if tab else settle)(page)
        press(page, key)
        page.locator(f".st-key-{ends}").wait_for()
        page.locator(".st-key-screening_stop").wait_for(state="detached")
        settle(page)

    return reach


def first_listed(page: "Page") -> None:
    """Open the first batch of the list on the screen."""
    # The table is a picture; for screen readers its text stands inside of it.
    cell = page.locator("[data-testid=stMain] canvas td", has_text=_NUMBER).first
    cell.wait_for(state="attached")
    page.goto(f"/batch?no={_NUMBER.findall(cell.text_content() or '')[0]}")
    page.locator(".st-key-timeline").wait_for()
    settle(page)


def _first_listed(then: Reach = settle) -> Reach:
    """The first batch of a list, and what is done on its page."""

    def reach(page: "Page") -> None:
        settle(page)
        first_listed(page)
        then(page)

    return reach


def batch_in(state: State, then: Reach = settle) -> Reach:
    """A batch of employer D001 in this state, found as its people find it: by the filter of 申报记录."""

    def reach(page: "Page") -> None:
        settle(page)
        choose(page, "batches_states", state.label)
        page.keyboard.press("Escape")
        _first_listed(then)(page)

    return reach


SCREENS = (
    Screen("notice", "clerk1", "/"),
    Screen("guide", "clerk1", "/help"),
    Screen("application-empty", "clerk2", "/apply"),
    Screen("application", "clerk1", "/apply", _asked),
    Screen("application-upload", "clerk1", "/apply", _dialog("upload_M1")),
    Screen("application-list", "clerk1", "/apply", _dialog("query_list")),
    Screen("application-screening", "clerk2", "/apply", _screened("screening", "take_finds")),
    Screen("preview", "clerk1", "/apply", _previewed),
    Screen("preview-refusals", "clerk1", "/apply", _refused),
    Screen("records", "clerk1", "/batches"),
    Screen("batch-clerk", "clerk1", "/batches", batch_in(State.FIRST_REVIEW)),
    Screen("batch-withdraw", "clerk1", "/batches", batch_in(State.FIRST_REVIEW, _dialog("withdraw"))),
    Screen("batch-closed", "clerk1", "/batches", batch_in(State.CLOSED)),
    Screen("today-reviewer", "reviewer1", "/"),
    Screen("inbox-clerk", "clerk1", "/inbox"),
    Screen("inbox-reviewer", "reviewer1", "/inbox"),
    Screen("inbox-empty", "analyst1", "/inbox"),
    Screen("review", "reviewer1", "/review"),
    Screen("batch-reviewer", "reviewer2", "/batches", batch_in(State.FIRST_REVIEW)),
    Screen("batch-decision", "reviewer1", "/review", _first_listed(_dialog("steps"))),
    Screen("approval", "approver1", "/review"),
    Screen("approval-of-an-account", "approver1", "/review", _first_button("approve_change_")),
    Screen("another-account", "clerk1", "/apply", _dialog("change_account")),
    Screen("account", "admin1", "/account"),
    Screen("accounts-changed", "admin1", "/settings", _tab("登记账户变更")),
    Screen("payments", "finance1", "/payments"),
    Screen("insights", "analyst1", "/insights"),
    Screen("screening-empty", "auditor1", "/insights", _tab("智能筛查")),
    Screen("screening", "analyst1", "/insights", _screened("screening_start", "export_finds", tab="智能筛查")),
    Screen("explore", "analyst1", "/insights?subject=lines&insurance=pension"),
    Screen("explore-pivot", "analyst1", "/insights?subject=lines&by=insurance&across=period"),
    Screen("explore-export", "analyst1", "/insights?subject=batches", _dialog("explore_export")),
    Screen("anomalies", "analyst1", "/insights", _tab("异常")),
    Screen("reports", "analyst1", "/insights", _tab("报告")),
    Screen("insights-filtered", "analyst1", "/insights?reason=R02&insurance=pension&measure=paid"),
    Screen("insights-steps", "analyst1", "/insights?tab=steps"),
    Screen("insights-rows", "analyst1", "/insights?tab=rows&measure=paid"),
    Screen("records-masked", "analyst1", "/batches"),
    Screen("ledger", "admin1", "/ledger"),
    Screen("settings", "admin1", "/settings"),
    Screen("audit", "auditor1", "/settings"),
    Screen("not-allowed", "clerk3", "/settings"),
    Screen("no-such-batch", "clerk3", "/batch?no=TF000000000000000"),
)
