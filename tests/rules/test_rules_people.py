"""N15, N19, N20: what is still open about the person."""

import pytest

from core.domain.reasons import REASONS
from tests.rules.small import Fact, Row, codes, judged

ENROLLED = Fact("参保", "2019-03")
GROUNDS = {
    "R01": Fact("任职", "2019-03-01", "2022-04-20"),
    "R02": Fact("无劳动关系", "2019-03"),
    "R03": Fact("在校境内", "2019-09"),
    "R04": Fact("在校境外", "2019-09"),
    "R05": Fact("退休", "2022-01"),
    "R06": Fact("死亡", "2022-01-05"),
    "R08": Fact("转入机关", "2022-01"),
    "R09": Fact("服刑入伍", "2022-01-01"),
}


@pytest.mark.parametrize("reason", GROUNDS)
def test_who_should_have_been_deregistered_and_is_not(reason: str) -> None:
    found = codes(judged(reason, [Row()], [GROUNDS[reason], ENROLLED]))

    assert ("N15" in found[0]) is (reason in {"R01", "R05", "R06", "R08"})
    assert {each.replace("|N14", "").replace("N14|", "") for each in found} == {found[0]}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ([Fact("参保", "2019-03", "2022-04")], ""),
        # An enrolment that ends in the future has its end on file.
        ([Fact("参保", "2019-03", "2099-04")], ""),
        # One of several that is open is enough, also one that begins later than the month.
        ([Fact("参保", "2019-03", "2022-04"), Fact("参保", "2023-01")], "N15"),
        ([], ""),
    ],
)
def test_an_enrolment_counts_while_it_has_no_end(facts: list[Fact], found: str) -> None:
    assert codes(judged("R01", [Row()], [GROUNDS["R01"], *facts])) == [found] * 3


@pytest.mark.parametrize("reason", [code for code in REASONS if code not in {"R05", "R07", "R10", "R99"}])
@pytest.mark.parametrize(
    ("kind", "end", "found"),
    [("稽核", "", "N19"), ("稽核", "2022-02-01", ""), ("身份存疑", "", "N20"), ("身份存疑", "2099-01-01", "")],
)
def test_nothing_is_paid_while_a_question_is_open(reason: str, kind: str, end: str, found: str) -> None:
    # The case may have been opened after the month: it is the payment that waits.
    facts = [GROUNDS[reason], Fact(kind, "2022-01-01" if end else "2023-08-01", end)]

    assert codes(judged(reason, [Row()], facts)) == [found] * 3
