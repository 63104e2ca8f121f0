"""退费批次: where a batch stands, what comes next, what is in it, and what this viewer may do with it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.domain.bank import FIELDS
from core.domain.errors import NotFound
from core.domain.lifecycle import State
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.batch_refusals import read_refusals
from core.services.batch_totals import split_by_fund, sum_of
from core.services.batches import BatchView, batches_of_same_people, show_batch
from core.services.export_jobs import start_refusals_of_batch
from core.services.exports import export_refusals_of_batch
from core.services.line_sheets import read_lines
from core.services.payment_runs import orders_of_batch
from core.services.reveals import BATCH, seeing
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.bank_correction import draw_correction
from pages.parts.batch_table import draw_batches
from pages.parts.comment_list import draw_comments
from pages.parts.completion import draw_changes, draw_completion
from pages.parts.concerns import draw_concerns
from pages.parts.formats import local_time
from pages.parts.forms import draw_batch_forms
from pages.parts.frame import draw_path
from pages.parts.line_work import draw_line_work
from pages.parts.messages import draw_note, plain
from pages.parts.orders import draw_orders
from pages.parts.paper_view import draw_paper_view
from pages.parts.queue_way import draw_way, follow_way
from pages.parts.refusal_export import draw_refusal_export
from pages.parts.reveal import draw_reveal
from pages.parts.steps import draw_steps
from pages.parts.timeline import draw_history, draw_timeline
from pages.parts.uploads import draw_paper_list, draw_removed_papers
from pages.parts.verdicts import draw_refusals, draw_state, draw_totals

_TABS = "batch_tabs"


def seen_by(number: str) -> Viewer:
    """The viewer as he may look at this batch now."""
    return seeing(desk(), require_user(Right.SEE_BATCHES), BATCH, number)


def draw_head(batch: BatchView) -> None:
    """Number and state, whose and why, and the next step in one sentence."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.header(batch.number, anchor=False, width="content")
        draw_state(batch.state, overdue=batch.overdue)
        draw_batch_forms(batch)
    reason = _("{name}：{value}").format(name=_("退费原因"), value=_(REASONS[batch.reason].text))
    st.markdown(f"**{plain(batch.employer_name)}**　{plain(reason)}")
    if REASONS[batch.reason].needs_note:
        st.caption(plain(batch.reason_note))
    filed = _("{filer} 于 {at} 提交 · 第 {round} 轮")
    st.caption(plain(filed.format(filer=batch.filer, at=local_time(batch.submitted_at), round=batch.round)))


def draw_next_step(batch: BatchView) -> None:
    """What happens next, and the buttons of those who may do it."""
    with st.container(border=True, key="next_step"):
        st.markdown(f":material/arrow_forward: **{_('下一步')}**　{plain(batch.next_step)}")
        if batch.overdue:
            draw_note("warning", _("已超过办理期限 {due}").format(due=batch.due_on))
        if batch.part_in_the_way is not None:
            draw_note("info", _say_why_not(batch))
    # Not in the box: what decides the batch stays in view while its lines and papers are read.
    draw_steps(batch)


def _say_why_not(batch: BatchView) -> str:
    """Why the steps that wait now are not there for this viewer."""
    if batch.made_account:
        return _("您申请或批准过该单位的登记账户变更，不能再办理退至该账户的批次，这一步须由其他人员办理。")
    part = _(batch.part_in_the_way.label) if batch.part_in_the_way is not None else ""
    said = _("您在该批次中已承担“{part}”环节；同一批次中每人只能承担一个环节，这一步须由其他人员办理。")
    return said.format(part=part)


def draw_family(batch: BatchView) -> None:
    """Batches that were split from the same application stay together."""
    others = [number for number in batch.family if number != batch.number]
    if others:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_("同一次申报拆分的其他批次："), width="content")
            for number in others:
                st.page_link("batch.py", label=number, icon=":material/receipt_long:", query_params={"no": number})


def draw_money(batch: BatchView) -> None:
    """Left what each fund pays, or what was asked for where nothing is paid; right the account it goes to."""
    with st.container(key="stacked_money"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(_("申请金额") if batch.ended_unpaid else _("退费金额"), anchor=False)
        split = split_by_fund(batch.lines[batch.lines["stands"]])
        draw_totals(split, sum_of(split), alt=_("各险种退费金额"))
        if not batch.ended_unpaid:
            paid = _("按基金分别支付，共 {count} 笔；单位和个人部分一并退至单位账户。")
            st.caption(paid.format(count=len(batch.payments)))
    with right:
        st.subheader(_("退费信息"), anchor=False)
        st.table(
            {_(label): plain(batch.bank[field]) for field, label in FIELDS.items()},
            border="horizontal",
            alt=_("退费账户"),
        )
        if batch.account_checked:
            draw_note("info", _("该退费账户未经登记；初审已核对退费账户与申请材料一致"))
        elif batch.unregistered:
            draw_note("warning", _("该退费账户未经登记，账户信息待核"))


def draw_payment(batch: BatchView) -> None:
    """What became of the money: an order for each fund and attempt, once there is one."""
    if orders := orders_of_batch(desk(), require_user(Right.SEE_BATCHES), batch.number):
        st.subheader(_("支付"), anchor=False)
        draw_orders(orders, with_batch=False)


def draw_tabs(batch: BatchView) -> None:
    """Lines, refusals, papers, comments, history, the same people elsewhere: only the open one is made."""
    names = (
        _("退费明细 ({count})").format(count=batch.line_count),
        _("不能退费情况 ({count})").format(count=batch.refused_count),
        _("要件 ({count})").format(count=len(batch.papers)),
        _("留言 ({count})").format(count=batch.comment_count),
        _("办理记录 ({count})").format(count=len(batch.events)),
        _("同一人员的其他批次"),
    )
    drawers = (draw_filed, draw_refused, draw_papers, draw_notes, draw_events, draw_elsewhere)
    _keep_open(names)
    for tab, draw in zip(st.tabs(names, key=_TABS, on_change="rerun"), drawers, strict=True):
        if tab.open:
            with tab:
                draw(batch)


def _keep_open(names: Sequence[str]) -> None:
    """The open tab stays open when its count, and with it its name, has changed."""
    open_name = state.typed(_TABS) or ""
    now = [name for name in names if name.partition(" (")[0] == open_name.partition(" (")[0]]
    if now and now[0] != open_name:
        state.fill(_TABS, now[0])


def draw_filed(batch: BatchView) -> None:
    """The lines as they were filed, which never change, and what was said of each; beside the papers for whoever decides."""
    sheet = read_lines(desk(), seen_by(batch.number), batch.number)
    if not sheet.may_decide:
        draw_line_work(sheet)
        return
    left, right = st.columns([11, 6], gap="medium")
    with left:
        draw_line_work(sheet)
    with right:
        draw_paper_view(batch.papers, [each.paper for each in batch.removed])


def draw_refused(batch: BatchView) -> None:
    """What was told as not refundable when the batch was confirmed."""
    if not batch.refused_count:
        st.caption(_("没有不能退费的记录。"))
        return
    number = batch.number
    draw_refusal_export(
        number,
        batch.refused_count,
        lambda: export_refusals_of_batch(desk(), acting_viewer(), number),
        lambda: start_refusals_of_batch(desk(), acting_viewer(), number, number),
    )
    read = partial(read_refusals, desk(), seen_by(number), number)
    draw_refusals(batch.refused_count, read, key="batch_refusals")


def draw_papers(batch: BatchView) -> None:
    """The papers that are part of the batch, and those that the employer has taken off."""
    if batch.papers:
        draw_paper_list(batch.papers)
    else:
        st.caption(_("没有上传要件。"))
    draw_removed_papers(batch.removed)


def draw_notes(batch: BatchView) -> None:
    """Comments, as far as the viewer may read them."""
    draw_comments(batch.number)


def draw_elsewhere(batch: BatchView) -> None:
    """Where else the same people are, within the viewer's scope."""
    found = batches_of_same_people(desk(), require_user(Right.SEE_BATCHES), batch.number)
    if found.total:
        draw_batches(found, key="elsewhere")
    else:
        st.caption(_("这些人员没有其他批次。"))


def draw_events(batch: BatchView) -> None:
    """Every step, the latest first."""
    draw_history(batch.events)


def draw_batch(batch: BatchView) -> None:
    """The whole batch; for whoever has to decide the lines come first."""
    draw_way(batch.number)
    draw_head(batch)
    draw_reveal(require_user(Right.SEE_BATCHES), BATCH, batch.number)
    draw_next_step(batch)
    draw_concerns(require_user(Right.SEE_BATCHES), batch.number)
    works = bool({"return", "resubmit"} & {edge.step for edge in batch.actions})
    if batch.state is State.RETURNED and works:
        draw_completion(batch, read_lines(desk(), require_user(Right.SEE_BATCHES), batch.number))
    else:
        draw_changes(batch)
    draw_correction(batch)
    if works:
        draw_tabs(batch)
    draw_timeline(batch)
    draw_family(batch)
    draw_money(batch)
    draw_payment(batch)
    if not works:
        draw_tabs(batch)


user = require_user(Right.SEE_BATCHES)
follow_way()
draw_path(_("申报记录"), _("退费批次"))
asked = st.query_params.get("no", "")
if not asked:
    raise NotFound(N_("没有找到该批次，或您无权查看"))
draw_batch(show_batch(desk(), seen_by(asked), asked))
