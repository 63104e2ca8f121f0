"""自由查询: one question over all batches, lines or refusals, answered a page at a time, added up, grouped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from core.domain.errors import InvalidInput
from core.domain.identifiers import mask_account, mask_name, mask_number
from core.domain.purpose import purpose_of, without_numbers
from core.domain.question import FIELD, Dimension, Question
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.question_words import say_question
from core.store import explore as store
from core.store.database import Connection
from core.store.files import sha256_of

PAGE = 50
MOST_GROUPS = 2_000
#: Groups with fewer people than this are folded into one for those who see no full numbers.
SMALLEST_GROUP = 5
#: How long a page stays revealed.
REVEALED = timedelta(minutes=5)
_MASKS = {"name": mask_name, "social_security_number": mask_number, "bank_account": mask_account}
_REVEAL = "explore.reveal"


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Rows of an answer, masked unless revealed; ``place`` leads on to the next page and is blank on the last one."""

    rows: pd.DataFrame
    place: tuple[Any, ...]
    revealed: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """How much an answer holds: rows, batches, amount (fen); ``None`` where a figure stands for too few people.

    ``capped``: there are more rows than were counted.
    """

    rows: int | None
    batches: int | None
    amount: int | None
    capped: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One group or one cell of a pivot. ``folded`` says that the row group, or the column group, is made of small ones."""

    row: Any
    column: Any
    rows: int
    people: int
    amount: int
    folded_row: bool = False
    folded_column: bool = False


def read_answer(
    desk: Desk, viewer: Viewer, question: Question, after: Sequence[Any] = (), *, reveal: int = 0, size: int = PAGE
) -> AnswerPage:
    """One page of the answer, after a place (``Right.ANALYSE``). Names, numbers and accounts are masked by role.

    ``reveal`` is what ``reveal_page`` gave for this very page: it is shown in full for five minutes.
    """
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        rows, place = store.read_page(connection, viewer.scope, question, after, size)
        revealed = reveal > 0 and _is_revealed(desk, connection, viewer, reveal, _page_name(question, after))
    full = revealed or viewer.may(Right.SEE_UNMASKED)
    return AnswerPage(_frame(question, rows, full=full), place, revealed)


def add_up(desk: Desk, viewer: Viewer, question: Question, *, whole: bool = False) -> Sums:
    """Counts and amount of the whole answer, in one statement; of 100,000 rows at most unless ``whole``.

    Those who see no full numbers are told no amount for fewer than five people, and where the answer is grouped no counts
    either: it would be the group that is not told. Rows that are listed can be counted anyway.
    """
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        rows, batches, amount = store.add_up(
            connection, viewer.scope, question, most=None if whole else store.MOST_COUNTED
        )
        few = bool(rows) and _is_few(connection, viewer, question)
    capped = not whole and rows > store.MOST_COUNTED
    if few:
        return Sums(None, None, None, capped) if question.by else Sums(rows, batches, None, capped)
    return Sums(rows, batches, amount, capped)


def _is_few(connection: Connection, viewer: Viewer, question: Question) -> bool:
    if viewer.may(Right.SEE_UNMASKED):
        return False
    return store.count_people(connection, viewer.scope, question, SMALLEST_GROUP) < SMALLEST_GROUP


def read_groups(desk: Desk, viewer: Viewer, question: Question) -> tuple[Group, ...]:
    """The answer in groups, small ones folded; ``InvalidInput`` when there are too many to be looked at."""
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        found = store.read_groups(connection, viewer.scope, question, MOST_GROUPS)
    if len(found) > MOST_GROUPS:
        raise InvalidInput(N_("分组超过 {count} 个，请增加筛选条件或换一个分组"), field=FIELD, count=MOST_GROUPS)
    groups = [Group(row, column, count, people, int(amount)) for row, column, count, people, amount in found]
    return tuple(groups if viewer.may(Right.SEE_UNMASKED) else fold(groups, across=question.across))


def fold(groups: Sequence[Group], *, across: Dimension | None) -> list[Group]:
    """Groups of fewer than five people as one; in a pivot first within each row, then whole rows.

    What is folded is told only where it stands for five people itself, as far as that is sure (one person may be in all of its
    groups): else the smallest of the others goes along, and where there is none it is left out.
    """
    rows = _by_row(groups)
    if across is not None:
        rows = [_fold_cells(row) for row in rows]
    kept = [row for row in rows if _is_told(row)]
    small = [cell for row in rows if not _is_told(row) for cell in row]
    if not small:
        return [cell for row in kept for cell in row]
    rest = _fold_rows(small)
    while kept and not _is_told(rest):
        smallest = min(kept, key=lambda row: max(cell.people for cell in row))
        kept.remove(smallest)
        small += smallest
        rest = _fold_rows(small)
    return [*(cell for row in kept for cell in row), *(rest if _is_told(rest) else [])]


def _is_told(row: Sequence[Group]) -> bool:
    return all(each.people >= SMALLEST_GROUP for each in row)


def reveal_page(desk: Desk, viewer: Viewer, question: Question, after: Sequence[Any], purpose: str) -> int:
    """Let this page be read in full for five minutes: a purpose, a fresh second factor, an audit entry, whose number it is.

    Raises ``NotAllowed`` without ``Right.REVEAL``, ``FactorNeeded``, and ``InvalidInput`` without a purpose.
    """
    viewer.require(Right.ANALYSE)
    viewer.require(Right.REVEAL)
    said = purpose_of(purpose)
    viewer.require_factor()
    with desk.write(viewer) as unit:
        rows, _place = store.read_page(unit.connection, viewer.scope, question, after, PAGE)
        return unit.audit(
            _REVEAL,
            question.subject.value,
            purpose=said,
            question=without_numbers(say_question(question)),
            rows=len(rows),
            page=_page_name(question, after),
        )


def _is_revealed(desk: Desk, connection: Connection, viewer: Viewer, sequence: int, page: str) -> bool:
    entry = store.read_entry(connection, sequence)
    if entry is None or (entry.actor, entry.action) != (viewer.username, _REVEAL) or not viewer.may(Right.REVEAL):
        return False
    age = desk.clock() - datetime.fromisoformat(entry.at)
    return timedelta() <= age <= REVEALED and json.loads(entry.detail)["page"] == page


def _page_name(question: Question, after: Sequence[Any]) -> str:
    """A name for one page of one question that tells nothing of it."""
    return sha256_of(json.dumps([question.as_query(), list(after)], sort_keys=True).encode())[:16]


def masked_row(columns: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
    """A row as those see it who see no full numbers."""
    return tuple(_MASKS[name](value) if name in _MASKS else value for name, value in zip(columns, row, strict=True))


def _frame(question: Question, rows: Sequence[Any], *, full: bool) -> pd.DataFrame:
    columns = store.columns_of(question.subject)
    return pd.DataFrame.from_records(
        [tuple(row) if full else masked_row(columns, row) for row in rows], columns=list(columns)
    )


def _by_row(groups: Sequence[Group]) -> list[list[Group]]:
    rows: dict[Any, list[Group]] = {}
    for each in groups:
        rows.setdefault(each.row, []).append(each)
    return list(rows.values())


def _fold_cells(row: Sequence[Group]) -> list[Group]:
    """The cells of one row with the small ones as one, which takes the smallest of the others along while it is small."""
    small = [each for each in row if each.people < SMALLEST_GROUP]
    kept = [each for each in row if each.people >= SMALLEST_GROUP]
    while small and kept and max(each.people for each in small) < SMALLEST_GROUP:
        smallest = min(kept, key=lambda each: each.people)
        kept.remove(smallest)
        small.append(smallest)
    folded = [_joined(row[0].row, None, small, folded_row=row[0].folded_row, folded_column=True)] if small else []
    return [*kept, *folded]


def _fold_rows(cells: Sequence[Group]) -> list[Group]:
    """One row out of several: column by column, and small columns as one."""
    columns: dict[tuple[Any, bool], list[Group]] = {}
    for each in cells:
        columns.setdefault((each.column, each.folded_column), []).append(each)
    row = [
        _joined(None, column, own, folded_row=True, folded_column=is_folded)
        for (column, is_folded), own in columns.items()
    ]
    return _fold_cells(row) if len(row) > 1 else row


def _joined(row: Any, column: Any, groups: Sequence[Group], **folded: bool) -> Group:
    """Several groups as one. Of its people there are so many at least: the same may be in all of them."""
    return Group(
        row,
        column,
        sum(each.rows for each in groups),
        max(each.people for each in groups),
        sum(each.amount for each in groups),
        **folded,
    )
