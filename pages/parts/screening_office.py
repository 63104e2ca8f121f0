"""智能筛查 for the agency: one employer, many or all, before anybody asks. Names and numbers are masked."""

import re

import streamlit as st

from core.domain.roles import Viewer
from core.services.screenings import Screening, list_screenings
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.messages import draw_faults
from pages.parts.screening import FAULT, draw_screening, say_scope, show, start

_SCOPE, _CHOSEN = "screening_scope", "screening_chosen"
_SEPARATORS = re.compile(r"[\s,;，；、|]+")


def draw_office_screening(viewer: Viewer) -> None:
    """Which employers, 开始筛查, and the screening that was begun or chosen last."""
    st.caption(
        _(
            "逐段读取台账，用同一套规则找出离职、退休、死亡后仍缴费，重复参保、重复缴费等记录，以及基数、滞纳金异常的疑点。"
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(_("单位编号"), key=_SCOPE, placeholder=_("留空为全部单位，可填写多个"), width=360)
        st.button(_("开始筛查"), key="screening_start", type="primary", icon=":material/troubleshoot:", on_click=_start)
    draw_faults(FAULT)
    found = list_screenings(desk(), viewer)
    chosen = _choose(found)
    if chosen is None:
        st.info(_("还没有筛查。点击“开始筛查”，结果会保存在这里，可随时停止、继续。"), icon=":material/troubleshoot:")
        return
    draw_screening(viewer, chosen)


def _start() -> None:
    start([part for part in _SEPARATORS.split(state.typed(_SCOPE) or "") if part])


def _choose(found: list[Screening]) -> Screening | None:
    """The screening to show: the one begun or chosen, else the latest; with several there is a choice."""
    by_id = {screening.screening_id: screening for screening in found}
    if not by_id:
        return None
    shown = state.SCREENING.get() if state.SCREENING.get() in by_id else found[0].screening_id
    if len(by_id) > 1:
        state.fill(_CHOSEN, shown)
        st.selectbox(
            _("筛查记录"),
            list(by_id),
            key=_CHOSEN,
            format_func={name: say_scope(screening) for name, screening in by_id.items()}.__getitem__,
            on_change=_show_chosen,
        )
    return by_id[shown]


def _show_chosen() -> None:
    show(state.typed(_CHOSEN))
