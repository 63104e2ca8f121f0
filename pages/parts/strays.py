"""待核对: rows of the bank that fit no order wait here until somebody has settled them and says how."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.identifiers import mask_account
from core.domain.payments import CAUSES
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.payment_returns import return_stray
from core.services.strays import Stray, list_strays, resolve_unmatched
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.factor import draw_factor, proven_viewer
from pages.parts.formats import format_yuan, local_time, starred
from pages.parts.messages import attempt, draw_faults, plain
from pages.parts.orders import say_status

_ROW, _NOTE = "stray_row", "stray_note"


def draw_strays(viewer: Viewer) -> None:
    """What waits, the way to settle it, and what was settled."""
    waiting = list_strays(desk(), viewer)
    if waiting:
        st.caption(_("这些回盘记录没有登记到任何支付订单。请与银行核对，处理后写明结果。"))
        _draw_table(waiting, "strays")
        _draw_form(viewer, waiting)
    else:
        # Somebody else has settled the last one meanwhile.
        draw_faults("")
        st.info(_("没有待核对的回盘记录。"), icon=":material/done_all:")
    if settled := list_strays(desk(), viewer, resolved=True):
        with st.expander(_("已处理 ({count})").format(count=len(settled))):
            _draw_table(settled, "strays_settled")


def _draw_table(strays: Sequence[Stray], key: str) -> None:
    records = [
        {
            _("来源"): f"{plain(each.file_name)} · {local_time(each.imported_at)} {plain(each.imported_by)}",
            _("支付参考号"): plain(each.reference) or "–",
            _("收款账号"): plain(mask_account(each.account)) or "–",
            _("金额（元）"): format_yuan(each.amount) if each.amount is not None else "–",
            _("结果"): say_status(each.outcome),
            _("原因"): plain(_(CAUSES[each.cause])),
            _("处理"): plain(_say_resolution(each)),
        }
        for each in strays
    ]
    with st.container(key=key):
        st.table(pd.DataFrame(records), border="horizontal", hide_index=True, alt=_("待核对的回盘记录"))


def _say_resolution(each: Stray) -> str:
    if not each.resolution:
        return "–"
    return _("{label}（{codes}）").format(label=each.resolution, codes=each.resolved_by)


def _draw_form(viewer: Viewer, waiting: Sequence[Stray]) -> None:
    rows = {(each.result_id, each.position): each for each in waiting}
    labels = {key: _label(each) for key, each in rows.items()}
    with st.container(border=True, key="settle_stray"):
        chosen = rows[st.selectbox(_("记录"), list(rows), key=_ROW, format_func=labels.__getitem__)]
        came_back = bool(chosen.number) and not chosen.advice
        _draw_what_follows(chosen)
        st.text_input(starred(_("如何处理")), key=_NOTE, max_chars=200, placeholder=_("例如银行已更正并重发回盘"))
        draw_faults(_NOTE)
        if came_back:
            draw_factor(viewer)
        draw_faults("")
        with st.container(horizontal=True):
            if came_back:
                st.button(_("登记退回，通知单位更正"), key="return_stray", type="primary", on_click=_return)
            kind = "secondary" if came_back else "primary"
            st.button(_("标记为已处理"), key="resolve_stray", type=kind, on_click=_resolve)


def _draw_what_follows(chosen: Stray) -> None:
    """What the row means for its batch, where it says that money came back."""
    if chosen.advice:
        st.warning(plain(_(chosen.advice)), icon=":material/info:")
    elif chosen.number:
        said = _(
            "批次 {number} 的款项已被银行退回。登记后批次转为“待更正银行信息”并通知单位，已入账的冲销记录同时冲回；"
            "单位更正、复核后重新支付。"
        )
        st.info(plain(said.format(number=chosen.number)), icon=":material/undo:")


def _label(each: Stray) -> str:
    amount = format_yuan(each.amount) if each.amount is not None else "–"
    return f"{each.reference or '–'} · {amount} · {_(CAUSES[each.cause])}"


def _resolve() -> None:
    result_id, position = state.typed(_ROW)

    def resolve() -> bool:
        resolve_unmatched(desk(), acting_viewer(), result_id, position, state.typed(_NOTE) or "")
        return True

    if attempt(resolve):
        state.empty(_NOTE)
        state.forget(_ROW)
        state.NOTICE.set((N_("已标记为已处理"), {}))


def _return() -> None:
    result_id, position = state.typed(_ROW)
    note = state.typed(_NOTE) or ""
    number = attempt(lambda: return_stray(desk(), proven_viewer(), result_id, position, note))
    if number:
        state.empty(_NOTE)
        state.forget(_ROW)
        state.NOTICE.set((N_("已登记退回：批次 {number} 待单位更正银行信息"), {"number": number}))
