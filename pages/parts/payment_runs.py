"""支付批次: every run with how far it is, its files to be fetched, its orders, and results that come without a file."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.payments import FileKind, Outcome
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.payment_runs import OrderView, RunRow, RunView, list_runs, show_run
from core.services.payment_steps import register_by_hand
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.factor import draw_factor, proven_viewer
from pages.parts.formats import format_yuan, local_time, starred
from pages.parts.messages import attempt, draw_faults
from pages.parts.orders import draw_orders, say_status
from pages.parts.paging import draw_pages, page_of
from pages.parts.verdicts import money_column, yuan

_KEY, _SIZE, _ROW, _HEADER = "runs", 10, 36, 32
_ORDER, _OUTCOME, _NOTE = "hand_order", "hand_outcome", "hand_note"


def draw_runs(viewer: Viewer) -> None:
    """The runs, newest first, and below them the one that was opened."""
    found = list_runs(desk(), viewer, page=page_of(_KEY), size=_SIZE)
    if not found.rows:
        st.info(_("还没有支付批次。请在“待支付”中选择批次并生成支付。"), icon=":material/payments:")
        return
    _draw_table(found.rows)
    draw_pages(_KEY, found.total, found.size, _("共 {total} 个支付批次，点击编号查看").format(total=found.total))
    _draw_run(show_run(desk(), viewer, state.RUN.get() or found.rows[0].number))


def _draw_table(runs: Sequence[RunRow]) -> None:
    numbers = tuple(run.number for run in runs)
    records = [
        {
            "number": f":material/payments: {run.number}",
            "state": _say_state(run),
            "day": run.day,
            "orders": run.order_count,
            "total": yuan(run.total),
            "paid": yuan(run.paid_total),
            "made": f"{local_time(run.created_at)} {run.created_by}",
        }
        for run in runs
    ]
    text = st.column_config.TextColumn
    opening = st.column_config.ButtonColumn(
        _("支付批次"), type="tertiary", alignment="left", key="run_open", on_click=_open, args=(numbers,)
    )
    st.dataframe(
        pd.DataFrame(records),
        column_config={
            "number": opening,
            "state": text(_("状态")),
            "day": text(_("付款日期")),
            "orders": st.column_config.NumberColumn(_("笔数"), format="localized"),
            "total": money_column(_("金额（元）")),
            "paid": money_column(_("已支付（元）")),
            "made": text(_("生成")),
        },
        hide_index=True,
        row_height=_ROW,
        height=_HEADER + _ROW * len(runs) + 3,
        key=_KEY,
        alt=_("支付批次列表"),
    )


def _say_state(run: RunRow) -> str:
    if run.sent:
        return _("{status} {count} 笔").format(status=say_status(Outcome.SENT), count=run.sent)
    if run.bounced:
        return _("{status} {count} 笔").format(status=say_status(Outcome.BOUNCED), count=run.bounced)
    return f"✓ {_('已全部支付')}"


def _draw_run(view: RunView) -> None:
    run = view.run
    with st.container(border=True, key="run"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.subheader(run.number, anchor=False, width="content")
            said = _("{orders} 笔，合计 {total} 元：成功 {paid}，退票 {bounced}，待回盘 {sent}")
            counts = {"paid": run.paid, "bounced": run.bounced, "sent": run.sent}
            st.caption(said.format(orders=run.order_count, total=format_yuan(run.total), **counts))
        _draw_files(view)
        draw_orders(view.orders, with_batch=True)
        if waiting := [order for order in view.orders if order.status is Outcome.SENT]:
            _draw_by_hand(waiting)


def _draw_files(view: RunView) -> None:
    with st.container(horizontal=True, gap="small", key="run_files"):
        for file in view.files:
            label = _(FileKind(file.kind).label)
            st.link_button(label, f"/payment-files/{file.file_id}", icon=":material/download:")


def _draw_by_hand(waiting: Sequence[OrderView]) -> None:
    """One result without a file: rare, and signed with what it rests on."""
    with st.expander(_("手工登记结果（没有回盘文件时）"), key="by_hand"):
        labels = {order.reference: _label(order) for order in waiting}
        st.selectbox(_("支付订单"), list(labels), key=_ORDER, format_func=labels.__getitem__)
        outcomes = (Outcome.PAID, Outcome.BOUNCED)
        st.radio(_("结果"), outcomes, key=_OUTCOME, format_func=say_status, horizontal=True)
        st.text_input(
            starred(_("依据或退票原因")), key=_NOTE, max_chars=200, placeholder=_("例如银行回单编号、银行告知的原因")
        )
        draw_faults(_NOTE)
        if state.typed(_OUTCOME) == Outcome.BOUNCED:
            # Somebody's word makes the order payable again.
            draw_factor(require_user(Right.PAY))
        draw_faults("")
        st.button(_("登记结果"), key="book_by_hand", on_click=_book)


def _label(order: OrderView) -> str:
    return f"{order.reference} · {_(order.insurance.label)} · {format_yuan(order.amount)} · {order.employer_name}"


def _open(numbers: tuple[str, ...]) -> None:
    state.RUN.set(numbers[state.typed("run_open")["row"]])


def _book() -> None:
    reference, outcome = state.typed(_ORDER), Outcome(state.typed(_OUTCOME))
    note = state.typed(_NOTE) or ""

    def book() -> bool:
        viewer = proven_viewer() if outcome is Outcome.BOUNCED else acting_viewer()
        register_by_hand(desk(), viewer, reference, outcome, note)
        return True

    if attempt(book):
        state.empty(_NOTE)
        state.forget(_ORDER)
        state.NOTICE.set((N_("已登记 {reference}：{status}"), {"reference": reference, "status": outcome.label}))
