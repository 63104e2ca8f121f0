"""The preview on the screen, made once when the screen is opened and kept while tabs are turned.

Judging thousands of lines anew for every click would make the screen slow and could change what is being read. What is
confirmed is what was shown: its fingerprint goes along, and the service judges again.
"""

import secrets

import streamlit as st

from core.services.previews import Preview, preview_batch
from core.texts import _, current_language
from pages.parts import state
from pages.parts.access import acting_viewer, desk


def current_preview(draft_id: str, *, anew: bool) -> Preview:
    """The preview of this draft; ``anew`` when the screen is opened or something was changed on it.

    Raises ``InvalidInputs`` when something typed is missing or wrong.
    """
    if anew or not state.PREVIEW.get():
        state.PREVIEW.set(secrets.token_hex(8))
    with st.spinner(_("正在逐条核对能否退费…")):
        return _made(state.PREVIEW.get(), draft_id, acting_viewer().username, current_language())


@st.cache_resource(max_entries=8, ttl="30m", show_spinner=False)
def _made(token: str, draft_id: str, username: str, language: str) -> Preview:  # noqa: ARG001 - they are the cache's key
    return preview_batch(desk(), acting_viewer(), draft_id)
