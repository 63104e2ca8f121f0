"""消息: what waits for the viewer, and what others did to his batches; each line is a way to its batch."""

import streamlit as st

from core.domain.roles import Right, Viewer
from core.services.inbox import changes_to_decide, list_messages, mark_read
from core.services.queues import count_due, due_from
from core.texts import _
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.batch_table import SIZE, draw_batches
from pages.parts.frame import draw_heading, draw_path
from pages.parts.inbox import choose_state, draw_message, say_total
from pages.parts.messages import attempt
from pages.parts.paging import draw_pages, page_of, turn_back

_WAITING, _HAPPENED = "inbox_waiting", "inbox_happened"


def read_all(up_to: int) -> None:
    """What is shown, and all before it, is read."""
    attempt(lambda: mark_read(desk(), acting_viewer(), up_to))
    turn_back(_HAPPENED)


def draw_waiting(viewer: Viewer) -> None:
    """The batches that can't go on without the viewer, the earliest due date first, and account changes to be decided."""
    waiting = count_due(desk(), viewer)
    changes = changes_to_decide(desk(), viewer)
    st.subheader(_("待我办理 ({count})").format(count=waiting.total + len(changes)), anchor=False)
    if not waiting.total and not changes:
        st.info(_("目前没有等待您办理的事项。"), icon=":material/done_all:")
    if waiting.total:
        state = choose_state(waiting.by_state, lambda: turn_back(_WAITING))
        draw_batches(due_from(desk(), viewer, state, page=page_of(_WAITING), size=SIZE), key=_WAITING)
    if changes:
        said = _("{count} 项登记账户变更等待审批").format(count=len(changes))
        st.page_link("review.py", label=said, icon=":material/account_balance:")


def draw_happened(viewer: Viewer) -> None:
    """What others did, the latest first."""
    found = list_messages(desk(), viewer, page=page_of(_HAPPENED), size=SIZE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(_("办理动态"), anchor=False, width="content")
        if found.unread:
            args = (found.read_up_to,)
            st.button(_("全部标为已读"), key="inbox_read", icon=":material/done_all:", on_click=read_all, args=args)
    if not found.total:
        st.info(_("还没有消息。您申报或办理过的批次有进展时，会显示在这里。"), icon=":material/notifications:")
        return
    for message in found.messages:
        draw_message(message)
    draw_pages(_HAPPENED, found.total, found.size, say_total(found.total))


user = require_user(Right.SEE_BATCHES)
draw_path(_("消息"))
draw_heading("inbox.py")
draw_waiting(user)
draw_happened(user)
