"""Who is looking: asked at the start of every screen, and of every fragment or dialog that writes."""

import streamlit as st

from core.domain.errors import NotAllowed
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.accounts import language_of
from core.services.desk import Desk, shared_desk
from core.services.sessions import viewer_of_sign_in
from core.services.wordings import wordings_in_force
from core.texts import _, use_language, use_wording

#: The names under which the gate's trusted headers reach ``st.user``; what a browser sends itself is stripped there.
USER_CLAIM, SESSION_CLAIM = "username", "session"


def desk() -> Desk:
    """The desk of this server process."""
    return shared_desk()


def acting_viewer() -> Viewer:
    """The signed-in viewer for a handler, which draws nothing: ``NotAllowed`` when there is none any more.

    Sets the language, as ``require_user`` does: a handler runs before the screen, in a thread that speaks Chinese so far.
    """
    viewer = _viewer()
    if viewer is None:
        raise NotAllowed(N_("登录已失效，请重新登录；已填写的内容已保存在草稿中"))
    return viewer


def require_user(*rights: Right) -> Viewer:
    """The signed-in viewer, looked up anew so that a lost role counts at once; stops the run when there is none.

    Sets the language of this run. Raises ``NotAllowed`` when rights are named and the viewer has none of them.
    """
    viewer = _viewer()
    if viewer is None:
        st.warning(_("登录已失效，请重新登录。"), icon=":material/lock:")
        st.link_button(_("重新登录"), "/login")
        st.stop()
    if rights and not any(viewer.may(right) for right in rights):
        raise NotAllowed(N_("您的角色无权进行此操作，如有需要请联系系统管理员"))
    return viewer


def session_reference() -> str:
    """The name of this sign-in, which opens nothing: what a second factor that was shown belongs to."""
    return str(st.user.get(SESSION_CLAIM) or "")


def _viewer() -> Viewer | None:
    username = st.user.get(USER_CLAIM)
    known = isinstance(username, str) and username
    viewer = viewer_of_sign_in(desk(), str(username), session_reference()) if known else None
    if viewer is not None:
        use_language(language_of(desk(), viewer))
        use_wording(wordings_in_force(desk()))
    return viewer
