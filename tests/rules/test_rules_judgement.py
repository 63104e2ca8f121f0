"""What comes out: columns, texts, and findings with the facts they rest on."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.rules.catalogue import REFUSALS
from core.rules.engine import judge
from tests.rules.small import PENSION, UNEMPLOYMENT, Elsewhere, Fact, Row, codes, judged

PAGE = {f"N{n:02d}" for n in range(1, 25)} - {"N12", "N18"} | {"V13"}


def test_every_code_of_the_page_is_stated_once_with_text_remedy_and_source() -> None:
    assert list(REFUSALS) == sorted(PAGE)
    for rule in REFUSALS.values():
        assert rule.text, rule.code
        assert rule.remedy, rule.code
        assert rule.condition.__doc__, rule.code
        assert rule.refuses is rule.code.startswith("N")


MESS = [
    Row(arrival="未到账", suspense=True),
    Row("2022-06"),
    Row("2022-05", person="B", kind="差额补缴"),
    Row("2022-04"),
]
FACTS = [
    Fact("任职", "2019-03-01", "2022-04-20"),
    Fact("失业待遇", "2022-06", "2022-05"),
    Fact("稽核", "2022-01", person="B"),
]


def test_lines_come_in_the_order_of_person_month_serial_and_insurance() -> None:
    judgement = judged("R01", MESS, FACTS)

    assert judgement.serial[::3].tolist() == ["S3", "S0", "S1", "S2"]
    assert judgement.insurance.tolist() == [0, 1, 2] * 4
    assert len(judgement) == 12


def test_the_order_of_the_facts_and_judging_twice_make_no_difference() -> None:
    first, second = judged("R01", MESS, FACTS), judged("R01", MESS, FACTS[::-1])

    assert list(first.rows()) == list(second.rows()) == list(judged("R01", MESS, FACTS).rows())


def test_other_rows_make_no_difference() -> None:
    alone = judged("R01", MESS[:1], FACTS)

    assert codes(judged("R01", MESS, FACTS)) == codes(alone)


def test_rows_are_what_the_command_line_prints() -> None:
    judgement = judged("R01", [Row(pension=(85760, 42880, 5, 100))], FACTS)

    assert dict(zip(judgement.COLUMNS, next(judgement.rows()), strict=True)) == {
        "serial": "S0", "social_security_number": "A", "name": "赵A", "period": "2022-05", "insurance": "pension",
        "verdict": "refundable", "codes": "", "employer_part": "857.60", "personal_part": "428.80", "late_fee": "0.05",
        "interest": "1.00", "refundable": "1286.40",
    }  # fmt: skip


def test_rows_and_frame_say_the_same_as_the_columns() -> None:
    judgement = judged("R01", MESS, FACTS)
    frame = judgement.to_frame()

    assert frame["codes"].tolist() == ["|".join(judgement.codes(i)) for i in range(len(judgement))]
    assert [row[6] for row in judgement.rows()] == frame["codes"].tolist()
    assert frame["refundable"].tolist() == judgement.refundable.tolist()
    assert frame["verdict"].tolist() == [row[5] for row in judgement.rows()]
    assert (frame["voucher_type"] == "正常").all()


def test_a_refused_line_is_never_paid_and_others_are_paid_whole() -> None:
    judgement = judged("R01", MESS, FACTS)
    refused = judgement.verdict == 2

    assert refused.any()
    assert not refused.all()
    assert (judgement.refundable[refused] == 0).all()
    assert (judgement.refundable[~refused] == judgement.payable[~refused]).all()


def test_nothing_to_judge_gives_no_lines() -> None:
    judgement = judged("R07", [])

    assert (len(judgement), list(judgement.rows()), len(judgement.to_frame())) == (0, [], 0)


def test_rows_that_are_not_ticked_give_no_lines() -> None:
    judgement = judged("R99", [Row(ticked=False), Row("2022-06")])

    assert judgement.serial.tolist() == ["S1"] * 3
    assert judgement.codes(0) == ("V13",)
    assert judgement.period.tolist() == [202206] * 3


@pytest.mark.parametrize("code", ["N01", "N24", "V13"])
def test_a_cause_that_is_switched_off_is_not_looked_for(code: str) -> None:
    row = Row(arrival="未到账", suspense=True)

    assert codes(judged("R99", [row], switches={f"refusal_active_{code}": "off"}))[0] == "|".join(
        each for each in ("N01", "N24", "V13") if each != code
    )


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("N03", Row(own=False)),
        ("N04", Row(paid=(PENSION,))),
        ("N05", Row(live=(PENSION,))),
        ("N17", Row(pension=(0, 0, 0, 0))),
    ],
)
def test_what_the_store_forbids_as_well_can_not_be_switched_off(code: str, row: Row) -> None:
    assert code in codes(judged("R99", [row], switches={f"refusal_active_{code}": "off"}))[0]


# Each case makes exactly the finding of its code in one line: reason, rows, facts, insurance, and its 依据.
BASES = {
    "N01": ("R99", [Row(arrival="未到账")], [], "到账状态：未到账"),
    "N02": ("R99", [Row(assessment="税务核定")], [], "核定来源：税务核定"),
    "N03": ("R99", [Row(own=False)], [], "该缴费流水号不在本单位名下"),
    "N04": ("R99", [Row(paid=(PENSION,))], [], "批次 TF1，已支付"),
    "N05": ("R99", [Row(live=(PENSION,))], [], "批次 TF1，待初审"),
    "N06": ("R99", [Row()], [Fact("养老待遇", "2022-07", "2022-05")], "养老待遇 2022-07 至 2022-05"),
    "N08": (
        "R99", [Row()],
        [Fact("关系转出", "2022-08", "", "养老"), Fact("关系转出", "2022-08", "2022-06", "失业")], "关系转出 2022-08 至今",
    ),
    "N09": ("R99", [Row()], [Fact("账户清算", "2023-01", "2022-12")], "账户清算 2023-01 至 2022-12"),
    "N10": ("R99", [Row(kind="稽核补缴")], [], "缴费类型：稽核补缴"),
    "N11": ("R99", [Row(), Row(kind="差额补缴", suspense=True)], [], "同月差额补缴流水号 S1"),
    "N13": (
        "R01", [Row("2022-04")], [Fact("任职", "2019-03-01", "2022-04-20"), Fact("任职", "2018-01-01", "2018-02-01")],
        "任职 2018-01-01 至 2018-02-01；任职 2019-03-01 至 2022-04-20",
    ),
    "N15": ("R01", [Row()], [Fact("参保", "2019-03"), Fact("参保", "2018-03", "2018-04")], "参保 2019-03 至今"),
    "N16": ("R02", [Row()], [Fact("工伤认定", "2022-05-11"), Fact("工伤认定", "2022-06-11")], "工伤认定 2022-05-11"),
    "N17": ("R99", [Row(pension=(0, 0, 3023, 0))], [], "仅有滞纳金、利息 30.23 元，该退费原因不退滞纳金、利息"),
    "N19": ("R99", [Row()], [Fact("稽核", "2022-09-01"), Fact("稽核", "2021-09-01", "2021-10-01")], "稽核 2022-09-01 至今"),
    "N20": ("R99", [Row()], [Fact("身份存疑", "2022-09-01")], "身份存疑 2022-09-01 至今"),
    "N21": (
        "R99", [Row()], [Fact("社保补贴", "2022-01", "2022-06", "养老"), Fact("社保补贴", "2023-01", "", "养老")],
        "社保补贴 2022-01 至 2022-06",
    ),
    "N24": ("R99", [Row(suspense=True)], [], "待转金：是"),
    "V13": ("R01", [Row()], [], "台账中没有该人员的“任职”事项"),
}  # fmt: skip


@pytest.mark.parametrize("code", BASES)
def test_a_finding_names_the_facts_that_it_rests_on(code: str) -> None:
    reason, rows, facts, basis = BASES[code]

    (finding,) = [each for each in judged(reason, rows, facts).findings(PENSION) if each.code == code]

    assert finding.basis == basis
    assert (finding.text, finding.remedy) == (REFUSALS[code].text, REFUSALS[code].remedy)


def test_more_cases_of_the_same_code() -> None:
    def basis(judgement, line: int, code: str) -> str:
        (finding,) = [each for each in judgement.findings(line) if each.code == code]
        return finding.basis

    drawn = [Fact("失业待遇", "2022-06", "2022-05")]
    assert basis(judged("R99", [Row()], drawn), UNEMPLOYMENT, "N07") == "失业待遇 2022-06 至 2022-05"
    assert basis(judged("R99", [Row(arrival="缓缴")]), 0, "N17") == "到账状态：缓缴"
    assert basis(judged("R99", [Row(pension=(0, 0, 0, 0))]), 0, "N17") == "养老实收金额为 0.00 元"
    assert basis(judged("R99", [Row(injury_mode="按项目")]), 2, "N23") == "工伤参保方式：按项目"
    assert basis(judged("R05", [Row()]), 2, "N14") == "退费原因“达到法定退休年龄后继续缴费”不退工伤保险费"
    limited = judged("R99", [Row()], switches={"claim_limit_months": "12"})
    assert basis(limited, 0, "N22") == "距申报月份 17 个月，申请期限为 12 个月"
    assert basis(judged("R10", [Row()]), 1, "V13") == "台账中没有本单位同月另一笔已到账的失业正常缴费"
    assert basis(judged("R99", [Row()]), 0, "V13") == "退费原因“其他”由审核人员认定"
    spells = [Fact("任职", f"20{year}-01-01", f"20{year}-02-01") for year in (10, 11, 12, 13)]
    assert basis(judged("R01", [Row("2010-01")], spells), 0, "N13").endswith("任职 2012-01-01 至 2012-02-01；等共 4 条")


def test_the_other_employer_stays_untold() -> None:
    judgement = judged("R07", [Row()], elsewhere=[Elsewhere(free=())])

    (finding,) = judgement.findings(PENSION)

    assert finding.basis == "其他单位没有该月已到账且未申请退费的养老缴费"


def test_a_basis_is_made_of_sentences_that_can_be_translated() -> None:
    (finding,) = judged("R99", [Row()], [Fact("稽核", "2022-09-01")]).findings(PENSION)[:1]

    said = finding.basis_in(
        lambda text: {"{kind} {start} 至今": "{kind} since {start}", "稽核": "audit"}.get(text, text)
    )

    assert said == "audit since 2022-09-01"


def test_every_placeholder_of_every_basis_is_filled() -> None:
    for code, (reason, rows, facts, _basis) in BASES.items():
        for finding in judged(reason, rows, facts).findings(PENSION):
            assert not re.search(r"[{}]", finding.basis), code


def test_a_line_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(IndexError):
        judged("R99", [Row()]).codes(3)


def test_judging_leaves_the_ledger_as_it_was() -> None:
    judgement = judged("R01", MESS, FACTS)
    ledger = judgement.lines.ledger
    before = replace(
        ledger, **{name: np.copy(getattr(ledger, name)) for name in ("amounts", "ticked", "live", "period")}
    )

    judge(ledger, judgement.reason, judgement.lines.settings, judgement.lines.filing)

    for name in ("amounts", "ticked", "live", "period"):
        assert (getattr(ledger, name) == getattr(before, name)).all()
