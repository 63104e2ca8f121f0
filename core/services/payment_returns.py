"""款项退回: money that comes back after it was booked as paid. The order bounces, its fund's reversals are given back.

A batch that is 已支付 goes the way of every bounce, to 待更正银行信息; one that is on this way already only has a fund more to
pay again. What is 已办结 stays so: its money is settled outside the product.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.errors import IllegalTransition, InvalidInput, NotFound
from core.domain.identifiers import as_said
from core.domain.lifecycle import State, find_edge, require_allowed
from core.domain.payments import Outcome
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.payment_steps import Answer, insert_by_hand
from core.services.steps import advance_locked, read_parts, require_batch
from core.store import payments as store
from core.store.batches import give_back_reversals, read_batch
from core.store.database import Connection
from core.store.locks import lock_payments

#: The step that takes a batch from 已支付 back into the bounce loop.
STEP = "money_back"
EDGE = find_edge(State.PAID, STEP)
CLOSED = N_("该批次已办结，系统内不能再退回；请与单位核对账户后在系统外重新支付，并在此写明处理结果")


def return_stray(desk: Desk, viewer: Viewer, result_id: str, position: int, note: str) -> str:
    """Book what a row of the tray says: the money of a paid order came back. Returns the number of its batch.

    Every row of the tray that says so of this batch is booked along and signed with ``note``. Asks for a fresh second factor;
    raises ``IllegalTransition`` when the batch is 已办结 or the order isn't paid any more.
    """
    viewer.require(Right.PAY)
    said = _required(note, "stray_note")
    with desk.write(viewer) as unit:
        lock_payments(unit.connection)
        row = store.waiting_row(unit.connection, result_id, position)
        if row is None:
            raise NotFound(N_("这一行已处理或不存在，请刷新后查看"))
        order = store.find_orders(unit.connection, [row.reference]).get(row.reference)
        if order is None or not says_return(row, order):
            raise IllegalTransition(N_("这一行不是已支付款项的退回，请核对后标记为已处理"))
        _book_rows(desk, unit, order, said)
        return str(order.number)


def take_money_back(desk: Desk, viewer: Viewer, number: str, note: str) -> State:
    """The same by hand, without a row of the bank: every paid order of a batch that is 已支付 came back."""
    said = _required(note, "step_note")
    with desk.write(viewer) as unit:
        lock_payments(unit.connection)
        row = require_batch(unit.connection, viewer, number, lock=True)
        find_edge(State(row.state), STEP)
        paid = [o for o in store.orders_of_batch(unit.connection, row.batch_id) if o.status == Outcome.PAID]
        answers = [Answer(o.reference, Outcome.BOUNCED, said, unit.today.isoformat(), said) for o in paid]
        _book(desk, unit, paid, answers, said)
        return State(require_batch(unit.connection, viewer, number).state)


def require_nothing_came_back(connection: Connection, batch_id: str) -> None:
    """Raise ``IllegalTransition`` while the tray holds a row that says that money of this batch came back."""
    own = {each.reference: each for each in store.orders_of_batch(connection, batch_id)}
    if any(says_return(row, own[row.reference]) for row in store.waiting_rows(connection, own)):
        raise IllegalTransition(N_("银行回盘显示该批次有款项退回，尚在待核对中；请先到“支付”处理，再办结"))


def says_return(row: Any, order: Any) -> bool:
    """Whether a row of the tray says that the money of this very order, booked as paid, came back."""
    fits = (row.amount, row.account, row.outcome) == (order.amount, order.bank_account, Outcome.BOUNCED.value)
    return fits and row.cause in store.RETURN_CAUSES and order.status == Outcome.PAID


def _required(note: str, field: str) -> str:
    said = as_said(note)
    if not said:
        raise InvalidInput(N_("请写明依据，例如银行回单编号"), field=field)
    return said[:500]


def _book_rows(desk: Desk, unit: Unit, order: Any, note: str) -> None:
    """Everything that the tray says of the batch of ``order``."""
    own = {each.reference: each for each in store.orders_of_batch(unit.connection, order.batch_id)}
    rows = [row for row in store.waiting_rows(unit.connection, own) if says_return(row, own[row.reference])]
    answers = {
        row.reference: Answer(row.reference, Outcome.BOUNCED, row.reason or note, row.settled_on, note) for row in rows
    }
    _book(desk, unit, [own[reference] for reference in answers], list(answers.values()), _told(own, answers, note))
    signed = {"resolved_by": unit.viewer.username, "resolved_at": unit.at, "resolution": note}
    for row in rows:
        store.resolve_row(unit.connection, row.result_id, row.position, signed)


def _told(orders: Mapping[str, Any], answers: Mapping[str, Answer], note: str) -> str:
    """The bank's words, fund by fund, and what finance notes."""
    reasons = [f"{Insurance(orders[each].insurance).label}：{answer.reason}" for each, answer in answers.items()]
    return "；".join([*reasons, note])


def _book(desk: Desk, unit: Unit, orders: Sequence[Any], answers: Sequence[Answer], note: str) -> None:
    """Orders that were paid turn to bounced and their reversals are given back; the batch follows if it was 已支付."""
    batch = store.lock_batches(unit.connection, {orders[0].batch_id})[orders[0].batch_id]
    if batch.state == State.CLOSED:
        raise IllegalTransition(CLOSED)
    require_allowed(EDGE, unit.viewer, batch.employer_id, read_parts(unit.connection, batch.batch_id))
    result_id = insert_by_hand(desk, unit, list(zip(answers, orders, strict=True)))
    for answer, order in zip(answers, orders, strict=True):
        store.set_result(unit.connection, order.reference, answer.as_result(result_id))
        give_back_reversals(unit.connection, batch.batch_id, order.insurance, unit.at)
    unit.audit("payment.return", result_id, orders=[order.reference for order in orders], batch=batch.number)
    if batch.state == State.PAID:
        _ask_again(desk, unit, batch, note)


def _ask_again(desk: Desk, unit: Unit, batch: Any, note: str) -> None:
    settings = desk.settings(unit.connection)
    advance_locked(unit, settings, batch, STEP, note)
    failed = read_batch(unit.connection, batch.number, None)
    advance_locked(unit, settings, failed, "ask_correction", by_system=True)
