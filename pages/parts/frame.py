"""The frame around every screen: who is signed in, language, leaving, the demonstration's banner, and where one is."""

import os

import streamlit as st

from core.domain.roles import Right, Viewer
from core.services.accounts import set_language
from core.services.drafts import employers_of
from core.texts import LANGUAGES, _, current_language
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.messages import attempt, plain
from pages.parts.navigation import screen_of

_LANGUAGE = "language"


def draw_banner() -> None:
    """Say loudly that this is a demonstration, where it is one."""
    if os.environ.get("REFUND_DEMO") == "1":
        st.warning(_("演示环境：单位、人员与金额均为虚构，请勿录入真实信息。"), icon=":material/science:")


def draw_user(viewer: Viewer) -> None:
    """The viewer's name, role and employers, the language, and the way out."""
    with st.sidebar, st.container(key="user", gap="xsmall"):
        st.markdown(f":material/account_circle: **{plain(viewer.username)}** :gray[{_(viewer.role.label)}]")
        if viewer.may(Right.APPLY):
            for employer in employers_of(desk(), viewer)[:3]:
                st.caption(plain(employer.name))
        st.page_link("account.py", label=_("我的账号"), icon=":material/phonelink_lock:")
        st.page_link("help.py", label=_("帮助"), icon=":material/help:")
        _draw_language()
        # A form that the browser posts by itself: signing out must work without any script and outside the socket.
        with st.container(key="logout"):
            st.html(f'<form method="post" action="/logout"><button type="submit">{_("退出登录")}</button></form>')


def draw_path(*steps: str) -> None:
    """The path to this screen and the way back: 单位人员缴费退费申请 > 用户须知, 返回首页."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.caption(" › ".join(plain(step) for step in steps))
        st.page_link("home.py", label=_("返回首页"), icon=":material/home:")


def draw_heading(file: str) -> None:
    """The title of the screen that this file draws."""
    screen = screen_of(file)
    st.header(_(screen.title), anchor=False)


def _draw_language() -> None:
    state.fill_new({_LANGUAGE: current_language()})
    st.segmented_control(
        _("语言"),
        list(LANGUAGES),
        key=_LANGUAGE,
        format_func=LANGUAGES.__getitem__,
        required=True,
        label_visibility="collapsed",
        on_change=_keep_language,
    )


def _keep_language() -> None:
    attempt(lambda: set_language(desk(), acting_viewer(), state.typed(_LANGUAGE) or "zh"))
