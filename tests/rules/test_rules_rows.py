"""N01, N02, N03, N10, N17, N22, N23, N24: what the row itself says. R99 lets every month pass, as V13."""

import pytest

from core.domain.period import Period
from tests.rules.small import PENSION, Row, codes, judged

NO_MONEY = (0, 0, 0, 0)
ONLY_LATE_FEE = (0, 0, 3023, 0)
ONLY_INTEREST = (0, 0, 0, 1)

ROWS = [
    # what is special about the row, and what is found in its 养老, 失业 and 工伤 line besides V13
    (Row(), ["", "", ""]),
    (Row(arrival="未到账"), ["N01", "N01", "N01"]),
    (Row(arrival="未到账", pension=NO_MONEY), ["N01|N17", "N01", "N01"]),
    (Row(arrival="缓缴"), ["N17", "N17", "N17"]),
    (Row(arrival="减免"), ["N17", "N17", "N17"]),
    (Row(pension=NO_MONEY), ["N17", "", ""]),
    (Row(unemployment=ONLY_LATE_FEE), ["", "N17", ""]),
    (Row(work_injury=ONLY_INTEREST), ["", "", "N17"]),
    (Row(unemployment=(0, 1, 0, 0)), ["", "", ""]),
    (Row(assessment="自行申报"), ["N02", "N02", "N02"]),
    (Row(assessment="税务核定"), ["N02", "N02", "N02"]),
    (Row(kind="裁决补缴"), ["N10", "N10", "N10"]),
    (Row(kind="稽核补缴"), ["N10", "N10", "N10"]),
    (Row(kind="监察补缴"), ["N10", "N10", "N10"]),
    (Row(kind="补缴"), ["", "", ""]),
    (Row(kind="差额补缴"), ["", "", ""]),
    (Row(injury_mode="按项目"), ["", "", "N23"]),
    (Row(suspense=True), ["N24", "N24", "N24"]),
    (
        Row(arrival="未到账", assessment="自行申报", kind="稽核补缴", injury_mode="按项目", suspense=True),
        ["N01|N02|N10|N24", "N01|N02|N10|N24", "N01|N02|N10|N23|N24"],
    ),
]


@pytest.mark.parametrize(("row", "found"), ROWS)
def test_a_row_speaks_for_itself(row: Row, found: list[str]) -> None:
    assert codes(judged("R99", [row])) == [f"{each}|V13".lstrip("|") for each in found]


def test_of_a_row_that_is_not_the_applicants_nothing_else_is_told() -> None:
    row = Row(own=False, arrival="未到账", pension=NO_MONEY, suspense=True, live=(PENSION,))

    assert codes(judged("R99", [row])) == ["N03", "N03", "N03"]


@pytest.mark.parametrize(
    ("reason", "switches", "found", "refundable"),
    [
        ("R99", {}, ["N17|V13", "V13", "V13"], [0, 5360, 1072]),
        ("R99", {"late_fee_refundable_R99": "on"}, ["V13", "V13", "V13"], [3023, 5360 + 7, 1072]),
        ("R10", {}, ["V13", "V13", "V13"], [3023, 5360 + 7, 1072]),
        ("R10", {"late_fee_refundable_R10": "off"}, ["N17|V13", "V13", "V13"], [0, 5360, 1072]),
    ],
)
def test_late_fee_and_interest_are_paid_back_only_by_switch(reason, switches, found, refundable) -> None:
    judgement = judged(reason, [Row(pension=ONLY_LATE_FEE, unemployment=(2680, 2680, 3, 4))], switches=switches)

    assert codes(judgement) == found
    assert judgement.refundable.tolist() == refundable
    assert judgement.received.tolist() == [3023, 5367, 1072]


@pytest.mark.parametrize(
    ("limit", "filing", "late"),
    [
        ("off", "2122-05", False),
        ("12", "2023-05", False),
        ("12", "2023-06", True),
        ("1", "2022-06", False),
        ("1", "2022-07", True),
        ("36", "2025-05", False),
        ("36", "2025-06", True),
    ],
)
def test_the_time_limit_counts_months_up_to_the_month_of_filing(limit: str, filing: str, *, late: bool) -> None:
    switches = {"claim_limit_months": limit}

    found = codes(judged("R99", [Row("2022-05")], switches=switches, filing=Period.parse(filing)))

    assert found == ["N22|V13" if late else "V13"] * 3
