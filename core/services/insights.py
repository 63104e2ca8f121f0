"""分析: how many batches stand where, what is claimed for which reason and fund, and why lines are refused."""

from dataclasses import dataclass

from core.domain.lifecycle import FREE_STATES, PAID_STATES, State
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance
from core.rules.catalogue import REFUSALS
from core.services.desk import Desk
from core.store import insights as store
from core.texts import _


@dataclass(frozen=True, slots=True)
class Share:
    """One bar of the board: what it stands for in words, how many, and how much (fen; 0 where money has no say)."""

    label: str
    count: int
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows. Amounts in fen; ``running`` and ``paid`` leave out batches that ended unpaid."""

    batches: int
    overdue: int
    running: Share
    paid: Share
    by_state: tuple[Share, ...]
    by_reason: tuple[Share, ...]
    by_insurance: tuple[Share, ...]
    refusals: tuple[Share, ...]


def read_board(desk: Desk, viewer: Viewer) -> Board:
    """The board over the viewer's batches (``Right.ANALYSE``); counts and sums only, so there is nothing to mask."""
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        states = {row[0]: row for row in store.sums_by_state(connection, viewer.scope)}
        reasons = store.sums_by_reason(connection, viewer.scope)
        funds = store.sums_by_insurance(connection, viewer.scope)
        codes = store.refusals_by_code(connection, viewer.scope)
        overdue = store.count_overdue(connection, viewer.scope, desk.today().isoformat())
    by_state = {
        state: Share(_(state.label), states[state][1], int(states[state][3])) for state in State if state in states
    }
    return Board(
        sum(share.count for share in by_state.values()),
        overdue,
        _sum(_("办理中"), [share for state, share in by_state.items() if state not in PAID_STATES | FREE_STATES]),
        _sum(_("已支付"), [share for state, share in by_state.items() if state in PAID_STATES]),
        tuple(by_state.values()),
        tuple(Share(f"{code} {_(REASONS[code].text)}", count, int(amount)) for code, count, amount in reasons),
        tuple(Share(_(Insurance(kind).label), count, int(amount)) for kind, count, amount in _in_order(funds)),
        tuple(
            Share(f"{code} {_(REFUSALS[code].text)}", count)
            for code, count, _batches in sorted(codes, key=lambda row: (-row[1], row[0]))
        ),
    )


def _sum(label: str, shares: list[Share]) -> Share:
    return Share(label, sum(share.count for share in shares), sum(share.amount for share in shares))


def _in_order(funds: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    order = list(Insurance)
    return sorted(funds, key=lambda row: order.index(Insurance(row[0])))
