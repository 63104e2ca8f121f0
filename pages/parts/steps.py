"""The steps that a viewer may take on a batch: a button each, and a dialog that says what will happen."""

from collections.abc import Mapping

import streamlit as st

from core.domain.bank import FIELDS
from core.domain.lifecycle import FREE_STATES, PAID_STATES, Edge, Part, progress
from core.domain.wording import N_
from core.services.batches import BatchView
from core.services.line_outcomes import MARKS
from core.services.line_sheets import LineSheet, read_lines
from core.services.payments import preview_run
from core.services.steps import Seen, advance_batch
from core.services.unregistered_accounts import CHECKED
from core.services.unregistered_accounts import FIELD as _CHECKED
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.formats import format_yuan
from pages.parts.line_work import draw_causes, say_counts
from pages.parts.messages import attempt, clear_faults, draw_faults, draw_note, has_faults, plain
from pages.parts.payable import draw_due
from pages.parts.queue_way import go_on
from pages.parts.uploads import draw_missing

_NOTE, _CODE, _TAKE = "step_note", "step_code", "take_step"
NOTE_LENGTH = 500
#: What the papers say of an account.
_ACCOUNT = ("account_holder", "bank_account", "branch_name", "cnaps_code")


def draw_steps(batch: BatchView) -> None:
    """A button for every step that the lifecycle leaves this viewer; the straight way on comes first."""
    if batch.actions:
        _draw_buttons(batch)
    number, step = state.STEP.get()
    chosen = next((edge for edge in batch.actions if (batch.number, edge.step) == (number, step)), None)
    if chosen is not None:
        _draw_dialog(batch, chosen)
        return
    # The step is not there any more, or belongs to another batch: what it was refused for is told here, once.
    state.STEP.clear()
    draw_faults("")


def _draw_buttons(batch: BatchView) -> None:
    way = progress()
    with st.container(horizontal=True, gap="small", key="steps"):
        # New bank details are typed in a form of their own (bank_correction.py).
        offered = [edge for edge in batch.actions if edge.part is not Part.CORRECTOR]
        for edge in sorted(offered, key=lambda edge: edge.target not in way):
            kind = "primary" if edge.target in way else "secondary"
            st.button(_(edge.label), key=_key(edge), type=kind, on_click=_open, args=(batch.number, edge.step))


def _key(edge: Edge) -> str:
    return edge.step if edge.step == "withdraw" else f"step_{edge.step}"


def _draw_dialog(batch: BatchView, edge: Edge) -> None:
    @st.dialog(_(edge.label), width="medium", on_dismiss=_close)
    def decide() -> None:
        with errors_shown():
            if not state.STEP.get()[0]:
                st.rerun()
            require_user(edge.right)
            _draw_decision(batch, edge)

    decide()


def _draw_decision(batch: BatchView, edge: Edge) -> None:
    st.markdown(_("批次 **{number}**").format(number=batch.number))
    st.markdown(plain(_say_consequence(edge)))
    sheet = read_lines(desk(), require_user(edge.right), batch.number)
    _draw_marks(sheet)
    if edge.sends_money:
        due = preview_run(desk(), require_user(edge.right), desk().today(), [batch.number])
        _draw_money(batch, {_("本次支付（元）"): due.total})
        draw_due(due)
    elif edge.decides_money:
        total = {_("批次金额（元）"): sheet.staying_total}
        _draw_money(batch, total, with_account=not (edge.checks_account and batch.unregistered))
    if edge.needs_cause:
        draw_causes(_CODE, label=f":red[*] {_('不予退费的原因')}", blank=_("请选择"))
        draw_faults(_CODE)
        st.caption(_("每条明细都按此原因不予退费；已逐条写明原因的，保留各自的原因。"))
    if edge.checks_account and batch.unregistered:
        _draw_account(batch)
    if edge.hands_in_again:
        draw_missing(batch.missing)
    if not edge.sends_money:
        # A run of payment has no words of its own.
        label = f":red[*] {_('意见')}" if edge.needs_note else _("意见（可不填）")
        st.text_area(label, key=_NOTE, max_chars=NOTE_LENGTH, height=110, placeholder=_say_note(edge))
        draw_faults(_NOTE)
    if edge.needs_factor:
        draw_factor(require_user(edge.right))
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("取消"), key="leave_step"):
            _leave()
            st.rerun()
        st.button(
            _("确定{step}").format(step=_(edge.label)),
            key=_TAKE,
            type="primary",
            on_click=_take,
            args=(batch.number, edge),
        )


def _draw_marks(sheet: LineSheet) -> None:
    """How many lines stand where. The step is taken for these marks; once other ones were told, for those."""
    if not state.SEEN.get() or has_faults(MARKS):
        state.SEEN.set(sheet.seen)
    if sheet.may_decide or sheet.may_answer:
        st.caption(plain(_("{name}：{value}").format(name=_("退费明细"), value=say_counts(sheet))))
    draw_faults(MARKS)


def _draw_money(batch: BatchView, total: Mapping[str, int], *, with_account: bool = True) -> None:
    """Whose money, how much (fen, by its name), and where it goes; without the account where that is asked about below."""
    told = {_("单位名称"): plain(batch.employer_name)}
    told |= {name: f"**{format_yuan(fen)}**" for name, fen in total.items()}
    if with_account:
        told |= {_(FIELDS[name]): plain(batch.bank[name]) for name in ("account_holder", "bank_account", "branch_name")}
    st.table(told, border="horizontal", alt=_("退费金额和账户"))


def _draw_account(batch: BatchView) -> None:
    """The account that nobody has registered, and whether it is that of the papers."""
    draw_note("warning", _("该退费账户未经登记，请将以下账户与申请材料逐项核对："))
    st.table({_(FIELDS[name]): plain(batch.bank[name]) for name in _ACCOUNT}, border="horizontal", alt=_("退费账户"))
    st.checkbox(f":red[*] {_(CHECKED)}", key=_CHECKED)
    draw_faults(_CHECKED)


def _say_consequence(edge: Edge) -> str:
    moved = _("批次将由“{before}”变为“{after}”。").format(before=_(edge.source.label), after=_(edge.target.label))
    if edge.target in FREE_STATES:
        return moved + _("此操作不能撤销：本批次不再办理，所含记录全部释放，可以重新申报。")
    if edge.source in PAID_STATES and edge.target not in progress():
        # Money that did arrive would be sent again.
        return moved + _(
            "各险种已支付的款项全部按退回登记，并通知单位更正银行信息。只有部分险种被退回的，请导入银行回盘后在“支付”的“待核对”中登记。"
        )
    if edge.target not in progress():
        return moved + _("意见会告知下一环节的办理人，请一次写清全部问题。")
    return moved + _("此操作记入办理记录，不能撤销。")


def _say_note(edge: Edge) -> str:
    if edge.needs_cause:
        return _("请写明事实和理由，决定书将逐字引用")
    if edge.needs_note and edge.part is Part.PAYER:
        return _("例如银行回单编号、银行告知的原因")
    return _("请逐条写明需要补正的内容或原因") if edge.needs_note else ""


def _open(number: str, step: str) -> None:
    clear_faults()
    state.open_dialog(state.STEP, (number, step), _NOTE, _CODE)
    state.forget(_CHECKED)
    forget_code()
    state.SEEN.clear()


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.STEP, _NOTE, _CODE)


def _leave() -> None:
    clear_faults()
    state.end_dialog(state.STEP)


def _take(number: str, edge: Edge) -> None:
    note, said = state.typed(_NOTE) or "", {"code": state.typed(_CODE) or "", _CHECKED: bool(state.typed(_CHECKED))}
    acting = proven_viewer if edge.needs_factor else acting_viewer
    seen = Seen(state.SEEN.get(), edge.source)
    if reached := attempt(lambda: advance_batch(desk(), acting(), number, edge.step, note, seen=seen, **said)):
        state.end_dialog(state.STEP)
        state.NOTICE.set((N_("已办理：{step}，批次现为“{state}”"), {"step": edge.label, "state": reached.label}))
        go_on(number)
