"""Second factors of others: an administrator resets one after showing his own, and shows it first where a switch says so."""

import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.accounts import Account
from core.services.second_factor import reset_factor
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.messages import attempt, clear_faults, draw_faults, plain


def draw_unlock(viewer: Viewer) -> None:
    """Where 设置 asks for it: the administrator's own code before accounts that decide or pay are changed."""
    with desk().read() as connection:
        asked = desk().settings(connection).is_on("factor_for_user_changes")
    if not asked or viewer.fresh_factor or state.RESETTING.get():
        return
    st.caption(_("新增、启用、重置审核、审批、财务、管理账号前，请先验证本人的动态验证码。"))
    draw_factor(viewer)
    st.button(_("验证"), key="show_factor", on_click=_show)


def draw_reset(account: Account) -> None:
    """The button, where there is something to reset, and its dialog."""
    name = account.username
    if account.has_factor:
        st.button(
            _("重置动态验证码"), key="reset_factor", icon=":material/phonelink_erase:", on_click=_open, args=(name,)
        )
    if state.RESETTING.get() == name:
        _draw_dialog(name)


def _draw_dialog(name: str) -> None:
    @st.dialog(_("重置动态验证码"), on_dismiss=_close)
    def confirm() -> None:
        with errors_shown():
            if not state.RESETTING.get():
                st.rerun()
            _draw_confirmation(name)

    confirm()


def _draw_confirmation(name: str) -> None:
    said = _("{name} 的动态验证码立即作废，其会话立即结束；本人下次办理时重新登记。").format(name=name)
    st.markdown(plain(said))
    draw_factor(require_user(Right.MANAGE_USERS))
    draw_faults("")
    st.button(_("确定重置"), key="confirm_reset_factor", type="primary", on_click=_reset, args=(name,))


def _open(name: str) -> None:
    clear_faults()
    forget_code()
    state.RESETTING.set(name)


def _close() -> None:
    clear_faults()
    state.RESETTING.clear()


def _reset(name: str) -> None:
    def reset() -> bool:
        reset_factor(desk(), proven_viewer(), name)
        return True

    if attempt(reset):
        state.RESETTING.clear()
        state.NOTICE.set((N_("已重置 {name} 的动态验证码"), {"name": name}))


def _show() -> None:
    if attempt(proven_viewer):
        state.NOTICE.set((N_("动态验证码已验证，5 分钟内有效"), {}))
