"""办结通知: a batch was paid; what of whom, by which fund and when, and what the employer owes to its people."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from core.documents.application_form import amounts_by_insurance, chinese_day
from core.documents.letters import words
from core.documents.letters.letter import Head, Letter, Listing, begins, in_capitals, lists, pairs, says, to_employer
from core.documents.line_list import COLUMNS, list_rows
from core.documents.printed_list import LINE, TOTAL, Row
from core.documents.workbook import Column, Holds
from core.domain.money import format_yuan
from core.domain.vocabulary import Insurance

_WIDTHS = (9, None, 33, 14, 10, 22, 21, 16, 14, 23)
_MONEY = (words.EMPLOYER_PART, words.PERSONAL_PART, words.LATE_FEE, words.INTEREST, words.AMOUNT)
#: In a record of ``list_rows``.
_INSURANCE = 4


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a fund paid: the bank's day (ISO 8601), and the last four digits of the account."""

    settled_on: str
    account_end: str


@dataclass(frozen=True, slots=True)
class Completion:
    """``lines`` as they were paid (``application.FRAME_COLUMNS``); a transfer for every insurance that has any."""

    head: Head
    lines: pd.DataFrame
    transfers: Mapping[Insurance, Transfer]


def completion_letter(given: Completion) -> Letter:
    """The letter. Its annex has the payment day in every line."""
    head, total = given.head, int(given.lines["refundable"].sum())
    personal = int(given.lines["personal_part"].sum())
    paid = words.PAID.format(
        filed=chinese_day(head.filed_on),
        number=head.number,
        reason=head.reason,
        lines=len(given.lines),
        amount=format_yuan(total),
    )
    rows = list(list_rows(given.lines, each_person=True))
    parts = [
        says(paid),
        begins(words.BY_FUND),
        lists(_funds(given)),
        pairs([(words.TOTAL_IN_CAPITALS, in_capitals(total))]),
        begins(words.BY_LINE),
        lists(Listing(COLUMNS, _WIDTHS, rows)),
        begins(words.OWED),
        says(words.OWED_SAID.format(amount=format_yuan(personal), capitals=in_capitals(personal))),
    ]
    return Letter(words.COMPLETION, head, to_employer(head), parts, dated(rows, given.transfers))


def dated(rows: list[Row], transfers: Mapping[Insurance, Transfer]) -> Listing:
    """Rows of ``list_rows`` with the day on which the fund of each paid; sums have none."""
    days = {kind.label: transfer.settled_on for kind, transfer in transfers.items()}
    columns = (
        Column(words.ORDINAL, Holds.COUNT),
        *map(Column, (words.NAME, words.PERSON, words.PERIOD, words.INSURANCE)),
        *(Column(heading, Holds.MONEY) for heading in _MONEY),
        Column(words.PAID_ON),
    )
    return Listing(columns, (*_WIDTHS, 20), [(kind, (*cells, days.get(cells[_INSURANCE]))) for kind, cells in rows])


def _ending(transfer: Transfer) -> str:
    return words.ENDS_IN.format(digits=transfer.account_end)


def _funds(given: Completion) -> Listing:
    headings = (words.EMPLOYER_PART, words.PERSONAL_PART, words.LATE_FEE, words.INTEREST, words.SUM)
    columns = (
        Column(words.INSURANCE),
        *(Column(heading, Holds.MONEY) for heading in headings),
        *map(Column, (words.PAID_ON, words.ACCOUNT)),
    )
    *funds, total = amounts_by_insurance(given.lines)
    paid = {kind.label: (transfer.settled_on, _ending(transfer)) for kind, transfer in given.transfers.items()}
    nothing = (words.NONE, words.NONE)
    rows: list[Row] = [(LINE, (*fund, *paid.get(fund[0], nothing))) for fund in funds if fund[-1]]
    return Listing(columns, (14, *[None] * 5, 23, 25), [*rows, (TOTAL, (*total, "", ""))])
