"""An answer as a file: with a purpose and an audit entry, masked by role unless it is revealed for this one file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.documents.parquet import PARQUET, write_parquet_to
from core.documents.workbook import CSV, XLSX, Column, write_csv_to, write_workbook_to
from core.domain.errors import InvalidInput
from core.domain.purpose import purpose_of, without_numbers
from core.domain.question import FIELD, Question
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.answer_tables import columns_for, group_columns, group_rows, in_words, say_few
from core.services.desk import AGENCY_ZONE, Desk
from core.services.explore import Group, masked_row, read_groups
from core.services.exports import Export, keep_written
from core.services.pivot import pivot_columns, pivot_of, pivot_rows
from core.services.progress import Progress, unwatched, watched
from core.services.question_words import say_question
from core.store import explore as store
from core.store.database import Connection
from core.texts import _

#: A sheet holds so many rows below its heading.
MOST_IN_A_SHEET = 1_048_575


def _write_xlsx(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    write_workbook_to(file, _("查询结果"), columns, rows)


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind of file: its media type and how it is written."""

    media_type: str
    write: Callable[[BinaryIO, Sequence[Column], Iterable[Sequence[Any]]], None]


FORMS: Mapping[str, _Form] = {
    "xlsx": _Form(XLSX, _write_xlsx),
    "csv": _Form(CSV, write_csv_to),
    "parquet": _Form(PARQUET, write_parquet_to),
}


def export_answer(
    desk: Desk,
    viewer: Viewer,
    question: Question,
    form: str,
    purpose: str,
    *,
    reveal: bool = False,
    progress: Progress = unwatched,
) -> Export:
    """The whole answer, or its groups or pivot as the screen shows them, as ``xlsx``, ``csv`` or ``parquet``.

    ``reveal`` puts full numbers into this file and asks for ``Right.REVEAL`` and a fresh second factor. Raises
    ``InvalidInput`` without a purpose, when nothing is found, or when a sheet can't hold it. ``progress(done, total)`` is
    told of rows; what it raises ends the export, and nothing is kept.
    """
    said = require_purpose(viewer, form, purpose, reveal=reveal)
    full = reveal or viewer.may(Right.SEE_UNMASKED)
    name = f"explore-{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M%S}.{form}"
    told = {"purpose": said, "question": without_numbers(say_question(question)), "revealed": reveal}
    # Rows are read while they are written: the snapshot stays open until the file is whole.
    with desk.read() as connection:
        table = _table(desk, connection, viewer, question, full=full)
        _require_room(table.count, form)
        return keep_written(
            desk,
            viewer,
            "explore",
            name,
            lambda file: FORMS[form].write(file, table.columns, watched(table.rows, table.count, progress)),
            FORMS[form].media_type,
            still_wanted=lambda: progress(table.count, table.count),
            lines=table.count,
            **told,
        )


def require_purpose(viewer: Viewer, form: str, purpose: str, *, reveal: bool) -> str:
    """The purpose as it will be logged, once everything that needs no row to be read is found in order."""
    viewer.require(Right.ANALYSE)
    said = purpose_of(purpose)
    if reveal:
        viewer.require(Right.REVEAL)
        viewer.require_factor()
    if form not in FORMS:
        raise InvalidInput(N_("请选择导出格式"), field=FIELD)
    return said


@dataclass(frozen=True, slots=True)
class _Table:
    """What stands in a file: how many rows, their columns, and the rows as they come."""

    count: int
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def _table(desk: Desk, connection: Connection, viewer: Viewer, question: Question, *, full: bool) -> _Table:
    if question.by is not None:
        groups = read_groups(desk, viewer, question)
        if not groups and store.add_up(connection, viewer.scope, question, most=1)[0]:
            raise InvalidInput(N_("{few}的分组不单独列出，没有可导出的内容"), field=FIELD, few=say_few(question))
        return _grouped(question, groups)
    count, _batches, _amount = store.add_up(connection, viewer.scope, question, most=None)
    found = store.stream_rows(connection, viewer.scope, question)
    names = store.columns_of(question.subject)
    shown = found if full else (masked_row(names, row) for row in found)
    return _Table(count, columns_for(question.subject), in_words(question.subject, shown))


def _grouped(question: Question, groups: Sequence[Group]) -> _Table:
    if question.across is None or not groups:
        return _Table(len(groups), group_columns(question), group_rows(question, groups))
    pivot = pivot_of(question, groups)
    return _Table(len(pivot.rows), pivot_columns(question, pivot), pivot_rows(pivot))


def _require_room(count: int, form: str) -> None:
    if not count:
        raise InvalidInput(N_("没有符合条件的记录，无需导出"), field=FIELD)
    if form == "xlsx" and count > MOST_IN_A_SHEET:
        raise InvalidInput(N_("记录超过一张工作表的行数，请改用 csv 或 Parquet，或增加筛选条件"), field=FIELD)
