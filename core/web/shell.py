"""Streamlit's start page, made ours: Chinese, without a script in its text, and with the door's own script and look in it.

The rest of the frontend stays as it was installed. If an upgrade changes the page so that one of these edits finds nothing
to do, the server does not start: a page that the Content-Security-Policy stops half way would be worse.
"""

import re
from collections.abc import Iterable

from core.domain.wording import N_
from core.texts import _
from core.web.assets import address_of

_TITLE = N_("退费工作台")
_NO_SCRIPT = N_("请启用浏览器的 JavaScript 后使用本系统。")
_EDITS = (
    # The comments speak of other programs' ways in, which are closed here.
    (r"<!--.*?-->\s*", ""),
    (r'<html lang="en">', '<html lang="zh-CN">'),
    (r"<title>Streamlit</title>", f"<title>{_(_TITLE)}</title>"),
    (r'<link rel="shortcut icon"[^>]*>', '<link rel="icon" type="image/svg+xml" href="./door/icon.svg" />'),
    (r'<link rel="service-desc"[^>]*>\s*', ""),
    # A Latin font that the theme doesn't use.
    (r'<link\s+rel="preload"[^>]*as="font"[^>]*>\s*', ""),
    (r"<script>\s*window\.prerenderReady = false\s*</script>", f'<script src="{address_of("door.js")}"></script>'),
    (r"<noscript>.*?</noscript>", f"<noscript><p>{_(_NO_SCRIPT)}</p></noscript>"),
    # Behind the styles that Streamlit writes into the head: of two rules that weigh the same the later one counts.
    (r"</body>", f'<link rel="stylesheet" href="{address_of("screens.css")}" /></body>'),
)


def make_shell(index: str, scripts: Iterable[str] = ()) -> str:
    """The start page from Streamlit's ``index.html``; ``ValueError`` when it isn't the page that this was written for.

    ``scripts`` are fetched along with the page, beside those that it names itself.
    """
    for pattern, replacement in _EDITS:
        index, count = re.subn(pattern, replacement, index, flags=re.DOTALL)
        if count == 0:
            message = f"Streamlit's index.html has changed: nothing fits {pattern}"
            raise ValueError(message)
    if re.search(r"<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|javascript:", index):
        raise ValueError("Streamlit's index.html has a script in its text, which the Content-Security-Policy forbids")
    links = "".join(f'<link rel="modulepreload" crossorigin href="{script}">' for script in scripts)
    links += '<link rel="preload" as="script" href="./door/words.js">'
    return index.replace("</head>", f"{links}</head>")
