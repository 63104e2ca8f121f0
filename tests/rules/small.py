"""Ledgers of a few rows, written as the page writes them, put straight before the rules: no database, no service.

judged("R01", [Row("2022-05")], [Fact("任职", "2019-03-01", "2022-04-20")])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.domain.period import OPEN_END, Period, day_number, parse_day
from core.domain.reasons import REASONS
from core.domain.settings import Settings
from core.domain.vocabulary import Arrival, Assessment, FactKind, InjuryMode, Insurance, PaymentKind
from core.rules.engine import judge
from core.rules.judgement import Judgement
from core.store.slices import Slice

PENSION, UNEMPLOYMENT, WORK_INJURY = range(3)
FILING = Period(202310)


@dataclass(frozen=True)
class Row:
    """One contribution row of the applicant; amounts in fen: 单位, 个人, 滞纳金, 利息. ``live``, ``paid``: lines in a batch."""

    period: str = "2022-05"
    person: str = "A"
    kind: str = "正常缴费"
    arrival: str = "已到账"
    assessment: str = "社保核定"
    injury_mode: str = "按人"
    suspense: bool = False
    pension: tuple[int, ...] = (85760, 42880, 0, 0)
    unemployment: tuple[int, ...] = (2680, 2680, 0, 0)
    work_injury: tuple[int, ...] = (1072, 0, 0, 0)
    ticked: bool = True
    own: bool = True
    live: tuple[int, ...] = ()
    paid: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fact:
    """One fact; days as in a file, a blank end means open."""

    kind: str
    start: str
    end: str = ""
    insurance: str = "工伤"
    person: str = "A"


@dataclass(frozen=True)
class Elsewhere:
    """Another employer's row 已到账: which of its lines are received and in no batch."""

    period: str = "2022-05"
    free: tuple[int, ...] = (PENSION, UNEMPLOYMENT, WORK_INJURY)
    person: str = "A"


def judged(
    reason: str,
    rows: Sequence[Row],
    facts: Sequence[Fact] = (),
    *,
    elsewhere: Sequence[Elsewhere] = (),
    switches: Mapping[str, str] | None = None,
    filing: Period = FILING,
) -> Judgement:
    """Judge ``rows``; they are numbered S0, S1 … as they stand here and come out in the order of person and month."""
    return judge(_ledger(rows, facts, elsewhere), REASONS[reason], Settings(switches), filing)


def codes(judgement: Judgement, row: int = 0) -> list[str]:
    """The codes of a row's three lines: ``["N01|N13", "N01", ""]``."""
    (start,) = np.flatnonzero(judgement.serial == f"S{row}")[:1]
    return ["|".join(judgement.codes(start + plane)) for plane in range(3)]


def _ledger(rows: Sequence[Row], facts: Sequence[Fact], elsewhere: Sequence[Elsewhere]) -> Slice:
    people = sorted({each.person for each in [*rows, *facts, *elsewhere]} & {row.person for row in rows})
    order = sorted(range(len(rows)), key=lambda at: (rows[at].person, rows[at].period, at))
    rows = [rows[at] for at in order]
    facts = [fact for fact in facts if fact.person in people]
    elsewhere = [other for other in elsewhere if other.person in people]
    serials = [f"S{at}" for at in order]
    return Slice(
        serial=_texts(serials),
        social_security_number=_texts(row.person for row in rows),
        name=_texts(f"赵{row.person}" for row in rows),
        voucher_type=_texts("正常" for _ in rows),
        person=_ints(people.index(row.person) for row in rows),
        period=_ints(Period.parse(row.period).number for row in rows),
        own=np.array([row.own for row in rows], bool),
        ticked=np.array([row.ticked for row in rows], bool),
        suspense=np.array([row.suspense for row in rows], bool),
        kind=_choices(PaymentKind, (row.kind for row in rows)),
        assessment=_choices(Assessment, (row.assessment for row in rows)),
        arrival=_choices(Arrival, (row.arrival for row in rows)),
        injury_mode=_choices(InjuryMode, (row.injury_mode for row in rows)),
        amounts=_amounts(rows),
        live=_planes(row.live for row in rows),
        paid=_planes(row.paid for row in rows),
        claims={
            (serial, plane): ("TF1", "paid" if plane in row.paid else "first_review")
            for serial, row in zip(serials, rows, strict=True)
            for plane in (*row.live, *row.paid)
        },
        fact_kind=_choices(FactKind, (fact.kind for fact in facts)),
        fact_person=_ints(people.index(fact.person) for fact in facts),
        fact_insurance=_choices(Insurance, (fact.insurance for fact in facts)),
        fact_start=_ints(day_number(parse_day(fact.start)) for fact in facts),
        fact_end=_ints(day_number(parse_day(fact.end, end=True)) if fact.end else OPEN_END for fact in facts),
        elsewhere_person=_ints(people.index(other.person) for other in elsewhere),
        elsewhere_period=_ints(Period.parse(other.period).number for other in elsewhere),
        elsewhere_free=_planes(other.free for other in elsewhere),
    )


def _texts(values: Any) -> Any:
    return np.array(list(values), object)


def _ints(values: Any) -> Any:
    return np.array(list(values), np.int64)


def _choices(kinds: Any, labels: Any) -> Any:
    order = {kind.label: place for place, kind in enumerate(kinds)}
    return _ints(order[label] for label in labels)


def _amounts(rows: Sequence[Row]) -> Any:
    by_row = np.array([(row.pension, row.unemployment, row.work_injury) for row in rows], np.int64)
    return by_row.reshape(-1, 3, 4).transpose(1, 2, 0)


def _planes(claimed: Any) -> Any:
    return np.array([[plane in planes for plane in range(3)] for planes in claimed], bool).reshape(-1, 3).T
