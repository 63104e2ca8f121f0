"""导出 of 不能退费情况: a short list at once, a long one beside the page with its progress, and a way to give it up."""

from collections.abc import Callable

import streamlit as st

from core.services.export_jobs import CANCELLED, ExportJob, cancel_job, find_job
from core.services.exports import Export
from core.texts import _
from pages.parts.access import acting_viewer, require_user
from pages.parts.boundary import errors_shown
from pages.parts.export_link import REFUSALS, draw_export, draw_link
from pages.parts.messages import attempt, draw_error, draw_faults, draw_note

#: From so many lines on an export takes longer than people look at a button they have pressed.
LONG = 5_000
#: The job's id stands in the address, so that a page knows of a job that its server has forgotten.
_ADDRESS, _CANCEL = "export", "cancel_export"


def draw_refusal_export(
    subject: str,
    lines: int,
    make: Callable[[], Export],
    start: Callable[[], ExportJob],
    *,
    long_from: int = LONG,
) -> None:
    """The button 导出 and what came of it. ``make`` exports at once, ``start`` beside the page; ``subject`` names the list."""
    if lines < long_from:
        draw_export(subject, make)
        return
    job = find_job(require_user(), subject)
    if job is not None and not job.is_done:
        _draw_progress(subject)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("导出"), key=REFUSALS, icon=":material/file_save:", on_click=_start, args=(start,))
        if job is not None and job.export is not None:
            draw_link(job.export.export_id, job.export.file_name)
    draw_faults(REFUSALS)
    _draw_end(job)


def _draw_end(job: ExportJob | None) -> None:
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
def _draw_progress(subject: str) -> None:
    """How far the export is; the page is drawn anew when it has ended."""
    with errors_shown():
        job = find_job(require_user(), subject)
        if job is None or job.is_done:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            said = _("正在导出 {done} / {total}").format(done=f"{job.done:,}", total=f"{job.total:,}")
            st.progress(job.fraction, text=said if job.total else _("正在准备导出…"))
            st.button(_("取消"), key=_CANCEL, icon=":material/close:", on_click=_cancel, args=(subject,))


def _start(start: Callable[[], ExportJob]) -> None:
    if job := attempt(start, REFUSALS):
        st.query_params[_ADDRESS] = job.job_id


def _cancel(subject: str) -> None:
    attempt(lambda: cancel_job(acting_viewer(), subject), REFUSALS)
