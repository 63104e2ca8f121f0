"""The words of the widgets themselves: they follow the language of the page, not that of the browser."""

from pathlib import Path

import pytest

from tests.support.browser import Visitors

WORDS = Path(__file__).parents[2] / "core" / "web" / "assets" / "words.js"
#: A dialog as the widgets' library draws it in a Chinese browser, beside a button of ours.
ADD_DIALOG = """label => {
    document.body.insertAdjacentHTML("beforeend",
        `<div><button aria-label="${label}" tabindex="-1"></button><button id="own">取消</button></div>`);
}"""


@pytest.mark.parametrize(
    ("language", "label", "said"),
    [("en", "取消", "Dismiss"), ("en", "Dismiss", "Dismiss"), ("zh", "Dismiss", "关闭"), ("zh", "取消", "取消")],
)
def test_what_closes_a_dialog_is_named_in_the_language_of_the_page(
    browser_page: Visitors, language: str, label: str, said: str
) -> None:
    page = browser_page("http://127.0.0.1")
    page.set_content(f'<i data-refund-language="{language}"></i>')
    page.add_script_tag(path=WORDS)

    page.evaluate(ADD_DIALOG, label)
    page.wait_for_timeout(50)

    assert page.locator("button[tabindex]").get_attribute("aria-label") == said
    assert page.locator("#own").inner_text() == "取消"
