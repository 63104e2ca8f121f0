"""The slow reading of the page against the page: its worked lines, then the edges that a close reading finds.

A case is (rows and facts, reason, what is expected). Expected is ``verdict codes refundable`` of the line of row ``1`` at E1,
养老 unless an insurance is named; money is 857.60 + 428.80 unless said.
"""

from datetime import date

import pytest

from tests.rules.oracle import CODES, FREE, INSURANCES, LIVE, PAID, Claim, Fact, Ledger, Money, Row, judge, judge_rows

PENSION = Money(85760, 42880)
PENSION_LATE = Money(85760, 42880, 3023)
ONLY_LATE = Money(0, 0, 3023)
NOTHING = Money()
UNEMPLOYMENT = Money(2680, 2680)
INJURY = Money(1072)


def row(t: int = 202205, serial: str = "1", employer: str = "E1", pension: Money = PENSION, **more: object) -> Row:
    return Row(serial, employer, "P", t, pension=pension, **more)


def full(t: int = 202205, serial: str = "1", employer: str = "E1", **more: object) -> Row:
    return row(t, serial, employer, **({"unemployment": UNEMPLOYMENT, "work_injury": INJURY} | more))


def fact(kind: str, start: str, end: str = "", employer: str = "", insurance: str = "", person: str = "P") -> Fact:
    """A date given only as a month is written out by whoever calls."""
    last = date.fromisoformat(end) if end else None
    return Fact(person, kind, date.fromisoformat(start), last, employer, insurance)


def job(start: str, end: str = "", employer: str = "E1") -> Fact:
    return fact("任职", start, end, employer)


def claim(state: str, serial: str = "1", insurance: str = "pension") -> Claim:
    return Claim(serial, insurance, state)


def told(known: tuple, reason: str, insurance: str = "pension", serial: str = "1", **settings: str) -> str:
    """What is told of one line when every month of E1 is judged."""
    ledger = Ledger(
        tuple(card for card in known if isinstance(card, Row)),
        tuple(card for card in known if isinstance(card, Fact)),
        tuple(card for card in known if isinstance(card, Claim)),
    )
    lines = judge(ledger, "E1", reason, 190001, 299912, settings=settings, filing=202310)
    (line,) = [line for line in lines if (line.serial, line.insurance) == (serial, insurance)]
    return f"{line.verdict} {'|'.join(line.codes) or '–'} {line.refundable / 100:.2f}"


LEFT = job("2019-03-01", "2022-04-20")

WORKED = {
    "left in April, paid for May": ((row(), LEFT), "R01", "refundable – 1286.40"),
    "the month of leaving": ((row(202204), LEFT), "R01", "refused N13 0.00"),
    "came back in May": ((row(), LEFT, job("2022-05-10")), "R01", "refused N13 0.00"),
    "no spell on file": ((row(),), "R01", "review V13 1286.40"),
    "no spell, money in suspense": ((row(suspense=True),), "R01", "refused N24|V13 0.00"),
    "never arrived": ((row(arrival="未到账"), LEFT), "R01", "refused N01 0.00"),
    "deferred, nothing paid": ((row(arrival="缓缴", pension=NOTHING), LEFT), "R01", "refused N17 0.00"),
    "only a late fee": ((row(pension=ONLY_LATE), LEFT), "R01", "refused N17 0.00"),
    "two employers paid": ((row(pension=PENSION_LATE), row(serial="2", employer="E2")), "R07", "refundable – 1316.63"),
}


@pytest.mark.parametrize(("known", "reason", "expected"), WORKED.values(), ids=WORKED)
def test_worked_line(known, reason, expected):
    assert told(known, reason) == expected


def test_worked_line_work_injury_paid_by_two_employers():
    assert told((full(), full(serial="2", employer="E2")), "R07", "work_injury") == "refused N14 0.00"


def test_worked_line_work_injury_paid_by_one_employer():
    assert told((full(), row(serial="2", employer="E2")), "R07", "work_injury") == "refused N13|N14 0.00"


def test_worked_line_two_normal_rows_of_one_month():
    known = (row(), row(serial="2"))
    assert [told(known, "R10", serial=serial) for serial in "12"] == ["refundable – 1286.40"] * 2


def test_worked_line_difference_row_assessed_by_the_employer_itself():
    known = (row(), row(serial="2", kind="差额补缴", assessment="自行申报"), LEFT)
    assert told(known, "R01") == "refused N11 0.00"
    assert told(known, "R01", serial="2") == "refused N02 0.00"


# --- the row itself ---------------------------------------------------------------------------------------------------

OF_THE_ROW = {
    "waived": ({"arrival": "减免"}, "refused N17 0.00"),
    "deferred though printed with money": ({"arrival": "缓缴"}, "refused N17 0.00"),
    "not arrived and nothing to pay": ({"arrival": "未到账", "pension": NOTHING}, "refused N01|N17 0.00"),
    "declared by the employer": ({"assessment": "自行申报"}, "refused N02 0.00"),
    "assessed by the tax office": ({"assessment": "税务核定"}, "refused N02 0.00"),
    "supplementary payment": ({"kind": "补缴"}, "refundable – 1286.40"),
    "difference payment": ({"kind": "差额补缴"}, "refundable – 1286.40"),
    "ruling": ({"kind": "裁决补缴"}, "refused N10 0.00"),
    "audit": ({"kind": "稽核补缴"}, "refused N10 0.00"),
    "inspection": ({"kind": "监察补缴"}, "refused N10 0.00"),
    "in suspense": ({"suspense": True}, "refused N24 0.00"),
    "insured by project": ({"injury_mode": "按项目"}, "refundable – 1286.40"),
    "late fee shown, not refunded": ({"pension": PENSION_LATE}, "refundable – 1286.40"),
    "only the personal part": ({"pension": Money(0, 42880)}, "refundable – 428.80"),
    "everything at once": (
        {"arrival": "未到账", "assessment": "税务核定", "kind": "稽核补缴", "suspense": True, "pension": NOTHING},
        "refused N01|N02|N10|N17|N24 0.00",
    ),
}


@pytest.mark.parametrize(("traits", "expected"), OF_THE_ROW.values(), ids=OF_THE_ROW)
def test_row(traits, expected):
    assert told((row(**traits), LEFT), "R01") == expected


def test_project_mode_concerns_work_injury_only():
    known = (full(injury_mode="按项目"), LEFT)
    assert told(known, "R01", "work_injury") == "refused N23 0.00"
    assert told(known, "R01", "unemployment") == "refundable – 53.60"


def test_every_row_gives_three_lines_also_when_an_amount_is_zero():
    lines = judge(Ledger((row(),), (LEFT,)), "E1", "R01", 202205, 202205)
    assert [(line.insurance, line.codes) for line in lines] == [
        ("pension", ()), ("unemployment", ("N17",)), ("work_injury", ("N17",)),
    ]  # fmt: skip


LATE_FEES = {
    "R01 keeps them": ("R01", {}, "refundable – 1286.40"),
    "R07 returns them": ("R07", {}, "refundable – 1316.63"),
    "R01 by switch": ("R01", {"late_fee_refundable_R01": "on"}, "refundable – 1316.63"),
    "R07 by switch": ("R07", {"late_fee_refundable_R07": "off"}, "refundable – 1286.40"),
    "another reason's switch": ("R01", {"late_fee_refundable_R02": "on"}, "refundable – 1286.40"),
}


@pytest.mark.parametrize(("reason", "settings", "expected"), LATE_FEES.values(), ids=LATE_FEES)
def test_late_fee(reason, settings, expected):
    known = (row(pension=PENSION_LATE), row(serial="2", employer="E2"), LEFT)
    assert told(known, reason, **settings) == expected


def test_interest_goes_the_way_of_the_late_fee():
    known = (row(pension=Money(100, 20, 3, 4)), LEFT)
    assert told(known, "R01") == "refundable – 1.20"
    assert told(known, "R01", late_fee_refundable_R01="on") == "refundable – 1.27"


def test_received_is_all_that_is_printed():
    (line, *_) = judge(Ledger((row(arrival="未到账", pension=Money(100, 20, 3, 4)),)), "E1", "R01", 202205, 202205)
    assert (line.received, line.payable, line.refundable) == (127, 120, 0)


def test_a_late_fee_alone_is_refunded_where_the_reason_returns_it():
    known = (row(pension=ONLY_LATE), LEFT)
    assert told(known, "R01", late_fee_refundable_R01="on") == "refundable – 30.23"


# --- the months of a reason -------------------------------------------------------------------------------------------

# (facts, switch leave_month_refundable, verdicts of 2022-03, 04, 05): + refundable, - N13
SPELLS = {
    "still there": ([job("2019-03-01")], "never", "---"),
    "left on the 20th": ([LEFT], "never", "--+"),
    "left on the 20th, day15": ([LEFT], "day15", "--+"),
    "left on the 20th, always": ([LEFT], "always", "-++"),
    "left on the 15th, day15": ([job("2019-03-01", "2022-04-15")], "day15", "-++"),
    "left on the 16th, day15": ([job("2019-03-01", "2022-04-16")], "day15", "--+"),
    "left on the 15th, never": ([job("2019-03-01", "2022-04-15")], "never", "--+"),
    "begins in May": ([job("2022-05-01")], "always", "---"),
    "two spells with a gap": ([job("2019-03-01", "2022-03-01"), job("2022-05-31")], "never", "-+-"),
    "came back within the month, always": ([job("2019-03-01", "2022-04-10"), job("2022-04-20")], "always", "---"),
    "came back next month, always": ([job("2019-03-01", "2022-04-10"), job("2022-05-20")], "always", "-+-"),
    "both ended in April, day15": ([job("2019-03-01", "2022-04-05"), job("2022-04-06", "2022-04-20")], "day15", "--+"),
    "both ended early, day15": ([job("2019-03-01", "2022-04-05"), job("2022-04-06", "2022-04-10")], "day15", "-++"),
    "one day in April": ([job("2022-04-07", "2022-04-07")], "never", "--+"),
    "one day in April, always": ([job("2022-04-07", "2022-04-07")], "always", "-++"),
    "one spell covers the end of another": ([LEFT, job("2022-01-01", "2022-05-31")], "never", "---"),
    "ended long ago, next one in the future": ([job("2019-03-01", "2020-01-31"), job("2022-06-01")], "never", "+++"),
}


@pytest.mark.parametrize(("spells", "switch", "expected"), SPELLS.values(), ids=SPELLS)
def test_months_after_a_spell_of_employment(spells, switch, expected):
    seen = [told((row(t), *spells), "R01", leave_month_refundable=switch) for t in (202203, 202204, 202205)]
    assert seen == ["refundable – 1286.40" if sign == "+" else "refused N13 0.00" for sign in expected]


def test_a_spell_with_another_employer_is_not_on_file_here():
    assert told((row(), job("2019-03-01", "2022-04-20", "E2")), "R01") == "review V13 1286.40"


def test_a_spell_with_another_employer_does_not_cover_the_month():
    assert told((row(), LEFT, job("2022-05-01", employer="E2")), "R01") == "refundable – 1286.40"


def test_another_persons_spell_proves_nothing():
    assert told((row(), Fact("Q", "任职", date(2019, 3, 1), date(2022, 4, 20), "E1")), "R01") == "review V13 1286.40"


# (reason, facts, verdicts of 2022-03, 04, 05)
MONTHS = {
    "R02 within": ("R02", [fact("无劳动关系", "2022-04-01", "2022-04-30", "E1")], "-+-"),
    "R02 both ends belong": ("R02", [fact("无劳动关系", "2022-03-01", "2022-04-30", "E1")], "++-"),
    "R02 without end": ("R02", [fact("无劳动关系", "2022-04-01", "", "E1")], "-++"),
    "R02 one of two fits": (
        "R02",
        [fact("无劳动关系", "2022-03-01", "2022-03-31", "E1"), fact("无劳动关系", "2022-05-01", "", "E1")],
        "+-+",
    ),
    "R02 declared for another employer": ("R02", [fact("无劳动关系", "2022-03-01", "", "E2")], "???"),
    "R03 the month of graduation is work": ("R03", [fact("在校境内", "2022-03-01", "2022-05-31")], "++-"),
    "R03 enrolled and graduated in one month": ("R03", [fact("在校境内", "2022-04-01", "2022-04-30")], "---"),
    "R03 without end": ("R03", [fact("在校境内", "2022-04-30")], "-++"),
    "R03 abroad is another fact": ("R03", [fact("在校境外", "2022-03-01")], "???"),
    "R04": ("R04", [fact("在校境外", "2022-03-01", "2022-05-31")], "++-"),
    "R04 at home is another fact": ("R04", [fact("在校境内", "2022-03-01")], "???"),
    "R05 later than the approved month": ("R05", [fact("退休", "2022-04-01")], "--+"),
    "R05 one of two fits": ("R05", [fact("退休", "2022-04-30"), fact("退休", "2022-03-01")], "-++"),
    "R06 later than the month of death": ("R06", [fact("死亡", "2022-03-31")], "-++"),
    "R08 from the month itself": ("R08", [fact("转入机关", "2022-04-01")], "-++"),
    "R09 the whole month": ("R09", [fact("服刑入伍", "2022-04-01", "2022-04-30")], "-+-"),
    "R09 from its second day": ("R09", [fact("服刑入伍", "2022-04-02")], "--+"),
    "R09 until its last day but one": ("R09", [fact("服刑入伍", "2022-03-01", "2022-05-30")], "++-"),
    "R09 two halves are not a whole": (
        "R09",
        [fact("服刑入伍", "2022-04-01", "2022-04-15"), fact("服刑入伍", "2022-04-16", "2022-04-30")],
        "---",
    ),
    "R99 the reviewer decides": ("R99", [LEFT], "???"),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "facts", "expected"), MONTHS.values(), ids=MONTHS)
def test_months_of_a_reason(reason, facts, expected):
    meaning = {"+": "refundable – 1286.40", "-": "refused N13 0.00", "?": "review V13 1286.40"}
    seen = [told((row(t), *facts), reason) for t in (202203, 202204, 202205)]
    assert seen == [meaning[sign] for sign in expected]


def test_the_last_day_of_february_in_a_leap_year():
    served = fact("服刑入伍", "2024-02-01", "2024-02-28")
    assert told((row(202402), served), "R09") == "refused N13 0.00"
    assert told((row(202302), fact("服刑入伍", "2023-02-01", "2023-02-28")), "R09") == "refundable – 1286.40"


# --- R07: another employer paid too -----------------------------------------------------------------------------------

PAID_TWICE = {
    "nobody else": ((), "refused N13 0.00"),
    "a second row here": ((row(serial="2"),), "refused N13 0.00"),
    "another month": ((row(202206, serial="2", employer="E2"),), "refused N13 0.00"),
    "not arrived there": ((row(serial="2", employer="E2", arrival="未到账"),), "refused N13 0.00"),
    "deferred there": ((row(serial="2", employer="E2", arrival="缓缴"),), "refused N13 0.00"),
    "nothing for this insurance there": (
        (row(serial="2", employer="E2", pension=NOTHING, unemployment=UNEMPLOYMENT),),
        "refused N13 0.00",
    ),
    "only a late fee there": ((row(serial="2", employer="E2", pension=ONLY_LATE),), "refundable – 1286.40"),
    "a difference payment there": ((row(serial="2", employer="E2", kind="差额补缴"),), "refundable – 1286.40"),
    "assessed by the tax office there": (
        (row(serial="2", employer="E2", assessment="税务核定"),),
        "refundable – 1286.40",
    ),
    "another person there": ((Row("2", "E2", "Q", 202205, pension=PENSION),), "refused N13 0.00"),
    "theirs of another insurance in a batch": (
        (row(serial="2", employer="E2"), claim("待受理", "2", "unemployment")),
        "refundable – 1286.40",
    ),
    "a third employer": (
        (row(serial="2", employer="E2"), claim("待受理", "2"), row(serial="3", employer="E3")),
        "refundable – 1286.40",
    ),
    "all others in batches": (
        (row(serial="2", employer="E2"), claim("待受理", "2"), row(serial="3", employer="E3"), claim("已支付", "3")),
        "refused N13 0.00",
    ),
}


@pytest.mark.parametrize(("others", "expected"), PAID_TWICE.values(), ids=PAID_TWICE)
def test_duplicate_payment_by_another_employer(others, expected):
    assert told((row(), *others), "R07") == expected


@pytest.mark.parametrize("state", [*LIVE, *PAID, *FREE])
def test_duplicate_payment_where_the_other_employers_line_is_in_a_batch(state):
    expected = "refundable – 1286.40" if state in FREE else "refused N13 0.00"
    assert told((row(), row(serial="2", employer="E2"), claim(state, "2")), "R07") == expected


# --- R10: assessed twice ----------------------------------------------------------------------------------------------

COPIES = {
    "alone": ((), "review V13 1286.40"),
    "a second normal row": ((row(serial="2"),), "refundable – 1286.40"),
    "a supplementary payment is no copy": ((row(serial="2", kind="补缴"),), "review V13 1286.40"),
    "the copy did not arrive": ((row(serial="2", arrival="未到账"),), "review V13 1286.40"),
    "the copy is another month's": ((row(202206, serial="2"),), "review V13 1286.40"),
    "the copy is another employer's": ((row(serial="2", employer="E2"),), "review V13 1286.40"),
    "the copy has nothing for this insurance": ((full(serial="2", pension=NOTHING),), "review V13 1286.40"),
    "the copy has a late fee only": ((row(serial="2", pension=ONLY_LATE),), "refundable – 1286.40"),
    "the copy has been refunded": ((row(serial="2"), claim("已支付", "2")), "refundable – 1286.40"),
    "the copy is assessed by the tax office": ((row(serial="2", assessment="税务核定"),), "refundable – 1286.40"),
}


@pytest.mark.parametrize(("others", "expected"), COPIES.values(), ids=COPIES)
def test_row_assessed_twice(others, expected):
    assert told((row(), *others), "R10") == expected


def test_assessed_twice_is_judged_per_insurance():
    known = (full(), row(serial="2"))
    assert [told(known, "R10", insurance) for insurance in INSURANCES] == [
        "refundable – 1286.40", "review V13 53.60", "review V13 10.72",
    ]  # fmt: skip


def test_a_supplementary_row_beside_two_normal_ones_is_no_copy():
    known = (row(), row(serial="2"), row(serial="3", kind="补缴"))
    assert told(known, "R10", serial="3") == "review V13 1286.40"


# --- N11: 差额补缴 first ------------------------------------------------------------------------------------------------


def difference(serial: str = "2", **more: object) -> Row:
    return row(serial=serial, kind="差额补缴", **more)


DIFFERENCES = {
    "itself refundable": ((difference(),), "refundable – 1286.40"),
    "refused": ((difference(suspense=True),), "refused N11 0.00"),
    "did not arrive": ((difference(arrival="未到账"),), "refused N11 0.00"),
    "holds only a late fee, which stays": ((difference(pension=ONLY_LATE),), "refused N11 0.00"),
    "holds nothing for this insurance": (
        (difference(pension=NOTHING, unemployment=UNEMPLOYMENT, suspense=True),),
        "refundable – 1286.40",
    ),
    "of another month": ((difference(t=202206, suspense=True),), "refundable – 1286.40"),
    "of another employer": ((difference(employer="E2", suspense=True),), "refundable – 1286.40"),
    "of another person": (
        (Row("2", "E1", "Q", 202205, kind="差额补缴", suspense=True, pension=PENSION),),
        "refundable – 1286.40",
    ),
    "one good, one refused": ((difference(), difference("3", suspense=True)), "refused N11 0.00"),
}


@pytest.mark.parametrize(("others", "expected"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_difference_payment_of_the_same_month(others, expected):
    assert told((row(), LEFT, *others), "R01") == expected


def test_a_difference_line_under_review_is_refundable_in_this_batch():
    assert told((row(), difference()), "R01") == "review V13 1286.40"


def test_two_refused_difference_rows_do_not_block_each_other():
    known = (row(), LEFT, difference(suspense=True), difference("3", suspense=True))
    assert told(known, "R01", serial="2") == "refused N24 0.00"


@pytest.mark.parametrize("state", [*LIVE, *PAID])
def test_a_difference_line_already_claimed_blocks_nothing(state):
    assert told((row(), LEFT, difference(), claim(state, "2")), "R01") == "refundable – 1286.40"


@pytest.mark.parametrize("state", FREE)
def test_a_difference_line_of_an_ended_batch_still_blocks_when_refused(state):
    assert told((row(), LEFT, difference(suspense=True), claim(state, "2")), "R01") == "refused N11 0.00"


def test_a_difference_line_that_is_not_ticked_blocks():
    ledger = Ledger((row(), difference()), (LEFT,))
    (line, *_) = judge_rows(ledger, "E1", "R01", {"1"}, settings={}, filing=202310)
    assert line.codes == ("N11",)


def test_a_difference_row_blocks_only_the_insurance_it_holds():
    known = (full(), LEFT, difference(suspense=True))
    assert told(known, "R01", "unemployment") == "refundable – 53.60"


# --- batches ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [*LIVE, *PAID, *FREE])
def test_line_in_a_batch(state):
    expected = {**dict.fromkeys(LIVE, "refused N05 0.00"), **dict.fromkeys(PAID, "refused N04 0.00")}
    assert told((full(), LEFT, claim(state)), "R01") == expected.get(state, "refundable – 1286.40")
    assert told((full(), LEFT, claim(state)), "R01", "unemployment") == "refundable – 53.60"


def test_a_line_withdrawn_once_and_filed_again():
    assert told((row(), LEFT, claim("撤回"), claim("待初审")), "R01") == "refused N05 0.00"


# --- facts that refuse ------------------------------------------------------------------------------------------------

# (fact, reason's codes for 养老, 失业, 工伤 of 2022-05 under R01)
REFUSING = {
    "pension drawn, this month counted": (fact("养老待遇", "2022-01-01", "2022-05-31"), "N06", "", ""),
    "pension drawn, until the month before": (fact("养老待遇", "2022-01-01", "2022-04-30"), "", "", ""),
    "pension drawn, until whenever": (fact("养老待遇", "2022-12-01"), "N06", "", ""),
    "unemployment benefit": (fact("失业待遇", "2022-05-01", "2022-05-31"), "", "N07", ""),
    "unemployment benefit, before": (fact("失业待遇", "2022-04-01", "2022-04-30"), "", "", ""),
    "pension transferred": (fact("关系转出", "2022-07-01", "2022-07-31", insurance="pension"), "N08", "", ""),
    "unemployment transferred": (fact("关系转出", "2022-07-01", "", insurance="unemployment"), "", "N08", ""),
    "transferred before": (fact("关系转出", "2022-01-01", "2022-04-30", insurance="pension"), "", "", ""),
    "account settled": (fact("账户清算", "2022-01-01", "2022-05-31"), "N09", "", ""),
    "account settled before": (fact("账户清算", "2022-01-01", "2022-04-30"), "", "", ""),
    "still enrolled here": (fact("参保", "2019-03-01", "", "E1"), "N15", "N15", "N15"),
    "enrolled later": (fact("参保", "2023-01-01", "", "E1"), "N15", "N15", "N15"),
    "enrolment ended": (fact("参保", "2019-03-01", "2022-05-31", "E1"), "", "", ""),
    "enrolled elsewhere": (fact("参保", "2022-05-01", "", "E2"), "", "", ""),
    "injured on the last day": (fact("工伤认定", "2022-05-31"), "", "", "N16"),
    "injured the day after": (fact("工伤认定", "2022-06-01"), "", "", ""),
    "injured the day before": (fact("工伤认定", "2022-04-30"), "", "", ""),
    "under audit": (fact("稽核", "2023-01-01"), "N19", "N19", "N19"),
    "audit closed": (fact("稽核", "2022-01-01", "2023-01-01"), "", "", ""),
    "identity in doubt": (fact("身份存疑", "2023-01-01"), "N20", "N20", "N20"),
    "identity settled": (fact("身份存疑", "2022-01-01", "2023-01-01"), "", "", ""),
    "subsidised": (fact("社保补贴", "2022-05-31", "2022-05-31", insurance="pension"), "N21", "", ""),
    "subsidised, open": (fact("社保补贴", "2022-05-01", "", insurance="unemployment"), "", "N21", ""),
    "subsidised until April": (fact("社保补贴", "2022-01-01", "2022-04-30", insurance="pension"), "", "", ""),
    "subsidised from June": (fact("社保补贴", "2022-06-01", "", insurance="pension"), "", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("refusing", "pension", "unemployment", "work_injury"), REFUSING.values(), ids=REFUSING)
def test_fact(refusing, pension, unemployment, work_injury):
    lines = judge(Ledger((full(),), (LEFT, refusing)), "E1", "R01", 202205, 202205)
    assert ["|".join(line.codes) for line in lines] == [pension, unemployment, work_injury]


AMOUNTS = [("pension", "1286.40"), ("unemployment", "53.60"), ("work_injury", "10.72")]


@pytest.mark.parametrize(("insurance", "amount"), AMOUNTS)
def test_an_injury_stops_every_insurance_of_r02(insurance, amount):
    known = (full(), fact("无劳动关系", "2022-01-01", "", "E1"))
    assert told(known, "R02", insurance) == f"refundable – {amount}"
    assert told((*known, fact("工伤认定", "2022-05-15")), "R02", insurance) == "refused N16 0.00"


ENROLLED = fact("参保", "2019-03-01", "", "E1")


@pytest.mark.parametrize("reason", ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R99"])
def test_only_some_reasons_wait_for_the_employer_to_end_the_enrolment(reason):
    assert ("N15" in told((row(), ENROLLED), reason)) == (reason in ("R01", "R05", "R06", "R08"))


def test_one_open_enrolment_beside_a_closed_one_is_enough():
    closed = fact("参保", "2018-01-01", "2018-12-31", "E1")
    assert told((row(), LEFT, closed, ENROLLED), "R01") == "refused N15 0.00"


def test_retirement_refunds_work_injury_by_switch_only():
    known = (full(), fact("退休", "2022-03-01"))
    assert told(known, "R05", "work_injury") == "refused N14 0.00"
    assert told(known, "R05", "work_injury", refund_work_injury_after_retirement="on") == "refundable – 10.72"
    assert told(known, "R07", "work_injury", refund_work_injury_after_retirement="on") == "refused N13|N14 0.00"


# Filed in 2023-10: 2022-10 is twelve months ago.
@pytest.mark.parametrize(
    ("t", "limit", "refused"),
    [(202210, "12", False), (202209, "12", True), (202310, "1", False), (202212, "9", True), (190001, "off", False)],
)
def test_limit_for_claims(t, limit, refused):
    assert ("N22" in told((row(t), LEFT), "R01", claim_limit_months=limit)) == refused


# --- which rows, and in which order -----------------------------------------------------------------------------------


def test_lines_are_ordered_by_person_period_serial_insurance():
    rows = (
        Row("b", "E1", "P2", 202201), Row("9", "E1", "P1", 202202), Row("10", "E1", "P1", 202202),
        Row("z", "E1", "P1", 202201), Row("B", "E1", "P2", 202201),
    )  # fmt: skip
    seen = [line.serial for line in judge(Ledger(rows), "E1", "R99", 202201, 202202)]
    assert seen[::3] == ["z", "10", "9", "B", "b"]


def test_both_ends_of_the_range_and_the_persons_asked_for():
    rows = tuple(Row(f"{p}{t}", "E1", p, t) for p in ("P1", "P2") for t in (202112, 202201, 202202, 202203))
    lines = judge(Ledger(rows), "E1", "R99", 202201, 202202, persons=["P2", "nobody"])
    assert {line.serial for line in lines} == {"P2202201", "P2202202"}


def test_other_employers_rows_are_not_listed():
    rows = (row(), row(serial="2", employer="E2"))
    assert {line.serial for line in judge(Ledger(rows), "E1", "R99", 202205, 202205)} == {"1"}


def test_a_refusal_that_is_switched_off_is_not_found():
    assert told((row(suspense=True), LEFT), "R01", refusal_active_N24="off") == "refundable – 1286.40"


def test_another_employers_row_is_not_ours_to_claim():
    ledger = Ledger((row(employer="E2"),), (LEFT,))
    (line, *_) = judge_rows(ledger, "E1", "R01", {"1"}, settings={}, filing=202310)
    assert (line.verdict, line.codes, line.refundable) == ("refused", ("N03",), 0)


def test_codes_are_listed_in_ascending_order():
    assert list(CODES) == sorted(CODES)
