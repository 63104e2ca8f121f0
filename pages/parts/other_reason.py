"""另一退费原因: some of the ticked rows are refunded for another reason, and are filed as a batch of their own."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.domain.reasons import REASONS
from core.domain.wording import N_
from core.services.contributions import Query
from core.services.drafts import Draft
from core.services.row_reasons import assign_reason, assign_supported, take_back
from core.texts import _
from pages.parts import selection, state
from pages.parts.access import acting_viewer, desk
from pages.parts.messages import attempt, draw_faults, plain

OTHER = "other_reason"
_MOVED = N_("已把 {count} 条记录归入“{reason}”")
_NONE_MOVED = N_("本次查询中没有可归入该原因的记录，请先查询这些月份，或核对台账事项")


def draw_other_reason(draft: Draft, query: Query | None, offered: list[str]) -> None:
    """Shown once something is ticked and the first reason is chosen: most applications have one reason only."""
    if not draft.row_count or draft.content.reason not in offered:
        return
    with st.expander(
        _("部分记录另按其他原因退费"), expanded=len(draft.ticked) > 1, icon=":material/call_split:", key="other_reasons"
    ):
        st.caption(
            _(
                "同一人有两种情形时（如离职后又在其他单位参保），先查询另一情形的月份，再归入另一原因；提交时拆分为相互关联的批次。"
            )
        )
        _draw_shares(draft)
        _draw_choice(draft, query, [code for code in offered if code != draft.content.reason])
        draw_faults(OTHER)


def _draw_shares(draft: Draft) -> None:
    """How many rows go with each reason, and the way back."""
    if len(draft.ticked) < 2:
        return
    for code, rows in draft.ticked.items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            said = _("{reason}：{count} 条").format(reason=_(REASONS[code].text), count=rows)
            st.markdown(plain(said), width="content")
            if code != draft.content.reason:
                st.button(
                    _("改回原来的原因"),
                    key=f"take_back_{code}",
                    type="tertiary",
                    on_click=_take_back,
                    args=(draft, code),
                )


def _draw_choice(draft: Draft, query: Query | None, offered: list[str]) -> None:
    choice, tools = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    chosen = choice.selectbox(
        _("另一退费原因"),
        offered,
        key=OTHER,
        index=None,
        format_func=_text,
        placeholder=_("请选择退费原因"),
        filter_mode="contains",
    )
    ready = chosen is not None and query is not None
    with tools, st.container(horizontal=True, gap="small"):
        _draw_tool(_("归入符合该原因的各月"), "assign_supported", assign_supported, draft, query, ready=ready)
        _draw_tool(_("归入本次查询中已勾选的记录"), "assign_reason", assign_reason, draft, query, ready=ready)


def _text(code: str) -> str:
    return _(REASONS[code].text)


def _draw_tool(
    label: str, key: str, assign: Callable[..., int], draft: Draft, query: Query | None, *, ready: bool
) -> None:
    change = partial(_assign, assign, draft.draft_id, query)
    st.button(label, key=key, disabled=not ready, on_click=change)


def _assign(assign: Callable[..., int], draft_id: str, query: Query) -> None:
    selection.settle(draft_id)
    reason = state.typed(OTHER) or ""
    count = attempt(lambda: assign(desk(), acting_viewer(), draft_id, reason, query), OTHER)
    if count is not None:
        said = {"count": count, "reason": REASONS[reason].text} if count else {}
        state.NOTICE.set((_MOVED if count else _NONE_MOVED, said))
    selection.show_anew()


def _take_back(draft: Draft, code: str) -> None:
    selection.settle(draft.draft_id)
    attempt(lambda: take_back(desk(), acting_viewer(), draft.draft_id, code), OTHER)
    selection.show_anew()
