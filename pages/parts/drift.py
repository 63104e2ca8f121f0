"""What has changed between the preview and the confirmation, as a table to be checked before going on."""

import pandas as pd
import streamlit as st

from core.domain.vocabulary import Insurance
from core.services.drift import Difference
from core.texts import _
from pages.parts import state
from pages.parts.messages import plain

_MOST = 200


def keep_drift(changed: Difference) -> None:
    """Remember a difference until the viewer has looked at it."""
    state.DRIFT.set((changed.lines, changed.notes))


def draw_drift() -> None:
    """The difference and the way on: 我已核对，继续 makes the preview again, nothing is filed yet."""
    lines, notes = state.DRIFT.get() or ((), ())
    st.warning(
        _("预览之后情况有变化，尚未提交。请核对以下变化，确认后将重新生成预览。"), icon=":material/sync_problem:"
    )
    for note in notes:
        st.markdown(f"- {plain(note)}")
    if lines:
        with st.container(key="drift_lines"):
            st.table(_table(lines[:_MOST]), alt=_("预览之后的变化"))
    if len(lines) > _MOST:
        st.caption(_("另有 {count} 条变化未逐条列出，重新预览后可查看全部结果。").format(count=len(lines) - _MOST))
    st.button(
        _("我已核对，继续"), key="drift_checked", type="primary", icon=":material/check:", on_click=state.DRIFT.clear
    )


def _table(lines: tuple[tuple[str, int, str, str, str], ...]) -> pd.DataFrame:
    kinds = {str(kind): _(kind.label) for kind in Insurance}
    return pd.DataFrame(
        [
            (plain(name) or "–", str(period or "–"), kinds[insurance], before, now)
            for name, period, insurance, before, now in lines
        ],
        columns=[_("姓名"), _("对应缴费所属期"), _("险种"), _("预览时"), _("现在")],
    )
