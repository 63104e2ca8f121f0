"""Exports of long lists beside the screens: they go on while pages are turned, refreshed or left, and can be cancelled.

A server process knows its own jobs only. One that ends takes them along and leaves nothing but a file that is swept away
after a day; whoever comes back is told so by the screen, which knows the job's id.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

from core.domain.errors import RefundError, StorageFailed
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.exports import Export, export_refusals, export_refusals_of_batch
from core.services.progress import Progress

_log = logging.getLogger(__name__)
#: Two at a time: an export keeps a processor busy, and people are waiting for their clicks meanwhile.
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="export")
_jobs: dict[tuple[str, str], "ExportJob"] = {}
_lock = threading.Lock()
#: Finished jobs that are remembered.
_MOST = 50

CANCELLED = N_("已取消导出，没有生成文件")
_BROKEN = N_("导出时出现异常，没有生成文件，请重试；仍不成功请联系系统管理员")


class Cancelled(RefundError):
    """Whoever asked for the export has changed his mind."""


@dataclass
class ExportJob:
    """One export under way: ``done`` of ``total`` lines, and in the end the export or why there is none. ``about`` says in
    words what it is of, where the screen can't tell.
    """

    job_id: str
    about: str = ""
    done: int = 0
    total: int = 0
    export: Export | None = None
    error: RefundError | None = None
    cancelled: bool = False
    ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_done(self) -> bool:
        """Whether there is an export, or the reason why there is none; a cancelled one ends by itself very soon."""
        return self.ended.is_set() or self.cancelled

    @property
    def fraction(self) -> float:
        """How far it is, from 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


def start_refusals(desk: Desk, viewer: Viewer, draft_id: str, subject: str) -> ExportJob:
    """``export_refusals`` beside the screens; ``subject`` names what is seen there, so that it is found again."""
    return start_job(desk, viewer, subject, lambda progress: export_refusals(desk, viewer, draft_id, progress))


def start_refusals_of_batch(desk: Desk, viewer: Viewer, number: str, subject: str) -> ExportJob:
    """``export_refusals_of_batch`` beside the screens."""
    return start_job(desk, viewer, subject, lambda progress: export_refusals_of_batch(desk, viewer, number, progress))


def find_job(viewer: Viewer, subject: str) -> ExportJob | None:
    """The viewer's latest job of this subject, ``None`` when this process knows of none."""
    with _lock:
        return _jobs.get((viewer.username, subject))


def cancel_job(viewer: Viewer, subject: str) -> None:
    """Have the viewer's job end when it next tells how far it is, and keep nothing. One that has ended stays as it is."""
    job = find_job(viewer, subject)
    if job is not None and not job.is_done:
        job.cancelled = True


def start_job(
    desk: Desk, viewer: Viewer, subject: str, make: Callable[[Progress], Export], *, about: str = ""
) -> ExportJob:
    """Have ``make`` called beside the screens; while one of the same subject is under way, that one is returned."""
    key = (viewer.username, subject)
    with _lock:
        known = _jobs.get(key)
        if known is not None and not known.is_done:
            return known
        job = _jobs[key] = ExportJob(desk.new_id(), about)
        for old in [each for each, job in _jobs.items() if job.is_done][:-_MOST]:
            del _jobs[old]
    # The language of whoever asks goes along into the thread.
    _pool.submit(copy_context().run, _finish, job, make)
    return job


def _finish(job: ExportJob, make: Callable[[Progress], Export]) -> None:
    def note(done: int, total: int) -> None:
        if job.cancelled:
            raise Cancelled(CANCELLED)
        job.done, job.total = done, total

    try:
        note(0, 0)
        job.export = make(note)
    except RefundError as error:
        job.error = error
    except Exception as error:  # noqa: BLE001 - above a thread there is nobody else to tell
        # The message may quote a cell, so only its kind is written down.
        _log.error("an export failed: %s", type(error).__name__)
        job.error = StorageFailed(_BROKEN)
    finally:
        job.ended.set()
