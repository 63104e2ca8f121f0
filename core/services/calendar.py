"""Working days of the Chinese calendar with its moved holidays."""

from datetime import date
from functools import cache

import holidays


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN")


def add_working_days(start: date, days: int) -> date:
    """The day that lies ``days`` working days after ``start``: when a step that begins on ``start`` is due."""
    return _calendar().get_nth_working_day(start, days)


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after ``first`` up to and including ``last``: 0 on the same day."""
    return _calendar().get_working_days_count(first, last) - int(_calendar().is_working_day(first))
