"""The receipt: what the clerk holds after 确认提交, whenever it is looked at."""

from collections.abc import Iterable

import streamlit as st

from core.domain.money import format_yuan
from core.domain.reasons import REASONS, Reason
from core.services.filing import Receipt
from core.texts import _
from pages.parts.formats import local_time
from pages.parts.forms import draw_receipt_forms
from pages.parts.messages import plain


def draw_receipt(receipt: Receipt) -> None:
    """Numbers, time, due date, totals, and what happens next. The batch has been kept: the page can be left."""
    st.success(_("提交成功，本页可以关闭；凭批次号可随时在“申报记录”中查看办理进度。"), icon=":material/check_circle:")
    with st.container(border=True):
        with st.container(key="receipt_no", gap="xsmall"):
            st.caption(_("批次号"))
            for number in receipt.numbers:
                st.markdown(f"### {number}")
        st.table(_content(receipt), border="horizontal", width="content", alt=_("回执"))
        st.markdown(_next_step(receipt))
        draw_receipt_forms(receipt.numbers)
        with st.container(horizontal=True):
            for number in receipt.numbers:
                st.page_link(
                    "batch.py",
                    label=_("查看批次 {number}").format(number=number),
                    icon=":material/receipt_long:",
                    query_params={"no": number},
                )
            st.page_link("batches.py", label=_("申报记录"), icon=":material/list_alt:")
            st.page_link("apply.py", label=_("继续申报"), icon=":material/edit_document:")


def _content(receipt: Receipt) -> dict[str, str]:
    return {
        _("单位"): plain(receipt.employer_name),
        _("退费原因"): say_reasons(REASONS[code] for code in receipt.reasons),
        _("提交时间"): local_time(receipt.submitted_at),
        _("当前环节办理期限"): receipt.due_on or "–",
        _("申报明细"): _("{count} 条（每条记录按险种各计一条）").format(count=f"{receipt.line_count:,}"),
        _("不能退费"): _("{count} 条明细（已随批次留存）").format(count=f"{receipt.refused_count:,}"),
        _("退费金额"): _("{amount} 元").format(amount=format_yuan(receipt.total)),
    }


def say_reasons(reasons: Iterable[Reason]) -> str:
    """The reasons of an application in one line."""
    return _("；").join(_(reason.text) for reason in reasons)


def _next_step(receipt: Receipt) -> str:
    split = _("本次申报拆分为 {count} 个相互关联的批次，分别办理。").format(count=len(receipt.numbers))
    said = _(
        "接下来由经办机构审核，每一步的进度和办理期限可在批次页面查看；审核开始前可以撤回。退费将退至所填单位账户。"
    )
    return split + said if len(receipt.numbers) > 1 else said
