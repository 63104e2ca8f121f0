"""Screenings beside the screens: they go on when a page is refreshed or closed, and a stopped one can be resumed.

The agency's screening of everybody and those of clerks have a thread each: nobody waits a minute for his own employer.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from core.domain.roles import Viewer
from core.services.desk import Desk
from core.services.screenings import (
    Screening,
    begin_screening,
    find_screening,
    give_up,
    resume_screening,
    run_screening,
)

_log = logging.getLogger(__name__)
_pools = {office: ThreadPoolExecutor(max_workers=1, thread_name_prefix="screening") for office in (True, False)}
_jobs: dict[str, Future[None]] = {}
_lock = threading.Lock()


def start_screening(desk: Desk, viewer: Viewer, employers: Sequence[str] = ()) -> Screening:
    """Begin a screening in the background; one of the same scope that runs already is returned as it is."""
    screening, runner = begin_screening(desk, viewer, employers)
    if runner:
        _submit(desk, viewer, screening, runner)
    return screening


def carry_on(desk: Desk, viewer: Viewer, screening_id: str) -> Screening:
    """Resume a screening in the background."""
    runner = resume_screening(desk, viewer, screening_id)
    screening = find_screening(desk, viewer, screening_id)
    if runner:
        _submit(desk, viewer, screening, runner)
    return screening


def wait_for(screening_id: str, seconds: float) -> None:
    """Wait until this process has nothing to do for a screening any more; ``TimeoutError`` when that takes longer."""
    with _lock:
        job = _jobs.get(screening_id)
    if job is not None:
        job.result(seconds)


def _submit(desk: Desk, viewer: Viewer, screening: Screening, runner: str) -> None:
    with _lock:
        for ended in [name for name, job in _jobs.items() if job.done()]:
            del _jobs[ended]
        job = _pools[screening.office].submit(_run, desk, viewer, screening.screening_id, runner)
        _jobs[screening.screening_id] = job


def _run(desk: Desk, viewer: Viewer, screening_id: str, runner: str) -> None:
    try:
        run_screening(desk, viewer, screening_id, runner)
    except Exception as error:  # noqa: BLE001 - above a thread there is nobody else to tell
        # The message of a driver may quote a row, so only its kind is written down.
        _log.error("a screening failed: %s", type(error).__name__)
        give_up(desk, viewer, screening_id, runner)
