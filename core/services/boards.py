"""看板: money filed, refunded and refused over time and by group, why lines are refused, and who bears the rest.

Every figure comes from a rollup that the move itself keeps. Groups of fewer than ``LEAST`` batches are folded into one, for
viewers who may not see unmasked data; a figure that stands for fewer is not told at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from core.domain.board_question import NO_DISTRICT, BoardQuestion, Measure
from core.domain.line_review import OTHER
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance
from core.rules.catalogue import REFUSALS
from core.services.desk import AGENCY_ZONE, Desk
from core.store import boards as store
from core.store.boards import Cut
from core.store.database import Connection
from core.texts import _

#: A group of fewer batches is not told by itself.
LEAST = 5
#: Employers that a chart names.
NAMED_EMPLOYERS = 10
_CAUSES = tuple(f"{kind}:{code}" for kind in ("told", "rejected") for code in (*REFUSALS, OTHER))


@dataclass(frozen=True, slots=True)
class Group:
    """One bar: the value that filters by it (blank for the rest of the groups), in words, and what it stands for (fen)."""

    key: str
    label: str
    batches: int
    lines: int
    amount: int
    employer_part: int = 0
    personal_part: int = 0

    @property
    def extras(self) -> int:
        """滞纳金 and 利息, fen."""
        return self.amount - self.employer_part - self.personal_part


@dataclass(frozen=True, slots=True)
class Point:
    """What happened in a month (YYYYMM): ``measure``, and for how many batches, lines and how much (fen)."""

    month: int
    measure: Measure
    batches: int
    lines: int
    amount: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Why lines are refused: lines told or refused for ``code``, and the share (0–1) of this and all causes before it."""

    code: str
    label: str
    lines: int
    cumulative: float


@dataclass(frozen=True, slots=True)
class Board:
    """What 看板 shows. ``totals``: every measure over the whole time but those of too few batches; all where nothing happened.

    ``hidden`` says that something was left out or folded because it stood for too few, ``causes_left_out`` that of causes, and
    ``months_left_out`` (YYYYMM) in which months, by measure.
    """

    first: Period
    last: Period
    totals: dict[Measure, Group]
    points: tuple[Point, ...]
    reasons: tuple[Group, ...]
    insurances: tuple[Group, ...]
    districts: tuple[Group, ...]
    employers: tuple[Group, ...]
    causes: tuple[Cause, ...]
    hidden: bool
    causes_left_out: bool
    months_left_out: Mapping[Measure, tuple[int, ...]]


def cut_of(desk: Desk, question: BoardQuestion) -> Cut:
    """The question in terms of the store."""
    first, last = question.months(Period.of(desk.today()))
    district = {"": None, NO_DISTRICT: ""}.get(question.district, question.district)
    return Cut(
        first.number,
        last.number,
        question.reason or None,
        question.insurance or None,
        question.employer or None,
        district,
        question.reviewer or None,
    )


def span_of(cut: Cut) -> tuple[str, str]:
    """The first moment of the months of a cut, and the first one after them, as stored."""
    return _moment(Period(cut.first)), _moment(Period(cut.last) + 1)


def _moment(month: Period) -> str:
    """The first moment of a month at the agency, as stored."""
    first = datetime(month.number // 100, month.number % 100, 1, tzinfo=AGENCY_ZONE)
    return first.astimezone(UTC).isoformat(timespec="seconds")


def read_board(desk: Desk, viewer: Viewer, question: BoardQuestion) -> Board:
    """The board of money for this question (``Right.ANALYSE``)."""
    require_analyst(viewer)
    cut, least = cut_of(desk, question), least_of(viewer)
    with desk.read() as connection:
        found, months = _by_chart(_sums(connection, cut, question, least))
    sums = {kind: _total(kind, own) for kind, own in months.items()}
    # None beside a few would tell what did not become of these.
    told = least if any(months.values()) else 0
    totals = {kind: group for kind, group in sums.items() if group.batches >= told}
    points = _points(months, least)
    shown = {(point.measure, point.month) for point in points}
    untold = {
        kind: tuple(month for group in own if (kind, month := int(group.key)) not in shown)
        for kind, own in months.items()
    }
    reasons, districts = (_largest_first(found[by], least) for by in ("reason", "district"))
    # One batch is in the groups of all its funds.
    insurances = _largest_first(found["insurance"], least, overlapping=True)
    everywhere = found["whole"] if question.employer else months[question.measure]
    employers = _employers(_by_size(found["employer"]), _sum("", everywhere), least)
    folded = any(not group.key for group in (*reasons, *insurances, *districts))
    counted = _by_cause(found["cause"])
    causes = _causes(counted, least)
    left_out = len(causes) < len(counted)
    return Board(
        Period(cut.first),
        Period(cut.last),
        totals,
        points,
        reasons,
        insurances,
        districts,
        employers,
        causes,
        hidden=folded or left_out or any(untold.values()),
        causes_left_out=left_out,
        months_left_out=untold,
    )


def causes_told(connection: Connection, viewer: Viewer, question: BoardQuestion, cut: Cut) -> tuple[str, ...]:
    """The causes that ``read_board`` tells of: enough batches have lines of them."""
    least = least_of(viewer)
    found, _months = _by_chart(_sums(connection, cut, question, least))
    return tuple(cause.code for cause in _causes(_by_cause(found["cause"]), least))


def _sums(connection: Connection, cut: Cut, question: BoardQuestion, least: int) -> Sequence[Any]:
    counted = [question.counted(kind) for kind in Measure]
    return store.sum_lines(
        connection, cut, question.counted(question.measure), counted, _CAUSES, least=least, most=NAMED_EMPLOYERS
    )


def require_analyst(viewer: Viewer) -> None:
    """Raise ``NotAllowed`` unless the viewer may analyse everything there is."""
    viewer.require(Right.ANALYSE)
    viewer.require(Right.SEE_EVERY_EMPLOYER)


def least_of(viewer: Viewer) -> int:
    """The smallest number of batches that a figure told to this viewer stands for."""
    return 1 if viewer.may(Right.SEE_UNMASKED) else LEAST


def _by_chart(rows: Sequence[Any]) -> tuple[dict[str, list[Group]], dict[Measure, list[Group]]]:
    """What was summed, by the chart that shows it; the months of each measure apart."""
    found: dict[str, list[Group]] = {by: [] for by in ("cause", "employer", "whole", *_SAID)}
    months: dict[str, list[Group]] = {kind.value: [] for kind in Measure}
    for by, key, name, measure, batches, lines, employer_part, personal_part, amount in rows:
        if by == "month":
            months[measure.partition(":")[0]].append(
                Group(key, "", batches, lines, amount, employer_part, personal_part)
            )
            continue
        said, say = _SAID.get(by, _AS_IT_IS)
        called = measure.partition(":")[2] if by == "cause" else said(key)
        found[by].append(Group(called, name or say(key), batches, lines, amount, employer_part, personal_part))
    return found, {kind: months[kind.value] for kind in Measure}


def _largest_first(groups: Sequence[Group], least: int, *, overlapping: bool = False) -> tuple[Group, ...]:
    return tuple(fold(_by_size(groups), least, overlapping=overlapping))


def _by_size(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.amount, group.key))


def _employers(named: Sequence[Group], whole: Group, least: int) -> tuple[Group, ...]:
    shown = _sum("", named)
    rest = Group("", "", whole.batches - shown.batches, whole.lines - shown.lines, whole.amount - shown.amount)
    return tuple(fold([*named, *([rest] if rest.lines else [])], least))


def fold(groups: Sequence[Group], least: int, *, overlapping: bool = False) -> list[Group]:
    """``groups`` with those of fewer than ``least`` batches, and any without a key, put together as the last one.

    Where even together they are too few, the smallest of the others goes along: nobody learns them by subtraction. Where one
    batch may be in several groups (``overlapping``), together they are no more than the largest of them. If these have no
    money they are no parts of a whole that is told elsewhere, and the small ones are left out: the others stay what they are.
    """
    small = [group for group in groups if not group.key or group.batches < least]
    if not small:
        return list(groups)
    told = [group for group in groups if group.key and group.batches >= least]
    if overlapping and not any(group.amount for group in groups):
        return told
    while told and _together(small, overlapping=overlapping) < least:
        smallest = min(told, key=lambda group: (group.amount, group.batches, group.key))
        told.remove(smallest)
        small.append(smallest)
    label = _("其他（含少于 {least} 个批次的）").format(least=LEAST)
    rest = replace(_sum(label, small), batches=_together(small, overlapping=overlapping))
    return [*told, rest] if rest.batches >= least else told


def _together(groups: Sequence[Group], *, overlapping: bool) -> int:
    """So many batches at least are in these groups."""
    counts = [group.batches for group in groups]
    return max(counts, default=0) if overlapping else sum(counts)


def _sum(label: str, groups: Sequence[Group], key: str = "") -> Group:
    batches = lines = amount = employer_part = personal_part = 0
    for group in groups:
        batches += group.batches
        lines += group.lines
        amount += group.amount
        employer_part += group.employer_part
        personal_part += group.personal_part
    return Group(key, label, batches, lines, amount, employer_part, personal_part)


def _total(kind: Measure, months: Sequence[Group]) -> Group:
    return _sum(_(kind.label), months, kind.value)


def _points(months: Mapping[Measure, Sequence[Group]], least: int) -> tuple[Point, ...]:
    """Months of each measure, in order, without those of too few batches (and one more where subtraction would tell one)."""
    points = []
    for kind, own in months.items():
        told = [each for each in fold(own, least) if each.key]
        points += [Point(int(each.key), kind, each.batches, each.lines, each.amount) for each in told]
    return tuple(sorted(points, key=lambda point: point.month))


def _by_cause(counted: Sequence[Group]) -> list[Group]:
    """What has each cause that refuses, the most lines first."""
    by_code: dict[str, list[Group]] = {}
    for group in counted:
        if group.key == OTHER or REFUSALS[group.key].refuses:
            by_code.setdefault(group.key, []).append(group)
    # What was told and what was refused may be of the same batch. A line of several causes counts with each of them: its money
    # would be no part of anything.
    groups = [
        Group(code, say_cause(code), _together(own, overlapping=True), sum(group.lines for group in own), 0)
        for code, own in by_code.items()
    ]
    return sorted(groups, key=lambda group: (-group.lines, group.key))


def _causes(counted: Sequence[Group], least: int) -> tuple[Cause, ...]:
    found = fold(counted, least, overlapping=True)
    whole, so_far, causes = sum(group.lines for group in found), 0, []
    for group in found:
        so_far += group.lines
        causes.append(Cause(group.key, group.label, group.lines, so_far / whole))
    return tuple(causes)


def say_cause(code: str) -> str:
    """Why a line is refused, in words; a code that is none of ours stays what it is."""
    if code == OTHER:
        return _("其他原因")
    return f"{code} {_(REFUSALS[code].text)}" if code in REFUSALS else code


def say_district(region: str) -> str:
    """A district in words."""
    return region or _("未知地区")


#: How a chart's groups are called in a question, and in words.
_SAID: Mapping[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "reason": (str, lambda code: f"{code} {_(REASONS[code].text)}"),
    "insurance": (str, lambda kind: _(Insurance(kind).label)),
    "district": (lambda region: region or NO_DISTRICT, say_district),
}
_AS_IT_IS: tuple[Callable[[str], str], Callable[[str], str]] = (str, str)
