"""Users: who there is, adding one, and disabling, opening or resetting an account. A one-time token is shown once."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.roles import Right, Role
from core.domain.wording import N_
from core.services.accounts import Account, create_user, disable_user, enable_user, list_users, reset_user
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.at_field import at_field
from pages.parts.factor_reset import draw_reset, draw_unlock
from pages.parts.formats import local_time
from pages.parts.messages import attempt, clear_faults, draw_faults, plain
from pages.parts.people_mail import draw_address

#: Where a token is turned into a password.
SETTING_PAGE = "/login/token"
_NAME, _ROLE, _EMPLOYERS, _CHOSEN = "new_username", "new_role", "new_employers", "chosen_user"
_EMAIL = "new_email"
#: The fields in which the service reports faults of a new account, and the widgets they belong to.
_FIELDS = {"username": _NAME, "role": _ROLE, "employers": _EMPLOYERS, "email": _EMAIL}


def draw_people() -> None:
    """The list, the token that was just made, and the two forms."""
    viewer = require_user(Right.MANAGE_USERS)
    accounts = list_users(desk(), viewer)
    _draw_token()
    draw_unlock(viewer)
    _draw_list(accounts)
    left, right = st.columns(2, gap="large")
    with left:
        _draw_new()
    with right:
        _draw_actions(accounts)


def _draw_list(accounts: Sequence[Account]) -> None:
    table = pd.DataFrame(
        [
            (
                a.username,
                _(a.role.label),
                _("、").join(a.employers),
                _say_status(a),
                _say_factor(a),
                local_time(a.created_at),
            )
            for a in accounts
        ],
        columns=["username", "role", "employers", "status", "factor", "created_at"],
    )
    names = (_("用户名"), _("角色"), _("参保单位"), _("状态"), _("动态验证码"), _("创建时间"))
    st.dataframe(
        table, column_config=dict(zip(table.columns, names, strict=True)), hide_index=True, key="users", alt=_("用户")
    )


def _say_status(account: Account) -> str:
    if account.disabled:
        return f"✕ {_('已停用')}"
    return f"✓ {_('可登录')}" if account.can_sign_in else f"◷ {_('待设置密码')}"


def _say_factor(account: Account) -> str:
    return f"✓ {_('已登记')}" if account.has_factor else "–"


def _draw_token() -> None:
    """Told once: it is stored only as a digest."""
    name, token = state.TOKEN.take()
    if not token:
        return
    with st.container(border=True, key="one_time_token"):
        st.markdown(f":orange[:material/key: **{plain(_('{name} 的一次性口令').format(name=name))}**]")
        st.code(token, language=None)
        said = _("请立即复制并交给本人：口令 3 天内有效，只显示这一次。本人打开 {page}，输入用户名和口令后设置密码。")
        st.caption(plain(said.format(page=SETTING_PAGE)))


def _draw_new() -> None:
    st.subheader(_("新增用户"), anchor=False)
    with st.form("new_user", border=True, clear_on_submit=False):
        _draw_field(_NAME, lambda: st.text_input(_("用户名"), key=_NAME, max_chars=32, autocomplete="off"))
        _draw_field(_ROLE, lambda: st.selectbox(_("角色"), _roles(), key=_ROLE, format_func=_say_role))
        _draw_field(
            _EMPLOYERS,
            lambda: st.text_input(
                _("参保单位编号"),
                key=_EMPLOYERS,
                placeholder=_("仅单位经办人填写，多个用空格或逗号分隔"),
                autocomplete="off",
            ),
        )
        _draw_field(
            _EMAIL,
            lambda: st.text_input(
                _("电子邮箱"),
                key=_EMAIL,
                max_chars=254,
                placeholder=_("可不填；是否接收邮件由本人决定"),
                autocomplete="off",
            ),
        )
        st.form_submit_button(_("新增"), key="add_user", type="primary", icon=":material/person_add:", on_click=_add)


def _draw_field(key: str, draw: Callable[[], Any]) -> None:
    with st.container(key=f"field_{key}"):
        draw()
        for field, widget in _FIELDS.items():
            if widget == key:
                draw_faults(field)


def _say_role(role: Role) -> str:
    return _(role.label)


def _roles() -> list[Role]:
    return [role for role in Role if role is not Role.SYSTEM]


def _add() -> None:
    name, role = state.typed(_NAME) or "", state.typed(_ROLE)
    employers = (state.typed(_EMPLOYERS) or "").replace("，", " ").replace("、", " ").replace(",", " ").split()
    email = state.typed(_EMAIL) or ""
    token = attempt(lambda: create_user(desk(), acting_viewer(), name, role, employers, email=email))
    if token:
        state.TOKEN.set((name.strip(), token))
        state.fill(_NAME, "")
        state.fill(_EMPLOYERS, "")
        state.fill(_EMAIL, "")


def _draw_actions(accounts: Sequence[Account]) -> None:
    st.subheader(_("停用、启用和重置"), anchor=False)
    with st.container(border=True):
        st.selectbox(
            _("用户"),
            [account.username for account in accounts],
            key=_CHOSEN,
            index=None,
            filter_mode="contains",
            placeholder=_("请选择用户"),
            on_change=clear_faults,
        )
        chosen = next((account for account in accounts if account.username == state.typed(_CHOSEN)), None)
        if chosen is None:
            st.caption(_("重置后原密码立即失效，停用后该用户的会话立即结束；账号不删除，记录中的姓名保留。"))
            return
        with st.container(horizontal=True):
            _draw_action(chosen)
            draw_reset(chosen)
            draw_address(chosen)
        draw_faults(_CHOSEN)


def _draw_action(account: Account) -> None:
    """Each asks once more: both end the person's session at once."""
    name = account.username
    if account.disabled:
        st.button(_("启用"), key="enable_user", icon=":material/lock_open:", on_click=_enable, args=(name,))
        return
    with st.popover(_("停用"), icon=":material/block:"):
        st.markdown(plain(_("停用 {name}：其会话立即结束，之后不能登录。").format(name=name)))
        st.button(_("确定停用"), key="disable_user", type="primary", on_click=_disable, args=(name,))
    with st.popover(_("重置密码"), icon=":material/lock_reset:"):
        st.markdown(plain(_("重置 {name} 的密码：原密码立即失效，并生成一次性口令。").format(name=name)))
        st.button(_("确定重置"), key="reset_user", type="primary", on_click=_reset, args=(name,))


def _disable(name: str) -> None:
    _act(lambda: disable_user(desk(), acting_viewer(), name), N_("已停用 {name}"), name)


def _enable(name: str) -> None:
    _act(lambda: enable_user(desk(), acting_viewer(), name), N_("已启用 {name}"), name)


def _reset(name: str) -> None:
    token = _act(lambda: reset_user(desk(), acting_viewer(), name), N_("已重置 {name} 的密码"), name)
    state.TOKEN.set((name, token or ""))


def _act(call: Callable[[], str | None], done: str, name: str) -> str | None:
    """Do one service call on an account and say that it is done, or why not beside the buttons."""

    def act() -> tuple[str | None]:
        return (at_field(_CHOSEN, call),)

    if (result := attempt(act)) is None:
        return None
    state.NOTICE.set((done, {"name": name}))
    return result[0]
