"""Looking into papers on the screen: page by page, as pictures that were drawn anew and are kept for the next look."""

from core.documents.page_pictures import MOST_PAGES, PagePicture, draw_page
from core.domain.roles import Viewer
from core.services.desk import Desk
from core.services.papers import find_readable, page_cache


def page_of_paper(desk: Desk, viewer: Viewer, paper_id: str, page: int) -> PagePicture:
    """One page of a paper that this viewer may see; ``NotFound`` for others, ``StorageFailed`` when it can't be drawn.

    It leaves no audit entry: opening the paper did (``open_paper``).
    """
    paper, path = find_readable(desk, viewer, paper_id)
    page = min(max(page, 1), MOST_PAGES)
    pages, newline, content = (page_cache(desk).read(paper.sha256, page) or b"").partition(b"\n")
    if newline:
        return PagePicture(content, int(pages))
    drawn = draw_page(path, paper.media_type, page)
    page_cache(desk).keep(paper.sha256, page, f"{drawn.pages}\n".encode() + drawn.content, _room(desk))
    return drawn


def clean_pages(desk: Desk) -> None:
    """Drop the least used pictures beyond the room they have (``page_cache_mb``)."""
    page_cache(desk).shrink(_room(desk))


def _room(desk: Desk) -> int:
    """Bytes that pictures may take up."""
    with desk.read() as connection:
        return (desk.settings(connection).number("page_cache_mb") or 0) << 20
