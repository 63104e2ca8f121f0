"""待核对: what the bank sent and no order fits, until somebody has settled it with the bank and says how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.errors import InvalidInput, NotFound
from core.domain.identifiers import as_said
from core.domain.lifecycle import State
from core.domain.payments import Outcome
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.payment_returns import CLOSED, says_return
from core.store import payments as store


@dataclass(frozen=True, slots=True)
class Stray:
    """A row of the tray. ``booked``: whether the rest of its file was booked; ``cause`` is a code of ``CAUSES``."""

    result_id: str
    position: int
    file_name: str
    booked: bool
    imported_by: str
    imported_at: str
    reference: str
    account: str
    amount: int | None
    outcome: Outcome
    reason: str
    cause: str
    resolved_by: str
    resolved_at: str
    resolution: str
    #: The batch whose money came back, where the row says so of a paid order; blank for every other row.
    number: str = ""
    #: What to do where the product can't take it back (a text to be translated).
    advice: str = ""


_FIELDS = tuple(name for name in Stray.__slots__ if name not in {"outcome", "number", "advice"})


def list_strays(desk: Desk, viewer: Viewer, *, resolved: bool = False) -> tuple[Stray, ...]:
    """The rows of the tray that wait, or those that were settled; newest first."""
    viewer.require(Right.PAY)
    with desk.read() as connection:
        rows: Sequence[Any] = store.tray(connection, resolved=resolved)
        orders = {} if resolved else store.find_orders(connection, {row.reference for row in rows})
    return tuple(_stray(row, orders.get(row.reference)) for row in rows)


def _stray(row: Any, order: Any | None) -> Stray:
    own = {name: getattr(row, name) for name in _FIELDS}
    if order is None or not says_return(row, order):
        return Stray(**own, outcome=Outcome(row.outcome))
    advice = CLOSED if order.state == State.CLOSED else ""
    return Stray(**own, outcome=Outcome(row.outcome), number=order.number, advice=advice)


def count_strays(desk: Desk, viewer: Viewer) -> int:
    """How many rows wait in the tray."""
    viewer.require(Right.PAY)
    with desk.read() as connection:
        return store.count_tray(connection)


def resolve_unmatched(desk: Desk, viewer: Viewer, result_id: str, position: int, note: str) -> None:
    """Sign a row of the tray as settled with the bank, and say how. It books nothing by itself."""
    viewer.require(Right.PAY)
    said = as_said(note)
    if not said:
        raise InvalidInput(N_("请写明如何处理"), field="stray_note")
    with desk.write(viewer) as unit:
        values = {"resolved_by": viewer.username, "resolved_at": unit.at, "resolution": said[:500]}
        if not store.resolve_row(unit.connection, result_id, position, values):
            raise NotFound(N_("这一行已处理或不存在，请刷新后查看"))
        unit.audit("payment.resolve", f"{result_id}/{position}")
