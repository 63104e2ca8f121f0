"""登记账户变更 on 审核: what waits for an approver or is cooling, old beside new; a reviewer enters what came on paper."""

import streamlit as st

from core.domain.account_change import ChangeState
from core.domain.roles import Right, Viewer
from core.services.account_changes import AccountChange, list_changes
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.account_moves import draw_moves, forget_moves
from pages.parts.account_request import draw_request, open_request
from pages.parts.account_table import draw_change_state, draw_difference, draw_history_of_changes
from pages.parts.formats import local_time
from pages.parts.messages import plain

_EMPLOYER = "change_employer"


def draw_account_changes(viewer: Viewer) -> None:
    """Every open change, and for a reviewer the way to enter one."""
    changes = list_changes(desk(), viewer, only_open=True)
    st.subheader(_("登记账户变更 ({count})").format(count=len(changes)), anchor=False)
    if not changes:
        st.caption(_("目前没有正在办理的登记账户变更。"))
    forget_moves(changes)
    for change in changes:
        _draw_change(change)
    if viewer.may(Right.CORRECT_BANK):
        _draw_paper_request()


def draw_all_account_changes() -> None:
    """Under 设置: the whole history."""
    changes = list_changes(desk(), require_user(Right.SEE_AUDIT))
    if not changes:
        st.info(_("还没有登记账户变更。"), icon=":material/account_balance:")
        return
    draw_history_of_changes(changes, key="account_changes")


def _draw_change(change: AccountChange) -> None:
    with st.container(border=True, key=f"change_{change.change_id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.markdown(f"**{plain(change.employer_name)}** :gray[{plain(change.employer_id)}]", width="content")
            draw_change_state(change.state)
        st.caption(plain(_say_request(change)))
        draw_difference(change)
        draw_moves(change)


def _say_request(change: AccountChange) -> str:
    said = _("{name} 于 {moment} 申请").format(name=change.requested_by, moment=local_time(change.requested_at))
    parts = [said, change.note]
    if change.state is ChangeState.APPROVED:
        cooling = _("{name} 已批准，将于 {moment} 生效")
        parts.append(cooling.format(name=change.decided_by, moment=local_time(change.effective_at)))
    return " · ".join(filter(None, parts))


def _draw_paper_request() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(_("单位编号"), key=_EMPLOYER, max_chars=40, autocomplete="off", width=200)
        st.button(_("代单位录入变更申请"), key="change_account", icon=":material/post_add:", on_click=_open)
    draw_request()


def _open() -> None:
    if employer_id := (state.typed(_EMPLOYER) or "").strip():
        open_request(employer_id)
