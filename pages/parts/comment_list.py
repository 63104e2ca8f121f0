"""Comments beside a batch: internal ones marked, and a field for one more."""

import streamlit as st

from core.domain.wording import N_
from core.services.comments import LENGTH, Comment, add_comment, list_comments, may_comment, sees_internal
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.formats import local_time
from pages.parts.messages import attempt, draw_faults, plain

_TEXT, _INTERNAL = "comment_text", "comment_internal"


def draw_comments(number: str) -> None:
    """Every comment that the viewer may read, the latest last, and the field."""
    viewer = require_user()
    comments = list_comments(desk(), viewer, number)
    for comment in comments:
        _draw(comment)
    if not comments:
        st.caption(_("还没有留言。"))
    if not may_comment(viewer):
        return
    st.text_area(_("留言"), key=_TEXT, max_chars=LENGTH, height=80)
    draw_faults(_TEXT)
    with st.container(horizontal=True, vertical_alignment="center"):
        if sees_internal(viewer):
            st.checkbox(_("仅经办机构内部可见"), key=_INTERNAL, value=True)
        st.button(_("发表留言"), key="add_comment", on_click=_add, args=(number,))


def _draw(comment: Comment) -> None:
    mark = _("仅内部可见") if comment.internal else _("单位可见")
    icon = ":material/lock:" if comment.internal else ":material/visibility:"
    st.markdown(
        f"**{plain(comment.username)}** :gray[{local_time(comment.at)} · {icon} {mark}]  \n{plain(comment.text)}"
    )


def _add(number: str) -> None:
    text, internal = state.typed(_TEXT) or "", bool(state.typed(_INTERNAL))
    if attempt(lambda: add_comment(desk(), acting_viewer(), number, text, internal=internal)):
        state.empty(_TEXT)
        state.NOTICE.set((N_("留言已发表"), {}))
