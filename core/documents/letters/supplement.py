"""补正通知: a batch was sent back; everything that is missing, told at once, and how to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.documents.application_form import chinese_day
from core.documents.letters import words
from core.documents.letters.letter import Head, Letter, Listing, Part, begins, lists, says, to_employer
from core.documents.printed_list import LINE
from core.documents.workbook import Column, Holds
from core.domain.materials import MATERIALS
from core.domain.period import Period
from core.domain.vocabulary import Insurance
from core.texts import _


@dataclass(frozen=True, slots=True)
class LineToSupplement:
    """One line that came back, under its number in the batch, and what is missing of it."""

    position: int
    name: str
    social_security_number: str
    period: int
    insurance: Insurance
    text: str


@dataclass(frozen=True, slots=True)
class Supplement:
    """``note`` is what the official wrote. ``required`` are groups of materials (codes) of which none is there.

    ``helpful`` are single ones; ``days`` working days until ``due``, 0 where nothing is due.
    """

    head: Head
    note: str
    lines: Sequence[LineToSupplement]
    required: Sequence[Sequence[str]]
    helpful: Sequence[str]
    days: int
    due: date


def supplement_letter(given: Supplement) -> Letter:
    """The letter; its list is its annex."""
    head = given.head
    listing = _listing(given.lines)
    intro = words.TO_SUPPLEMENT.format(filed=chinese_day(head.filed_on), number=head.number, reason=head.reason)
    parts = [
        says(intro),
        begins(words.WHAT_IS_MISSING),
        says(*given.note.split("\n")),
        begins(words.LINES_TO_SUPPLEMENT),
        lists(listing) if given.lines else says(words.NO_LINES_TO_SUPPLEMENT),
        begins(words.PAPERS_ASKED),
        _papers(given),
        begins(words.HOW_TO_ANSWER),
        says(words.ANSWER, _until(given)),
    ]
    return Letter(words.SUPPLEMENT, head, to_employer(head), parts, listing if given.lines else None)


def _listing(given: Sequence[LineToSupplement]) -> Listing:
    columns = (
        Column(words.ORDINAL, Holds.COUNT),
        *map(Column, (words.NAME, words.PERSON, words.PERIOD, words.INSURANCE, words.MISSING)),
    )
    rows = [(LINE, _cells(line)) for line in given]
    return Listing(columns, (9, 22, 34, 15, 11, None), rows)


def _cells(line: LineToSupplement) -> tuple[Any, ...]:
    month = str(Period(line.period))
    return line.position, line.name, line.social_security_number, month, line.insurance.label, line.text


def _papers(given: Supplement) -> Part:
    asked = [(LINE, (words.ONE_OF.join(map(_material, group)), words.REQUIRED)) for group in given.required]
    asked += [(LINE, (_material(code), words.HELPFUL)) for code in given.helpful]
    if not asked:
        return says(words.NO_PAPERS_ASKED)
    return lists(Listing((Column(words.MATERIAL), Column(words.DEMAND)), (None, 24), asked))


def _material(code: str) -> str:
    return _(MATERIALS[code].name)


def _until(given: Supplement) -> str:
    if not given.days:
        return words.ANSWER_SOON
    return words.ANSWER_BY.format(day=chinese_day(given.due), days=given.days)
