"""Labels of bars in several lines."""

import pytest

from core.domain.reasons import REASONS
from core.rules.catalogue import REFUSALS
from pages.parts.chart_labels import in_lines


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("养老", ["养老"]),
        ("", [""]),
        ("北京磐砚万象建筑工程有限公司", ["北京磐砚万象建筑工程有限公司"]),
        ("R10 申报错误、系统原因重复缴费", ["R10 申报错误、", "系统原因重复缴费"]),
        ("N10 裁决、稽核、监察补缴，不得自行退费", ["N10 裁决、稽核、", "监察补缴，不得自行退费"]),
        ("一二三四五六七八九十一二三四五六", ["一二三四五六七八", "九十一二三四五六"]),
        ("R06 Contributions paid after death", ["R06 Contributions", "paid after death"]),
        ("x" * 40, ["x" * 40]),
    ],
)
def test_a_long_label_is_broken_where_one_would_break_it(label: str, lines: list[str]) -> None:
    assert in_lines(label).split("\n") == lines


def test_nothing_is_lost() -> None:
    for text in (each.text for each in [*REASONS.values(), *REFUSALS.values()]):
        assert "".join(in_lines(text).split()) == "".join(text.split())
