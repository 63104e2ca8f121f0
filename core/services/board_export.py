"""The batches behind a figure of a board as a workbook: with a purpose, and an entry in the audit log."""

from urllib.parse import urlencode

from core.documents.workbook import Column, write_workbook
from core.domain.board_question import BoardQuestion
from core.domain.errors import InvalidInput
from core.domain.purpose import FIELD, purpose_of, without_numbers
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.answer_tables import holds, say_value
from core.services.board_rows import read_rows
from core.services.desk import AGENCY_ZONE, Desk
from core.services.explore_export import MOST_IN_A_SHEET
from core.services.exports import Export, keep_workbook
from core.texts import _

#: Columns of the file, as the batches are listed: no person stands in it.
_COLUMNS = {
    "number": N_("批次号"),
    "state": N_("状态"),
    "due_on": N_("办理期限"),
    "employer_name": N_("单位名称"),
    "reason": N_("退费原因"),
    "total": N_("退费金额（元）"),
    "line_count": N_("条数"),
    "refused_count": N_("不能退费"),
    "submitted_at": N_("提交时间"),
}


def export_rows(desk: Desk, viewer: Viewer, question: BoardQuestion, purpose: str) -> Export:
    """All batches that ``read_rows`` pages through, as xlsx; ``InvalidInput`` without a purpose or a batch."""
    said = purpose_of(purpose)
    rows = read_rows(desk, viewer, question, size=MOST_IN_A_SHEET).rows
    if rows.empty:
        raise InvalidInput(N_("没有符合条件的记录，无需导出"), field=FIELD)
    columns = [Column(_(heading), holds(name)) for name, heading in _COLUMNS.items()]
    told = zip(*([say_value(name, value) for value in rows[name].tolist()] for name in _COLUMNS), strict=True)
    name = f"batches-{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M%S}.xlsx"
    content = write_workbook(_("批次清单"), columns, told)
    asked = without_numbers(urlencode(question.as_query(), encoding="utf-8", safe="：，"))
    return keep_workbook(desk, viewer, "batches", name, content, lines=len(rows), purpose=said, question=asked)
