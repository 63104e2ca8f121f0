"""我的账号: who one is here, and the second factor of whoever decides or pays."""

import streamlit as st

from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.second_factor import enrolled_at
from core.texts import _, current_language
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.factor import draw_factor, proven_viewer
from pages.parts.formats import local_time
from pages.parts.frame import draw_heading, draw_path
from pages.parts.mail import draw_mail
from pages.parts.messages import attempt, draw_faults, plain


def confirm() -> None:
    """Take the code; the factor is enrolled, and fresh for the next minutes."""
    if attempt(proven_viewer):
        state.NOTICE.set((N_("动态验证码已验证，5 分钟内办理审批、支付不再询问"), {}))


def draw_second_factor(viewer: Viewer) -> None:
    """Since when there is one, or the way to get one."""
    st.subheader(_("动态验证码"), anchor=False)
    st.caption(_("审批、支付和变更登记账户前，须输入手机验证器应用上的 6 位动态验证码；验证后 5 分钟内不再询问。"))
    if since := enrolled_at(desk(), viewer):
        said = _("已于 {moment} 登记。更换或遗失手机的，请联系系统管理员重置。").format(moment=local_time(since))
        st.markdown(f":green[:material/check_circle: {plain(said)}]")
        return
    draw_factor(viewer)
    draw_faults("")
    st.button(_("登记"), key="enrol_factor", type="primary", icon=":material/phonelink_lock:", on_click=confirm)


def draw_password() -> None:
    """The way to the door's own form: what is typed there never passes through a screen."""
    st.subheader(_("登录密码"), anchor=False)
    st.caption(_("修改后所有设备上的登录都会退出，需用新密码重新登录。"))
    language = "" if current_language() == "zh" else f"?lang={current_language()}"
    st.link_button(_("修改密码"), f"/login/password{language}", icon=":material/password:")


user = require_user()
draw_path(_("我的账号"))
draw_heading("account.py")
with st.container(border=True, width=720):
    st.markdown(f":material/account_circle: **{plain(user.username)}** :gray[{_(user.role.label)}]")
    draw_second_factor(user)
    draw_password()
with st.container(border=True, width=720):
    draw_mail(user)
