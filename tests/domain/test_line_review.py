"""Where a line stands follows from its verdict and what was said of it, round by round."""

import pytest

from core.domain.lifecycle import Part
from core.domain.line_review import Mark, Said, Standing, answer_of, last_decision, say_positions, standing

PARTS = {"F": Part.FIRST_REVIEWER, "S": Part.SECOND_REVIEWER, "A": Part.APPROVER, "E": Part.FILER}


def said(written: str) -> list[Said]:
    """``1F return`` is a mark of the first reviewer in round 1; a ``!`` behind it makes it final."""
    marks = []
    for each in filter(None, written.split(", ")):
        where, what = each.split(" ")
        mark = Mark(what.rstrip("!"))
        code = "N13" if mark is Mark.REFUSE else ""
        marks.append(Said(1, int(where[0]), PARTS[where[1]], mark, code, "", "someone", "", final=what.endswith("!")))
    return marks


@pytest.mark.parametrize(
    ("verdict", "told", "now", "expected"),
    [
        ("refundable", "", 1, Standing.CLEAR),
        ("review", "", 1, Standing.OPEN),
        ("review", "1F pass", 1, Standing.PASSED),
        ("review", "1F refuse", 1, Standing.REFUSING),
        ("review", "1F refuse!", 2, Standing.REFUSED),
        ("refundable", "1F return", 1, Standing.RETURNED),
        ("refundable", "1F return!, 1E answer", 1, Standing.ANSWERED),
        ("refundable", "1F return!, 1E drop", 1, Standing.DROPPING),
        ("refundable", "1E drop!", 2, Standing.DROPPED),
        # what came back has to be settled again, whatever the verdict was
        ("refundable", "1F return!, 1E answer!", 2, Standing.OPEN),
        ("refundable", "1F return!, 1E answer!, 2F pass", 2, Standing.PASSED),
        # other lines keep their decision
        ("review", "1F pass!", 2, Standing.PASSED),
        # a later look counts for more
        ("review", "1F pass!, 1S return", 1, Standing.RETURNED),
        ("review", "1F pass!, 1S refuse", 1, Standing.REFUSING),
        ("review", "1F pass!, 1S refuse, 1A pass", 1, Standing.PASSED),
        ("review", "2F pass, 1S return!", 2, Standing.PASSED),
        # nothing brings a line back
        ("review", "1F refuse!, 2F pass", 2, Standing.REFUSED),
        ("review", "1E drop!, 2F return", 2, Standing.DROPPED),
    ],
)
def test_where_a_line_stands(verdict: str, told: str, now: int, expected: Standing) -> None:
    assert standing(verdict, said(told), now) is expected


def test_the_latest_round_then_the_latest_part_decides() -> None:
    latest = last_decision(said("2F pass, 1A refuse, 1E answer"))

    assert latest is not None
    assert (latest.round, latest.part) == (2, Part.FIRST_REVIEWER)
    assert last_decision(said("1E answer")) is None


def test_an_answer_belongs_to_its_round() -> None:
    assert answer_of(said("1E answer"), 2) is None
    assert answer_of(said("1F return, 2E drop"), 2) == said("2E drop")[0]


@pytest.mark.parametrize(
    ("places", "written"),
    [((), ""), ((4,), "4"), ((1, 2, 3), "1-3"), ((9, 1, 2, 7), "1-2,7,9"), (range(1, 25_001), "1-25000")],
)
def test_places_of_lines_are_told_in_a_few_characters(places: tuple[int, ...], written: str) -> None:
    assert say_positions(places) == written
