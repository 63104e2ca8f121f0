"""Looking into papers on the screen: page by page, as pictures that were drawn anew and are kept for the next look."""

from pathlib import Path

from core.documents.page_pictures import MOST_PAGES, PagePicture, draw_page
from core.domain.roles import Viewer
from core.services.desk import Desk
from core.services.papers import find_readable
from core.store.files import write_atomically


def page_of_paper(desk: Desk, viewer: Viewer, paper_id: str, page: int) -> PagePicture:
    """One page of a paper that this viewer may see; ``NotFound`` for others, ``StorageFailed`` when it can't be drawn.

    It leaves no audit entry: opening the paper did (``open_paper``).
    """
    paper, path = find_readable(desk, viewer, paper_id)
    page = min(max(page, 1), MOST_PAGES)
    kept = _kept(desk, paper.sha256, page)
    if kept.exists():
        pages, _newline, content = kept.read_bytes().partition(b"\n")
        return PagePicture(content, int(pages))
    drawn = draw_page(path, paper.media_type, page)
    write_atomically(kept, f"{drawn.pages}\n".encode() + drawn.content)
    return drawn


def _kept(desk: Desk, sha256: str, page: int) -> Path:
    """Beside the papers, not among them: a picture can always be drawn again, so no check looks for it."""
    return desk.data_dir / "pages" / sha256[:2] / f"{sha256}-{page}"
