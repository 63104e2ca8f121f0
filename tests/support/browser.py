"""A real browser, driven by Playwright: Debian's Chromium without a window."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.system import chromium

if TYPE_CHECKING:  # Playwright takes a while to import, and most test runs have no browser in them
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH, HEIGHT = 1440, 900
PATIENCE_MS = 15_000
# Counts the runs of the script that have ended, on the page's own window: ``tests.support.clerk.settle`` waits for the next.
COUNT_RUNS = """() => {
    window.runsEnded = 0;
    window.runsSeen = 0;
    new MutationObserver(changes => {
        for (const {target} of changes)
            if (target.dataset.testScriptState === "notRunning") window.runsEnded += 1;
    }).observe(document, {subtree: true, attributes: true, attributeFilter: ["data-test-script-state"]});
}"""


# What moves is where it ends at once: nobody looks at it, and every movement would have to be waited for.
NO_MOTION = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, *::before, *::after { transition: none !important; animation-duration: 0s !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


@contextmanager
def running_browser() -> Iterator["Browser"]:
    """Start Chromium for the length of the ``with`` block. While it runs, ``asyncio.run`` can't be used in this thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def listen(page: "Page") -> list[str]:
    """Every error that the browser notes from now on, refused scripts and failed loads among them."""
    errors: list[str] = []

    def note(message: "ConsoleMessage") -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            errors.append(f"{message.text} {message.location.get('url', '')}")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


class Visitors:
    """Opens pages, each for a visitor of his own, and remembers them for pictures and for the end of the test."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __call__(self, base_url: str, **options: object) -> "Page":
        """A page in a fresh context: its own cookies, nothing cached. ``options`` are those of ``Browser.new_context``."""
        usual = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": WIDTH, "height": HEIGHT}}
        context = self._browser.new_context(base_url=base_url, **(usual | options))
        context.set_default_timeout(PATIENCE_MS)
        for script in (COUNT_RUNS, NO_MOTION):
            context.add_init_script(f"({script})()")
        self._contexts.append(context)
        return context.new_page()

    def take_pictures(self, folder: Path, name: str) -> None:
        """One picture of every page that is still open."""
        folder.mkdir(parents=True, exist_ok=True)
        pages = [page for context in self._contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            page.screenshot(path=folder / f"{name}-{number}.png")

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()
