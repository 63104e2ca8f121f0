"""待支付: the batches that wait for payment, what a run of the chosen ones would pay, and making it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.payments import Payable, RunPreview, make_run, preview_run
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.formats import format_yuan
from pages.parts.messages import attempt, clear_faults, draw_faults, draw_note, has_faults, plain
from pages.parts.verdicts import money_column, yuan

_DAY, _ROW, _HEADER, _MOST = "run_day", 36, 32, 14
#: How many batches with something to be known are named one by one before a run is made.
_NAMED = 5
#: Widths of columns in pixels: what is to be known stands where it is read without scrolling.
_WORDS, _FUND, _TOTAL, _DUE = 168, 92, 104, 92


def draw_payable(viewer: Viewer) -> None:
    """The queue of payment, chosen but for what somebody has to look at first; what can't be paid now stands below it with
    the reason.
    """
    found = preview_run(desk(), viewer, desk().today())
    if not found.batches:
        # What was being asked about somebody else has paid meanwhile.
        _close()
    if not found.batches and not found.excluded:
        st.info(_("目前没有等待支付的批次。"), icon=":material/done_all:")
        st.page_link("batches.py", label=_("查看全部申报记录"), icon=":material/list_alt:")
        return
    if found.batches:
        _draw_choice(viewer, found)
    _draw_excluded(found)


def _draw_choice(viewer: Viewer, found: RunPreview) -> None:
    st.caption(_say_choice(found.batches))
    batches = sorted(found.batches, key=lambda batch: (batch.due_on or "9", batch.number))
    numbers = _draw_batches(batches, found.fingerprint[:8])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        day = st.date_input(
            _("付款日期"), desk().today(), min_value=desk().today(), key=_DAY, format="YYYY-MM-DD", width=180
        )
        chosen = preview_run(desk(), viewer, day or desk().today(), numbers)
        st.button(
            _("生成支付"),
            key="make_run",
            type="primary",
            icon=":material/payments:",
            disabled=not chosen.orders,
            on_click=_open,
            args=(chosen.day, numbers, chosen.fingerprint),
        )
    draw_faults("run_day")
    draw_funds(chosen, "run_totals")
    if state.PAYMENT.get()[1]:
        _draw_dialog()
    else:
        draw_faults("")


def _say_choice(batches: Sequence[Payable]) -> str:
    """What is ticked, and what is not until somebody has looked at it."""
    if left := sum(batch.is_chosen_alone for batch in batches):
        said = _(
            "按办理期限排序。{count} 个批次的收款账号与单位现登记账户不一致，没有勾选，请点击批次号核对后再勾选；其余已勾选。"
        )
        return said.format(count=left)
    return _("按办理期限排序，已全部勾选；取消勾选的批次本次不支付。点击批次号查看批次。")


def _draw_batches(batches: list[Payable], token: str) -> tuple[str, ...]:
    """The table; returns the numbers that are ticked. Another set of batches is another table, ticked anew."""
    numbers = tuple(batch.number for batch in batches)
    shown = st.dataframe(
        pd.DataFrame([_record(batch) for batch in batches]),
        column_config=_columns(numbers),
        hide_index=True,
        row_height=_ROW,
        height=_HEADER + _ROW * min(len(batches), _MOST) + 3,
        key=f"payable_{token}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={
            "selection": {"rows": [row for row, batch in enumerate(batches) if not batch.is_chosen_alone]}
        },
        placeholder="–",
        alt=_("等待支付的批次"),
    )
    return tuple(numbers[row] for row in shown.selection.rows if row < len(numbers))


def _record(batch: Payable) -> dict[str, Any]:
    by_fund = {order.insurance: order.amount for order in batch.orders}
    return {
        "number": batch.number,
        "employer": batch.employer_name,
        "warnings": f"⚠ {_('、').join(_(caution.word) for caution in batch.cautions)}" if batch.cautions else "",
        **{fund.value: yuan(by_fund[fund]) if fund in by_fund else None for fund in Insurance},
        "total": yuan(batch.total),
        "due_on": batch.due_on,
        "reason": batch.reason,
    }


def _columns(numbers: tuple[str, ...]) -> Mapping[str, Any]:
    text = st.column_config.TextColumn
    return {
        "number": st.column_config.ButtonColumn(
            _("批次号"), type="tertiary", alignment="left", key="payable_open", on_click=_go, args=(numbers,)
        ),
        "employer": text(_("单位名称")),
        "warnings": text(_("提醒"), width=_WORDS),
        **{fund.value: money_column(_(fund.label), width=_FUND) for fund in Insurance},
        "total": money_column(_("合计（元）"), width=_TOTAL),
        "due_on": text(_("办理期限"), width=_DUE),
        "reason": text(_("退费原因")),
    }


def draw_funds(chosen: RunPreview, key: str) -> None:
    """What leaves from each fund, with the account it leaves from."""
    rows = [
        (_(fund.label), plain(chosen.accounts[fund].holder), f"{count:,}", format_yuan(fen))
        for fund, (count, fen) in chosen.by_fund.items()
    ]
    rows.append((f"**{_('合计')}**", "", f"**{len(chosen.orders):,}**", f"**{format_yuan(chosen.total)}**"))
    columns = [_("险种"), _("付款账户"), _("笔数"), _("金额（元）")]
    with st.container(key=key):
        st.table(pd.DataFrame(rows, columns=columns), border="horizontal", hide_index=True, alt=_("按基金合计"))
        if chosen.pays_from_examples:
            draw_note("warning", _("付款账户还是示范账户，请系统管理员先在“设置”中填写本机构的付款账户。"))


def draw_due(due: RunPreview) -> None:
    """What a run of one batch would pay: what is to be known first, and what leaves from each fund; or why it can't be paid."""
    if not due.batches:
        draw_note("error", _(due.obstacle))
    for batch in due.batches:
        for caution in batch.cautions:
            draw_note("warning", _(caution.sentence))
        draw_funds(due, "run_totals_asked")


def _draw_excluded(found: RunPreview) -> None:
    if not found.excluded:
        return
    st.warning(_("以下批次暂不能支付："), icon=":material/block:")
    rows = [(each.number, plain(each.employer_name), plain(_(each.sentence))) for each in found.excluded]
    columns = [_("批次号"), _("单位名称"), _("原因")]
    st.table(pd.DataFrame(rows, columns=columns), border="horizontal", hide_index=True, alt=_("暂不能支付的批次"))


def _draw_dialog() -> None:
    @st.dialog(_("生成支付"), width="medium", on_dismiss=_close)
    def decide() -> None:
        with errors_shown():
            if not state.PAYMENT.get()[1]:
                st.rerun()
            _draw_decision(require_user(Right.PAY))

    decide()


def _draw_decision(viewer: Viewer) -> None:
    day, numbers, fingerprint = state.PAYMENT.get()
    chosen = preview_run(desk(), viewer, date.fromisoformat(day), numbers)
    if chosen.fingerprint != fingerprint:
        _draw_changed()
        return
    said = _("付款日期 **{day}**，{batches} 个批次，{orders} 笔，合计 **{total}** 元。")
    st.markdown(
        said.format(day=day, batches=len(chosen.batches), orders=len(chosen.orders), total=format_yuan(chosen.total))
    )
    _draw_cautions(chosen.batches)
    draw_funds(chosen, "run_totals_asked")
    st.caption(_("生成后批次变为“支付中”，并保存支付清单、银行文件和 ISO 20022 报文；此操作不能撤销。"))
    draw_factor(viewer)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("取消"), key="leave_run"):
            _close()
            st.rerun()
        st.button(_("确定生成支付"), key="take_run", type="primary", on_click=_make, args=(day, numbers, fingerprint))


def _draw_changed() -> None:
    """Somebody else was quicker, or something has changed since: nothing of this could be made any more."""
    draw_faults("")
    if not has_faults(""):
        draw_note("error", _("所选批次已有变化，尚未生成支付，请返回重新核对"))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("返回重新核对"), key="leave_run", type="primary"):
            _close()
            st.rerun()


def _draw_cautions(batches: Sequence[Payable]) -> None:
    """Once more, before money leaves: what is to be known of which batch, the gravest first."""
    told = sorted((batch for batch in batches if batch.cautions), key=lambda batch: not batch.is_chosen_alone)
    if not told:
        return
    draw_note("warning", _("其中 {count} 个批次有提醒，请核对后再支付：").format(count=len(told)))
    named = [f"- :small[**{batch.number}** {plain(_say_cautions(batch))}]" for batch in told[:_NAMED]]
    if rest := told[_NAMED:]:
        words = Counter(caution.word for batch in rest for caution in batch.cautions)
        counted = _("、").join(f"{_(word)} {count}" for word, count in words.items())
        named.append(f"- :small[{plain(_('另有 {count} 个批次：{words}').format(count=len(rest), words=counted))}]")
    st.markdown("\n".join(named))


def _say_cautions(batch: Payable) -> str:
    said = _("；").join(_(caution.sentence) for caution in batch.cautions)
    return _("{name}：{value}").format(name=batch.employer_name, value=said)


def _open(day: str, numbers: tuple[str, ...], fingerprint: str) -> None:
    clear_faults()
    forget_code()
    state.PAYMENT.set((day, numbers, fingerprint))


def _close() -> None:
    clear_faults()
    state.PAYMENT.clear()


def _make(day: str, numbers: tuple[str, ...], fingerprint: str) -> None:
    made = attempt(lambda: make_run(desk(), proven_viewer(), date.fromisoformat(day), numbers, fingerprint))
    if made is not None:
        state.PAYMENT.clear()
        state.RUN.set(made.number)
        state.fill("payment_tabs", _("支付批次"))
        state.NOTICE.set((N_("已生成支付批次 {number}，请下载文件交银行"), {"number": made.number}))


def _go(numbers: tuple[str, ...]) -> None:
    st.switch_page("batch.py", query_params={"no": numbers[state.typed("payable_open")["row"]]})
