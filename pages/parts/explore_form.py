"""The form of 自由查询: what an address says stands in its fields, and asking writes the address."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.lifecycle import State
from core.domain.question import DIMENSIONS, Figure, Question, Sort, Subject
from core.domain.reasons import REASONS
from core.domain.roles import Viewer
from core.domain.vocabulary import Insurance, Verdict
from core.domain.wording import N_
from core.services.line_tables import causes
from core.services.saved_views import FIELD as VIEW_NAME
from core.services.saved_views import delete_view, list_views, save_view
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.address import write_address
from pages.parts.messages import attempt, draw_faults, plain

SCREEN = "explore"
_PREFIX, _SUBJECT, _VIEW = "explore_", "explore_subject", "explore_view"
_LISTS = ("insurance", "reason", "state", "code", "verdict")
_TEXTS = ("from", "to", "filed_from", "filed_to", "employer", "district", "min", "max")
_CHOICES = ("by", "across", "sort")
#: Chosen above the pivot, not in the form: it stays as long as there is one.
_FIGURE = "figure"
#: Everything that a question may put into the address, in words.
NAMES = {
    "subject": N_("查什么"),
    "insurance": N_("险种"),
    "reason": N_("退费原因"),
    "state": N_("状态"),
    "code": N_("不能退费原因"),
    "verdict": N_("结论"),
    "from": N_("所属期自"),
    "to": N_("所属期至"),
    "filed_from": N_("申报月份自"),
    "filed_to": N_("申报月份至"),
    "employer": N_("单位编号或名称"),
    "district": N_("开户行地区"),
    "min": N_("金额不低于（元）"),
    "max": N_("金额不超过（元）"),
    "by": N_("按此分组（行）"),
    "across": N_("并按此分列"),
    "sort": N_("排序"),
    "figure": N_("数值"),
}
_FILED = (Verdict.REFUNDABLE, Verdict.REVIEW)


def draw_subject(question: Question) -> None:
    """What a row of the answer is; another subject keeps the filters that it has."""
    asked = urlencode(question.as_query())
    if state.ANSWERED.get() != asked:
        # Whoever goes back in the browser finds in the fields what was asked there.
        _forget_fields()
        state.ANSWERED.set(asked)
    state.fill_new({_SUBJECT: question.subject.value})
    subjects = {subject.value: _(subject.label) for subject in Subject}
    st.segmented_control(
        _("查什么"),
        list(subjects),
        key=_SUBJECT,
        format_func=subjects.get,
        on_change=_change_subject,
        args=(question,),
        label_visibility="collapsed",
        required=True,
    )


def draw_form(viewer: Viewer, question: Question) -> None:
    """Filters, groups and order; 查询 puts them into the address. The viewer's own views stand beside them."""
    state.fill_new(_filled(question))
    folded = st.expander(_("条件与分组"), icon=":material/tune:")
    with folded, st.form("explore_form", border=False):
        _draw_filters(question)
        _draw_groups(question)
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(_("查询"), key="explore_ask", type="primary", on_click=_ask, args=(question,))
            st.form_submit_button(_("清除条件"), key="explore_clear", on_click=_clear)
    _draw_views(viewer, question)


def open_query(query: Mapping[str, str]) -> None:
    """Ask what a query says: the address has it, and the fields follow."""
    _forget_fields()
    write_address(NAMES, query)


def _forget_fields() -> None:
    state.forget(_SUBJECT, *(f"{_PREFIX}{name}" for name in (*_LISTS, *_TEXTS, *_CHOICES)))


def _filled(question: Question) -> dict[str, Any]:
    query = question.as_query()
    values: dict[str, Any] = {name: query.get(name, "") for name in _TEXTS}
    values |= {name: query[name].split(",") if name in query else [] for name in _LISTS}
    # An address may name a code that no rule has, or a verdict that no filed line has: there is nothing to choose then.
    known = {"code": set(causes()), "verdict": {each.value for each in _FILED}}
    values |= {name: [each for each in values[name] if each in known[name]] for name in known}
    values |= {"by": query.get("by", ""), "across": query.get("across", ""), "sort": question.sort.value}
    return {f"{_PREFIX}{name}": value for name, value in values.items()}


def _draw_filters(question: Question) -> None:
    with st.grid(4, min_column_width=180):
        _multiple("insurance", {kind.value: _(kind.label) for kind in Insurance})
        _multiple("reason", {code: f"{code} {_(reason.text)}" for code, reason in REASONS.items()})
        _multiple("state", {each.value: _(each.label) for each in State})
        if question.subject is not Subject.BATCHES:
            _multiple("code", {code: f"{code} {_(text)}" for code, text in causes().items()})
        if question.subject is Subject.LINES:
            _multiple("verdict", {each.value: _(each.label) for each in _FILED})
        _typed("from", "2022-01")
        _typed("to", "2022-06")
        _typed("filed_from", "2023-01")
        _typed("filed_to", "2023-12")
        _typed("employer", "")
        _typed("district", _("如 北京市海淀区"))
        _typed("min", "")
        _typed("max", "")


def _draw_groups(question: Question) -> None:
    groups = {"": _("不分组")} | {each.value: _(each.label) for each in DIMENSIONS[question.subject]}
    with st.grid(4, min_column_width=180):
        _one("by", groups)
        _one("across", {**groups, "": _("不分列")})
        _one("sort", {each.value: _(each.label) for each in Sort})


def _multiple(name: str, options: Mapping[str, str]) -> None:
    key = f"{_PREFIX}{name}"
    st.multiselect(_(NAMES[name]), list(options), key=key, format_func=options.get, placeholder=_("全部"))


def _typed(name: str, example: str) -> None:
    st.text_input(_(NAMES[name]), key=f"{_PREFIX}{name}", max_chars=60, placeholder=example, autocomplete="off")


def _one(name: str, options: Mapping[str, str]) -> None:
    st.selectbox(_(NAMES[name]), list(options), key=f"{_PREFIX}{name}", format_func=options.get)


def _query() -> dict[str, str]:
    """The form as a query, as it was typed."""
    query = {name: str(state.typed(f"{_PREFIX}{name}") or "").strip() for name in (*_TEXTS, *_CHOICES)}
    query |= {name: ",".join(state.typed(f"{_PREFIX}{name}") or ()) for name in _LISTS}
    return {"subject": state.typed(_SUBJECT)} | {name: text for name, text in query.items() if text}


def _ask(before: Question) -> None:
    if question := attempt(lambda: Question.from_query(_query())):
        open_query(replace(question, figure=before.figure if question.across else Figure.AMOUNT).as_query())


def _clear() -> None:
    attempt(lambda: None)
    open_query({"subject": state.typed(_SUBJECT)})


def _change_subject(question: Question) -> None:
    subject = state.typed(_SUBJECT)
    kept = question.as_query() | {"subject": subject}
    for name in ("code", "verdict", "by", "across"):
        try:
            Question.from_query(kept)
        except InvalidInput:
            kept.pop(name, None)
    open_query(kept)


# --- the viewer's own views ---


def _draw_views(viewer: Viewer, question: Question) -> None:
    views = {view.name: view.query for view in list_views(desk(), viewer, SCREEN)}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if views:
            st.selectbox(
                _("我的视图"),
                list(views),
                index=None,
                key=_VIEW,
                placeholder=_("打开保存的视图"),
                width=240,
                on_change=_open_view,
                args=(views,),
            )
        with st.popover(_("保存视图"), icon=":material/bookmark_add:"):
            st.text_input(_("名称"), key=VIEW_NAME, max_chars=40, autocomplete="off")
            draw_faults(VIEW_NAME)
            st.button(_("保存"), key="save_view", on_click=_save_view, args=(urlencode(question.as_query()),))
            for name in views:
                label = _("删除“{name}”").format(name=plain(name))
                st.button(label, key=f"forget_view_{name}", type="tertiary", on_click=_forget_view, args=(name,))


def _open_view(views: Mapping[str, str]) -> None:
    name = state.typed(_VIEW)
    if name in views:
        open_query(dict(parse_qsl(views[name])))
    # The same view can be chosen again.
    state.fill(_VIEW, None)


def _save_view(query: str) -> None:
    name = state.typed(VIEW_NAME) or ""
    if attempt(lambda: save_view(desk(), acting_viewer(), SCREEN, name, query), VIEW_NAME):
        state.empty(VIEW_NAME)


def _forget_view(name: str) -> None:
    attempt(lambda: delete_view(desk(), acting_viewer(), SCREEN, name), VIEW_NAME)
