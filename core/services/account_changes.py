"""Changing the registered account of an employer: asked for by the employer (or on paper), decided by an approver, then cooling.

Until the change is effective the old account counts. Neither accounts nor holders are written to the audit log.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.domain.account_change import (
    HAS_PART,
    OPEN_STATES,
    ChangeState,
    Move,
    allowed_moves,
    find_move,
    require_allowed,
    state_at,
)
from core.domain.bank import FIELDS, Notice, check_bank_fields, clean_bank
from core.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.domain.identifiers import as_said, mask_account
from core.domain.roles import Right, Role, Viewer
from core.domain.wording import N_
from core.services.bank_notices import errors_of, notices_by_field
from core.services.contributions import InvalidInputs, require_employer
from core.services.desk import Desk, Unit
from core.services.drafts import Employer, load_employer
from core.services.mail import announce_change
from core.store import account_changes as store
from core.store.database import Connection
from core.store.employers import former_names
from core.store.locks import lock_employers

#: Names of the inputs: the six of the application, with this before them, so that the two forms don't share faults.
PREFIX = "change_"
NOTE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A change as this viewer may see it; ``bank`` the account asked for, ``former`` the one it replaces (six fields each)."""

    change_id: str
    employer_id: str
    employer_name: str
    state: ChangeState
    bank: Mapping[str, str]
    former: Mapping[str, str]
    note: str
    requested_by: str
    requested_at: str
    decided_by: str
    decided_at: str
    decision_note: str
    effective_at: str
    moves: tuple[Move, ...]
    #: The viewer's part in an open batch of the employer keeps him from a move that he could make without it.
    kept_by_part: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still being decided or cooling."""
        return self.state in OPEN_STATES


def request_change(desk: Desk, viewer: Viewer, employer_id: str, bank: Mapping[str, str], note: str = "") -> str:
    """Ask for another registered account; returns the id of the change.

    A clerk asks for his employer, a reviewer enters what came on paper and says in ``note`` which paper. ``InvalidInputs`` with
    fields ``change_bank_name`` …, ``Conflict`` while the employer has an open change, ``NotAllowed`` for an official with a
    part in one of its open batches.
    """
    viewer.require(Right.CORRECT_BANK)
    require_employer(viewer, employer_id)
    typed, note = clean_bank(bank), as_said(note)[:NOTE_LENGTH]
    with desk.write(viewer) as unit:
        lock_employers(unit.connection, {employer_id})
        employer = load_employer(unit.connection, employer_id)
        if employer_id in _served_by(unit.connection, viewer):
            raise NotAllowed(HAS_PART)
        _require_sound(unit.connection, viewer, employer, typed, note)
        store.close_effective(unit.connection, employer_id, unit.at)
        change_id = desk.new_id()
        sequence = unit.audit("account.request", employer_id, change=change_id)
        asked = {"change_id": change_id, "employer_id": employer_id, "note": note, "former": _written(employer)}
        signed: dict[str, str | int] = {
            "requested_by": viewer.username,
            "requested_at": unit.at,
            "requested_sequence": sequence,
        }
        store.insert_change(unit.connection, {**asked, **typed, **signed})
        announce_change(unit, employer_id, viewer.username, ChangeState.REQUESTED, sequence)
    return change_id


def decide_change(desk: Desk, viewer: Viewer, change_id: str, *, approve: bool, note: str = "") -> ChangeState:
    """Approve a change (fresh second factor; effective after ``account_cooling_days``) or refuse it for a reason.

    ``NotAllowed`` for whoever asked for it or holds a part in an open batch of the employer, ``Conflict`` when somebody else
    was first.
    """
    return _move(desk, viewer, change_id, "approve" if approve else "refuse", as_said(note))


def cancel_change(desk: Desk, viewer: Viewer, change_id: str) -> ChangeState:
    """Take a request back, before it is decided or while it is cooling."""
    return _move(desk, viewer, change_id, "cancel", "")


def list_changes(desk: Desk, viewer: Viewer, *, only_open: bool = False, limit: int = 100) -> list[AccountChange]:
    """The changes in the viewer's scope, the latest first; accounts are masked to the last 4 unless the role sees them."""
    viewer.require(Right.SEE_AUDIT if viewer.may(Right.SEE_AUDIT) else Right.SEE_BATCHES)
    with desk.read() as connection:
        rows = store.read_changes(connection, viewer.scope, only_open=only_open, limit=limit, moment=desk.now())
        served = _served_by(connection, viewer)
    return [_seen(desk, viewer, row, served) for row in rows]


def changes_of(desk: Desk, viewer: Viewer, employer_id: str) -> list[AccountChange]:
    """The changes of one employer, the latest first; ``NotAllowed`` outside the viewer's scope."""
    viewer.require(Right.SEE_BATCHES)
    require_employer(viewer, employer_id)
    with desk.read() as connection:
        own = frozenset({employer_id})
        rows = store.read_changes(connection, own, only_open=False, limit=50, moment=desk.now())
        served = _served_by(connection, viewer)
    return [_seen(desk, viewer, row, served) for row in rows]


def change_of(desk: Desk, viewer: Viewer, employer_id: str) -> AccountChange | None:
    """The open change of an employer, ``None`` when there is none."""
    return next((change for change in changes_of(desk, viewer, employer_id) if change.is_open), None)


def check_change(
    desk: Desk, viewer: Viewer, employer_id: str, bank: Mapping[str, str]
) -> dict[str, list[tuple[str, str]]]:
    """Faults of the account as typed, by field: (``error`` or ``warning``, sentence). Blank fields are not told yet."""
    viewer.require(Right.CORRECT_BANK)
    require_employer(viewer, employer_id)
    typed = clean_bank(bank)
    with desk.read() as connection:
        return notices_by_field(_notices(connection, load_employer(connection, employer_id), typed), typed)


def employer_to_change(desk: Desk, viewer: Viewer, employer_id: str) -> Employer:
    """The employer whose account the viewer may ask to change, with the one it has; ``NotFound`` outside his scope."""
    viewer.require(Right.CORRECT_BANK)
    require_employer(viewer, employer_id)
    with desk.read() as connection:
        return load_employer(connection, employer_id)


def _served_by(connection: Connection, viewer: Viewer) -> set[str]:
    """The employers in whose open batches this official holds a part; a clerk speaks for his employer in both."""
    official = viewer.role not in {Role.CLERK, Role.SYSTEM}
    return store.employers_of_holder(connection, viewer.username) if official else set()


def _require_sound(
    connection: Connection, viewer: Viewer, employer: Employer, typed: Mapping[str, str], note: str
) -> None:
    problems = errors_of(_notices(connection, employer, typed), PREFIX)
    if not problems and typed == clean_bank(employer.registered):
        problems.append(InvalidInput(N_("所填账户与现登记账户相同，无需变更"), field=f"{PREFIX}bank_account"))
    if viewer.role is Role.REVIEWER and not note:
        problems.append(InvalidInput(N_("代单位录入的，请填写书面申请的编号或说明"), field=f"{PREFIX}note"))
    if problems:
        raise InvalidInputs(problems)


def _notices(connection: Connection, employer: Employer, typed: Mapping[str, str]) -> list[Notice]:
    names = {employer.name} | former_names(connection, employer.employer_id)
    return check_bank_fields(typed, registered={}, names=names)


def _move(desk: Desk, viewer: Viewer, change_id: str, step: str, note: str) -> ChangeState:
    with desk.write(viewer) as unit:
        row = store.read_change(unit.connection, change_id)
        if row is None or not viewer.sees(row.employer_id):
            raise NotFound(N_("没有找到该登记账户变更，或您无权查看"))
        lock_employers(unit.connection, {row.employer_id})
        move = find_move(state_at(row.state, row.effective_at, desk.clock()), step)
        has_part = row.employer_id in _served_by(unit.connection, viewer)
        require_allowed(move, viewer, row.employer_id, row.requested_by, has_part=has_part)
        if move.needs_note and not note:
            raise InvalidInput(N_("请填写意见"), field="decision_note")
        sequence = unit.audit(f"account.{step}", row.employer_id, change=change_id)
        values = _written_by(desk, unit, row, move, note)
        values["cancelled_sequence" if move.by_applicant else "decided_sequence"] = sequence
        if not store.move_change(unit.connection, change_id, move.source, **values):
            raise Conflict(N_("该登记账户变更已由他人办理，请刷新后查看"))
        announce_change(unit, row.employer_id, row.requested_by, move.target, sequence)
    return move.target


def _written_by(desk: Desk, unit: Unit, row: Any, move: Move, note: str) -> dict[str, str | int]:
    """What a move writes into the row."""
    values: dict[str, str | int] = {"state": move.target.value}
    if move.by_applicant:
        return values | {"cancelled_at": unit.at, "cancelled_by": unit.viewer.username}
    former = _written(load_employer(unit.connection, row.employer_id))
    values |= {"decided_by": unit.viewer.username, "decided_at": unit.at, "decision_note": note, "former": former}
    if move.target is ChangeState.APPROVED:
        days = desk.settings(unit.connection).number("account_cooling_days") or 0
        effective = datetime.fromisoformat(unit.at) + timedelta(days=days)
        values["effective_at"] = effective.astimezone(UTC).isoformat(timespec="seconds")
    return values


def _written(employer: Employer) -> str:
    return json.dumps(dict(employer.registered), ensure_ascii=False)


def _seen(desk: Desk, viewer: Viewer, row: Any, served: Collection[str]) -> AccountChange:
    state = state_at(row.state, row.effective_at, desk.clock())
    own = (state, viewer, row.employer_id, row.requested_by)
    moves = tuple(allowed_moves(*own, has_part=row.employer_id in served))
    return AccountChange(
        row.change_id,
        row.employer_id,
        row.employer_name,
        state,
        _masked(viewer, {name: getattr(row, name) for name in FIELDS}),
        _masked(viewer, json.loads(row.former)),
        row.note,
        row.requested_by,
        row.requested_at,
        row.decided_by or "",
        row.decided_at,
        row.decision_note,
        row.effective_at,
        moves,
        kept_by_part=len(moves) < len(allowed_moves(*own)),
    )


def _masked(viewer: Viewer, bank: Mapping[str, str]) -> dict[str, str]:
    shown = {name: bank.get(name, "") for name in FIELDS}
    if not viewer.may(Right.SEE_UNMASKED):
        shown["bank_account"] = mask_account(shown["bank_account"])
    return shown
