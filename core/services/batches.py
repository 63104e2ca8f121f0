"""From 确认提交 to 已办结: filing a batch once, moving it along its lifecycle, and showing where it stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from core.domain.bank import FIELDS
from core.domain.errors import Conflict, InvalidInput, NotFound, StalePreview
from core.domain.finding import Finding
from core.domain.identifiers import batch_number, mask_account, mask_name, mask_number, normalise
from core.domain.lifecycle import (
    FREE_STATES,
    WAITS_FOR,
    Edge,
    Part,
    State,
    allowed_actions,
    find_edge,
    require_allowed,
)
from core.domain.reasons import REASONS
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.rules import RULE_VERSION
from core.rules.catalogue import REFUSALS
from core.rules.judgement import Judgement
from core.services.calendar import add_working_days
from core.services.desk import Desk, Unit
from core.services.drafts import read_draft
from core.services.findings import with_findings
from core.services.previews import (
    INSURANCES,
    VERDICTS,
    Difference,
    Group,
    Preview,
    assess,
    clean_bank,
    difference,
    require_complete,
)
from core.store import batches as store
from core.store import drafts as drafts_store
from core.store.contributions import persons_of
from core.store.database import Connection
from core.store.errors import DuplicateClaim, claims_reported
from core.store.locks import lock_persons
from core.store.papers import Paper, papers_of_batch
from core.texts import _


class Drifted(StalePreview):
    """The preview is out of date; ``difference`` says how."""

    def __init__(self, changed: Difference) -> None:
        super().__init__(N_("预览之后情况有变化，尚未提交；请核对变化后再次确认"))
        self.difference = changed


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the filer holds after 确认提交; ``total`` in fen, ``repeated`` when this confirmation had been carried out before."""

    numbers: tuple[str, ...]
    employer_name: str
    reason: str
    submitted_at: str
    due_on: str
    line_count: int
    refused_count: int
    total: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Opened:
    """A batch that is being written in this transaction."""

    unit: Unit
    settings: Settings
    batch_id: str
    number: str


@dataclass(frozen=True, slots=True)
class _Actor:
    username: str
    part: Part


_SYSTEM = _Actor(SYSTEM.username, Part.SYSTEM)
#: A draft has no row in the lifecycle; filing it is the step that makes the batch.
_FILING = Edge(State.SUBMITTED, "submit", N_("确认提交"), Right.APPLY, Part.FILER, State.SUBMITTED)


# --- filing ---


def submit_batch(desk: Desk, viewer: Viewer, draft_id: str, key: str, fingerprint: str) -> Receipt:
    """File what was previewed, once: all of it in one transaction, judged again under a lock.

    ``key`` and ``fingerprint`` are the preview's. A key that was used before returns the first receipt. Raises ``Drifted``
    with the difference when anything has changed since the preview, and ``Conflict`` when another application took a line
    at the same moment; the draft is then as it was.
    """
    viewer.require(Right.APPLY)
    with claims_reported(_taken), desk.write(viewer) as unit:
        row = drafts_store.read_draft(unit.connection, draft_id, lock=True)
        filed = store.find_by_key(unit.connection, key) if key else []
        if filed:
            return _receipt_again(viewer, filed)
        if row is None or row.idempotency_key != key:
            raise NotFound(N_("这份草稿已提交或不存在，请到申报记录查看"))
        preview = _judge_again(desk, unit, viewer, draft_id, fingerprint)
        numbers = [_file(desk, unit, preview, group, key, part) for part, group in enumerate(preview.groups, start=1)]
        drafts_store.update_draft(unit.connection, draft_id, closed_at=unit.at)
        return _receipt(store.find_by_key(unit.connection, key), numbers, repeated=False)


def _taken(_error: DuplicateClaim) -> Conflict:
    return Conflict(N_("部分记录刚刚被另一份申报占用，本次未提交；请返回预览查看最新结果"))


def _judge_again(desk: Desk, unit: Unit, viewer: Viewer, draft_id: str, fingerprint: str) -> Preview:
    draft = read_draft(unit.connection, viewer, draft_id)
    ticked = drafts_store.read_ticked(unit.connection, draft_id)
    lock_persons(unit.connection, persons_of(unit.connection, ticked))
    settings = desk.settings(unit.connection)
    require_complete(unit.connection, settings, draft)
    preview = assess(unit.connection, settings, draft, unit.today)
    if preview.fingerprint != fingerprint or not preview.can_submit:
        raise Drifted(difference(drafts_store.read_previewed(unit.connection, draft_id), preview))
    return preview


def _file(desk: Desk, unit: Unit, preview: Preview, group: Group, key: str, part: int) -> str:
    """Write one batch whole: its lines, what was told, its payment lines, its first steps."""
    number = batch_number(unit.today, store.next_sequence(unit.connection, f"{unit.today:%Y%m%d}"))
    opened = _Opened(unit, desk.settings(unit.connection), desk.new_id(), number)
    batch_id = opened.batch_id
    identity = {"batch_id": batch_id, "number": number, "idempotency_key": f"{key}/{part:04d}", "family": key}
    # What could not be refunded is kept with the first batch of the application: it was told once.
    refused = preview.refused if part == 1 else preview.refused[:0]
    store.insert_batch(unit.connection, {**identity, **_batch_values(unit, preview, group, len(refused))})
    store.insert_lines(unit.connection, _line_rows(preview, group, batch_id))
    store.insert_record(
        unit.connection,
        _refused_rows(preview.judgement, refused, batch_id),
        _finding_rows(preview.judgement, [*group.indexes.tolist(), *refused.tolist()], batch_id),
    )
    store.insert_payments(unit.connection, batch_id, _payments(preview, group))
    store.copy_papers(unit.connection, batch_id, [(desk.new_id(), paper.paper_id) for paper in preview.papers])
    _take_first_steps(opened, preview)
    return number


def _batch_values(unit: Unit, preview: Preview, group: Group, refused_count: int) -> dict[str, Any]:
    draft, judged = preview.draft, preview.judgement
    return {
        "employer_id": draft.employer_id,
        "employer_name": draft.employer_name,
        "reason": preview.reason.code,
        "reason_note": draft.content.reason_note,
        "state": State.SUBMITTED.value,
        "filer": unit.viewer.username,
        "fingerprint": group.fingerprint,
        "rule_version": RULE_VERSION,
        "voucher_type": group.voucher_type,
        **clean_bank(draft.content.bank),
        "account_unverified": not draft.employer.has_registered_account,
        "line_count": len(group.indexes),
        "refused_count": refused_count,
        "total": int(judged.refundable[group.indexes].sum()),
        "submitted_at": unit.at,
        "state_since": unit.at,
    }


def _line_rows(preview: Preview, group: Group, batch_id: str) -> list[tuple[Any, ...]]:
    judged, indexes = preview.judgement, group.indexes
    columns = [
        column[indexes].tolist()
        for column in (
            judged.serial,
            judged.insurance,
            judged.social_security_number,
            judged.name,
            judged.period,
            judged.verdict,
            judged.employer_part,
            judged.personal_part,
            judged.late_fee,
            judged.interest,
            judged.refundable,
        )
    ]
    columns[1] = [INSURANCES[code].value for code in columns[1]]
    columns[5] = [VERDICTS[code].value for code in columns[5]]
    return [(batch_id, position, *row) for position, row in enumerate(zip(*columns, strict=True), start=1)]


def _finding_rows(judged: Judgement, told: Sequence[int], batch_id: str) -> list[tuple[str, ...]]:
    return [
        (batch_id, str(judged.serial[i]), INSURANCES[judged.insurance[i]].value, found.code, found.basis)
        for i in told
        for found in judged.findings(i)
    ]


def _refused_rows(judged: Judgement, indexes: np.ndarray, batch_id: str) -> list[tuple[Any, ...]]:
    columns = [
        column[indexes].tolist()
        for column in (
            judged.serial,
            judged.insurance,
            judged.social_security_number,
            judged.name,
            judged.period,
            judged.employer_part,
            judged.personal_part,
            judged.late_fee,
            judged.interest,
        )
    ]
    columns[1] = [INSURANCES[code].value for code in columns[1]]
    return [(batch_id, *row) for row in zip(*columns, strict=True)]


def _payments(preview: Preview, group: Group) -> dict[str, int]:
    judged = preview.judgement
    of = judged.insurance[group.indexes]
    return {kind.value: int(judged.refundable[group.indexes[of == code]].sum()) for code, kind in enumerate(INSURANCES)}


def _take_first_steps(opened: _Opened, preview: Preview) -> None:
    unit = opened.unit
    _write_step(opened, 1, _FILING, _Actor(unit.viewer.username, Part.FILER))
    if opened.settings.is_on("automatic_acceptance") and not preview.missing:
        _advance(opened, 2, find_edge(State.SUBMITTED, "accept"), _SYSTEM)


def _receipt_again(viewer: Viewer, filed: Sequence[Any]) -> Receipt:
    if filed[0].filer != viewer.username:
        raise NotFound(N_("这份草稿已提交或不存在，请到申报记录查看"))
    return _receipt(filed, [row.number for row in filed], repeated=True)


def _receipt(filed: Sequence[Any], numbers: Sequence[str], *, repeated: bool) -> Receipt:
    first = filed[0]
    return Receipt(
        tuple(numbers),
        first.employer_name,
        first.reason,
        first.submitted_at,
        min(row.due_on for row in filed),
        sum(row.line_count for row in filed),
        sum(row.refused_count for row in filed),
        sum(row.total for row in filed),
        repeated,
    )


def receipt_of(desk: Desk, viewer: Viewer, number: str) -> Receipt:
    """The receipt of a filed batch, with the batches that were filed together with it."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = _require_batch(connection, viewer, number)
        filed = store.find_by_key(connection, row.family)
    return _receipt(filed, [each.number for each in filed], repeated=True)


# --- moving along ---


def withdraw_batch(desk: Desk, viewer: Viewer, number: str, note: str = "") -> State:
    """撤回: the filer's employer takes a batch back until 初审 is done; its lines are free again."""
    return advance_batch(desk, viewer, number, "withdraw", note)


def advance_batch(desk: Desk, viewer: Viewer, number: str, step: str, note: str = "") -> State:
    """Move a batch along one edge of the lifecycle, or say who may and why not.

    Raises ``IllegalTransition`` from a state without this step, ``NotAllowed`` without the right or with another part in
    this batch already. 复核 above the approval threshold leads to 审批 whichever of its two steps is asked for.
    """
    with desk.write(viewer) as unit:
        row = _require_batch(unit.connection, viewer, number, lock=True)
        settings = desk.settings(unit.connection)
        edge = _choose_edge(settings, row, step)
        if edge.needs_note and not normalise(note):
            raise InvalidInput(N_("请填写意见"), field="step_note")
        parts = _parts(unit.connection, row.batch_id)
        require_allowed(edge, viewer, row.employer_id, parts)
        position = len(store.read_steps(unit.connection, row.batch_id)) + 1
        actor = _SYSTEM if viewer == SYSTEM else _Actor(viewer.username, edge.part)
        _advance(_Opened(unit, settings, row.batch_id, number), position, edge, actor, normalise(note))
        return edge.target


def _choose_edge(settings: Settings, row: Any, step: str) -> Edge:
    edge = find_edge(State(row.state), step)
    if edge.source is State.SECOND_REVIEW and edge.step in {"pass", "escalate"}:
        above = row.total > (settings.number("approval_threshold_yuan") or 0) * 100
        return find_edge(edge.source, "escalate" if above else "pass")
    return edge


def _advance(opened: _Opened, position: int, edge: Edge, actor: _Actor, note: str = "") -> None:
    connection, batch_id = opened.unit.connection, opened.batch_id
    _write_step(opened, position, edge, actor, note)
    if edge.target in FREE_STATES:
        store.free_lines(connection, batch_id)
    if edge.target is State.PAID:
        store.insert_reversals(connection, batch_id, opened.unit.at)


def _write_step(opened: _Opened, position: int, edge: Edge, actor: _Actor, note: str = "") -> None:
    """The step in the history, its one audit entry, and the state: always together."""
    unit, due = opened.unit, _due(opened.settings, edge.target, opened.unit.today)
    source = "" if edge is _FILING else edge.source.value
    audited = {"from": source, "to": edge.target.value, "by": actor.username}
    sequence = unit.audit(f"batch.{edge.step}", opened.number, **audited)
    written = store.Step(
        edge.step, source, edge.target.value, actor.username, actor.part.value, note, unit.at, due, sequence
    )
    store.insert_step(unit.connection, opened.batch_id, position, written)
    store.set_state(unit.connection, opened.batch_id, edge.target.value, unit.at, due)


def _due(settings: Settings, state: State, today: date) -> str:
    if state not in WAITS_FOR:
        return ""
    return add_working_days(today, settings.number(WAITS_FOR[state][0]) or 0).isoformat()


def _parts(connection: Connection, batch_id: str) -> dict[str, Part]:
    return {username: Part(part) for username, part in store.read_parts(connection, batch_id).items()}


def _require_batch(connection: Connection, viewer: Viewer, number: str, *, lock: bool = False) -> Any:
    row = store.read_batch(connection, number, viewer.scope, lock=lock)
    if row is None:
        raise NotFound(N_("没有找到该批次，或您无权查看"))
    return row


# --- showing ---


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
    """A batch as this viewer may see it: masked unless the role sees full numbers."""

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
    refusals: pd.DataFrame
    events: tuple[Event, ...]
    papers: tuple[Paper, ...]
    actions: tuple[Edge, ...]
    family: tuple[str, ...]
    next_step: str = field(default="")


def list_batches(
    desk: Desk, viewer: Viewer, *, states: Collection[str] = (), search: str = "", page: int = 1, size: int = 50
) -> BatchPage:
    """Batches within the viewer's scope, newest first. ``search``: a number, an employer's name, or a person in full."""
    viewer.require(Right.SEE_BATCHES)
    wanted = normalise(search)
    with desk.read() as connection:
        rows = store.list_page(connection, viewer.scope, states, wanted, limit=size, offset=(page - 1) * size)
        total = store.count_batches(connection, viewer.scope, states, wanted)
    return BatchPage(label_batches(desk, rows), total, page, size)


def label_batches(desk: Desk, rows: pd.DataFrame) -> pd.DataFrame:
    """Add to listed batches what people read: state_label, reason_label, and whether each is overdue today."""
    today = desk.today().isoformat()
    return rows.assign(
        state_label=[_(State(state).label) for state in rows["state"]],
        reason_label=[_(REASONS[code].text) for code in rows["reason"]],
        overdue=[bool(due) and due < today for due in rows["due_on"]],
    )


def count_by_state(desk: Desk, viewer: Viewer) -> dict[State, int]:
    """How many of the viewer's batches stand in each state."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        return {State(state): count for state, count in store.count_by_state(connection, viewer.scope).items()}


def show_batch(desk: Desk, viewer: Viewer, number: str) -> BatchView:
    """One batch with its lines, refusals, papers, history, and what this viewer may do next."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = _require_batch(connection, viewer, number)
        findings = store.read_findings(connection, row.batch_id)
        settings = desk.settings(connection)
        lines = _mask(viewer, _told(store.read_lines(connection, row.batch_id), findings))
        refusals = _mask(viewer, _told(store.read_refused(connection, row.batch_id), findings))
        steps = store.read_steps(connection, row.batch_id)
        payments = store.read_payments(connection, row.batch_id)
        papers = tuple(papers_of_batch(connection, row.batch_id))
        family = tuple(store.read_family(connection, row.family, viewer.scope))
        parts = _parts(connection, row.batch_id)
    state = State(row.state)
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
        lines,
        refusals,
        tuple(map(_event, steps)),
        papers,
        tuple(_offered(settings, row, viewer, parts)),
        family,
        _next_step(state, row.due_on),
    )


def _offered(settings: Settings, row: Any, viewer: Viewer, parts: Mapping[str, Part]) -> list[Edge]:
    """The steps to draw: of the two ways out of 复核 only the one that the threshold leaves."""
    allowed = allowed_actions(State(row.state), viewer, row.employer_id, parts)
    return [edge for edge in allowed if _choose_edge(settings, row, edge.step) is edge]


def _told(frame: pd.DataFrame, findings: Mapping[tuple[str, str], list[tuple[str, str]]]) -> pd.DataFrame:
    keys = zip(frame["serial"], frame["insurance"], strict=True)
    return with_findings(frame, [[_finding(*told) for told in findings.get(key, ())] for key in keys])


def _finding(code: str, basis: str) -> Finding:
    rule = REFUSALS[code]
    return Finding(code, rule.text, basis, rule.remedy)


def _mask(viewer: Viewer, frame: pd.DataFrame) -> pd.DataFrame:
    if not viewer.may(Right.SEE_UNMASKED):
        frame["name"] = [mask_name(name) for name in frame["name"]]
        frame["social_security_number"] = [mask_number(number) for number in frame["social_security_number"]]
    return frame


def _bank(viewer: Viewer, row: Any) -> dict[str, str]:
    bank = {name: getattr(row, name) for name in FIELDS}
    if not viewer.may(Right.SEE_UNMASKED):
        bank["bank_account"] = mask_account(bank["bank_account"])
    return bank


def _event(step: store.Step) -> Event:
    edge = find_edge(State(step.from_state), step.step) if step.from_state else _FILING
    actor = _("系统") if step.username == SYSTEM.username else step.username
    return Event(_(edge.label), State(step.to_state), actor, _(Part(step.part).label), step.note, step.at)


def _next_step(state: State, due_on: str) -> str:
    """The next step in one sentence: who has the batch, and until when."""
    if state in WAITS_FOR:
        role = _(WAITS_FOR[state][1].label)
        return _("当前{state}，由{role}办理，应于 {due} 前完成").format(state=_(state.label), role=role, due=due_on)
    return {
        State.RETURNED: _("请单位按意见补正后重新提交"),
        State.PAID: _("退费已支付，等待办结"),
        State.CLOSED: _("该批次已办结"),
        State.WITHDRAWN: _("该批次已撤回，所含记录可重新申报"),
        State.REJECTED: _("该批次不予退费，所含记录可补充材料后重新申报"),
        State.PAYMENT_FAILED: _("银行退票，等待更正银行信息"),
        State.BANK_CORRECTION: _("请单位更正银行信息"),
        State.BANK_REVIEW: _("银行信息已更正，等待复核"),
    }.get(state, _(state.label))
