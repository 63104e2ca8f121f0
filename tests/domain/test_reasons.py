"""``domain.md`` §2 copied out by hand, and held against the product's table of reasons and materials."""

import pytest

from core.domain.materials import MATERIALS
from core.domain.reasons import NOTE_LENGTH, REASONS

ALL = "养老 失业 工伤"

#: code: (text, insurances, fact of §3, 必需 groups, 建议, waits for 减员 (N15), late fee returned by default)
PAGE = {
    "R01": ("劳动合同变动，单位未及时减员", ALL, "任职", "M1 M8", "M2 M3 M7", True, False),
    "R02": ("违规代缴、不存在劳动关系", ALL, "无劳动关系", "M1 M7 M8", "", False, False),
    "R03": ("在校学生误参保（国内）", ALL, "在校境内", "M4 M8", "", False, False),
    "R04": ("在校学生误参保（境外）", ALL, "在校境外", "M4 M8", "", False, False),
    "R05": ("达到法定退休年龄后继续缴费", "养老 失业", "退休", "M6 M8", "", True, False),
    "R06": ("死亡后继续缴费", ALL, "死亡", "M3 M8", "", True, False),
    "R07": ("重复参保、重复缴费", "养老 失业", None, "M3 M8", "", False, True),
    "R08": ("转入机关事业单位", ALL, "转入机关", "M5 M8", "", True, False),
    "R09": ("服刑、入伍期间", ALL, "服刑入伍", "M1/M3 M8", "", False, False),
    "R10": ("申报错误、系统原因重复缴费", ALL, None, "M3 M8", "", False, True),
    "R99": ("其他", ALL, None, "M3 M8", "", False, False),
}


def test_the_reasons_are_those_of_the_page_in_its_order():
    assert list(REASONS) == list(PAGE)


@pytest.mark.parametrize("code", PAGE)
def test_reason(code):
    text, insurances, fact, required, helpful, waits, late_fee = PAGE[code]
    reason = REASONS[code]
    assert reason.code == code
    assert reason.text == text
    assert {insurance.label for insurance in reason.insurances} == set(insurances.split())
    assert (reason.fact.label if reason.fact else None) == fact
    assert [set(group) for group in reason.required] == [set(group.split("/")) for group in required.split()]
    assert list(reason.helpful) == helpful.split()
    assert reason.needs_deregistration is waits
    assert reason.returns_late_fee is late_fee
    assert reason.needs_note is (code == "R99")


def test_the_note_of_another_reason_has_ten_characters():
    assert NOTE_LENGTH == 10


MATERIALS_OF_THE_PAGE = """
| M1 | 不存在劳动关系的相应法律文书或离职证明 |
| M2 | 个人申请 |
| M3 | 其他材料 |
| M4 | 国内【《教育部学籍在线验证报告》或学校开具的在读证明或毕业证明】；国外【单位情况说明、个人申请、教育部留学服务中心开具的《国外学历学位证书》、国外学院录取材料、毕业证书或学位证书、出入境记录】 |
| M5 | 行政工资介绍信或组织人事部门证明 |
| M6 | 退休材料 |
| M7 | 退费期间的单位报税截图 |
| M8 | 退费申请表 |
"""  # noqa: E501 - one row of the page, one line


def test_the_materials_are_those_of_the_page():
    page = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in MATERIALS_OF_THE_PAGE.strip().splitlines()
    ]
    assert [[material.code, material.name] for material in MATERIALS.values()] == page
    assert list(MATERIALS) == [code for code, _name in page]


@pytest.mark.parametrize("code", PAGE)
def test_every_material_of_a_reason_exists_and_is_either_required_or_helpful(code):
    reason = REASONS[code]
    required = {material for group in reason.required for material in group}
    assert required | set(reason.helpful) <= set(MATERIALS)
    assert not required & set(reason.helpful)
    for material in MATERIALS:
        expected = "required" if material in required else "helpful" if material in reason.helpful else ""
        assert reason.demand(material) == expected


@pytest.mark.parametrize(
    ("code", "present", "missing"),
    [
        ("R01", set(), [("M1",), ("M8",)]),
        ("R01", {"M2", "M3", "M7"}, [("M1",), ("M8",)]),
        ("R01", {"M1"}, [("M8",)]),
        ("R01", {"M1", "M8"}, []),
        ("R09", {"M8"}, [("M1", "M3")]),
        ("R09", {"M1", "M8"}, []),
        ("R09", {"M3", "M8"}, []),
        ("R02", {"M7"}, [("M1",), ("M8",)]),
    ],
)
def test_what_is_missing(code, present, missing):
    assert REASONS[code].missing(present) == missing
