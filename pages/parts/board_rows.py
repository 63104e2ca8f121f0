"""批次清单: the batches behind the figure that was pressed last."""

import streamlit as st

from core.domain.roles import Viewer
from core.services.board_rows import read_rows
from core.texts import _
from pages.parts.access import desk
from pages.parts.batch_table import SIZE, draw_batches
from pages.parts.board_question import ROW_LIST, draw_filters
from pages.parts.board_views import draw_views
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
        draw_views(viewer, "rows")
    found = read_rows(desk(), viewer, question, page=page_of(ROW_LIST), size=SIZE)
    if found.total:
        draw_batches(found, key=ROW_LIST)
    else:
        st.info(_("没有符合条件的批次，请更换月份或筛选条件。"), icon=":material/search_off:")
