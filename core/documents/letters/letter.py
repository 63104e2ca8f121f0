"""A letter as a value: its head, what stands in it part by part, and the list that is also had as a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.documents.application_form import chinese_day
from core.documents.letters import words
from core.documents.pdf import write_long_pdf, write_pdf
from core.documents.printed_list import LINE, LONG, MOST_LINES, Row, table_content
from core.documents.workbook import Column, write_workbook
from core.domain.agency import Agency
from core.domain.capitals import capital_yuan

#: One part of a letter, as ``letter.typ`` draws it.
Part = dict[str, Any]
_DATE_AT, _SEQUENCE_AT = slice(6, 10), slice(10, 16)


@dataclass(frozen=True, slots=True)
class Head:
    """What every letter knows: which batch, whose, from whom. ``day`` is the letter's, ``at`` (aware) the moment behind it.

    ``turn`` counts letters of one kind about one batch; ``masked``: whoever reads it may not see names and numbers in full.
    """

    number: str
    employer_name: str
    employer_id: str
    reason: str
    filed_on: date
    agency: Agency
    day: date
    at: datetime
    turn: int = 1
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A table: its columns, how wide they are on paper (mm; ``None`` shares what is left), and its rows."""

    columns: Sequence[Column]
    widths: Sequence[float | None]
    rows: Sequence[Row]

    @property
    def lines(self) -> int:
        """Rows that are lines, no sums."""
        return sum(kind == LINE for kind, _cells in self.rows)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be written. ``to``: whom it is sent to, blank for a certificate; ``annex``: its list as a workbook."""

    title: str
    head: Head
    to: str
    parts: Sequence[Part]
    annex: Listing | None = None


def reference(title: str, number: str, turn: int = 1) -> str:
    """文号 of a batch's letter: ``退费〔2026〕补字第1123000123-2号``. Made of the batch's number alone, so it never changes."""
    serial = number[_DATE_AT] + number[_SEQUENCE_AT] + (f"-{turn}" if turn > 1 else "")
    return words.REFERENCE.format(year=number[2:6], mark=words.MARKS[title], serial=serial)


def to_employer(head: Head) -> str:
    """The line that says to whom."""
    return words.TO.format(name=head.employer_name, number=head.employer_id)


def says(*paragraphs: str) -> Part:
    """Paragraphs."""
    return {"kind": "words", "words": paragraphs}


def begins(title: str) -> Part:
    """The title of what follows."""
    return {"kind": "section", "title": title}


def room_for(title: str) -> Part:
    """A line on which something is written by hand."""
    return {"kind": "blank", "title": title}


def pairs(said: Sequence[tuple[str, str]], *wide: str) -> Part:
    """Labels and texts in a box, two in a line; those named in ``wide`` have one of their own."""
    return {"kind": "pairs", "pairs": said, "wide": wide}


def lists(listing: Listing) -> Part:
    """A table; one that is too long for paper is had as a workbook, and a sentence says so."""
    if listing.lines > MOST_LINES:
        return says(words.ANNEX.format(count=listing.lines))
    return {"kind": "table", **table_content(listing.columns, listing.widths, listing.rows)}


def in_capitals(fen: int) -> str:
    """``人民币壹元整``."""
    return words.RENMINBI + capital_yuan(fen)


def write_letter(letter: Letter) -> bytes:
    """The letter as A4 PDF: the same letter is the same bytes, whenever it is printed."""
    head = letter.head
    content = {
        "title": letter.title,
        "reference": reference(letter.title, head.number, head.turn),
        "to": letter.to,
        "parts": letter.parts,
        "masked": words.MASKED if head.masked else "",
        "agency": head.agency.name,
        "seal": words.SEAL,
        "day": chinese_day(head.day),
        "contact": words.CONTACT.format(contact=head.agency.contact),
        "foot": f"{head.agency.name}　{reference(letter.title, head.number, head.turn)}",
    }
    is_long = sum(len(part.get("rows", ())) for part in letter.parts) >= LONG
    return (write_long_pdf if is_long else write_pdf)("letter", content, head.at)


def write_annex(letter: Letter) -> bytes | None:
    """The letter's list as a workbook, one line a row and no sums, so that it can be added up; ``None`` where it has none."""
    if letter.annex is None:
        return None
    rows = [cells for kind, cells in letter.annex.rows if kind == LINE]
    return write_workbook(letter.title, letter.annex.columns, rows)
