"""更正银行信息 after a bounce: the six bank fields of a batch, entered by one person and looked at by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.bank import FIELDS, Notice, check_bank_fields, clean_bank
from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed
from core.domain.identifiers import as_said, mask_account
from core.domain.lifecycle import EDGES, Part, State, find_edge
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.wording import N_
from core.services.bank_notices import errors_of, notices_by_field
from core.services.contributions import InvalidInputs
from core.services.desk import Desk
from core.services.steps import Opened, require_batch, require_step, take_edge
from core.store import bank_corrections as store
from core.store.batches import read_steps
from core.store.database import Connection
from core.store.employers import former_names, read_employer
from core.store.line_decisions import hold_part

_UNCHANGED = N_("银行信息没有改动，请更正；账户确实无误的（例如银行原因退回），请在说明中写明后再提交")
_STEP = next(edge.step for edge in EDGES if edge.part is Part.CORRECTOR)


@dataclass(frozen=True, slots=True)
class BankVersion:
    """Bank details as they stood for a while: filed (``round`` 0) or since correction ``round``; who entered them, when, and
    what he said of it.
    """

    round: int
    bank: Mapping[str, str]
    username: str
    at: str
    note: str = ""


def correct_bank(desk: Desk, viewer: Viewer, number: str, bank: Mapping[str, str], note: str = "") -> State:
    """Put other bank details into a batch whose money came back, and hand it to a reviewer; nothing else changes.

    For a clerk of the employer who is not the filer, or a reviewer who enters what came on paper. Raises ``InvalidInputs``
    with every fault by field, ``InvalidInput`` (``correction_note``) when nothing was changed and nothing is said: money may
    come back although the account is right, and is then paid to it again.
    """
    typed = clean_bank(bank)
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number, lock=True)
        edge = find_edge(State(row.state), _STEP)
        require_step(unit.connection, viewer, row, edge)
        employer = read_employer(unit.connection, row.employer_id)
        if errors := errors_of(_notices(unit.connection, employer, typed)):
            raise InvalidInputs(errors)
        if typed == {name: getattr(row, name) for name in FIELDS} and not as_said(note):
            raise InvalidInput(_UNCHANGED, field="correction_note")
        if viewer == SYSTEM:
            raise NotAllowed(N_("银行信息须由承担该环节的人员更正"))
        hold_part(unit.connection, row.batch_id, viewer.username, edge.part.value)
        unverified = employer is None or not employer.bank_account
        store.replace_bank(unit.connection, row, typed, username=viewer.username, at=unit.at, unverified=unverified)
        opened = Opened(unit, desk.settings(unit.connection), row.batch_id, number)
        return take_edge(opened, edge, as_said(note))


def bank_versions(desk: Desk, viewer: Viewer, number: str) -> list[BankVersion]:
    """The bank details as filed and after each correction, oldest first; the account masked where the role sees no more."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        replaced = store.read_corrections(connection, row.batch_id)
        notes = [step.note for step in read_steps(connection, row.batch_id) if step.step == _STEP]
    details = [*(each.bank for each in replaced), {name: getattr(row, name) for name in FIELDS}]
    entered = [(row.filer, row.submitted_at), *((each.username, each.at) for each in replaced)]
    # Details and step are written together: a note for each correction.
    said = zip(details, entered, ["", *notes], strict=True)
    return [
        BankVersion(turn, _shown(viewer, bank), username, at, note)
        for turn, (bank, (username, at), note) in enumerate(said)
    ]


def check_correction(
    desk: Desk, viewer: Viewer, number: str, bank: Mapping[str, str]
) -> dict[str, list[tuple[str, str]]]:
    """Faults of what is being typed, by field: (``error`` or ``warning``, sentence); blank fields are not told yet."""
    viewer.require(Right.SEE_BATCHES)
    typed = clean_bank(bank)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        return notices_by_field(_notices(connection, read_employer(connection, row.employer_id), typed), typed)


def current_bank(desk: Desk, viewer: Viewer, number: str) -> dict[str, str]:
    """The six fields to begin a correction with: the registered account where there is one, else what was filed.

    For whoever may take the step, in full; ``NotAllowed`` or ``IllegalTransition`` for others.
    """
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        require_step(connection, viewer, row, find_edge(State(row.state), _STEP))
        employer = read_employer(connection, row.employer_id)
    source: Any = employer if employer is not None and employer.bank_account else row
    return {name: getattr(source, name) for name in FIELDS}


def _notices(connection: Connection, employer: Any, typed: Mapping[str, str]) -> list[Notice]:
    if employer is None:
        raise IllegalTransition(N_("台账中没有该单位，请联系经办机构"))
    registered = {name: getattr(employer, name) for name in FIELDS}
    names = {employer.name, *former_names(connection, employer.employer_id)}
    return check_bank_fields(typed, registered=registered, names=names)


def _shown(viewer: Viewer, bank: Mapping[str, str]) -> dict[str, str]:
    shown = dict(bank)
    if not viewer.may(Right.SEE_UNMASKED):
        shown["bank_account"] = mask_account(shown["bank_account"])
    return shown
