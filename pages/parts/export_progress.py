"""An export beside the page: how far it is, 取消, and why there is no file where there is none."""

from collections.abc import Callable

import streamlit as st

from core.services.export_jobs import CANCELLED, ExportJob, cancel_job, find_job
from core.texts import _
from pages.parts.access import acting_viewer, require_user
from pages.parts.boundary import errors_shown
from pages.parts.messages import attempt, draw_error, draw_note

#: The job's id stands in the address, so that a page knows of a job that its server has forgotten.
_ADDRESS, _CANCEL = "export", "cancel_export"


def start_beside(start: Callable[[], ExportJob], field: str) -> None:
    """Start a job; what it is refused for is told at ``field``."""
    if job := attempt(start, field):
        remember(job)


def remember(job: ExportJob) -> None:
    """Have the address know of a job that is under way."""
    st.query_params[_ADDRESS] = job.job_id


def draw_end(job: ExportJob | None) -> None:
    """Why there is no file, where there is none."""
    if job is None:
        if _ADDRESS in st.query_params:
            draw_note("warning", _("系统重新启动，未完成的导出已中断，请重新导出"))
        return
    st.query_params.pop(_ADDRESS, None)
    if job.export is None and job.cancelled:
        draw_note("info", _(CANCELLED))
    elif job.error is not None:
        draw_error(job.error)


@st.fragment(run_every="0.5s")
def draw_progress(subject: str, field: str) -> None:
    """How far the export is; the page is drawn anew when it has ended."""
    with errors_shown():
        job = find_job(require_user(), subject)
        if job is None or job.is_done:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            said = _("正在导出 {done} / {total}").format(done=f"{job.done:,}", total=f"{job.total:,}")
            st.progress(job.fraction, text=said if job.total else _("正在准备导出…"))
            st.button(_("取消"), key=_CANCEL, icon=":material/close:", on_click=_cancel, args=(subject, field))


def _cancel(subject: str, field: str) -> None:
    attempt(lambda: cancel_job(acting_viewer(), subject), field)
