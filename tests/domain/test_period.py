"""A month is a value: it counts, compares and prints, and nonsense never becomes one."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import InvalidInput
from core.domain.period import Period, day_number, day_text, month_ordinal, parse_day

MONTHS = st.builds(lambda year, month: Period(year * 100 + month), st.integers(1950, 2198), st.integers(1, 12))
DAYS = st.dates(date(1949, 1, 1), date(2199, 12, 31))


def test_counting_goes_over_the_end_of_a_year():
    assert Period(202212) + 1 == Period(202301)
    assert Period(202301) + -1 == Period(202212)
    assert Period(202201) + 24 == Period(202401)
    assert Period(202301) - Period(202212) == 1
    assert Period(202203) - Period(202304) == -13


@given(MONTHS, st.integers(-11, 11))
def test_adding_and_subtracting_undo_each_other(month, steps):
    assert (month + steps) - month == steps
    assert (month + steps) + -steps == month


@given(MONTHS, MONTHS)
def test_later_months_are_greater(one, other):
    assert (one < other) == (one.first_day < other.first_day)
    assert (one - other) == (one.ordinal - other.ordinal)


@given(MONTHS)
def test_first_and_last_day(month):
    assert month.first_day.day == 1
    assert Period.of(month.last_day) == month
    assert Period.of(month.last_day + timedelta(days=1)) == month + 1


def test_february_of_a_leap_year():
    assert Period(202402).last_day == date(2024, 2, 29)
    assert Period(202302).last_day == date(2023, 2, 28)


def test_a_range_holds_both_ends():
    assert [str(month) for month in Period(202211).through(Period(202302))] == [
        "2022-11", "2022-12", "2023-01", "2023-02",
    ]  # fmt: skip
    assert list(Period(202201).through(Period(202201))) == [Period(202201)]
    assert list(Period(202202).through(Period(202201))) == []


@given(MONTHS)
def test_every_spelling_of_the_format_is_the_same_month(month):
    year, number = divmod(month.number, 100)
    spellings = (f"{year}{number:02d}", f"{year}-{number:02d}", f"{year}/{number}", f"{year}年{number}月", str(month))
    assert {Period.parse(text) for text in spellings} == {month}
    assert Period.parse(f"  {month} ") == month


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2022",
        "20221",
        "2022013",
        "2022-13",
        "2022-00",
        "202200",
        "202213",
        "22-01",
        "2022--01",
        "2022-1-1",
        "20220101",
        "-202201",
        "2022-1月份",
        "1948-12",
        "2200-01",
        "0000-01",
        "去年一月",
        "Jan 2022",
        "44562",
        "2022-001",
        # An Excel number 2022.10 is written 2022.1: no month can be told from it.
        "2022.1",
        "2022.10",
        "٢٠٢٢-٠١",
    ],
)
def test_nonsense_is_no_month(text):
    with pytest.raises(InvalidInput) as caught:
        Period.parse(text)
    assert str(caught.value)


@pytest.mark.parametrize("number", [0, 202200, 202213, -202201, 194812, 220001, 20220101])
def test_no_period_is_made_of_an_impossible_number(number):
    with pytest.raises(InvalidInput):
        Period(number)


def test_months_before_the_first_and_after_the_last_year_do_not_exist():
    with pytest.raises(InvalidInput):
        Period(194901) + -1
    with pytest.raises(InvalidInput):
        Period(219912) + 1


@given(MONTHS)
def test_ordinals_count_months(month):
    assert month_ordinal(month.number) == month.ordinal
    assert month_ordinal((month + 1).number) == month.ordinal + 1


@given(DAYS)
def test_every_spelling_of_a_day_is_the_same_day(day):
    spellings = (
        f"{day:%Y%m%d}", f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d} 00:00:00",
    )  # fmt: skip
    assert {parse_day(text) for text in spellings} == {day}
    assert {parse_day(text, end=True) for text in spellings} == {day}


@given(MONTHS)
def test_a_day_given_only_as_a_month_is_its_first_or_as_an_end_its_last(month):
    last = calendar.monthrange(month.number // 100, month.number % 100)[1]
    for text in (str(month), str(month.number), f"{month.number // 100}/{month.number % 100}"):
        assert parse_day(text).day == 1
        assert parse_day(text, end=True) == parse_day(text).replace(day=last)


@pytest.mark.parametrize(
    "text",
    ["", "2022-02-29", "2022-02-30", "20220230", "2022-13-01", "2022-00-10", "20221301", "2022-01-32", "01-02-2022",
     "2022-01-01 12:30:00", "昨天", "1948-12-31", "2200-01-01", "2022-1-", "44562.5"],
)  # fmt: skip
def test_nonsense_is_no_day(text):
    with pytest.raises(InvalidInput) as caught:
        parse_day(text)
    assert str(caught.value)


@given(DAYS)
def test_days_are_stored_as_numbers_that_sort_and_hold_their_month(day):
    assert day_number(day) // 100 == Period.of(day).number
    assert parse_day(str(day_number(day))) == day
    assert day_text(day_number(day)) == day.isoformat()


@given(DAYS, DAYS)
def test_numbers_of_days_compare_as_the_days_do(one, other):
    assert (day_number(one) < day_number(other)) == (one < other)
