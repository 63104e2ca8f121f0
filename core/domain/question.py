"""What is asked of all batches, lines or refusals at once: a value that an address can carry and words can say.

For instance ``Question.from_query({"subject": "lines", "insurance": "pension", "from": "2022-01", "reason": "R07"})``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise
from core.domain.lifecycle import State
from core.domain.money import parse_yuan, plain_yuan
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.vocabulary import Insurance, Labelled, Verdict
from core.domain.wording import N_

#: The input at which a wrong question is told.
FIELD = "explore"
EMPLOYER_LENGTH = 60
DISTRICT_LENGTH = 40


class Subject(Labelled):
    """What a row of the answer is."""

    BATCHES = "batches", N_("批次")
    LINES = "lines", N_("退费明细")
    REFUSALS = "refusals", N_("不能退费记录")


class Dimension(Labelled):
    """What an answer can be grouped by."""

    REASON = "reason", N_("退费原因")
    INSURANCE = "insurance", N_("险种")
    PERIOD = "period", N_("费款所属期")
    FILED = "filed", N_("申报月份")
    STATE = "state", N_("状态")
    EMPLOYER = "employer", N_("单位")
    DISTRICT = "district", N_("开户行地区")
    VERDICT = "verdict", N_("结论")
    CODE = "code", N_("不能退费原因")


class Figure(Labelled):
    """What stands in the cells of a pivot."""

    AMOUNT = "amount", N_("金额（元）")
    ROWS = "rows", N_("条数")


class Sort(Labelled):
    """The order of rows."""

    NEWEST = "newest", N_("最新申报在前")
    OLDEST = "oldest", N_("最早申报在前")
    LARGEST = "largest", N_("金额从大到小")
    SMALLEST = "smallest", N_("金额从小到大")


_OF_BATCHES = (Dimension.REASON, Dimension.FILED, Dimension.STATE, Dimension.EMPLOYER, Dimension.DISTRICT)
_OF_LINES = (*_OF_BATCHES, Dimension.INSURANCE, Dimension.PERIOD)
DIMENSIONS: Mapping[Subject, tuple[Dimension, ...]] = {
    Subject.BATCHES: _OF_BATCHES,
    Subject.LINES: (*_OF_LINES, Dimension.VERDICT),
    Subject.REFUSALS: (*_OF_LINES, Dimension.CODE),
}
#: Filters that not every subject has.
_ONLY_OF: Mapping[str, frozenset[Subject]] = {
    "verdict": frozenset({Subject.LINES}),
    "code": frozenset({Subject.LINES, Subject.REFUSALS}),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A subject, filters (blank: no filter), up to two groups of which ``across`` makes columns with a figure, and an order.

    ``first`` and ``last`` are months of contributions, ``filed_first`` and ``filed_last`` months of filing, both included.
    ``amount_from`` and ``amount_to`` are fen. ``employer`` is a number or a part of a name, ``district`` the beginning of
    the region of the batch's branch as the boards count it, or ``NO_DISTRICT``.
    """

    subject: Subject = Subject.LINES
    first: Period | None = None
    last: Period | None = None
    filed_first: Period | None = None
    filed_last: Period | None = None
    insurance: tuple[Insurance, ...] = ()
    reason: tuple[str, ...] = ()
    state: tuple[State, ...] = ()
    code: tuple[str, ...] = ()
    verdict: tuple[Verdict, ...] = ()
    employer: str = ""
    district: str = ""
    amount_from: int | None = None
    amount_to: int | None = None
    by: Dimension | None = None
    across: Dimension | None = None
    sort: Sort = Sort.NEWEST
    figure: Figure = Figure.AMOUNT

    def __post_init__(self) -> None:
        _require_order(self.first, self.last)
        _require_order(self.filed_first, self.filed_last)
        if self.amount_from is not None and self.amount_to is not None and self.amount_from > self.amount_to:
            raise _wrong(N_("金额下限不能大于上限"))
        if any(self.subject not in subjects and getattr(self, name) for name, subjects in _ONLY_OF.items()):
            raise _wrong(N_("所选条件不适用于这类记录，请去掉结论或不能退费原因"))
        allowed = DIMENSIONS[self.subject]
        if (self.by and self.by not in allowed) or (self.across and self.across not in allowed):
            raise _wrong(N_("这类记录不能按所选项目分组"))
        if self.across and (self.by is None or self.by is self.across):
            raise _wrong(N_("列分组须与行分组不同，并先选择行分组"))

    def as_query(self) -> dict[str, str]:
        """The question as parameters of an address; what is blank is left out."""
        written = {name: write(getattr(self, part)) for name, (part, write) in _WRITERS.items()}
        return {"subject": self.subject.value} | {name: text for name, text in written.items() if text}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Question":
        """The question of an address; parameters of others are ignored. Raises ``InvalidInput`` for what can't be read."""
        read = {name: reader(query[name]) for name, reader in _READERS.items() if query.get(name, "").strip()}
        return cls(**{_WRITERS[name][0] if name in _WRITERS else name: value for name, value in read.items()})

    @classmethod
    def from_address(cls, query: Mapping[str, str]) -> tuple["Question", tuple[str, ...]]:
        """What can be read of an address that somebody may have cut or typed, and the parameters that were left out."""
        kept: dict[str, str] = {}
        for name in _READERS:
            if not query.get(name, "").strip():
                continue
            try:
                cls.from_query({**kept, name: query[name]})
            except InvalidInput:
                continue
            kept[name] = query[name]
        unread = tuple(name for name in _READERS if query.get(name, "").strip() and name not in kept)
        return cls.from_query(kept), unread

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the subject, the groups and the order was asked for."""
        unfiltered = {"subject", "by", "across", "sort", "figure"}
        return any(
            getattr(self, each.name) not in ((), "", None) for each in fields(self) if each.name not in unfiltered
        )


def _require_order(first: Period | None, last: Period | None) -> None:
    if first is not None and last is not None and first > last:
        raise _wrong(N_("开始月份不能晚于终止月份"))


def _listed(values: tuple[str, ...]) -> str:
    return ",".join(values)


def _optional(value: object) -> str:
    return "" if value is None else str(value)


def _yuan(fen: int | None) -> str:
    return "" if fen is None else plain_yuan(fen)


def _newest_is_blank(sort: Sort) -> str:
    return "" if sort is Sort.NEWEST else sort.value


def _amount_is_blank(figure: Figure) -> str:
    return "" if figure is Figure.AMOUNT else figure.value


def _month(text: str) -> Period:
    try:
        return Period.parse(normalise(text))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=FIELD, **error.values) from None


def _amount(text: str) -> int:
    try:
        return parse_yuan(normalise(text))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=FIELD, **error.values) from None


def _codes(pattern: str) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(normalise(text).upper().split(",")))
        if not all(re.fullmatch(pattern, code, re.ASCII) for code in found):
            raise _wrong(N_("查询条件无法识别，请重新选择"))
        return found

    return read


def _one(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(text: str) -> StrEnum:
        try:
            return kind(text.strip())
        except ValueError:
            raise _wrong(N_("查询条件无法识别，请重新选择")) from None

    return read


def _several(kind: type[StrEnum]) -> Callable[[str], tuple[StrEnum, ...]]:
    one = _one(kind)

    def read(text: str) -> tuple[StrEnum, ...]:
        return tuple(dict.fromkeys(one(each) for each in text.split(",")))

    return read


def _employer(text: str) -> str:
    found = normalise(text)
    if len(found) > EMPLOYER_LENGTH:
        raise InvalidInput(N_("单位不能超过 {count} 个字"), field=FIELD, count=EMPLOYER_LENGTH)
    return found


def _district(text: str) -> str:
    found = normalise(text)
    if len(found) > DISTRICT_LENGTH:
        raise InvalidInput(N_("开户行地区不能超过 {count} 个字"), field=FIELD, count=DISTRICT_LENGTH)
    return found


_WRITERS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "from": ("first", _optional),
    "to": ("last", _optional),
    "filed_from": ("filed_first", _optional),
    "filed_to": ("filed_last", _optional),
    "insurance": ("insurance", _listed),
    "reason": ("reason", _listed),
    "state": ("state", _listed),
    "code": ("code", _listed),
    "verdict": ("verdict", _listed),
    "employer": ("employer", str),
    "district": ("district", str),
    "min": ("amount_from", _yuan),
    "max": ("amount_to", _yuan),
    "by": ("by", _optional),
    "across": ("across", _optional),
    "sort": ("sort", _newest_is_blank),
    "figure": ("figure", _amount_is_blank),
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "subject": _one(Subject),
    "from": _month,
    "to": _month,
    "filed_from": _month,
    "filed_to": _month,
    "insurance": _several(Insurance),
    "reason": _codes("|".join(REASONS)),
    "state": _several(State),
    "code": _codes(r"[NV]\d{2}"),
    "verdict": _several(Verdict),
    "employer": _employer,
    "district": _district,
    "min": _amount,
    "max": _amount,
    "by": _one(Dimension),
    "across": _one(Dimension),
    "sort": _one(Sort),
    "figure": _one(Figure),
}


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field=FIELD)
