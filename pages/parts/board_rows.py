"""批次清单: the batches behind the figure that was pressed last."""

from collections.abc import Iterator

import streamlit as st

from core.domain.board_question import CAUSED, Behind, BoardQuestion
from core.domain.lifecycle import State
from core.domain.purpose import FIELD as PURPOSE
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.board_export import export_rows
from core.services.board_rows import BoardRows, read_rows
from core.services.boards import say_cause
from core.services.exports import Export
from core.services.step_boards import say_person
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.batch_table import SIZE, draw_counted_batches
from pages.parts.board_question import ROW_LIST, draw_filters
from pages.parts.board_views import draw_views
from pages.parts.export_link import Choice, draw_exports
from pages.parts.formats import format_yuan
from pages.parts.messages import plain
from pages.parts.paging import page_of
from pages.parts.reveal import draw_purpose_field


def draw_board_rows(viewer: Viewer) -> None:
    """Filters, what is listed, and one page of batches."""
    question = draw_filters(viewer)
    found = read_rows(desk(), viewer, question, page=page_of(ROW_LIST), size=SIZE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(plain(_say_rows(question, found)))
        with st.container(horizontal=True, gap="small", width="content"):
            _draw_export(question)
            draw_views(viewer, "rows")
    if found.total:
        draw_counted_batches(found, key=ROW_LIST)
    else:
        st.info(_("没有符合条件的批次，请更换月份或筛选条件。"), icon=":material/search_off:")


#: What is said of the batches behind figures of steps: of all stages, and of one.
_STEPS = {
    Behind.TAKEN: (N_("所选月份内办结任一环节的批次"), N_("所选月份内办结“{stage}”环节的批次")),
    Behind.LATE: (N_("所选月份内逾期办结任一环节的批次"), N_("所选月份内逾期办结“{stage}”环节的批次")),
    Behind.BOUNCED: (N_("所选月份内退票或款项退回的批次"),) * 2,
    Behind.STRAIGHT: (N_("所选月份内支付成功、从未退回补正的批次（款项后来退回的扣除）"),) * 2,
}


def _say_rows(question: BoardQuestion, found: BoardRows) -> str:
    """What is listed, in words."""
    if question.steps:
        return _say_steps(question.steps, question, found)
    if question.causes:
        of_one = _("预览时或审核时因“{cause}”不能退费的批次").format(cause=say_cause(question.code))
        said = of_one if question.code else _("预览时或审核时因看板所列原因不能退费的批次（一条有几个原因的各计一次）")
    elif question.code and question.measure in CAUSED:
        said = _("因“{cause}”计入“{measure}”的批次")
        said = said.format(cause=say_cause(question.code), measure=_(question.measure.label))
    else:
        said = _("计入“{measure}”的批次").format(measure=_(question.measure.label))
    return _("；").join([said, *_say_money(found)])


def _say_money(found: BoardRows) -> Iterator[str]:
    """The figure that the rows add up to."""
    if found.total:
        lines = f"{found.sums['counted_lines']:,}"
        yield _("{batches} 批 {lines} 条").format(batches=f"{found.total:,}", lines=lines)
        if "counted_amount" in found.sums:
            yield _("{yuan} 元").format(yuan=format_yuan(found.sums["counted_amount"]))


def _say_steps(steps: Behind, question: BoardQuestion, found: BoardRows) -> str:
    of_all, of_one = _STEPS[steps]
    said = _(of_one).format(stage=_(State(question.state).label)) if question.state else _(of_all)
    parts = [said, _("经办人：{person}").format(person=say_person(question.reviewer))] if question.reviewer else [said]
    if found.total:
        counted = {"batches": f"{found.total:,}", "moves": f"{found.sums['moves']:,}"}
        parts.append(_("{batches} 批 {moves} 次").format(**counted))
        if steps is Behind.TAKEN:
            parts.append(_("平均 {days} 个自然日").format(days=f"{found.days:.1f}"))
    if question.insurance or question.district:
        parts.append(_("险种和地区不筛选此清单，因为批次整体流转"))
    return _("；").join(parts)


def _draw_export(question: BoardQuestion) -> None:
    """导出 of everything that is listed, for a purpose."""
    with st.popover(_("导出"), icon=":material/file_save:", key="board_export"):
        draw_purpose_field()
        draw_exports(str(question), [Choice("take_rows", _("生成文件"), lambda: _make(question))], field=PURPOSE)


def _make(question: BoardQuestion) -> Export:
    return export_rows(desk(), acting_viewer(), question, state.typed(PURPOSE) or "")
