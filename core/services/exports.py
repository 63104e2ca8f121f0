"""What leaves the house as a file: made once, named in the audit log, opened by whoever made it, gone after a day."""

import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, timedelta
from pathlib import Path

import pandas as pd

from core.documents.refusals import SHEET, write_refusals
from core.documents.workbook import XLSX
from core.domain.errors import InvalidInput, NotFound
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.batches import show_batch
from core.services.desk import AGENCY_ZONE, Desk
from core.services.drafts import read_draft
from core.services.previews import assess, require_complete
from core.store import exports as store
from core.store.exports import Export
from core.store.files import keep_file, read_whole, sha256_of, storage_failures

__all__ = ["Export", "export_refusals", "export_refusals_of_batch", "keep_export", "keep_workbook", "open_export"]

#: How long an export can be opened.
KEPT = timedelta(hours=24)


def export_refusals(desk: Desk, viewer: Viewer, draft_id: str) -> Export:
    """The refused lines of the viewer's draft as a workbook, judged again at this moment; writes nothing to the draft.

    Raises ``InvalidInputs`` when something typed is missing, ``InvalidInput`` when nothing is refused.
    """
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
        settings = desk.settings(connection)
        require_complete(connection, settings, draft)
        refusals = assess(connection, settings, draft, desk.today()).refusals
    name = f"{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M}"
    return _keep_refusals(desk, viewer, refusals, name=name, draft=draft_id)


def export_refusals_of_batch(desk: Desk, viewer: Viewer, number: str) -> Export:
    """What was told as not refundable when this batch was confirmed, as a workbook; ``InvalidInput`` when nothing was."""
    batch = show_batch(desk, viewer, number)
    return _keep_refusals(desk, viewer, batch.refusals, name=batch.number, batch=batch.number)


def _keep_refusals(desk: Desk, viewer: Viewer, refusals: pd.DataFrame, *, name: str, **subject: str) -> Export:
    """Write refused lines to a workbook of the viewer's own: whole on disk first, then its row and its one audit entry."""
    if refusals.empty:
        raise InvalidInput(N_("没有不能退费的记录，无需导出"), field="export_refusals")
    # The writer keeps a long sheet in a temporary file while it writes: a full disk may stop it there already.
    with storage_failures():
        content = write_refusals(refusals)
    return keep_workbook(desk, viewer, "refusals", f"{SHEET}-{name}.xlsx", content, lines=len(refusals), **subject)


def open_export(desk: Desk, viewer: Viewer, export_id: str) -> tuple[Export, Path]:
    """An export and the path of its file, for whoever made it, within a day; ``NotFound`` otherwise."""
    with desk.read() as connection:
        found = store.find_export(connection, export_id, viewer.username, _since(desk))
    if found is None:
        raise NotFound(N_("导出文件不存在或已过期，请重新导出"))
    path = _path(desk, found.export_id, found.file_name)
    read_whole(path, found.sha256)
    return found, path


def keep_workbook(desk: Desk, viewer: Viewer, kind: str, file_name: str, content: bytes, **detail: object) -> Export:
    """Keep a workbook for whoever made it; see ``keep_export``."""
    return keep_export(desk, viewer, kind, file_name, content, XLSX, **detail)


def keep_export(
    desk: Desk, viewer: Viewer, kind: str, file_name: str, content: bytes, media_type: str, **detail: object
) -> Export:
    """Keep a file for whoever made it: whole on disk first, then its row and its one audit entry ``export.{kind}``.

    ``file_name`` is ours to give: its ending is that of the file on disk, and nothing in it may come from a user.
    """
    export_id = desk.new_id()
    keep_file(_path(desk, export_id, file_name), content)
    with desk.write(viewer) as unit:
        export = Export(
            export_id, file_name, media_type, sha256_of(content), len(content), kind, viewer.username, unit.at
        )
        store.insert_export(unit.connection, export)
        forgotten = store.forget_exports(unit.connection, _since(desk))
        unit.audit(f"export.{kind}", export_id, size=len(content), **detail)
    _sweep(desk, forgotten)
    return export


def _sweep(desk: Desk, forgotten: Collection[str]) -> None:
    """Delete the files of forgotten exports, and those that a crash kept from ever getting a row."""
    limit = time.time() - KEPT.total_seconds()
    for path in _folder(desk).iterdir():
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
