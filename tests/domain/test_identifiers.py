"""Check digits of ``domain.md`` §5: its worked numbers hold, and one mistyped digit never does."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.identifiers import (
    as_said,
    batch_number,
    cnaps_fault,
    is_resident_number,
    looks_like_personal_card,
    luhn_holds,
    mask_account,
    mask_name,
    mask_number,
    mod_11_2,
    mod_11_10,
    normalise,
    normalise_number,
    normalise_prose,
    social_security_number_fault,
)

WORKED_NUMBER = "11010519491231002X"
BRANCHES = ("102100000021", "308584000013")

DIGITS = "0123456789"
#: Invented people have the unassigned area code 119999.
PEOPLE = st.builds(
    lambda born, order: (body := f"119999{born:%Y%m%d}{order:03d}") + mod_11_2(body),
    st.dates(date(1949, 1, 1), date(2010, 12, 31)),
    st.integers(0, 999),
)


def other_digits(digit: str) -> str:
    return "".join(d for d in DIGITS if d != digit)


def test_the_worked_number_of_a_resident():
    assert social_security_number_fault(WORKED_NUMBER) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", "length"),
        ("1101051949123100", "length"),
        ("110105491231002", "length"),
        ("11010519491231002XX", "length"),
        ("11010519491231002x", "length"),
        ("1101051949123100X2", "length"),
        ("A1010519491231002X", "length"),
        ("110105194912310021", "check"),
        ("110105194902301234", "date"),
        ("110105190002291234", "date"),
        ("110105000012311234", "date"),
        ("110105194913011234", "date"),
        ("110105194900011234", "date"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "length"),
    ],
)
def test_what_is_wrong_with_a_number(number, fault):
    assert social_security_number_fault(number) == fault


@pytest.mark.parametrize("place", range(18))
def test_no_single_wrong_digit_passes_in_the_worked_number(place):
    digit = WORKED_NUMBER[place]
    candidates = other_digits(digit) if place < 17 else other_digits("X")
    wrong = [WORKED_NUMBER[:place] + d + WORKED_NUMBER[place + 1 :] for d in candidates]
    assert all(social_security_number_fault(number) for number in wrong)


@given(PEOPLE)
def test_an_invented_person_is_valid_and_any_single_wrong_digit_is_caught(number):
    assert social_security_number_fault(number) is None
    for place in range(17):
        for digit in other_digits(number[place]):
            assert mod_11_2(number[:place] + digit + number[place + 1 : 17]) != number[17]


@given(PEOPLE, st.integers(6, 16))
def test_two_neighbours_exchanged_are_caught(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or social_security_number_fault(swapped)


@pytest.mark.parametrize(
    ("number", "resident"),
    [(WORKED_NUMBER, True), ("810000199001011234", False), ("820000199001011234", False), ("830000199001011234", False),
     ("911100199001011234", False), ("E12345678", True), ("650102199001011234", True)],
)  # fmt: skip
def test_numbers_of_other_documents_are_told_by_their_beginning(number, resident):
    assert is_resident_number(number) is resident


@pytest.mark.parametrize("code", BRANCHES)
def test_the_worked_branch_codes(code):
    assert cnaps_fault(code) is None


@pytest.mark.parametrize("code", BRANCHES)
def test_every_single_wrong_digit_of_a_branch_code_is_caught(code):
    for place in range(12):
        for digit in other_digits(code[place]):
            assert cnaps_fault(code[:place] + digit + code[place + 1 :]) == "check"


@pytest.mark.parametrize("code", ["", "10210000002", "1021000000210", "10210000002X", "102-10000002", "١٠٢١٠٠٠٠٠٠٢١"])
def test_a_branch_code_has_twelve_digits(code):
    assert cnaps_fault(code) == "length"


def test_the_often_copied_recipe_of_weights_is_not_what_we_check():
    weighted = sum(int(d) * w for d, w in zip(BRANCHES[0][:11], (1, 3, 9, 27, 81, 20, 60, 57, 48, 21, 63), strict=True))
    assert str(-weighted % 11 % 10) != mod_11_10(BRANCHES[0][:11])


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("79927398713", True),
        ("79927398710", False),
        ("4111111111111111", True),
        ("4111111111111112", False),
        ("0", True),
    ],
)
def test_luhn_on_published_examples(number, holds):
    assert luhn_holds(number) is holds


@given(st.text(DIGITS, min_size=6, max_size=32))
def test_luhn_holds_for_exactly_one_last_digit_of_ten(digits):
    assert [luhn_holds(digits + last) for last in DIGITS].count(True) == 1


@pytest.mark.parametrize(
    ("account", "card"),
    [
        ("6222021234567890128", True),
        ("6222021234567890129", False),
        ("4111111111111111", False),
        ("62", False),
        ("62²", False),
        ("62፩", False),
        ("622202123456789012A", False),
        ("", False),
    ],
)
def test_a_personal_card_begins_with_62_and_passes_luhn(account, card):
    assert looks_like_personal_card(account) is card


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 999_999))
def test_a_batch_number_is_tf_day_six_digits_and_a_check_digit(day, sequence):
    number = batch_number(day, sequence)
    assert number[:-1] == f"TF{day:%Y%m%d}{sequence:06d}"
    assert number[-1] == mod_11_10(number[2:-1])


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 999_999), st.integers(0, 13))
def test_no_single_wrong_digit_of_a_batch_number_passes(day, sequence, place):
    digits = batch_number(day, sequence)[2:]
    for digit in other_digits(digits[place]):
        assert mod_11_10(digits[:place] + digit + digits[place + 1 : 14]) != digits[14]


@pytest.mark.parametrize("sequence", [0, -1, 1_000_000])
def test_a_day_has_no_other_batch_numbers(sequence):
    with pytest.raises(OverflowError):
        batch_number(date(2023, 10, 1), sequence)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (" 11010519491231002x ", WORKED_NUMBER),
        ("110105 19491231 002x", WORKED_NUMBER),
        ("１１０１０５１９４９１２３１００２Ｘ", WORKED_NUMBER),
        ("1101 0519 4912 3100 2X", WORKED_NUMBER),
        ("110105　19491231002X", WORKED_NUMBER),
        ("\ufeff11010519491231002X\u200b", WORKED_NUMBER),
        ("11010519491231002X\r\n", WORKED_NUMBER),
    ],
)
def test_a_number_however_it_was_typed(typed, number):
    assert normalise_number(typed) == number


@given(st.text("0189Xxａ１０Ｘ　 \t\r\n\u00a0\u200b\ufeff张三（）()-"))
def test_normal_forms_are_normal(text):
    assert normalise(normalise(text)) == normalise(text)
    assert normalise_number(normalise_number(text)) == normalise_number(text)


def test_what_people_say_keeps_its_punctuation():
    assert as_said(" 请补充，\u200b谢谢！\n第（2）页 ") == "请补充，谢谢！ 第（2）页"


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("欧阳娜娜", "欧*"), ("张", "张"), ("", "")])
def test_a_masked_name_shows_its_first_character_only(name, masked):
    assert mask_name(name) == masked


def test_a_masked_number_shows_the_first_three_and_the_last_four():
    assert mask_number(WORKED_NUMBER) == "110***********002X"


def test_a_masked_account_shows_the_last_four():
    assert mask_account("6222021234567890128") == "***************0128"


@pytest.mark.parametrize(
    ("number", "masked"),
    [("E12345678", "E1*****78"), ("12345678", "12****78"), ("123", "***"), ("11999919900101X", "119********101X")],
)
def test_a_shorter_number_hides_at_least_half(number, masked):
    assert mask_number(number) == masked


@given(st.text(DIGITS, max_size=30))
def test_no_mask_shows_more_than_half(number):
    masked = mask_number(number)
    assert len(masked) == len(number)
    assert masked.count("*") * 2 >= len(number)
    assert len(number) > 4 or set(mask_account(number)) <= {"*"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  误缴，名单（２０２６）：ＡＢ\x00核对。 ", "误缴，名单（2026）：AB核对。"),
        ("１１９９９９，", "119999，"),
        (" \n", ""),
        ("a,b (c)", "a,b (c)"),
    ],
)
def test_sentences_keep_their_punctuation_and_nothing_else_of_full_width(typed: str, kept: str) -> None:
    assert normalise_prose(typed) == kept
