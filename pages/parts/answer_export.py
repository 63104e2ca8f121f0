"""The file of an answer: a short one at once, a long one beside the page, found again on whatever question is asked next."""

from collections.abc import Callable

import streamlit as st

from core.domain.roles import Viewer
from core.services.explore_jobs import ANSWER, ExportJob, find_job
from core.services.exports import Export
from core.texts import _
from pages.parts import state
from pages.parts.export_link import draw_link, draw_made, keep_made
from pages.parts.export_progress import draw_end, draw_progress, remember
from pages.parts.messages import attempt, plain

_KEY = "export"


def is_exporting(viewer: Viewer) -> bool:
    """Whether an export of the viewer's is under way; a second one has to wait for it."""
    job = find_job(viewer, ANSWER)
    return job is not None and not job.is_done


def take_file(make: Callable[[], Export | ExportJob], name: str) -> bool:
    """Make the file of the question ``name``, or begin to; whether that was granted."""
    made = attempt(make)
    if isinstance(made, ExportJob):
        remember(made)
        state.EXPORT.clear()
        state.AWAITED.set(made.job_id)
    elif made is not None:
        keep_made(name, _KEY, made)
        state.AWAITED.clear()
    return made is not None


def draw_files(viewer: Viewer, name: str) -> None:
    """The file that was made of this question, and the long export that is under way or has ended."""
    draw_made(name, [_KEY])
    job = find_job(viewer, ANSWER)
    if job is None or job.is_done:
        draw_end(job)
    if job is None:
        return
    if not job.is_done:
        st.caption(plain(job.about))
        draw_progress(ANSWER, "")
    elif job.export is not None:
        _draw_made_beside(job, job.export)


def _draw_made_beside(job: ExportJob, made: Export) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # Whoever waits for it gets it at once; whoever comes back later fetches it when he likes.
        draw_link(made.export_id, made.file_name, at_once=job.job_id == state.AWAITED.get())
        st.caption(_("已导出 {count} 条：{question}").format(count=f"{job.total:,}", question=plain(job.about)))
