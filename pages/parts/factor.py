"""动态验证码: the second factor on a screen, in the dialog of the very step that asks for it.

Three lines where a dialog releases money: ``draw_factor(viewer)`` above its button draws nothing while the factor is fresh;
``proven_viewer()`` in the handler, inside ``attempt``, takes the code that was typed; ``forget_code()`` when it is opened.
"""

import streamlit as st

from core.domain.roles import Viewer
from core.services.second_factor import (
    FIELD,
    Enrolment,
    begin_enrolment,
    confirm_enrolment,
    demonstration_code,
    enrolled_at,
    show_factor,
)
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, session_reference
from pages.parts.formats import starred
from pages.parts.messages import draw_faults, plain


def draw_factor(viewer: Viewer) -> None:
    """The field for the code; the first time with what an authenticator app needs. Nothing while the factor is fresh."""
    if viewer.fresh_factor:
        return
    with st.container(border=True, key="factor"):
        if not enrolled_at(desk(), viewer):
            _draw_enrolment(begin_enrolment(desk(), viewer, session_reference()))
        st.text_input(
            starred(_("动态验证码")),
            key=FIELD,
            max_chars=8,
            autocomplete="one-time-code",
            placeholder=_("验证器应用上的 6 位数字"),
            width=260,
        )
        draw_faults(FIELD)
        _draw_demonstration(viewer)


def proven_viewer() -> Viewer:
    """The acting viewer with a fresh second factor, for a handler: takes the code that was typed where it isn't fresh.

    Raises ``InvalidInput``, ``Throttled`` or ``NotAllowed`` as ``core.services.second_factor`` does.
    """
    viewer = acting_viewer()
    if viewer.fresh_factor:
        return viewer
    prove = show_factor if enrolled_at(desk(), viewer) else confirm_enrolment
    prove(desk(), viewer, session_reference(), state.typed(FIELD) or "")
    forget_code()
    return acting_viewer()


def forget_code() -> None:
    """Start with an empty field: a code that was typed is good for once."""
    state.forget(FIELD)


def _draw_enrolment(enrolment: Enrolment) -> None:
    st.markdown(f":material/phonelink_lock: **{plain(_('首次使用，请先登记动态验证码'))}**")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        # Drawn into the page itself: a secret has no address from which it could be fetched.
        st.image(enrolment.picture, width=164, alt=_("动态验证码的二维码"))
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(plain(_("用手机上的验证器应用扫描二维码，或手工输入密钥，再填写应用显示的 6 位数字。")))
            st.code(enrolment.groups, language=None, wrap_lines=True)
            st.caption(_("密钥只在登记时显示，请勿截屏或转发。"))


def _draw_demonstration(viewer: Viewer) -> None:
    """Where everybody may know the passwords, the code is told as well."""
    if code := demonstration_code(desk(), viewer, session_reference()):
        told = _("仅演示环境：现在的动态验证码是 {code}。正式环境中它只显示在本人的手机上。").format(code=code)
        st.warning(plain(told), icon=":material/science:")
