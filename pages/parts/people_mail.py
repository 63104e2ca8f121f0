"""电子邮箱 of another user, beside the other things an administrator does to an account."""

import streamlit as st

from core.domain.wording import N_
from core.services.accounts import Account
from core.services.mail_wishes import set_address
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.messages import attempt, draw_faults

_EMAIL = "user_email"


def draw_address(account: Account) -> None:
    """The address in a popover; whether mails are wanted there is its owner's to say."""
    key = f"{_EMAIL}_{account.username}"
    with st.popover(_("电子邮箱"), icon=":material/mail:"):
        state.fill_new({key: account.email})
        st.text_input(_("电子邮箱"), key=key, max_chars=254, autocomplete="off")
        draw_faults(_EMAIL)
        st.caption(_("更改后由本人在“我的账号”中开启邮件提醒。"))
        st.button(_("保存"), key="save_user_email", type="primary", on_click=_save, args=(account.username, key))


def _save(name: str, key: str) -> None:
    email = state.typed(key) or ""
    if attempt(lambda: (set_address(desk(), acting_viewer(), name, email, field=_EMAIL),)):
        state.NOTICE.set((N_("已保存 {name} 的电子邮箱"), {"name": name}))
