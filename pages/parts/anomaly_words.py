"""A word on an anomaly: the dialog in which it is typed, so that what is wrong with it stands at the field."""

import streamlit as st

from core.domain.roles import Right
from core.domain.wording import N_
from core.services.anomalies import FIELD, LONGEST, name_of, override_anomaly
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.messages import attempt, clear_faults, draw_faults, plain


def open_word(number: str, code: str) -> None:
    """Open the dialog about one anomaly of a batch."""
    clear_faults()
    state.forget(FIELD)
    state.EXPLAINING.set((number, code))


def draw_word() -> None:
    """The dialog that was opened."""
    number, code = state.EXPLAINING.get()
    if not number:
        return

    @st.dialog(_("说明异常"), width="medium", on_dismiss=_close)
    def word() -> None:
        with errors_shown():
            if state.EXPLAINING.get() != (number, code):
                st.rerun()
            require_user(Right.ANALYSE)
            _draw_form(number, code)

    word()


def _draw_form(number: str, code: str) -> None:
    st.markdown(f"**{plain(name_of(code))}**　{number}")
    st.text_area(_("为何不是异常"), key=FIELD, max_chars=LONGEST, height=110)
    draw_faults(FIELD)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(_("记入说明"), key="take_word", type="primary", on_click=_take, args=(number, code))


def _take(number: str, code: str) -> None:
    reason = state.typed(FIELD) or ""
    if attempt(lambda: override_anomaly(desk(), acting_viewer(), number, code, reason) or True):
        state.EXPLAINING.clear()
        state.NOTICE.set((N_("已记入说明"), {}))


def _close() -> None:
    clear_faults()
    state.EXPLAINING.clear()
