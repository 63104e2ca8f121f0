"""Check digits and normal forms of the numbers that people type (``domain.md`` §5)."""

import re
import unicodedata
from datetime import date

_BLANKS = re.compile(r"\s+")
#: From here on a number hides half of itself and more behind its first 3 and last 4 characters.
_WHOLE_NUMBER = 14
_SSN = re.compile(r"\d{17}[\dX]", re.ASCII)
_SSN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: Punctuation that people use in sentences, and that would lose its width with everything else.
_PUNCTUATION = re.compile("([，。：；！？（）])")


def normalise(text: str) -> str:
    """Half-width, trimmed, no control characters: how every typed or imported value enters."""
    return unicodedata.normalize("NFKC", as_said(text)).strip()


def as_said(text: str) -> str:
    """Trimmed, on one line, no control characters: how what people say enters, with its punctuation as it was typed."""
    visible = (" " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or unicodedata.category(c)[0] != "C")
    return "".join(visible).strip()


def normalise_prose(text: str) -> str:
    """As ``normalise``, but what people write in sentences keeps its Chinese punctuation."""
    return "".join(part if place % 2 else normalise(part) for place, part in enumerate(_PUNCTUATION.split(text)))


def normalise_number(text: str) -> str:
    """A number as typed, without any blanks, upper case (x → X)."""
    return _BLANKS.sub("", normalise(text)).upper()


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2 check character of 17 digits (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_SSN_WEIGHTS, digits, strict=True))
    return "10X98765432"[total % 11]


def mod_11_10(digits: str) -> str:
    """ISO 7064 MOD 11,10 check digit: branch codes (233 of 233 real ones) and our batch numbers."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def social_security_number_fault(number: str) -> str | None:
    """Why a resident's number is wrong: ``length``, ``date``, ``check``; ``None`` when it is right.

    Area codes are not looked up: invented people use 119999. Expects the normalised form.
    """
    if not _SSN.fullmatch(number):
        return "length"
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "date"
    return None if mod_11_2(number[:17]) == number[17] else "check"


def is_resident_number(number: str) -> bool:
    """Whether the number claims to be a resident's own: 18 characters not starting as another document's (81–83, 9)."""
    return not number.startswith(("81", "82", "83", "9"))


def cnaps_fault(code: str) -> str | None:
    """``length`` (an error) or ``check`` (a warning: the check is proved on real codes, not published), else ``None``."""
    if not re.fullmatch(r"\d{12}", code, re.ASCII):
        return "length"
    return None if mod_11_10(code[:11]) == code[11] else "check"


def luhn_holds(number: str) -> bool:
    """Whether a string of digits passes the Luhn check of payment cards."""
    doubled = [int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(number))]
    return sum(doubled) % 10 == 0


def looks_like_personal_card(account: str) -> bool:
    """Passes Luhn *and* starts with 62: 疑似个人银行卡."""
    return account.isascii() and account.isdigit() and account.startswith("62") and luhn_holds(account)


def batch_number(day: date, sequence: int) -> str:
    """``TF`` + yyyymmdd + six digits + check digit (``names.md``). ``sequence`` counts 1 to 999999 within the day."""
    if not 1 <= sequence <= 999_999:
        raise OverflowError("a day holds 999,999 batches")
    digits = f"{day:%Y%m%d}{sequence:06d}"
    return f"TF{digits}{mod_11_10(digits)}"


def mask_name(name: str) -> str:
    """张*: the first character only."""
    return name[:1] + "*" * (len(name) > 1)


def mask_number(number: str) -> str:
    """First 3 and last 4 characters of an identity number; of one that is shorter, such as a passport's, no more than half."""
    if len(number) >= _WHOLE_NUMBER:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    shown = len(number) // 4
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def mask_account(account: str) -> str:
    """The last 4 digits of an account."""
    return f"{'*' * max(len(account) - 4, 4)}{account[-4:]}" if len(account) > 4 else "*" * len(account)
