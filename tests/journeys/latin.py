"""Latin words on a screen that speaks Chinese."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Every visible text and every label for screen readers that has three Latin letters in a row, icons and typed secrets apart.
LATIN = """() => {
    const found = new Set();
    const latin = (text) => /[A-Za-z]{3}/.test(text);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const parent = texts.currentNode.parentElement;
        const isNoWord = parent.closest("[translate=no], [data-testid=stIconMaterial], .st-key-factor code");
        if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(parent.tagName) || isNoWord) continue;
        if (latin(texts.currentNode.data)) found.add(texts.currentNode.data.trim());
    }
    for (const name of ["placeholder", "aria-label", "title"])
        for (const element of document.querySelectorAll(`[${name}]`))
            if (element.tagName !== "IFRAME" && latin(element.getAttribute(name))) found.add(element.getAttribute(name));
    return [...found];
}"""

#: Words that are the same in Chinese: kinds of files, a key of the keyboard, and the other language's name for itself.
MEANT = frozenset({"english", "pdf", "jpg", "png", "ofd", "excel", "xlsx", "xls", "csv", "zip", "parquet", "alt"})
#: Numbers of batches, and settings as they are called on the command line.
_NAME = re.compile(r"TF\d{15}|[a-z]+(_[a-zA-Z0-9]+)+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,}")


def left_over(page: "Page", *meant: str) -> set[str]:
    """The Latin words on the page and in its frames, without those that are meant."""
    texts = [text for frame in page.frames for text in frame.evaluate(LATIN)]
    words = {word for text in texts for word in _WORD.findall(text) if not _NAME.fullmatch(word)}
    return {word for word in words if word.lower() not in MEANT} - set(meant)
