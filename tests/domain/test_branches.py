"""Finding a branch by what somebody types, and what a branch says of its bank."""

import pytest

from core.domain.branches import Branch, Search, parse_search


def fits(typed: str, branch: Branch) -> bool:
    """What the store asks, in Python."""
    search = parse_search(typed)
    assert search is not None
    if search.first:
        return search.first <= branch.cnaps_code <= search.last
    return all(any(all(piece in branch.search_text for piece in pieces) for pieces in word) for word in search.words)


ICBC = Branch("102100099929", "中国工商银行股份有限公司北京朝阳（东区）支行", "北京市")
SPDB = Branch("310100000014", "上海浦东发展银行北京分行", "")
RURAL = Branch("314100000019", "北京农村商业银行ABC支行", "北京")


@pytest.mark.parametrize(
    ("typed", "branch", "expected"),
    [
        ("朝阳(", ICBC, True),
        ("朝阳（东区", ICBC, True),
        ("工商银行", ICBC, True),
        ("工行 朝阳 支行", ICBC, True),
        ("工行朝阳", ICBC, True),
        ("朝阳\u3000工行", ICBC, True),
        ("朝阳 北京市", ICBC, True),
        ("建行 朝阳", ICBC, False),
        ("朝阳 海淀", ICBC, False),
        ("工行 海淀", ICBC, False),
        ("浦发北京", SPDB, True),
        ("浦东发展", SPDB, True),
        ("农商 abc", RURAL, True),
        ("农村商业", RURAL, True),
        ("102", ICBC, True),
        ("１０２１", ICBC, True),
        ("102 1000 99929", ICBC, True),
        ("102100099929", ICBC, True),
        ("1021000999", SPDB, False),
        ("100099929", ICBC, False),
    ],
)
def test_what_is_typed_finds_a_branch(typed: str, branch: Branch, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert fits(typed, branch) is expected


@pytest.mark.parametrize("typed", ["", "   ", "朝阳", "工 行", "10", "1 0", "1021000999290"])
def test_too_little_and_too_many_digits_ask_for_nothing(typed: str) -> None:
    assert parse_search(typed) is None


def test_digits_begin_a_code() -> None:
    assert parse_search("308") == Search("308000000000", "308999999999")


@pytest.mark.parametrize(
    ("code", "name", "bank"),
    [
        ("102100099929", "工行朝阳支行", "中国工商银行"),
        ("310100000014", "上海浦东发展银行北京分行", "上海浦东发展银行"),
        ("313100099912", "北京演示银行股份有限公司通州支行", "北京演示银行"),
        ("402100099913", "演示农村信用合作联社营业部", "演示农村信用合作联社"),
        ("999100000000", "演示银行通州支行", "演示银行"),
        ("313100099912", "通州支行", ""),
    ],
)
def test_the_bank_is_named_by_the_prefix_else_by_the_name(code: str, name: str, bank: str) -> None:
    assert Branch(code, name).bank_name == bank
