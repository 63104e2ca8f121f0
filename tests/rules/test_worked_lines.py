"""The worked lines of the published format, each through the store and the service, on both databases."""

from typing import Any

import pytest

from core.domain.period import Period
from core.domain.roles import SYSTEM
from core.services.judging import judge_range
from tests.support.desks import Ledger, make_desk, person

A = person(1)
MAY, APRIL = 202205, 202204
NOTHING = dict.fromkeys(
    (
        "pension_employer_part",
        "pension_personal_part",
        "unemployment_employer_part",
        "unemployment_personal_part",
        "work_injury_employer_part",
    ),
    0,
)
LEFT_IN_APRIL = ("employment", 20190301, 20220420)
CAME_IN_MAY = ("employment", 20220510, None)
LATE = {"pension_late_fee": 3023}
ONLY_WORK_INJURY = {**NOTHING, "work_injury_employer_part": 1072}

# (rows: period, employer and what differs from a month in order), facts of the person with E1, reason,
# insurance, and of every row of E1: verdict, codes, refundable.
WORKED = {
    "a month after leaving": ([(MAY, "E1", {})], [LEFT_IN_APRIL], "R01", "pension", [("refundable", "", "1286.40")]),
    "the month of leaving": ([(APRIL, "E1", {})], [LEFT_IN_APRIL], "R01", "pension", [("refused", "N13", "0.00")]),
    "came back in that month": (
        [(MAY, "E1", {})], [LEFT_IN_APRIL, CAME_IN_MAY], "R01", "pension", [("refused", "N13", "0.00")],
    ),
    "no spell on file": ([(MAY, "E1", {})], [], "R01", "pension", [("review", "V13", "1286.40")]),
    "no spell on file, in suspense": (
        [(MAY, "E1", {"suspense": True})], [], "R01", "pension", [("refused", "N24|V13", "0.00")],
    ),
    "not received": (
        [(MAY, "E1", {"arrival": "missing"})], [LEFT_IN_APRIL], "R01", "pension", [("refused", "N01", "0.00")],
    ),
    "deferred, nothing paid": (
        [(MAY, "E1", {"arrival": "deferred", **NOTHING})], [LEFT_IN_APRIL], "R01", "pension",
        [("refused", "N17", "0.00")],
    ),
    "nothing but a late fee": (
        [(MAY, "E1", {**NOTHING, **LATE})], [LEFT_IN_APRIL], "R01", "pension", [("refused", "N17", "0.00")],
    ),
    "paid elsewhere too": (
        [(MAY, "E1", LATE), (MAY, "E2", {})], [], "R07", "pension", [("refundable", "", "1316.63")],
    ),
    "work injury at both": (
        [(MAY, "E1", {}), (MAY, "E2", {})], [], "R07", "work_injury", [("refused", "N14", "0.00")],
    ),
    "work injury only here": (
        [(MAY, "E1", ONLY_WORK_INJURY), (MAY, "E2", {"work_injury_employer_part": 0})], [], "R07", "work_injury",
        [("refused", "N13|N14", "0.00")],
    ),
    "paid twice here": (
        [(MAY, "E1", {}), (MAY, "E1", {})], [], "R10", "pension",
        [("refundable", "", "1286.40"), ("refundable", "", "1286.40")],
    ),
    "a difference that is refused itself": (
        [(MAY, "E1", {}), (MAY, "E1", {"kind": "difference", "assessment": "self"})], [LEFT_IN_APRIL], "R01", "pension",
        [("refused", "N11", "0.00"), ("refused", "N02", "0.00")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("worked", WORKED.values(), ids=WORKED)
def test_a_worked_line_comes_out_as_published(database, data_dir, worked: Any) -> None:
    rows, facts, reason, insurance, expected = worked
    desk = make_desk(database, data_dir)
    ledger = Ledger(database)
    for period, employer, values in rows:
        ledger.row(A, period, employer, **values)
    for kind, start, end in facts:
        ledger.fact(A, kind, start, end, employer_id="E1")

    judged = judge_range(desk, SYSTEM, "E1", reason, Period(202201), Period(202212))

    told = [dict(zip(judged.COLUMNS, row, strict=True)) for row in judged.rows()]
    assert [
        (row["verdict"], row["codes"], row["refundable"]) for row in told if row["insurance"] == insurance
    ] == expected
