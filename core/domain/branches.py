"""Bank branches: what the directory knows of one, and how somebody who types a few characters of it finds it."""

import re
from dataclasses import dataclass

from core.domain.bank import bank_name_of_prefix, comparable_name, synonyms
from core.domain.identifiers import normalise_number

#: Fewer characters than this would find half the directory.
LEAST_TYPED = 3
_CODE_LENGTH = 12
# The bank that a branch's name begins with, where the prefix is shared by many: 北京银行, 某某农村信用合作联社.
_BANK = re.compile(r".*?(?:银行|信用合作联社|信用联社|信用社)")


@dataclass(frozen=True, slots=True)
class Branch:
    """One entry of the directory: 行号 (12 digits, text), 行名, 地区 (blank if unknown)."""

    cnaps_code: str
    branch_name: str
    region: str = ""

    @property
    def bank_name(self) -> str:
        """The bank that the branch belongs to, by its prefix, else by its own name; blank where neither says it."""
        known = bank_name_of_prefix(self.cnaps_code)
        if known:
            return known
        named = _BANK.match(self.branch_name)
        return named[0] if named else ""

    @property
    def search_text(self) -> str:
        """What a search looks into: name and region without blanks, brackets half-width, lower case."""
        return f"{_searchable(self.branch_name)} {_searchable(self.region)}".strip()


#: One word as typed: alternatives, of each of which every piece has to stand in the search text.
Word = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed: the beginning of a 行号 (``first`` to ``last``, both 12 digits), or ``words``, all of which must fit."""

    first: str = ""
    last: str = ""
    words: tuple[Word, ...] = ()


def parse_search(text: str) -> Search | None:
    """What somebody looks for, ``None`` when too little is typed, or more digits than a 行号 has.

    Digits alone begin a 行号; else every word has to occur, a bank's short name (工行) also as its long one (工商银行).
    """
    number = normalise_number(text)
    if len(number) < LEAST_TYPED:
        return None
    if re.fullmatch(r"\d+", number, re.ASCII):
        is_code = len(number) <= _CODE_LENGTH
        return Search(number.ljust(_CODE_LENGTH, "0"), number.ljust(_CODE_LENGTH, "9")) if is_code else None
    words = [_alternatives(word) for typed in text.split() if (word := _searchable(typed))]
    # A word without alternatives is quick to ask for and excludes most branches before the others are asked.
    return Search(words=tuple(sorted(words, key=len)))


def _searchable(text: str) -> str:
    return comparable_name(text).lower()


def _alternatives(word: str) -> Word:
    """工行朝阳 as it stands, or 工商银行 and 朝阳: between the two stands whatever the bank has put there."""
    found: dict[tuple[str, ...], None] = {(word,): None}
    for short, long in synonyms():
        before, name, after = word.partition(short)
        if name and long not in word:
            found[tuple(piece for piece in (before, long, after) if piece)] = None
    return tuple(found)
