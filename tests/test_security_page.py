"""docs/security.md is true: every test that it names is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "security.md"
QUOTED, TEST = re.compile(r"`([^`]+)`"), re.compile(r"^def (test_\w+)", re.MULTILINE)
LEFT_OUT = "…"


def named_tests() -> Iterator[tuple[str, str]]:
    """File and name of every test in the last column, as written: a name, or the rest of a file's, may be left out (…)."""
    for row in PAGE.read_text("utf-8").splitlines():
        if not row.startswith("|"):
            continue
        file = ""
        for quoted in QUOTED.findall(row.rstrip(" |").rpartition(" | ")[2]):
            left, _colons, name = quoted.rpartition("::")
            if quoted.endswith(".py"):
                yield quoted, LEFT_OUT
                file = file if LEFT_OUT in quoted else quoted
            elif left or quoted.startswith(LEFT_OUT):
                file = left if left not in {"", LEFT_OUT} else file
                yield file, name
            elif quoted.startswith("test_"):
                pytest.fail(f"a test without its file: {quoted}")


def is_there(file: str, name: str) -> bool:
    paths = TESTS.glob(f"**/*{file.removeprefix(LEFT_OUT)}") if LEFT_OUT in file else [TESTS / file]
    wanted = re.compile(re.escape(name).replace(LEFT_OUT, ".*"))
    return any(
        wanted.fullmatch(test) for path in paths if path.is_file() for test in TEST.findall(path.read_text("utf-8"))
    )


def test_every_test_that_the_page_names_is_there() -> None:
    named = list(named_tests())
    assert len(named) > 100
    assert [each for each in named if not is_there(*each)] == []


@pytest.mark.parametrize(
    ("file", "name"),
    [("test_no_such_file.py", LEFT_OUT), ("test_security_page.py", "…no_such_test"), (f"{LEFT_OUT}such.py", LEFT_OUT)],
)
def test_what_is_not_there_is_found(file: str, name: str) -> None:
    assert not is_there(file, name)
