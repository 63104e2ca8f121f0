"""分析: a calm board of where batches stand, what is claimed for what, and why lines are refused."""

from collections.abc import Callable, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from core.domain.roles import Right, Viewer
from core.services.insights import Board, Share, read_board
from core.texts import _
from pages.parts.access import desk, require_user
from pages.parts.explore import draw_explore
from pages.parts.formats import format_yuan
from pages.parts.frame import draw_heading, draw_path
from pages.parts.screening_office import draw_office_screening
from pages.parts.verdicts import yuan

#: Height of a bar with its gap, and the longest label, in pixels.
_ROW, _LABEL = 26, 260
#: The figures beside the bars, to be read on white and on dark.
_GRAY = "#7A8791"


def draw_figures(board: Board) -> None:
    """The four figures that are looked at first."""
    figures = (
        (_("全部批次"), _("{count} 批").format(count=f"{board.batches:,}")),
        (_("已逾期"), _("{count} 批").format(count=f"{board.overdue:,}")),
        (_("办理中金额（元）"), format_yuan(board.running.amount)),
        (_("已支付金额（元）"), format_yuan(board.paid.amount)),
    )
    with st.grid(4, min_column_width=160):
        for label, value in figures:
            st.metric(label, value, border=True)


def draw_bars(title: str, shares: Sequence[Share], figure: Callable[[Share], int], *, unit: str, money: bool) -> None:
    """One chart of bars in the order of ``shares``, each with its figure: money in yuan, else a count."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        if not shares:
            st.caption(_("暂无数据"))
            return
        column = pd.Series([figure(share) for share in shares])
        frame = pd.DataFrame({"label": [share.label for share in shares], "figure": yuan(column) if money else column})
        st.altair_chart(_bars(frame, unit, ",.2f" if money else ",d"), alt=title)


def _bars(frame: pd.DataFrame, unit: str, form: str) -> alt.LayerChart:
    order = list(frame["label"])
    # Labels and figures are texts that can be read out; what the chart would say of itself is English.
    base = alt.Chart(frame, height=alt.Step(_ROW)).encode(
        y=alt.Y(
            "label:N", sort=order, title=None, axis=alt.Axis(labelLimit=_LABEL, ticks=False, domain=False, aria=False)
        ),
        x=alt.X("figure:Q", title=unit, axis=alt.Axis(format=",d", tickMinStep=1, tickCount=4, aria=False)),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("figure:Q", title=unit, format=form)],
    )
    return base.mark_bar(height=14, aria=False) + base.mark_text(align="left", dx=4, color=_GRAY, aria=False).encode(
        text=alt.Text("figure:Q", format=form)
    )


def draw_board(board: Board) -> None:
    """Four charts in two columns that stand one above the other on a small screen."""
    left, right = st.columns(2, gap="medium")
    with left:
        draw_bars(_("各状态批次数"), board.by_state, lambda share: share.count, unit=_("批次"), money=False)
        draw_bars(_("各险种退费金额"), board.by_insurance, lambda share: share.amount, unit=_("金额（元）"), money=True)
    with right:
        draw_bars(_("各退费原因金额"), board.by_reason, lambda share: share.amount, unit=_("金额（元）"), money=True)
        draw_bars(_("不能退费的原因"), board.refusals, lambda share: share.count, unit=_("条数"), money=False)
    st.caption(_("金额不含已撤回和不予退费的批次；一条记录可有多个不能退费的原因，分别计数。"))


def draw_insights(viewer: Viewer) -> None:
    """The board over the viewer's batches, or what to wait for."""
    board = read_board(desk(), viewer)
    draw_figures(board)
    if board.batches:
        draw_board(board)
    else:
        st.info(_("还没有申报批次，提交后这里会显示统计。"), icon=":material/monitoring:")


user = require_user(Right.ANALYSE)
draw_path(_("分析"))
draw_heading("insights.py")
parts = {_("统计"): draw_insights, _("明细分析"): draw_explore, _("智能筛查"): draw_office_screening}
# An address that asks a question opens where it is answered.
first = _("明细分析") if "subject" in st.query_params else None
tabs = st.tabs(list(parts), key="insights_tabs", on_change="rerun", default=first)
for tab, draw in zip(tabs, parts.values(), strict=True):
    if tab.open:
        with tab:
            draw(user)
