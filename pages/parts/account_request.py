"""申请变更登记账户: the dialog with the six fields, and on 申报 what is going on with the registered account."""

import streamlit as st

from core.domain.account_change import ChangeState
from core.domain.bank import FIELDS
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.account_changes import (
    NOTE_LENGTH,
    PREFIX,
    AccountChange,
    changes_of,
    check_change,
    employer_to_change,
    request_change,
)
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.account_moves import draw_moves, forget_moves
from pages.parts.account_table import draw_history_of_changes
from pages.parts.bank_form import LONGEST
from pages.parts.boundary import errors_shown
from pages.parts.formats import local_time, starred
from pages.parts.messages import attempt, clear_faults, draw_faults, plain

_NOTE = f"{PREFIX}note"
_FIELDS = (_NOTE, *(PREFIX + field for field in FIELDS))


def draw_registered_account(viewer: Viewer, employer_id: str) -> None:
    """On 申报: the change under way with the way to take it back, or the way to ask for one; and what was changed before."""
    changes = changes_of(desk(), viewer, employer_id)
    current = next((change for change in changes if change.is_open), None)
    if current is not None:
        st.info(plain(_say(current)), icon=":material/schedule:")
    forget_moves(changes)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if current is not None:
            draw_moves(current)
        else:
            draw_request_button(employer_id)
        if changes:
            with st.popover(_("登记账户变更记录 ({count})").format(count=len(changes)), type="tertiary"):
                draw_history_of_changes(changes, key="account_history")


def draw_request_button(employer_id: str) -> None:
    """The button that opens the dialog, and the dialog while it is open."""
    st.button(
        _("申请变更登记账户"),
        key="change_account",
        type="tertiary",
        icon=":material/account_balance:",
        on_click=open_request,
        args=(employer_id,),
    )
    draw_request()


def open_request(employer_id: str) -> None:
    """Begin with what was typed before the dialog was shut, or with empty fields."""
    clear_faults()
    state.open_dialog(state.ASKING, employer_id, *_FIELDS)


def draw_request() -> None:
    """The dialog, while it is open."""
    if employer_id := state.ASKING.get():
        _draw_dialog(employer_id)


def _draw_dialog(employer_id: str) -> None:
    @st.dialog(_("申请变更登记账户"), width="large", on_dismiss=_close)
    def ask() -> None:
        with errors_shown():
            if not state.ASKING.get():
                st.rerun()
            _draw_form(require_user(Right.CORRECT_BANK), employer_id)

    ask()


def _draw_form(viewer: Viewer, employer_id: str) -> None:
    employer = employer_to_change(desk(), viewer, employer_id)
    st.markdown(f"**{plain(employer.name)}** :gray[{plain(employer.employer_id)}]")
    st.caption(_("由审批人员批准，经过冷静期后生效；生效前仍退至现登记账户。冷静期内可以撤销。"))
    state.fill_new({f"{PREFIX}account_holder": employer.name})
    typed = {field: state.typed(PREFIX + field) or "" for field in FIELDS}
    live = check_change(desk(), viewer, employer_id, typed)
    for pair in zip(list(FIELDS)[::2], list(FIELDS)[1::2], strict=True):
        for column, field in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column, st.container(key=f"field_{PREFIX}{field}"):
                _draw_field(field)
                draw_faults(PREFIX + field, live[field])
    _draw_note(viewer)
    draw_faults("account_change")
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(_("提交申请"), key="request_change", type="primary", on_click=_request, args=(employer_id,))


def _draw_field(field: str) -> None:
    st.text_input(
        starred(_(FIELDS[field])),
        key=PREFIX + field,
        max_chars=LONGEST[field],
        autocomplete="off",
        on_change=clear_faults,
        args=(PREFIX + field,),
    )


def _draw_note(viewer: Viewer) -> None:
    on_paper = not viewer.may(Right.APPLY)
    label = starred(_("书面申请编号或说明")) if on_paper else _("变更函编号或说明（可不填）")
    st.text_input(label, key=_NOTE, max_chars=NOTE_LENGTH, autocomplete="off")
    draw_faults(_NOTE)


def _request(employer_id: str) -> None:
    bank = {field: state.typed(PREFIX + field) or "" for field in FIELDS}
    note = state.typed(_NOTE) or ""
    if attempt(lambda: request_change(desk(), acting_viewer(), employer_id, bank, note)):
        state.end_dialog(state.ASKING)
        state.NOTICE.set((N_("已提交登记账户变更申请，等待审批"), {}))


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.ASKING, *_FIELDS)


def _say(change: AccountChange) -> str:
    tail = change.bank["bank_account"][-4:]
    if change.state is ChangeState.APPROVED:
        said = _(
            "登记账户变更将于 {moment} 生效（新账户尾号 {tail}），生效前仍退至现登记账户。如非本单位申请，请立即撤销。"
        )
        return said.format(moment=local_time(change.effective_at), tail=tail)
    said = _("登记账户变更（新账户尾号 {tail}）已于 {moment} 由 {name} 申请，等待审批；批准并生效前仍退至现登记账户。")
    return said.format(tail=tail, moment=local_time(change.requested_at), name=change.requested_by)
