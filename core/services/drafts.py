"""The draft: what a clerk has ticked and typed so far, kept at every step so that nothing is ever lost."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.domain.bank import FIELDS
from core.domain.errors import InvalidInput, NotFound
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import VERDICTS, Insurance, Verdict
from core.domain.wording import N_
from core.rules.holds import duplicate_groups
from core.services.contributions import Query, blocked_serials, require_employer
from core.services.desk import Desk, Unit
from core.services.judging import Judgement, judge_range
from core.store import contributions as rows_store
from core.store import drafts as store
from core.store.database import Connection
from core.store.employers import read_employer, read_employers
from core.store.schema import AMOUNTS

#: More rows than this in one application would not fit a screen, a form or a transaction that stays short.
MAX_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Employer:
    """An employer the viewer may file for; ``registered`` is its registered refund account, blank values when none."""

    employer_id: str
    name: str
    in_arrears: bool
    registered: Mapping[str, str]

    @property
    def has_registered_account(self) -> bool:
        """Whether refunds have a registered account to go to."""
        return bool(self.registered["bank_account"])


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What was typed, exactly as it was typed."""

    query: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    reason_note: str = ""
    bank: Mapping[str, str] = field(default_factory=dict)
    split_vouchers: bool = False
    split_reasons: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An open application of one clerk for one employer.

    ``ticked`` counts the rows of every reason in use, the draft's own first; a draft without a reason counts them under "".
    """

    draft_id: str
    employer: Employer
    content: DraftContent
    ticked: Mapping[str, int]
    updated_at: str

    @property
    def row_count(self) -> int:
        """How many rows are ticked."""
        return sum(self.ticked.values())

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of the reasons that rows are ticked for; the chosen one while nothing is."""
        return tuple(filter(None, self.ticked)) or tuple(filter(None, (self.content.reason,)))

    @property
    def employer_id(self) -> str:
        """The employer's 单位编号."""
        return self.employer.employer_id

    @property
    def employer_name(self) -> str:
        """The employer's registered name."""
        return self.employer.name


class PartTotals(NamedTuple):
    """Fen of one insurance, part by part."""

    employer_part: int
    personal_part: int
    late_fee: int
    interest: int


@dataclass(frozen=True, slots=True)
class SelectionTotals:
    """What is ticked so far: rows, people, and fen by insurance."""

    rows: int
    persons: int
    by_insurance: Mapping[Insurance, PartTotals]

    @property
    def total(self) -> int:
        """Fen over all insurances and parts."""
        return sum(map(sum, self.by_insurance.values()))


def employers_of(desk: Desk, viewer: Viewer) -> list[Employer]:
    """The employers this viewer may file for."""
    viewer.require(Right.APPLY)
    with desk.read() as connection:
        return [_employer(row) for row in read_employers(connection, viewer.scope)]


def open_draft(desk: Desk, viewer: Viewer, employer_id: str) -> Draft:
    """The viewer's open draft for this employer, begun with the registered account if there is none yet."""
    viewer.require(Right.APPLY)
    require_employer(viewer, employer_id)
    with desk.read() as connection:
        found = store.find_open(connection, viewer.username, employer_id)
        if found:
            return _draft(connection, found)
    with desk.write(viewer) as unit:
        found = store.find_open(unit.connection, viewer.username, employer_id)
        if not found:
            store.insert_draft(unit.connection, desk.new_id(), viewer.username, employer_id, unit.at)
            found = store.find_open(unit.connection, viewer.username, employer_id)
        return _draft(unit.connection, found)


def read_draft(connection: Connection, viewer: Viewer, draft_id: str, *, lock: bool = False) -> Draft:
    """The viewer's own open draft inside a transaction; ``NotFound`` for any other."""
    row = store.read_draft(connection, draft_id, lock=lock)
    if row is None or row.closed_at or row.username != viewer.username or not viewer.sees(row.employer_id):
        raise NotFound(N_("这份草稿已提交或不存在，请到申报记录查看"))
    return _draft(connection, row)


def save_draft(desk: Desk, viewer: Viewer, draft_id: str, **changes: Any) -> None:
    """Keep what was typed: any of ``query``, ``reason``, ``reason_note``, ``bank`` (merged), and whether it is to be
    split into batches by reason (``split_reasons``) and voucher type (``split_vouchers``).

    Half-finished and wrong input is kept as it is; it is checked at 提交. Raises ``InvalidInput`` for an unknown reason code
    or bank field, which no screen can send.
    """
    _check_changes(changes)
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        if "bank" in changes:
            kept = store.content_of(store.read_draft(unit.connection, draft_id)).get("bank", {})
            changes = {**changes, "bank": {**kept, **changes["bank"]}}
        change_content(unit, draft.draft_id, **changes)


def discard_draft(desk: Desk, viewer: Viewer, draft_id: str) -> None:
    """Close a draft without filing it; its papers and ticks stay on record."""
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        store.update_draft(unit.connection, draft.draft_id, closed_at=unit.at)
        unit.audit("draft.discard", draft.draft_id, employer=draft.employer_id, rows=draft.row_count)


def select_rows(desk: Desk, viewer: Viewer, draft_id: str, shown: Sequence[str], chosen: Collection[str]) -> None:
    """Make exactly ``chosen`` of the rows in ``shown`` ticked; ticks on rows not shown stay.

    Ids are looked up again: one that is not this employer's row raises ``InvalidInput`` and changes nothing.
    """
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        # Of the rows on the screen alone: there may be tens of thousands ticked on other pages.
        ticked = store.read_ticked(unit.connection, draft_id, among=shown)
        wanted = set(chosen) & set(shown)
        _change(unit, draft, add=wanted - ticked, remove=ticked - wanted)


def select_query(desk: Desk, viewer: Viewer, draft_id: str, query: Query, *, chosen: bool) -> int:
    """Tick (or untick) every selectable row of a query over all pages; returns how many rows changed."""
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        rows = set(
            rows_store.read_serials(
                unit.connection, draft.employer_id, query.first.number, query.last.number, query.persons
            )
        )
        ticked = store.read_ticked(unit.connection, draft_id)
        if not chosen:
            return _change(unit, draft, remove=rows & ticked)
        return _change(unit, draft, add=rows - ticked - blocked_serials(unit.connection, draft.employer_id, query))


def select_after_event(desk: Desk, viewer: Viewer, draft_id: str, reason: str, query: Query) -> int:
    """Tick every row of a query of which the facts support this reason for at least one line; returns how many were added.

    Of a month that was paid several times one copy stays (N27).
    """
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
    judged = judge_range(desk, viewer, draft.employer_id, reason, query.first, query.last, query.persons)
    supported = supported_rows(judged)
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        return _change(unit, draft, add=supported - store.read_ticked(unit.connection, draft_id))


def supported_rows(judged: Judgement) -> set[str]:
    """The rows that the facts support for at least one line, without the first copy of a month that was paid several times."""
    refundable = judged.verdict == VERDICTS.index(Verdict.REFUNDABLE)
    copies = {serials[0] for serials in duplicate_groups(judged, refundable)}
    return set(judged.serial[refundable].tolist()) - copies


def selection_totals(desk: Desk, viewer: Viewer, draft_id: str) -> SelectionTotals:
    """The running total of what is ticked, summed again from the ledger."""
    with desk.read() as connection:
        read_draft(connection, viewer, draft_id)
        row = store.ticked_totals(connection, draft_id)._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return SelectionTotals(
        row["rows"],
        row["persons"],
        {
            insurance: PartTotals(*(int(row.get(f"{insurance}_{part}", 0)) for part in PartTotals._fields))
            for insurance in AMOUNTS
        },
    )


def tick(unit: Unit, draft: Draft, serials: Collection[str]) -> int:
    """Tick rows of a draft that is held by this transaction; see ``select_rows`` for what is refused."""
    return _change(unit, draft, add=serials)


def _change(unit: Unit, draft: Draft, *, add: Collection[str] = (), remove: Collection[str] = ()) -> int:
    if add:
        own = rows_store.serials_of_employer(unit.connection, draft.employer_id, add)
        if len(own) != len(add):
            raise InvalidInput(N_("勾选的记录中有不属于本单位的，请重新查询后再勾选"), field="contributions")
        if draft.row_count + len(add) > MAX_ROWS:
            raise InvalidInput(N_("一份申报最多 {count} 条记录，请分次申报"), field="contributions", count=MAX_ROWS)
    store.change_ticked(unit.connection, draft.draft_id, add=add, remove=remove)
    store.update_draft(unit.connection, draft.draft_id, updated_at=unit.at)
    return len(add) + len(remove)


def _check_changes(changes: Mapping[str, Any]) -> None:
    unknown = set(changes) - set(DraftContent.__dataclass_fields__)
    unknown |= set(changes.get("bank", {})) - set(FIELDS)
    if unknown or changes.get("reason", "") not in {"", *REASONS}:
        raise InvalidInput(N_("提交的内容无法识别，请刷新页面后重试"))


def change_content(unit: Unit, draft_id: str, **changes: Any) -> None:
    """Change what a draft says, inside the transaction that holds it; rows with the reason that it takes on follow it."""
    content = store.content_of(store.read_draft(unit.connection, draft_id)) | changes
    if changes.get("reason"):
        store.forget_reason(unit.connection, draft_id, changes["reason"])
    store.update_draft(unit.connection, draft_id, content=json.dumps(content, ensure_ascii=False), updated_at=unit.at)


def _draft(connection: Connection, row: Any) -> Draft:
    employer = load_employer(connection, row.employer_id)
    content = store.content_of(row)
    content["bank"] = {**employer.registered, **content.get("bank", {})}
    counted = store.count_ticked(connection, row.draft_id)
    # Sorted, the blank of the draft's own reason comes first.
    ticked = {reason or content.get("reason", ""): counted[reason] for reason in sorted(counted)}
    return Draft(row.draft_id, employer, DraftContent(**content), ticked, row.updated_at)


def load_employer(connection: Connection, employer_id: str) -> Employer:
    """An employer inside a transaction; ``NotFound`` when there is none."""
    row = read_employer(connection, employer_id)
    if row is None:
        raise NotFound(N_("没有找到该单位，或您无权查看"))
    return _employer(row)


def _employer(row: Any) -> Employer:
    return Employer(row.employer_id, row.name, bool(row.in_arrears), {name: getattr(row, name) for name in FIELDS})
