"""A list of batches, and the way from a line of it to the batch: 申报记录, 审核 and 支付 look the same."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.lifecycle import State
from core.domain.wording import N_
from core.services.batches import BatchPage
from core.texts import _
from pages.parts import state
from pages.parts.formats import local_time
from pages.parts.paging import draw_pages
from pages.parts.verdicts import money_column, state_look, yuan

SIZE = 20
#: What a search that found nothing says of people.
HOW_PEOPLE_ARE_FOUND = N_("按人员查找时，姓名须填写至少两个字，社会保障号码须填写完整。")
_ROW, _HEADER = 36, 32
#: What counts of a batch.
_MONEY = "counted_amount"
_COUNTED = ("moves", "days", "late", _MONEY, "counted_lines")


def draw_batches(found: BatchPage, *, key: str) -> None:
    """One page of batches; pressing a number opens the batch."""
    _draw(found, _shown(found.rows), key, key)


def draw_counted_batches(found: BatchPage, *, key: str) -> None:
    """As ``draw_batches``, with what counts of each batch instead of what it holds now."""
    held = _shown(found.rows)
    shown = held.drop(columns=["total", "lines", "refused"])
    for name in _COUNTED:
        if name in found.rows:
            told = found.rows[name].to_numpy()
            shown.insert(shown.columns.get_loc("submitted"), name, yuan(told) if name == _MONEY else told)
    # Columns come and go with the question: another table.
    _draw(found, shown, key, f"{key}_{'_'.join(shown.columns)}")


def draw_choosable_batches(found: BatchPage, *, key: str) -> list[str]:
    """As ``draw_batches``, with boxes to tick and who has each; returns the numbers of those that are ticked."""
    numbers = tuple(found.rows["number"])
    # What is ticked are places in the table: other batches, or work done on them, begin with none.
    drawn_as = f"{key}_{hash(numbers) & 0xFFFFFFFF:x}_{state.MARKED.get()}"
    shown = _shown(found.rows)
    shown.insert(shown.columns.get_loc("lines"), "assignee", found.rows["assignee"].to_numpy())
    event = _draw(found, shown, key, drawn_as, on_select="rerun", selection_mode="multi-row")
    return [numbers[place] for place in event.selection.rows]


def _draw(found: BatchPage, shown: pd.DataFrame, key: str, drawn_as: str, **options: Any) -> Any:
    numbers = tuple(found.rows["number"])
    event = st.dataframe(
        shown,
        column_config=_columns(shown, f"{drawn_as}_open", numbers),
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
    """What decides which batch is next comes first, so that it is seen without scrolling."""
    return pd.DataFrame(
        {
            "number": rows["number"],
            "state": [
                f"{state_look(State(code))[0]} {label}"
                for code, label in zip(rows["state"], rows["state_label"], strict=True)
            ],
            "due_on": [
                _say_due(due, overdue=overdue) for due, overdue in zip(rows["due_on"], rows["overdue"], strict=True)
            ],
            "total": yuan(rows["total"]),
            "employer": rows["employer_name"],
            "reason": rows["reason_label"],
            "lines": rows["line_count"],
            "refused": rows["refused_count"],
            "submitted": rows["submitted_at"].map(local_time),
        }
    )


def _say_due(due_on: str, *, overdue: bool) -> str:
    return f"{due_on} ⚠ {_('已逾期')}" if overdue else due_on


def _room(said: Iterable[str]) -> int:
    """Pixels that the longest of these texts takes: left to itself, a table measures its first rows alone."""
    return 26 + max(sum(13 if letter > "\u2e7f" else 6 for letter in text) for text in said)


def _columns(shown: pd.DataFrame, key: str, numbers: tuple[str, ...]) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "number": st.column_config.ButtonColumn(
            _("批次号"), type="tertiary", alignment="left", pinned=True, key=key, on_click=_open, args=(key, numbers)
        ),
        "state": text(_("状态"), width=_room(shown["state"])),
        "due_on": text(_("办理期限"), width=_room([_("办理期限"), *shown["due_on"]])),
        "assignee": text(_("分派"), width=90),
        "employer": text(_("单位名称")),
        "reason": text(_("退费原因")),
        "total": money_column(_("退费金额（元）")),
        "lines": number(_("条数"), format="localized"),
        "refused": number(_("不能退费"), format="localized"),
        "counted_amount": money_column(_("计入金额（元）")),
        "counted_lines": number(_("计入条数"), format="localized"),
        "moves": number(_("办理次数"), format="localized"),
        "days": number(_("用时（自然日）"), format="%.1f"),
        "late": number(_("逾期次数"), format="localized"),
        "submitted": text(_("提交时间")),
    }


def _open(key: str, numbers: tuple[str, ...]) -> None:
    st.switch_page("batch.py", query_params={"no": numbers[state.typed(key)["row"]]})
