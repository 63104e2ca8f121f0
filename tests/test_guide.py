"""The user's guide is true: what it prints bold is on the screens, and its pictures are there, in both languages alike."""

import re
from pathlib import Path

import pytest

from core.texts.catalogue import collect_texts, read_catalogue

ROOT = Path(__file__).resolve().parents[1]
BOLD, PICTURE, HEADING = (
    re.compile(r"\*\*(.+?)\*\*"),
    re.compile(r"!\[[^\]]*\]\((.+?)\)"),
    re.compile(r"^#+", re.MULTILINE),
)


def guide(language: str) -> str:
    return (ROOT / "docs" / "guide" / f"{language}.md").read_text(encoding="utf-8")


def labels(language: str) -> set[str]:
    """What the guide prints bold, without its own questions."""
    return {text for text in BOLD.findall(guide(language)) if not text.endswith(("？", "?", "."))}


def test_every_label_of_the_guide_is_on_a_screen() -> None:
    assert labels("zh") - set(collect_texts()) == set()


def test_every_label_of_the_english_guide_is_on_an_english_screen() -> None:
    assert labels("en") - {str(message.string) for message in read_catalogue()} == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_picture_is_there(language: str) -> None:
    pictures = PICTURE.findall(guide(language))
    assert pictures
    assert [name for name in pictures if not (ROOT / "docs" / "pictures" / name).is_file()] == []


@pytest.mark.parametrize("mark", [PICTURE, HEADING], ids=["pictures", "headings"])
def test_both_languages_say_the_same_in_the_same_order(mark: re.Pattern[str]) -> None:
    assert mark.findall(guide("zh")) == mark.findall(guide("en"))
