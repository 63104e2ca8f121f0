"""A pivot: zero where there is nothing, no figure where small cells went into 其他, sums at the right and at the bottom."""

from core.domain.question import Question
from core.services.explore import Group, fold
from core.services.pivot import pivot_of

BY_MONTH = Question.from_query({"by": "filed", "across": "reason"})
APRIL = [Group("202604", code, people, people, people * 100) for code, people in (("R02", 6), ("R03", 4), ("R10", 2))]
MAY = [Group("202605", code, people, people, people * 100) for code, people in (("R02", 9), ("R99", 7))]
OTHER = "其他（不足 5 人的合并）"


def read(question: Question, groups: list[Group]) -> dict[str, dict[str, int | None]]:
    pivot = pivot_of(question, groups)
    return {name: dict(zip(pivot.heads, cells, strict=True)) for name, cells in pivot.rows}


def test_an_absent_cell_is_zero_only_where_nothing_of_its_row_was_folded() -> None:
    cells = read(BY_MONTH, fold([*APRIL, *MAY], across=BY_MONTH.across))
    reasons = ("R02 违规代缴、不存在劳动关系", "R99 其他", OTHER)
    assert [cells["2026-04"][name] for name in reasons] == [None, None, 1200]
    assert [cells["2026-05"][name] for name in reasons] == [900, 700, 0]


def test_sums_are_those_of_what_is_told_and_lose_nothing() -> None:
    groups = fold([*APRIL, *MAY], across=BY_MONTH.across)
    cells = read(BY_MONTH, groups)
    assert list(cells) == ["2026-04", "2026-05", "合计"]
    assert list(cells["合计"].values()) == [900, 700, 1200, 2800]
    assert cells["2026-04"]["合计"] == 1200
    rows = read(Question.from_query(BY_MONTH.as_query() | {"figure": "rows"}), groups)
    assert rows["合计"]["合计"] == 28


def test_columns_stand_in_order_with_the_folded_ones_last() -> None:
    mixed = [MAY[1], Group("202605", None, 6, 6, 6, folded_column=True), MAY[0]]
    assert pivot_of(BY_MONTH, mixed).heads == ("R02 违规代缴、不存在劳动关系", "R99 其他", OTHER, "合计")


def test_a_pivot_in_which_nothing_was_folded_has_no_gaps() -> None:
    assert not pivot_of(BY_MONTH, MAY).has_gaps
    assert read(BY_MONTH, [MAY[0], APRIL[1]])["2026-05"]["R03 在校学生误参保（国内）"] == 0
    assert pivot_of(BY_MONTH, fold([*APRIL, *MAY], across=BY_MONTH.across)).has_gaps
