"""退费原因对应的期间: which months a reason refunds (``domain.md`` §2–3), and what follows when it does not.

Of every line two things are said: whether anything on file speaks about it (``known``), and whether it then ``fits``.
Known and not fitting is N13, not known is V13. A reason that rests on a fact has a function that says which months fit;
without one it refunds the months inside the fact's interval. A reason without a fact is decided by the ledger, or else by
a reviewer.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

import numpy as np

from core.domain.finding import Detail
from core.domain.vocabulary import Arrival, Insurance, PaymentKind
from core.domain.wording import N_
from core.rules.basis import Case, reason_facts, said
from core.rules.facts import Facts, Spans
from core.rules.lines import EVERYWHERE, NOWHERE, Ints, Lines, Mask, lines_of
from core.rules.rule import refusal, review


class Months(NamedTuple):
    """What is known of the reason's months, per row or per line."""

    known: Mask
    fits: Mask


ByFact = Callable[[Lines, Spans], Mask]
ByLedger = Callable[[Lines], Months]
_BY_FACT: dict[str, ByFact] = {}
_BY_LEDGER: dict[str, ByLedger] = {}
#: The reason that rests on what other employers paid: the only one for which their rows are read.
ELSEWHERE = frozenset({"R07"})

Judge = TypeVar("Judge", ByFact, ByLedger)


def _for(table: dict[str, Judge], *reasons: str) -> Callable[[Judge], Judge]:
    def state(judge: Judge) -> Judge:
        table.update(dict.fromkeys(reasons, judge))
        return judge

    return state


def judge_months(lines: Lines, facts: Facts) -> Months:
    """What the reason's own fact, or the ledger, says of every line."""
    reason = lines.reason
    if reason.fact is None:
        return _BY_LEDGER.get(reason.code, for_the_reviewer)(lines)
    spans = facts.of(reason.fact)
    return Months(spans.known, _BY_FACT.get(reason.code, inside_the_interval)(lines, spans))


# --- reasons that rest on a fact: which months fit --------------------------------------------------------------------


@_for(_BY_FACT, "R01")
def after_leaving(lines: Lines, spells: Spans) -> Mask:
    """R01: some spell with this employer ended before the month, and no spell covers it.

    The month of leaving belongs to the spell. The switch ``leave_month_refundable`` (A) takes it out of every spell
    (always), or out of those whose last day is the 15th or earlier (day15).
    """
    switch = lines.settings["leave_month_refundable"]
    freed = {"never": 0, "always": 1}.get(switch, spells.end % 100 <= 15)
    last = spells.last - freed
    return (spells.lowest(last) < lines.period) & ~spells.cover(last=last)


@_for(_BY_FACT, "R02")
def inside_the_interval(lines: Lines, spans: Spans) -> Mask:
    """R02, and any reason that says nothing else: 起始 ≤ t ≤ 终止, a blank 终止 being open."""
    return spans.cover()


@_for(_BY_FACT, "R03", "R04")
def while_studying(lines: Lines, studies: Spans) -> Mask:
    """R03, R04: enrolment month ≤ t < graduation month: the month of graduation is work (A)."""
    return studies.cover(last=studies.last - 1)


@_for(_BY_FACT, "R05", "R06")
def after_the_event(lines: Lines, events: Spans) -> Mask:
    """R05: after the approved retirement month. R06: after the month of death (O)."""
    return lines.period > events.earliest


@_for(_BY_FACT, "R08")
def from_the_event(lines: Lines, events: Spans) -> Mask:
    """R08: from the month in which the new unit pays wages (A)."""
    return lines.period >= events.earliest


@_for(_BY_FACT, "R09")
def wholly_inside(lines: Lines, service: Spans) -> Mask:
    """R09: 起始 ≤ first day of t and last day of t ≤ 终止 (A)."""
    begun_late = service.start % 100 > 1
    ended_early = service.end % 100 < _days_in(service.last)
    return service.cover(service.first + begun_late, service.last - ended_early)


def _days_in(months: Ints) -> Ints:
    """How many days each month (YYYYMM) has."""
    start = ((months // 100 - 1970) * 12 + months % 100 - 1).astype("datetime64[M]")
    days: Ints = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    return days


# --- reasons that the ledger decides ----------------------------------------------------------------------------------


@_for(_BY_LEDGER, "R07")
def paid_elsewhere_too(lines: Lines) -> Months:
    """R07: another employer's line of that person, period and insurance was received and is in no batch (O).

    Absence is N13: the ledger always knows. Who the other employer is stays untold.
    """
    return Months(EVERYWHERE, lines.free_elsewhere)


@_for(_BY_LEDGER, "R10")
def paid_twice_here(lines: Lines) -> Months:
    """R10: this line and one of a second row of the same employer, person and period are copies (O); else V13."""
    copied = copies(lines)
    copied &= lines.count_in_month(copied) > 1
    return Months(copied, copied)


def copies(lines: Lines) -> Mask:
    """Lines that can be copies of each other under R10: 正常缴费, 已到账, something received."""
    return lines.kind.is_(PaymentKind.NORMAL) & lines.arrival.is_(Arrival.RECEIVED) & (lines.received > 0)


def for_the_reviewer(lines: Lines) -> Months:
    """R99, and any reason without a fact: the papers decide."""
    return Months(NOWHERE, NOWHERE)


# --- what follows -----------------------------------------------------------------------------------------------------


def _contradiction(case: Case) -> Iterable[Detail]:
    if case.lines.reason.code in ELSEWHERE:
        return said(N_("其他单位没有该月已到账且未申请退费的{insurance}缴费"))(case)
    return reason_facts(case)


@refusal(
    "N13",
    N_("不在退费原因对应的期间"),
    remedy=N_("请核对退费原因和月份，取消勾选不符合的月份；如登记的人员事项有误，请先更正后再申请"),
    basis=_contradiction,
)
def outside_the_reasons_months(lines: Lines, facts: Facts) -> Mask:
    """The facts for the reason exist and contradict the month."""
    return lines.known & ~lines.fits


def _excluded_insurances(lines: Lines) -> set[Insurance]:
    excluded = set(Insurance) - lines.reason.insurances
    if lines.reason.code == "R05" and lines.settings.is_on("refund_work_injury_after_retirement"):
        excluded.discard(Insurance.WORK_INJURY)
    return excluded


@refusal(
    "N14",
    N_("该险种不适用此退费原因"),
    remedy=N_("该险种不在此退费原因的范围内；如另有适用的退费原因，请另行申报"),
    basis=said(N_("退费原因“{reason}”不退{insurance}保险费")),
    firm=True,
)
def insurance_excluded(lines: Lines, facts: Facts) -> Mask:
    """R07 never returns 工伤, as two employers each owe it (L); R05 does by switch (A)."""
    return lines_of(*_excluded_insurances(lines))


def _what_is_missing(case: Case) -> Iterable[Detail]:
    if case.lines.reason.fact:
        return said(N_("台账中没有该人员的“{fact}”事项"))(case)
    if case.lines.reason.code == "R10":
        return said(N_("台账中没有本单位同月另一笔已到账的{insurance}正常缴费"))(case)
    return said(N_("退费原因“{reason}”由审核人员认定"))(case)


@review(
    "V13",
    N_("须凭材料认定"),
    remedy=N_("请上传能够证明退费原因的材料，由审核人员认定"),
    basis=_what_is_missing,
)
def nothing_on_file(lines: Lines, facts: Facts) -> Mask:
    """The reason needs a fact and none is on file: refundable, but a reviewer decides from the papers."""
    return ~lines.known
