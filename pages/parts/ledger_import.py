"""Importing into the ledger: upload, dry run, what it found, and the import itself. It goes on while a page is refreshed."""

import streamlit as st

from core.domain.errors import NotFound
from core.domain.roles import Right, Viewer
from core.services.ledger_jobs import Job, find_job, forget_upload, start_check, start_import
from core.services.uploads import uploaded_files
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.ledger_report import draw_report
from pages.parts.ledger_upload import draw_uploader
from pages.parts.messages import attempt, draw_error, draw_faults

_ADDRESS, _CONFIRM, _FAULT = "upload", "confirm_corrections", "ledger_files"


def draw_import(viewer: Viewer) -> None:
    """The uploader, and the job of the upload that is being worked on; its id stands in the address."""
    st.subheader(_("导入台账文件"), anchor=False)
    st.caption(
        _(
            "先检查，不存入任何数据；核对无误后再导入。整份文件要么全部导入，要么全部不导入；重复导入同一文件不会产生变化。"
        )
    )
    draw_uploader()
    draw_faults(_FAULT)
    if upload_id := st.query_params.get(_ADDRESS):
        _draw_upload(viewer, upload_id)


def _draw_upload(viewer: Viewer, upload_id: str) -> None:
    """What became of one upload; files that were cleared away meanwhile are said to be gone."""
    try:
        uploaded_files(desk(), viewer, upload_id)
    except NotFound as error:
        draw_error(error)
        return
    job = find_job(viewer, upload_id) or start_check(desk(), viewer, upload_id)
    if not job.is_done:
        _draw_progress(upload_id)
        return
    with st.container(border=True, key="ledger_result"):
        if job.error is not None:
            draw_error(job.error)
        elif job.report is not None:
            draw_report(job, job.report)
        _draw_decision(job)


@st.fragment(run_every="1s")
def _draw_progress(upload_id: str) -> None:
    """How far the job is; the screen is drawn anew when it has ended."""
    with errors_shown():
        job = find_job(require_user(Right.IMPORT_LEDGER), upload_id)
        if job is None or job.is_done:
            st.rerun()
        said = _("正在检查，不存入数据…") if job.dry_run else _("正在导入…")
        st.progress(job.fraction, text=f"{said}{job.doing}")


def _draw_decision(job: Job) -> None:
    """导入 once the check has found nothing in the way; checking again; giving the files up."""
    corrections = sum(file.corrected for file in job.report.files) if job.report else 0
    if job.report is not None and job.report.awaits_confirmation:
        st.checkbox(
            _("我已核对上列 {count} 处更正，确认用新内容替换（原内容留存）").format(count=corrections), key=_CONFIRM
        )
    obstacle = _obstacle(job)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not job.has_stored:
            st.button(
                _("导入"),
                key="import_ledger",
                type="primary",
                icon=":material/database_upload:",
                disabled=job.report is None or bool(obstacle),
                on_click=_import,
                args=(job.upload_id,),
            )
            st.button(
                _("重新检查"), key="check_again", icon=":material/refresh:", on_click=_check, args=(job.upload_id,)
            )
        leave = _("完成") if job.has_stored else _("放弃这些文件")
        st.button(leave, key="forget_upload", on_click=_forget, args=(job.upload_id,))
        st.caption(obstacle)
    draw_faults("import_ledger")


def _obstacle(job: Job) -> str:
    """Why 导入 is off; blank when it is on."""
    if job.report is None or job.report.ok:
        return ""
    if not job.report.awaits_confirmation:
        return _("有不能导入的内容，请下载错误工作簿，更正后重新上传。")
    return "" if state.typed(_CONFIRM) else _("有更正，请核对后勾选确认。")


def _import(upload_id: str) -> None:
    confirmed = bool(state.typed(_CONFIRM))
    attempt(
        lambda: start_import(desk(), acting_viewer(), upload_id, confirm_corrections=confirmed), "import_ledger", _FAULT
    )


def _check(upload_id: str) -> None:
    attempt(lambda: start_check(desk(), acting_viewer(), upload_id), "import_ledger", _FAULT)


def _forget(upload_id: str) -> None:
    attempt(lambda: forget_upload(desk(), acting_viewer(), upload_id), "import_ledger", _FAULT)
    st.query_params.pop(_ADDRESS, None)
