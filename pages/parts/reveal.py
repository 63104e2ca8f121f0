"""显示完整信息: the button, the dialog that asks for a purpose and a code, and the line that says what is shown."""

import streamlit as st

from core.domain.purpose import FIELD as PURPOSE
from core.domain.purpose import LONGEST, purpose_of
from core.domain.roles import Right, Viewer
from core.services.reveals import reveal, seeing
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.formats import starred
from pages.parts.messages import attempt, clear_faults, draw_faults, plain


def draw_reveal(viewer: Viewer, kind: str, subject: str) -> Viewer:
    """The button for those who see masks and may reveal, or that the place is revealed; the viewer to read it with."""
    if viewer.may(Right.SEE_UNMASKED) or not viewer.may(Right.REVEAL):
        return viewer
    seen = seeing(desk(), viewer, kind, subject)
    if seen.in_full:
        st.warning(_("已显示完整信息，五分钟内有效，查看已记入审计。"), icon=":material/visibility:")
        return seen
    st.button(_("显示完整信息"), key="reveal", icon=":material/visibility:", on_click=_open, args=(subject,))
    if state.REVEALING.get() == subject:
        _draw_dialog(kind, subject)
    return viewer


def draw_purpose_field() -> None:
    """The field for what somebody needs data for; what is wrong with it is told elsewhere."""
    st.text_area(
        starred(_("用途")),
        key=PURPOSE,
        max_chars=LONGEST,
        height=80,
        placeholder=_("例如：核对 2023 年 10 月重复参保退费"),
    )


def draw_purpose() -> None:
    """The field, and what is wrong with it below."""
    draw_purpose_field()
    draw_faults(PURPOSE)


def _draw_dialog(kind: str, subject: str) -> None:
    @st.dialog(_("显示完整信息"), width="medium", on_dismiss=_close)
    def ask() -> None:
        with errors_shown():
            if not state.REVEALING.get():
                st.rerun()
            st.markdown(plain(_("五分钟后恢复遮盖。查看人、用途和所看内容记入审计。")))
            draw_purpose()
            draw_factor(require_user(Right.REVEAL))
            draw_faults("")
            with st.container(horizontal=True, horizontal_alignment="right"):
                st.button(_("显示"), key="take_reveal", type="primary", on_click=_reveal, args=(kind, subject))

    ask()


def _open(subject: str) -> None:
    clear_faults()
    state.open_dialog(state.REVEALING, subject, PURPOSE)
    forget_code()


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.REVEALING, PURPOSE)


def _reveal(kind: str, subject: str) -> None:
    if attempt(lambda: _take(kind, subject, state.typed(PURPOSE) or "")):
        state.end_dialog(state.REVEALING)


def _take(kind: str, subject: str, purpose: str) -> bool:
    # A code is good for once: it is taken when nothing else is missing.
    said = purpose_of(purpose)
    reveal(desk(), proven_viewer(), kind, subject, said)
    return True
