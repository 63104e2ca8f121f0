"""What a cell means: every spelling of a text, a number, an amount, a month or a day that a ledger file may use.

Nothing is guessed: a cell is taken exactly or it is a fault. Values repeat a lot, so a ``Reader`` reads each distinct cell
of a column once.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from core.documents.problems import Fault
from core.documents.sheets import BrokenCell
from core.domain.errors import InvalidInput
from core.domain.identifiers import cnaps_fault, normalise, normalise_number
from core.domain.money import MAX_FEN, format_yuan, parse_yuan
from core.domain.period import Period, day_number, day_text, parse_day
from core.domain.vocabulary import Labelled

#: From here on a number cell has more digits than Excel keeps (15).
MAX_EXACT = 10**15
_TEXT_LIMIT, _CODE_LIMIT, _NOTE_LIMIT = 200, 64, 2_000
_SHOWN = 200

_HALF_WIDTH = {ord(full): ord(full) - 0xFEE0 for full in map(chr, range(0xFF10, 0xFF5B)) if full.isalnum()}
_ERROR_TEXT = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)")
# A long number that a spreadsheet has turned into 1.19999E+17 on its way into a text file.
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
# How exporters force text in a text file: '0123 and ="0123".
_FORCED_TEXT = re.compile(r"""'(?P<quoted>[^']*)|="(?P<formula>[^"]*)\"""")
_ONE_DOT = re.compile(r"\d+\.\d+")


class Reader(dict[Any, Any]):
    """Cell → value of one column; a cell that can't be taken is remembered in ``faults`` and stands as the blank value."""

    def __init__(self, read: Callable[[Any], Any], *, blank: Any, required: bool = False) -> None:
        super().__init__()
        self.faults: dict[Any, Fault] = {}
        self._read, self._blank, self._required = read, blank, required

    def __missing__(self, cell: Any) -> Any:
        try:
            value = self._value(cell)
        except Fault as fault:
            self.faults[cell] = fault
            value = self._blank
        self[cell] = value
        return value

    def _value(self, cell: Any) -> Any:
        if isinstance(cell, BrokenCell):
            raise Fault(cell.code, error=cell.shown)
        if isinstance(cell, str):
            cell = clean(cell)
            if _ERROR_TEXT.fullmatch(cell):
                raise Fault("E27", error=cell)
        if cell == "":
            if self._required:
                raise Fault("E20")
            return self._blank
        return self._read(cell)

    def forget(self) -> None:
        """Make room: a column of distinct values gains nothing from being remembered."""
        self.clear()
        self.faults.clear()


def clean(text: str) -> str:
    """Trimmed, full-width digits and letters half-width, without control and invisible characters.

    Everything else stays, rare characters of names from private use areas and Chinese brackets included.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (letter for letter in text.translate(_HALF_WIDTH) if letter == "\n" or not _is_invisible(letter))
    return "".join(kept).strip()


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def show(cell: Any) -> str:
    """A cell as its owner knows it, for the list of problems."""
    if isinstance(cell, BrokenCell):
        return cell.shown
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return str(cell)[:_SHOWN]


# --- readers of one kind each ---------------------------------------------------------------------------------------


def read_text(cell: Any, *, limit: int = _TEXT_LIMIT, lines: bool = False) -> str:
    """Text of one line (or several)."""
    text = cell if isinstance(cell, str) else _plain(cell)
    if not lines:
        text = text.replace("\n", "")
    if len(text) > limit:
        raise Fault("E29", limit=limit)
    return text


def read_note(cell: Any) -> str:
    """Free text, several lines allowed."""
    return read_text(cell, limit=_NOTE_LIMIT, lines=True)


def read_code(cell: Any) -> str:
    """An id that the core system gave: text, or a whole number of at most 15 digits."""
    if not isinstance(cell, str):
        return _whole_number(cell)
    if forced := _FORCED_TEXT.fullmatch(cell):
        cell = (forced["quoted"] or forced["formula"] or "").strip()
    if _SCIENTIFIC.fullmatch(cell):
        raise Fault("E26")
    text = read_text(cell, limit=_CODE_LIMIT)
    if not text:
        raise Fault("E20")
    return text


def read_number(cell: Any) -> str:
    """An identity number or credit code: half-width, without blanks, upper case."""
    return normalise_number(read_code(cell))


def read_account(cell: Any) -> str:
    """银行账号 without blanks and hyphens: 6 to 32 digits."""
    number = re.sub(r"[\s-]", "", normalise(read_code(cell)))
    if not re.fullmatch(r"[0-9]{6,32}", number):
        raise Fault("E44")
    return number


def read_branch_code(cell: Any) -> str:
    """人行支付系统行号: 12 digits; a wrong check digit only warns, elsewhere."""
    number = normalise_number(read_code(cell))
    if not number.isascii() or cnaps_fault(number) == "length":
        raise Fault("E42")
    return number


def read_exchange_number(cell: Any) -> str:
    """银行交换号: 1 to 12 digits, leading zeros kept."""
    number = normalise_number(read_code(cell))
    if not re.fullmatch(r"[0-9]{1,12}", number):
        raise Fault("E43")
    return number


def read_amount(cell: Any) -> int:
    """Fen from yuan with at most two decimals, never negative."""
    fen = _fen_of_number(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else _fen_of_text(cell)
    if fen < 0:
        raise Fault("E25")
    return fen


def _fen_of_number(cell: float) -> int:
    if not math.isfinite(cell) or abs(cell) * 100 > MAX_FEN:
        raise Fault("E24")
    fen = round(cell * 100)
    if fen / 100 != cell:
        # The sum of two cells ends in …0000000001; Excel itself keeps and shows 15 digits.
        exact = Decimal(format(cell, ".15g")) * 100
        if exact != exact.to_integral_value():
            raise Fault("E24")
        fen = int(exact)
    return fen


def _fen_of_text(cell: Any) -> int:
    if not isinstance(cell, str):
        raise Fault("E24")
    text = normalise(cell)
    if not text.isascii():
        raise Fault("E24")
    try:
        return parse_yuan(text)
    except (InvalidInput, ValueError):
        raise Fault("E24") from None


def read_month(cell: Any) -> int:
    """YYYYMM from a month in any spelling, or from a real date."""
    if isinstance(cell, datetime | date):
        return _checked_month(cell)
    text = normalise(cell) if isinstance(cell, str) else _digits(cell, "E22")
    # 2022.1 may have been 2022.10 before a spreadsheet saw it.
    if _ONE_DOT.fullmatch(text):
        raise Fault("E22")
    try:
        return Period.parse(text).number
    except InvalidInput:
        raise Fault("E22") from None


def _checked_month(day: date) -> int:
    try:
        return Period.of(day).number
    except InvalidInput:
        raise Fault("E22") from None


def read_day(cell: Any, *, end: bool = False) -> int:
    """YYYYMMDD from a date in any spelling; of a month its first day, or its last if ``end``."""
    text = cell.strftime("%Y-%m-%d") if isinstance(cell, datetime | date) else cell
    text = normalise(text) if isinstance(text, str) else _digits(text, "E23")
    if _ONE_DOT.fullmatch(text):
        raise Fault("E23")
    try:
        return day_number(parse_day(text, end=end))
    except (InvalidInput, ValueError):
        raise Fault("E23") from None


def _read_choice(labels: dict[str, Any], cell: Any) -> Any:
    text = re.sub(r"\s", "", normalise(cell)) if isinstance(cell, str) else show(cell)
    if text not in labels:
        raise Fault("E21", choices="、".join(labels))
    return labels[text]


def _plain(cell: Any) -> str:
    """A cell that is no text, as text: whole numbers without a point."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < MAX_EXACT:
        return str(int(cell))
    return show(cell)


def _whole_number(cell: Any) -> str:
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        raise Fault("E26")
    if cell != int(cell) or not 0 <= cell < MAX_EXACT:
        raise Fault("E26")
    return str(int(cell))


def _digits(cell: Any, code: str) -> str:
    try:
        return _whole_number(cell)
    except Fault:
        raise Fault(code) from None


# --- how a column is spelled ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one sort of value is read from a cell, and how it is shown again; ``is_id`` keeps a spreadsheet from rounding it."""

    read: Callable[[Any], Any]
    show: Callable[[Any], str] = str
    is_id: bool = False


def _show_day(number: int | None) -> str:
    return "" if number is None else day_text(number)


def _show_month(number: int) -> str:
    return f"{number // 100:04d}-{number % 100:02d}"


def choice(*kinds: Labelled) -> Spelling:
    """One of a closed list: its Chinese label in files, its code in the store."""
    labels = {kind.label: kind.value for kind in kinds}
    shown = {code: label for label, code in labels.items()}
    return Spelling(partial(_read_choice, labels), lambda code: shown.get(code, ""))


TEXT = Spelling(read_text)
NOTE = Spelling(read_note)
CODE = Spelling(read_code, is_id=True)
NUMBER = Spelling(read_number, is_id=True)
ACCOUNT = Spelling(read_account, is_id=True)
BRANCH_CODE = Spelling(read_branch_code, is_id=True)
EXCHANGE_NUMBER = Spelling(read_exchange_number, is_id=True)
AMOUNT = Spelling(read_amount, format_yuan)
MONTH = Spelling(read_month, _show_month)
DAY = Spelling(read_day, _show_day)
LAST_DAY = Spelling(partial(read_day, end=True), _show_day)
FLAG = Spelling(partial(_read_choice, {"是": True, "否": False}), lambda flag: "是" if flag else "否")
