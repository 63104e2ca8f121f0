"""The batches behind a figure of a board as a workbook: with a purpose, and an entry in the audit log."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from core.documents.workbook import Column, Holds, write_workbook
from core.domain.board_question import BoardQuestion
from core.domain.errors import InvalidInput
from core.domain.purpose import FIELD, purpose_of, without_numbers
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.answer_tables import say_value
from core.services.board_rows import read_rows
from core.services.desk import AGENCY_ZONE, Desk
from core.services.explore_export import MOST_IN_A_SHEET
from core.services.exports import Export, keep_workbook
from core.texts import _

#: Columns of the file: no person stands in it. What counts in the figure stands before what a batch holds now.
_COLUMNS = {
    "number": Column(N_("批次号")),
    "state": Column(N_("状态")),
    "due_on": Column(N_("办理期限")),
    "employer_name": Column(N_("单位名称")),
    "reason": Column(N_("退费原因")),
    "counted_amount": Column(N_("计入金额（元）"), Holds.MONEY),
    "counted_lines": Column(N_("计入条数"), Holds.COUNT),
    "moves": Column(N_("办理次数"), Holds.COUNT),
    "hours": Column(N_("用时（小时）"), Holds.COUNT),
    "late": Column(N_("逾期次数"), Holds.COUNT),
    "submitted_at": Column(N_("提交时间")),
    "total": Column(N_("批次现退费金额（元）"), Holds.MONEY),
    "line_count": Column(N_("批次现条数"), Holds.COUNT),
    "refused_count": Column(N_("批次不能退费条数"), Holds.COUNT),
}
_COUNTED = ("counted_amount", "counted_lines", "moves", "hours", "late")


def export_rows(desk: Desk, viewer: Viewer, question: BoardQuestion, purpose: str) -> Export:
    """All batches that ``read_rows`` pages through, as xlsx, and the figure that they are behind in the last row.

    ``InvalidInput`` without a purpose or a batch.
    """
    said = purpose_of(purpose)
    rows = read_rows(desk, viewer, question, size=MOST_IN_A_SHEET - 1).rows
    if rows.empty:
        raise InvalidInput(N_("没有符合条件的记录，无需导出"), field=FIELD)
    if "days" in rows:
        rows = rows.assign(hours=(rows["days"] * 24).round())
    names = [name for name in _COLUMNS if name in rows]
    columns = [replace(_COLUMNS[name], heading=_(_COLUMNS[name].heading)) for name in names]
    told = zip(*([say_value(name, value) for value in rows[name].tolist()] for name in names), strict=True)
    name = f"batches-{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M%S}.xlsx"
    content = write_workbook(_("批次清单"), columns, chain(told, [_sums(rows, names)]))
    asked = without_numbers(urlencode(question.as_query(), encoding="utf-8", safe="：，"))
    return keep_workbook(desk, viewer, "batches", name, content, lines=len(rows), purpose=said, question=asked)


def _sums(rows: pd.DataFrame, names: Sequence[str]) -> list[Any]:
    """The last row: what counts of all batches."""
    return [_("合计"), *(rows[name].sum() if name in _COUNTED else None for name in names[1:])]
