"""A list of batches, and the way from a line of it to the batch: 申报记录, 审核 and 支付 look the same."""

from typing import Any

import pandas as pd
import streamlit as st

from core.domain.lifecycle import State
from core.services.batches import BatchPage
from core.texts import _
from pages.parts import state
from pages.parts.formats import local_time
from pages.parts.paging import draw_pages
from pages.parts.verdicts import money_column, state_look, yuan

SIZE = 20
_ROW, _HEADER = 36, 32


def draw_batches(found: BatchPage, *, key: str) -> None:
    """One page of batches; pressing a number opens the batch."""
    _draw(found, key, key)


def draw_choosable_batches(found: BatchPage, *, key: str) -> list[str]:
    """As ``draw_batches``, with boxes to tick and who has each; returns the numbers of those that are ticked."""
    numbers = tuple(found.rows["number"])
    # What is ticked are places in the table: other batches, or work done on them, begin with none.
    drawn_as = f"{key}_{hash(numbers) & 0xFFFFFFFF:x}_{state.MARKED.get()}"
    event = _draw(found, key, drawn_as, on_select="rerun", selection_mode="multi-row")
    return [numbers[place] for place in event.selection.rows]


def _draw(found: BatchPage, key: str, drawn_as: str, **options: Any) -> Any:
    numbers = tuple(found.rows["number"])
    shown = _shown(found.rows)
    if options:
        shown.insert(3, "assignee", found.rows["assignee"].to_numpy())
    event = st.dataframe(
        shown,
        column_config=_columns(f"{drawn_as}_open", numbers),
        hide_index=True,
        row_height=_ROW,
        height=_HEADER + _ROW * len(numbers) + 3,
        key=drawn_as,
        alt=_("批次列表"),
        **options,
    )
    draw_pages(key, found.total, found.size, _("共 {total} 个批次，点击批次号查看").format(total=found.total))
    return event


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "number": rows["number"],
            "state": [
                _say_state(State(code), label, overdue=overdue)
                for code, label, overdue in zip(rows["state"], rows["state_label"], rows["overdue"], strict=True)
            ],
            "due_on": rows["due_on"],
            "employer": rows["employer_name"],
            "reason": rows["reason_label"],
            "total": yuan(rows["total"]),
            "lines": rows["line_count"],
            "refused": rows["refused_count"],
            "submitted": rows["submitted_at"].map(local_time),
        }
    )


def _say_state(code: State, label: str, *, overdue: bool) -> str:
    said = f"{state_look(code)[0]} {label}"
    return f"{said} · ⚠ {_('已逾期')}" if overdue else said


def _columns(key: str, numbers: tuple[str, ...]) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "number": st.column_config.ButtonColumn(
            _("批次号"), type="tertiary", alignment="left", pinned=True, key=key, on_click=_open, args=(key, numbers)
        ),
        "state": text(_("状态")),
        "due_on": text(_("办理期限")),
        "assignee": text(_("分派"), width=90),
        "employer": text(_("单位名称")),
        "reason": text(_("退费原因")),
        "total": money_column(_("退费金额（元）")),
        "lines": number(_("条数"), format="localized"),
        "refused": number(_("不能退费"), format="localized"),
        "submitted": text(_("提交时间")),
    }


def _open(key: str, numbers: tuple[str, ...]) -> None:
    st.switch_page("batch.py", query_params={"no": numbers[state.typed(key)["row"]]})
