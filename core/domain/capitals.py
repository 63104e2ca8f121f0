"""Amounts in capitals (大写): what a document about money says beside the figures, so that no digit can be added."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEPS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def capital_yuan(fen: int) -> str:
    """``壹万贰仟叁佰元伍角整``: whole fen (0 or more) in the words of 支付结算办法, 附一."""
    yuan, cents = divmod(int(fen), 100)
    tenths, hundredths = divmod(cents, 10)
    said = f"{_capitals(yuan)}元" if yuan or not cents else ""
    if tenths:
        said += f"{_DIGITS[tenths]}角"
    elif hundredths and yuan:
        said += "零"
    return said + (f"{_DIGITS[hundredths]}分" if hundredths else "整")


def _capitals(number: int) -> str:
    for size, unit in _STEPS:
        if number >= size:
            many, rest = divmod(number, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _capitals(many) + unit + gap + (_capitals(rest) if rest else "")
    return _DIGITS[number]
