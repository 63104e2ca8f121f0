"""Papers as pictures: drawn anew in a process of their own, for whoever may open the paper."""

import io
import subprocess
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image

from core.documents import page_pictures
from core.documents.page_pictures import MOST_PAGES, WIDTH, draw_page
from core.domain.errors import NotFound, StorageFailed
from core.services.batch_papers import add_batch_paper, remove_batch_paper
from core.services.desk import Desk
from core.services.paper_pages import page_of_paper
from core.services.steps import advance_batch
from tests.support.desks import CLERK, FINANCE, OTHER_CLERK, REVIEWER, Ledger
from tests.support.rounds import file_clear

PDF = Path(__file__).parents[2] / "data" / "demo" / "sample.pdf"


def picture(colour: str = "white") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (3000, 200), colour).save(written, "PNG")
    return written.getvalue()


def test_a_page_becomes_a_picture_of_bounded_size() -> None:
    drawn = draw_page(PDF, "application/pdf", 1)
    seen = Image.open(io.BytesIO(drawn.content))
    assert (seen.format, drawn.pages >= 1) == ("PNG", True)
    assert seen.width <= WIDTH
    assert seen.height <= 3 * WIDTH


@pytest.mark.parametrize("page", [-1, 0, 99])
def test_a_page_that_is_not_there_is_the_nearest_one(page: int) -> None:
    assert draw_page(PDF, "application/pdf", page).content


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"", "application/pdf"), (b"%PDF-1.7 broken", "application/pdf"), (b"no picture", "image/png")],
)
def test_what_cannot_be_drawn_is_said(tmp_path: Path, content: bytes, media_type: str) -> None:
    path = tmp_path / "paper"
    path.write_bytes(content)
    with pytest.raises(StorageFailed):
        draw_page(path, media_type, 1)


def test_who_finds_no_place_to_draw_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_pictures, "_places", threading.Semaphore(0))
    monkeypatch.setattr(page_pictures, "_SECONDS", 0)
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: pytest.fail("one process too many"))

    with pytest.raises(StorageFailed):
        draw_page(PDF, "application/pdf", 1)


def test_a_drawing_that_fails_leaves_its_place_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_pictures, "_places", places := threading.Semaphore(1))
    monkeypatch.setattr(subprocess, "run", Mock(side_effect=subprocess.TimeoutExpired("draw", 20)))

    with pytest.raises(StorageFailed):
        draw_page(PDF, "application/pdf", 1)

    assert places.acquire(blocking=False)


def test_whoever_sees_the_batch_looks_into_its_papers(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    paper = add_batch_paper(desk, CLERK, number, "M1", "离职证明.png", picture())
    first = page_of_paper(desk, REVIEWER, paper.paper_id, 1)
    assert Image.open(io.BytesIO(first.content)).width == WIDTH
    assert page_of_paper(desk, FINANCE, paper.paper_id, MOST_PAGES + 5).pages == 1
    assert page_of_paper(desk, REVIEWER, paper.paper_id, 1) == first
    with pytest.raises(NotFound):
        page_of_paper(desk, OTHER_CLERK, paper.paper_id, 1)


def test_a_paper_that_was_taken_off_leaves_no_picture(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    paper = add_batch_paper(desk, CLERK, number, "M1", "离职证明.png", picture())
    page_of_paper(desk, REVIEWER, paper.paper_id, 1)
    assert len(list((desk.data_dir / "pages").glob("*/*"))) == 1
    remove_batch_paper(desk, CLERK, number, paper.paper_id)
    assert list((desk.data_dir / "pages").glob("*/*")) == []
