"""The steps of money on a batch: pay it in a run of its own, and book by hand what became of its orders.

What follows of results for batches stands here too, whichever way they came: all funds paid → 已支付, one came back → correction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.domain.errors import IllegalTransition, InvalidInput, NotFound
from core.domain.identifiers import as_said
from core.domain.lifecycle import State, require_allowed
from core.domain.payments import Outcome, ResultKind
from core.domain.roles import Right, Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.payments import make_run, preview_run
from core.services.steps import advance_locked, choose_edge, read_parts, require_batch
from core.store import payments as store
from core.store.batches import read_batch
from core.store.locks import lock_payments

_OUTCOMES = {"settle": Outcome.PAID, "bounce": Outcome.BOUNCED}


class Answer(NamedTuple):
    """What became of one order; ``settled_on`` is the bank's day, ``note`` says why somebody booked it by hand."""

    reference: str
    outcome: Outcome
    reason: str = ""
    settled_on: str = ""
    note: str = ""

    def as_result(self, result_id: str) -> dict[str, str]:
        """What is written on its order."""
        return {
            "status": self.outcome.value,
            "bank_reason": self.reason,
            "settled_on": self.settled_on,
            "note": self.note,
            "result_id": result_id,
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """The numbers of batches that results have moved on, and of those that wait for the rest."""

    paid: tuple[str, ...]
    bounced: tuple[str, ...]
    waiting: tuple[str, ...]


def take_payment_step(desk: Desk, viewer: Viewer, number: str, step: str, note: str = "") -> State:
    """``pay``, ``settle`` or ``bounce`` of one batch: a run of one, or the result of all its open orders by hand.

    Settling and bouncing by hand need a note: the bank's word is a file, this is somebody's.
    """
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        edge = choose_edge(desk.settings(connection), row, step)
        said = as_said(note)
        if edge.needs_note and not said:
            raise InvalidInput(N_("请填写意见"), field="step_note")
        require_allowed(edge, viewer, row.employer_id, read_parts(connection, row.batch_id))
        orders = store.orders_of_batch(connection, row.batch_id)
    if step == "pay":
        _pay_alone(desk, viewer, number)
    else:
        _register(desk, viewer, [o.reference for o in orders if o.status == Outcome.SENT], _OUTCOMES[step], said)
    with desk.read() as connection:
        return State(require_batch(connection, viewer, number).state)


def register_by_hand(desk: Desk, viewer: Viewer, reference: str, outcome: Outcome, note: str) -> None:
    """Book the result of one order without a file; ``note`` says what it rests on, and is the reason of a bounce.

    A bounce makes the order payable again: it asks for a fresh second factor.
    """
    viewer.require(Right.PAY)
    said = as_said(note)
    if not said:
        raise InvalidInput(N_("请写明依据，例如银行回单编号"), field="hand_note")
    _register(desk, viewer, [reference], outcome, said)


def _pay_alone(desk: Desk, viewer: Viewer, number: str) -> None:
    today = desk.today()
    preview = preview_run(desk, viewer, today, [number])
    if not preview.orders:
        raise IllegalTransition(preview.obstacle)
    make_run(desk, viewer, today, [number], preview.fingerprint)


def _register(desk: Desk, viewer: Viewer, references: Sequence[str], outcome: Outcome, note: str) -> None:
    if outcome is Outcome.BOUNCED:
        viewer.require_factor()
    with desk.write(viewer) as unit:
        lock_payments(unit.connection)
        orders = store.find_orders(unit.connection, references)
        if not references or any(orders[r].status != Outcome.SENT for r in references if r in orders):
            raise IllegalTransition(N_("这笔支付已登记过结果，请核对"))
        if len(orders) != len(references):
            raise NotFound(N_("没有这个支付参考号，请与银行核对"))
        reason = note if outcome is Outcome.BOUNCED else ""
        answers = [Answer(each, outcome, reason, unit.today.isoformat(), note) for each in references]
        result_id = insert_by_hand(desk, unit, [(answer, orders[answer.reference]) for answer in answers])
        book_answers(desk, unit, result_id, answers)
        unit.audit("payment.by_hand", result_id, orders=list(references), result=outcome.value)


def insert_by_hand(desk: Desk, unit: Unit, answers: Sequence[tuple[Answer, Any]]) -> str:
    """Keep what somebody says of orders as a result of its own, with the orders' own accounts and amounts; returns its id."""
    values = {
        "result_id": desk.new_id(),
        "kind": ResultKind.BY_HAND.value,
        "file_name": "",
        "sha256": "",
        "booked": True,
        "row_count": len(answers),
        "total": sum(order.amount for _answer, order in answers),
        "imported_by": unit.viewer.username,
        "imported_at": unit.at,
    }
    rows = [
        {
            "reference": answer.reference,
            "account": order.bank_account,
            "amount": order.amount,
            "outcome": answer.outcome.value,
            "reason": answer.reason,
            "settled_on": answer.settled_on,
            "cause": "",
        }
        for answer, order in answers
    ]
    store.insert_result(unit.connection, values, rows)
    return str(values["result_id"])


# --- what follows of results ------------------------------------------------------------------------------------------


def book_answers(desk: Desk, unit: Unit, result_id: str, answers: Sequence[Answer]) -> Moved:
    """Write the results of orders, and move on every batch of which nothing is under way any more."""
    orders = store.find_orders(unit.connection, [answer.reference for answer in answers])
    rows = store.lock_batches(unit.connection, {order.batch_id for order in orders.values()})
    for answer in answers:
        store.set_result(unit.connection, answer.reference, answer.as_result(result_id))
    settings = desk.settings(unit.connection)
    moved: dict[str, list[str]] = {"settle": [], "bounce": [], "": []}
    for row in sorted(rows.values(), key=lambda row: str(row.number)):
        moved[_move_on(unit, settings, row)].append(row.number)
    return Moved(tuple(moved["settle"]), tuple(moved["bounce"]), tuple(moved[""]))


def _move_on(unit: Unit, settings: Settings, row: Any) -> str:
    """The step that the orders of a batch leave it, taken; blank while one of them is under way."""
    orders = store.orders_of_batch(unit.connection, row.batch_id)
    latest = {order.insurance: order for order in orders}
    if any(order.status == Outcome.SENT for order in latest.values()):
        return ""
    bounced = [order for order in latest.values() if order.status == Outcome.BOUNCED]
    if not bounced:
        advance_locked(unit, settings, row, "settle", _notes(orders))
        return "settle"
    advance_locked(unit, settings, row, "bounce", _reasons(bounced))
    failed = read_batch(unit.connection, row.number, None)
    advance_locked(unit, settings, failed, "ask_correction", by_system=True)
    return "bounce"


def _reasons(orders: Iterable[Any]) -> str:
    """The bank's words, fund by fund."""
    return "；".join(f"{Insurance(order.insurance).label}：{order.bank_reason}" for order in orders)


def _notes(orders: Iterable[Any]) -> str:
    return "；".join(dict.fromkeys(order.note for order in orders if order.note))
