"""导出 of 不能退费情况: a short list at once, a long one beside the page with its progress, and a way to give it up."""

from collections.abc import Callable

import streamlit as st

from core.services.export_jobs import ExportJob, find_job
from core.services.exports import Export
from core.texts import _
from pages.parts.access import require_user
from pages.parts.export_link import REFUSALS, draw_export, draw_link
from pages.parts.export_progress import draw_end, draw_progress, start_beside
from pages.parts.messages import draw_faults

#: From so many lines on an export takes longer than people look at a button they have pressed.
LONG = 5_000


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
        draw_progress(subject, REFUSALS)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("导出"), key=REFUSALS, icon=":material/file_save:", on_click=start_beside, args=(start, REFUSALS))
        if job is not None and job.export is not None:
            draw_link(job.export.export_id, job.export.file_name)
    draw_faults(REFUSALS)
    draw_end(job)
