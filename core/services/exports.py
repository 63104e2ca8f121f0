"""What leaves the house as a file: made once, named in the audit log, opened by whoever made it, gone after a day."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from core.documents.refusals import SHEET, write_refusals_to
from core.documents.workbook import XLSX
from core.domain.errors import InvalidInput, NotFound
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.rules.joint import join
from core.services.batch_refusals import stream_refusals
from core.services.desk import AGENCY_ZONE, Desk
from core.services.drafts import read_draft
from core.services.judged_lines import refusal_rows, refused_lines
from core.services.previews import judge_parts, require_complete
from core.services.progress import Progress, unwatched, watched
from core.services.steps import require_batch
from core.store import exports as store
from core.store.exports import Export
from core.store.files import keep_written_file, require_whole

__all__ = [
    "Export",
    "clean_exports",
    "export_refusals",
    "export_refusals_of_batch",
    "keep_export",
    "keep_workbook",
    "open_export",
]

#: How long an export can be opened.
KEPT = timedelta(hours=24)


def export_refusals(desk: Desk, viewer: Viewer, draft_id: str, progress: Progress = unwatched) -> Export:
    """The refused lines of the viewer's draft as a workbook, judged again at this moment; writes nothing to the draft.

    ``progress(done, total)`` is told of lines; what it raises ends the export, and nothing is kept. Raises
    ``InvalidInputs`` when something typed is missing, ``InvalidInput`` when nothing is refused.
    """
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
        settings = desk.settings(connection)
        require_complete(connection, settings, draft)
        judged = join(judge_parts(connection, settings, draft, desk.today()))
    name = f"{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M}"
    refused = refused_lines(judged)
    lines = watched(refusal_rows(judged, refused), len(refused), progress)
    return _keep_refusals(desk, viewer, lines, len(refused), progress, name=name, draft=draft_id)


def export_refusals_of_batch(desk: Desk, viewer: Viewer, number: str, progress: Progress = unwatched) -> Export:
    """What was told as not refundable when this batch was confirmed, as ``export_refusals``."""
    viewer.require(Right.SEE_BATCHES)
    # Lines are read while they are written: the snapshot stays open until the file is whole.
    with desk.read() as connection:
        batch = require_batch(connection, viewer, number)
        lines = watched(stream_refusals(connection, viewer, batch.batch_id), batch.refused_count, progress)
        count = batch.refused_count
        return _keep_refusals(desk, viewer, lines, count, progress, name=batch.number, batch=batch.number)


def _keep_refusals(
    desk: Desk,
    viewer: Viewer,
    lines: Iterable[Sequence[Any]],
    count: int,
    progress: Progress,
    *,
    name: str,
    **subject: str,
) -> Export:
    """Write refused lines to a workbook of the viewer's own, each as it comes."""
    if not count:
        raise InvalidInput(N_("没有不能退费的记录，无需导出"), field="export_refusals")
    file_name = f"{SHEET}-{name}.xlsx"

    return keep_written(
        desk,
        viewer,
        "refusals",
        file_name,
        lambda file: write_refusals_to(file, lines),
        XLSX,
        still_wanted=lambda: progress(count, count),
        lines=count,
        **subject,
    )


def open_export(desk: Desk, viewer: Viewer, export_id: str) -> tuple[Export, Path]:
    """An export and the path of its file, for whoever made it, within a day; ``NotFound`` otherwise."""
    with desk.read() as connection:
        found = store.find_export(connection, export_id, viewer.username, _since(desk))
    if found is None:
        raise NotFound(N_("导出文件不存在或已过期，请重新导出"))
    path = _path(desk, found.export_id, found.file_name)
    require_whole(path, found.sha256)
    return found, path


def keep_workbook(desk: Desk, viewer: Viewer, kind: str, file_name: str, content: bytes, **detail: object) -> Export:
    """Keep a workbook for whoever made it; see ``keep_export``."""
    return keep_export(desk, viewer, kind, file_name, content, XLSX, **detail)


def _always() -> None:
    """Whoever waits for a file that is made already can't give it up."""


def keep_export(
    desk: Desk, viewer: Viewer, kind: str, file_name: str, content: bytes, media_type: str, **detail: object
) -> Export:
    """Keep a file that is made already; see ``keep_written``."""
    return keep_written(
        desk, viewer, kind, file_name, lambda file: file.write(content), media_type, still_wanted=_always, **detail
    )


def keep_written(
    desk: Desk,
    viewer: Viewer,
    kind: str,
    file_name: str,
    write: Callable[[BinaryIO], object],
    media_type: str,
    *,
    still_wanted: Callable[[], object] = _always,
    **detail: object,
) -> Export:
    """Keep what ``write`` writes for whoever made it: whole on disk first, then its row and its one audit entry
    ``export.{kind}``. What ``write`` raises leaves nothing behind, nor what ``still_wanted`` raises, which is asked last of all.

    ``file_name`` is ours to give: its ending is that of the file on disk, and nothing in it may come from a user.
    """
    export_id = desk.new_id()
    path = _path(desk, export_id, file_name)
    sha256, size = keep_written_file(path, write)
    with desk.write(viewer) as unit, _deleted_on_failure(path):
        export = Export(export_id, file_name, media_type, sha256, size, kind, viewer.username, unit.at)
        store.insert_export(unit.connection, export)
        forgotten = store.forget_exports(unit.connection, _since(desk))
        unit.audit(f"export.{kind}", export_id, size=size, **detail)
        # The writer has taken the last line long before this: whoever gives it up meanwhile gets none.
        still_wanted()
    _sweep(desk, forgotten)
    return export


@contextmanager
def _deleted_on_failure(path: Path) -> Iterator[None]:
    """What fails before its row is written leaves no file."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def clean_exports(desk: Desk) -> None:
    """Delete the files that nobody can open any more, those among them that a crash left half made."""
    _sweep(desk, ())


def _sweep(desk: Desk, forgotten: Collection[str]) -> None:
    """Delete the files of forgotten exports, and those that a crash kept from ever getting a row."""
    limit = time.time() - KEPT.total_seconds()
    for path in _folder(desk).glob("*"):
        # Another process may be sweeping too; what can't be deleted now can be deleted later.
        with suppress(OSError):
            if path.stem in forgotten or path.stat().st_mtime < limit:
                path.unlink()


def _since(desk: Desk) -> str:
    return (desk.clock().astimezone(UTC) - KEPT).isoformat(timespec="seconds")


def _folder(desk: Desk) -> Path:
    return desk.data_dir / "exports"


def _path(desk: Desk, export_id: str, file_name: str) -> Path:
    return _folder(desk) / f"{export_id}{Path(file_name).suffix}"
