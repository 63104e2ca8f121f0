"""银行回盘: a result file is checked first, with every cause beside its row, and booked whole or not at all."""

from typing import Any

import pandas as pd
import streamlit as st

from core.domain.errors import RefundError
from core.domain.identifiers import mask_account
from core.domain.payments import CAUSES, Outcome
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.bank_results import Booked, Line, ResultReport, book_results, read_results
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.formats import format_yuan, local_time
from pages.parts.messages import attempt, clear_faults, draw_error, draw_summary, plain
from pages.parts.orders import say_status

_FILE, _MEGABYTES, _MOST = "bank_file", 20, 200
_ENDINGS = ["xlsx", "xls", "csv", "xml"]


def draw_bank_answers(viewer: Viewer) -> None:
    """The uploader, what the file would book, and the button that books it."""
    st.caption(
        _(
            "上传银行回盘文件（xlsx、xls、csv）或 pain.002、camt.053 报文。先核对，不登记；参考号、金额、账号全部相符才能登记，"
            "有一行不符则整份不登记。"
        )
    )
    file = st.file_uploader(
        _("选择回盘文件"),
        type=_ENDINGS,
        key=_FILE,
        max_upload_size=_MEGABYTES,
        label_visibility="collapsed",
        on_change=clear_faults,
    )
    if file is None:
        return
    try:
        report = read_results(desk(), viewer, file.name, file.getvalue())
    except RefundError as error:
        draw_error(error)
        return
    _draw_report(report)


def _draw_report(report: ResultReport) -> None:
    if report.imported is not None:
        name, at = report.imported
        said = _("该文件已由 {name} 于 {at} 登记。").format(name=name, at=local_time(at))
        st.success(plain(said), icon=":material/check_circle:")
        # Whoever was too late with it is told so by the same sentence.
        clear_faults()
    elif report.problems:
        _draw_problems(report)
    else:
        _draw_sums(report)
        st.button(_("登记结果"), key="book_results", type="primary", icon=":material/check:", on_click=_book)
    draw_summary()
    _draw_lines(report)


def _draw_sums(report: ResultReport) -> None:
    paid, bounced = report.sum_of(Outcome.PAID), report.sum_of(Outcome.BOUNCED)
    said = _("核对相符：成功 {paid} 笔 {paid_yuan} 元，退票 {bounced} 笔 {bounced_yuan} 元。")
    sums = {"paid_yuan": format_yuan(paid[1]), "bounced_yuan": format_yuan(bounced[1])}
    st.info(plain(said.format(paid=paid[0], bounced=bounced[0], **sums)), icon=":material/checklist:")
    if report.aside:
        st.warning(
            _("{count} 行不能登记为支付结果，登记时放入“待核对”。").format(count=len(report.aside)),
            icon=":material/inbox:",
        )


def _draw_problems(report: ResultReport) -> None:
    problems = report.problems
    said = _("有 {count} 处不符，整份文件不能登记。请与银行核对后重新获取文件：").format(count=len(problems))
    st.error(said, icon=":material/error:")
    rows = [
        (str(each.row or "–"), plain(each.column) or "–", plain(_(each.sentence).format(**each.values)))
        for each in problems[:_MOST]
    ]
    columns = [_("行"), _("列或参考号"), _("原因")]
    st.table(pd.DataFrame(rows, columns=columns), border="horizontal", hide_index=True, alt=_("不符之处"))
    if report.kept:
        st.caption(_("不符的 {count} 行已放入“待核对”。").format(count=len(report.strays)))
    elif report.strays:
        st.button(_("放入待核对"), key="keep_strays", icon=":material/inbox:", on_click=_keep)


def _draw_lines(report: ResultReport) -> None:
    if not report.lines:
        return
    table = pd.DataFrame([_record(line, report) for line in report.lines[:_MOST]])
    with st.container(key="bank_lines"):
        st.table(table, border="horizontal", hide_index=True, alt=_("回盘明细"))
    if len(report.lines) > _MOST:
        st.caption(_("只列出前 {count} 行。").format(count=_MOST))


def _record(line: Line, report: ResultReport) -> dict[str, Any]:
    row = line.row
    return {
        _("行"): str(row.row),
        _("核对"): plain(_say_fit(line, report)),
        _("支付参考号"): plain(row.reference) or "–",
        _("收款账号"): plain(mask_account(row.account)) or "–",
        _("金额（元）"): format_yuan(row.amount) if row.amount is not None else "–",
        _("应付（元）"): format_yuan(line.expected) if line.expected is not None else "–",
        _("结果"): say_status(row.outcome),
        _("入账日期"): row.settled_on or "–",
        _("退票原因"): plain(_(row.reason)) or "–",
        _("单位名称"): plain(line.employer_name) or "–",
    }


def _say_fit(line: Line, report: ResultReport) -> str:
    if report.imported and line in report.aside:
        return f"▲ {_('放入待核对')}"
    if report.imported or line.known:
        return f"✓ {_('已登记过')}"
    return f"✕ {_(CAUSES[line.cause])}" if line.cause else f"✓ {_('相符')}"


def _keep() -> None:
    """Booking the file is refused as a whole and keeps the rows that fit nothing: they have to be settled with the bank."""
    _book()
    clear_faults()


def _book() -> None:
    file = state.typed(_FILE)
    if file is None:
        return
    booked = attempt(lambda: book_results(desk(), acting_viewer(), file.name, file.getvalue()))
    if booked is not None:
        said = _say_booked(booked)
        state.NOTICE.set((N_("已登记：{said}"), {"said": said}) if said else (N_("已登记，没有新的支付结果"), {}))


def _say_booked(booked: Booked) -> str:
    """What a file has moved, without what it has not."""
    told = (
        (_("{count} 个批次已支付"), booked.paid),
        (_("{count} 个批次退票待更正"), booked.bounced),
        (_("{count} 个批次等待其余结果"), booked.waiting),
        (_("{count} 行放入“待核对”"), booked.report.aside),
    )
    return _("，").join(sentence.format(count=len(those)) for sentence, those in told if those)
