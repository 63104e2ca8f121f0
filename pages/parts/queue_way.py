"""The way through a queue: whoever came from it is led on to its next batch after a decision, and back when it is empty."""

import streamlit as st

from core.domain.roles import Right
from core.services.queues import next_in_queue, waiting_for
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.messages import attempt

_NEXT = "next_in_queue"
_END = "end"


def draw_way(number: str) -> None:
    """办理下一件, for whoever works through a queue."""
    search = state.QUEUE.get()
    if search is None:
        return
    left = waiting_for(desk(), require_user(Right.SEE_BATCHES), search=search, size=1).total
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="queue_way"):
        st.page_link("review.py", label=_("返回审核"), icon=":material/arrow_back:")
        st.caption(_("待办 {count} 批").format(count=left), width="content")
        st.button(
            _("办理下一件"),
            key=_NEXT,
            type="tertiary",
            icon=":material/skip_next:",
            shortcut="Alt+N",
            on_click=go_on,
            args=(number,),
        )


def go_on(number: str) -> None:
    """Find the next batch of the queue that the viewer came from; a handler calls it when its work is done."""
    search = state.QUEUE.get()
    if search is not None:
        following = attempt(lambda: next_in_queue(desk(), acting_viewer(), number, search))
        state.FOLLOWING.set(_END if following == "" else following or "")


def follow_way() -> None:
    """Go where the way leads; a screen calls it before it draws anything."""
    following = state.FOLLOWING.take()
    if following == _END:
        st.switch_page("review.py")
    elif following:
        st.switch_page("batch.py", query_params={"no": following})
