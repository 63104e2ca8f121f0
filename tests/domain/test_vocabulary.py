"""The closed lists are those of the published format, and every code has one label."""

import pytest

from core.domain import vocabulary
from core.domain.vocabulary import FactKind, Labelled

PAGE = {
    "Insurance": "养老 失业 工伤",
    "PaymentKind": "正常缴费 补缴 差额补缴 裁决补缴 稽核补缴 监察补缴",
    "Assessment": "社保核定 自行申报 税务核定",
    "Arrival": "已到账 未到账 缓缴 减免",
    "InjuryMode": "按人 按项目",
    "DocumentType": "居民身份证 港澳居民居住证 台湾居民居住证 外国人永久居留身份证 护照",
    "Verdict": "可退 待核 不可退",
}


@pytest.mark.parametrize("name", PAGE)
def test_list(name):
    kinds: type[Labelled] = getattr(vocabulary, name)
    assert [kind.label for kind in kinds] == PAGE[name].split()
    assert [kinds.by_label()[label] for label in PAGE[name].split()] == list(kinds)


def test_insurances_are_spelled_as_the_command_line_prints_them():
    assert list(vocabulary.Insurance) == ["pension", "unemployment", "work_injury"]
    assert list(vocabulary.Verdict) == ["refundable", "review", "refused"]


#: 事项: 单位编号 required, 险种 required, dates are days, a blank 终止 is imported with a warning
FACTS = {
    "参保": (True, False, False, False),
    "任职": (True, False, True, False),
    "无劳动关系": (True, False, False, False),
    "在校境内": (False, False, False, False),
    "在校境外": (False, False, False, False),
    "退休": (False, False, False, False),
    "死亡": (False, False, True, False),
    "转入机关": (False, False, False, False),
    "服刑入伍": (False, False, True, False),
    "养老待遇": (False, False, False, True),
    "失业待遇": (False, False, False, True),
    "关系转出": (False, True, False, True),
    "账户清算": (False, False, False, True),
    "工伤认定": (False, False, True, False),
    "社保补贴": (False, True, False, False),
    "稽核": (False, False, True, False),
    "身份存疑": (False, False, True, False),
}


def test_the_kinds_of_facts_are_those_of_the_format():
    assert [kind.label for kind in FactKind] == list(FACTS)


@pytest.mark.parametrize("label", FACTS)
def test_kind_of_fact(label):
    kind = FactKind.by_label()[label]
    assert (kind.needs_employer, kind.needs_insurance, kind.by_day, kind.warns_open_end) == FACTS[label]


def test_codes_and_labels_occur_once():
    for kinds in [getattr(vocabulary, name) for name in [*PAGE, "FactKind"]]:
        assert len({kind.value for kind in kinds}) == len({kind.label for kind in kinds}) == len(kinds)
