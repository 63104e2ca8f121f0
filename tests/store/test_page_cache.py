"""Pictures of pages: bounded, the least used go first, and two servers on one folder never trip over each other."""

import os
import threading
from pathlib import Path

import pytest

from core.store import page_cache
from core.store.page_cache import PageCache

PAPERS = [f"{number:02x}" * 32 for number in range(6)]
MUCH = 1 << 30


def used(folder: Path, paper: str, seconds: int) -> None:
    """Let the picture of page 1 have been looked at so many seconds after the epoch."""
    os.utime(folder / paper[:2] / f"{paper}-1", (seconds, seconds))


@pytest.fixture
def cache(tmp_path: Path) -> PageCache:
    """Six pictures of 100 bytes, looked at one after the other."""
    cache = PageCache(tmp_path / "pages")
    for seconds, paper in enumerate(PAPERS):
        cache.keep(paper, 1, bytes([seconds]) * 100, MUCH)
        used(cache.folder, paper, seconds)
    return cache


def kept(cache: PageCache) -> list[str]:
    return [paper for paper in PAPERS if (cache.folder / paper[:2] / f"{paper}-1").exists()]


def test_a_picture_comes_back_as_it_was(cache: PageCache) -> None:
    assert cache.read(PAPERS[2], 1) == b"\2" * 100
    assert cache.read(PAPERS[2], 2) is None


def test_the_least_used_make_room_for_a_new_one(cache: PageCache) -> None:
    assert cache.read(PAPERS[0], 1)
    cache.keep("ff" * 32, 1, b"x" * 100, 350)
    assert kept(cache) == [PAPERS[0], PAPERS[5]]
    assert cache.read("ff" * 32, 1) == b"x" * 100


def test_what_a_crash_left_half_written_goes_like_the_rest(cache: PageCache) -> None:
    half = cache.folder / PAPERS[0][:2] / f".{PAPERS[0]}-7.0badcafe"
    half.write_bytes(b"x" * 100)
    os.utime(half, (0, 0))
    cache.shrink(600)
    assert not half.exists()
    assert kept(cache) == PAPERS


def test_forgetting_a_paper_takes_all_its_pages(cache: PageCache) -> None:
    cache.keep(PAPERS[1], 12, b"x", MUCH)
    cache.forget(PAPERS[1])
    assert kept(cache) == [PAPERS[0], *PAPERS[2:]]
    assert cache.read(PAPERS[1], 12) is None


def test_without_room_on_the_disk_the_page_is_still_shown(cache: PageCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page_cache, "write_atomically", full)
    cache.keep("ff" * 32, 1, b"x", MUCH)
    assert cache.read("ff" * 32, 1) is None


def test_two_servers_on_one_folder_read_whole_pictures_or_none(tmp_path: Path) -> None:
    size, wrong = 20_000, []

    def serve(turn: int) -> None:
        cache = PageCache(tmp_path / "pages")
        for step in range(60):
            paper = PAPERS[(step * turn) % len(PAPERS)]
            found = cache.read(paper, 1)
            if found is not None and found != paper[:1].encode() * size:
                wrong.append(found)
            cache.keep(paper, 1, paper[:1].encode() * size, 3 * size)

    threads = [threading.Thread(target=serve, args=(turn,)) for turn in (1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(path.stat().st_size for path in tmp_path.glob("pages/*/*")) <= 3 * size
