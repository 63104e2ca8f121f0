"""办理时效: time in each stage against its limit, by person and month; what bounces, and what goes straight through."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from core.domain.board_question import BoardQuestion
from core.domain.lifecycle import State
from core.domain.roles import Viewer
from core.services.step_boards import StepBoard, Waited, read_step_board
from core.texts import _
from pages.parts.access import desk
from pages.parts.board_charts import Bar, Chart, draw_bars, draw_head, draw_months, draw_nothing, draw_way
from pages.parts.board_question import choose_month, draw_filters, month_labels, toggle
from pages.parts.board_views import draw_views

_DAYS = ".1f"


def draw_step_board(viewer: Viewer) -> None:
    """Filters, three shares, the stages against their limits, and who and when."""
    question = draw_filters(viewer)
    board = read_step_board(desk(), viewer, question)
    # Steps are counted by who took them: rows of a measure would be others.
    taken = replace(question, state=question.state or (board.stages[0].key if board.stages else ""))
    _draw_shares(board, taken)
    with st.container(horizontal=True, horizontal_alignment="right"):
        draw_views(viewer, "steps")
    _draw_stages(board, question)
    left, right = st.columns(2, gap="medium")
    with left:
        chart = Chart("people", _("按经办人：平均用时"), _("自然日"), _DAYS, question.reviewer)
        slowest = sorted(board.reviewers, key=lambda each: -each.days)
        draw_bars(chart, _bars(slowest), partial(toggle, "reviewer"), taken)
    with right:
        chosen = f"{question.first.number}" if question.first and question.first == question.last else ""
        chart = Chart("waits", _("按月份：平均用时"), _("自然日"), _DAYS, chosen)
        draw_months(chart, _bars(board.months), month_labels(board.first, board.last), choose_month, taken)
    if board.hidden:
        st.caption(_("不足 5 个批次的数字不单独显示，已并入“其他”或略去。"))
    st.caption(_("按办结该环节的月份统计；险种和地区筛选不影响本页，因为批次整体流转。逾期以批次的办理期限为准。"))


def _bars(waited: Sequence[Waited]) -> list[Bar]:
    return [Bar(each.key, each.label, round(each.days, 2)) for each in waited]


def _draw_shares(board: StepBoard, question: BoardQuestion) -> None:
    ended = replace(question, state=State.PAYING)
    shares = (
        ("late", _("逾期办理率"), board.late, question),
        ("bounced", _("退票率"), board.bounced, ended),
        ("straight", _("一次通过率"), board.straight, ended),
    )
    with st.grid(3, min_column_width=200):
        for name, label, share, behind in shares:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, _("不足 5 个批次") if share is None else f"{share:.1%}")
                if share is not None:
                    draw_way(_("查看明细"), name, behind)


def _draw_stages(board: StepBoard, question: BoardQuestion) -> None:
    """A table, not a chart: limits are working days, and the figures beside each other are what one compares."""
    with st.container(border=True, key="board_stages"):
        draw_head(_("各环节用时与期限"), replace(question, state=question.state or State.FIRST_REVIEW), "stages")
        if not board.stages:
            draw_nothing()
            return
        longest = max(each.days for each in board.stages)
        st.dataframe(
            {
                "stage": [each.label for each in board.stages],
                "moves": [each.moves for each in board.stages],
                "days": [each.days for each in board.stages],
                "limit": [each.limit for each in board.stages],
                "late": [each.late * 100 for each in board.stages],
            },
            column_config={
                "stage": st.column_config.TextColumn(_("环节")),
                "moves": st.column_config.NumberColumn(_("办理次数"), format="localized"),
                "days": st.column_config.ProgressColumn(
                    _("平均用时（自然日）"), format="%.1f", min_value=0, max_value=max(longest, 1)
                ),
                "limit": st.column_config.NumberColumn(_("期限（工作日）")),
                "late": st.column_config.NumberColumn(_("逾期率"), format="%.1f%%"),
            },
            hide_index=True,
            key="board_stage_table",
            alt=_("各环节用时与期限"),
        )
