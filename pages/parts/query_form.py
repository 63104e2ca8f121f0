"""缴费信息查询: which months of whom. What is typed is kept in the draft; what was last asked is asked again on return."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.period import Period
from core.services.contributions import Query, parse_query
from core.services.drafts import Draft, save_draft
from core.services.person_lists import LookedUp
from core.texts import _
from pages.parts import selection, state
from pages.parts.access import acting_viewer, desk
from pages.parts.formats import starred
from pages.parts.list_upload import draw_list_button, draw_list_dialog
from pages.parts.messages import attempt, clear_faults, draw_faults

FROM, TO, IDS, ALL = "query_from", "query_to", "query_ids", "query_all"
#: Under which names the draft keeps what stands in the widgets, and under which the last query that was asked.
_NAMES = {"first": FROM, "last": TO, "persons": IDS, "everyone": ALL}
QUERY_FIELDS = tuple(_NAMES.values())
_ASKED = "asked"
#: So many months are offered, from this one back; an older one is typed. Every month on offer slows the whole screen.
_OFFERED_MONTHS = 120


def draw_query(draft: Draft) -> None:
    """The query block with its two buttons."""
    kept = draft.content.query
    if not state.is_drawn(FROM):
        state.ASKED.set(kept.get(_ASKED))
    state.fill_new({key: kept.get(name) or _blank(key) for name, key in _NAMES.items()})
    months = bool(state.typed(FROM) and state.typed(TO))
    draw_list_dialog(draft.draft_id, partial(ask_list, draft.draft_id), months=months)
    first, last, people = st.columns([1, 1, 3], gap="medium")
    with first:
        _draw_month(_("开始时间"), FROM, draft)
    with last:
        _draw_month(_("终止时间"), TO, draft)
    with people, st.container(key=f"field_{IDS}"):
        st.text_area(
            starred(_("社会保障号")),
            key=IDS,
            height=96,
            disabled=bool(state.typed(ALL)),
            placeholder=_("可填写一个，也可粘贴多个（换行、空格、逗号均可分隔）"),
            on_change=_keep,
            args=(draft.draft_id, IDS),
        )
        draw_faults(IDS)
    _draw_buttons(draft)


def asked_query() -> Query | None:
    """The query whose rows are to be shown: the one last asked; ``None`` before the first and after 重置."""
    asked = state.ASKED.get()
    if not asked:
        return None
    try:
        return _parse(asked)
    except InvalidInput:
        return None


def asks_first(draft: Draft) -> bool:
    """Whether the query is what comes next: nothing has been asked for, and nothing is ticked that could be filed."""
    return asked_query() is None and not draft.row_count


def _draw_month(label: str, key: str, draft: Draft) -> None:
    months, typed_month = _months(Period.of(desk().today()).number), state.typed(key)
    with st.container(key=f"field_{key}"):
        st.selectbox(
            starred(label),
            months if typed_month in {None, *months} else [typed_month, *months],
            key=key,
            index=None,
            placeholder=_("年-月"),
            filter_mode="contains",
            accept_new_options=True,
            on_change=_keep,
            args=(draft.draft_id, key),
        )
        draw_faults(key)


def _draw_buttons(draft: Draft) -> None:
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.button(
            _("查询"),
            key="query_search",
            type="primary" if asks_first(draft) else "secondary",
            icon=":material/search:",
            on_click=_ask,
            args=(draft.draft_id,),
        )
        st.button(_("重置"), key="query_reset", icon=":material/restart_alt:", on_click=_reset, args=(draft.draft_id,))
        st.toggle(
            _("全单位"),
            key=ALL,
            on_change=_keep,
            args=(draft.draft_id, IDS),
            help=_("查询本单位全部人员，不必填写社会保障号"),
        )
        draw_list_button()


@st.cache_data(max_entries=4, show_spinner=False)
def _months(this_month: int) -> list[str]:
    """The months to choose from, the latest first."""
    return [str(Period(this_month) + -back) for back in range(_OFFERED_MONTHS)]


def _typed() -> dict[str, Any]:
    return {name: state.typed(key) or _blank(key) for name, key in _NAMES.items()}


def _blank(key: str) -> Any:
    return {FROM: None, TO: None, IDS: "", ALL: False}[key]


def _parse(typed: Mapping[str, Any]) -> Query:
    return parse_query(
        typed.get("first") or "",
        typed.get("last") or "",
        typed.get("persons") or "",
        everyone=bool(typed.get("everyone")),
        today=desk().today(),
    )


def _keep(draft_id: str, *changed: str) -> None:
    """Keep what is being typed; a month written in another way is shown in ours."""
    for key in changed:
        _respell(key)
    attempt(lambda: _save(draft_id), *changed)


def _save(draft_id: str) -> None:
    save_draft(desk(), acting_viewer(), draft_id, query={**_typed(), _ASKED: state.ASKED.get()})


def _respell(key: str) -> None:
    if key not in {FROM, TO}:
        return
    try:
        state.fill(key, str(Period.parse(state.typed(key) or "")))
    except InvalidInput:
        return


def _ask(draft_id: str) -> None:
    """Ask: the faults of the query are told, or its rows are shown from the first page."""
    selection.settle(draft_id)
    for key in (FROM, TO):
        _respell(key)
    typed = _typed()
    if attempt(lambda: _parse(typed), *QUERY_FIELDS):
        state.ASKED.set(typed)
        selection.show_anew(first_page=True)
    attempt(lambda: _save(draft_id), "")
    state.HAND.set("query_search")


def ask_list(draft_id: str, found: LookedUp) -> None:
    """Ask for the people of a list file or a screening; where it names no months, those that stand in the fields count."""
    first, last = found.first or state.typed(FROM), found.last or state.typed(TO)
    for key, value in {FROM: first, TO: last}.items():
        state.fill(key, str(value) if value else None)
    state.fill(IDS, "\n".join(found.persons))
    state.fill(ALL, False)
    _ask(draft_id)


def _reset(draft_id: str) -> None:
    """Clear the query and the rows it showed; the ticks stay."""
    selection.settle(draft_id)
    clear_faults(*QUERY_FIELDS)
    for key in QUERY_FIELDS:
        state.fill(key, _blank(key))
    state.ASKED.clear()
    attempt(lambda: _save(draft_id), "")
    selection.show_anew(first_page=True)
