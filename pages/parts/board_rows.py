"""批次清单: the batches behind the figure that was pressed last."""

import streamlit as st

from core.domain.board_question import BoardQuestion
from core.domain.purpose import FIELD as PURPOSE
from core.domain.purpose import LONGEST
from core.domain.roles import Viewer
from core.services.board_export import export_rows
from core.services.board_rows import read_rows
from core.services.exports import Export
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.batch_table import SIZE, draw_batches
from pages.parts.board_question import ROW_LIST, draw_filters
from pages.parts.board_views import draw_views
from pages.parts.export_link import Choice, draw_exports
from pages.parts.formats import starred
from pages.parts.messages import plain
from pages.parts.paging import page_of


def draw_board_rows(viewer: Viewer) -> None:
    """Filters, what is listed, and one page of batches."""
    question = draw_filters(viewer)
    by_step = bool(question.state or question.reviewer)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        if by_step:
            st.caption(_("所选月份内办结该环节的批次"))
        elif question.code:
            st.caption(plain(_("含有因 {code} 不能退费明细的批次").format(code=question.code)))
        else:
            st.caption(_("计入“{measure}”的批次").format(measure=_(question.measure.label)))
        with st.container(horizontal=True, gap="small", width="content"):
            _draw_export(question)
            draw_views(viewer, "rows")
    found = read_rows(desk(), viewer, question, page=page_of(ROW_LIST), size=SIZE)
    if found.total:
        draw_batches(found, key=ROW_LIST)
    else:
        st.info(_("没有符合条件的批次，请更换月份或筛选条件。"), icon=":material/search_off:")


def _draw_export(question: BoardQuestion) -> None:
    """导出 of everything that is listed, for a purpose."""
    with st.popover(_("导出"), icon=":material/file_save:", key="board_export"):
        st.text_area(
            starred(_("用途")),
            key=PURPOSE,
            max_chars=LONGEST,
            height=80,
            placeholder=_("例如：核对 2023 年 10 月重复参保退费"),
        )
        draw_exports(str(question), [Choice("take_rows", _("生成文件"), lambda: _make(question))], field=PURPOSE)


def _make(question: BoardQuestion) -> Export:
    return export_rows(desk(), acting_viewer(), question, state.typed(PURPOSE) or "")
