"""看板: money filed, refunded and refused over time and by group, why lines are refused, and who bears the rest.

Every figure comes from a rollup that the move itself keeps. Groups of fewer than ``LEAST`` batches are folded into one, for
viewers who may not see unmasked data; a figure that stands for fewer is not told at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.board_question import NO_DISTRICT, BoardQuestion, Measure
from core.domain.line_review import OTHER
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance
from core.rules.catalogue import REFUSALS
from core.services.desk import Desk
from core.store import boards as store
from core.store.boards import Cut
from core.store.database import Connection
from core.texts import _

#: A group of fewer batches is not told by itself.
LEAST = 5
#: Employers that a chart names.
NAMED_EMPLOYERS = 10
_OVER_TIME = tuple(measure.value for measure in Measure)
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
    """What 看板 shows. ``totals``: every measure over the whole time, without those that stand for too few batches.

    ``hidden`` says that something was left out or folded because it stood for too few.
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


def read_board(desk: Desk, viewer: Viewer, question: BoardQuestion) -> Board:
    """The board of money for this question (``Right.ANALYSE``)."""
    require_analyst(viewer)
    cut, least = cut_of(desk, question), least_of(viewer)
    measure = question.measure.value
    with desk.read() as connection:
        months = store.sum_lines(connection, cut, "month", _OVER_TIME)
        reasons, insurances, districts = (
            tuple(_groups(connection, cut, by, measure, least)) for by in ("reason", "insurance", "district")
        )
        causes = store.sum_measures(connection, cut, _CAUSES)
        named = store.largest_employers(connection, cut, measure, least=least, most=NAMED_EMPLOYERS)
        everybody = _whole(connection, replace(cut, employer=None), measure)
    totals = {kind: group for kind in Measure if (group := _total(kind, months)).batches >= least}
    points = _points(months, least)
    employers = _employers(named, everybody, least)
    told, found = sum(point.batches for point in points), sum(row[2] for row in months)
    folded = any(group.key == "" for group in (*reasons, *insurances, *districts))
    return Board(
        Period(cut.first),
        Period(cut.last),
        totals,
        points,
        reasons,
        insurances,
        districts,
        employers,
        _causes(causes, least),
        hidden=told < found or folded,
    )


def require_analyst(viewer: Viewer) -> None:
    """Raise ``NotAllowed`` unless the viewer may analyse everything there is."""
    viewer.require(Right.ANALYSE)
    viewer.require(Right.SEE_EVERY_EMPLOYER)


def least_of(viewer: Viewer) -> int:
    """The smallest number of batches that a figure told to this viewer stands for."""
    return 1 if viewer.may(Right.SEE_UNMASKED) else LEAST


def _groups(connection: Connection, cut: Cut, by: str, measure: str, least: int) -> list[Group]:
    rows = store.sum_lines(connection, cut, by, (measure,))
    groups = [Group(_KEYS[by](key), _LABELS[by](key), *_figures(row)) for key, _measure, *row in rows]
    return fold(sorted(groups, key=lambda group: (-group.amount, group.key)), least)


def _figures(row: Sequence[int]) -> tuple[int, ...]:
    batches, lines, employer_part, personal_part, amount = map(int, row)
    return batches, lines, amount, employer_part, personal_part


def _whole(connection: Connection, cut: Cut, measure: str) -> Group:
    return _sum(
        "", [Group("", "", *_figures(row[2:])) for row in store.sum_lines(connection, cut, "month", (measure,))]
    )


def _employers(named: Sequence[tuple[str, str, int, int, int]], whole: Group, least: int) -> tuple[Group, ...]:
    groups = [Group(key, name, int(batches), int(lines), int(amount)) for key, name, batches, lines, amount in named]
    shown = _sum("", groups)
    rest = Group("", "", whole.batches - shown.batches, whole.lines - shown.lines, whole.amount - shown.amount)
    return tuple(fold([*groups, *([rest] if rest.lines else [])], least))


def fold(groups: Sequence[Group], least: int) -> list[Group]:
    """``groups`` with those of fewer than ``least`` batches, and any without a key, put together as the last one.

    Where even together they are too few, the smallest of the others goes along: nobody learns them by subtraction.
    """
    small = [group for group in groups if not group.key or group.batches < least]
    told = [group for group in groups if group.key and group.batches >= least]
    while small and told and sum(group.batches for group in small) < least:
        smallest = min(told, key=lambda group: (group.batches, group.key))
        told.remove(smallest)
        small.append(smallest)
    rest = _sum(_("其他（含少于 {least} 个批次的）").format(least=LEAST), small)
    return [*told, rest] if small and rest.batches >= least else told


def _sum(label: str, groups: Sequence[Group]) -> Group:
    names = ("batches", "lines", "amount", "employer_part", "personal_part")
    return Group("", label, *(sum(getattr(group, name) for group in groups) for name in names))


def _total(kind: Measure, rows: Sequence[tuple[object, ...]]) -> Group:
    own = [Group("", "", *_figures(row[2:])) for row in rows if row[1] == kind.value]  # type: ignore[arg-type]
    return replace(_sum(_(kind.label), own), key=kind.value)


def _points(rows: Sequence[tuple[int, str, int, int, int, int, int]], least: int) -> tuple[Point, ...]:
    """Months of each measure, in order, without those of too few batches (and one more where subtraction would tell one)."""
    points = []
    for kind in Measure:
        own = [Group(str(row[0]), "", *_figures(row[2:])) for row in rows if row[1] == kind.value]
        kept = [group for group in fold(own, least) if group.key]
        points += [Point(int(group.key), kind, group.batches, group.lines, group.amount) for group in kept]
    return tuple(sorted(points, key=lambda point: (point.month, _OVER_TIME.index(point.measure))))


def _causes(rows: Sequence[tuple[str, int, int]], least: int) -> tuple[Cause, ...]:
    by_code: dict[str, Group] = {}
    for measure, batches, lines in rows:
        code = measure.partition(":")[2]
        if code == OTHER or REFUSALS[code].refuses:
            known = by_code.get(code, Group(code, "", 0, 0, 0))
            by_code[code] = replace(known, batches=known.batches + int(batches), lines=known.lines + int(lines))
    found = fold(sorted(by_code.values(), key=lambda group: (-group.lines, group.key)), least)
    whole, so_far, causes = sum(group.lines for group in found), 0, []
    for group in found:
        so_far += group.lines
        causes.append(Cause(group.key, group.label or _say_cause(group.key), group.lines, so_far / whole))
    return tuple(causes)


def _say_cause(code: str) -> str:
    return _("其他原因") if code == OTHER else f"{code} {_(REFUSALS[code].text)}"


def say_district(region: str) -> str:
    """A district in words."""
    return region or _("未知地区")


_KEYS: Mapping[str, Callable[[str], str]] = {
    "reason": str,
    "insurance": str,
    "district": lambda region: region or NO_DISTRICT,
}
_LABELS: Mapping[str, Callable[[str], str]] = {
    "reason": lambda code: f"{code} {_(REASONS[code].text)}",
    "insurance": lambda kind: _(Insurance(kind).label),
    "district": say_district,
}
