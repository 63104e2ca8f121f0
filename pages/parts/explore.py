"""自由查询: a question in a form and in the address, its answer a page at a time, and what can be done with it."""

import json
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.question import FIELD, Question
from core.domain.roles import Viewer
from core.services.answer_tables import say_few
from core.services.explore import AnswerPage, Sums, add_up, read_answer
from core.services.question_words import say_question
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.answer_export import draw_files
from pages.parts.explore_actions import draw_actions, draw_dialog
from pages.parts.explore_form import NAMES, draw_form, draw_subject
from pages.parts.explore_groups import draw_groups
from pages.parts.explore_table import draw_rows
from pages.parts.formats import format_yuan
from pages.parts.messages import draw_faults, draw_note, plain

Place = tuple[Any, ...]


def draw_explore(viewer: Viewer) -> None:
    """What is asked, in words; the answer; what can be done with it."""
    question = _asked()
    draw_subject(question)
    draw_form(viewer, question)
    draw_faults(FIELD)
    st.markdown(f"**{plain(say_question(question))}**")
    found = _draw_sums(viewer, question)
    name = urlencode(question.as_query())
    draw_files(viewer, name)
    if found.rows == 0:
        st.info(_("没有符合条件的记录，请放宽条件。"), icon=":material/search_off:")
    elif question.by is None:
        _draw_answer(viewer, question, name)
    else:
        _draw_groups(viewer, question, name)


def _asked() -> Question:
    """The question of the address; conditions of it that can't be read are named, and the others asked."""
    question, unread = Question.from_address(st.query_params.to_dict())
    if unread:
        said = _("网址中的这些条件无法使用，未按其筛选：{names}。请重新选择。")
        names = _("、").join(_(NAMES[name]) for name in unread)
        st.warning(said.format(names=names), icon=":material/filter_alt_off:")
    return question


def _draw_sums(viewer: Viewer, question: Question) -> Sums:
    name = urlencode(question.as_query())
    found = add_up(desk(), viewer, question, whole=state.SUMMED.get() == name)
    more = _("超过 10 万")
    few = say_few(question)
    figures = (
        (_("条数"), more if found.capped else few if found.rows is None else f"{found.rows:,}"),
        (_("涉及批次"), "—" if found.capped else few if found.batches is None else f"{found.batches:,}"),
        (_("金额（元）"), "—" if found.capped else few if found.amount is None else format_yuan(found.amount)),
    )
    with st.grid(3, min_column_width=220):
        for label, value in figures:
            st.metric(label, value, border=True)
    if found.capped:
        st.button(
            _("计算全部合计"), key="explore_sum", icon=":material/functions:", on_click=state.SUMMED.set, args=(name,)
        )
    return found


def _draw_groups(viewer: Viewer, question: Question, name: str) -> None:
    try:
        if draw_groups(viewer, question):
            draw_actions(viewer, question, name)
            draw_dialog(question, (), name)
    except InvalidInput as error:
        draw_note("error", _(error.sentence).format(**error.values))


def _draw_answer(viewer: Viewer, question: Question, name: str) -> None:
    asked, places = state.PLACES.get()
    places = places if asked == name else ()
    after = places[-1] if places else ()
    page_name = json.dumps([name, after])
    revealed_page, sequence = state.REVEALED.get()
    page = read_answer(desk(), viewer, question, after, reveal=sequence if revealed_page == page_name else 0)
    if page.revealed:
        st.warning(_("本页显示完整信息，五分钟内有效，查看已记入审计。"), icon=":material/visibility:")
    draw_actions(viewer, question, name)
    draw_rows(question, page.rows, key=f"answer_{hash(page_name) & 0xFFFFFFFF:x}")
    _draw_turning(page, name, places)
    draw_dialog(question, after, name)


def _draw_turning(page: AnswerPage, name: str, places: tuple[Place, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_("第 {page} 页，本页 {size} 条").format(page=len(places) + 1, size=len(page.rows)))
        st.button(_("上一页"), key="explore_back", disabled=not places, on_click=_turn, args=(name, places[:-1]))
        onward = (*places, page.place)
        st.button(_("下一页"), key="explore_on", disabled=not page.place, on_click=_turn, args=(name, onward))


def _turn(name: str, places: tuple[Place, ...]) -> None:
    state.PLACES.set((name, places))
