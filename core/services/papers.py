"""要件: papers that a clerk uploads to his draft and that officials open with the batch."""

from collections.abc import Collection
from pathlib import Path

from core.documents.attachments import CheckedFile, check
from core.domain.errors import InvalidInput, NotAllowed, NotFound
from core.domain.materials import MATERIALS
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.drafts import read_draft
from core.services.reveals import BATCH, seeing
from core.store import papers as store
from core.store.files import BlobStore
from core.store.page_cache import PageCache
from core.store.papers import Belonging, OnRecord, Paper

__all__ = [
    "MAX_PAPERS",
    "MAX_UPLOADS",
    "OnRecord",
    "Paper",
    "add_paper",
    "checked_paper",
    "find_readable",
    "keep_content",
    "list_papers",
    "lost_papers",
    "new_paper",
    "open_paper",
    "remove_paper",
    "require_room",
    "sees_removed",
]

#: Papers of one batch.
MAX_PAPERS = 20
#: Uploads to one draft, removed ones included: what is removed stays on the disk.
MAX_UPLOADS = 100


def add_paper(desk: Desk, viewer: Viewer, draft_id: str, material: str, file_name: str, content: bytes) -> Paper:
    """Check a paper and add it to the viewer's own open draft; what is kept of it is on disk before the draft names it.

    Raises ``InvalidInput`` under the field ``upload_M…`` with one sentence on what is wrong with the file, ``StorageFailed``
    when it can't be kept, ``NotFound`` for a draft that isn't the viewer's or isn't open.
    """
    viewer.require(Right.APPLY)
    with desk.read() as connection:
        read_draft(connection, viewer, draft_id)
    file = checked_paper(material, file_name, content)
    keep_content(desk, file)
    with desk.write(viewer) as unit:
        read_draft(unit.connection, viewer, draft_id, lock=True)
        paper = new_paper(desk, unit, file, material, draft_id=draft_id)
        present = store.papers_of_draft(unit.connection, draft_id)
        require_room(paper, present, store.count_uploads(unit.connection, draft_id))
        store.insert_paper(unit.connection, paper)
        unit.audit(
            "paper.add", paper.paper_id, draft=draft_id, material=material, type=paper.media_type, size=paper.size
        )
    return paper


def new_paper(
    desk: Desk,
    unit: Unit,
    file: CheckedFile,
    material: str,
    *,
    draft_id: str | None = None,
    batch_id: str | None = None,
) -> Paper:
    """The record of a checked file that whoever acts now adds to a draft or to a batch."""
    what = (file.file_name, file.media_type, len(file.content), file.sha256)
    return Paper(desk.new_id(), draft_id, batch_id, material, *what, unit.viewer.username, unit.at)


def checked_paper(material: str, file_name: str, content: bytes) -> CheckedFile:
    """What is kept of an uploaded paper; ``InvalidInput`` under the field ``upload_M…`` when it can't come in."""
    if material not in MATERIALS:
        raise InvalidInput(N_("提交的内容无法识别，请刷新页面后重试"))
    try:
        return check(file_name, content)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=f"upload_{material}", **error.values) from error


def keep_content(desk: Desk, file: CheckedFile) -> None:
    """Put a paper's content on the disk, before anything names it; ``StorageFailed`` when that can't be done."""
    _blobs(desk).put(file.content)


def remove_paper(desk: Desk, viewer: Viewer, paper_id: str) -> None:
    """Take a paper off the viewer's own open draft; what was filed stays filed (``NotFound``), and the file is kept."""
    viewer.require(Right.APPLY)
    with desk.write(viewer) as unit:
        found = store.find_paper(unit.connection, paper_id)
        if found is None or found.filed or found.removed or not _may_open(viewer, found):
            raise _not_found()
        read_draft(unit.connection, viewer, str(found.paper.draft_id), lock=True)
        store.mark_removed(unit.connection, paper_id, unit.at)
        unit.audit("paper.remove", paper_id, draft=found.paper.draft_id, material=found.paper.material)
    page_cache(desk).forget(found.paper.sha256)


def list_papers(desk: Desk, viewer: Viewer, *, draft_id: str | None = None, batch_id: str | None = None) -> list[Paper]:
    """The papers of the viewer's own open draft, or of a batch that he may see; oldest first."""
    with desk.read() as connection:
        if draft_id is not None:
            read_draft(connection, viewer, draft_id)
            return store.papers_of_draft(connection, draft_id)
        viewer.require(Right.SEE_BATCHES)
        employer_id = store.employer_of_batch(connection, batch_id or "")
        if employer_id is None or not viewer.sees(employer_id):
            raise NotFound(N_("没有找到该批次，或您无权查看"))
        return store.papers_of_batch(connection, batch_id or "")


def open_paper(desk: Desk, viewer: Viewer, paper_id: str) -> tuple[Paper, Path]:
    """A paper and the path of its file, checked to be what was uploaded; leaves one audit entry, without names.

    For the owner of its draft, and for whoever may see its batch; one that the employer took off a batch stays open to the
    agency. ``NotFound`` for others, ``StorageFailed`` if it is damaged.
    A paper has no masks: who sees names and numbers masked has to reveal the batch first (``NotAllowed``).
    """
    paper, path = find_readable(desk, viewer, paper_id)
    with desk.write(viewer) as unit:
        unit.audit("paper.open", paper_id, material=paper.material)
    return paper, path


def find_readable(desk: Desk, viewer: Viewer, paper_id: str) -> tuple[Paper, Path]:
    """As ``open_paper`` without an entry: for what follows from having opened it."""
    with desk.read() as connection:
        found = store.find_paper(connection, paper_id)
    if found is None or not _may_open(viewer, found):
        raise _not_found()
    if found.filed and not seeing(desk, viewer, BATCH, found.number).may(Right.SEE_UNMASKED):
        raise NotAllowed(N_("要件含完整的个人信息：请先在该批次页面点击“显示完整信息”并写明用途，再打开要件"))
    return found.paper, _blobs(desk).find(found.paper.sha256)


def sees_removed(viewer: Viewer) -> bool:
    """Whether what an employer took off its batch is still there for this viewer: for the agency it is on record."""
    return viewer.may(Right.SEE_BATCHES) and viewer.may(Right.SEE_EVERY_EMPLOYER)


def lost_papers(desk: Desk) -> list[str]:
    """Ids of papers whose file is missing or was changed: what ``python -m core check`` asks after a restore."""
    blobs = _blobs(desk)
    with desk.read() as connection:
        kept = store.kept_digests(connection)
    return [paper_id for paper_id, sha256 in kept if not blobs.holds(sha256)]


def page_cache(desk: Desk) -> PageCache:
    """Pictures of papers: beside them, not among them, so that no check looks for what can be drawn again."""
    return PageCache(desk.data_dir / "pages")


def _blobs(desk: Desk) -> BlobStore:
    return BlobStore(desk.data_dir / "papers")


def _may_open(viewer: Viewer, found: Belonging) -> bool:
    if found.removed and not (found.filed and sees_removed(viewer)):
        return False
    own = found.owner == viewer.username and viewer.may(Right.APPLY)
    return viewer.sees(found.employer_id) and (own or (found.filed and viewer.may(Right.SEE_BATCHES)))


def require_room(paper: Paper, present: Collection[Paper], uploads: int) -> None:
    """Raise ``InvalidInput`` unless one more paper may join those ``present``, after so many uploads, removed ones included."""
    field = f"upload_{paper.material}"
    if any((other.material, other.sha256) == (paper.material, paper.sha256) for other in present):
        raise InvalidInput(N_("这份文件已经在该材料下，无需重复上传"), field=field)
    if len(present) >= MAX_PAPERS:
        raise InvalidInput(
            N_("一个批次最多上传 {count} 份材料，请合并文件或删除不需要的材料"), field=field, count=MAX_PAPERS
        )
    if uploads >= MAX_UPLOADS:
        raise InvalidInput(N_("这份申报上传和删除材料已达 {count} 次，请联系经办机构"), field=field, count=MAX_UPLOADS)


def _not_found() -> NotFound:
    return NotFound(N_("没有找到该文件，或您无权查看"))
