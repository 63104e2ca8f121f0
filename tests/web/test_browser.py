"""The door in a real browser: what the headers allow is enough for the screens, and what they forbid does not happen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.services import accounts, sessions
from core.services.desk import open_desk
from tests.support.browser import Visitors, listen
from tests.support.desks import ADMIN
from tests.support.product import Product

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
PERSON = "119999198803129117"


@pytest.fixture
def sign_in(app_server: Product, browser_page: Visitors) -> Callable[[str], Page]:
    def opened(name: str) -> Page:
        page = browser_page(app_server.url)
        page.goto("/login")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(f"demo-{name}-2026")
        page.locator("[name=password]").press("Enter")
        page.wait_for_selector(SETTLED)
        return page

    return opened


def test_the_grid_and_the_uploader_work_under_the_policy(sign_in: Callable[[str], Page], pictures: Path) -> None:
    page = sign_in("clerk1")
    errors = listen(page)
    page.goto("/apply")
    for key, month in (("query_from", "2022-01"), ("query_to", "2023-09")):
        box = page.locator(f".st-key-{key} input").first
        box.scroll_into_view_if_needed()
        box.fill(month)
        box.press("Enter")
        page.wait_for_selector(SETTLED)
    page.locator(".st-key-query_ids input, .st-key-query_ids textarea").first.fill(PERSON)
    page.locator(".st-key-query_ids input, .st-key-query_ids textarea").first.press("Tab")
    page.locator(".st-key-query_search button").click()

    grid = page.frame_locator("iframe[title*='agGrid']")
    grid.locator(".ag-row").first.wait_for()
    page.locator(".st-key-upload_M1 button").first.click()
    page.locator("[role=dialog] input[type=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 broken"}
    )
    page.wait_for_selector("[role=dialog] [data-testid=stAlert]")
    page.screenshot(path=pictures / "apply.png")

    assert errors == []


def test_a_script_in_the_text_of_a_page_does_not_run(sign_in: Callable[[str], Page]) -> None:
    page = sign_in("clerk1")

    page.evaluate(
        """() => {
            const script = document.createElement("script")
            script.textContent = "window.ran = true"
            document.body.append(script)
            document.body.insertAdjacentHTML("beforeend", "<img src=/none onerror='window.ran = true'>")
        }"""
    )
    page.wait_for_timeout(300)

    assert page.evaluate("window.ran") is None
    # What Playwright evaluates is free to evaluate more; a script of the page itself is not.
    page.evaluate(
        """() => import(URL.createObjectURL(new Blob(
            ["try { window.evaluated = eval('1') } catch { window.evaluated = 'refused' }"], { type: "text/javascript" }
        )))"""
    )
    assert page.evaluate("window.evaluated") == "refused"
    assert page.evaluate("fetch('http://127.0.0.2:9/').then(() => 'sent', () => 'refused')") == "refused"


def test_signing_out_in_one_tab_takes_every_tab_to_the_door(sign_in: Callable[[str], Page]) -> None:
    first = sign_in("clerk2")
    second = first.context.new_page()
    second.goto("/batches")
    second.wait_for_selector(SETTLED)

    second.locator(".st-key-logout button").click()

    second.wait_for_url("**/login")
    first.wait_for_url("**/login?ended**")
    assert "登录已失效，请重新登录" in first.locator("[role=status]").inner_text()
    second.go_back()
    second.wait_for_url("**/login**")


def test_an_account_that_is_shut_loses_its_open_screen(
    app_server: Product, sign_in: Callable[[str], Page], browser_page: Visitors
) -> None:
    desk = open_desk({"REFUND_DATA_DIR": str(app_server.data_dir)})
    page = sign_in("auditor1")
    page.goto("/batches")
    page.wait_for_selector(SETTLED)

    accounts.disable_user(desk, ADMIN, "auditor1")

    page.wait_for_url("**/login?ended&next=%2Fbatches")
    with pytest.raises(sessions.SignInRefused):
        sessions.sign_in(desk, "auditor1", "demo-auditor1-2026", "127.0.0.1")
    accounts.enable_user(desk, ADMIN, "auditor1")
    page.locator("[name=username]").fill("auditor1")
    page.locator("[name=password]").fill("demo-auditor1-2026")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/batches")
    desk.database.dispose()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_door_fits_every_screen(
    app_server: Product, browser_page: Visitors, pictures: Path, scheme: str, width: int
) -> None:
    page = browser_page(app_server.url, color_scheme=scheme, viewport={"width": width, "height": 844})
    errors = listen(page)
    page.goto("/apply")

    assert page.url.endswith("/login?next=/apply")
    assert page.evaluate("document.activeElement.name") == "username"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=pictures / "login.png", full_page=True)
    page.locator("[name=username]").fill("clerk3")
    page.locator("[name=password]").fill("wrong")
    page.locator("button").click()
    page.wait_for_selector("[role=alert]")

    assert page.locator("[name=username]").input_value() == "clerk3"
    assert page.evaluate("document.activeElement.name") == "password"
    page.screenshot(path=pictures / "wrong.png", full_page=True)
    assert [error for error in errors if "401" not in error] == []
