"""邮件提醒 on 我的账号: where one's mails go, and whether one wants them."""

import streamlit as st

from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.mail_wishes import mail_wish, save_mail_wish
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.messages import attempt, draw_faults, draw_note

_EMAIL, _WANTED = "own_email", "wants_mail"


def draw_mail(viewer: Viewer) -> None:
    """The address, the switch, and the way to keep both."""
    wish = mail_wish(desk(), viewer)
    st.subheader(_("邮件提醒"), anchor=False)
    st.caption(_("您申报或办理过的批次有进展时发送邮件。邮件只含批次号、状态和链接，不含姓名、证件号码和账号。"))
    if not wish.possible:
        draw_note("info", _("系统尚未配置邮件服务器，暂不发送邮件；可先填写，配置后生效。"))
    state.fill_new({_EMAIL: wish.email, _WANTED: wish.wanted})
    st.text_input(_("电子邮箱"), key=_EMAIL, max_chars=254, autocomplete="email")
    draw_faults("email")
    st.toggle(_("接收邮件提醒"), key=_WANTED)
    st.button(_("保存"), key="save_mail", icon=":material/save:", on_click=_save)


def _save() -> None:
    """Keep what is typed; a switch without an address says what is missing."""
    email, wanted = state.typed(_EMAIL) or "", bool(state.typed(_WANTED))
    if attempt(lambda: (save_mail_wish(desk(), acting_viewer(), email, wanted=wanted),)):
        state.NOTICE.set((N_("已保存邮件提醒设置"), {}))
