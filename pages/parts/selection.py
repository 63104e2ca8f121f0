"""人员缴费信息: the rows of the query, what is ticked of them, and what that adds up to.

A tick costs one write and one sum: only the running total is drawn again, the rows are neither read nor sent. They are read
anew when something other than a tick changes them (another query, another page of it, 全选), and each such reading has a
token of its own, the *view*.
"""

import secrets
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.contributions import ContributionPage, Query, find_contributions
from core.services.drafts import select_after_event, select_query, select_rows, selection_totals
from core.texts import _, current_language
from pages.parts import grid, state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import fragment
from pages.parts.messages import attempt, draw_faults, draw_note, has_faults
from pages.parts.totals import draw_totals

PAGE = "contributions_page"
_NAMED_ABSENT = 5
_ADDED = N_("已勾选 {count} 条符合退费原因的记录")
_NOTHING = N_("本次查询中没有可按台账事项勾选的记录；如有材料证明，仍可逐条勾选，由审核人员核对")


def draw_selection(draft_id: str, employer_id: str, query: Query | None, reason: str) -> None:
    """The block of the rows: buttons, running total, grid, and the pages of a query with more than 1,000 rows."""
    viewer = require_user(Right.APPLY)
    settle(draft_id)
    found = _rows(viewer, employer_id, query) if query else None
    _draw_tools(draft_id, query, reason, found)
    _draw_running_total(draft_id)
    if found is None:
        draw_note("info", _("请填写开始时间、终止时间和社会保障号，点击“查询”；需要整个单位的记录时打开“全单位”。"))
    elif found.total == 0:
        draw_note("info", _("没有找到缴费记录。请核对社会保障号和起止时间，或打开“全单位”查询全部人员。"))
    else:
        grid.draw_contributions(found, state.VIEW.get(), on_tick=partial(_keep_ticks, draft_id))
        _draw_pages(draft_id, found)
    if found is not None and found.absent:
        _draw_absent(found.absent)


def settle(draft_id: str) -> bool:
    """Write what the user has ticked since the last time to the draft; called before anything else changes the ticks.

    False when it could not be kept: the grid is then filled anew, so that the screen never says more than the draft.
    """
    report = grid.reported()
    if report is None or report == state.SETTLED.get():
        return True
    state.SETTLED.set(report)
    view, ids = report
    # Ticked in rows that have been replaced on the screen since: the grid already shows what the draft holds.
    if view is not None and view != state.VIEW.get():
        return True
    kept = attempt(lambda: select_rows(desk(), acting_viewer(), draft_id, state.SHOWN.get(), ids) or True, grid.KEY)
    if not kept:
        show_anew()
    return bool(kept)


def _draw_total(draft_id: str) -> None:
    viewer = require_user(Right.APPLY)
    draw_totals(selection_totals(desk(), viewer, draft_id))
    draw_faults(grid.KEY)


_draw_running_total = fragment(_draw_total, key="running_total")


def _keep_ticks(draft_id: str) -> None:
    """A tick: keep it, and draw only the running total again, unless more of the screen spoke of it."""
    told = has_faults(grid.KEY)
    if settle(draft_id) and not told:
        # The last statement, and the tick is kept: whatever interrupts the drawing loses nothing.
        st.rerun("running_total")


def show_anew(*, first_page: bool = False) -> None:
    """Have the rows read and ticked again at the next drawing."""
    state.VIEW.clear()
    if first_page:
        state.forget(PAGE)


def _rows(viewer: Viewer, employer_id: str, query: Query) -> ContributionPage:
    if not state.VIEW.get() or not grid.is_mounted():
        state.VIEW.set(secrets.token_hex(4))
        state.SETTLED.set(grid.reported())
    page = state.typed(PAGE) or 1
    found = _read(
        state.VIEW.get(), current_language(), lambda: find_contributions(desk(), viewer, employer_id, query, page=page)
    )
    state.SHOWN.set(tuple(found.frame["id"]))
    return found


@st.cache_data(max_entries=200, ttl="1h", show_spinner=False)
def _read(view: str, language: str, _find: Callable[[], ContributionPage]) -> ContributionPage:  # noqa: ARG001 - the key
    """The rows of one view in one language. A view is never used for other rows, so its token is key enough."""
    return _find()


def _draw_tools(draft_id: str, query: Query | None, reason: str, found: ContributionPage | None) -> None:
    some = query is not None and found is not None and found.total > 0
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.subheader(_("人员缴费信息"), anchor=False, width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            # No tooltips: Streamlit draws a button with one twice, and whoever looks for it by its key finds two.
            if some and reason in REASONS and REASONS[reason].months:
                st.button(
                    _(REASONS[reason].months),
                    key="select_after_event",
                    icon=":material/event_available:",
                    on_click=_select_after_event,
                    args=(draft_id, query, reason),
                )
            st.button(
                _("全选"),
                key="select_all",
                icon=":material/select_all:",
                disabled=not some,
                on_click=_select_all,
                args=(draft_id, query, True),
            )
            st.button(
                _("取消全选"),
                key="select_none",
                icon=":material/deselect:",
                disabled=not some,
                on_click=_select_all,
                args=(draft_id, query, False),
            )


def _select_all(draft_id: str, query: Query, chosen: bool) -> None:  # noqa: FBT001 - a button's argument
    settle(draft_id)
    attempt(lambda: select_query(desk(), acting_viewer(), draft_id, query, chosen=chosen), grid.KEY)
    show_anew()


def _select_after_event(draft_id: str, query: Query, reason: str) -> None:
    settle(draft_id)
    added = attempt(lambda: select_after_event(desk(), acting_viewer(), draft_id, reason, query), grid.KEY)
    if added is not None:
        state.NOTICE.set((_ADDED if added else _NOTHING, {"count": added}))
    show_anew()


def _turn_page(draft_id: str) -> None:
    settle(draft_id)
    show_anew()


def _draw_pages(draft_id: str, found: ContributionPage) -> None:
    if found.pages > 1:
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            st.caption(
                _("共 {total} 条，分 {parts} 段显示，本段为第 {first}-{last} 条；表头的复选框只勾选本段").format(
                    total=f"{found.total:,}",
                    parts=found.pages,
                    first=f"{found.before + 1:,}",
                    last=f"{found.before + len(found.frame):,}",
                )
            )
            st.pagination(found.pages, key=PAGE, on_change=_turn_page, args=(draft_id,))


def _draw_absent(absent: tuple[str, ...]) -> None:
    named = _("、").join(absent[:_NAMED_ABSENT]) + ("…" if len(absent) > _NAMED_ABSENT else "")
    draw_note(
        "warning",
        _("以下 {count} 个社会保障号在所选期间没有本单位的缴费记录：{numbers}").format(
            count=len(absent), numbers=named
        ),
    )
