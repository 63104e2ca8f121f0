"""N12, N18, N26, N27: what stops a whole batch."""

import numpy as np
import pytest

from core.rules.holds import HOLDS, duplicate_groups, find_holds
from tests.rules.small import PENSION, UNEMPLOYMENT, WORK_INJURY, Row, judged

EVERY_LINE = (PENSION, UNEMPLOYMENT, WORK_INJURY)
NO_MONEY = (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([Row(), Row()], [("S0", "S1")]),
        # one stays: it is not ticked, or refused
        ([Row(), Row(ticked=False)], []),
        ([Row(), Row(), Row(ticked=False)], []),
        ([Row(), Row(suspense=True)], []),
        # the other one left already, or is about to
        ([Row(), Row(paid=EVERY_LINE)], [("S0",)]),
        ([Row(), Row(live=EVERY_LINE, ticked=False)], [("S0",)]),
        # every insurance counts by itself
        ([Row(), Row(paid=(UNEMPLOYMENT,), ticked=False)], [("S0",)]),
        ([Row(), Row(), Row(pension=NO_MONEY, ticked=False)], [("S0", "S1")]),
        # alone it is no copy: it was paid for the wrong person
        ([Row()], []),
        ([Row(), Row(kind="补缴")], []),
        ([Row(), Row(), Row("2022-06"), Row("2022-06"), Row(person="B")], [("S0", "S1"), ("S2", "S3")]),
    ],
)
def test_one_copy_of_a_month_has_to_stay(rows: list[Row], groups: list[tuple[str, ...]]) -> None:
    judgement = judged("R10", rows)

    assert duplicate_groups(judgement, judgement.verdict < 2) == groups


def test_what_is_not_filed_stays() -> None:
    judgement = judged("R10", [Row(), Row()])

    assert duplicate_groups(judgement, judgement.serial == "S0") == []
    assert duplicate_groups(judgement, np.zeros(len(judgement), bool)) == []


def test_copies_matter_to_r10_only() -> None:
    judgement = judged("R99", [Row(), Row()])

    assert duplicate_groups(judgement, judgement.verdict < 2) == []


@pytest.mark.parametrize(
    ("batch", "held"),
    [
        ({}, []),
        ({"voucher_types": ["正常", "正常"]}, []),
        ({"voucher_types": ["正常", "补缴"]}, ["N12"]),
        ({"in_arrears": True}, ["N18"]),
        ({"reasons": ["R01", "R02"]}, ["N26"]),
        ({"duplicates": [("S0", "S1")]}, ["N27"]),
        ({"voucher_types": ["a", "b"], "in_arrears": True, "duplicates": [("S0",)]}, ["N12", "N18", "N27"]),
    ],
)
def test_each_hold_is_told(batch: dict[str, object], held: list[str]) -> None:
    question = {"voucher_types": ["正常"], "reasons": ["R10"], "duplicates": [], "in_arrears": False} | batch

    holds = find_holds(**question)

    assert [hold.code for hold in holds] == held
    assert all(hold.text and hold.remedy and hold.detail for hold in holds)
    assert [hold.code for hold in holds if not hold.blocking] == [code for code in held if code == "N18"]


def test_three_of_the_holds_block() -> None:
    assert {code for code, hold in HOLDS.items() if hold.blocking} == {"N12", "N26", "N27"}
