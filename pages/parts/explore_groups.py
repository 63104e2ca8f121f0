"""A grouped answer: one row for each group, or a pivot."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.question import Dimension, Figure, Question
from core.domain.roles import Viewer
from core.services.answer_tables import say_few, say_folded, say_row
from core.services.explore import Group, read_groups
from core.services.pivot import Pivot, pivot_of
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.messages import plain
from pages.parts.verdicts import money_column, yuan

_FIGURE = "explore_figure"
#: So many rows are shown whole; more scroll.
_WHOLE, _ROW, _HEIGHT = 17, 36, 640


def draw_groups(viewer: Viewer, question: Question) -> bool:
    """The groups of a question, and whether any are told; ``InvalidInput`` when there are too many."""
    groups = read_groups(desk(), viewer, question)
    if not groups:
        told = _("符合条件的分组均{few}，为避免辨认到个人不显示；请放宽条件或换一个分组。").format(
            few=say_few(question)
        )
        st.info(told, icon=":material/visibility_off:")
    elif question.across is None:
        _draw_list(question, groups)
    else:
        _draw_pivot(question, pivot_of(question, groups))
    if any(each.folded_row or each.folded_column for each in groups):
        st.caption(_("{few}的分组已合并，避免辨认到个人。").format(few=say_few(question)))
    if Dimension.CODE in {question.by, question.across}:
        st.caption(_("一条记录有多个原因的，在每个原因里各计一次。"))
    return bool(groups)


def _draw_list(question: Question, groups: Sequence[Group]) -> None:
    assert question.by is not None  # noqa: S101 - groups are by something
    table = pd.DataFrame(
        {
            "group": [say_row(question, each) for each in groups],
            "rows": [each.rows for each in groups],
            "amount": yuan(pd.Series([each.amount for each in groups])),
        }
    )
    st.dataframe(
        table,
        column_config={
            "group": st.column_config.TextColumn(_(question.by.label), pinned=True, width=260),
            "rows": st.column_config.NumberColumn(_("条数"), format="localized"),
            "amount": money_column(_("金额（元）")),
        },
        hide_index=True,
        row_height=_ROW,
        height="content" if len(table) <= _WHOLE else _HEIGHT,
        key="explore_groups",
        alt=_("分组结果"),
    )


def _draw_pivot(question: Question, pivot: Pivot) -> None:
    """A table of HTML: its headings break where they are long, and its sums stay at the bottom."""
    assert question.by is not None  # noqa: S101 - groups are by something
    state.fill(_FIGURE, question.figure.value)
    figures = {figure.value: _(figure.label) for figure in Figure}
    st.segmented_control(
        _("数值"),
        list(figures),
        key=_FIGURE,
        format_func=figures.get,
        on_change=_change_figure,
        required=True,
        label_visibility="collapsed",
    )
    is_money = question.figure is Figure.AMOUNT
    cells = pd.DataFrame([cells for _name, cells in pivot.rows], dtype="float")
    table = yuan(cells) if is_money else cells
    table.columns = [plain(head) for head in pivot.heads]
    table.index = pd.Index([plain(name) for name, _cells in pivot.rows], name=_(question.by.label))
    shown = table.style.format("{:,.2f}" if is_money else "{:,.0f}", na_rep="—")
    with st.container(key="explore_pivot"):
        # A fixed height makes it a region that the keyboard reaches; the style sheet lets a short one be short.
        st.table(shown, height=_HEIGHT, alt=_("分组结果"))
    if pivot.has_gaps:
        st.caption(
            _(
                "“—”：没有，或已并入同一行的“{other}”（为避免推算，个别满 5 人的也一并合并）；列合计只含列出的数。"
            ).format(other=say_folded(question))
        )


def _change_figure() -> None:
    st.query_params["figure"] = state.typed(_FIGURE)
