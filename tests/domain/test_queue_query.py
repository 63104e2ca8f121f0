"""The search box of the queue: every term has its meaning, and a wrong one is named."""

import pytest

from core.domain.errors import InvalidInput
from core.domain.lifecycle import State
from core.domain.queue_query import LENGTH, QueueQuery, parse_query


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", QueueQuery()),
        ("  甲公司  TF2023 ", QueueQuery(words=("甲公司", "TF2023"))),
        ('"甲 公司"', QueueQuery(words=("甲 公司",))),
        ("状态:待初审", QueueQuery(states=(frozenset({State.FIRST_REVIEW}),))),
        ("状态：初审", QueueQuery(states=(frozenset({State.FIRST_REVIEW}),))),
        ("状态:待复核", QueueQuery(states=(frozenset({State.SECOND_REVIEW}),))),
        ("状态:复核", QueueQuery(states=(frozenset({State.SECOND_REVIEW, State.BANK_REVIEW}),))),
        ("state:approval", QueueQuery(states=(frozenset({State.APPROVAL}),))),
        ('单位:甲 单位="乙 公司"', QueueQuery(employers=("甲", "乙 公司"))),
        ("原因:r07", QueueQuery(reasons=(frozenset({"R07"}),))),
        ("原因:参保", QueueQuery(reasons=(frozenset({"R03", "R04", "R07"}),))),
        ("金额>10000", QueueQuery(amounts=((">", 1_000_000),))),
        ("金额>=1,000.50 金额<2000", QueueQuery(amounts=((">=", 100_050), ("<", 200_000)))),
        ("金额 > 10000 甲", QueueQuery(words=("甲",), amounts=((">", 1_000_000),))),
        ("状态: 待初审 单位 :甲", QueueQuery(states=(frozenset({State.FIRST_REVIEW}),), employers=("甲",))),
        ("金额:0.01", QueueQuery(amounts=(("=", 1),))),
        ("期限<2023-11-30", QueueQuery(days=(("<", "2023-11-30"),))),
        ("期限:20231130", QueueQuery(days=(("=", "2023-11-30"),))),
        ("人员:赵一", QueueQuery(persons=("赵一",))),
        ("分派:我", QueueQuery(assignees=("reviewer1",))),
        ("分派:无", QueueQuery(assignees=("",))),
        ("分派:Reviewer2 甲", QueueQuery(words=("甲",), assignees=("reviewer2",))),
    ],
)
def test_what_is_looked_for(typed: str, expected: QueueQuery) -> None:
    assert parse_query(typed, "reviewer1") == expected


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("甲 颜色:红", "“颜色:红”无法识别"),
        ("状态:飞行中", "“状态:飞行中”中的状态"),
        ("原因:R42", "“原因:R42”中的退费原因"),
        ("金额>很多", "“金额>很多”中的金额"),
        ("金额>1.234", "“金额>1.234”中的金额"),
        ("金额>", "“金额>”缺少内容"),
        ('单位:""', "缺少内容"),
        ("期限<2023-02-30", "“期限<2023-02-30”中的日期"),
        ("期限<明天", "“期限<明天”中的日期"),
        ("单位>甲", "只有金额和期限"),
        ("甲" * (LENGTH + 1), "不能超过"),
    ],
)
def test_a_wrong_term_is_named(typed: str, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_query(typed, "reviewer1")

    assert named in str(caught.value)
    assert caught.value.field == "queue_search"


def test_no_number_of_a_person_is_repeated() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_query("号码:11999919900101001X", "reviewer1")

    assert "119999" not in str(caught.value)
