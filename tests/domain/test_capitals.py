"""Amounts in capitals say exactly the fen, in one way only, and leave no gap to write into."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.capitals import capital_yuan

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (1230050, "壹万贰仟叁佰元伍角整"),
        # 支付结算办法, 附一: its own examples.
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (1000, "壹拾元整"),
        (1000000100, "壹仟万零壹元整"),
        (10000000000, "壹亿元整"),
        (200500000000, "贰拾亿零伍佰万元整"),
        (10**15, "壹拾万亿元整"),
    ],
)
def test_an_amount_is_said_as_the_law_writes_it(fen: int, said: str) -> None:
    assert capital_yuan(fen) == said


def value_below_ten_thousand(text: str) -> int:
    """壹仟零伍拾 → 1050: reads the other way round, digit by digit."""
    total, digit = 0, 0
    for sign in text:
        if sign in UNITS:
            total, digit = total + digit * UNITS[sign], 0
        else:
            digit = DIGITS[sign]
    return total + digit


def whole(text: str) -> int:
    """A whole number in capitals, by its 亿 and 万."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            many, rest = text.rsplit(unit, 1) if unit == "亿" else text.split(unit, 1)
            return whole(many) * size + whole(rest)
    return value_below_ten_thousand(text)


def fen_of(text: str) -> int:
    """Fen from an amount in capitals."""
    yuan, rest = text.split("元") if "元" in text else ("", text)
    rest = rest.removesuffix("整")
    tenths, rest = rest.split("角") if "角" in rest else ("", rest)
    parts = (whole(yuan), whole(tenths), whole(rest.removesuffix("分")))
    return parts[0] * 100 + parts[1] * 10 + parts[2]


@given(st.integers(0, 10**17))
def test_what_is_said_reads_back_as_the_same_fen(fen: int) -> None:
    assert fen_of(capital_yuan(fen)) == fen


@given(st.integers(1, 10**15).map(lambda number: int(str(number).replace("5", "0"))))
def test_zeros_are_named_once_and_never_last(fen: int) -> None:
    said = capital_yuan(fen)

    assert "零零" not in said
    assert not any(f"零{unit}" in said for unit in "拾佰仟万亿角分") or not fen
    assert said[-1] in "整分"
