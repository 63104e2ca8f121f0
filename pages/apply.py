"""单位人员缴费退费申请: query, tick, reason, account, papers, 提交. Everything is kept in the draft at each step."""

import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.drafts import Draft, discard_draft, open_draft, save_draft
from core.services.forms import application_form
from core.services.previews import preview_batch
from core.texts import _
from pages.parts import selection, state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.account_request import draw_registered_account
from pages.parts.application import start_fields_anew
from pages.parts.bank_form import draw_bank, typed_bank
from pages.parts.employer_choice import choose_employer
from pages.parts.export_link import draw_made, keep_made
from pages.parts.formats import local_time
from pages.parts.frame import draw_heading, draw_path
from pages.parts.hand import draw_hand
from pages.parts.messages import attempt, draw_faults, draw_summary
from pages.parts.query_form import asked_query, asks_first, draw_query
from pages.parts.reason_form import NOTE, REASON, draw_reason
from pages.parts.screening_own import draw_own_screening
from pages.parts.selection import draw_selection
from pages.parts.uploads import draw_uploads

_FORM = "application_form"


def keep_typed(draft: Draft) -> bool:
    """Keep what is ticked and what stands in the fields; whether that went well."""
    selection.settle(draft.draft_id)
    typed = {"reason": state.typed(REASON) or "", "bank": typed_bank()}
    if state.is_drawn(NOTE):
        typed["reason_note"] = state.typed(NOTE) or ""
    attempt(lambda: save_draft(desk(), acting_viewer(), draft.draft_id, **typed))
    return not state.PROBLEMS.get()


def go_to_preview(draft: Draft) -> None:
    """提交: keep what stands in the fields, check it, and show the preview; or tell every fault at its field."""
    if keep_typed(draft) and attempt(lambda: preview_batch(desk(), acting_viewer(), draft.draft_id)):
        st.switch_page("confirm.py")


def make_form(draft: Draft) -> None:
    """Fill in the 退费申请表 of what is ticked and typed, or tell every fault at its field."""
    if keep_typed(draft) and (made := attempt(lambda: application_form(desk(), acting_viewer(), draft.draft_id))):
        keep_made(draft.draft_id, _FORM, made)


def discard(draft_id: str) -> None:
    """Give up this application and begin another."""
    attempt(lambda: discard_draft(desk(), acting_viewer(), draft_id))
    start_fields_anew()
    state.NOTICE.set((N_("已放弃本次申报，可以重新开始"), {}))


def draw_form(draft_id: str) -> None:
    """The 退费申请表 (material 8) is filled in by the product: the employer prints it, stamps it, and uploads it above."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("下载已填好的申请表"), key=_FORM, icon=":material/file_save:")
        draw_made(draft_id, [_FORM])
        st.caption(_("打印、盖章后作为“退费申请表”上传。勾选或填写的内容有变动时，请重新下载。"))


def draw_submit(draft: Draft) -> None:
    """What is still wrong, the button, and when the draft was last kept."""
    # Above the button: below it, a narrow screen ends before the first of the faults.
    draw_summary()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        # One button at a time is what comes next.
        kind = "secondary" if asks_first(draft) else "primary"
        st.button(_("提交"), key="submit", type=kind, icon=":material/send:")
        st.caption(
            _("提交后先预览退费明细和不能退费情况，确认后才正式申报。草稿已自动保存（{moment}）。").format(
                moment=local_time(draft.updated_at)
            )
        )
        with st.popover(_("放弃本次申报"), type="tertiary"):
            st.caption(_("已勾选的记录、已填写的内容和已上传的材料都将从本次申报中清除。"))
            st.button(_("确认放弃"), key="discard", on_click=discard, args=(draft.draft_id,))


def draw_application(viewer: Viewer, employer_id: str) -> None:
    """The whole application in the order of the guide."""
    draft = open_draft(desk(), viewer, employer_id)
    if state.pressed("submit"):
        go_to_preview(draft)
    if state.pressed(_FORM):
        make_form(draft)
    draw_faults("")
    with st.container(border=True):
        st.subheader(_("缴费信息查询"), anchor=False)
        draw_query(draft)
        draw_own_screening(viewer, draft)
    with st.container(border=True):
        draw_selection(draft.draft_id, employer_id, asked_query(), draft.content.reason)
    with st.container(border=True):
        draw_reason(draft, asked_query())
    with st.container(border=True):
        st.subheader(_("退费信息"), anchor=False)
        draw_bank(draft)
        draw_registered_account(viewer, employer_id)
    with st.container(border=True):
        st.subheader(_("附件上传"), anchor=False)
        draw_uploads(draft)
        draw_form(draft.draft_id)
    draw_submit(draft)
    draw_hand()


user = require_user(Right.APPLY)
draw_path(_("单位人员缴费退费申请"), _("申报"))
draw_heading("apply.py")
if chosen := choose_employer(user):
    draw_application(user, chosen)
