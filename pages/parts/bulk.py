"""Several batches at once: assigned, or passed after a dialog that says what happens and asks for the code where money moves."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.roles import Viewer
from core.services.assignments import assignable
from core.services.bulk_steps import Outcome, Plan, advance_batches, assign_batches, plan_step
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.factor import draw_factor, forget_code, proven_viewer
from pages.parts.formats import format_yuan
from pages.parts.messages import attempt, clear_faults, draw_faults, draw_note, plain

_ASSIGNEE, _NOTE, _STEP = "assignee", "bulk_note", "pass"


def draw_bulk(viewer: Viewer, chosen: Sequence[str]) -> None:
    """What can be done with the chosen batches, and the dialog of those that are about to be passed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.caption(_("已选 {count} 批").format(count=len(chosen)), width="content")
        officials = {"": _("不分派"), viewer.username: _("{name}（我）").format(name=viewer.username)}
        officials |= {name: name for name in assignable(desk(), viewer) if name != viewer.username}
        st.selectbox(_("分派给"), list(officials), key=_ASSIGNEE, format_func=officials.get, width=180)
        st.button(_("分派所选"), key="assign", disabled=not chosen, on_click=_assign, args=(tuple(chosen),))
        st.button(
            _("批量通过"),
            key="bulk_pass",
            disabled=not chosen,
            on_click=_open,
            args=(tuple(chosen),),
            shortcut="Alt+P",
        )
    draw_faults(_ASSIGNEE)
    if state.BULK.get():
        _draw_dialog()
    else:
        draw_faults("")


def _assign(numbers: Sequence[str]) -> None:
    name = state.typed(_ASSIGNEE) or ""
    _keep(attempt(lambda: assign_batches(desk(), acting_viewer(), numbers, name)))


def _draw_dialog() -> None:
    @st.dialog(_("批量通过"), width="medium", on_dismiss=_close)
    def decide() -> None:
        with errors_shown():
            if not state.BULK.get():
                st.rerun()
            _draw_decision(require_user(), state.BULK.get())

    decide()


def _draw_decision(viewer: Viewer, numbers: tuple[str, ...]) -> None:
    plan = plan_step(desk(), viewer, numbers, _STEP)
    said = _("共 **{count}** 个批次，合计 **{total}** 元。每个批次单独核对，不能办理的会列明原因，不影响其他批次。")
    st.markdown(said.format(count=len(numbers), total=format_yuan(plan.total)))
    _draw_plan(plan)
    st.text_area(_("意见（可不填）"), key=_NOTE, max_chars=500, height=80)
    if plan.needs_factor:
        draw_factor(viewer)
    draw_faults("")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("取消"), key="leave_bulk"):
            _leave()
            st.rerun()
        label = _("确定{step}").format(step=_("批量通过"))
        st.button(label, key="take_bulk", type="primary", on_click=_pass, args=(numbers, plan))


def _draw_plan(plan: Plan) -> None:
    for edge, count in plan.edges.items():
        moved = _("{step}：{count} 批，由“{before}”变为“{after}”").format(
            step=_(edge.label), count=count, before=_(edge.source.label), after=_(edge.target.label)
        )
        st.markdown(f"- {plain(moved)}")
    if plan.elsewhere:
        said = _("有 {count} 批当前不能批量通过，请在批次页办理").format(count=plan.elsewhere)
        draw_note("warning", said)


def _open(numbers: tuple[str, ...]) -> None:
    clear_faults()
    forget_code()
    state.open_dialog(state.BULK, numbers, _NOTE)


def _close() -> None:
    clear_faults()
    state.shut_dialog(state.BULK, _NOTE)


def _leave() -> None:
    clear_faults()
    state.end_dialog(state.BULK)


def _pass(numbers: tuple[str, ...], plan: Plan) -> None:
    note = state.typed(_NOTE) or ""
    acting = proven_viewer if plan.needs_factor else acting_viewer
    _keep(attempt(lambda: advance_batches(desk(), acting(), numbers, _STEP, note, sources=plan.sources)))


def _keep(outcomes: Sequence[Outcome] | None) -> None:
    if outcomes:
        state.end_dialog(state.BULK)
        state.MARKED.set(state.MARKED.get() + 1)
        state.OUTCOMES.set(tuple((each.number, each.done, each.said) for each in outcomes))


def draw_outcomes() -> None:
    """What became of each batch of the last press, once."""
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
