"""Fen inside, yuan at the edge: nothing is lost on the way in or out, and nothing is guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import InvalidInput
from core.domain.money import MAX_FEN, format_yuan, parse_yuan, plain_yuan, to_yuan

AMOUNTS = st.integers(-MAX_FEN, MAX_FEN)


@given(AMOUNTS)
def test_what_is_printed_for_machines_reads_back_as_the_same_fen(fen):
    assert parse_yuan(plain_yuan(fen)) == fen


@given(AMOUNTS)
def test_what_is_printed_for_people_reads_back_as_the_same_fen(fen):
    assert parse_yuan(format_yuan(fen)) == fen


@given(AMOUNTS)
def test_yuan_are_a_hundredth_of_fen_exactly(fen):
    assert to_yuan(fen) * 100 == fen
    assert to_yuan(fen).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("", 0),
        ("   ", 0),
        ("0", 0),
        ("0.00", 0),
        ("5", 500),
        ("0.5", 50),
        ("0.05", 5),
        ("857.60", 85760),
        ("857.6", 85760),
        (" 857.60 ", 85760),
        ("1234.50", 123450),
        ("1,234.50", 123450),
        ("12,345,678.90", 1234567890),
        ("10000000000000", 10**15),
        ("-12.30", -1230),
        ("007.00", 700),
    ],
)
def test_amounts_as_files_spell_them(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "1.005",
        "0.001",
        "1.000",
        "12,34.50",
        "1234,567.00",
        ",123",
        "1,23",
        "1,2345",
        "1.2.3",
        ".",
        "-",
        "1.",
        ".5",
        "1e3",
        "1E+2",
        "NaN",
        "inf",
        "￥5",
        "五元",
        "0x10",
        "1_000",
        "--1",
        "1 234.50",
        "٥.٥",
        "10000000000000.01",
        "9" * 40,
    ],
)
def test_anything_else_is_refused_rather_than_rounded(text):
    with pytest.raises(InvalidInput) as caught:
        parse_yuan(text)
    assert text[:40] in str(caught.value)


@given(st.integers(0, 10**9), st.integers(0, 999).filter(lambda thousandth: thousandth % 10))
def test_a_third_decimal_is_refused(yuan, thousandth):
    with pytest.raises(InvalidInput):
        parse_yuan(f"{yuan}.{thousandth:03d}")


@given(st.text(max_size=30))
def test_nonsense_is_refused_in_a_sentence_or_is_exactly_an_amount(text):
    try:
        fen = parse_yuan(text)
    except InvalidInput:
        return
    assert to_yuan(fen) == Decimal(text.strip().replace(",", "") or "0")


@pytest.mark.parametrize(
    ("fen", "plain", "pretty"),
    [
        (0, "0.00", "0.00"),
        (1, "0.01", "0.01"),
        (-5, "-0.05", "-0.05"),
        (128640, "1286.40", "1,286.40"),
        (100_000_000, "1000000.00", "1,000,000.00"),
        (10**15, "10000000000000.00", "10,000,000,000,000.00"),
    ],
)
def test_two_decimals_always(fen, plain, pretty):
    assert plain_yuan(fen) == plain
    assert format_yuan(fen) == pretty
