"""看板: money over time, by reason, fund, employer and district, and why lines are refused."""

from collections.abc import Iterator, Sequence
from functools import partial

import streamlit as st

from core.domain.board_question import BoardQuestion, Measure
from core.domain.period import Period
from core.domain.roles import Viewer
from core.services.boards import Board, Group, read_board
from core.texts import _
from pages.parts.access import desk
from pages.parts.board_charts import MONEY, Bar, Chart, draw_bars, draw_months, draw_pareto, draw_stacks, draw_way
from pages.parts.board_question import (
    choose_month,
    counting,
    draw_filters,
    draw_measure,
    having_causes,
    month_labels,
    toggle,
)
from pages.parts.board_views import draw_views
from pages.parts.formats import format_yuan
from pages.parts.verdicts import yuan

#: What the board tells over time, and the measure that its charts of money can show.
_SERIES = (Measure.FILED, Measure.PAID, Measure.REJECTED)


def draw_money_board(viewer: Viewer) -> None:
    """Filters, four figures, and the charts, two beside each other."""
    question = draw_filters(viewer)
    board = read_board(desk(), viewer, question)
    _draw_figures(board, question)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        draw_measure(question)
        draw_views(viewer, "board")
    if board.hidden:
        st.caption(_("不足 5 个批次的数字不单独显示，已并入“其他”或略去。"))
    for sentence in _unfiltered(question):
        st.caption(sentence)
    _draw_time(board, question)
    left, right = st.columns(2, gap="medium")
    money = partial(_draw_groups, question=question)
    with left:
        money("reason", _("按退费原因"), board.reasons)
        money("district", _("按开户行地区"), board.districts)
        _draw_parts(board, question)
    with right:
        money("employer", _("按单位"), board.employers)
        money("insurance", _("按险种"), board.insurances)
        _draw_causes(board, question)
    st.caption(_("金额按发生月份统计：申报按提交月份，退费按支付月份，不予退费按决定月份。"))


def _unfiltered(question: BoardQuestion) -> Iterator[str]:
    """Which figures do not depend on what is filtered by."""
    if question.code:
        yield _("按不能退费原因筛选的是“不予退费”和“预览时不能退费”的数字；申报和已退费与原因无关，保持不变。")
    if question.reviewer:
        yield _("经办人筛选只影响办理时效，不影响本页。")


def _draw_figures(board: Board, question: BoardQuestion) -> None:
    with st.grid(4, min_column_width=200):
        for kind in (Measure.FILED, Measure.PAID, Measure.REJECTED, Measure.TOLD):
            total = board.totals.get(kind)
            with st.container(border=True, height="stretch", gap="xsmall"):
                said = _("{yuan} 元").format(yuan=format_yuan(total.amount)) if total else _("不足 5 个批次")
                st.metric(_(kind.label), said)
                if total and not total.batches:
                    st.caption(_("没有发生。"))
                elif total:
                    counted = _("{batches} 批 {lines} 条").format(
                        batches=f"{total.batches:,}", lines=f"{total.lines:,}"
                    )
                    draw_way(counted, kind.value, counting(question, kind))


def _draw_time(board: Board, question: BoardQuestion) -> None:
    bars = [
        Bar(str(point.month), str(Period(point.month)), yuan(point.amount), _(point.measure.label))
        for kind in _SERIES
        for point in board.points
        if point.measure is kind
    ]
    chosen = str(board.first.number) if board.first == board.last else ""
    chart = Chart("months", _("各月金额"), _("金额（元）"), MONEY, chosen)
    months = month_labels(board.first, board.last)
    left_out = {_(kind.label): board.months_left_out[kind] for kind in _SERIES}
    draw_months(chart, bars, months, choose_month, counting(question, question.measure), left_out)


def _draw_groups(name: str, title: str, groups: Sequence[Group], *, question: BoardQuestion) -> None:
    bars = [Bar(group.key, group.label, yuan(group.amount)) for group in groups]
    chart = Chart(name, title, _("金额（元）"), MONEY, getattr(question, name))
    draw_bars(chart, bars, partial(toggle, name), counting(question, question.measure))


def _draw_parts(board: Board, question: BoardQuestion) -> None:
    parts = (
        (_("单位部分"), lambda group: group.employer_part),
        (_("个人部分"), lambda group: group.personal_part),
        (_("滞纳金、利息"), lambda group: group.extras),
    )
    bars = [
        Bar(group.key, group.label, yuan(fen), name)
        for name, part in parts
        for group in board.insurances
        if (fen := part(group))
    ]
    chart = Chart("parts", _("单位与个人部分"), _("金额（元）"), MONEY, question.insurance)
    draw_stacks(chart, bars, partial(toggle, "insurance"), counting(question, question.measure))


def _draw_causes(board: Board, question: BoardQuestion) -> None:
    bars = [Bar(cause.code, cause.label, cause.lines) for cause in board.causes]
    shares = [cause.cumulative for cause in board.causes]
    chart = Chart("causes", _("不能退费的原因"), _("条数"), chosen=question.code)
    left_out = _("不足 5 个批次的原因未列出，累计占比按列出的原因计算。") if board.causes_left_out else ""
    draw_pareto(chart, bars, shares, partial(toggle, "code"), having_causes(question), left_out)
