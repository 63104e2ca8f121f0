"""智能筛查 on 申报: a clerk's own employer is gone through, and what is found by fact becomes the draft with one press."""

from functools import partial

import streamlit as st

from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.drafts import Draft
from core.services.screening_finds import Wanted, take_finds
from core.services.screenings import Screening, latest_screening
from core.texts import _
from pages.parts import selection, state
from pages.parts.access import acting_viewer, desk
from pages.parts.messages import attempt, draw_note
from pages.parts.query_form import ask_list
from pages.parts.reason_form import NOTE, REASON
from pages.parts.screening import FAULT, draw_screening, start

_TAKE = "take_finds"
#: So many people are asked for at once, to show what was taken; the numbers of more would fill the screen.
_SHOWN = 300
_TAKEN = N_("已把 {count} 条筛查结果加入本次申报，请核对退费原因后提交")
_NOTHING = N_("没有可加入的记录：均已勾选、正在办理，或仅为疑点")


def draw_own_screening(viewer: Viewer, draft: Draft) -> None:
    """The button, and below it the employer's latest screening once it was pressed."""
    found = latest_screening(desk(), viewer, [draft.employer.employer_id])
    opened = state.SCREENING_OPEN.get()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("收起智能筛查") if opened else _("智能筛查"),
            key="screening",
            icon=":material/troubleshoot:",
            on_click=_turn,
            args=(draft.employer.employer_id, found),
        )
        st.caption(_("不必填写条件：自动找出本单位可能多缴、错缴的月份，可一次加入本次申报。"))
    if not opened:
        return
    with st.container(border=True, key="own_screening"):
        if found is None:
            draw_note("info", _("还没有筛查，请收起后重新点击“智能筛查”。"))
            return
        _draw_again(found)
        draw_screening(viewer, found, partial(_draw_take, draft, found.screening_id))


def _turn(employer_id: str, found: Screening | None) -> None:
    """Open or close it; opened for the first time it begins at once."""
    state.SCREENING_OPEN.set(not state.SCREENING_OPEN.get())
    if state.SCREENING_OPEN.get() and found is None:
        start([employer_id])


def _draw_again(found: Screening) -> None:
    if not found.can_resume and not found.finished_at:
        return
    st.button(
        _("重新筛查"),
        key="screening_again",
        type="tertiary",
        icon=":material/refresh:",
        on_click=start,
        args=(list(found.employers),),
    )


def _draw_take(draft: Draft, screening_id: str, wanted: Wanted) -> None:
    st.button(
        _("加入申报"),
        key=_TAKE,
        icon=":material/playlist_add_check:",
        on_click=_take,
        args=(draft.draft_id, screening_id, wanted.codes),
    )


def _take(draft_id: str, screening_id: str, codes: tuple[str, ...]) -> None:
    selection.settle(draft_id)
    taken = attempt(lambda: take_finds(desk(), acting_viewer(), draft_id, screening_id, codes), FAULT)
    if taken is not None:
        state.NOTICE.set((_TAKEN if taken.ticked else _NOTHING, {"count": taken.ticked}))
        state.forget(REASON, NOTE)
    if taken is not None and 0 < len(taken.persons) <= _SHOWN:
        ask_list(draft_id, taken)
    selection.show_anew()
