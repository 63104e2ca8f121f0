"""审核 as a place to work: search and counters, the queue itself, and what can be done with several batches at once."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.queue_query import FIELD, LENGTH
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.assignments import assignable
from core.services.bulk_steps import Outcome, advance_batches, assign_batches
from core.services.queues import count_queue, waiting_for
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.batch_table import SIZE, draw_choosable_batches
from pages.parts.messages import attempt, draw_faults, draw_note, plain
from pages.parts.paging import page_of, turn_back
from pages.parts.verdicts import state_look

_QUEUE, _COUNTER, _ASSIGNEE, _NOTE = "review_queue", "queue_counter", "assignee", "bulk_note"
_OVERDUE = "overdue"


def draw_review_queue(viewer: Viewer) -> None:
    """Search, counters, one page of what they leave, and what can be done with the chosen ones."""
    state.QUEUE.clear()
    _draw_search()
    search = _asked(viewer)
    _draw_outcomes()
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
        _draw_bar(viewer, chosen)


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
        return
    st.info(_("目前没有等待您审核的批次。"), icon=":material/done_all:")
    st.page_link("batches.py", label=_("查看全部申报记录"), icon=":material/list_alt:")


# --- several at once ---


def _draw_bar(viewer: Viewer, chosen: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.caption(_("已选 {count} 批").format(count=len(chosen)), width="content")
        officials = {"": _("不分派"), viewer.username: _("{name}（我）").format(name=viewer.username)}
        officials |= {name: name for name in assignable(desk(), viewer) if name != viewer.username}
        st.selectbox(
            _("分派给"),
            list(officials),
            key=_ASSIGNEE,
            format_func=officials.get,
            width=180,
        )
        st.button(_("分派"), key="assign", disabled=not chosen, on_click=_assign, args=(tuple(chosen),))
        st.text_input(_("意见（可不填）"), key=_NOTE, max_chars=500, width=240, autocomplete="off")
        st.button(
            _("批量通过"), key="bulk_pass", disabled=not chosen, on_click=_pass, args=(tuple(chosen),), shortcut="Alt+P"
        )
    draw_faults(_ASSIGNEE)
    draw_faults("")


def _assign(numbers: Sequence[str]) -> None:
    name = state.typed(_ASSIGNEE) or ""
    _keep(attempt(lambda: assign_batches(desk(), acting_viewer(), numbers, name)))


def _pass(numbers: Sequence[str]) -> None:
    note = state.typed(_NOTE) or ""
    _keep(attempt(lambda: advance_batches(desk(), acting_viewer(), numbers, "pass", note)))


def _keep(outcomes: Sequence[Outcome] | None) -> None:
    if outcomes:
        state.MARKED.set(state.MARKED.get() + 1)
        state.OUTCOMES.set(tuple((each.number, each.done, each.said) for each in outcomes))


def _draw_outcomes() -> None:
    outcomes = state.OUTCOMES.take()
    if not outcomes:
        return
    done = sum(success for _number, success, _said in outcomes)
    st.markdown(
        f"**{_('批量办理结果：成功 {done} 批，未办理 {refused} 批').format(done=done, refused=len(outcomes) - done)}**"
    )
    rows = [
        (number, f"✓ {_('已办理')}" if success else f"✕ {_('未办理')}", plain(said))
        for number, success, said in outcomes
    ]
    with st.container(key="bulk_outcomes"):
        st.table(
            pd.DataFrame(rows, columns=[_("批次号"), _("结果"), _("说明")]),
            border="horizontal",
            hide_index=True,
            alt=_("批量办理结果"),
        )


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
