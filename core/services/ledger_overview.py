"""台账 at a glance: how much is in it, and what was imported last."""

from dataclasses import dataclass

from core.domain.roles import Right, Viewer
from core.services.desk import Desk
from core.store import ledger_overview as store
from core.store.ledger_overview import ImportRecord

__all__ = ["ImportRecord", "LedgerOverview", "read_overview"]

LAST = 20


@dataclass(frozen=True, slots=True)
class LedgerOverview:
    """Rows of 单位, 实缴明细 and 人员事项, and the last imports, newest first."""

    employers: int
    contributions: int
    facts: int
    imports: tuple[ImportRecord, ...]


def read_overview(desk: Desk, viewer: Viewer) -> LedgerOverview:
    """The ledger at a glance (``Right.SEE_LEDGER``)."""
    viewer.require(Right.SEE_LEDGER)
    with desk.read() as connection:
        counted = store.count_ledger(connection)
        return LedgerOverview(
            counted["employers"],
            counted["contributions"],
            counted["facts"],
            tuple(store.last_imports(connection, LAST)),
        )
