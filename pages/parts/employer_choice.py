"""Which employer an application is for: asked only of those who file for several."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from core.domain.roles import Viewer
from core.services.drafts import employers_of
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.application import start_fields_anew
from pages.parts.messages import draw_note

_KEY = "employer"


def choose_employer(viewer: Viewer) -> str | None:
    """The id of the employer to file for, ``None`` when there is none."""
    names = {employer.employer_id: employer.name for employer in employers_of(desk(), viewer)}
    if not names:
        draw_note("warning", _("您的账号尚未关联参保单位，请联系系统管理员。"))
        return None
    if len(names) == 1:
        return next(iter(names))
    remembered = state.EMPLOYER.get()
    state.fill_new({_KEY: remembered if remembered in names else next(iter(names))})
    st.selectbox(_("参保单位"), list(names), key=_KEY, format_func=partial(_label, names), on_change=_change)
    chosen = state.typed(_KEY)
    return chosen if chosen in names else None


def _label(names: Mapping[str, str], employer_id: str) -> str:
    return _("{name}（{employer}）").format(name=names[employer_id], employer=employer_id)


def _change() -> None:
    """Show another employer's application: every field starts from what its draft holds."""
    state.EMPLOYER.set(state.typed(_KEY))
    start_fields_anew()
