"""Choosing ledger files: they go straight to the product's own route (``POST /ledger/upload``), past Streamlit's memory.

Streamlit's uploader would hold 200 MB in memory. Here a small script of the door streams them to disk, shows how far it is,
and opens the screen again with the upload's id in its address. (A component of st.components.v2 can't be used: its state
can't be pickled, which ``runner.enforceSerializableSessionState`` demands.)
"""

from html import escape

import streamlit as st

from core.services.uploads import EXTENSIONS, MOST_BYTES, MOST_FILES
from core.texts import _

ROUTE, SCREEN, SCRIPT = "/ledger/upload", "/ledger", "/door/ledger.js"

_FIELD = """
<div class="refund-ledger" data-refund-ledger {data}>
  <div>
    <button type="button" data-part="choose">{choose}</button><span>{hint}</span>
    <input type="file" data-part="input" multiple hidden accept="{accept}" aria-label="{choose}">
  </div>
  <div data-part="state" role="status" hidden>
    <progress data-part="bar" max="100" value="0" aria-label="{progress}"></progress>
    <span data-part="said"></span><button type="button" data-part="cancel">{cancel}</button>
  </div>
  <p data-part="error" role="alert"></p>
</div>
<script src="{script}"></script>
"""


def draw_uploader() -> None:
    """The field for ledger files."""
    megabytes, kinds = MOST_BYTES >> 20, _("、").join(EXTENSIONS)
    said = {
        "choose": _("选择台账文件"),
        "hint": _("或将文件拖到此处；可多选，{kinds}，合计不超过 {most} MB").format(kinds=kinds, most=megabytes),
        "progress": _("上传进度"),
        "cancel": _("取消"),
        "accept": ",".join(f".{kind}" for kind in EXTENSIONS),
        "script": SCRIPT,
    }
    html = _FIELD.format(data=_data(), **{name: escape(text, quote=True) for name, text in said.items()})
    st.html(html, unsafe_allow_javascript=True)


def _data() -> str:
    """What the script has to know, as attributes: limits, addresses, and its words in the language in force."""
    kinds = _("、").join(EXTENSIONS)
    known = {
        "route": ROUTE,
        "screen": SCREEN,
        "kinds": " ".join(EXTENSIONS),
        "most-bytes": str(MOST_BYTES),
        "most-files": str(MOST_FILES),
        "sending": _("正在上传 {percent}%"),
        "too-many": _("一次最多上传 {most} 个文件").format(most=MOST_FILES),
        "too-large": _("一次上传的文件合计不能超过 {most} MB").format(most=MOST_BYTES >> 20),
        "stranger": _("文件 {name} 不是台账文件，只接收 {kinds}").replace("{kinds}", kinds),
        "failed": _("上传没有完成，请检查网络后重试"),
        "cancelled": _("已取消上传"),
    }
    return " ".join(f'data-{name}="{escape(text, quote=True)}"' for name, text in known.items())
