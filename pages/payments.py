"""支付: what waits for payment, the runs that pay it, what the bank sends back, and what of it fits nothing."""

import streamlit as st

from core.domain.roles import Right
from core.services.strays import count_strays
from core.texts import _
from pages.parts.access import desk, require_user
from pages.parts.bank_answers import draw_bank_answers
from pages.parts.frame import draw_heading, draw_path
from pages.parts.messages import draw_note
from pages.parts.payable import draw_payable
from pages.parts.payment_runs import draw_runs
from pages.parts.strays import draw_strays

user = require_user(Right.PAY)
draw_path(_("经办"), _("支付"))
draw_heading("payments.py")
if waiting := count_strays(desk(), user):
    draw_note("warning", _("有 {count} 条银行回盘记录待核对").format(count=waiting))
# The names never change: tabs under other names would open on the first one.
names = (_("待支付"), _("支付批次"), _("银行回盘"), _("待核对"))
drawers = (draw_payable, draw_runs, draw_bank_answers, draw_strays)
for tab, draw in zip(st.tabs(names, key="payment_tabs", on_change="rerun"), drawers, strict=True):
    if tab.open:
        with tab:
            draw(user)
