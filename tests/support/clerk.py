"""What a clerk does at the screen, in a real browser: the words of the journeys."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
GRID = "iframe[title*='agGrid']"


# A run has ended since the last look, or none begins for a while: not everything that is pressed starts one. A page that was
# just opened always has one, however long its beginning takes.
_AT_REST = """() => {
    window.lookBegan ??= performance.now();
    const app = document.querySelector("[data-testid=stApp]");
    if (!app || app.dataset.testScriptState !== "notRunning") return false;
    const patience = window.runsEnded ? 600 : Infinity;
    if (window.runsEnded === window.runsSeen && performance.now() - window.lookBegan < patience) return false;
    window.lookBegan = undefined;
    window.runsSeen = window.runsEnded;
    return true;
}"""


def settle(page: "Page") -> None:
    """Wait until the script has begun on what was just done, and ended."""
    page.wait_for_function(_AT_REST)
    page.wait_for_timeout(80)


def sign_in(page: "Page", username: str) -> None:
    """Sign in with a demonstration account."""
    page.goto("/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", f"demo-{username}-2026")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=stApp]")
    settle(page)


def choose(page: "Page", key: str, text: str) -> None:
    """Type into a select box and take what it finds."""
    box = page.locator(f".st-key-{key} input")
    box.scroll_into_view_if_needed()
    box.click()
    box.fill(text)
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    settle(page)


def press(page: "Page", key: str) -> None:
    """Press the button of this key."""
    button = page.locator(f".st-key-{key} button").first
    button.scroll_into_view_if_needed()
    button.click()
    settle(page)


def ask(page: "Page", first: str, last: str, numbers: str) -> None:
    """Query the contributions of these people."""
    choose(page, "query_from", first)
    choose(page, "query_to", last)
    page.fill(".st-key-query_ids textarea", numbers)
    press(page, "query_search")


def grid(page: "Page") -> "FrameLocator":
    """The grid of contributions, once it shows rows."""
    frame = page.frame_locator(GRID)
    frame.locator(".ag-row").first.wait_for()
    return frame


def tick(page: "Page", serial: str) -> None:
    """Tick one row by its id."""
    box = grid(page).locator(f".ag-pinned-left-cols-container .ag-row[row-id='{serial}'] .ag-checkbox-input")
    box.scroll_into_view_if_needed()
    box.click()
    settle(page)


def ticked(page: "Page") -> set[str]:
    """The ids that stand ticked on the grid's page."""
    rows = grid(page).locator(".ag-pinned-left-cols-container .ag-row-selected")
    return {str(row.get_attribute("row-id")) for row in rows.all()}


def ticks_are(page: "Page", serials: set[str]) -> bool:
    """Whether exactly these stand ticked on the grid's page, once it has ticked them."""
    for serial in serials:
        grid(page).locator(f".ag-pinned-left-cols-container .ag-row-selected[row-id='{serial}']").wait_for()
    return ticked(page) == serials


def turn_page(page: "Page") -> None:
    """The grid's next page."""
    grid(page).locator(".ag-paging-button").filter(has=page.locator(".ag-icon-next")).click()
    page.wait_for_timeout(200)


def upload(page: "Page", material: str, name: str, content: bytes) -> None:
    """Upload a paper for a material."""
    press(page, f"upload_{material}")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    settle(page)


def told_code(page: "Page") -> str:
    """The one-time code that the demonstration tells in a dialog."""
    told = page.get_by_role("dialog").get_by_text(re.compile(r"现在的动态验证码是 \d{6}"))
    return re.findall(r"\d{6}", told.inner_text())[0]


def shown(page: "Page", pattern: str) -> re.Match[str]:
    """The first place on the page that matches, as soon as there is one."""
    page.locator("[data-testid=stApp]").filter(has_text=re.compile(pattern)).wait_for()
    # Texts of several elements are joined without blanks there and with line breaks here; a pattern lies within one.
    found = re.search(pattern, page.locator("[data-testid=stApp]").inner_text())
    assert found is not None, pattern
    return found
