"""申报记录: which batches there are, and one of them with all that the viewer may see and do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from core.domain.bank import FIELDS
from core.domain.errors import NotFound
from core.domain.identifiers import mask_account, normalise
from core.domain.lifecycle import (
    AFTER_BOUNCE,
    FREE_STATES,
    Edge,
    Part,
    State,
    allowed_actions,
    find_edge,
    part_in_the_way,
)
from core.domain.reasons import REASONS
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import INSURANCES, Insurance
from core.domain.wording import N_
from core.services.bounces import Bounce, read_bounces
from core.services.comments import sees_internal
from core.services.desk import Desk
from core.services.due_dates import answer_date
from core.services.line_outcomes import left_positions
from core.services.line_tables import masked
from core.services.next_steps import say_next
from core.services.papers import sees_removed
from core.services.steps import FILING, account_makers, choose_edge, read_parts, require_batch
from core.services.unregistered_accounts import CHECKED, is_unregistered
from core.services.unregistered_accounts import FIELD as ACCOUNT_CHECKED
from core.store import batches as store
from core.store.audit_trail import steps_that_said
from core.store.comments import count_comments
from core.store.employers import read_employer
from core.store.papers import OnRecord, Paper, papers_ever_of_batch
from core.texts import _


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One page of 申报记录. ``rows``: number, employer, reason and state (codes and labels), counts, total (fen), dates."""

    rows: pd.DataFrame
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a batch's history, in words; ``state`` is where it led."""

    label: str
    state: State
    actor: str
    part: str
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as this viewer may see it: masked unless the role sees full numbers.

    ``lines`` are those filed, without what was told of them (``line_sheets``, ``batch_refusals``); ``stands`` says of each
    whether it is still part of the batch, or was to its end, and of its ``total`` (fen). ``part_in_the_way`` is the viewer's
    own part where it alone keeps him from the next step, ``made_account`` says that this is his having asked for or approved
    the account; ``comment_count`` is of those comments that he may read. ``unregistered``: the account is
    not a registered one even now; ``account_checked``: then the first reviewer has compared it with the papers.
    ``removed`` are papers that the employer took off, for the agency alone; ``missing`` are the groups of 必需 materials of
    which none is there now; ``bounces`` say why the bank sent money back, until that is settled.
    """

    number: str
    employer_id: str
    employer_name: str
    reason: str
    reason_note: str
    state: State
    round: int
    filer: str
    submitted_at: str
    due_on: str
    overdue: bool
    total: int
    line_count: int
    refused_count: int
    account_unverified: bool
    bank: Mapping[str, str]
    payments: Mapping[Insurance, int]
    lines: pd.DataFrame
    events: tuple[Event, ...]
    papers: tuple[Paper, ...]
    actions: tuple[Edge, ...]
    family: tuple[str, ...]
    next_step: str = field(default="")
    part_in_the_way: Part | None = None
    comment_count: int = 0
    made_account: bool = False
    unregistered: bool = False
    account_checked: bool = False
    removed: tuple[OnRecord, ...] = ()
    missing: tuple[tuple[str, ...], ...] = ()
    bounces: tuple[Bounce, ...] = ()

    @property
    def ended_unpaid(self) -> bool:
        """Whether nothing of it is, or will be, refunded: its amounts are what was asked for."""
        return self.state in FREE_STATES


def batches_of_employer(desk: Desk, viewer: Viewer, employer_id: str, *, states: Collection[str] = ()) -> BatchPage:
    """Every batch of one employer, newest first; ``NotFound`` for one that is unknown or out of the viewer's scope."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        if not viewer.sees(employer_id) or read_employer(connection, employer_id) is None:
            raise NotFound(N_("没有找到该单位，或您无权查看"))
        total = store.count_batches(connection, {employer_id}, states, "")
        rows = store.list_page(connection, {employer_id}, states, "", limit=total, offset=0)
    return BatchPage(label_batches(desk, rows), total, 1, max(total, 1))


def list_batches(
    desk: Desk, viewer: Viewer, *, states: Collection[str] = (), search: str = "", page: int = 1, size: int = 50
) -> BatchPage:
    """Batches within the viewer's scope, newest first.

    ``search``: a number, an employer's name, or a person: the number in full or a part of the name.

    Who sees people masked finds none by a name or number: that would tell him what the mask hides.
    """
    viewer.require(Right.SEE_BATCHES)
    wanted, people = normalise(search), viewer.may(Right.SEE_UNMASKED)
    turned = {"limit": size, "offset": (page - 1) * size}
    with desk.read() as connection:
        rows = store.list_page(connection, viewer.scope, states, wanted, people=people, **turned)
        total = store.count_batches(connection, viewer.scope, states, wanted, people=people)
    return BatchPage(label_batches(desk, rows), total, page, size)


def label_batches(desk: Desk, rows: pd.DataFrame) -> pd.DataFrame:
    """Add to listed batches what people read: state_label, reason_label, and whether each is overdue today."""
    today = desk.today().isoformat()
    return rows.assign(
        state_label=[_(State(state).label) for state in rows["state"]],
        reason_label=[_(REASONS[code].text) for code in rows["reason"]],
        overdue=[bool(due) and due < today for due in rows["due_on"]],
    )


def batches_of_same_people(desk: Desk, viewer: Viewer, number: str, *, most: int = 20) -> BatchPage:
    """The latest other batches, within the viewer's scope, with a line of somebody who is in this one."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        rows = store.read_batches_of_same_people(connection, row.batch_id, viewer.scope, most)
    return BatchPage(label_batches(desk, rows), len(rows), 1, most)


def show_batch(desk: Desk, viewer: Viewer, number: str) -> BatchView:
    """One batch with its lines, refusals, papers, history, and what this viewer may do next."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        settings = desk.settings(connection)
        lines = masked(viewer, store.read_lines(connection, row.batch_id))
        steps = store.read_steps(connection, row.batch_id)
        left = left_positions(connection, row, steps)
        payments = store.read_payments(connection, row.batch_id)
        ever = papers_ever_of_batch(connection, row.batch_id)
        state = State(row.state)
        bounces = read_bounces(connection, row.batch_id) if state in AFTER_BOUNCE else ()
        family = tuple(store.read_family(connection, row.family, viewer.scope))
        parts = read_parts(connection, row.batch_id)
        makers = account_makers(connection, row.batch_id)
        unregistered = is_unregistered(connection, row)
        checked = steps_that_said(connection, row.batch_id, ACCOUNT_CHECKED)
        comments = count_comments(connection, row.batch_id, internal=sees_internal(viewer))
    papers = tuple(each.paper for each in ever if not each.removed_at)
    return BatchView(
        row.number,
        row.employer_id,
        row.employer_name,
        row.reason,
        row.reason_note,
        state,
        row.round,
        row.filer,
        row.submitted_at,
        row.due_on,
        bool(row.due_on) and row.due_on < desk.today().isoformat(),
        row.total,
        row.line_count,
        row.refused_count,
        bool(row.account_unverified),
        _bank(viewer, row),
        {kind: payments[kind.value] for kind in INSURANCES if kind.value in payments},
        lines.assign(stands=~lines["position"].isin(left)),
        tuple(_event(step, account_checked=step.audit_sequence in checked) for step in steps),
        papers,
        tuple(_offered(settings, row, viewer, parts)),
        family,
        say_next(state, row.due_on, answer_date(settings, steps), bounces),
        part_in_the_way(state, viewer, row.employer_id, parts),
        comments,
        viewer.username in makers,
        unregistered,
        unregistered and _is_checked(steps, checked),
        tuple(each for each in ever if each.removed_at) if sees_removed(viewer) else (),
        tuple(settings.reason(row.reason).missing({paper.material for paper in papers})),
        bounces,
    )


def _offered(settings: Settings, row: Any, viewer: Viewer, parts: Mapping[str, Part]) -> list[Edge]:
    """The steps to draw: of the two ways out of 复核 only the one that the threshold leaves."""
    allowed = allowed_actions(State(row.state), viewer, row.employer_id, parts)
    return [edge for edge in allowed if choose_edge(settings, row, edge.step) is edge]


def _bank(viewer: Viewer, row: Any) -> dict[str, str]:
    bank = {name: getattr(row, name) for name in FIELDS}
    if not viewer.may(Right.SEE_UNMASKED):
        bank["bank_account"] = mask_account(bank["bank_account"])
    return bank


def _is_checked(steps: Sequence[store.Step], checked: Collection[int]) -> bool:
    """Whether somebody has compared the account with the papers since it was typed."""
    spoken = [step for step in steps if step.part == Part.CORRECTOR.value or step.audit_sequence in checked]
    return bool(spoken) and spoken[-1].audit_sequence in checked


def _event(step: store.Step, *, account_checked: bool) -> Event:
    edge = find_edge(State(step.from_state), step.step) if step.from_state else FILING
    actor = _("系统") if step.username == SYSTEM.username else step.username
    note = _("；").join(filter(None, (_(CHECKED) if account_checked else "", step.note)))
    return Event(_(edge.label), State(step.to_state), actor, _(Part(step.part).label), note, step.at)
