"""What is asked of the boards, as an address carries it: ``BoardQuestion.from_query({"reason": "R07", "from": "2023-01"})``."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from core.domain.errors import InvalidInput
from core.domain.lifecycle import State
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.vocabulary import Insurance, Labelled
from core.domain.wording import N_

#: A district in an address that says: the directory knows none.
NO_DISTRICT = "-"
#: Months of a board that was not told which.
USUAL_MONTHS = 12
_LONGEST = 60


class Measure(Labelled):
    """What happened to lines: each counts in the month in which it happened."""

    FILED = "filed", N_("申报")
    PAID = "paid", N_("已退费")
    REJECTED = "rejected", N_("不予退费")
    WITHDRAWN = "withdrawn", N_("撤回、放弃")
    TOLD = "told", N_("预览时不能退费")


#: Measures of lines that have causes, and so are told by cause as well.
CAUSED = (Measure.REJECTED, Measure.TOLD)


class Behind(StrEnum):
    """Figures that are no measure, whose rows one may look at."""

    #: Lines told or refused, by their cause.
    CAUSES = "causes"
    #: The time waited for steps: out of one stage, or out of any that somebody is waited for in.
    TAKEN = "taken"
    LATE = "late"
    BOUNCED = "bounced"
    STRAIGHT = "straight"


@dataclass(frozen=True, slots=True)
class BoardQuestion:
    """Months (both included; ``None``: the last twelve), and what is filtered by; blank is everything.

    ``district`` is the region of the branch or ``NO_DISTRICT``; ``measure`` says what the charts of money measure. ``code``
    (a refusal) filters what is ``CAUSED``; ``state`` (a stage) and ``behind`` only narrow the rows that are looked at.
    """

    first: Period | None = None
    last: Period | None = None
    reason: str = ""
    insurance: str = ""
    employer: str = ""
    district: str = ""
    reviewer: str = ""
    measure: Measure = Measure.FILED
    code: str = ""
    state: str = ""
    behind: Behind | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "BoardQuestion":
        """The question of an address; what can't be read is left out, as are months in the wrong order."""
        first, last = _month(query.get("from", "")), _month(query.get("to", ""))
        if first and last and first > last:
            first = last = None
        measure, behind = query.get("measure", ""), query.get("behind", "")
        return cls(
            first=first,
            last=last,
            reason=_one_of(query, "reason", REASONS),
            insurance=_one_of(query, "insurance", {kind.value for kind in Insurance}),
            employer=_text(query, "employer"),
            district=_text(query, "district"),
            reviewer=_text(query, "reviewer"),
            measure=Measure(measure) if measure in set(Measure) else Measure.FILED,
            code=query.get("code", "") if re.fullmatch(r"[NV]\d{2}|other", query.get("code", ""), re.ASCII) else "",
            state=_one_of(query, "state", {state.value for state in State}),
            behind=Behind(behind) if behind in set(Behind) else None,
        )

    def unread(self, query: Mapping[str, str]) -> tuple[str, ...]:
        """The parameters of an address that ``from_query`` could not read when it made this question of it."""
        told = {_PARAMETERS.get(part.name, part.name): getattr(self, part.name) for part in fields(self)}
        told["measure"] = query.get("measure", "") in set(Measure)
        return tuple(name for name, value in told.items() if query.get(name, "").strip() and not value)

    def as_query(self) -> dict[str, str]:
        """The question as parameters of an address; what is blank or usual is left out."""
        told = {_PARAMETERS.get(part.name, part.name): str(getattr(self, part.name) or "") for part in fields(self)}
        return {name: text for name, text in told.items() if text and (name, text) != ("measure", Measure.FILED.value)}

    @property
    def steps(self) -> Behind | None:
        """Which steps the rows are behind; ``None``: they are lines."""
        if self.behind is Behind.CAUSES:
            return None
        return self.behind or (Behind.TAKEN if self.state or self.reviewer else None)

    @property
    def causes(self) -> bool:
        """Whether the rows are lines by their cause, told or refused, and not those of a measure."""
        return self.behind is Behind.CAUSES or bool(not self.steps and self.code and self.measure not in CAUSED)

    def counted(self, measure: Measure) -> str:
        """What the figures call a measure, cut to the cause that is asked for where it has causes."""
        return f"{measure}:{self.code}" if self.code and measure in CAUSED else measure.value

    def months(self, this_month: Period) -> tuple[Period, Period]:
        """The first and the last month that are looked at, both included."""
        last = self.last or max(this_month, self.first or this_month)
        return self.first or last + (1 - USUAL_MONTHS), last


_PARAMETERS = {"first": "from", "last": "to"}


def _month(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except InvalidInput:
        return None


def _one_of(query: Mapping[str, str], name: str, known: Container[str]) -> str:
    value = query.get(name, "")
    return value if value in known else ""


def _text(query: Mapping[str, str], name: str) -> str:
    return query.get(name, "").strip()[:_LONGEST]
