"""The demonstration's ledger: the recipe in ``data/demo/recipe.toml`` read and played out, month by month.

The same recipe always gives the same rows, so that a test, a picture and a newcomer speak of the same people. Rates, base
limits and the late fee are those of ``domain.md`` §6.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from core.domain.identifiers import mod_11_2
from core.domain.money import parse_yuan, plain_yuan
from core.domain.period import Period
from core.domain.vocabulary import FactKind
from core.services.base_limits import base_limits

DATA = Path(__file__).parents[2] / "data"
RECIPE = DATA / "demo" / "recipe.toml"

Row = dict[str, str]

#: Per mille of the base; 工伤 depends on the employer's line of business.
_RATES = {
    "养老": {"单位缴费金额": 160, "个人缴费金额": 80},
    "失业": {"单位缴费金额": 5, "个人缴费金额": 5},
}
_LATE_FEE_A_DAY = 5  # of ten thousand
_ON_TIME_DAY = 24


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the ledger. ``jobs``: employer and months paid; ``left``: month of leaving, where the batch begins."""

    key: str
    name: str
    number: str
    wage: int
    jobs: tuple[tuple[str, Period, Period], ...]
    facts: tuple[str, ...]
    document: str = "居民身份证"
    names: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Mapping[str, Any]] = ()
    extra: Sequence[Mapping[str, Any]] = ()
    left: Period | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A person worth looking up: under which reason, which codes must appear, and what that looks like."""

    title: str
    person: str
    number: str
    employer: str
    reason: str
    codes: tuple[str, ...]
    shows: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did with a batch, so many days after it was filed."""

    days: int
    username: str
    step: str
    note: str


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """A batch to be made through the services: which rows, which papers, and its way since."""

    filer: str
    employer: str
    reason: str
    numbers: tuple[str, ...]
    serials: tuple[str, ...]
    days_ago: int
    #: File names by material.
    papers: Mapping[str, str]
    steps: tuple[Step, ...]
    ends: str
    #: The text that R99 needs.
    note: str = ""
    #: What the filer types by column title where there is no registered account; blank: what the recipe has.
    account: Mapping[str, str] = field(default_factory=dict)
    #: Seconds after the opening at which every step is done; ``None``: when its turn comes.
    at: int | None = None


@dataclass(frozen=True, slots=True)
class AccountMove:
    """A change of a registered account: who asked for it and who approved it, so many days ago. ``account`` by column title."""

    employer: str
    account: Mapping[str, str]
    note: str
    by: str
    asked: int
    approver: str
    approved: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Somebody's word on the anomaly of this code that is listed last."""

    code: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Everything the recipe says, played out. Rows are texts by the column names of ``ledger-format.md``."""

    employers: list[Row]
    contributions: list[Row]
    facts: list[Row]
    stories: list[Story]
    batches: list[BatchPlan]
    #: What a clerk of an employer without a registered account types, by 单位编号.
    typed_accounts: dict[str, Row]
    #: File names of sample papers by material.
    papers: dict[str, str]
    #: The group that a person was made in, by number.
    groups: dict[str, str]


def read_demonstration(path: Path = RECIPE) -> Demonstration:
    """The recipe played out."""
    recipe = tomllib.loads(path.read_text("utf-8"))
    people = [*_members(recipe), *map(_person_of_story, recipe["story"])]
    ledger = _Ledger(recipe)
    rows = {person.key: list(ledger.rows(person, position)) for position, person in enumerate(people)}
    return Demonstration(
        employers=[_columns(employer) for employer in recipe["employer"]],
        contributions=[row for own in rows.values() for row in own],
        facts=[_fact(person.number, written) for person in people for written in person.facts],
        stories=[_story(story) for story in recipe["story"]],
        batches=[
            _batch(batch, recipe["papers"], {person.key: person for person in people}, rows)
            for batch in recipe["batch"]
        ],
        typed_accounts={e["单位编号"]: e["typed"] for e in recipe["employer"] if "typed" in e},
        papers=recipe["papers"],
        groups={person.number: person.key.split("-")[1] for person in people if person.key.count("-") == 2},
    )


# --- people -----------------------------------------------------------------------------------------------------------


def _members(recipe: Mapping[str, Any]) -> Iterator[Person]:
    order = 0
    for group in recipe["group"]:
        for position in range(1, group["count"] + 1):
            key = f"{group['employer']}-{group['name']}-{position:02d}"
            # A seed of his own: somebody added to the recipe changes nobody else.
            yield _member(recipe, group, key, order, Random(f"{recipe['seed']}/{key}"))  # noqa: S311 - invented people
            order += 1


def _member(recipe: Mapping[str, Any], group: Mapping[str, Any], key: str, order: int, dice: Random) -> Person:
    employer, (first, last) = group["employer"], (Period.parse(recipe["first"]), Period.parse(recipe["last"]))
    joined = _some_month(dice, group["joined"])
    left = _some_month(dice, group["left"]) if "left" in group else None
    ends = left + dice.randint(*group["late"]) if left else last
    paid_until = last if group.get("open") else min(ends, last)
    jobs = [(employer, max(joined, first), paid_until)]
    facts = [
        f"任职 {employer} {_some_day(dice, joined)} {_some_day(dice, left) if left else '-'}",
        f"参保 {employer} {joined} {'-' if left is None or group.get('open') else paid_until}",
    ]
    if left and "next" in group:
        jobs.append((group["next"], left + 1, last))
        facts += [f"任职 {group['next']} {(left + 1).first_day} -", f"参保 {group['next']} {left + 1} -"]
    return Person(
        key,
        _some_name(dice, recipe["names"]),
        _some_number(dice, order),
        _some_wage(dice),
        tuple(jobs),
        tuple(facts),
        changes=group.get("changes", ()),
        left=left,
    )


def _some_month(dice: Random, months: str) -> Period:
    first, last = parse_months(months)
    return first + dice.randrange(last - first + 1)


def _some_day(dice: Random, month: Period) -> date:
    return month.first_day.replace(day=dice.randint(1, 28))


def _some_name(dice: Random, names: Mapping[str, str]) -> str:
    surname, given, second = names["surnames"], names["given"], ["", *names["given"]]
    return f"{dice.choice(surname)}{dice.choice(given)}{dice.choice(second)}"


def _some_number(dice: Random, order: int) -> str:
    birthday = date(1968, 1, 1) + timedelta(days=dice.randrange(33 * 365))
    # Orders from 900 on belong to the stories, whose numbers stand in the recipe.
    digits = f"119999{birthday:%Y%m%d}{order % 900:03d}"
    return digits + mod_11_2(digits)


def _some_wage(dice: Random) -> int:
    """Yuan a month: most people between the floor and twice the average, some above the ceiling."""
    return dice.randrange(22_000, 46_000) if dice.random() < 0.12 else dice.randrange(4_200, 16_000)


def _person_of_story(story: Mapping[str, Any]) -> Person:
    jobs = [(employer, *parse_months(months)) for employer, months in map(str.split, story["jobs"])]
    return Person(
        story["name"],
        story["name"],
        story["number"],
        story["wage"],
        tuple(jobs),
        tuple(story["facts"]),
        story.get("document", "居民身份证"),
        story.get("names", {}),
        story.get("changes", ()),
        story.get("extra", ()),
    )


def parse_months(text: str) -> tuple[Period, Period]:
    """``2022-01..2022-03`` or one month."""
    first, _, last = text.partition("..")
    return Period.parse(first), Period.parse(last or first)


# --- months -----------------------------------------------------------------------------------------------------------


class _Ledger:
    """Turns people into rows of 实缴明细."""

    def __init__(self, recipe: Mapping[str, Any]) -> None:
        self.vouchers = recipe["vouchers"]
        self.since = Period.parse(recipe["first"])
        self.rates = {e["单位编号"]: parse_yuan(e["injury_rate"]) // 10 for e in recipe["employer"]}
        self.late = {e["单位编号"]: e.get("late", {}) for e in recipe["employer"]}

    def rows(self, person: Person, position: int) -> Iterator[Row]:
        """Every row of a person, in the order employer, month."""
        for employer, first, last in person.jobs:
            for month in first.through(last):
                change = _merged(person.changes, employer, month)
                yield self._row(person, f"{employer[-2:]}{month.number}{position:04d}0", employer, month, change)
        employer = person.jobs[0][0]
        for copy, extra in enumerate(person.extra, start=1):
            month = Period.parse(extra["month"])
            yield self._row(person, f"{employer[-2:]}{month.number}{position:04d}{copy}", employer, month, extra)

    def _row(self, person: Person, serial: str, employer: str, month: Period, change: Mapping[str, Any]) -> Row:
        late_days = change.get("late_days", self.late[employer].get(str(month), 0))
        kind = change.get("缴费类型", "正常缴费")
        return {
            "缴费流水号": serial,
            "单位编号": employer,
            "姓名": person.names.get(employer, person.name),
            "证件类型": person.document,
            "社会保障号码": person.number,
            "费款所属期": str(month),
            "缴费类型": kind,
            "应征凭证种类": self.vouchers[kind],
            "核定来源": "社保核定",
            "到账状态": "已到账",
            "到账日期": str(_arrival(month, late_days)),
            "工伤参保方式": "按人",
            "待转金": "否",
            **self._money(change.get("base", self._base(person, month)), employer, late_days, change.get("zero", "")),
            **_columns(change),
        }

    def _base(self, person: Person, month: Period) -> int:
        """Yuan: the wage with its yearly raise, within the limits of the July–June year."""
        _, floor, ceiling = next(limit for limit in reversed(base_limits()) if limit[0] <= month)
        years = (month - self.since) // 12
        return min(max(person.wage * (100 + 4 * years) // 100, floor), ceiling)

    def _money(self, base: int, employer: str, late_days: int, zero: str) -> Row:
        money: Row = {}
        for insurance, rates in {**_RATES, "工伤": {"单位缴费金额": self.rates[employer]}}.items():
            paid = 0 if insurance in zero else base
            fen = {part: (paid * 100 * rate + 500) // 1000 for part, rate in rates.items()}
            fen["滞纳金"] = (sum(fen.values()) * late_days * _LATE_FEE_A_DAY + 5_000) // 10_000
            money[f"{insurance}缴费基数"] = plain_yuan(paid * 100)
            money |= {f"{insurance}{part}": plain_yuan(amount) for part, amount in fen.items()}
        return money


def _merged(changes: Iterable[Mapping[str, Any]], employer: str, month: Period) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for change in changes:
        first, last = parse_months(change["months"])
        if first <= month <= last and change.get("employer", employer) == employer:
            merged |= change
    return merged


def _columns(written: Mapping[str, Any]) -> Row:
    """What of a table in the recipe are columns of the file: the Chinese keys."""
    return {key: value for key, value in written.items() if not key.isascii()}


def _arrival(month: Period, late_days: int) -> date:
    return month.last_day + timedelta(days=late_days) if late_days else month.first_day.replace(day=_ON_TIME_DAY)


# --- facts, stories, batches ------------------------------------------------------------------------------------------


def _fact(number: str, written: str) -> Row:
    """``事项 [单位编号] [险种] 起始 终止 [说明]`` as a row; ``-`` is an open end."""
    label, *words = written.split()
    kind = FactKind(FactKind.by_label()[label])
    employer = words.pop(0) if kind.needs_employer else ""
    insurance = words.pop(0) if kind.needs_insurance else ""
    start, end, *note = words
    return {
        "社会保障号码": number,
        "事项": label,
        "单位编号": employer,
        "险种": insurance,
        "起始": start,
        "终止": "" if end == "-" else end,
        "说明": " ".join(note),
    }


def _story(story: Mapping[str, Any]) -> Story:
    employer = story["jobs"][0].split()[0]
    return Story(
        story["title"], story["name"], story["number"], employer, story["reason"], tuple(story["codes"]), story["shows"]
    )


def _batch(
    batch: Mapping[str, Any], names: Mapping[str, str], people: Mapping[str, Person], rows: Mapping[str, list[Row]]
) -> BatchPlan:
    serials = [serial for named in batch["people"] for serial in _named(named, batch["employer"], people, rows)]
    numbers = [people[named.partition(" ")[0]].number for named in batch["people"]]
    return BatchPlan(
        batch["filer"],
        batch["employer"],
        batch["reason"],
        tuple(numbers),
        tuple(serials),
        batch["days_ago"],
        {material: names[material] for material in batch["papers"]},
        tuple(map(_step, batch["steps"])),
        batch["ends"],
    )


def _named(named: str, employer: str, people: Mapping[str, Person], rows: Mapping[str, list[Row]]) -> list[str]:
    """The serials that ``彭文博 2022-04..2022-06`` means; without months, every row since the month of leaving."""
    key, _, months = named.partition(" ")
    first, last = parse_months(months) if months else (people[key].left, None)
    return [
        row["缴费流水号"]
        for row in rows[key]
        if row["单位编号"] == employer
        and (first is None or first <= Period.parse(row["费款所属期"]))
        and (last is None or Period.parse(row["费款所属期"]) <= last)
    ]


def _step(written: str) -> Step:
    days, username, step, *note = written.split(maxsplit=3)
    return Step(int(days), username, step, " ".join(note))
