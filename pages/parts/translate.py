"""Streamlit's own English inside its widgets: a script of the door puts it into Chinese; this says when."""

import streamlit as st

from core.texts import current_language

#: ``core/web/assets/words.js`` holds the table of words. A component of Streamlit's own (st.components.v2) could carry it as
#: well, but its state can't be pickled, which ``runner.enforceSerializableSessionState`` demands of everything in a session.
_SCRIPT = "/door/words.js"


def speak_language() -> None:
    """Tell the page which language is in force, and load the script that follows it. Drawn on every screen, it takes no room."""
    with st.container(key="words"):
        st.html(
            f'<i data-refund-language="{current_language()}"></i><script src="{_SCRIPT}"></script>',
            unsafe_allow_javascript=True,
        )
