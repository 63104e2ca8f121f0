"""审核 as a place to work: search and counters, and the queue itself."""

import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.queue_query import FIELD, LENGTH
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.queues import count_queue, waiting_for
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.batch_table import HOW_PEOPLE_ARE_FOUND, SIZE, draw_choosable_batches
from pages.parts.bulk import draw_bulk, draw_outcomes
from pages.parts.messages import draw_faults, draw_note
from pages.parts.paging import page_of, turn_back
from pages.parts.verdicts import state_look

_QUEUE, _COUNTER = "review_queue", "queue_counter"
_OVERDUE = "overdue"


def draw_review_queue(viewer: Viewer) -> None:
    """Search, counters, one page of what they leave, and what can be done with the chosen ones."""
    state.QUEUE.clear()
    _draw_search()
    search = _asked(viewer)
    draw_outcomes()
    try:
        found = waiting_for(desk(), viewer, search=search, page=page_of(_QUEUE), size=SIZE)
    except InvalidInput as error:
        draw_note("error", _(error.sentence).format(**error.values))
        return
    if not found.total:
        _draw_empty(search)
        return
    state.QUEUE.set(search)
    bar = st.container(key="queue_bar")
    chosen = draw_choosable_batches(found, key=_QUEUE)
    with bar:
        draw_bulk(viewer, chosen)


def _draw_search() -> None:
    st.text_input(
        _("查找"),
        key=FIELD,
        type="search",
        max_chars=LENGTH,
        placeholder=_("批次号、单位、人员，或条件：状态:待初审 单位:甲 原因:R07 金额>10000 期限<2023-11-30 分派:我"),
        persist_state="session",
        on_change=turn_back,
        args=(_QUEUE,),
    )
    draw_faults(FIELD)


def _asked(viewer: Viewer) -> str:
    """The whole query: what was typed and the counter that was pressed."""
    counts = count_queue(desk(), viewer)
    options = [*(each.value for each in counts.by_state), *([_OVERDUE] if counts.overdue else []), "mine"]
    labels = {each.value: f"{state_look(each)[0]} {_(each.label)} {count:,}" for each, count in counts.by_state.items()}
    labels |= {_OVERDUE: f"⚠ {_('已逾期')} {counts.overdue:,}", "mine": _("分派给我的")}
    pressed = st.pills(
        _("待办"),
        options,
        key=_COUNTER,
        format_func=labels.get,
        label_visibility="collapsed",
        on_change=turn_back,
        args=(_QUEUE,),
    )
    typed = state.typed(FIELD) or ""
    return f"{typed} {_term(pressed)}".strip() if pressed else typed


def _term(pressed: str) -> str:
    if pressed == _OVERDUE:
        return f"due<{desk().today().isoformat()}"
    return "assignee:me" if pressed == "mine" else f"state:{pressed}"


def _draw_empty(search: str) -> None:
    if search:
        st.info(_("没有符合条件的待办批次，请更换查找内容。"), icon=":material/search_off:")
        st.caption(_(HOW_PEOPLE_ARE_FOUND))
        return
    st.info(_("目前没有等待您审核的批次。"), icon=":material/done_all:")
    st.page_link("batches.py", label=_("查看全部申报记录"), icon=":material/list_alt:")


def draw_shortcuts() -> None:
    """The keys that do what buttons do; they stand on the buttons as well."""
    with st.expander(_("快捷键"), icon=":material/keyboard:"):
        for keys, does in _SHORTCUTS:
            st.markdown(f"`{keys}`　{_(does)}")


_SHORTCUTS = (
    ("Alt+P", N_("审核列表：批量通过所选批次")),
    ("Alt+N", N_("批次页：办理下一件")),
    ("Alt+1", N_("退费明细：同意退费")),
    ("Alt+2", N_("退费明细：退回补正")),
    ("Alt+3", N_("退费明细：不予退费")),
)
