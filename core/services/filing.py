"""确认提交: what was previewed is filed once, whole, and only while it is still true."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.domain.bank import clean_bank
from core.domain.errors import Conflict, NotFound, StalePreview
from core.domain.identifiers import batch_number
from core.domain.lifecycle import (
    Part,
    State,
    find_edge,
)
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import INSURANCE_VALUES, INSURANCES
from core.domain.wording import N_
from core.rules import RULE_VERSION
from core.rules.joint import Judged
from core.services.desk import Desk, Unit
from core.services.drafts import read_draft
from core.services.drift import Difference, difference
from core.services.previews import Group, Preview, assess, note_of, plain_rows, require_complete
from core.services.steps import BY_SYSTEM, FILING, Actor, Opened, advance, require_batch, write_step
from core.store import batches as store
from core.store import drafts as drafts_store
from core.store.contributions import persons_of
from core.store.errors import DuplicateClaim, claims_reported
from core.store.locks import lock_persons

_AMOUNTS = ("employer_part", "personal_part", "late_fee", "interest")


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
    reasons: tuple[str, ...]
    submitted_at: str
    due_on: str
    line_count: int
    refused_count: int
    total: int
    repeated: bool


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
    opened = Opened(unit, desk.settings(unit.connection), desk.new_id(), number)
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
    _take_first_steps(opened, preview, group)
    return number


def _batch_values(unit: Unit, preview: Preview, group: Group, refused_count: int) -> dict[str, Any]:
    draft, judged = preview.draft, preview.judgement
    return {
        "employer_id": draft.employer_id,
        "employer_name": draft.employer_name,
        "reason": group.reason.code,
        "reason_note": note_of(draft, group.reason),
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
    names = ("serial", "insurance", "social_security_number", "name", "period", "verdict", *_AMOUNTS, "refundable")
    rows = plain_rows(preview.judgement, group.indexes, *names)
    return [(batch_id, position, *row) for position, row in enumerate(rows, start=1)]


def _finding_rows(judged: Judged, told: Sequence[int], batch_id: str) -> list[tuple[str, ...]]:
    return [
        (batch_id, str(judged.serial[i]), INSURANCE_VALUES[judged.insurance[i]], found.code, found.basis)
        for i in told
        for found in judged.findings(i)
    ]


def _refused_rows(judged: Judged, indexes: np.ndarray, batch_id: str) -> list[tuple[Any, ...]]:
    names = ("serial", "insurance", "social_security_number", "name", "period", *_AMOUNTS)
    return [(batch_id, *row) for row in plain_rows(judged, indexes, *names)]


def _payments(preview: Preview, group: Group) -> dict[str, int]:
    judged = preview.judgement
    of = judged.insurance[group.indexes]
    return {kind.value: int(judged.refundable[group.indexes[of == code]].sum()) for code, kind in enumerate(INSURANCES)}


def _take_first_steps(opened: Opened, preview: Preview, group: Group) -> None:
    unit, present = opened.unit, {paper.material for paper in preview.papers}
    write_step(opened, 1, FILING, Actor(unit.viewer.username, Part.FILER))
    if opened.settings.is_on("automatic_acceptance") and not group.reason.missing(present):
        advance(opened, 2, find_edge(State.SUBMITTED, "accept"), BY_SYSTEM)


def _receipt_again(viewer: Viewer, filed: Sequence[Any]) -> Receipt:
    if filed[0].filer != viewer.username:
        raise NotFound(N_("这份草稿已提交或不存在，请到申报记录查看"))
    return _receipt(filed, [row.number for row in filed], repeated=True)


def _receipt(filed: Sequence[Any], numbers: Sequence[str], *, repeated: bool) -> Receipt:
    first = filed[0]
    return Receipt(
        tuple(numbers),
        first.employer_name,
        tuple(dict.fromkeys(row.reason for row in filed)),
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
        row = require_batch(connection, viewer, number)
        filed = store.find_by_key(connection, row.family)
    return _receipt(filed, [each.number for each in filed], repeated=True)
