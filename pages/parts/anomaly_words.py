"""Words on anomalies: the dialog in which one is typed, with what is wrong with it at the field, and all that was said."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.anomalies import FIELD, LONGEST, Override, list_overrides, name_of, override_anomaly, take_back
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.formats import local_time
from pages.parts.messages import attempt, clear_faults, draw_faults, plain

_TABLE, _TAKE_BACK = "overrides", "overrides_take_back"


def open_word(number: str, code: str, *, takes_back: bool = False) -> None:
    """Open the dialog that says why an anomaly of a batch is none, or takes that back."""
    clear_faults()
    state.open_dialog(state.EXPLAINING, (number, code, takes_back), FIELD)


def draw_word() -> None:
    """The dialog that was opened."""
    opened = state.EXPLAINING.get()
    number, code, takes_back = opened
    if not number:
        return

    @st.dialog(_("撤回说明") if takes_back else _("说明异常"), width="medium", on_dismiss=_close)
    def word() -> None:
        with errors_shown():
            if state.EXPLAINING.get() != opened:
                st.rerun()
            require_user(Right.ANALYSE)
            _draw_form(number, code, takes_back=takes_back)

    word()


def draw_words(viewer: Viewer) -> None:
    """Everything that was said of anomalies, the latest first; what stands can be taken back."""
    words = list_overrides(desk(), viewer)
    if not words:
        return
    st.subheader(_("说明记录"), anchor=False)
    table = pd.DataFrame(
        [
            (
                each.number, each.employer_name, each.name, _("撤回说明") if each.takes_back else _("说明"), each.reason,
                each.username, local_time(each.at), _("撤回说明") if each.stands else None,
            )
            for each in words
        ],
        columns=[
            _("批次号"), _("单位名称"), _("异常"), _("类别"), _("内容"), _("说明人"), _("时间"), _TAKE_BACK,
        ],
    )  # fmt: skip
    button = st.column_config.ButtonColumn(
        _("操作"), type="tertiary", key=_TAKE_BACK, on_click=_open_pressed, args=(words,)
    )
    columns = {
        _TAKE_BACK: button,
        _("类别"): st.column_config.TextColumn(width=90),
        _("内容"): st.column_config.TextColumn(width=260),
    }
    st.dataframe(table, column_config=columns, hide_index=True, key=_TABLE, alt=_("说明记录"))


def _open_pressed(words: Sequence[Override]) -> None:
    word = words[state.typed(_TAKE_BACK)["row"]]
    if word.stands:
        open_word(word.number, word.code, takes_back=True)


def _draw_form(number: str, code: str, *, takes_back: bool) -> None:
    st.markdown(f"**{plain(name_of(code))}**　{number}")
    if not takes_back:
        st.caption(_("没有参与办理该批次的人员才能说明；说明连同姓名列在“说明记录”中，可以撤回。"))
    st.text_area(_("为何撤回") if takes_back else _("为何不是异常"), key=FIELD, max_chars=LONGEST, height=110)
    draw_faults(FIELD)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        label = _("撤回说明") if takes_back else _("记入说明")
        st.button(
            label,
            key="take_word",
            type="primary",
            on_click=_take,
            args=(number, code),
            kwargs={"takes_back": takes_back},
        )


def _take(number: str, code: str, *, takes_back: bool) -> None:
    reason = state.typed(FIELD) or ""
    call = take_back if takes_back else override_anomaly
    if attempt(lambda: call(desk(), acting_viewer(), number, code, reason) or True):
        state.end_dialog(state.EXPLAINING)
        state.NOTICE.set((N_("已撤回说明，该异常重新列出") if takes_back else N_("已记入说明"), {}))


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.EXPLAINING, FIELD)
