"""The language of the queue's search box: words, and terms such as ``状态:待初审 金额>10000 期限<2023-11-30 分派:我``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise
from core.domain.lifecycle import State
from core.domain.money import parse_yuan
from core.domain.reasons import REASONS
from core.domain.wording import N_

FIELD = "queue_search"
ME, NOBODY = (N_("我"), "me"), (N_("无"), "none")
LENGTH = 200


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What is looked for; blank parts look for everything. Amounts in fen, days ISO, each with its comparison."""

    words: tuple[str, ...] = ()
    states: tuple[frozenset[str], ...] = ()
    employers: tuple[str, ...] = ()
    reasons: tuple[frozenset[str], ...] = ()
    persons: tuple[str, ...] = ()
    amounts: tuple[tuple[str, int], ...] = ()
    days: tuple[tuple[str, str], ...] = ()
    #: Usernames, blank for nobody.
    assignees: tuple[str, ...] = field(default=())


_TERM = re.compile(
    r"""(?P<name>[^\s:<>="]+)\s*(?P<sign><=|>=|[:<>=])\s*(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]*))|"(?P<phrase>[^"]+)"|(?P<word>\S+)"""
)
_DAY = re.compile(r"(\d{4})-?(\d{1,2})-?(\d{1,2})", re.ASCII)
_NAMES: Mapping[str, str] = {
    N_("状态"): "states",
    "state": "states",
    N_("单位"): "employers",
    "employer": "employers",
    N_("原因"): "reasons",
    "reason": "reasons",
    N_("人员"): "persons",
    "person": "persons",
    N_("金额"): "amounts",
    "amount": "amounts",
    N_("期限"): "days",
    "due": "days",
    N_("分派"): "assignees",
    "assignee": "assignees",
}
_COMPARED = frozenset({"amounts", "days"})


def parse_query(text: str, me: str) -> QueueQuery:
    """The query that was typed by user ``me``. Raises ``InvalidInput`` with one sentence that names the first wrong term."""
    typed = normalise(text)
    if len(typed) > LENGTH:
        raise InvalidInput(N_("查找内容不能超过 {count} 个字"), field=FIELD, count=LENGTH)
    query = QueueQuery()
    for found in _TERM.finditer(typed):
        query = _with_term(query, found, me)
    return query


def _with_term(query: QueueQuery, found: re.Match[str], me: str) -> QueueQuery:
    name, sign = found["name"], found["sign"]
    if name is None:
        return replace(query, words=(*query.words, found["phrase"] or found["word"]))
    part = _NAMES.get(name.lower())
    if part is None:
        raise _wrong(found[0], N_("“{term}”无法识别：可用的条件是 状态、单位、原因、人员、金额、期限、分派"))
    value = (found["quoted"] if found["quoted"] is not None else found["value"]).strip()
    if not value:
        raise _wrong(found[0], N_("“{term}”缺少内容，例如 状态:待初审、金额>10000、期限<2023-11-30"))
    if part not in _COMPARED and sign not in {":", "="}:
        raise _wrong(found[0], N_("“{term}”无法识别：只有金额和期限可以用 < 和 > 比较"))
    read = _READERS[part](value, found[0], me)
    added = (("=" if sign == ":" else sign), read) if part in _COMPARED else read
    return replace(query, **{part: (*getattr(query, part), added)})


def _states(value: str, term: str, _me: str) -> frozenset[str]:
    # 待复核 is that state alone, although 银行信息待复核 has it in its name.
    same = frozenset(state.value for state in State if value == state.label or value.lower() == state.value)
    found = same or frozenset(state.value for state in State if value in state.label)
    if not found:
        raise _wrong(term, N_("“{term}”中的状态无法识别，例如 状态:待初审"))
    return found


def _reasons(value: str, term: str, _me: str) -> frozenset[str]:
    found = frozenset(code for code, reason in REASONS.items() if value.upper() == code or value in reason.text)
    if not found:
        raise _wrong(term, N_("“{term}”中的退费原因无法识别，请填写代码或文字，例如 原因:R07"))
    return found


def _amount(value: str, term: str, _me: str) -> int:
    try:
        return parse_yuan(value)
    except InvalidInput:
        raise _wrong(term, N_("“{term}”中的金额无法识别，请填写元，例如 金额>10000")) from None


def _day(value: str, term: str, _me: str) -> str:
    match = _DAY.fullmatch(value)
    try:
        return date(*map(int, match.groups())).isoformat() if match else _no_day()
    except ValueError:
        raise _wrong(term, N_("“{term}”中的日期无法识别，例如 期限<2023-11-30")) from None


def _no_day() -> str:
    raise ValueError


def _assignee(value: str, _term: str, me: str) -> str:
    if value.lower() in ME:
        return me
    return "" if value.lower() in NOBODY else value.lower()


def _as_it_is(value: str, _term: str, _me: str) -> str:
    return value


_READERS: Mapping[str, Callable[[str, str, str], object]] = {
    "states": _states,
    "reasons": _reasons,
    "amounts": _amount,
    "days": _day,
    "assignees": _assignee,
    "employers": _as_it_is,
    "persons": _as_it_is,
}


def _wrong(term: str, sentence: str) -> InvalidInput:
    # A term may hold a person's number, and a sentence may reach a log.
    return InvalidInput(sentence, field=FIELD, term=re.sub(r"\d{9,}[Xx]?", "…", term)[:40])
