"""What may be odd about one batch, for whoever decides about it: told calmly, with what was said of it, and in nobody's way."""

from collections.abc import Iterable

import streamlit as st

from core.domain.roles import Viewer
from core.services.anomalies import Override, Reason, is_told, read_concerns
from core.texts import _
from pages.parts.access import desk
from pages.parts.formats import local_time
from pages.parts.messages import plain

_HEAVY, _MIDDLING = 80, 60


def draw_concerns(viewer: Viewer, number: str) -> None:
    """Open anomalies of this batch and those that are explained; nothing where there is neither, or he decides nothing."""
    if not is_told(viewer):
        return
    concerns = read_concerns(desk(), viewer, number)
    if concerns.open is None and not concerns.overrides:
        return
    with st.container(border=True, key="concerns"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":material/visibility: **{_('值得多看一眼')}**", width="content")
            if concerns.open is not None:
                draw_score(concerns.open.score)
        if concerns.open is not None:
            for reason in concerns.open.reasons:
                draw_reason(reason)
        _draw_said(concerns.overrides)
        st.caption(_("仅供参考，不影响办理；分值 1 至 100。"))


def draw_score(score: int) -> None:
    """How much it weighs, as icon, word and colour."""
    icon, colour = _look(score)
    st.badge(_say_score(score), icon=icon, color=colour)


def draw_reason(reason: Reason) -> None:
    """One reason in a line: its name, what was seen, and what it counts."""
    st.markdown(f"**{plain(reason.name)}**　{plain(reason.said)}　:gray[{_say_score(reason.score)}]", width="stretch")


def _say_score(score: int) -> str:
    return _("{score} 分").format(score=score)


def _draw_said(overrides: Iterable[Override]) -> None:
    for each in overrides:
        said = _("{name}：{user} 于 {at} 说明：{reason}")
        words = said.format(name=each.name, user=each.username, at=local_time(each.at), reason=each.reason)
        st.markdown(f":material/edit_note: {plain(words)}")


def _look(score: int) -> tuple[str, str]:
    if score >= _HEAVY:
        return ":material/priority_high:", "red"
    return (":material/warning:", "orange") if score >= _MIDDLING else (":material/info:", "gray")
