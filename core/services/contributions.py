"""Finding what was paid: the query of the 申报 screen."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from core.domain.errors import InvalidInput, NotFound
from core.domain.identifiers import (
    is_resident_number,
    mask_number,
    normalise,
    normalise_number,
    social_security_number_fault,
)
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Arrival, Insurance, PaymentKind
from core.domain.wording import N_
from core.services.desk import Desk
from core.store import contributions as store
from core.store.database import Connection
from core.store.drafts import find_open, read_assigned, read_ticked
from core.texts import _

_BLANKS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s,;，；、|]+")
PAGE_SIZE = 1000
#: So many wrong numbers are named: of a wrong column pasted whole, the first ones say what it is.
_NAMED_FAULTS = 5

_FAULTS = {
    "length": N_("第 {position} 个社会保障号“{number}”应为 18 位，请核对"),
    "date": N_("第 {position} 个社会保障号“{number}”中的出生日期不存在，请核对"),
    "check": N_("第 {position} 个社会保障号“{number}”校验位不符，请核对"),
}


class InvalidInputs(InvalidInput):
    """Several inputs are wrong: ``problems`` holds one error per fault, each with its field."""

    def __init__(self, problems: list[InvalidInput]) -> None:
        super().__init__(N_("有 {count} 处需要修改，请按提示更正后重试"), count=len(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Query:
    """A checked query; ``everyone`` is 全单位, then ``persons`` is empty."""

    first: Period
    last: Period
    persons: tuple[str, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class ContributionPage:
    """One page of a query. ``frame``: see ``find_contributions``; ``absent``: numbers asked for that have no row in it."""

    frame: pd.DataFrame
    total: int
    page: int
    size: int
    absent: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def before(self) -> int:
        """How many rows stand on the pages before this one."""
        return (self.page - 1) * self.size


def parse_query(first: str, last: str, persons: str, *, everyone: bool, today: date) -> Query:
    """A query as typed: two months and one or many numbers, separated by anything.

    Raises ``InvalidInputs`` with every fault at once (fields query_from, query_to, query_ids); nothing is guessed.
    """
    problems: list[InvalidInput] = []

    def attempt(make: Callable[[], Period], field: str) -> Period | None:
        try:
            return make()
        except InvalidInput as error:
            problems.append(InvalidInput(error.sentence, field=field, **error.values))
            return None

    start = attempt(lambda: _month(first, N_("请选择开始时间")), "query_from")
    end = attempt(lambda: _month(last, N_("请选择终止时间")), "query_to")
    this_month = Period.of(today)
    if start and end and start > end:
        problems.append(InvalidInput(N_("开始时间不能晚于终止时间"), field="query_from"))
    for month, field in ((start, "query_from"), (end, "query_to")):
        if month and month > this_month:
            problems.append(InvalidInput(N_("时间不能晚于本月（{month}）"), field=field, month=str(this_month)))
    numbers, faults = ([], []) if everyone else _parse_numbers(persons)
    problems += faults
    if problems or start is None or end is None:
        raise InvalidInputs(problems)
    return Query(start, end, tuple(numbers), everyone)


def _month(text: str, missing: str) -> Period:
    if not (text or "").strip():
        raise InvalidInput(missing)
    return Period.parse(_BLANKS.sub("", normalise(text)))


def _parse_numbers(text: str) -> tuple[list[str], list[InvalidInput]]:
    numbers = [normalise_number(part) for part in _SEPARATORS.split(text or "") if part]
    if not numbers:
        return [], [InvalidInput(N_("请填写社会保障号，或打开“全单位”"), field="query_ids")]
    faults, wrong = [], 0
    for position, number in enumerate(numbers, start=1):
        # Other document types (81–83, 9, passports) have other forms: only a resident's own number is checked here.
        fault = social_security_number_fault(number) if is_resident_number(number) and number[:1].isdigit() else None
        wrong += bool(fault)
        if fault and wrong <= _NAMED_FAULTS:
            # The sentence may reach a log: the place and what is left of the number lead to it among many.
            told = mask_number(number[:20])
            faults.append(InvalidInput(_FAULTS[fault], field="query_ids", position=position, number=told))
    if wrong > _NAMED_FAULTS:
        more = N_("另有 {count} 个社会保障号填写有误，请一并核对")
        faults.append(InvalidInput(more, field="query_ids", count=wrong - _NAMED_FAULTS))
    return list(dict.fromkeys(numbers)), faults


def require_employer(viewer: Viewer, employer_id: str) -> None:
    """Raise ``NotFound`` unless this employer is within the viewer's scope."""
    if not viewer.sees(employer_id):
        raise NotFound(N_("没有找到该单位，或您无权查看"))


def find_contributions(
    desk: Desk, viewer: Viewer, employer_id: str, query: Query, *, page: int = 1, size: int = PAGE_SIZE
) -> ContributionPage:
    """One page of an employer's contributions.

    The frame has id, name, social_security_number, period (YYYYMM), bases and amounts (fen), voucher_type, kind and
    arrival (labels), ``blocked`` (why the row can't be ticked, else blank), ``partly`` (lines already claimed, else blank),
    ``chosen`` (ticked in the viewer's open draft) and ``assigned`` (the reason it carries there, if not the draft's own).
    """
    viewer.require(Right.APPLY)
    require_employer(viewer, employer_id)
    scope = (employer_id, query.first.number, query.last.number, query.persons)
    with desk.read() as connection:
        total = store.count_rows(connection, *scope)
        frame = store.read_rows(connection, *scope, limit=size, offset=(page - 1) * size)
        claims = _claims(connection, employer_id, query)
        ticked, assigned = _ticked(connection, viewer, employer_id)
        present = store.persons_present(connection, *scope) if query.persons else set()
    frame = frame.rename(columns={"serial": "id"})
    frame["kind"] = frame["kind"].map({str(kind): _(kind.label) for kind in PaymentKind})
    frame["arrival"] = frame["arrival"].map({str(arrival): _(arrival.label) for arrival in Arrival})
    frame["blocked"] = [claims.get(serial, _FREE).blocked for serial in frame["id"]]
    frame["partly"] = [claims.get(serial, _FREE).partly for serial in frame["id"]]
    frame["chosen"] = frame["id"].isin(ticked)
    frame["assigned"] = [_(REASONS[assigned[serial]].text) if serial in assigned else "" for serial in frame["id"]]
    absent = tuple(number for number in query.persons if number not in present)
    return ContributionPage(frame, total, page, size, absent)


@dataclass(frozen=True, slots=True)
class _Claim:
    blocked: str = ""
    partly: str = ""


_FREE = _Claim()


def _ticked(connection: Connection, viewer: Viewer, employer_id: str) -> tuple[set[str], dict[str, str]]:
    draft = find_open(connection, viewer.username, employer_id)
    if draft is None:
        return set(), {}
    return read_ticked(connection, draft.draft_id), read_assigned(connection, draft.draft_id)


def _claims(connection: Connection, employer_id: str, query: Query) -> dict[str, _Claim]:
    """What is said of each claimed row; only a row with all three lines claimed is blocked."""
    by_row = defaultdict(list)
    for claim in store.claims_of_employer(connection, employer_id, query.first.number, query.last.number):
        by_row[claim.serial].append(claim)
    return {serial: _describe(found) for serial, found in by_row.items()}


def _describe(claimed: list[Any]) -> _Claim:
    paid, running = _("{insurance}已退费（批次 {number}）"), _("{insurance}正在办理（批次 {number}）")
    sentence = _("；").join(
        (paid if row.paid else running).format(insurance=_(Insurance(row.insurance).label), number=row.number)
        for row in claimed
    )
    return _Claim(blocked=sentence) if len(claimed) == len(Insurance) else _Claim(partly=sentence)


def blocked_serials(connection: Connection, employer_id: str, query: Query) -> set[str]:
    """The rows of a query that can't be ticked."""
    return {serial for serial, claim in _claims(connection, employer_id, query).items() if claim.blocked}
