"""What a viewer may do with a change of a registered account: a button each, and a dialog that says what will happen."""

import streamlit as st

from core.domain.account_change import HAS_PART, ChangeState, Move
from core.domain.wording import N_
from core.services.account_changes import AccountChange, cancel_change, decide_change
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.account_table import draw_difference
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.messages import attempt, clear_faults, draw_faults, draw_note, plain

_NOTE, _LONGEST = "decision_note", 500
_CONSEQUENCES = {
    "approve": N_("批准后经过冷静期生效，生效前仍使用现登记账户。此操作记入审计，不能撤销。"),
    "refuse": N_("不予变更，登记账户不变。意见会告知申请单位。"),
    "cancel": N_("撤销后登记账户不变，可以重新申请。"),
}


def draw_moves(change: AccountChange) -> None:
    """The buttons of this viewer, why one is missing, and the dialog of the one that was pressed."""
    if change.kept_by_part:
        draw_note("info", _(HAS_PART))
    with st.container(horizontal=True, gap="small", key=f"moves_{change.change_id}"):
        for move in change.moves:
            key = f"{move.step}_change_{change.change_id}"
            st.button(_(move.label), key=key, on_click=_open, args=(change.change_id, move.step))
    chosen = next((move for move in change.moves if state.CHANGE.get() == (change.change_id, move.step)), None)
    if chosen is not None:
        _draw_dialog(change, chosen)


def forget_moves(shown: list[AccountChange]) -> None:
    """Where the change of an open dialog is there no more, tell what the step was refused for, once."""
    change_id, step = state.CHANGE.get()
    offered = {(change.change_id, move.step) for change in shown for move in change.moves}
    if change_id and (change_id, step) not in offered:
        state.CHANGE.clear()
        draw_faults("")


def _draw_dialog(change: AccountChange, move: Move) -> None:
    @st.dialog(_(move.label), width="medium", on_dismiss=_close)
    def decide() -> None:
        with errors_shown():
            if not state.CHANGE.get()[0]:
                st.rerun()
            _draw_decision(change, move)

    decide()


def _draw_decision(change: AccountChange, move: Move) -> None:
    viewer = require_user(move.right)
    st.markdown(f"**{plain(change.employer_name)}** :gray[{plain(change.employer_id)}]")
    draw_difference(change)
    st.markdown(plain(_(_CONSEQUENCES[move.step])))
    if not move.by_applicant:
        label = f":red[*] {_('意见')}" if move.needs_note else _("意见（可不填）")
        st.text_area(label, key=_NOTE, max_chars=_LONGEST, height=90)
        draw_faults(_NOTE)
    if move.needs_factor:
        draw_factor(viewer)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        confirm = _("确定{step}").format(step=_(move.label))
        st.button(confirm, key="take_move", type="primary", on_click=_take, args=(change.change_id, move))


def _open(change_id: str, step: str) -> None:
    clear_faults()
    state.open_dialog(state.CHANGE, (change_id, step), _NOTE)
    forget_code()


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.CHANGE, _NOTE)


def _take(change_id: str, move: Move) -> None:
    note = state.typed(_NOTE) or ""

    def take() -> ChangeState:
        viewer = proven_viewer() if move.needs_factor else acting_viewer()
        if move.by_applicant:
            return cancel_change(desk(), viewer, change_id)
        return decide_change(desk(), viewer, change_id, approve=move.step == "approve", note=note)

    if reached := attempt(take):
        state.end_dialog(state.CHANGE)
        state.NOTICE.set((N_("登记账户变更：{state}"), {"state": reached.label}))
