"""不予退费决定书: lines that are not refunded, with facts, causes, what can be done, and how the decision is contested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.documents.application_form import chinese_day
from core.documents.letters import words
from core.documents.letters.letter import Head, Letter, Listing, begins, lists, says, to_employer
from core.documents.printed_list import LINE
from core.documents.workbook import Column, Holds
from core.domain.money import format_yuan
from core.domain.period import Period
from core.domain.vocabulary import Insurance


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One line that is not refunded, under its number in the batch.

    ``code``: of its cause, ``OTHER`` in words or blank; ``amount`` in fen, as applied for.
    """

    position: int
    name: str
    social_security_number: str
    period: int
    insurance: Insurance
    amount: int
    code: str
    fact: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that occurs in the decision, with what can be done about it."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """``note`` is what the official wrote of the whole batch, blank where ``whole`` is false: only some of its lines fell."""

    head: Head
    whole: bool
    note: str
    lines: Sequence[RefusedLine]
    causes: Sequence[Cause]


def refusal_letter(given: Refusal) -> Letter:
    """The letter; its list is its annex."""
    head, agency, listing = given.head, given.head.agency, _listing(given.lines)
    parts = [
        says(_intro(given), *([] if given.whole else [words.DECIDED_THE_REST])),
        begins(words.FACTS),
        says(*(given.note or words.FACTS_BY_LINE).split("\n")),
        begins(words.REFUSED_LINES),
        lists(listing),
        begins(words.CAUSES),
        lists(_causes(given)),
        begins(words.BASIS),
        says(words.BY_LAW.format(law=agency.legal_basis)),
        begins(words.REMEDIES),
        says(words.REMEDY_SAID.format(review_body=agency.review_body, court=agency.court)),
    ]
    return Letter(words.REFUSAL, head, to_employer(head), parts, listing)


def _intro(given: Refusal) -> str:
    head, total = given.head, sum(line.amount for line in given.lines)
    return words.DECIDED.format(
        filed=chinese_day(head.filed_on),
        number=head.number,
        reason=head.reason,
        lines=len(given.lines),
        amount=format_yuan(total),
    )


def _listing(lines: Sequence[RefusedLine]) -> Listing:
    columns = (
        Column(words.ORDINAL, Holds.COUNT),
        *map(Column, (words.NAME, words.PERSON, words.PERIOD, words.INSURANCE)),
        Column(words.AMOUNTS, Holds.MONEY),
        *map(Column, (words.CODE, words.FACT)),
    )
    rows = [(LINE, _cells(line)) for line in lines]
    return Listing(columns, (9, 18, 34, 15, 11, 20, 16, None), rows)


def _cells(line: RefusedLine) -> tuple[Any, ...]:
    month = str(Period(line.period))
    about = (line.name, line.social_security_number, month, line.insurance.label, line.amount)
    return line.position, *about, line.code or words.NONE, line.fact or words.NO_CODE_FACT


def _causes(given: Refusal) -> Listing:
    rows = [(LINE, (cause.code, cause.text, cause.remedy)) for cause in given.causes]
    if not rows:
        rows = [(LINE, (words.NONE, words.NO_CODE_FACT, words.OTHER_REMEDY))]
    return Listing([Column(each) for each in (words.CODE, words.CAUSE, words.REMEDY)], (20, None, None), rows)
