"""What can be done with an answer: export it, and see full numbers. Both ask for a purpose."""

import json
from typing import Any

import streamlit as st

from core.domain.purpose import FIELD as PURPOSE
from core.domain.question import FIELD, Question
from core.domain.roles import Right, Viewer
from core.services.explore import reveal_page
from core.services.explore_export import FORMS
from core.services.explore_jobs import take_answer
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.answer_export import is_exporting, take_file
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.messages import attempt, clear_faults, draw_faults, plain
from pages.parts.reveal import draw_purpose

_EXPORT, _REVEAL = "export", "reveal"
_FORM, _FULL = "export_form", "export_full"


def draw_actions(viewer: Viewer, question: Question, name: str) -> None:
    """The buttons that open the dialogs."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("导出"),
            key="explore_export",
            icon=":material/file_save:",
            disabled=is_exporting(viewer),
            on_click=_open,
            args=(_EXPORT, name),
        )
        if viewer.may(Right.REVEAL) and question.by is None:
            st.button(
                _("显示完整信息"),
                key="explore_reveal",
                icon=":material/visibility:",
                on_click=_open,
                args=(_REVEAL, name),
            )


def draw_dialog(question: Question, after: tuple[Any, ...], name: str) -> None:
    """The dialog that was opened."""
    opened, _asked = state.ANSWERING.get()
    if not opened:
        return
    title = _("导出查询结果") if opened == _EXPORT else _("显示完整信息")

    @st.dialog(title, width="medium", on_dismiss=_close)
    def answer() -> None:
        with errors_shown():
            if not state.ANSWERING.get()[0]:
                st.rerun()
            current = require_user(Right.ANALYSE)
            if opened == _EXPORT:
                _draw_export(current, question, name)
            else:
                _draw_reveal(current, question, after, name)

    answer()


def _draw_export(viewer: Viewer, question: Question, name: str) -> None:
    st.radio(_("格式"), list(FORMS), key=_FORM, horizontal=True, format_func=_say_form)
    draw_purpose()
    if viewer.may(Right.REVEAL) and question.by is None:
        st.checkbox(_("文件中显示完整姓名、号码和账号"), key=_FULL)
        if state.typed(_FULL):
            draw_factor(viewer)
    draw_faults(FIELD)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(_("生成文件"), key="take_export", type="primary", on_click=_export, args=(question, name))


def _draw_reveal(viewer: Viewer, question: Question, after: tuple[Any, ...], name: str) -> None:
    st.markdown(plain(_("只对当前一页有效，五分钟后恢复遮盖。查看人、用途和条件记入审计。")))
    draw_purpose()
    draw_factor(viewer)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(_("显示"), key="take_reveal", type="primary", on_click=_reveal, args=(question, after, name))


def _say_form(form: str) -> str:
    return {"xlsx": "Excel (xlsx)", "csv": "CSV", "parquet": "Parquet"}[form]


def _open(dialog: str, name: str) -> None:
    clear_faults()
    state.open_dialog(state.ANSWERING, (dialog, name), PURPOSE)
    state.forget(_FULL)
    forget_code()


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.ANSWERING, PURPOSE)


def _export(question: Question, name: str) -> None:
    purpose, form, full = state.typed(PURPOSE) or "", state.typed(_FORM), bool(state.typed(_FULL))
    acting = proven_viewer if full else acting_viewer
    if take_file(lambda: take_answer(desk(), acting(), question, form, purpose, reveal=full), name):
        state.end_dialog(state.ANSWERING)


def _reveal(question: Question, after: tuple[Any, ...], name: str) -> None:
    purpose = state.typed(PURPOSE) or ""
    if sequence := attempt(lambda: reveal_page(desk(), proven_viewer(), question, after, purpose)):
        state.REVEALED.set((json.dumps([name, after]), sequence))
        state.end_dialog(state.ANSWERING)
