"""A switch that guards money or parts: changed after a code, in a dialog that says from what to what."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.domain.roles import Right
from core.domain.settings import Switch
from core.domain.wording import N_
from core.services.settings import Setting, change_setting
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.messages import attempt, clear_faults, draw_faults, plain


def ask_for_proof(name: str, value: str) -> None:
    """Keep what was typed until its owner has shown his code."""
    forget_code()
    state.GUARDED.set((name, value))


def tell_kept(meaning: str, value: str) -> None:
    """Say once that a switch was changed, in words."""
    state.NOTICE.set((N_("已保存：{meaning} = {value}"), {"meaning": meaning, "value": value}))


def draw_proof(settings: Mapping[str, Setting], meaning: Callable[[Switch], str], said: Callable[[str], str]) -> None:
    """The dialog, while a change waits for its code; ``meaning`` and ``said`` put a switch and a value into words."""
    name, value = state.GUARDED.get()
    if name not in settings:
        return

    @st.dialog(_("修改须验证身份"), on_dismiss=_close)
    def prove() -> None:
        with errors_shown():
            if not state.GUARDED.get()[0]:
                st.rerun()
            setting = settings[name]
            told = _("由“{before}”改为“{after}”").format(before=said(setting.value), after=said(value))
            st.markdown(f"**{plain(meaning(setting.switch))}**　{plain(told)}")
            st.caption(_("该开关关系资金安全或办理分工，修改记入审计。"))
            draw_factor(require_user(Right.CHANGE_SETTINGS))
            draw_faults("")
            words = (meaning(setting.switch), said(value))
            st.button(
                _("确定修改"), key="confirm_setting", type="primary", on_click=_change, args=(name, value, *words)
            )

    prove()


def _change(name: str, value: str, meaning: str, said: str) -> None:
    if attempt(lambda: change_setting(desk(), proven_viewer(), name, value)):
        state.GUARDED.clear()
        tell_kept(meaning, said)


def _close() -> None:
    clear_faults()
    state.GUARDED.clear()
