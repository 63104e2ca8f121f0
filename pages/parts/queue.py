"""A queue: what waits for the viewer, the earliest due date first, each line a way to its batch."""

import streamlit as st

from core.domain.roles import Viewer
from core.services.queues import waiting_for
from core.texts import _
from pages.parts.access import desk
from pages.parts.batch_table import SIZE, draw_batches
from pages.parts.paging import page_of


def draw_queue(viewer: Viewer, *, key: str, nothing: str) -> None:
    """One page of the queue, or ``nothing`` to say when it is empty."""
    found = waiting_for(desk(), viewer, page=page_of(key), size=SIZE)
    if not found.total:
        st.info(nothing, icon=":material/done_all:")
        st.page_link("batches.py", label=_("查看全部申报记录"), icon=":material/list_alt:")
        return
    st.caption(_("按办理期限排序，点击批次号打开办理；同一批次中每人只能承担一个环节，您已办理过其他环节的不列出。"))
    draw_batches(found, key=key)
