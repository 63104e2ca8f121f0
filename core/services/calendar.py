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
