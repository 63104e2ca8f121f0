"""办理时效: time in each stage against its limit, by person and month; what bounces, and what goes straight through."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import streamlit as st

from core.domain.board_question import Behind, BoardQuestion
from core.domain.roles import Viewer
from core.services.step_boards import StepBoard, Waited, read_step_board
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.board_charts import Bar, Chart, draw_bars, draw_head, draw_months, draw_nothing, draw_way
from pages.parts.board_question import asked, choose_month, draw_filters, month_labels, show_rows, taking, toggle
from pages.parts.board_views import draw_views

_DAYS = ".1f"


def draw_step_board(viewer: Viewer) -> None:
    """Filters, three shares, the stages against their limits, and who and when."""
    question = draw_filters(viewer, idle=("insurance", "district"))
    board = read_step_board(desk(), viewer, question)
    _draw_shares(board, question)
    with st.container(horizontal=True, horizontal_alignment="right"):
        draw_views(viewer, "steps")
    _draw_stages(board, question)
    taken = taking(question, Behind.TAKEN)
    left, right = st.columns(2, gap="medium")
    with left:
        chart = Chart("people", _("按经办人：平均用时与逾期率"), _("自然日"), _DAYS, question.reviewer)
        slowest = sorted(board.reviewers, key=lambda each: -each.days)
        draw_bars(chart, _bars(slowest), partial(toggle, "reviewer"), taken)
    with right:
        chosen = f"{question.first.number}" if question.first and question.first == question.last else ""
        chart = Chart("waits", _("按月份：平均用时与逾期率"), _("自然日"), _DAYS, chosen)
        months = month_labels(board.first, board.last)
        draw_months(chart, _bars(board.months), months, choose_month, taken, {"": board.months_left_out})
    if board.hidden:
        st.caption(_("不足 5 个批次的数字不单独显示，已并入“其他”或略去。"))
    st.caption(
        _(
            "按办结该环节的月份统计；险种、地区和不能退费原因的筛选不影响本页，因为批次整体流转。逾期以批次的办理期限为准。"
        )
    )


def _bars(waited: Sequence[Waited]) -> list[Bar]:
    late = _("逾期 {share}")
    return [
        Bar(each.key, each.label, round(each.days, 2), note=late.format(share=f"{each.late:.1%}")) for each in waited
    ]


def _draw_shares(board: StepBoard, question: BoardQuestion) -> None:
    shares = (
        (Behind.LATE, _("逾期办理率"), board.late),
        (Behind.BOUNCED, _("退票率"), board.bounced),
        (Behind.STRAIGHT, _("一次通过率"), board.straight),
    )
    with st.grid(3, min_column_width=200):
        for behind, label, share in shares:
            with st.container(border=True, height="stretch", gap="xsmall"):
                if behind is not Behind.LATE and not board.answered:
                    st.metric(label, "—")
                    st.caption(_("该经办人没有登记过付款结果。") if question.reviewer else _("还没有付款结果。"))
                    continue
                if share is None and not board.hidden:
                    st.metric(label, "—")
                    st.caption(_("没有发生。"))
                    continue
                st.metric(label, _("不足 5 个批次") if share is None else f"{share:.1%}")
                if share is not None:
                    draw_way(_("查看明细"), behind.value, taking(question, behind))


def _draw_stages(board: StepBoard, question: BoardQuestion) -> None:
    """A table, not a chart: limits are working days, and the figures beside each other are what one compares."""
    with st.container(border=True, key="board_stages"):
        draw_head(_("各环节用时与期限"), taking(question, Behind.TAKEN), "stages")
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
                "late": [f"{each.late:.1%}" for each in board.stages],
            },
            column_config={
                "stage": _way_to_rows(board, _("环节"), Behind.TAKEN),
                "moves": st.column_config.NumberColumn(_("办理次数"), format="localized"),
                "days": st.column_config.ProgressColumn(
                    _("平均用时（自然日）"), format="%.1f", min_value=0, max_value=max(longest, 1)
                ),
                "limit": st.column_config.NumberColumn(_("期限（工作日）")),
                "late": _way_to_rows(board, _("逾期率"), Behind.LATE, alignment="right"),
            },
            hide_index=True,
            key="board_stage_table",
            alt=_("各环节用时与期限"),
        )
        st.caption(_("点击环节或逾期率查看相应的批次。"))


def _way_to_rows(board: StepBoard, label: str, behind: Behind, *, alignment: Literal["left", "right"] = "left") -> Any:
    """A column whose cells lead to the batches behind the figures of their stage."""
    key, stages = f"board_stage_{behind}", tuple(each.key for each in board.stages)
    return st.column_config.ButtonColumn(
        label, type="tertiary", alignment=alignment, key=key, on_click=_show_stage, args=(key, behind, stages)
    )


def _show_stage(key: str, behind: Behind, stages: tuple[str, ...]) -> None:
    show_rows(taking(asked(), behind, stages[state.typed(key)["row"]]))
