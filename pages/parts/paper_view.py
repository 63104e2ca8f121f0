"""A paper beside the lines: its pages as pictures that the server drew anew."""

from collections.abc import Sequence

import streamlit as st

from core.domain.materials import MATERIALS
from core.services.paper_pages import page_of_paper
from core.services.papers import Paper, open_paper
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.messages import attempt, draw_faults, plain

_CHOICE = "paper_choice"
_HEIGHT = 560
_NUMBERS = {code: number for number, code in enumerate(MATERIALS, start=1)}


def draw_paper_view(papers: Sequence[Paper], removed: Sequence[Paper]) -> None:
    """Choose a paper, turn its pages; those that the employer has taken off come last and say so."""
    if not papers and not removed:
        st.caption(_("没有上传要件。"))
        return
    names = {paper.paper_id: _name(paper) for paper in papers}
    names |= {paper.paper_id: f"✕ {_('已删除')} · {_name(paper)}" for paper in removed}
    st.selectbox(
        _("要件"),
        list(names),
        key=_CHOICE,
        index=None,
        format_func=names.get,
        placeholder=_("选择要件查看"),
        on_change=_look,
    )
    draw_faults(_CHOICE)
    paper_id, page = state.PAPER.get()
    if paper_id in names and state.typed(_CHOICE) == paper_id:
        with errors_shown():
            _draw_page(paper_id, page)
    else:
        st.caption(_("选择要件后在这里逐页查看，与明细对照。"))


def _name(paper: Paper) -> str:
    return _("材料 {number}").format(number=_NUMBERS[paper.material]) + f" · {paper.file_name}"


def _draw_page(paper_id: str, page: int) -> None:
    drawn = page_of_paper(desk(), require_user(), paper_id, page)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("上一页"), key="paper_back", disabled=page <= 1, on_click=_turn, args=(paper_id, page - 1))
        st.caption(_("第 {page} 页，共 {pages} 页").format(page=page, pages=drawn.pages), width="content")
        st.button(_("下一页"), key="paper_on", disabled=page >= drawn.pages, on_click=_turn, args=(paper_id, page + 1))
        st.link_button(_("原件"), f"/papers/{paper_id}", type="tertiary")
    with st.container(height=_HEIGHT, key="paper_page"):
        st.image(drawn.content, width="stretch", output_format="PNG", caption=plain(_("要件的图像，不是原件")))


def _look() -> None:
    paper_id = state.typed(_CHOICE)
    state.PAPER.clear()
    if paper_id and attempt(lambda: open_paper(desk(), acting_viewer(), paper_id), _CHOICE):
        state.PAPER.set((paper_id, 1))


def _turn(paper_id: str, page: int) -> None:
    state.PAPER.set((paper_id, page))
