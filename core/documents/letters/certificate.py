"""退费情况证明: what was refunded of one person, for that person."""

from dataclasses import dataclass

from core.documents.letters import words
from core.documents.letters.completion import Completion, dated
from core.documents.letters.letter import Letter, Listing, begins, in_capitals, lists, room_for, says
from core.documents.line_list import list_rows
from core.documents.printed_list import SUBTOTAL
from core.documents.workbook import Column, Holds
from core.domain.money import format_yuan

#: In a row of the list of a batch: what says nothing where all lines are of one person ends before the month.
_NAME, _PERIOD = 1, 3
_WIDTHS = (11, 17, 13, None, None, None, None, None, 23)


@dataclass(frozen=True, slots=True)
class Certificate:
    """``paid`` holds the lines of this person only."""

    paid: Completion
    name: str
    social_security_number: str


def certificate(given: Certificate) -> Letter:
    """The certificate; it is handed out and sent to nobody."""
    head, lines = given.paid.head, given.paid.lines
    total, personal = int(lines["refundable"].sum()), int(lines["personal_part"].sum())
    said = words.CERTIFIED.format(
        name=given.name,
        person=given.social_security_number,
        employer=head.employer_name,
        number=head.number,
        reason=head.reason,
        lines=len(lines),
        amount=format_yuan(total),
        capitals=in_capitals(total),
    )
    parts = [
        says(said, words.CERTIFIED_PART.format(amount=format_yuan(personal))),
        begins(words.CERTIFIED_DETAIL),
        lists(_detail(given)),
        room_for(words.PURPOSE),
    ]
    return Letter(words.CERTIFICATE, head, "", parts)


def _detail(given: Certificate) -> Listing:
    whole = dated(list(list_rows(given.paid.lines)), given.paid.transfers)
    columns = [Column(words.ORDINAL, Holds.COUNT), *whole.columns[_PERIOD:]]
    # A sum has no month: what it is called stands there.
    rows = [
        (kind, (cells[0], cells[_PERIOD] or cells[_NAME], *cells[_PERIOD + 1 :]))
        for kind, cells in whole.rows
        if kind != SUBTOTAL
    ]
    return Listing(columns, _WIDTHS, rows)
