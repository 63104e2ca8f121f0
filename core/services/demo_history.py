"""The demonstration's past: some two hundred batches that have gone every way there is (``data/demo/history.toml``).

Played through the services like everything else, so that queue, boards and search are seen full. The same file always gives
the same batches of the same people.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from core.domain.reasons import REASONS
from core.services.demo_ledger import (
    DATA,
    AccountMove,
    BatchPlan,
    Demonstration,
    Explanation,
    Row,
    Step,
)

HISTORY = DATA / "demo" / "history.toml"
_REVIEWERS = ("reviewer1", "reviewer2", "reviewer3")
#: Who files for an employer; of two colleagues one can correct what the other has filed.
_CLERKS = {"D001": ("clerk1", "clerk4"), "D002": ("clerk2",), "D003": ("clerk3",)}
_MONTHS = range(1, 7)
#: So many seconds pass between two steps of those who don't look.
_GLANCE = 6


def history_plans(demo: Demonstration) -> list[BatchPlan]:
    """Every batch of the past, each of people who are in no other but those of his own life."""
    recipe = _recipe()
    dice = Random(recipe["seed"])  # noqa: S311 - invented people
    people = _free_people(demo, recipe["groups"], dice)
    return [plan for life in recipe["life"] for plan in _plans(recipe, life, people, demo.papers, dice)]


def account_moves() -> list[AccountMove]:
    """Registered accounts that have changed since."""
    return [AccountMove(**written) for written in _recipe()["change"]]


def explanations() -> list[Explanation]:
    """What was said of anomalies."""
    return [Explanation(**written) for written in _recipe()["explained"]]


def _recipe() -> dict[str, Any]:
    return tomllib.loads(HISTORY.read_text("utf-8"))


def _free_people(demo: Demonstration, groups: Sequence[str], dice: Random) -> list[list[Row]]:
    """The rows of one person after another, in an order that mixes employers."""
    taken = {number for plan in demo.batches for number in plan.numbers} | {story.number for story in demo.stories}
    rows: dict[str, list[Row]] = {}
    for row in demo.contributions:
        if row["社会保障号码"] not in taken and demo.groups.get(row["社会保障号码"]) in groups:
            rows.setdefault(row["社会保障号码"], []).append(row)
    numbers = sorted(rows)
    dice.shuffle(numbers)
    return [rows[number] for number in numbers]


def _plans(
    recipe: Mapping[str, Any],
    life: Mapping[str, Any],
    people: list[list[Row]],
    papers: Mapping[str, str],
    dice: Random,
) -> Iterator[BatchPlan]:
    """The batches of a life: each of other people, or all of one person's months."""
    shared = _take(people, life.get("employer", "")) if life.get("together") else []
    for position in range(life["count"]):
        if shared:
            rows = shared[position :: life["count"]][:2]
        else:
            taken = [_take(people, life.get("employer", "")) for _each in range(life.get("people", 1))]
            rows = [row for own in taken for row in _months(own, dice, life.get("months", 0))]
        yield _plan(recipe, life, rows, papers, dice, position)


def _take(people: list[list[Row]], employer: str) -> list[Row]:
    """The next person, of an employer only if it is named; nobody else takes him."""
    return people.pop(next(at for at, rows in enumerate(people) if employer in {"", rows[0]["单位编号"]}))


def _plan(
    recipe: Mapping[str, Any],
    life: Mapping[str, Any],
    rows: Sequence[Row],
    papers: Mapping[str, str],
    dice: Random,
    position: int,
) -> BatchPlan:
    employer = rows[0]["单位编号"]
    reason = dice.choices(recipe["reason"], [each["weight"] for each in recipe["reason"]])[0]
    filer = dice.choice(_CLERKS[employer])
    actors = _actors(employer, filer, dice)
    return BatchPlan(
        filer,
        employer,
        reason["code"],
        tuple(dict.fromkeys(row["社会保障号码"] for row in rows)),
        tuple(row["缴费流水号"] for row in rows),
        _some(life["days_ago"], dice),
        {group[0]: papers[group[0]] for group in REASONS[reason["code"]].required} if life.get("papers", True) else {},
        tuple(_steps(life["steps"], actors, dice)),
        life["ends"],
        reason.get("note", ""),
        life.get("account", {}),
        life["at"] * 60 + position * _GLANCE if "at" in life else None,
    )


def _months(rows: list[Row], dice: Random, wanted: int = 0) -> list[Row]:
    """So many months of a person, or some, one after the other."""
    count = min(wanted or dice.choice(_MONTHS), len(rows))
    first = dice.randrange(len(rows) - count + 1)
    return rows[first : first + count]


def _actors(employer: str, filer: str, dice: Random) -> dict[str, str]:
    first, second, third = dice.sample(_REVIEWERS, 3)
    colleague = next((name for name in _CLERKS[employer] if name != filer), third)
    return {"first": first, "second": second, "third": third, "filer": filer, "other": colleague}


def _steps(written: Sequence[str], actors: Mapping[str, str], dice: Random) -> Iterator[Step]:
    """``2..4 first pass``: days since the step before, who, what, and what was said."""
    day = 0
    for line in written:
        days, who, step, *note = line.split(maxsplit=3)
        day += _some(days, dice)
        yield Step(day, actors.get(who, who), step, " ".join(note))


def _some(days: str, dice: Random) -> int:
    first, _, last = days.partition("..")
    return dice.randint(int(first), int(last or first))
