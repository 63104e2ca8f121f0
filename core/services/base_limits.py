"""Floor and ceiling of the contribution base, year by year (``data/base_limits.csv``)."""

import csv
from functools import cache
from pathlib import Path

from core.domain.period import Period
from core.rules.patterns import Limits

_LIMITS = Path(__file__).parents[2] / "data" / "base_limits.csv"
#: A contribution year runs from July to June.
_YEAR = 12


@cache
def base_limits() -> tuple[tuple[Period, int, int], ...]:
    """First month, floor and ceiling (yuan) of each contribution year."""
    with _LIMITS.open(encoding="utf-8", newline="") as file:
        return tuple(
            (Period.parse(row["from"]), int(row["floor"]), int(row["ceiling"])) for row in csv.DictReader(file)
        )


@cache
def limits_by_month() -> Limits:
    """The same for the rules, in fen; each year ends before the next begins, and none lasts longer than twelve months."""
    return Limits.of(
        (first.number, (first + (_YEAR - 1)).number, floor * 100, ceiling * 100)
        for first, floor, ceiling in base_limits()
    )
