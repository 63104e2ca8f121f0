"""Facts of people, attached to lines by integer codes: no merge, no loop over lines."""

from functools import cached_property
from typing import Any

import numpy as np

from core.domain.period import OPEN_END
from core.domain.vocabulary import FactKind, Insurance
from core.rules.lines import NOWHERE, PERSON, Ints, Ledger, Mask

#: The month of a blank 终止.
FOREVER = OPEN_END // 100
#: Earlier than any month: what "the latest end" of no fact is.
NEVER = 0
_NONE_BEGINS, _NONE_ENDS = np.array([FOREVER]), np.array([NEVER])

_KINDS = {kind: position for position, kind in enumerate(FactKind)}
_EVERY_KIND = np.arange(len(_KINDS) + 1)
_PLANES = len(Insurance)


class Spans:
    """All facts of one kind. ``start`` and ``end`` are their days, ``first`` and ``last`` the months of these (YYYYMM);
    the month of a blank 终止 is ``FOREVER``.

    A rule may shift ``first`` or ``last`` by one before it compares: 202200 is no month, but stands rightly between 202112
    and 202201, and these numbers are only compared, never shown. What is asked per line has shape (n,), or (3, n) for
    kinds that name an insurance.
    """

    def __init__(self, subject: Ints, start: Ints, end: Ints, lines: Ints, line_keys: Ints, subjects: int) -> None:
        self.subject, self.start, self.end = subject, start, end
        self.first, self.last = start // 100, end // 100
        self._lines, self._line_keys, self._subjects = lines, line_keys, subjects
        self._asked: tuple[int, Spans | None] = (-1, None)
        #: What has been said of them, by whoever puts them into words.
        self.told: dict[Any, tuple[Any, ...]] = {}

    def about(self, row: int, plane: int) -> "Spans":
        """The facts of one line's person (and insurance) only."""
        subject = int(self._lines[row] if self._lines.ndim == 1 else self._lines[plane, row])
        # Lines are told in the order of persons, so that the next one is mostly about the same.
        known, spans = self._asked
        if spans is None or known != subject:
            spans = self._of(subject)
            self._asked = (subject, spans)
        return spans

    def _of(self, subject: int) -> "Spans":
        begin, stop = self.subject.searchsorted((subject, subject + 1)).tolist()
        part = slice(begin, stop)
        own = (self.subject[part], self.start[part], self.end[part])
        return Spans(*own, self._lines, self._line_keys, self._subjects)

    @cached_property
    def earliest(self) -> Ints:
        """The earliest month of 起始 that the line's person has; ``FOREVER`` without a fact."""
        return self.lowest(self.first)

    @cached_property
    def furthest(self) -> Ints:
        """The latest month of 终止 that the line's person has; ``NEVER`` without a fact."""
        return self.highest(self.last)

    @property
    def known(self) -> Mask:
        """Whether the line's person has any such fact."""
        known: Mask = self.furthest != NEVER
        return known

    @property
    def still_open(self) -> Mask:
        """Whether the line's person has such a fact without 终止."""
        still_open: Mask = self.furthest == FOREVER
        return still_open

    def highest(self, months: Ints) -> Ints:
        """The latest of ``months`` (one per fact) for the line's person; ``NEVER`` without a fact."""
        if not len(self.subject):
            return _NONE_ENDS
        table = np.full(self._subjects, NEVER)
        np.maximum.at(table, self.subject, months)
        return table[self._lines]

    def lowest(self, months: Ints) -> Ints:
        """The earliest of ``months`` (one per fact) for the line's person; ``FOREVER`` without a fact."""
        if not len(self.subject):
            return _NONE_BEGINS
        table = np.full(self._subjects, FOREVER)
        np.minimum.at(table, self.subject, months)
        return table[self._lines]

    def cover(self, first: Ints | None = None, last: Ints | None = None) -> Mask:
        """Whether some fact of the line's person has ``first`` ≤ t ≤ ``last``, by default the months of 起始 and 终止.

        Facts stand in order of person and 起始. Of those that begin by t, the one that reaches furthest decides; as a key
        begins with its person, whoever comes earlier in the order never reaches into this person's months.
        """
        if not len(self.subject):
            return NOWHERE
        begins = self.subject * PERSON + (self.first if first is None else first)
        ends = self.subject * PERSON + (self.last if last is None else last)
        furthest = np.concatenate(([-1], np.maximum.accumulate(ends)))
        covered: Mask = furthest[begins.searchsorted(self._line_keys, side="right")] >= self._line_keys
        return covered


_NOBODY = np.array([], np.int64)
_NO_FACTS = Spans(_NOBODY, _NOBODY, _NOBODY, _NOBODY, _NOBODY, 0)


class Facts:
    """The facts of a ledger, by kind: ``facts.of(FactKind.RETIREMENT)``."""

    def __init__(self, ledger: Ledger, month_key: Ints) -> None:
        self._ledger, self._month_key = ledger, month_key
        self._made: dict[FactKind, Spans] = {}
        self._people = int(ledger.person[-1]) + 1 if len(ledger.person) else 0
        self._order = np.lexsort((ledger.fact_start, ledger.fact_insurance, ledger.fact_person, ledger.fact_kind))
        self._bounds = ledger.fact_kind[self._order].searchsorted(_EVERY_KIND).tolist()

    def of(self, kind: FactKind) -> Spans:
        """The facts of one kind, in order of person (and insurance) and 起始."""
        if kind not in self._made:
            self._made[kind] = self._collect(kind)
        return self._made[kind]

    def _collect(self, kind: FactKind) -> Spans:
        place, ledger = _KINDS[kind], self._ledger
        picked = self._order[self._bounds[place] : self._bounds[place + 1]]
        if not len(picked):
            return _NO_FACTS
        subject, start, end = ledger.fact_person[picked], ledger.fact_start[picked], ledger.fact_end[picked]
        if not kind.needs_insurance:
            return Spans(subject, start, end, ledger.person, self._month_key, self._people)
        subject = subject * _PLANES + ledger.fact_insurance[picked]
        lines, keys = self._by_insurance
        return Spans(subject, start, end, lines, keys, self._people * _PLANES)

    @cached_property
    def _by_insurance(self) -> tuple[Ints, Ints]:
        lines = self._ledger.person * _PLANES + np.arange(_PLANES).reshape(-1, 1)
        return lines, lines * PERSON + self._ledger.period
