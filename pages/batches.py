"""申报记录: every batch within the viewer's scope, found by number, employer or person, and by state."""

import streamlit as st

from core.domain.lifecycle import State
from core.domain.roles import Right, Viewer
from core.services.batches import list_batches
from core.texts import _
from pages.parts.access import desk, require_user
from pages.parts.batch_table import HOW_PEOPLE_ARE_FOUND, SIZE, draw_batches
from pages.parts.frame import draw_heading, draw_path
from pages.parts.paging import page_of, turn_back

_LIST = "batches_list"


def draw_filters(viewer: Viewer) -> tuple[str, list[State]]:
    """What is looked for: a text, and states (none: all)."""
    text, states = st.columns([2, 3], gap="medium")
    search = text.text_input(
        _("查找"),
        key="batches_search",
        type="search",
        placeholder=_("批次号、单位名称、姓名（至少两个字）或社会保障号码")
        if viewer.may(Right.SEE_UNMASKED)
        else _("批次号、单位名称"),
        persist_state="session",
        on_change=turn_back,
        args=(_LIST,),
    )
    chosen = states.multiselect(
        _("状态"),
        list(State),
        key="batches_states",
        format_func=lambda state: _(state.label),
        placeholder=_("全部状态"),
        persist_state="session",
        on_change=turn_back,
        args=(_LIST,),
    )
    return search or "", chosen


def draw_empty(viewer: Viewer, *, filtered: bool) -> None:
    """Nothing to show: because nothing fits, or because nothing was filed yet."""
    if filtered:
        st.info(_("没有符合条件的批次，请更换查找内容或状态。"), icon=":material/search_off:")
        if viewer.may(Right.SEE_UNMASKED):
            st.caption(_(HOW_PEOPLE_ARE_FOUND))
        return
    st.info(_("还没有申报记录。提交退费申请后，可在这里查看办理进度。"), icon=":material/inbox:")
    if viewer.may(Right.APPLY):
        st.page_link("apply.py", label=_("去申报"), icon=":material/edit_document:")


def draw_screen(viewer: Viewer) -> None:
    """Filters, and one page of what they leave."""
    search, states = draw_filters(viewer)
    found = list_batches(desk(), viewer, states=states, search=search, page=page_of(_LIST), size=SIZE)
    if found.total:
        draw_batches(found, key=_LIST)
    else:
        draw_empty(viewer, filtered=bool(search or states))


user = require_user(Right.SEE_BATCHES)
draw_path(_("缴费管理服务"), _("申报记录"))
draw_heading("batches.py")
draw_screen(user)
