"""Moving a batch along its lifecycle: one step, one history entry, one audit entry, the state, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.domain.errors import InvalidInput, NotFound, StalePreview
from core.domain.identifiers import as_said
from core.domain.lifecycle import (
    FREE_STATES,
    WAITS_FOR,
    Edge,
    Part,
    State,
    find_edge,
    require_allowed,
)
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.settings import Settings
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.due_dates import due_date
from core.services.line_outcomes import conclude_lines, require_same_marks
from core.services.mail import announce_step
from core.services.rejections import refuse_what_is_left, require_cause
from core.services.unregistered_accounts import FIELD as ACCOUNT_CHECKED
from core.services.unregistered_accounts import is_unregistered, require_checked
from core.store import batches as store
from core.store.account_changes import read_makers
from core.store.bank_corrections import read_destination
from core.store.database import Connection
from core.store.papers import papers_of_batch


@dataclass(frozen=True, slots=True)
class Opened:
    """A batch that is being written in this transaction; ``audited`` is what the audit entry of its step says besides."""

    unit: Unit
    settings: Settings
    batch_id: str
    number: str
    audited: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and in which part."""

    username: str
    part: Part


BY_SYSTEM = Actor(SYSTEM.username, Part.SYSTEM)
#: Steps that never stand alone: money leaves in a payment run, and what became of it is booked order by order.
PAYMENT_STEPS = frozenset({"pay", "settle", "bounce"})
#: A draft has no row in the lifecycle; filing it is the step that makes the batch.
FILING = Edge(State.SUBMITTED, "submit", N_("确认提交"), Right.APPLY, Part.FILER, State.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had before him when he took a step, as far as he says so.

    ``marks`` are those on lines (``LineSheet.seen``). Steps of several states have one name: who saw ``state`` 待初审 does not
    pass 复核.
    """

    marks: str = ""
    state: State | None = None


NOTHING_SEEN = Seen()


def withdraw_batch(desk: Desk, viewer: Viewer, number: str, note: str = "") -> State:
    """撤回: the filer's employer takes a batch back until 初审 is done, or while it is returned; its lines are free again."""
    return advance_batch(desk, viewer, number, "withdraw", note)


def advance_batch(
    desk: Desk,
    viewer: Viewer,
    number: str,
    step: str,
    note: str = "",
    *,
    code: str = "",
    account_checked: bool = False,
    seen: Seen = NOTHING_SEEN,
) -> State:
    """Move a batch along one edge of the lifecycle, or say who may and why not.

    不予退费 asks for the ``code`` of a refusal (or ``other``) besides the note: every line that is left is refused for it.
    初审通过 of a batch to an unregistered account asks whether the reviewer has ``account_checked`` against the papers.
    ``seen`` is what the viewer had before him: another state and other marks are told before anything is done.

    Raises ``IllegalTransition`` from a state without this step, ``NotAllowed`` without the right or with another part in
    this batch already, ``StalePreview`` for what was not seen. 复核 above the approval threshold leads to 审批
    whichever of its two steps is asked for. Steps of money are taken together with the batch's payment orders.
    """
    if step == "money_back":
        from core.services.payment_returns import take_money_back

        return take_money_back(desk, viewer, number, note)
    if step in PAYMENT_STEPS:
        # That module writes its steps with this one.
        from core.services.payment_steps import take_payment_step

        return take_payment_step(desk, viewer, number, step, note)
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number, lock=True)
        settings = desk.settings(unit.connection)
        edge = choose_edge(settings, row, step)
        _require_same_state(edge, seen)
        if edge.part is Part.CORRECTOR:
            raise InvalidInput(N_("请填写更正后的银行信息"), field="bank_account")
        said = as_said(note)
        if edge.needs_cause:
            require_cause(code, said)
        if edge.needs_note and not said:
            raise InvalidInput(N_("请填写意见"), field="step_note")
        require_step(unit.connection, viewer, row, edge)
        if seen.marks:
            require_same_marks(unit, row, seen.marks)
        if edge.hands_in_again:
            _require_materials(unit.connection, settings, row)
        if edge.target is State.CLOSED:
            from core.services.payment_returns import require_nothing_came_back

            require_nothing_came_back(unit.connection, row.batch_id)
        if conclude_lines(unit, row, edge, said):
            # Lines have left the batch: less money may be below the threshold.
            row = require_batch(unit.connection, viewer, number)
            edge = choose_edge(settings, row, step)
        audited = _answered(unit, row, edge, said, code=code, account_checked=account_checked)
        return take_edge(Opened(unit, settings, row.batch_id, number, audited), edge, said)


def _require_same_state(edge: Edge, seen: Seen) -> None:
    if seen.state is not None and seen.state is not edge.source:
        raise StalePreview(
            N_("该批次已由“{before}”变为“{after}”，请返回查看最新进度后再办理"),
            before=seen.state.label,
            after=edge.source.label,
        )


def _require_materials(connection: Connection, settings: Settings, row: Any) -> None:
    """Where 必需 materials are demanded (a switch), a batch comes again only with them, as it was filed."""
    present = {paper.material for paper in papers_of_batch(connection, row.batch_id)}
    if settings["missing_required_material"] == "block" and settings.reason(row.reason).missing(present):
        raise InvalidInput(N_("请上传必需材料"))


def _answered(unit: Unit, row: Any, edge: Edge, note: str, *, code: str, account_checked: bool) -> Mapping[str, object]:
    """Do what follows from what some steps ask for besides a note; returns what the audit entry of the step says of it."""
    if edge.needs_cause:
        refuse_what_is_left(unit, row, edge, code, note)
        return {"code": code}
    if edge.checks_account and is_unregistered(unit.connection, row):
        require_checked(checked=account_checked)
        return {ACCOUNT_CHECKED: True}
    return {}


def require_step(connection: Connection, viewer: Viewer, row: Any, edge: Edge) -> None:
    """Raise unless the viewer may take ``edge`` on batch ``row`` now."""
    require_allowed(edge, viewer, row.employer_id, read_parts(connection, row.batch_id))


def take_edge(opened: Opened, edge: Edge, note: str = "", *, by_system: bool = False) -> State:
    """Take an edge that was checked, under the acting viewer's name or ``by_system``; returns where it leads."""
    viewer = opened.unit.viewer
    position = len(store.read_steps(opened.unit.connection, opened.batch_id)) + 1
    actor = BY_SYSTEM if by_system or viewer == SYSTEM else Actor(viewer.username, edge.part)
    advance(opened, position, edge, actor, note)
    return edge.target


def choose_edge(settings: Settings, row: Any, step: str) -> Edge:
    """The edge that ``step`` means for this batch: of the two ways out of 复核 the one that the threshold leaves."""
    edge = find_edge(State(row.state), step)
    if edge.source is State.SECOND_REVIEW and edge.step in {"pass", "escalate"}:
        above = row.total > (settings.number("approval_threshold_yuan") or 0) * 100
        return find_edge(edge.source, "escalate" if above else "pass")
    return edge


def advance(opened: Opened, position: int, edge: Edge, actor: Actor, note: str = "") -> None:
    """Take one edge: the step, and what follows for the lines and the ledger."""
    connection, batch_id = opened.unit.connection, opened.batch_id
    write_step(opened, position, edge, actor, note)
    if edge.target in FREE_STATES:
        store.free_lines(connection, batch_id)
    if edge.target is State.PAID:
        store.insert_reversals(connection, batch_id, opened.unit.at)


def write_step(opened: Opened, position: int, edge: Edge, actor: Actor, note: str = "") -> None:
    """The step in the history, its one audit entry, and the state: always together."""
    unit, history = opened.unit, store.read_steps(opened.unit.connection, opened.batch_id)
    due = due_date(opened.settings, edge.target, history, unit.today)
    source = "" if edge is FILING else edge.source.value
    audited = {"from": source, "to": edge.target.value, "by": actor.username, **opened.audited}
    sequence = unit.audit(f"batch.{edge.step}", opened.number, **audited)
    written = store.Step(
        edge.step, source, edge.target.value, actor.username, actor.part.value, note, unit.at, due, sequence
    )
    store.insert_step(unit.connection, opened.batch_id, position, written)
    announce_step(unit, opened.batch_id, opened.number, edge, sequence, actor.username)
    assignee = _who_had_it(history, edge.target)
    store.set_state(unit.connection, opened.batch_id, edge.target.value, unit.at, due, assignee)


def advance_locked(
    unit: Unit, settings: Settings, row: Any, step: str, note: str = "", *, by_system: bool = False
) -> None:
    """One step of a batch that this transaction has locked; ``row`` as it stands before the step.

    The viewer's right and part are checked, except for a step that the system takes ``by_system`` in consequence; a second
    factor is the caller's to ask for, who knows on whose word the step rests.
    """
    edge = find_edge(State(row.state), step)
    if not by_system:
        require_step(unit.connection, unit.viewer, row, replace(edge, needs_factor=False))
    take_edge(Opened(unit, settings, row.batch_id, row.number), edge, note, by_system=by_system)


def _who_had_it(history: Sequence[store.Step], state: State) -> str:
    """Whoever worked on a batch in ``state`` gets it back when it returns there."""
    taken = [step.username for step in history if step.from_state == state.value]
    return taken[-1] if taken and taken[-1] != SYSTEM.username and state in WAITS_FOR else ""


def read_parts(connection: Connection, batch_id: str) -> dict[str, Part]:
    """The part that each person holds in the batch.

    Officials who let the employer have the account that it is paid to hold one with that, whatever else they did: changing the
    registered account and correcting bank details are one part.
    """
    held = {username: Part(part) for username, part in store.read_parts(connection, batch_id).items()}
    return held | dict.fromkeys(account_makers(connection, batch_id), Part.CORRECTOR)


def account_makers(connection: Connection, batch_id: str) -> set[str]:
    """Officials who asked for or decided the account that a batch is paid to, or would be paid to after a bounce."""
    return read_makers(connection, *read_destination(connection, batch_id))


def require_batch(connection: Connection, viewer: Viewer, number: str, *, lock: bool = False) -> Any:
    """The batch of this number; ``NotFound`` when there is none within the viewer's scope."""
    row = store.read_batch(connection, number, viewer.scope, lock=lock)
    if row is None:
        raise NotFound(N_("没有找到该批次，或您无权查看"))
    return row
