"""Rows of an answer as a table, and the way from a row to its batch."""

from typing import Any

import pandas as pd
import streamlit as st

from core.domain.question import Question
from core.services.answer_tables import COUNTS, HEADINGS, MONEY, in_words
from core.texts import _
from pages.parts import state
from pages.parts.verdicts import money_column, yuan

#: So many rows are shown whole; more scroll.
_WHOLE, _ROW, _HEIGHT = 17, 36, 640


def draw_rows(question: Question, rows: pd.DataFrame, *, key: str) -> None:
    """One page; pressing a number opens the batch."""
    numbers = tuple(rows["number"])
    said = pd.DataFrame.from_records(
        list(in_words(question.subject, rows.itertuples(index=False))), columns=list(rows.columns)
    )
    for name in MONEY & set(said):
        said[name] = yuan(said[name])
    st.dataframe(
        said,
        column_config={name: _column(name, f"{key}_open", numbers) for name in said},
        hide_index=True,
        row_height=_ROW,
        height="content" if len(said) <= _WHOLE else _HEIGHT,
        key=key,
        alt=_("查询结果"),
    )


def _column(name: str, key: str, numbers: tuple[str, ...]) -> Any:
    label = _(HEADINGS[name])
    if name == "number":
        return st.column_config.ButtonColumn(
            label, type="tertiary", alignment="left", pinned=True, key=key, on_click=_open, args=(key, numbers)
        )
    if name in MONEY:
        return money_column(label)
    return (
        st.column_config.NumberColumn(label, format="localized") if name in COUNTS else st.column_config.Column(label)
    )


def _open(key: str, numbers: tuple[str, ...]) -> None:
    st.switch_page("batch.py", query_params={"no": numbers[state.typed(key)["row"]]})
