"""打印材料: 申请表, 明细表, 不能退费情况表 and 回执 as files, from an open draft or from a batch that was filed.

They are official documents, so they are Chinese whatever language the reader of the screen has chosen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from core.documents import application_form as filled_form
from core.documents import line_list, receipt, refusals
from core.documents.application import Application, heading
from core.documents.application_workbook import write_application_workbook
from core.documents.pdf import PDF
from core.documents.printed_list import MOST_LINES
from core.documents.workbook import XLSX
from core.domain.bank import clean_bank
from core.domain.errors import InvalidInput
from core.domain.identifiers import mask_account
from core.domain.reasons import Reason
from core.domain.roles import Viewer
from core.domain.vocabulary import INSURANCES
from core.domain.wording import N_
from core.rules.joint import Judged
from core.services.batch_refusals import read_refusals
from core.services.batches import BatchView, show_batch
from core.services.desk import AGENCY_ZONE, Desk
from core.services.drafts import read_draft
from core.services.exports import Export, keep_export
from core.services.line_tables import as_refunded
from core.services.previews import Group, Preview, assess, note_of, require_complete
from core.services.steps import require_batch
from core.store.batches import find_by_key, read_lines
from core.store.database import Connection
from core.store.employers import read_employer
from core.store.files import storage_failures
from core.texts import speaking

__all__ = ["FIELD", "application_form", "forms_of_batch", "forms_of_draft"]

#: Where a screen shows why a form can't be made.
FIELD = "print_forms"
_MEDIA_TYPES = {"pdf": PDF, "xlsx": XLSX}


@dataclass(frozen=True)
class _Dossier:
    """What the forms are made from. ``refused`` makes the frame of the ``refused_count`` refused lines when it is asked for."""

    applications: tuple[Application, ...]
    heading: list[tuple[str, str]]
    refused_count: int
    refused: Callable[[], pd.DataFrame]
    at: datetime
    #: What the name of the file ends in.
    name: str

    @property
    def line_count(self) -> int:
        """Lines that would be or were filed."""
        return sum(len(each.lines) for each in self.applications)


@dataclass(frozen=True)
class _Form:
    """One form in one kind of file: its title, how it is written, how many lines of the dossier it holds."""

    title: str
    write: Callable[[_Dossier], bytes]
    lines: Callable[[_Dossier], int] = lambda dossier: dossier.line_count
    most: int | None = None


_FORMS: Mapping[tuple[str, str], _Form] = {
    ("application", "pdf"): _Form(
        filled_form.TITLE, lambda given: filled_form.write_application(given.applications, given.at)
    ),
    ("application", "xlsx"): _Form(filled_form.TITLE, lambda given: write_application_workbook(given.applications)),
    ("lines", "pdf"): _Form(
        line_list.TITLE, lambda given: line_list.write_lines_pdf(given.applications, given.at), most=MOST_LINES
    ),
    ("lines", "xlsx"): _Form(line_list.TITLE, lambda given: line_list.write_lines_workbook(given.applications)),
    ("refusals", "pdf"): _Form(
        refusals.PRINTED_TITLE,
        lambda given: refusals.write_refusals_pdf(given.refused(), given.heading, given.at),
        lambda given: given.refused_count,
        MOST_LINES,
    ),
    ("refusals", "xlsx"): _Form(
        refusals.SHEET, lambda given: refusals.write_refusals(given.refused()), lambda given: given.refused_count
    ),
}


def application_form(desk: Desk, viewer: Viewer, draft_id: str, kind: str = "pdf") -> Export:
    """退费申请表 of the viewer's draft, filled in and ready to be stamped: see ``forms_of_draft``."""
    return forms_of_draft(desk, viewer, draft_id, "application", kind)


def forms_of_draft(desk: Desk, viewer: Viewer, draft_id: str, form: str, kind: str) -> Export:
    """A form (``application``, ``lines``, ``refusals``) of the viewer's open draft as ``pdf`` or ``xlsx``.

    Judged at this moment; the draft stays as it is. A draft that becomes several batches gives a form for each. Raises
    ``InvalidInputs`` when something typed is missing, ``InvalidInput`` when there is nothing to print or too much.
    """
    with speaking("zh"):
        with desk.read() as connection:
            draft = read_draft(connection, viewer, draft_id)
            settings = desk.settings(connection)
            # The 退费申请表 is itself one of the papers: it must be had before it can be there.
            require_complete(connection, settings, draft, with_papers=False)
            preview = assess(connection, settings, draft, desk.today())
            dossier = _of_preview(desk, viewer, preview, _uscc(connection, draft.employer_id))
        return _keep(desk, viewer, dossier, form, kind, draft=draft_id)


def forms_of_batch(desk: Desk, viewer: Viewer, number: str, form: str, kind: str) -> Export:
    """A form (``application``, ``lines``, ``refusals``, ``receipt``) of a filed batch, masked as the batch is for this viewer."""
    with speaking("zh"):
        batch = show_batch(desk, viewer, number)
        if (form, kind) == ("receipt", "pdf"):
            return _keep_receipt(desk, viewer, batch)
        with desk.read() as connection:
            reason = desk.settings(connection).reason(batch.reason)
            uscc = _uscc(connection, batch.employer_id)
        dossier = _of_batch(batch, reason, uscc, lambda: read_refusals(desk, viewer, number))
        return _keep(desk, viewer, dossier, form, kind, batch=number)


def _keep(desk: Desk, viewer: Viewer, dossier: _Dossier, form: str, kind: str, **subject: str) -> Export:
    """Write a form and keep it for the viewer, with its one audit entry."""
    chosen = _FORMS.get((form, kind))
    if chosen is None:
        raise InvalidInput(N_("提交的内容无法识别，请刷新页面后重试"), field=FIELD)
    lines = chosen.lines(dossier)
    if not lines:
        raise InvalidInput(N_("没有可以打印的记录"), field=FIELD)
    if chosen.most is not None and lines > chosen.most:
        raise InvalidInput(
            N_("共 {count} 条，打印版最多 {most} 条，请下载 Excel 版"), field=FIELD, count=lines, most=chosen.most
        )
    # A writer of workbooks keeps a long sheet in a temporary file while it writes: a full disk may stop it there already.
    with storage_failures():
        content = chosen.write(dossier)
    name = f"{chosen.title}-{dossier.name}.{kind}"
    return keep_export(desk, viewer, form, name, content, _MEDIA_TYPES[kind], format=kind, lines=lines, **subject)


# --- from a draft ---


def _of_preview(desk: Desk, viewer: Viewer, preview: Preview, uscc: str) -> _Dossier:
    at, draft = desk.clock(), preview.draft
    return _Dossier(
        tuple(_of_group(desk, viewer, preview, group, uscc) for group in preview.groups),
        heading(draft.employer_name, draft.employer_id, "", [reason.code for reason in preview.reasons]),
        len(preview.refused),
        lambda: preview.refusals,
        at,
        f"{at.astimezone(AGENCY_ZONE):%Y%m%d-%H%M}",
    )


def _of_group(desk: Desk, viewer: Viewer, preview: Preview, group: Group, uscc: str) -> Application:
    draft = preview.draft
    return Application(
        "",
        (),
        draft.employer_name,
        draft.employer_id,
        uscc,
        viewer.username,
        desk.today(),
        group.reason,
        note_of(draft, group.reason),
        clean_bank(draft.content.bank),
        _lines_of(preview.judgement, group.indexes),
        {paper.material for paper in preview.papers},
    )


def _lines_of(judged: Judged, indexes: np.ndarray) -> pd.DataFrame:
    amounts = ("employer_part", "personal_part", "late_fee", "interest", "refundable")
    return as_refunded(
        pd.DataFrame(
            {
                "person": pd.factorize(judged.social_security_number[indexes])[0],
                "name": judged.name[indexes],
                "social_security_number": judged.social_security_number[indexes],
                "period": judged.period[indexes],
                "insurance": [INSURANCES[code].value for code in judged.insurance[indexes]],
                **{name: getattr(judged, name)[indexes] for name in amounts},
            }
        )
    )


# --- from a batch ---


def _of_batch(batch: BatchView, reason: Reason, uscc: str, refused: Callable[[], pd.DataFrame]) -> _Dossier:
    at = datetime.fromisoformat(batch.submitted_at)
    application = Application(
        batch.number,
        batch.family,
        batch.employer_name,
        batch.employer_id,
        uscc,
        batch.filer,
        at.astimezone(AGENCY_ZONE).date(),
        reason,
        batch.reason_note,
        batch.bank,
        # A line that fell in the review is paid by nobody: the form states what the batch is about now.
        as_refunded(batch.lines[batch.lines["stands"]]),
        {paper.material for paper in batch.papers},
    )
    said = heading(batch.employer_name, batch.employer_id, batch.number, [batch.reason])
    return _Dossier((application,), said, batch.refused_count, refused, at, batch.number)


def _keep_receipt(desk: Desk, viewer: Viewer, batch: BatchView) -> Export:
    at = datetime.fromisoformat(batch.submitted_at)
    with desk.read() as connection:
        rows = find_by_key(connection, require_batch(connection, viewer, batch.number).family)
        # What was filed, also where lines have fallen since.
        filed = [(row, int(read_lines(connection, row.batch_id)["refundable"].sum())) for row in rows]
    content = receipt.write_receipt(_receipt(batch, filed, at), at)
    name = f"{receipt.TITLE}-{batch.number}.pdf"
    return keep_export(desk, viewer, "receipt", name, content, PDF, format="pdf", batch=batch.number)


def _receipt(batch: BatchView, filed: list[tuple[Any, int]], at: datetime) -> receipt.Receipt:
    return receipt.Receipt(
        batch.employer_name,
        batch.employer_id,
        batch.filer,
        f"{at.astimezone(AGENCY_ZONE):%Y-%m-%d %H:%M}",
        min(row.due_on for row, _total in filed),
        sum(row.refused_count for row, _total in filed),
        batch.bank["bank_name"],
        # Paper lies about: whoever holds the receipt needs no more of the account than to know it again.
        mask_account(batch.bank["bank_account"]),
        [receipt.FiledBatch(row.number, row.reason, row.line_count, total) for row, total in filed],
    )


def _uscc(connection: Connection, employer_id: str) -> str:
    row = read_employer(connection, employer_id)
    return row.uscc if row else ""
