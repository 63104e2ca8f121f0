"""退费预览: what would be refunded and what can't be, 导出, and 确认提交. Everything is in the draft, so it can be left."""

from functools import partial

import streamlit as st

from core.domain.bank import FIELDS
from core.domain.materials import MATERIALS
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.drafts import Draft, employers_of, open_draft
from core.services.export_jobs import start_refusals
from core.services.exports import export_refusals
from core.services.filing import Drifted, Receipt, receipt_of, submit_batch
from core.services.previews import Preview
from core.services.refusal_pages import count_causes, filed_page, refusal_page
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.drift import draw_drift, keep_drift
from pages.parts.forms import draw_draft_forms
from pages.parts.frame import draw_path
from pages.parts.holds import draw_holds
from pages.parts.messages import attempt, clear_faults, draw_faults, draw_note, draw_summary, plain
from pages.parts.navigation import screen_of
from pages.parts.preview_cache import current_preview
from pages.parts.receipt import draw_receipt, say_reasons
from pages.parts.refusal_export import draw_refusal_export
from pages.parts.verdicts import draw_causes, draw_line_pages, draw_outcomes, draw_refusals, draw_rows, draw_totals

_CONFIRM, _TABS, _DETAIL = "confirm", "preview", "preview_detail"


def confirm(draft_id: str, key: str, fingerprint: str) -> None:
    """确认提交: file what was previewed, once. A second press finds the first receipt."""

    def submit() -> Receipt | None:
        try:
            return submit_batch(desk(), acting_viewer(), draft_id, key, fingerprint)
        except Drifted as drift:
            keep_drift(drift.difference)
            return None

    if receipt := attempt(submit):
        state.RECEIPT.set(receipt.numbers)


def find_draft(viewer: Viewer) -> Draft | None:
    """The draft to preview: that of the employer chosen on the application, or named in the address after a refresh."""
    employers = [employer.employer_id for employer in employers_of(desk(), viewer)]
    wanted = [st.query_params.get("employer"), state.EMPLOYER.get(), *employers]
    chosen = next((employer_id for employer_id in wanted if employer_id in employers), None)
    if chosen is None:
        return None
    if len(employers) > 1:
        st.query_params["employer"] = chosen
        state.EMPLOYER.set(chosen)
    return open_draft(desk(), viewer, chosen)


def draw_empty() -> None:
    """Nothing is ticked: say so, and where to begin."""
    draw_faults("")
    st.info(_("目前没有待提交的申报。请先查询并勾选需要退费的记录，再点击“提交”预览。"), icon=":material/info:")
    st.page_link("apply.py", label=_("去申报"), icon=":material/edit_document:")


def draw_back(*, primary: bool = False) -> None:
    """返回修改: the draft is as it was left."""
    kind = "primary" if primary else "secondary"
    if st.button(_("返回修改"), key="back_to_edit", type=kind, icon=":material/arrow_back:"):
        st.switch_page("apply.py")


def draw_subject(preview: Preview) -> None:
    """Whose application this is and for which reason."""
    draft = preview.draft
    reason = _("{name}：{value}").format(name=_("退费原因"), value=say_reasons(preview.reasons))
    st.markdown(f"**{plain(draft.employer_name)}**　{plain(reason)}")
    if any(reason.needs_note for reason in preview.reasons):
        st.caption(plain(draft.content.reason_note))


def draw_money(preview: Preview) -> None:
    """Left what is refunded from each fund, right the account it goes to."""
    with st.container(key="stacked_money"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(_("退费合计"), anchor=False)
        draw_totals(preview.by_insurance, preview.totals, alt=_("各险种退费金额合计"))
        draw_groups(preview)
    with right:
        st.subheader(_("退费信息"), anchor=False)
        bank = preview.draft.content.bank
        st.table(
            {_(label): plain(bank.get(field, "")) for field, label in FIELDS.items()},
            border="horizontal",
            alt=_("退费账户"),
        )


def draw_groups(preview: Preview) -> None:
    """Into which batches the application is split, when it is."""
    if len(preview.groups) > 1 and preview.can_submit:
        names = _("；").join(f"{_(group.reason.text)}（{group.voucher_type}）" for group in preview.groups)
        st.caption(
            _("将拆分为 {count} 个相互关联的批次提交：{names}").format(count=len(preview.groups), names=plain(names))
        )


def draw_papers(preview: Preview) -> None:
    """How many papers go along, and which 必需 ones are missing: told before it is filed, not weeks later."""
    st.caption(_("已上传要件 {count} 份").format(count=len(preview.papers)))
    if preview.missing:
        names = _("；").join(_(" 或 ").join(_(MATERIALS[code].name) for code in group) for group in preview.missing)
        draw_note(
            "warning", _("缺少必需材料：{names}。可以提交，但须由审核人员受理，可能被退回补正。").format(names=names)
        )


def draw_tabs(preview: Preview) -> None:
    """退费明细 and 不能退费情况: only the open one is made."""
    refused = _("不能退费情况 ({count})").format(count=len(preview.refused))
    detail, refusals = st.tabs([_("退费明细"), refused], key=_TABS, on_change="rerun")
    if detail.open:
        with detail:
            draw_detail(preview)
    if refusals.open:
        with refusals:
            draw_refused(preview)


def draw_detail(preview: Preview) -> None:
    """What is refunded, by month or by insurance."""
    draw_outcomes(preview.rows)
    by_month, by_line = _("按月份"), _("按险种")
    chosen = st.segmented_control(
        _("查看方式"), [by_line, by_month], default=by_line, key=_DETAIL, required=True, label_visibility="collapsed"
    )
    if chosen == by_month:
        draw_rows(preview.rows, key="preview_rows")
    elif len(preview.filed):
        draw_line_pages(len(preview.filed), partial(filed_page, preview), key="preview_lines")
    else:
        st.caption(_("没有可以退费的记录。"))


def draw_refused(preview: Preview) -> None:
    """Every refusal with cause, facts and remedy; 导出 gives the same as a workbook that can be brought back."""
    if not len(preview.refused):
        st.caption(_("没有不能退费的记录。"))
        return
    draft_id = preview.draft.draft_id
    # A long export is found again by what it is made of, whenever the preview is opened anew.
    subject = f"{draft_id}/{preview.fingerprint}"
    draw_refusal_export(
        subject,
        len(preview.refused),
        lambda: export_refusals(desk(), acting_viewer(), draft_id),
        lambda: start_refusals(desk(), acting_viewer(), draft_id, subject),
    )
    st.caption(_("导出的表格可在申报页面作为清单重新导入，届时已可退费的记录会自动勾选。"))
    draw_causes(count_causes(preview))
    draw_refusals(len(preview.refused), partial(refusal_page, preview), key="preview_refusals")


def draw_decision(preview: Preview) -> None:
    """返回修改 and 确认提交, with what stands in the way beside it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="decision"):
        draw_back()
        st.button(
            _("确认提交"),
            key=_CONFIRM,
            type="primary",
            icon=":material/task_alt:",
            disabled=not preview.can_submit,
            on_click=confirm,
            args=(preview.draft.draft_id, preview.key, preview.fingerprint),
        )
        st.caption(plain(_say_decision(preview)))
    draw_faults("")


def _say_decision(preview: Preview) -> str:
    if not len(preview.filed):
        return _("没有可以退费的记录，不能提交；请返回修改，或导出不能退费情况后办理。")
    if not preview.can_submit:
        return _("请先处理上方标出的问题，再提交。")
    said = _(
        "勾选的 {rows} 条记录按险种分为 {lines} 条明细：可退和待核的 {count} 条将提交；不能退费的 {refused} 条"
        "随批次留存，不予退费。"
    )
    filed, refused = len(preview.filed), len(preview.refused)
    return said.format(rows=len(preview.rows), lines=filed + refused, count=filed, refused=refused)


def draw_preview(draft: Draft) -> None:
    """The whole preview, or what is still missing in the draft."""
    opened = not state.is_drawn(_CONFIRM)
    if opened:
        clear_faults()
    # Only its own faults are forgotten: what a confirmation was refused for stays beside its button.
    preview = attempt(lambda: current_preview(draft.draft_id, anew=opened), _TABS)
    if preview is None:
        draw_summary()
        draw_back(primary=True)
        return
    draw_subject(preview)
    draw_holds(preview)
    draw_money(preview)
    for warning in preview.warnings:
        draw_note("warning", warning)
    draw_papers(preview)
    draw_tabs(preview)
    draw_draft_forms(draft.draft_id, state.PREVIEW.get(), refused=bool(len(preview.refused)))
    draw_decision(preview)


def draw_screen(viewer: Viewer, number: str | None) -> None:
    """The receipt when something was filed, the difference when something has changed, else the preview."""
    if number:
        draw_receipt(receipt_of(desk(), viewer, number))
    elif state.DRIFT.get():
        draw_drift()
    elif (draft := find_draft(viewer)) is None or not draft.row_count:
        draw_empty()
    else:
        draw_preview(draft)


def filed_number() -> str | None:
    """The number of what was just filed, kept in the address so that a refresh shows its receipt again."""
    if numbers := state.RECEIPT.take():
        st.query_params["no"] = numbers[0]
    return st.query_params.get("no")


user = require_user(Right.APPLY)
filed = filed_number()
title = N_("回执") if filed else screen_of("confirm.py").title
draw_path(_("单位人员缴费退费申请"), _(title))
st.header(_(title), anchor=False)
draw_screen(user, filed)
