"""Money: whole fen inside, ``Decimal`` yuan at the edge, text on the screen. Never a float."""

import re
from decimal import Decimal

from core.domain.errors import InvalidInput
from core.domain.wording import N_

_YUAN = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{1,2}))?", re.ASCII)

#: The largest amount a cell may hold: what a signed 64-bit integer of fen carries with room to add up a city.
MAX_FEN = 10**15


def parse_yuan(text: str) -> int:
    """Fen from yuan as written in a file: ``1,234.50``, at most two decimals, blank = 0 (``ledger-format.md``).

    Raises ``InvalidInput`` for anything else, a third decimal included: rounding would change public money.
    """
    text = text.strip()
    if not text:
        return 0
    match = _YUAN.fullmatch(text)
    if match is None:
        raise InvalidInput(N_("金额“{value}”无法识别，请填写最多两位小数的元，如 1,234.50"), value=text[:40])
    fen = int(match["whole"].replace(",", "")) * 100 + int((match["cents"] or "").ljust(2, "0"))
    if fen > MAX_FEN:
        raise InvalidInput(N_("金额“{value}”过大，请核对"), value=text[:40])
    return -fen if match["sign"] else fen


def to_yuan(fen: int) -> Decimal:
    """Exact yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def plain_yuan(fen: int) -> str:
    """``1234.50``: two decimals, no thousands, for files that machines read."""
    return str(to_yuan(int(fen)))


def format_yuan(fen: int) -> str:
    """``1,234.50``: two decimals with thousands, for people."""
    return f"{to_yuan(int(fen)):,.2f}"
