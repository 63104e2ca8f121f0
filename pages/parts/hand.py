"""Where the hand goes on: what had the focus may be gone once the screen is drawn again, and then nothing has it."""

import secrets

import streamlit as st

from pages.parts import state

#: Puts the focus there; it listens as long as the page is open.
_SCRIPT = "/door/hand.js"


def draw_hand() -> None:
    """Have the browser put the focus on the widget that was asked for, once. Drawn at the end of a screen, it takes no room."""
    key = state.HAND.take()
    turn = secrets.token_hex(4) if key else ""
    with st.container(key="hand"):
        st.html(
            f'<i data-refund-hand="{key}" data-refund-turn="{turn}"></i><script src="{_SCRIPT}"></script>',
            unsafe_allow_javascript=True,
        )
