"""When a step is due: working days, and no second helping of them after the employer had the batch."""

from datetime import date

import pytest

from core.domain.lifecycle import State
from core.domain.settings import Settings
from core.services.calendar import working_days_between
from core.services.due_dates import answer_date, days_used, due_date
from core.store.batches import Step

S = State
#: A batch that came before its first reviewer on Wednesday, 1 November 2023.
FILED = (("submit", S.SUBMITTED, "2023-11-01"), ("accept", S.FIRST_REVIEW, "2023-11-01"))
RETURNED = (*FILED, ("return", S.RETURNED, "2023-11-03"))
BACK = (*RETURNED, ("resubmit", S.FIRST_REVIEW, "2023-11-20"))


def history(*steps: tuple[str, State, str]) -> list[Step]:
    source, written = "", []
    for step, target, day in steps:
        written.append(Step(step, source, target.value, "someone", "filer", "", f"{day}T02:00:00+00:00", "", 1))
        source = target.value
    return written


@pytest.mark.parametrize(
    ("state", "steps", "used"),
    [
        (S.FIRST_REVIEW, FILED[:1], 0),
        (S.FIRST_REVIEW, FILED, 0),
        (S.FIRST_REVIEW, RETURNED, 2),
        # the seventeen days at the employer's don't count, the second stay does once it comes again
        (S.FIRST_REVIEW, (*BACK, ("return", S.RETURNED, "2023-11-21")), 3),
        # what the first review took before the second one sent the batch back counts for both stages
        (S.FIRST_REVIEW, (*FILED, ("pass", S.SECOND_REVIEW, "2023-11-06"), ("return", S.RETURNED, "2023-11-08")), 3),
        (S.SECOND_REVIEW, (*FILED, ("pass", S.SECOND_REVIEW, "2023-11-06"), ("return", S.RETURNED, "2023-11-08")), 2),
        (S.APPROVAL, RETURNED, 0),
        # a payment that bounced is made anew; the second look at the bank details goes on
        (S.PAYABLE, (("pass", S.PAYABLE, "2023-11-01"), ("x", S.BANK_CORRECTION, "2023-11-08")), 0),
        (S.BANK_REVIEW, (("correct_bank", S.BANK_REVIEW, "2023-11-01"), ("x", S.BANK_CORRECTION, "2023-11-03")), 2),
    ],
)
def test_time_used_before_the_employer_had_it(
    state: State, steps: tuple[tuple[str, State, str], ...], used: int
) -> None:
    assert days_used(state, history(*steps)) == used


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        (FILED[:1], "2023-11-27"),  # five working days after Monday the 20th
        (RETURNED, "2023-11-23"),  # two of them were used
        ((*FILED, ("return", S.RETURNED, "2023-11-20")), "2023-11-21"),  # one is left at least
    ],
)
def test_what_is_left_of_the_limit(steps: tuple[tuple[str, State, str], ...], due: str) -> None:
    assert due_date(Settings(), S.FIRST_REVIEW, history(*steps), date(2023, 11, 20)) == due


@pytest.mark.parametrize("state", [S.RETURNED, S.BANK_CORRECTION, S.PAID, S.CLOSED, S.WITHDRAWN, S.REJECTED])
def test_nothing_is_due_where_the_agency_has_nothing_to_do(state: State) -> None:
    assert due_date(Settings(), state, [], date(2023, 11, 20)) == ""


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2023, 11, 1), date(2023, 11, 1), 0),
        (date(2023, 11, 3), date(2023, 11, 6), 1),
        (date(2023, 11, 4), date(2023, 11, 6), 1),
        # 29 September to 6 October is the holiday; Saturday 7 and Sunday 8 October are worked
        (date(2023, 9, 28), date(2023, 10, 8), 2),
    ],
)
def test_working_days_between(first: date, last: date, days: int) -> None:
    assert working_days_between(first, last) == days


@pytest.mark.parametrize(
    ("days", "steps", "due"),
    [
        ("10", RETURNED, "2023-11-17"),
        ("10", (*BACK, ("return", S.RETURNED, "2023-11-21")), "2023-12-05"),  # of the last return
        ("off", RETURNED, ""),
        ("10", FILED, ""),
    ],
)
def test_until_when_the_employer_is_asked_to_answer(
    days: str, steps: tuple[tuple[str, State, str], ...], due: str
) -> None:
    assert answer_date(Settings({"days_to_answer": days}), history(*steps)) == due
