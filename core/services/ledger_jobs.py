"""Checking and importing uploaded ledger files beside the screens: it goes on when a page is refreshed or closed.

One job runs at a time in a server process; an import is one transaction, so a process that ends leaves nothing behind.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

from core.domain.errors import RefundError, StorageFailed
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.ledger_import import ImportReport, import_files
from core.services.uploads import discard_upload, uploaded_files

_log = logging.getLogger(__name__)
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
_jobs: dict[tuple[str, str], "Job"] = {}
_lock = threading.Lock()
#: Finished jobs that are remembered; their reports hold rows of the files.
_MOST = 12

_BROKEN = N_("处理文件时出现异常，没有存入任何数据，请重试；仍不成功请联系系统管理员")


@dataclass
class Job:
    """One check (``dry_run``) or import: how far it is (0 to 1), what it is doing, and in the end a report or an error."""

    upload_id: str
    dry_run: bool
    fraction: float = 0.0
    doing: str = ""
    report: ImportReport | None = None
    error: RefundError | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_done(self) -> bool:
        """Whether there is a report or an error."""
        return self.done.is_set()

    @property
    def has_stored(self) -> bool:
        """Whether the files are in the ledger now."""
        return not self.dry_run and self.report is not None and self.report.stored


def start_check(desk: Desk, viewer: Viewer, upload_id: str) -> Job:
    """Read an upload and say what would happen, without storing anything (``Right.IMPORT_LEDGER``)."""
    return _start(desk, viewer, upload_id, dry_run=True, confirm_corrections=False)


def start_import(desk: Desk, viewer: Viewer, upload_id: str, *, confirm_corrections: bool) -> Job:
    """Import an upload, whole or nothing; one that is running or done is not started again (``Right.IMPORT_LEDGER``)."""
    return _start(desk, viewer, upload_id, dry_run=False, confirm_corrections=confirm_corrections)


def find_job(viewer: Viewer, upload_id: str) -> Job | None:
    """The viewer's latest job for this upload, ``None`` when this process knows of none."""
    viewer.require(Right.IMPORT_LEDGER)
    with _lock:
        return _jobs.get((viewer.username, upload_id))


def forget_upload(desk: Desk, viewer: Viewer, upload_id: str) -> None:
    """Give an upload up: its files and its report go. While a job is reading them, nothing happens."""
    job = find_job(viewer, upload_id)
    if job is not None and not job.is_done:
        return
    with _lock:
        _jobs.pop((viewer.username, upload_id), None)
    discard_upload(desk, viewer, upload_id)


def _start(desk: Desk, viewer: Viewer, upload_id: str, *, dry_run: bool, confirm_corrections: bool) -> Job:
    viewer.require(Right.IMPORT_LEDGER)
    files = uploaded_files(desk, viewer, upload_id)
    key = (viewer.username, upload_id)
    with _lock:
        known = _jobs.get(key)
        if known is not None and (not known.is_done or known.has_stored):
            return known
        job = _jobs[key] = Job(upload_id, dry_run)
        for old in [each for each, job in _jobs.items() if job.is_done][:-_MOST]:
            del _jobs[old]

    def work() -> ImportReport:
        return import_files(
            desk,
            viewer,
            [file.path for file in files],
            names={file.path: file.name for file in files},
            dry_run=dry_run,
            confirm_corrections=confirm_corrections,
            progress=lambda fraction, doing: _note(job, fraction, doing),
        )

    # The language of whoever asks goes along into the thread.
    _pool.submit(copy_context().run, _finish, job, work)
    return job


def _note(job: Job, fraction: float, doing: str) -> None:
    job.fraction, job.doing = min(max(fraction, 0.0), 1.0), doing


def _finish(job: Job, work: Callable[[], ImportReport]) -> None:
    try:
        job.report = work()
    except RefundError as error:
        job.error = error
    except Exception as error:  # noqa: BLE001 - above a thread there is nobody else to tell
        # The message may quote a cell, so only its kind is written down.
        _log.error("a ledger job failed: %s", type(error).__name__)
        job.error = StorageFailed(_BROKEN)
    finally:
        job.fraction = 1.0
        job.done.set()
