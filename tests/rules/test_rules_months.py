"""N13, N14 and V13: the months that each reason refunds, and what happens without a fact."""

import pytest

from core.domain.reasons import REASONS
from tests.rules.small import PENSION, UNEMPLOYMENT, WORK_INJURY, Elsewhere, Fact, Row, codes, judged

NEVER, DAY15, ALWAYS = ({"leave_month_refundable": switch} for switch in ("never", "day15", "always"))

MONTHS = [
    # reason, facts, the first month judged, and what is found in each month from there: . fits, x N13, ? V13
    ("R01", [Fact("任职", "2019-03-01", "2022-04-20")], "2022-03", "xx..", NEVER),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-20")], "2022-03", "xx..", DAY15),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-15")], "2022-03", "x...", DAY15),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-16")], "2022-03", "xx..", DAY15),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-30")], "2022-03", "x...", ALWAYS),
    ("R01", [Fact("任职", "2019-03-01", "2022-01-15")], "2021-12", "x...", DAY15),
    # came back in the same month, or later
    ("R01", [Fact("任职", "2019-03-01", "2022-04-10"), Fact("任职", "2022-04-28")], "2022-03", "xxxx", ALWAYS),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-10"), Fact("任职", "2022-06-28")], "2022-04", "x.xx", NEVER),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-10"), Fact("任职", "2022-06-28")], "2022-04", "..xx", DAY15),
    # two spells that end in the same month: each has its own last day
    ("R01", [Fact("任职", "2019-03-01", "2022-04-05"), Fact("任职", "2022-04-06", "2022-04-14")], "2022-03", "x..", DAY15),
    ("R01", [Fact("任职", "2019-03-01", "2022-04-05"), Fact("任职", "2022-04-06", "2022-04-20")], "2022-03", "xx.", DAY15),
    # a long spell around a short one
    ("R01", [Fact("任职", "2019-03-01", "2022-05-31"), Fact("任职", "2020-01-01", "2020-02-01")], "2022-04", "xx.", NEVER),
    # nothing has ended yet
    ("R01", [Fact("任职", "2022-05-01")], "2022-03", "xxxx", NEVER),
    ("R01", [Fact("任职", "2022-05-01")], "2022-03", "xxxx", ALWAYS),
    # a spell that its only month is taken out of has still begun when it began
    ("R01", [Fact("任职", "2022-06-01", "2022-06-10")], "2022-05", "x..", ALWAYS),
    ("R01", [Fact("任职", "2022-06-01", "2022-06-10")], "2022-05", "xx.", NEVER),
    ("R01", [], "2022-03", "??", NEVER),
    ("R02", [Fact("无劳动关系", "2022-03", "2022-04")], "2022-02", "x..x", {}),
    ("R02", [Fact("无劳动关系", "2022-03")], "2022-02", "x...", {}),
    ("R02", [Fact("无劳动关系", "2022-02", "2022-02"), Fact("无劳动关系", "2022-04", "2022-04")], "2022-01", "x.x.x", {}),
    ("R02", [], "2022-02", "?", {}),
    ("R03", [Fact("在校境内", "2022-03", "2022-05")], "2022-02", "x..xx", {}),
    ("R03", [Fact("在校境内", "2022-03")], "2022-02", "x..", {}),
    ("R03", [Fact("在校境内", "2022-03", "2022-03")], "2022-02", "xxx", {}),
    ("R03", [Fact("在校境内", "2021-03", "2022-01")], "2021-11", "..xx", {}),
    ("R03", [Fact("在校境外", "2022-03")], "2022-03", "?", {}),
    ("R04", [Fact("在校境外", "2022-03", "2022-05")], "2022-02", "x..xx", {}),
    ("R04", [Fact("在校境内", "2022-03")], "2022-03", "?", {}),
    ("R05", [Fact("退休", "2022-03")], "2022-02", "xx..", {}),
    ("R05", [Fact("退休", "2022-03", "2022-03"), Fact("退休", "2022-05")], "2022-02", "xx...", {}),
    ("R05", [], "2022-02", "?", {}),
    ("R06", [Fact("死亡", "2022-03-01")], "2022-02", "xx..", {}),
    ("R06", [Fact("死亡", "2022-03-31")], "2022-02", "xx..", {}),
    ("R06", [], "2022-02", "?", {}),
    ("R08", [Fact("转入机关", "2022-03")], "2022-02", "x..", {}),
    ("R08", [], "2022-02", "?", {}),
    ("R09", [Fact("服刑入伍", "2022-03-01", "2022-04-30")], "2022-02", "x..x", {}),
    ("R09", [Fact("服刑入伍", "2022-03-02", "2022-05-30")], "2022-02", "xx.xx", {}),
    ("R09", [Fact("服刑入伍", "2022-03", "2022-04")], "2022-02", "x..x", {}),
    ("R09", [Fact("服刑入伍", "2021-12-02", "2022-02-28")], "2021-12", "x..x", {}),
    ("R09", [Fact("服刑入伍", "2023-12-31", "2024-02-28")], "2023-12", "x.x", {}),
    ("R09", [Fact("服刑入伍", "2024-02-01", "2024-02-29")], "2024-01", "x.x", {}),
    ("R09", [Fact("服刑入伍", "2022-03-15")], "2022-02", "xx..", {}),
    ("R09", [Fact("服刑入伍", "2022-03-05", "2022-03-20")], "2022-02", "xxx", {}),
    ("R09", [], "2022-02", "?", {}),
    ("R99", [], "2022-02", "??", {}),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "facts", "first", "expected", "switches"), MONTHS)
def test_a_reason_refunds_its_own_months(reason, facts, first, expected, switches) -> None:
    year, month = map(int, first.split("-"))
    rows = [Row(f"{year + (month + at - 1) // 12}-{(month + at - 1) % 12 + 1:02d}") for at in range(len(expected))]

    judgement = judged(reason, rows, facts, switches=switches)

    signs = {"": ".", "N13": "x", "V13": "?"}
    assert "".join(signs[codes(judgement, row)[PENSION]] for row in range(len(rows))) == expected
    if reason != "R05":
        assert all(len(set(codes(judgement, row))) == 1 for row in range(len(rows))), "all of the row"


@pytest.mark.parametrize(
    ("elsewhere", "found"),
    [
        ([], ["N13", "N13", "N13|N14"]),
        ([Elsewhere()], ["", "", "N14"]),
        ([Elsewhere(free=(UNEMPLOYMENT,))], ["N13", "", "N13|N14"]),
        ([Elsewhere(free=(PENSION,)), Elsewhere(free=(WORK_INJURY,))], ["", "N13", "N14"]),
        ([Elsewhere("2022-04"), Elsewhere("2022-06")], ["N13", "N13", "N13|N14"]),
        ([Elsewhere(person="B")], ["N13", "N13", "N13|N14"]),
    ],
)
def test_a_double_payment_needs_the_other_one(elsewhere: list[Elsewhere], found: list[str]) -> None:
    rows = [Row("2022-05"), Row("2022-05", person="B")]

    assert codes(judged("R07", rows, elsewhere=elsewhere)) == found


NO_MONEY = (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([Row()], ["V13", "V13", "V13"]),
        ([Row(), Row()], ["", "", ""]),
        ([Row(), Row(ticked=False)], ["", "", ""]),
        ([Row(), Row(), Row()], ["", "", ""]),
        ([Row(), Row(pension=NO_MONEY)], ["V13", "", ""]),
        ([Row(), Row(arrival="未到账")], ["V13", "V13", "V13"]),
        ([Row(), Row(kind="补缴")], ["V13", "V13", "V13"]),
        ([Row(kind="补缴"), Row(), Row()], ["V13", "V13", "V13"]),
        ([Row(), Row("2022-06")], ["V13", "V13", "V13"]),
        ([Row(), Row(person="B")], ["V13", "V13", "V13"]),
        # A copy that was refunded already is still a second row: what may be filed is N27's to say.
        ([Row(), Row(paid=(PENSION,))], ["", "", ""]),
    ],
)
def test_a_copy_needs_a_second_row_of_the_month(rows: list[Row], found: list[str]) -> None:
    assert codes(judged("R10", rows)) == found


@pytest.mark.parametrize(
    ("reason", "switches", "excluded"),
    [
        *((code, {}, code in {"R05", "R07"}) for code in REASONS),
        ("R05", {"refund_work_injury_after_retirement": "on"}, False),
        ("R07", {"refund_work_injury_after_retirement": "on"}, True),
    ],
)
def test_work_injury_is_not_for_every_reason(reason: str, switches: dict[str, str], *, excluded: bool) -> None:
    judgement = judged(reason, [Row()], elsewhere=[Elsewhere()], switches=switches)
    pension, unemployment, work_injury = codes(judgement)

    assert ("N14" in work_injury) is excluded
    assert "N14" not in pension + unemployment
    if excluded:
        assert judgement.refundable[WORK_INJURY] == 0
