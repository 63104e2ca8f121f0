"""帮助: the user's guide with its pictures, and every code of a refusal with what to do about it."""

import re
from pathlib import Path

import pandas as pd
import streamlit as st

from core.services.refusal_pages import all_causes
from core.texts import _, current_language
from pages.parts.access import require_user
from pages.parts.frame import draw_path

_DOCS = Path(__file__).parents[1] / "docs"
_PICTURE = re.compile(r"^!\[(?P<text>[^\]]*)\]\((?P<name>[\w.-]+)\)$", re.MULTILINE)


@st.cache_data(show_spinner=False)
def _parts(language: str) -> list[str]:
    """The guide in pieces: text, the words of a picture, its file, text …"""
    return _PICTURE.split((_DOCS / "guide" / f"{language}.md").read_text(encoding="utf-8"))


def draw_guide() -> None:
    """The guide in the reader's language."""
    text, *rest = _parts(current_language())
    st.markdown(text)
    for said, name, following in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        st.image(_DOCS / "pictures" / name, caption=said, alt=said, width="stretch")
        st.markdown(following)


def draw_codes() -> None:
    """Every cause why a line can't be refunded, and what to do."""
    st.subheader(_("不能退费原因一览"), anchor=False)
    table = pd.DataFrame(all_causes(), columns=[_("原因代码"), _("不能退费原因"), _("处理建议")])
    st.table(table, border="horizontal", hide_index=True, alt=_("不能退费原因一览"))


require_user()
draw_path(_("缴费管理服务"), _("帮助"))
with st.container(width=960):
    draw_guide()
    draw_codes()
