"""A month (费款所属期) as a value, not as text."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.domain.errors import InvalidInput
from core.domain.wording import N_

# No dot: an Excel number 2022.10 prints as "2022.1" and would become January.
_MONTH = re.compile(r"(?P<year>\d{4})(?:(?P<dense>\d{2})|\s*[-/年]\s*(?P<month>\d{1,2})\s*月?)", re.ASCII)
_DATE = re.compile(
    r"(?P<year>\d{4})(?:(?P<m>\d{2})(?P<d>\d{2})|\s*(?P<sep>[-/.年])\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?)"
    r"(?:[ T]00:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
FIRST_YEAR, LAST_YEAR = 1949, 2199
#: A blank 终止 where days are compared (YYYYMMDD): later than any day there is.
OPEN_END = 99991231


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """One month; ordered, hashable, ``Period.parse("202201") + 1``. ``number`` is YYYYMM, as the store keeps it."""

    number: int

    def __post_init__(self) -> None:
        year, month = divmod(self.number, 100)
        if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
            raise InvalidInput(N_("月份“{value}”不存在，请按 2022-01 的格式填写"), value=str(self.number))

    @classmethod
    def parse(cls, text: str) -> "Period":
        """``202201``, ``2022-01``, ``2022/1``, ``2022年1月`` (``ledger-format.md``); ``InvalidInput`` otherwise."""
        match = _MONTH.fullmatch(text.strip())
        if match is None:
            raise InvalidInput(N_("月份“{value}”无法识别，请按 2022-01 的格式填写"), value=text.strip()[:40])
        return cls(int(match["year"]) * 100 + int(match["dense"] or match["month"]))

    @classmethod
    def of(cls, day: date) -> "Period":
        """The month that ``day`` lies in."""
        return cls(day.year * 100 + day.month)

    @property
    def ordinal(self) -> int:
        """Months since year 0: differences of ordinals count months."""
        return month_ordinal(self.number)

    @property
    def first_day(self) -> date:
        """The month's first day."""
        return date(self.number // 100, self.number % 100, 1)

    @property
    def last_day(self) -> date:
        """The month's last day."""
        year, month = divmod(self.number, 100)
        return date(year, month, calendar.monthrange(year, month)[1])

    def __add__(self, months: int) -> "Period":
        year, month = divmod(self.ordinal + months, 12)
        return Period(year * 100 + month + 1)

    def __sub__(self, other: "Period") -> int:
        return self.ordinal - other.ordinal

    def through(self, last: "Period") -> Iterator["Period"]:
        """Every month from this one to ``last``, both included."""
        return (self + step for step in range(last - self + 1))

    def __str__(self) -> str:
        return f"{self.number // 100:04d}-{self.number % 100:02d}"


def month_ordinal(number: int) -> int:
    """Months since year 0 of a YYYYMM number; works on whole NumPy columns as well."""
    return number // 100 * 12 + number % 100 - 1


def parse_day(text: str, *, end: bool = False) -> date:
    """A date as written in a file; a date given only as a month means its first day, or its last one if ``end``.

    Source: ``domain.md`` §3. Raises ``InvalidInput`` for what is neither.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        try:
            month = Period.parse(text)
        except InvalidInput:
            raise InvalidInput(
                N_("日期“{value}”无法识别，请按 2022-04-20 或 2022-04 的格式填写"), value=text.strip()[:40]
            ) from None
        return month.last_day if end else month.first_day
    try:
        day = date(int(match["year"]), int(match["m"] or match["month"]), int(match["d"] or match["day"]))
    except ValueError:
        raise InvalidInput(N_("日期“{value}”不存在，请核对"), value=text.strip()[:40]) from None
    Period.of(day)
    return day


def day_number(day: date) -> int:
    """YYYYMMDD, as the store keeps days: the same integer on every database, its month is ``// 100``."""
    return day.year * 10000 + day.month * 100 + day.day


def day_text(number: int) -> str:
    """``2022-04-20`` from a YYYYMMDD number."""
    return f"{number // 10000:04d}-{number // 100 % 100:02d}-{number % 100:02d}"
