"""An answer as a file: with a purpose and an audit entry, masked by role unless it is revealed for this one file."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.documents.parquet import PARQUET, write_parquet_to
from core.documents.workbook import CSV, XLSX, Column, write_csv_to, write_workbook
from core.domain.errors import InvalidInput
from core.domain.purpose import purpose_of, without_numbers
from core.domain.question import FIELD, Question
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.answer_tables import columns_for, group_columns, group_rows, in_words
from core.services.desk import AGENCY_ZONE, Desk
from core.services.explore import masked_row, read_groups
from core.services.exports import Export, keep_export
from core.services.question_words import say_question
from core.store import explore as store
from core.store.files import storage_failures
from core.texts import _

#: A sheet holds so many rows below its heading.
MOST_IN_A_SHEET = 1_048_575


def _write_xlsx(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    file.write(write_workbook(_("明细分析"), columns, _at_most(rows, MOST_IN_A_SHEET)))


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
    desk: Desk, viewer: Viewer, question: Question, form: str, purpose: str, *, reveal: bool = False
) -> Export:
    """The whole answer, or its groups where it is grouped, as ``xlsx``, ``csv`` or ``parquet``.

    ``reveal`` puts full numbers into this file and asks for ``Right.REVEAL`` and a fresh second factor. Raises
    ``InvalidInput`` without a purpose, when nothing is found, or when a sheet can't hold it.
    """
    viewer.require(Right.ANALYSE)
    said = purpose_of(purpose)
    if reveal:
        viewer.require(Right.REVEAL)
        viewer.require_factor()
    if form not in FORMS:
        raise InvalidInput(N_("请选择导出格式"), field=FIELD)
    rows = _Counted()
    with storage_failures():
        content = _write(desk, viewer, question, form, rows, full=reveal or viewer.may(Right.SEE_UNMASKED))
    if not rows.count:
        raise InvalidInput(N_("没有符合条件的记录，无需导出"), field=FIELD)
    name = f"explore-{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M%S}.{form}"
    told = {"purpose": said, "question": without_numbers(say_question(question)), "revealed": reveal}
    return keep_export(desk, viewer, "explore", name, content, FORMS[form].media_type, lines=rows.count, **told)


class _Counted:
    """Counts what passes through it."""

    count = 0

    def through(self, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        for row in rows:
            self.count += 1
            yield row


def _write(desk: Desk, viewer: Viewer, question: Question, form: str, counted: _Counted, *, full: bool) -> bytes:
    file = io.BytesIO()
    write = FORMS[form].write
    if question.by is not None:
        write(file, group_columns(question), counted.through(group_rows(question, read_groups(desk, viewer, question))))
        return file.getvalue()
    names = store.columns_of(question.subject)
    with desk.read() as connection:
        found = store.stream_rows(connection, viewer.scope, question)
        shown = found if full else (masked_row(names, row) for row in found)
        write(file, columns_for(question.subject), counted.through(in_words(question.subject, shown)))
    return file.getvalue()


def _at_most(rows: Iterable[Sequence[Any]], most: int) -> Iterable[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number >= most:
            raise InvalidInput(N_("记录超过一张工作表的行数，请改用 csv 或 Parquet，或增加筛选条件"), field=FIELD)
        yield row
