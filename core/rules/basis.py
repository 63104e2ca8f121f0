"""依据: the facts that a finding rests on, in a short sentence. Made only for findings that somebody looks at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import Formatter

import numpy as np

from core.domain.finding import Detail
from core.domain.lifecycle import State
from core.domain.money import format_yuan
from core.domain.period import OPEN_END, Period, day_text
from core.domain.vocabulary import FactKind, Insurance
from core.domain.wording import N_
from core.rules.facts import Facts, Spans
from core.rules.lines import Lines, Mask

#: So many facts of one kind are named; a sentence that lists more is not read.
NAMED = 3
#: 事项 that are one date: they have no 终止 worth telling.
_DATES = frozenset({FactKind.RETIREMENT, FactKind.DEATH, FactKind.INSTITUTION, FactKind.INJURY})
_INSURANCES = tuple(Insurance)

Picked = Callable[[Spans, int], Mask]


@dataclass(slots=True)
class Case:
    """One line with a finding. Its properties are the ``{placeholders}`` of the sentences in ``said``."""

    lines: Lines
    facts: Facts
    row: int
    plane: int

    @property
    def period(self) -> str:
        """The line's month, 2022-05."""
        return str(Period(int(self.lines.period[self.row])))

    @property
    def insurance(self) -> str:
        """The line's insurance."""
        return _INSURANCES[self.plane].label

    @property
    def reason(self) -> str:
        """The batch's reason."""
        return self.lines.reason.text

    @property
    def arrival(self) -> str:
        """到账状态."""
        return self.lines.arrival[self.row].label

    @property
    def assessment(self) -> str:
        """核定来源."""
        return self.lines.assessment[self.row].label

    @property
    def kind(self) -> str:
        """缴费类型."""
        return self.lines.kind[self.row].label

    @property
    def received(self) -> str:
        """What was received, in yuan."""
        return format_yuan(int(self.lines.received[self.plane, self.row]))

    @property
    def batch(self) -> str:
        """The batch that holds the line."""
        return self._claim[0]

    @property
    def state(self) -> str:
        """Where that batch stands."""
        return State(self._claim[1]).label

    @property
    def months(self) -> str:
        """How many months lie between the line's month and that of filing."""
        return str(self.lines.months_before_filing[self.row])

    @property
    def limit(self) -> str:
        """The time limit in months."""
        return self.lines.settings["claim_limit_months"]

    @property
    def fact(self) -> str:
        """The kind of fact that the reason rests on."""
        return self.lines.reason.fact.label if self.lines.reason.fact else ""

    @property
    def _claim(self) -> tuple[str, str]:
        return self.lines.ledger.claims[self.lines.ledger.serial[self.row], self.plane]


def said(sentence: str) -> Callable[[Case], Iterable[Detail]]:
    """A sentence whose placeholders are properties of ``Case``."""
    names = [name for _text, name, _format, _conversion in Formatter().parse(sentence) if name]

    def basis(case: Case) -> Iterable[Detail]:
        yield Detail(sentence, {name: getattr(case, name) for name in names})

    return basis


def facts_of(kind: FactKind, where: Picked | None = None) -> Callable[[Case], Iterable[Detail]]:
    """The person's facts of this kind; ``where(spans, month)`` limits them to those that the finding rests on."""
    return lambda case: _told(kind, case, where)


def reason_facts(case: Case) -> Iterable[Detail]:
    """The facts that the batch's reason rests on."""
    return _told(case.lines.reason.fact, case, None) if case.lines.reason.fact else ()


def every(spans: Spans, _month: int) -> Mask:
    """All of them."""
    return np.ones(len(spans.start), np.bool_)


def reaching(spans: Spans, month: int) -> Mask:
    """Facts that end in the month or later."""
    late: Mask = spans.last >= month
    return late


def covering(spans: Spans, month: int) -> Mask:
    """Facts that have begun by the month and reach it."""
    begun: Mask = spans.first <= month
    return begun & reaching(spans, month)


def beginning(spans: Spans, month: int) -> Mask:
    """Facts dated in the month."""
    dated: Mask = spans.first == month
    return dated


def still_open(spans: Spans, _month: int) -> Mask:
    """Facts without 终止."""
    blank: Mask = spans.end == OPEN_END
    return blank


def _told(kind: FactKind, case: Case, where: Picked | None) -> Iterable[Detail]:
    spans = case.facts.of(kind).about(case.row, case.plane)
    month = int(case.lines.period[case.row]) if where else 0
    # The lines of a person come one after the other, and mostly rest on the same facts.
    if (where, month) not in spans.told:
        spans.told[where, month] = tuple(_sentences(kind, spans, where, month))
    return spans.told[where, month]


def _sentences(kind: FactKind, spans: Spans, where: Picked | None, month: int) -> Iterable[Detail]:
    found = np.flatnonzero((where or every)(spans, month)).tolist()
    for place in found[:NAMED]:
        yield _sentence(kind, int(spans.start[place]), int(spans.end[place]))
    if len(found) > NAMED:
        yield Detail(N_("等共 {count} 条"), {"count": str(len(found))})


def _sentence(kind: FactKind, start: int, end: int) -> Detail:
    values = {"kind": kind.label, "start": _date(kind, start)}
    if kind in _DATES:
        return Detail(N_("{kind} {start}"), values)
    if end == OPEN_END:
        return Detail(N_("{kind} {start} 至今"), values)
    return Detail(N_("{kind} {start} 至 {end}"), {**values, "end": _date(kind, end)})


def _date(kind: FactKind, day: int) -> str:
    return day_text(day) if kind.by_day else day_text(day)[:7]
