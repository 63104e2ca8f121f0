"""Payment orders as a table: on the page of their run and on that of their batch."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.domain.identifiers import mask_account
from core.domain.payments import Outcome
from core.services.payment_runs import OrderView
from core.texts import _
from pages.parts.formats import format_yuan
from pages.parts.messages import plain

_SIGNS: Mapping[Outcome, str] = {Outcome.SENT: "◷", Outcome.PAID: "✓", Outcome.BOUNCED: "▲"}
_SHORT, _HEIGHT = 12, 460


def say_status(status: Outcome) -> str:
    """A status as sign and word: ✓ 支付成功."""
    return f"{_SIGNS[status]} {_(status.label)}"


def draw_orders(orders: Sequence[OrderView], *, with_batch: bool) -> None:
    """Orders with their result; the account by its last digits, the batch where several stand together."""
    records = [_record(order, with_batch=with_batch) for order in orders]
    with st.container(key="orders"):
        st.table(
            pd.DataFrame(records),
            border="horizontal",
            hide_index=True,
            height="content" if len(orders) <= _SHORT else _HEIGHT,
            alt=_("支付订单"),
        )


def _record(order: OrderView, *, with_batch: bool) -> dict[str, str]:
    result = " · ".join(filter(None, [order.settled_on, _(order.bank_reason) or order.note]))
    batch = {_("收款户名"): plain(order.account_holder)} if with_batch else {_("付款日期"): order.day}
    return {
        _("状态"): say_status(order.status),
        _("支付参考号"): order.reference,
        _("险种"): _(order.insurance.label),
        **batch,
        _("收款账号"): plain(mask_account(order.bank_account)),
        _("金额（元）"): format_yuan(order.amount),
        _("银行结果"): plain(result) or "–",
    }
