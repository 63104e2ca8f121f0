"""A page of a paper as a picture drawn anew: what officials look at is never the uploaded file itself.

The drawing happens in a process of its own with little memory and time: a hostile file can only spoil its own picture.
"""

import io
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from core.domain.errors import StorageFailed
from core.domain.wording import N_

#: Pages beyond this are not shown; the file itself can still be fetched.
MOST_PAGES = 60
#: Width of a picture in pixels; its height may be three times that.
WIDTH = 1100
_TALLEST = 3 * WIDTH
_SECONDS, _BYTES = 20, 1536 * 1024 * 1024
#: Processes at once; whoever has waited as long as a drawing may take is told that there is none.
_AT_ONCE = 2
_places = threading.Semaphore(_AT_ONCE)
_PDF = "application/pdf"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as PNG, and how many pages can be looked at."""

    content: bytes
    pages: int


def draw_page(path: Path, media_type: str, page: int) -> PagePicture:
    """Page ``page`` (from 1) of a checked paper. ``StorageFailed`` when it can't be drawn."""
    command = [sys.executable, "-m", "core.documents.page_pictures", str(path), media_type, str(page)]
    if not _places.acquire(timeout=_SECONDS):
        raise _not_drawn()
    try:
        done = subprocess.run(  # noqa: S603 - our own program, a path of our own store
            command, capture_output=True, check=True, timeout=_SECONDS, cwd=_ROOT, env={}
        )
        pages, _newline, content = done.stdout.partition(b"\n")
        return PagePicture(content, int(pages))
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise _not_drawn() from error
    finally:
        _places.release()


def _not_drawn() -> StorageFailed:
    return StorageFailed(N_("这份文件无法在此显示，请点击查看下载原件"))


def _main(path: str, media_type: str, page: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    pages, content = _draw(Path(path), media_type, int(page))
    sys.stdout.buffer.write(f"{pages}\n".encode() + content)


def _draw(path: Path, media_type: str, page: int) -> tuple[int, bytes]:
    from PIL import Image

    if media_type == _PDF:
        import pypdfium2

        document = pypdfium2.PdfDocument(path)
        pages = min(len(document), MOST_PAGES)
        sheet = document[min(max(page, 1), pages) - 1]
        scale = min(WIDTH / max(sheet.get_width(), 1), _TALLEST / max(sheet.get_height(), 1))
        # Neither forms nor annotations: what was printed is what counts.
        picture = sheet.render(scale=scale, may_draw_forms=False, draw_annots=False).to_pil()
    else:
        pages, picture = 1, Image.open(path)
        picture.thumbnail((WIDTH, _TALLEST))
    written = io.BytesIO()
    picture.convert("RGB").save(written, "PNG")
    return pages, written.getvalue()


if __name__ == "__main__":
    _main(*sys.argv[1:])
