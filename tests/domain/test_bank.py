"""The six fields of 退费信息 (``domain.md`` §5): what is an error, what only a warning, and all of it at once."""

import pytest

from core.domain.bank import FIELDS, bank_of_prefix, check_bank_fields, clean_field, comparable_name, prefix_fits

NAME = "北京示例科技有限公司"
GOOD = {
    "bank_name": "招商银行",
    "bank_account": "110900000010001",
    "account_holder": NAME,
    "branch_name": "招商银行股份有限公司北京分行",
    "cnaps_code": "308584000013",
    "exchange_number": "0012",
}
NONE_REGISTERED = dict.fromkeys(FIELDS, "")

ERROR, WARNING = "error", "warning"


def told(*, registered=NONE_REGISTERED, names=(NAME,), listed=None, **typed):
    notices = check_bank_fields(GOOD | typed, registered=registered, names=names, listed=listed)
    # A sentence must be complete with the values it comes with.
    assert all("{" not in notice.sentence.format(**notice.details) for notice in notices)
    return [(notice.field, ERROR if notice.is_error else WARNING) for notice in notices]


def test_the_fields_are_those_of_the_guide_in_its_order():
    assert list(FIELDS.values()) == ["银行名称", "银行账号", "银行户名", "开户行名称", "人行支付系统行号", "银行交换号"]


def test_a_good_block():
    assert told() == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_every_field_is_needed(field, blank):
    assert told(**{field: blank}) == [(field, ERROR)]


def test_an_empty_block_is_told_at_once():
    assert told(**NONE_REGISTERED) == [(field, ERROR) for field in FIELDS]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("123456", None),
        ("1" * 32, None),
        ("1109 0000 0010 001", None),
        ("1109-0000-0010-001", None),
        ("１１０９００００", None),
        ("12345", ERROR),
        ("1" * 33, ERROR),
        ("11090000001000A", ERROR),
        ("6222021234567890128", WARNING),
        ("6222021234567890129", None),
        ("62²²²²²²", None),
        ("62①①①①①①", None),
    ],
)
def test_account(account, expected):
    assert told(bank_account=account) == ([("bank_account", expected)] if expected else [])


@pytest.mark.parametrize("account", ["62፩፩፩፩፩፩", "٦٢١١١١١١"])
def test_digits_of_other_scripts_are_no_account(account):
    assert told(bank_account=account) == [("bank_account", ERROR)]


@pytest.mark.parametrize(
    ("code", "bank", "expected"),
    [
        ("308584000013", "招商银行", []),
        ("102100000021", "中国工商银行", []),
        ("3085 8400 0013", "招商银行", []),
        ("308584000014", "招商银行", [WARNING]),
        ("308584000013", "中国工商银行", [WARNING]),
        ("308584000014", "中国工商银行", [WARNING, WARNING]),
        ("30858400001", "招商银行", [ERROR]),
        ("3085840000133", "招商银行", [ERROR]),
        ("30858400001X", "招商银行", [ERROR]),
    ],
)
def test_branch_code(code, bank, expected):
    assert told(cnaps_code=code, bank_name=bank) == [("cnaps_code", severity) for severity in expected]


#: Prefixes as the page lists them.
PAGE = """
102 工商 103 农业 104 中国 105 建设 201 国开 202 进出口 203 农发 301 交通 302 中信 303 光大 304 华夏 305 民生 306 广发 307 平安
308 招商 309 兴业 310 浦发 313 城商 314 农商 315 恒丰 316 浙商 317 农合 318 渤海 319 徽商 320 村镇 321 三峡 322 上海农商 323 民营
325 上海 401 城信 402 农信 403 邮储 501 汇丰 502 东亚 503 南洋 504 恒生 531 花旗 671 渣打 712 德意志 781 厦门国际
"""
WORDS = PAGE.split()
PREFIXES = dict(zip(WORDS[::2], WORDS[1::2], strict=True))
#: Full names in which the page's short one does not occur as it is.
FULL_NAMES = {
    "国开": "国家开发",
    "农发": "农业发展",
    "浦发": "浦东发展",
    "城商": "城市商业",
    "农商": "农村商业",
    "农合": "农村合作",
    "上海农商": "上海农村商业",
    "城信": "城市信用",
    "农信": "农村信用",
    "邮储": "邮政储蓄",
}


@pytest.mark.parametrize(("prefix", "short"), PREFIXES.items())
def test_prefix_of_a_bank(prefix, short):
    bank = bank_of_prefix(prefix + "0" * 9)
    assert bank is not None
    assert short in bank or FULL_NAMES.get(short, short) in bank


def test_an_unknown_prefix_is_no_banks():
    assert bank_of_prefix("999000000000") is None


@pytest.mark.parametrize(
    ("code", "name", "fits"),
    [
        ("102", "中国工商银行股份有限公司", True),
        ("104", "中国银行", True),
        ("102", "中国银行", False),
        ("103", "中国农业银行", True),
        ("203", "中国农业发展银行", True),
        ("103", "中国农业发展银行", False),
        ("403", "中国邮政储蓄银行", True),
        ("325", "上海银行", True),
        ("310", "上海浦东发展银行", True),
        ("322", "上海农村商业银行", True),
        ("313", "北京银行", True),
        ("313", "招商银行", False),
        ("402", "北京农村商业银行", True),
        ("314", "北京农商银行", True),
        ("999", "招商银行", True),
    ],
)
def test_whether_a_branch_code_may_belong_to_a_bank(code, name, fits):
    assert prefix_fits(code + "0" * 9, name) is fits


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1", []), ("000012", []), ("1" * 12, []), ("1" * 13, [ERROR]), ("12A", [ERROR]), ("１２", [])],
)
def test_exchange_number(number, expected):
    assert told(exchange_number=number) == [("exchange_number", severity) for severity in expected]


def test_leading_zeros_of_an_exchange_number_are_kept():
    assert clean_field("exchange_number", " 0012 ") == "0012"


@pytest.mark.parametrize(
    ("holder", "registered_name", "same"),
    [
        ("北京（示例）有限公司", "北京(示例)有限公司", True),
        ("北京 示例　有限公司", "北京示例有限公司", True),
        ("北京【示例】有限公司", "北京[示例]有限公司", True),
        ("北京示例有限责任公司", "北京示例有限公司", False),
        ("张三", "北京示例有限公司", False),
    ],
)
def test_the_holder_is_the_employer_whatever_its_brackets(holder, registered_name, same):
    assert (comparable_name(holder) == comparable_name(registered_name)) is same
    assert told(account_holder=holder, names=[registered_name]) == ([] if same else [("account_holder", ERROR)])


def test_a_former_name_on_file_may_hold_the_account():
    assert told(account_holder="旧名有限公司", names=[NAME, "旧名有限公司"]) == []


@pytest.mark.parametrize(
    ("listed", "typed", "expected"),
    [
        (None, {}, []),
        ({GOOD["cnaps_code"]: GOOD["branch_name"]}, {}, []),
        ({GOOD["cnaps_code"]: "招商银行 股份有限公司北京分行"}, {}, []),
        ({GOOD["cnaps_code"]: "招商银行（总行）"}, {"branch_name": "招商银行(总行)"}, []),
        ({GOOD["cnaps_code"]: "招商银行上海分行"}, {}, [("branch_name", WARNING)]),
        ({GOOD["cnaps_code"]: "招商银行上海分行"}, {"branch_name": ""}, [("branch_name", ERROR)]),
        ({}, {}, [("cnaps_code", WARNING)]),
        ({}, {"cnaps_code": "30858400001"}, [("cnaps_code", ERROR)]),
    ],
)
def test_the_directory_warns_of_what_it_knows_otherwise(listed, typed, expected):
    assert told(listed=listed, **typed) == expected


def test_the_name_in_the_directory_is_told():
    code = GOOD["cnaps_code"]
    (notice,) = check_bank_fields(GOOD, registered=NONE_REGISTERED, names=[NAME], listed={code: "招商银行上海分行"})
    assert "“招商银行上海分行”" in notice.sentence.format(**notice.details)


REGISTERED = GOOD | {"bank_account": "1109-0000-0010-001"}


def test_the_registered_account_however_it_is_written():
    assert told(registered=REGISTERED) == []


def test_another_account_than_the_registered_one():
    assert told(registered=REGISTERED, bank_account="110900000010002") == [("bank_account", ERROR)]


def test_another_holder_than_the_registered_one():
    names = [NAME, "旧名有限公司"]
    assert told(registered=REGISTERED, names=names, account_holder="旧名有限公司") == [("account_holder", ERROR)]


def test_only_the_tail_of_the_registered_account_is_told():
    (notice,) = check_bank_fields(GOOD | {"bank_account": "110900000010002"}, registered=REGISTERED, names=[NAME])
    assert GOOD["bank_account"] not in notice.sentence.format(**notice.details)
