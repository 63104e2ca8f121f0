"""A person with two reasons: some ticked rows carry another reason than the draft's own, and become a batch of their own."""

from core.domain.errors import InvalidInput
from core.domain.reasons import REASONS
from core.domain.roles import Viewer
from core.domain.vocabulary import VERDICTS, Verdict
from core.domain.wording import N_
from core.services.contributions import Query
from core.services.desk import Desk, Unit
from core.services.drafts import Draft, read_draft, supported_rows, tick
from core.services.judging import judge_range
from core.store import contributions as rows_store
from core.store import drafts as store

_FIELD = "other_reason"


def assign_reason(desk: Desk, viewer: Viewer, draft_id: str, reason: str, query: Query) -> int:
    """Give the ticked rows of a query this reason; returns how many changed. The draft's own reason takes them back."""
    with desk.write(viewer) as unit:
        draft = _open(unit, viewer, draft_id, reason)
        found = rows_store.read_serials(
            unit.connection, draft.employer_id, query.first.number, query.last.number, query.persons
        )
        return _assign(unit, draft, reason, set(found) & store.read_ticked(unit.connection, draft_id))


def assign_supported(desk: Desk, viewer: Viewer, draft_id: str, reason: str, query: Query) -> int:
    """Tick the rows of a query that the facts support for this reason, and give it to them; returns how many changed.

    A row that is ticked already keeps the draft's own reason if that one refunds any line of it.
    """
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
    asked = (query.first, query.last, query.persons)
    supported = supported_rows(judge_range(desk, viewer, draft.employer_id, reason, *asked))
    own = judge_range(desk, viewer, draft.employer_id, draft.content.reason, *asked)
    refunded = set(own.serial[own.verdict < VERDICTS.index(Verdict.REFUSED)].tolist())
    with desk.write(viewer) as unit:
        draft = _open(unit, viewer, draft_id, reason)
        ticked = store.read_ticked(unit.connection, draft_id)
        moved = supported - (ticked & refunded)
        tick(unit, draft, moved - ticked)
        return _assign(unit, draft, reason, moved)


def take_back(desk: Desk, viewer: Viewer, draft_id: str, reason: str) -> int:
    """Let every row with this reason follow the draft's own again; returns how many did."""
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        store.update_draft(unit.connection, draft.draft_id, updated_at=unit.at)
        return store.forget_reason(unit.connection, draft.draft_id, reason)


def _open(unit: Unit, viewer: Viewer, draft_id: str, reason: str) -> Draft:
    draft = read_draft(unit.connection, viewer, draft_id, lock=True)
    if reason not in REASONS or not draft.content.reason:
        raise InvalidInput(N_("请选择退费原因"), field=_FIELD)
    return draft


def _assign(unit: Unit, draft: Draft, reason: str, serials: set[str]) -> int:
    kept = "" if reason == draft.content.reason else reason
    store.update_draft(unit.connection, draft.draft_id, updated_at=unit.at)
    return store.assign_reason(unit.connection, draft.draft_id, serials, kept)
