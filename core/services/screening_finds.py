"""What a screening has found: sums, people, lines, a workbook, and rows of the clerk's open draft."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from core.documents.find_list import SHEET, write_finds
from core.domain.errors import InvalidInput
from core.domain.finding import SEPARATOR
from core.domain.period import Period
from core.domain.roles import Viewer
from core.domain.screening import PATTERNS, STRONGEST_FIRST, Confidence, confidence_of
from core.domain.wording import N_
from core.rules.months import ELSEWHERE
from core.services.contributions import Query, blocked_serials
from core.services.desk import AGENCY_ZONE, Desk, Unit
from core.services.drafts import Draft, change_content, read_draft, tick
from core.services.exports import Export, keep_workbook
from core.services.line_tables import masked
from core.services.person_lists import LookedUp
from core.services.screenings import require_screening
from core.store import drafts as draft_store
from core.store import screenings as store
from core.store.files import storage_failures
from core.texts import _

PAGE_SIZE = 50
#: More lines than this are no list that anybody works through; a filter makes several of it.
MOST_EXPORTED = 300_000
_EVER = (Period(194901), Period(219912))


@dataclass(frozen=True, slots=True)
class Share:
    """What was found under one code: lines, people (of each employer) and fen.

    Of a payment that was made twice both employers' lines are found, and one can come back: ``amount`` counts it once, and
    ``doubled`` is what it leaves out for that (fen).
    """

    code: str
    lines: int
    people: int
    amount: int
    doubled: int = 0

    @property
    def confidence(self) -> Confidence:
        """What finds of this code rest on."""
        return confidence_of(self.code)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which finds are asked for: of these codes (none: all), of one confidence (``None``: of either)."""

    codes: tuple[str, ...] = ()
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class FindPage:
    """People with what was found of them: employer_id, name, social_security_number, code, months, first, last (YYYYMM),
    lines, amount (fen) and basis in words; ``total`` counts the records of all pages.
    """

    frame: pd.DataFrame
    total: int


def read_shares(desk: Desk, viewer: Viewer, screening_id: str) -> list[Share]:
    """The sums of a screening, the strongest reason first."""
    with desk.read() as connection:
        require_screening(desk, connection, viewer, screening_id)
        rows = store.sum_finds(connection, screening_id)
        twice = {code: store.sum_doubled(connection, screening_id, code) for code in ELSEWHERE}
    shares = [
        Share(row.code, row.lines, row.people, int(row.amount) - twice.get(row.code, 0), twice.get(row.code, 0))
        for row in rows
    ]
    return sorted(shares, key=lambda share: STRONGEST_FIRST.index(share.code))


def read_people(
    desk: Desk, viewer: Viewer, screening_id: str, wanted: Wanted, *, page: int = 1, size: int = PAGE_SIZE
) -> FindPage:
    """A page of people, by employer, person and code; masked unless the role sees names and numbers in full."""
    with desk.read() as connection:
        require_screening(desk, connection, viewer, screening_id)
        chosen = (screening_id, wanted.codes, wanted.confidence)
        total = store.count_groups(connection, *chosen)
        frame = store.read_groups(connection, *chosen, limit=size, offset=(page - 1) * size)
    return FindPage(_told(masked(viewer, frame)), total)


def export_finds(desk: Desk, viewer: Viewer, screening_id: str, wanted: Wanted) -> Export:
    """Every line that is asked for as a workbook, masked as the screen is; ``InvalidInput`` when there is none, or too many."""
    with desk.read() as connection:
        require_screening(desk, connection, viewer, screening_id)
        chosen = (screening_id, wanted.codes, wanted.confidence)
        frame = store.read_finds(connection, *chosen, limit=MOST_EXPORTED + 1)
    if frame.empty:
        raise InvalidInput(N_("没有筛查结果，无需导出"), field="export_finds")
    if len(frame) > MOST_EXPORTED:
        raise InvalidInput(N_("结果超过 {count} 条，请按原因筛选后分次导出"), field="export_finds", count=MOST_EXPORTED)
    with storage_failures():
        content = write_finds(_told(masked(viewer, frame)))
    name = f"{_(SHEET)}-{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M}.xlsx"
    return keep_workbook(desk, viewer, "finds", name, content, screening=screening_id, lines=len(frame))


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Basis in words, in the language in force."""
    memo: dict[str, str] = {}
    for written in frame["basis"].unique():
        memo[written] = _(SEPARATOR).join(detail.told(_) for detail in store.basis_of(written))
    return frame.assign(basis=frame["basis"].map(memo))


# --- into the draft -----------------------------------------------------------------------------------------------------


def take_finds(desk: Desk, viewer: Viewer, draft_id: str, screening_id: str, codes: Collection[str] = ()) -> LookedUp:
    """Tick the rows of the draft's employer that were found by fact, of these codes only if given; returns whose they are.

    A draft in which nothing is ticked gets the most frequent reason; rows with another carry it themselves, to be filed as a
    batch of their own. Rows ticked already and rows under way stay as they are; patterns are never filed unread.
    """
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        require_screening(desk, unit.connection, viewer, screening_id)
        found = store.rows_by_fact(unit.connection, screening_id, draft.employer.employer_id)
        reasons = _reasons_of_rows(desk, unit, draft, found, codes)
        if not reasons:
            return LookedUp((), None, None, 0)
        own = draft.content.reason if draft.row_count and draft.content.reason else _most_frequent(reasons)
        if own != draft.content.reason:
            change_content(unit, draft.draft_id, reason=own)
        tick(unit, draft, set(reasons))
        _assign(unit, draft, {serial: code for serial, code in reasons.items() if code != own})
        unit.audit("draft.take_finds", draft.draft_id, screening=screening_id, rows=len(reasons))
    months = [found[serial].period for serial in reasons]
    persons = dict.fromkeys(found[serial].social_security_number for serial in sorted(reasons))
    return LookedUp(tuple(persons), Period(min(months)), Period(max(months)), len(reasons))


def _reasons_of_rows(
    desk: Desk, unit: Unit, draft: Draft, found: Mapping[str, store.FoundRow], codes: Collection[str]
) -> dict[str, str]:
    """The strongest reason of each row that can be ticked now."""
    employer_id, settings = draft.employer.employer_id, desk.settings(unit.connection)
    wanted = set(codes or STRONGEST_FIRST) - set(PATTERNS)
    active = {code for code in wanted if settings.is_on(f"reason_active_{code}")}
    ticked = draft_store.read_ticked(unit.connection, draft.draft_id)
    left_out = ticked | blocked_serials(unit.connection, employer_id, Query(*_EVER, everyone=True))
    return {
        serial: min(row.codes & active, key=STRONGEST_FIRST.index)
        for serial, row in found.items()
        if serial not in left_out and row.codes & active
    }


def _most_frequent(reasons: Mapping[str, str]) -> str:
    counted = Counter(reasons.values())
    return min(counted, key=lambda code: (-counted[code], STRONGEST_FIRST.index(code)))


def _assign(unit: Unit, draft: Draft, others: Mapping[str, str]) -> None:
    for code in set(others.values()):
        serials = {serial for serial, reason in others.items() if reason == code}
        draft_store.assign_reason(unit.connection, draft.draft_id, serials, code)
