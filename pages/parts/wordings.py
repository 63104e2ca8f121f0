"""文字与材料: what a reason or a refusal says and asks for, put differently by an owner; blank is what was shipped."""

import streamlit as st

from core.domain.roles import Right
from core.domain.settings import MATERIALS_OF, REMEDY_OF
from core.domain.wording import N_
from core.services.settings import change_setting
from core.services.wordings import Wording, list_wordings
from core.texts import _, current_language
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.at_field import at_field
from pages.parts.messages import attempt, draw_faults, plain

_CODE = "wording_code"
_LONGEST = 300


def draw_wordings() -> None:
    """One reason or refusal at a time: its fields, each with what stands there while it is blank."""
    listed = list_wordings(desk(), require_user(Right.CHANGE_SETTINGS))
    titles = {code: f"{code} {_(wordings[0].shipped)}" for code, wordings in listed.items()}
    with st.container(border=True):
        st.subheader(_("文字与材料"), anchor=False)
        st.caption(
            _("退费原因和不能退费情况显示的文字、处理建议、所需材料。留空即恢复原文；英文界面仍显示原文的翻译。")
        )
        chosen = st.selectbox(
            _("退费原因或不能退费情况"), list(titles), key=_CODE, format_func=titles.get, filter_mode="contains"
        )
        for wording in listed[chosen]:
            _draw_wording(wording)


def _draw_wording(wording: Wording) -> None:
    key = wording.setting.switch.key
    if not any(field == key for field, _sentence, _values in state.PROBLEMS.get()):
        state.fill(_widget(key), wording.setting.value)
    st.text_input(
        _(wording.setting.switch.meaning),
        key=_widget(key),
        max_chars=_LONGEST,
        placeholder=_original(wording),
        autocomplete="off",
        on_change=_keep,
        args=(key,),
    )
    draw_faults(key)
    if key.startswith(MATERIALS_OF):
        st.caption(
            _("用材料编号填写：逗号分隔必需材料，竖线表示任选其一，分号后为建议材料，如 M1|M3,M8;M2；不需要材料时填 -")
        )
    elif not key.startswith(REMEDY_OF):
        st.caption(plain(_("原文：{text} · {key}").format(text=_original(wording), key=key)))


def _original(wording: Wording) -> str:
    """The shipped text, which a Chinese reader would otherwise be told as the owner has put it."""
    return wording.shipped if current_language() == "zh" else _(wording.shipped)


def _keep(key: str) -> None:
    typed = state.typed(_widget(key)) or ""
    if attempt(lambda: at_field(key, lambda: change_setting(desk(), acting_viewer(), key, typed)), key):
        state.NOTICE.set((N_("已保存"), {}))


def _widget(key: str) -> str:
    return f"setting_{key}"
