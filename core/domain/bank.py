"""Checks on the refund account (``domain.md`` §5): every fault of the six fields in one pass, as values."""

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from core.domain.identifiers import cnaps_fault, looks_like_personal_card, normalise
from core.domain.wording import N_

#: The six starred fields, in the order of the screen, with their labels.
FIELDS: dict[str, str] = {
    "bank_name": N_("银行名称"),
    "bank_account": N_("银行账号"),
    "account_holder": N_("银行户名"),
    "branch_name": N_("开户行名称"),
    "cnaps_code": N_("人行支付系统行号"),
    "exchange_number": N_("银行交换号"),
}

_PREFIXES = Path(__file__).parents[2] / "data" / "bank_prefixes.csv"
_BRACKETS = str.maketrans("（）【】〔〕", "()[][]")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is wrong with one field: an error stops 提交, a warning is only told."""

    field: str
    sentence: str
    is_error: bool
    details: Mapping[str, str]


def clean_field(field: str, text: str) -> str:
    """A bank field as it is stored: half-width; numbers without blanks, the account without hyphens either."""
    text = normalise(text)
    if field == "bank_account":
        return re.sub(r"[\s-]", "", text)
    return re.sub(r"\s", "", text) if field in {"cnaps_code", "exchange_number"} else re.sub(r"\s+", " ", text)


def clean_bank(bank: Mapping[str, str]) -> dict[str, str]:
    """The bank block as it is filed: all six fields, cleaned."""
    return {name: clean_field(name, bank.get(name, "")) for name in FIELDS}


def comparable_name(name: str) -> str:
    """A name for comparing: brackets and blanks don't count."""
    return re.sub(r"\s", "", normalise(name).translate(_BRACKETS))


def check_bank_fields(
    bank: Mapping[str, str],
    *,
    registered: Mapping[str, str],
    names: Collection[str],
    listed: Mapping[str, str] | None = None,
) -> list[Notice]:
    """Every fault of the bank block as typed.

    ``registered`` is the employer's registered account (blank values: none registered), ``names`` its registered name and
    the former ones on file. ``listed`` is what the bank directory says of the typed 行号 (行号 → 行名; empty: it is not
    listed), ``None`` where there is no directory.
    """
    typed = clean_bank(bank)
    notices = [_error(field, N_("请填写{label}"), label=label) for field, label in FIELDS.items() if not typed[field]]
    for check in (_check_account, _check_branch_code, _check_exchange_number):
        notices += check(typed)
    return notices + _check_directory(typed, listed) + _check_registered(typed, registered, names)


def bank_of_prefix(code: str) -> str | None:
    """The bank that a branch code's first three digits name, in full if it is one bank; ``None`` for an unknown prefix."""
    known = _prefixes().get(code[:3])
    return known.name or known.bank if known else None


def bank_name_of_prefix(code: str) -> str:
    """The full name of the bank that a branch code's first three digits name; blank where many banks share a prefix."""
    known = _prefixes().get(code[:3])
    return known.name if known else ""


@cache
def synonyms() -> tuple[tuple[str, str], ...]:
    """Pairs of words for one bank in both directions: (工行, 工商银行), (工商银行, 工行)."""
    pairs = {
        (one, other): None
        for prefix in _prefixes().values()
        for one in prefix.keywords
        for other in prefix.keywords
        if one != other
    }
    return tuple(pairs)


def prefix_fits(code: str, bank_name: str) -> bool:
    """Whether a branch code may belong to a bank of this name; unknown prefixes and unspecific names fit everything."""
    prefixes, name = _prefixes(), comparable_name(bank_name)
    named = {prefix for prefix, known in prefixes.items() if any(word in name for word in known.keywords)}
    if named:
        return code[:3] in named or code[:3] not in prefixes
    own = prefixes.get(code[:3])
    return own is None or not own.keywords


class _Prefix(NamedTuple):
    """What three digits say: the bank in short, words that name it in any text, and its full name if it is one bank."""

    bank: str
    keywords: tuple[str, ...]
    name: str


@cache
def _prefixes() -> dict[str, _Prefix]:
    with _PREFIXES.open(encoding="utf-8", newline="") as file:
        return {
            row["prefix"]: _Prefix(row["bank"], tuple(filter(None, row["keywords"].split("|"))), row["name"])
            for row in csv.DictReader(file)
        }


def _error(field: str, sentence: str, **values: str) -> Notice:
    return Notice(field, sentence, is_error=True, details=values)


def _warning(field: str, sentence: str, **values: str) -> Notice:
    return Notice(field, sentence, is_error=False, details=values)


def account_notices(account: str) -> list[Notice]:
    """Faults of a cleaned account number."""
    if not account:
        return []
    if not re.fullmatch(r"\d{6,32}", account, re.ASCII):
        return [_error("bank_account", N_("银行账号应为 6 至 32 位数字，请核对"))]
    if looks_like_personal_card(account):
        return [_warning("bank_account", N_("该账号疑似个人银行卡，退费只能退至单位账户，请核对"))]
    return []


def branch_code_notices(code: str, bank_name: str) -> list[Notice]:
    """Faults of a cleaned 行号. A wrong check digit only warns: the check is proved on real codes, not published."""
    if not code:
        return []
    fault = cnaps_fault(code)
    if fault == "length":
        return [_error("cnaps_code", N_("人行支付系统行号应为 12 位数字，可向开户银行查询"))]
    notices = []
    if fault == "check":
        notices.append(_warning("cnaps_code", N_("人行支付系统行号的校验位不符，请与开户银行核对，以免退票")))
    if bank_name and not prefix_fits(code, bank_name):
        belongs = bank_of_prefix(code) or ""
        notices.append(
            _warning("cnaps_code", N_("该行号属于“{bank}”，与所填银行名称不一致，请核对"), bank=belongs)
            if belongs
            else _warning("cnaps_code", N_("该行号与所填银行名称不一致，请核对"))
        )
    return notices


def exchange_number_notices(number: str) -> list[Notice]:
    """Faults of a cleaned 银行交换号."""
    if number and not re.fullmatch(r"\d{1,12}", number, re.ASCII):
        return [_error("exchange_number", N_("银行交换号应为 1 至 12 位数字，请核对"))]
    return []


def _check_account(typed: Mapping[str, str]) -> list[Notice]:
    return account_notices(typed["bank_account"])


def _check_branch_code(typed: Mapping[str, str]) -> list[Notice]:
    return branch_code_notices(typed["cnaps_code"], typed["bank_name"])


def _check_exchange_number(typed: Mapping[str, str]) -> list[Notice]:
    return exchange_number_notices(typed["exchange_number"])


def _check_directory(typed: Mapping[str, str], listed: Mapping[str, str] | None) -> list[Notice]:
    """The directory only warns: a branch may be newer than it, and people shorten names."""
    code, name = typed["cnaps_code"], typed["branch_name"]
    if listed is None or cnaps_fault(code) == "length":
        return []
    if code not in listed:
        return [_warning("cnaps_code", N_("开户行目录中没有这个行号，请与开户银行核对，以免退票"))]
    if name and comparable_name(name) != comparable_name(listed[code]):
        sentence = N_("开户行目录中该行号的行名是“{name}”，与所填开户行名称不一致，请核对")
        return [_warning("branch_name", sentence, name=listed[code])]
    return []


def _check_registered(typed: Mapping[str, str], registered: Mapping[str, str], names: Collection[str]) -> list[Notice]:
    """Refunds go to the registered account only; where none is registered, the holder must still be the employer."""
    notices = []
    account = clean_field("bank_account", registered.get("bank_account", ""))
    if account and typed["bank_account"] and typed["bank_account"] != account:
        notices.append(
            _error(
                "bank_account",
                N_("退费只能退至已登记的账户（尾号 {tail}）；如需变更，请先申请变更登记账户"),
                tail=account[-4:],
            )
        )
    holder, allowed = comparable_name(typed["account_holder"]), {comparable_name(name) for name in names}
    registered_holder = comparable_name(registered.get("account_holder", ""))
    if holder and holder not in allowed:
        notices.append(_error("account_holder", N_("银行户名须与单位名称一致；单位更名的，请先办理变更登记")))
    elif holder and account and registered_holder and holder != registered_holder:
        notices.append(_error("account_holder", N_("银行户名与已登记账户的户名不一致；如需变更，请先申请变更登记账户")))
    return notices
