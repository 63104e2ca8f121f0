"""智能筛查: how far it is, 停止 and 继续, and what it has found; the same for the agency and for a clerk."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.period import Period
from core.domain.roles import Right, Viewer
from core.domain.screening import PATTERNS, Confidence, ScreeningState, text_of
from core.services.reveals import SCREENING
from core.services.screening_finds import PAGE_SIZE, Share, Wanted, export_finds, read_people, read_shares
from core.services.screening_jobs import carry_on, start_screening
from core.services.screenings import Screening, find_screening, stop_screening
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.export_link import draw_export
from pages.parts.formats import format_yuan, local_time
from pages.parts.messages import attempt, draw_note
from pages.parts.paging import draw_pages, page_of, turn_back
from pages.parts.reveal import draw_reveal
from pages.parts.verdicts import money_column, yuan

#: What a screening is refused for belongs to no field: it is told at the top of the screen.
FAULT, EXPORT = "", "export_finds"
_CODE, _CONFIDENCE, _LIST = "screening_code", "screening_confidence", "screening_people"
#: So many rows are shown whole; more scroll.
_WHOLE, _ROW, _HEIGHT = 12, 32, 419
_LOOKS = {
    ScreeningState.RUNNING: (":material/hourglass_top:", "blue"),
    ScreeningState.STOPPED: (":material/pause_circle:", "orange"),
    ScreeningState.DONE: (":material/check_circle:", "green"),
}
#: A find in a table's cell: what it rests on, by sign and word.
_SIGNS = {Confidence.FACT: "✓", Confidence.PATTERN: "?"}


def start(employers: Sequence[str] = ()) -> None:
    """Begin a screening and show it."""
    made = attempt(lambda: start_screening(desk(), acting_viewer(), employers), FAULT)
    if made is not None:
        show(made.screening_id)


def show(screening_id: str) -> None:
    """Show this screening from its first page."""
    state.SCREENING.set(screening_id)
    state.forget(_CODE, _CONFIDENCE)
    turn_back(_LIST)


def draw_screening(viewer: Viewer, screening: Screening, take: Callable[[Wanted], None] | None = None) -> None:
    """A screening: running, with a bar; else its finds, and with ``take`` what can be done with them."""
    if screening.state is ScreeningState.RUNNING and not screening.lost:
        _draw_progress(screening.screening_id)
    else:
        _draw_standing(screening)
    shares = read_shares(desk(), viewer, screening.screening_id)
    if shares:
        _draw_finds(viewer, screening, shares, take)
    elif screening.state is ScreeningState.DONE:
        st.success(_("没有发现疑似多缴、错缴的记录。"), icon=":material/verified:")


@st.fragment(run_every="1s")
def _draw_progress(screening_id: str) -> None:
    """How far it is; the screen is drawn anew when it has ended or was stopped."""
    with errors_shown():
        screening = find_screening(desk(), require_user(Right.ANALYSE, Right.APPLY), screening_id)
        if screening.state is not ScreeningState.RUNNING or screening.lost:
            st.rerun()
        st.progress(screening.fraction, text=_say_progress(screening))
        st.button(_("停止"), key="screening_stop", icon=":material/stop_circle:", on_click=_stop, args=(screening_id,))


def _say_progress(screening: Screening) -> str:
    """How much was read of how much; rows are counted first, which takes its time in a large ledger."""
    if not screening.rows_total:
        return _("正在准备…")
    return _("正在筛查：已读取 {seen} / {total} 行，发现 {finds} 条").format(
        seen=f"{screening.rows_seen:,}", total=f"{screening.rows_total:,}", finds=f"{screening.finds:,}"
    )


def _stop(screening_id: str) -> None:
    attempt(lambda: stop_screening(desk(), acting_viewer(), screening_id), FAULT)


def _draw_standing(screening: Screening) -> None:
    """State, when and how much was read; 继续 where it was stopped."""
    stopped = screening.can_resume
    look = _LOOKS[ScreeningState.STOPPED if stopped else screening.state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = ScreeningState.STOPPED.label if stopped else screening.state.label
        st.badge(_(label), icon=look[0], color=look[1])
        st.caption(
            _("{moment} 开始，已读取 {seen} 行，发现 {finds} 条").format(
                moment=local_time(screening.started_at),
                seen=f"{screening.rows_seen:,}",
                finds=f"{screening.finds:,}",
            )
        )
        if stopped:
            st.button(
                _("继续"),
                key="screening_resume",
                icon=":material/play_circle:",
                on_click=_resume,
                args=(screening.screening_id,),
            )


def _resume(screening_id: str) -> None:
    attempt(lambda: carry_on(desk(), acting_viewer(), screening_id), FAULT)


# --- what was found ------------------------------------------------------------------------------------------------------


def _draw_finds(
    viewer: Viewer, screening: Screening, shares: Sequence[Share], take: Callable[[Wanted], None] | None
) -> None:
    _draw_sums(shares)
    _draw_shares(shares)
    wanted = _draw_filter(shares)
    seen = draw_reveal(viewer, SCREENING, screening.screening_id)
    page = read_people(desk(), seen, screening.screening_id, wanted, page=page_of(_LIST))
    _draw_people(page.frame, named=screening.office)
    draw_pages(_LIST, page.total, PAGE_SIZE, _("共 {total} 项（按人员和原因汇总）").format(total=f"{page.total:,}"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if take is not None:
            take(wanted)
        subject = f"{screening.screening_id}/{wanted.codes}/{wanted.confidence}"
        draw_export(subject, lambda: export_finds(desk(), acting_viewer(), screening.screening_id, wanted), key=EXPORT)


def _draw_sums(shares: Sequence[Share]) -> None:
    known = [share for share in shares if share.confidence is Confidence.FACT]
    pattern = [share for share in shares if share.confidence is Confidence.PATTERN]
    figures = (
        (_("有台账依据"), _("{count} 条").format(count=f"{sum(s.lines for s in known):,}")),
        (_("有台账依据的金额（元）"), format_yuan(sum(s.amount for s in known))),
        (_("仅为疑点"), _("{count} 条").format(count=f"{sum(s.lines for s in pattern):,}")),
        (_("疑点涉及金额（元）"), format_yuan(sum(s.amount for s in pattern))),
    )
    with st.grid(4, min_column_width=220):
        for label, value in figures:
            st.metric(label, value, border=True)


def _draw_shares(shares: Sequence[Share]) -> None:
    """One line per reason or pattern, the strongest reason first."""
    frame = pd.DataFrame(
        {
            "confidence": [_say_confidence(share.confidence) for share in shares],
            "code": [_say_code(share.code) for share in shares],
            "people": [share.people for share in shares],
            "lines": [share.lines for share in shares],
            "amount": [yuan(share.amount) for share in shares],
        }
    )
    _draw_table(frame, key="screening_shares", alt=_("筛查结果汇总"))
    if doubled := sum(share.doubled for share in shares):
        said = _("同一笔重复缴费在各单位名下分别列出，合计金额只计一次（已扣除 {amount} 元）。")
        st.caption(said.format(amount=format_yuan(doubled)))


def _draw_filter(shares: Sequence[Share]) -> Wanted:
    """Which finds are listed: of one reason or of all, by fact or not."""
    reason, confidence = st.columns(2, gap="medium")
    with reason:
        code = st.selectbox(
            _("按原因筛选"),
            ["", *(share.code for share in shares)],
            key=_CODE,
            format_func=_say_filter,
            on_change=turn_back,
            args=(_LIST,),
        )
    with confidence:
        found = list(dict.fromkeys(share.confidence for share in shares))
        certain = st.selectbox(
            _("按把握程度筛选"),
            ["", *(each.value for each in found)],
            key=_CONFIDENCE,
            format_func=_say_certainty,
            on_change=turn_back,
            args=(_LIST,),
        )
    if code in PATTERNS:
        draw_note("info", _(PATTERNS[code].advice))
    return Wanted((code,) if code else (), Confidence(certain) if certain else None)


def _draw_people(frame: pd.DataFrame, *, named: bool) -> None:
    """One record per person and reason; ``named`` adds the employer."""
    if frame.empty:
        draw_note("info", _("没有符合筛选条件的结果，请换一个原因或把握程度。"))
        return
    months = [_months(int(first), int(last)) for first, last in zip(frame["first"], frame["last"], strict=True)]
    shown = pd.DataFrame(
        ({"employer": frame["employer_id"] + " " + frame["employer"]} if named else {})
        | {
            "name": frame["name"],
            "number": frame["social_security_number"],
            "code": frame["code"].map(_say_code),
            "span": months,
            "months": frame["months"],
            "amount": yuan(frame["amount"]),
            "basis": frame["basis"],
        }
    )
    _draw_table(shown, key=_LIST, alt=_("筛查结果"))


def _draw_table(frame: pd.DataFrame, *, key: str, alt: str) -> None:
    st.dataframe(
        frame,
        column_config={name: _column(name) for name in frame},
        hide_index=True,
        height="content" if len(frame) <= _WHOLE else _HEIGHT,
        row_height=_ROW,
        key=key,
        alt=alt,
    )


def _column(name: str) -> Any:
    labels = {
        "confidence": _("把握程度"),
        "code": _("退费原因或疑点"),
        "people": _("人数"),
        "lines": _("条数"),
        "employer": _("单位"),
        "name": _("姓名"),
        "number": _("社会保障号码"),
        "span": _("所属期"),
        "months": _("月数"),
        "basis": _("依据"),
    }
    if name == "amount":
        return money_column(_("金额（元）"))
    if name in {"people", "lines", "months"}:
        return st.column_config.NumberColumn(labels[name], format="localized")
    return st.column_config.TextColumn(labels[name])


def _months(first: int, last: int) -> str:
    return str(Period(first)) if first == last else f"{Period(first)} — {Period(last)}"


def _say_code(code: str) -> str:
    return f"{code} {_(text_of(code))}"


def _say_filter(code: str) -> str:
    return _say_code(code) if code else _("全部原因")


def _say_certainty(confidence: str) -> str:
    return _say_confidence(Confidence(confidence)) if confidence else _("全部")


def _say_confidence(confidence: Confidence) -> str:
    return f"{_SIGNS[confidence]} {_(confidence.label)}"


def say_scope(screening: Screening) -> str:
    """Which employers a screening goes through, and when it was begun."""
    whose = _("、").join(screening.employers) or _("全部单位")
    return f"{local_time(screening.started_at)}　{whose}"
