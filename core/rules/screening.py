"""智能筛查: who is worth judging, and what the judgement finds. Nothing here knows a database.

Judging everybody under every reason would cost ten times what it finds. So a chunk of the ledger is looked at first, by a few
columns: of whom is there a fact that can reach a paid month, who was paid twice, whose row looks wrong? Only these people's
rows are then put before the rules. The first look may name too many, never too few.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from core.domain.finding import Detail
from core.domain.period import OPEN_END, Period
from core.domain.reasons import REASONS
from core.domain.screening import PATTERNS, STRONGEST_FIRST, Find
from core.domain.settings import Settings
from core.domain.vocabulary import INSURANCES, VERDICTS, FactKind, Verdict
from core.domain.wording import N_
from core.rules.basis import Case, reason_facts
from core.rules.engine import judge
from core.rules.holds import duplicate_groups
from core.rules.judgement import Judgement
from core.rules.lines import Ints, Ledger, Mask, Texts
from core.rules.patterns import (
    Limits,
    Rows,
    Section,
    basis_of,
    fee_without_delay,
    may_be_paid_twice,
    outside_limits,
    seen,
)

#: The reasons that are looked for by a fact of the person, by that fact.
BY_FACT: Mapping[FactKind, str] = {reason.fact: code for code, reason in REASONS.items() if reason.fact is not None}
#: Reasons that begin with the fact and never end; R01 begins where the fact ends.
_WITHOUT_END = frozenset({"R05", "R06", "R08"})
_REFUNDABLE = VERDICTS.index(Verdict.REFUNDABLE)
_PLANES = len(INSURANCES)

#: An employer and a person, by their numbers.
Pair = tuple[str, str]


class Ground(NamedTuple):
    """A fact on which a reason can rest, as stored; a blank 终止 is ``OPEN_END``, an employer that it doesn't name blank."""

    social_security_number: str
    kind: FactKind
    employer_id: str
    start: int
    end: int

    def months(self, settings: Settings) -> tuple[int, int]:
        """The first and the last month that it can make refundable; only compared, 202213 stands for the one after 202212."""
        code = BY_FACT[self.kind]
        if code == "R01":
            return self.end // 100 + (settings["leave_month_refundable"] == "never"), OPEN_END // 100
        return self.start // 100, (OPEN_END if code in _WITHOUT_END else self.end) // 100


class Scan(Rows, Protocol):
    """A chunk of the ledger in the order of employer, person and period; ``late_fee`` is the sum of all insurances."""

    employer: Texts
    social_security_number: Texts
    late_fee: Ints


@dataclass(frozen=True, slots=True)
class Suspects:
    """Who of a chunk is worth judging: pairs in the order of the chunk, and the reasons that anybody may fit."""

    pairs: list[Pair]
    reasons: frozenset[str]
    #: People who may have been paid for at another employer as well.
    elsewhere: list[str]


class People:
    """The people of a chunk: rows of one person at one employer stand together."""

    def __init__(self, scan: Scan) -> None:
        number, employer = scan.social_security_number, scan.employer
        changes = (number[1:] != number[:-1]) | (employer[1:] != employer[:-1])
        self.starts = np.flatnonzero(np.concatenate(([True], changes))) if len(number) else np.zeros(0, np.int64)
        self.pairs: list[Pair] = list(zip(employer[self.starts].tolist(), number[self.starts].tolist(), strict=True))
        self._scan = scan

    def any_of(self, rows: Mask) -> Mask:
        """Which of the people have one of these rows."""
        if not self.pairs:
            return np.zeros(0, np.bool_)
        return np.logical_or.reduceat(rows, self.starts)

    def months(self) -> tuple[list[int], list[int]]:
        """First and last month of each."""
        period = self._scan.period
        ends = np.append(self.starts[1:], len(period)) - 1
        return period[self.starts].tolist(), period[ends].tolist() if len(period) else []


def find_suspects(
    scan: Scan,
    people: People,
    grounds: Iterable[Ground],
    elsewhere: Collection[str],
    settings: Settings,
    limits: Limits,
) -> Suspects:
    """Who is worth judging. ``grounds`` are the facts of these people, ``elsewhere`` the numbers of those who have a row
    at another employer in one of their months.
    """
    suspicious = people.any_of(_looks_wrong(scan, settings, limits))
    paid_again = people.any_of(_paid_again(scan))
    reasons = {"R10"} if paid_again.any() else set()
    at_both = np.array([number in elsewhere for _employer, number in people.pairs], np.bool_)
    if at_both.any():
        reasons.add("R07")
    grounded = np.zeros(len(people.pairs), np.bool_)
    for place, code in _grounded(people, grounds, settings):
        grounded[place] = True
        reasons.add(code)
    chosen = np.flatnonzero(suspicious | paid_again | at_both | grounded)
    pairs = [people.pairs[place] for place in chosen]
    return Suspects(pairs, frozenset(reasons), list(dict.fromkeys(p for _e, p in pairs if p in elsewhere)))


def _looks_wrong(scan: Scan, settings: Settings, limits: Limits) -> Mask:
    return outside_limits(scan, limits).any(axis=0) | fee_without_delay(scan, scan.late_fee, _grace(settings))


def _grace(settings: Settings) -> int:
    return settings.number("late_fee_grace_months") or 0


def _paid_again(scan: Scan) -> Mask:
    """Rows beside another one of the same employer, person and month, if both can be payments of it.

    In the order of months they are neighbours, unless rows that can't be lie between them: these are left out first.
    """
    again = np.zeros(len(scan.period), np.bool_)
    rows = np.flatnonzero(may_be_paid_twice(scan))
    number, employer, period = (each[rows] for each in (scan.social_security_number, scan.employer, scan.period))
    near = np.flatnonzero(period[1:] == period[:-1])
    same = near[(number[near] == number[near + 1]) & (employer[near] == employer[near + 1])]
    again[rows[same]] = True
    return again


def _grounded(people: People, grounds: Iterable[Ground], settings: Settings) -> Iterator[tuple[int, str]]:
    """Places of people with the code of a reason that one of their facts may make true in one of their months."""
    places: dict[str, list[int]] = {}
    for place, (_employer, number) in enumerate(people.pairs):
        places.setdefault(number, []).append(place)
    first, last = people.months()
    for ground in grounds:
        begins, ends = ground.months(settings)
        for place in places.get(ground.social_security_number, ()):
            at_home = ground.employer_id in {"", people.pairs[place][0]}
            if at_home and last[place] >= begins and first[place] <= ends:
                yield place, BY_FACT[ground.kind]


# --- what the judgement finds ------------------------------------------------------------------------------------------


class Suspected(Ledger, Section, Protocol):
    """The rows of suspects, several employers at once: ``person`` tells pairs of employer and person apart."""


def screen(
    section: Suspected, reasons: Collection[str], settings: Settings, filing: Period, limits: Limits
) -> list[Find]:
    """Every line of the section that the rules would refund, or that a pattern fits, in the order of the section.

    All rows count as ticked, as in ``python -m core judge``; of a month paid twice by one employer the first copy stays.
    """
    if not len(section.serial):
        return []
    fits = _by_reason(section, reasons, settings, filing)
    fits |= {
        each.code: _Fit(each.lines.T.ravel(), each.amount.T.ravel(), None)
        for each in seen(section, limits, _grace(settings))
    }
    found = np.logical_or.reduce([fit.lines for fit in fits.values()])
    return [_find(section, fits, limits, line) for line in np.flatnonzero(found).tolist()]


class _Fit(NamedTuple):
    """Which lines (row by row, insurance by insurance) a code fits, with how much, and the judgement that says so."""

    lines: Mask
    amount: Ints
    judgement: Judgement | None


def _by_reason(section: Suspected, reasons: Collection[str], settings: Settings, filing: Period) -> dict[str, "_Fit"]:
    fits = {}
    for code in STRONGEST_FIRST:
        if code in reasons and code not in PATTERNS and settings.is_on(f"reason_active_{code}"):
            judgement = judge(section, REASONS[code], settings, filing)
            fits[code] = _Fit(_supported(judgement), judgement.refundable, judgement)
    return fits


def _supported(judgement: Judgement) -> Mask:
    """Lines that are 可退 by fact, without the first copy of a month that was paid several times (N27).

    An owner may switch N13 and V13 off; a line is still found only if what the reason rests on is there and fits.
    """
    lines = judgement.lines
    proved = np.broadcast_to(lines.known & lines.fits, (_PLANES, len(lines))).T.ravel()
    supported: Mask = (judgement.verdict == _REFUNDABLE) & proved
    stays = {serials[0] for serials in duplicate_groups(judgement, supported)}
    if stays:
        supported &= np.array([serial not in stays for serial in judgement.serial], np.bool_)
    return supported


def _find(section: Suspected, fits: Mapping[str, "_Fit"], limits: Limits, line: int) -> Find:
    row, plane = divmod(line, _PLANES)
    code, *also = [code for code in STRONGEST_FIRST if code in fits and fits[code].lines[line]]
    return Find(
        employer_id=str(section.employer[row]),
        social_security_number=str(section.social_security_number[row]),
        name=str(section.name[row]),
        period=int(section.period[row]),
        serial=str(section.serial[row]),
        insurance=INSURANCES[plane].value,
        code=code,
        also=tuple(also),
        amount=int(fits[code].amount[line]),
        basis=tuple(_basis(section, code, fits[code].judgement, limits, row, plane)),
    )


def _basis(
    section: Suspected, code: str, judgement: Judgement | None, limits: Limits, row: int, plane: int
) -> Iterable[Detail]:
    if judgement is None:
        return basis_of(code, section, limits, row, plane)
    if code == "R07":
        return (Detail(N_("该月另有其他单位已到账的缴费")),)
    if code == "R10":
        return (Detail(N_("同月已到账的正常缴费流水号 {serials}"), {"serials": "、".join(_copies(judgement, row))}),)
    return reason_facts(Case(judgement.lines, judgement.facts, row, plane))


def _copies(judgement: Judgement, row: int) -> Sequence[str]:
    lines = judgement.lines
    return [
        str(serial) for serial in lines.ledger.serial[lines.rows_of_month(row)] if serial != lines.ledger.serial[row]
    ]
