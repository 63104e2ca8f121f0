"""导出: a workbook made on request and fetched through the product's own route, never through Streamlit's media store."""

from collections.abc import Callable

import streamlit as st

from core.services.exports import Export
from core.texts import _
from pages.parts import state
from pages.parts.messages import attempt, draw_faults, plain

REFUSALS = "export_refusals"


def draw_export(subject: str, make: Callable[[], Export], *, key: str = REFUSALS, label: str = "") -> None:
    """The button 导出 (or ``label``) and, once the file is made, the link to it. ``subject`` names what it is made of."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(label or _("导出"), key=key, icon=":material/file_save:", on_click=_make, args=(subject, make, key))
        made_of, export_id, name = state.EXPORT.get()
        if made_of == subject:
            # The door's script fetches what stands in here once, as soon as it stands here.
            with st.container(key="made"):
                st.link_button(
                    _("下载 {name}").format(name=plain(name)),
                    f"/exports/{export_id}",
                    type="tertiary",
                    icon=":material/download:",
                )
    draw_faults(key)


def _make(subject: str, make: Callable[[], Export], key: str) -> None:
    if made := attempt(make, key):
        state.EXPORT.set((subject, made.export_id, made.file_name))
