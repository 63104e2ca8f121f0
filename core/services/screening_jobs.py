"""Screenings beside the screens: they go on when a page is refreshed or closed, and a stopped one can be resumed.

The agency's screenings take turns, and so do those of clerks: nobody waits a minute for his own employer. The threads hold no
process up that is told to end: a screening is made to be resumed.
"""

import logging
import threading
from collections.abc import Sequence

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
#: One at a time of the agency's, and one of those of clerks.
_turns = {office: threading.Lock() for office in (True, False)}
_jobs: dict[str, threading.Thread] = {}
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
        job.join(seconds)
        if job.is_alive():
            raise TimeoutError


def _submit(desk: Desk, viewer: Viewer, screening: Screening, runner: str) -> None:
    work = (desk, viewer, screening, runner)
    job = threading.Thread(target=_run, args=work, name="screening", daemon=True)
    with _lock:
        for ended in [name for name, each in _jobs.items() if not each.is_alive()]:
            del _jobs[ended]
        _jobs[screening.screening_id] = job
        job.start()


def _run(desk: Desk, viewer: Viewer, screening: Screening, runner: str) -> None:
    with _turns[screening.office]:
        try:
            run_screening(desk, viewer, screening.screening_id, runner)
        except Exception as error:  # noqa: BLE001 - above a thread there is nobody else to tell
            # The message of a driver may quote a row, so only its kind is written down.
            _log.error("a screening failed: %s", type(error).__name__)
            give_up(desk, viewer, screening.screening_id, runner)
