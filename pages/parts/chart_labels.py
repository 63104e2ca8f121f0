"""Labels of bars in several lines: what is cut off says nothing, and a narrow screen has no room for long ones."""

import re
import unicodedata

#: Characters of a line; a Chinese one takes two.
_LINE = 28
_CLAUSE = re.compile(r"[^、，；]+[、，；]?")
# A word with the blank behind it, or one Chinese character with the marks that may not begin a line.
_PIECE = re.compile(r"[!-~\u00a0-\u024f]+ *|[“（【]?.[，。、；：）】”]*")


def in_lines(label: str) -> str:
    """``label`` with line breaks, in as few lines as it needs: between clauses if they fit, and about as long as each other."""
    pieces, clauses = _PIECE.findall(label), _CLAUSE.findall(label)
    fewest = len(_broken(pieces, _LINE))
    by_clause = _broken(clauses, _LINE)
    whole = len(by_clause) == fewest and all(width_of(line) <= _LINE for line in by_clause)
    unbroken = clauses if whole else pieces
    narrow = next(width for width in range(1, _LINE + 1) if len(_broken(unbroken, width)) <= fewest)
    return "\n".join(_broken(unbroken, narrow))


def _broken(pieces: list[str], width: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and width_of(lines[-1]) + width_of(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def width_of(text: str) -> int:
    """Columns that a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
