"""A grouped answer: one row for each group, or a pivot."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.question import Dimension, Question
from core.domain.roles import Viewer
from core.services.answer_tables import say_column, say_row
from core.services.explore import Group, read_groups
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.verdicts import money_column, yuan

_MEASURE = "explore_measure"
#: So many rows are shown whole; more scroll.
_WHOLE, _ROW, _HEIGHT = 17, 36, 640


def draw_groups(viewer: Viewer, question: Question) -> None:
    """The groups of a question; ``InvalidInput`` when there are too many."""
    groups = read_groups(desk(), viewer, question)
    if not groups:
        st.info(_("没有符合条件的记录，请放宽条件。"), icon=":material/search_off:")
    elif question.across is None:
        _draw_list(question, groups)
    else:
        _draw_pivot(question, groups)
    if any(each.folded_row or each.folded_column for each in groups):
        st.caption(_("不足 5 人的分组已合并，避免辨认到个人。"))
    if Dimension.CODE in {question.by, question.across}:
        st.caption(_("一条记录有多个原因的，在每个原因里各计一次。"))


def _draw_list(question: Question, groups: Sequence[Group]) -> None:
    assert question.by is not None  # noqa: S101 - groups are by something
    table = pd.DataFrame(
        {
            "group": [say_row(question, each) for each in groups],
            "rows": [each.rows for each in groups],
            "amount": yuan(pd.Series([each.amount for each in groups])),
        }
    )
    columns = {
        "group": st.column_config.TextColumn(_(question.by.label), pinned=True),
        "rows": st.column_config.NumberColumn(_("条数"), format="localized"),
        "amount": money_column(_("金额（元）")),
    }
    _draw(table, columns)


def _draw_pivot(question: Question, groups: Sequence[Group]) -> None:
    assert question.by is not None  # noqa: S101 - groups are by something
    measures = {"amount": _("金额（元）"), "rows": _("条数")}
    st.segmented_control(
        _("数值"),
        list(measures),
        key=_MEASURE,
        default="amount",
        format_func=measures.get,
        required=True,
        label_visibility="collapsed",
    )
    measure = state.typed(_MEASURE) or "amount"
    cells = pd.DataFrame(
        [(say_row(question, each), say_column(question, each), getattr(each, measure)) for each in groups],
        columns=["row", "column", "value"],
    )
    table = cells.pivot_table(index="row", columns="column", values="value", aggfunc="sum", fill_value=0, sort=False)
    table[_("合计")] = table.sum(axis=1)
    table = yuan(table) if measure == "amount" else table
    number = money_column if measure == "amount" else _count_column
    config = {"row": st.column_config.TextColumn(_(question.by.label), pinned=True)}
    _draw(table.reset_index(), config | {name: number(name) for name in table.columns})


def _count_column(label: str) -> object:
    return st.column_config.NumberColumn(label, format="localized")


def _draw(table: pd.DataFrame, columns: dict[str, object]) -> None:
    st.dataframe(
        table,
        column_config=columns,
        hide_index=True,
        row_height=_ROW,
        height="content" if len(table) <= _WHOLE else _HEIGHT,
        key="explore_groups",
        alt=_("分组结果"),
    )
