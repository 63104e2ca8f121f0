"""打印材料: the buttons that make the forms of a draft, of a batch, and of what was just filed."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.services.batches import BatchView
from core.services.exports import Export
from core.services.forms import FIELD, forms_of_batch, forms_of_draft
from core.texts import _
from pages.parts.access import acting_viewer, desk
from pages.parts.export_link import Choice, draw_exports
from pages.parts.letters import draw_letters


def draw_draft_forms(draft_id: str, subject: str, *, refused: bool) -> None:
    """What can be printed before filing; ``subject`` names the preview that is on the screen."""
    st.caption(_("打印材料"))
    draw_exports(subject, _choices(partial(_of_draft, draft_id), refused=refused), field=FIELD)


def draw_batch_forms(batch: BatchView) -> None:
    """Everything that can be printed of a batch, behind one button: what the employer hands in, and what the agency writes."""
    with st.popover(_("打印"), icon=":material/print:", key="print"):
        st.caption(_("申请材料"))
        make = partial(_of_batch, batch.number)
        receipt = Choice("print_receipt", _("退费申请回执（PDF）"), partial(make, "receipt", "pdf"))
        choices = [*_choices(make, refused=bool(batch.refused_count)), receipt]
        draw_exports(batch.number, choices, field=FIELD)
        draw_letters(batch)


def draw_receipt_forms(numbers: Sequence[str]) -> None:
    """The receipt of an application, and the form of each of its batches."""
    receipt = Choice("print_receipt", _("回执（PDF）"), partial(_of_batch, numbers[0], "receipt", "pdf"))
    forms = [
        Choice(
            f"print_application_{number}",
            _("退费申请表 {number}（PDF）").format(number=number) if len(numbers) > 1 else _("退费申请表（PDF）"),
            partial(_of_batch, number, "application", "pdf"),
        )
        for number in numbers
    ]
    draw_exports(numbers[0], [receipt, *forms], field=FIELD)


def _choices(make: partial[Export], *, refused: bool) -> list[Choice]:
    choices = [
        Choice("print_application_pdf", _("退费申请表（PDF）"), partial(make, "application", "pdf")),
        Choice("print_application_xlsx", _("退费申请表（Excel）"), partial(make, "application", "xlsx")),
        Choice("print_lines_pdf", _("人员退费明细表（PDF）"), partial(make, "lines", "pdf")),
        Choice("print_lines_xlsx", _("人员退费明细表（Excel）"), partial(make, "lines", "xlsx")),
    ]
    told = Choice("print_refusals_pdf", _("不能退费情况表（PDF）"), partial(make, "refusals", "pdf"))
    return [*choices, told] if refused else choices


def _of_draft(draft_id: str, form: str, kind: str) -> Export:
    return forms_of_draft(desk(), acting_viewer(), draft_id, form, kind)


def _of_batch(number: str, form: str, kind: str) -> Export:
    return forms_of_batch(desk(), acting_viewer(), number, form, kind)
