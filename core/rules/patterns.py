"""What looks wrong in a row by itself: no fact proves it, and nothing is refunded for it. Masks over columns."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from core.domain.finding import Detail
from core.domain.money import format_yuan
from core.domain.period import day_text, month_ordinal
from core.domain.vocabulary import Arrival, PaymentKind
from core.domain.wording import N_
from core.rules.lines import Ints, Mask, Texts

_KINDS, _ARRIVALS = tuple(PaymentKind), tuple(Arrival)
_NORMAL, _SUPPLEMENT = _KINDS.index(PaymentKind.NORMAL), _KINDS.index(PaymentKind.SUPPLEMENT)
_RECEIVED = _ARRIVALS.index(Arrival.RECEIVED)
#: Larger than any amount of one line, so that month and amount make one number.
_AMOUNT = 10**13


class Limits(NamedTuple):
    """Floor and ceiling of the base (fen) by contribution year; ``first`` and ``last`` are its months (YYYYMM)."""

    first: Ints
    last: Ints
    floor: Ints
    ceiling: Ints

    @classmethod
    def of(cls, years: Iterable[tuple[int, int, int, int]]) -> "Limits":
        """From (first, last, floor, ceiling) of each year, in their order."""
        return cls(*np.array(list(years), np.int64).reshape(-1, 4).T)

    def at(self, period: Ints) -> tuple[Ints, Ints]:
        """Floor and ceiling in each of these months; a month of no known year has no limits."""
        if not len(self.first):
            return np.zeros_like(period), np.full_like(period, _AMOUNT)
        year = np.maximum(self.first.searchsorted(period, side="right") - 1, 0)
        known = (period >= self.first[year]) & (period <= self.last[year])
        return np.where(known, self.floor[year], 0), np.where(known, self.ceiling[year], _AMOUNT)


class Rows(Protocol):
    """What of a row the patterns look at first; ``base`` and ``late_fee`` are fen as (3 insurances, rows)."""

    period: Ints
    kind: Ints
    arrival: Ints
    arrival_day: Ints  # YYYYMMDD, 0 where it is not known
    base: Ints


class Section(Rows, Protocol):
    """Rows of several employers as the engine judges them (``lines.Ledger``), with bases and days of arrival."""

    employer: Texts
    serial: Texts
    person: Ints
    amounts: Ints
    live: Mask
    paid: Mask


def outside_limits(rows: Rows, limits: Limits) -> Mask:
    """P01, (3, n): a base of 正常缴费, received, below the floor or above the ceiling of its year. No base is no find."""
    floor, ceiling = limits.at(rows.period)
    regular = (rows.kind == _NORMAL) & (rows.arrival == _RECEIVED)
    outside: Mask = regular & (rows.base > 0) & ((rows.base < floor) | (rows.base > ceiling))
    return outside


def fee_without_delay(rows: Rows, late_fee: Ints, grace: int) -> Mask:
    """P02: a late fee although the money arrived in its own month, or in one of the next ``grace`` (A).

    ``late_fee`` is (n,) or (3, n).
    """
    arrived, due = (cast("Ints", month_ordinal(cast("Any", month))) for month in (rows.arrival_day // 100, rows.period))
    punctual = (rows.arrival == _RECEIVED) & (rows.arrival_day > 0) & (arrived <= due + grace)
    found: Mask = punctual & (late_fee > 0)
    return found


def may_be_paid_twice(rows: Rows) -> Mask:
    """Rows that can be one of two payments for the same month: received, as 正常缴费 or 补缴."""
    twice: Mask = ((rows.kind == _NORMAL) | (rows.kind == _SUPPLEMENT)) & (rows.arrival == _RECEIVED)
    return twice


def supplemented_again(section: Section) -> Mask:
    """P03, (3, n): a 补缴 of exactly what a 正常缴费 of the same employer, person, month and insurance has brought."""
    received = section.amounts.sum(axis=1)
    month = section.person * 10**6 + section.period
    _months, group = np.unique(month, return_inverse=True)
    key = group * _AMOUNT + received
    arrived = (section.arrival == _RECEIVED) & (received > 0)
    normal, supplement = arrived & (section.kind == _NORMAL), arrived & (section.kind == _SUPPLEMENT)
    planes = zip(key, normal, supplement, strict=True)
    return np.stack([again & np.isin(keys, keys[first]) for keys, first, again in planes])


class Seen(NamedTuple):
    """One pattern on a section: which lines, what would have been paid too much (fen), both (3, n)."""

    code: str
    lines: Mask
    amount: Ints


def seen(section: Section, limits: Limits, grace: int) -> Sequence[Seen]:
    """Every pattern on the lines of a section that are in no batch yet."""
    free = ~(section.live | section.paid)
    received, late_fee = section.amounts.sum(axis=1), section.amounts[:, 2]
    return [
        Seen("P01", outside_limits(section, limits) & (received > 0) & free, _excess(section, limits)),
        Seen("P02", fee_without_delay(section, late_fee, grace) & free, late_fee),
        Seen("P03", supplemented_again(section) & free, received),
    ]


def _excess(section: Section, limits: Limits) -> Ints:
    """The part of the principal that a base above the ceiling has brought, cut to whole fen; nothing below the floor."""
    _floor, ceiling = limits.at(section.period)
    principal = section.amounts[:, :2].sum(axis=1)
    # By quotient and remainder, as the plain product of two amounts can be more than 64 bits hold.
    base = np.maximum(section.base, 1)
    over = np.clip(section.base - ceiling, 0, None)
    whole, rest = np.divmod(principal, base)
    excess: Ints = whole * over + (rest.astype(object) * over.astype(object) // base.astype(object)).astype(np.int64)
    return excess


def basis_of(code: str, section: Section, limits: Limits, row: int, plane: int) -> Iterator[Detail]:
    """What a pattern on one line rests on."""
    if code == "P01":
        floor, ceiling = (int(each[0]) for each in limits.at(section.period[row : row + 1]))
        values = {
            "base": format_yuan(int(section.base[plane, row])),
            "floor": format_yuan(floor),
            "ceiling": format_yuan(ceiling),
        }
        yield Detail(N_("缴费基数 {base} 元，当年下限 {floor} 元、上限 {ceiling} 元"), values)
    elif code == "P02":
        yield Detail(N_("到账日期 {day}，未逾期"), {"day": day_text(int(section.arrival_day[row]))})
    elif code == "P03":
        yield Detail(N_("同月正常缴费流水号 {serials}"), {"serials": "、".join(_same_amount(section, row, plane))})


def _same_amount(section: Section, row: int, plane: int) -> list[str]:
    received = section.amounts[plane].sum(axis=0)
    same = (section.person == section.person[row]) & (section.period == section.period[row])
    found = same & (received == received[row]) & (section.kind == _NORMAL) & (section.arrival == _RECEIVED)
    return [str(serial) for serial in section.serial[found]]
