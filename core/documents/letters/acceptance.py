"""受理回执: a batch was accepted; what, how much, until when, and with which papers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from core.documents.application_form import AMOUNT_HEADINGS, amounts_by_insurance, chinese_day, period_range
from core.documents.letters import words
from core.documents.letters.letter import (
    Head,
    Letter,
    Listing,
    Part,
    begins,
    in_capitals,
    lists,
    pairs,
    says,
    to_employer,
)
from core.documents.printed_list import LINE, TOTAL
from core.documents.workbook import Column, Holds
from core.domain.materials import MATERIALS
from core.texts import _


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``lines`` as filed (``application.FRAME_COLUMNS``); ``review_due`` and ``due`` are days, ``days`` working days.

    ``papers``: how many of each material (code) were there when the batch was accepted.
    """

    head: Head
    lines: pd.DataFrame
    review_due: date
    days: int
    due: date
    papers: Mapping[str, int]


def acceptance_letter(given: Acceptance) -> Letter:
    """The letter."""
    head, total = given.head, int(given.lines["refundable"].sum())
    parts = [
        says(words.ACCEPTED.format(day=chinese_day(head.day))),
        pairs(_said(given), words.REASON),
        begins(words.AMOUNTS),
        lists(_amounts(given.lines)),
        pairs([(words.TOTAL_IN_CAPITALS, in_capitals(total))]),
        begins(words.RECEIVED),
        _papers(given.papers),
        says(*words.ACCEPTED_NOTES),
    ]
    return Letter(words.ACCEPTANCE, head, to_employer(head), parts)


def _said(given: Acceptance) -> list[tuple[str, str]]:
    head, lines = given.head, given.lines
    return [
        (words.NUMBER, head.number),
        (words.FILED_ON, chinese_day(head.filed_on)),
        (words.REASON, head.reason),
        (words.PERIODS, period_range(lines["period"])),
        (words.COUNTS, words.COUNTS_SAID.format(people=lines["person"].nunique(), lines=len(lines))),
        (words.ACCEPTED_ON, chinese_day(head.day)),
        (words.REVIEW_DUE, chinese_day(given.review_due)),
        (words.WHOLE_DUE, words.WHOLE_SAID.format(days=given.days, day=chinese_day(given.due))),
    ]


def _amounts(lines: pd.DataFrame) -> Listing:
    columns = (Column(AMOUNT_HEADINGS[0]), *(Column(heading, Holds.MONEY) for heading in AMOUNT_HEADINGS[1:]))
    *funds, total = amounts_by_insurance(lines)
    return Listing(columns, (28, *[None] * 5), [*((LINE, fund) for fund in funds), (TOTAL, total)])


def _papers(papers: Mapping[str, int]) -> Part:
    if not papers:
        return says(words.NO_PAPERS)
    rows = [(LINE, (_(MATERIALS[code].name), count)) for code, count in sorted(papers.items())]
    return lists(Listing((Column(words.MATERIAL), Column(words.COPIES, Holds.COUNT)), (None, 24), rows))
