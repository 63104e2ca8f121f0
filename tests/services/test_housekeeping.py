"""What the data directory needs not keep goes; records and what is being written stay."""

import os
from pathlib import Path

import pytest

from core.domain.roles import SYSTEM
from core.services.desk import Desk
from core.services.housekeeping import clean
from core.services.papers import page_cache
from core.services.settings import change_setting

DAY = 86_400


@pytest.fixture
def database(sqlite_database):
    """Files are the same on both."""
    return sqlite_database


def put(desk: Desk, name: str, *, age: int = 0) -> Path:
    """A file of the data directory, last written ``age`` seconds ago."""
    path = desk.data_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 600_000)
    moment = desk.clock().timestamp() - age
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize(
    ("name", "age", "goes"),
    [
        ("papers/ab/.abcd.0badcafe", 2 * DAY, True),
        ("papers/ab/.abcd.0badcafe", DAY // 2, False),
        ("payments/ab/.abcd.0badcafe", 2 * DAY, True),
        (".audit-head.json.0badcafe", 2 * DAY, True),
        ("papers/ab/abcd", 900 * DAY, False),
        ("payments/ab/abcd", 900 * DAY, False),
        ("audit-head.json", 900 * DAY, False),
        (".hidden", 900 * DAY, False),
        ("demo/a.xlsx", 900 * DAY, False),
    ],
)
def test_what_goes_and_what_stays(desk: Desk, name: str, age: int, *, goes: bool) -> None:
    path = put(desk, name, age=age)
    clean(desk)
    assert path.exists() is not goes


def test_the_folder_of_a_process_that_died_goes(desk: Desk) -> None:
    old, new = (put(desk, f"{name}/errors.xlsx").parent for name in ("tmpabcdefgh", "tmphgfedcba"))
    moment = desk.clock().timestamp() - 2 * DAY
    os.utime(old, (moment, moment))
    clean(desk)
    assert (old.exists(), new.exists()) == (False, True)


def test_pictures_of_pages_keep_to_their_room(desk: Desk) -> None:
    change_setting(desk, SYSTEM, "page_cache_mb", "1")
    papers = ["aa" * 32, "bb" * 32]
    for age, paper in enumerate(papers):
        put(desk, f"pages/{paper[:2]}/{paper}-1", age=age)
    clean(desk)
    assert [page_cache(desk).read(paper, 1) is not None for paper in papers] == [True, False]
