"""N04, N05 and N11: who holds the line already, and what comes before it. R99 lets all months pass, as V13."""

import pytest

from tests.rules.small import PENSION, UNEMPLOYMENT, WORK_INJURY, Fact, Row, codes, judged

NO_MONEY = (0, 0, 0, 0)
DIFFERENCE = "差额补缴"


def besides_v13(row: Row, *others: Row) -> list[str]:
    return [found.removesuffix("V13").rstrip("|") for found in codes(judged("R99", [row, *others]))]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (Row(paid=(PENSION,)), ["N04", "", ""]),
        (Row(live=(UNEMPLOYMENT,)), ["", "N05", ""]),
        (Row(live=(PENSION, WORK_INJURY), paid=(UNEMPLOYMENT,)), ["N05", "N04", "N05"]),
    ],
)
def test_a_line_belongs_to_one_batch(row: Row, found: list[str]) -> None:
    assert besides_v13(row) == found


@pytest.mark.parametrize(
    ("difference", "found"),
    [
        # ticked and refundable, also when a reviewer has to look: it goes together with the month
        (Row(kind=DIFFERENCE), ["", "", ""]),
        # not ticked, so it stays
        (Row(kind=DIFFERENCE, ticked=False), ["N11", "N11", "N11"]),
        # ticked, but refused itself: that does not help
        (Row(kind=DIFFERENCE, assessment="自行申报"), ["N11", "N11", "N11"]),
        # refused in one insurance only
        (Row(kind=DIFFERENCE, injury_mode="按项目"), ["", "", "N11"]),
        # refunded, or under way in another batch: it does not stay
        (Row(kind=DIFFERENCE, paid=(PENSION,), live=(UNEMPLOYMENT,), ticked=False), ["", "", "N11"]),
        (Row(kind=DIFFERENCE, paid=(PENSION,), live=(UNEMPLOYMENT, WORK_INJURY)), ["", "", ""]),
        # nothing received for that insurance
        (Row(kind=DIFFERENCE, pension=NO_MONEY, ticked=False), ["", "N11", "N11"]),
        # a late fee counts as received, and as it is not refundable it stays
        (Row(kind=DIFFERENCE, pension=(0, 0, 3023, 0)), ["N11", "", ""]),
        # not received by 到账状态 is refused, so the amounts printed in the row stay
        (Row(kind=DIFFERENCE, arrival="未到账"), ["N11", "N11", "N11"]),
        # another month, another person, another kind
        (Row("2022-06", kind=DIFFERENCE, ticked=False), ["", "", ""]),
        (Row(kind=DIFFERENCE, person="B", ticked=False), ["", "", ""]),
        (Row(kind="补缴", ticked=False), ["", "", ""]),
        # a row that is not the applicant's
        (Row(kind=DIFFERENCE, own=False, pension=NO_MONEY, unemployment=NO_MONEY, work_injury=NO_MONEY), ["", "", ""]),
    ],
)
def test_the_difference_comes_first(difference: Row, found: list[str]) -> None:
    assert besides_v13(Row(), difference) == found


def test_one_difference_of_several_that_stays_is_enough() -> None:
    assert besides_v13(Row(), Row(kind=DIFFERENCE), Row(kind=DIFFERENCE, ticked=False)) == ["N11", "N11", "N11"]


def test_differences_do_not_wait_for_each_other() -> None:
    refused = Row(kind=DIFFERENCE, suspense=True)

    assert besides_v13(Row(kind=DIFFERENCE), refused) == ["", "", ""]


def test_a_difference_outside_the_reasons_months_holds_up_nothing_else() -> None:
    left = Fact("任职", "2019-03-01", "2022-05-20")

    assert codes(judged("R01", [Row(), Row(kind=DIFFERENCE)], [left])) == ["N11|N13"] * 3


def test_a_month_that_waits_for_its_difference_is_not_paid() -> None:
    judgement = judged("R99", [Row(), Row(kind=DIFFERENCE, ticked=False)])

    assert judgement.verdict.tolist() == [2, 2, 2]
    assert judgement.refundable.tolist() == [0, 0, 0]
