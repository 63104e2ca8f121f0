"""Nasty small ledgers: few people and months, so that every boundary is hit all the time; and big ones of the same kind.

One recipe, two ways to roll the dice: ``ledgers()`` is a Hypothesis strategy, ``random_ledger(Random(seed))`` is fast. The
ledger is the oracle's; ``write_ledgers`` puts it into a database as imports and batches would have left it.
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from random import Random
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from core.domain.lifecycle import FREE_STATES, State
from core.domain.period import day_number
from core.domain.vocabulary import Arrival, Assessment, FactKind, InjuryMode, Insurance, PaymentKind
from core.store import schema
from tests.rules.oracle import CODES, FREE, INSURANCES, LIVE, PAID, Claim, Fact, Ledger, Money, Row

REASONS = ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R99")
#: Refusals that an owner may switch off; the others are kept by the database as well, or by law (N14).
OPTIONAL = [code for code in CODES if code not in ("N03", "N04", "N05", "N14", "N17")]
EMPLOYERS = ("E1", "E2", "E3")
#: Windows of five months: both cross a new year and end in a February, one of them in a leap year.
WINDOWS = ((202211, 202212, 202301, 202302, 202303), (202311, 202312, 202401, 202402, 202403))

#: The page's words for states where the product's differ.
STATES = State.by_label() | {"撤回": State.WITHDRAWN, "待更正": State.BANK_CORRECTION}
KINDS = FactKind.by_label()
WHOLE_MONTHS = [kind.label for kind in FactKind if not kind.by_day]


# --- rolling the dice -------------------------------------------------------------------------------------------------


def ledgers() -> st.SearchStrategy[Ledger]:
    """Ledgers of up to three people, three employers and five months."""
    return st.randoms(use_true_random=False).map(random_ledger)


def random_ledger(random: Random, people: int | None = None) -> Ledger:
    """One ledger; ``people`` makes it as long as wanted (about seven rows each)."""
    months = random.choice(WINDOWS)
    # Some ledgers are nearly clean, or no line would ever pass; in others everything goes wrong at once.
    mess = random.choice((0.02, 0.1, 0.3))
    persons = [f"{n:03d}{'X' if n % 3 else ''}" for n in range(1, 1 + (people or random.randint(1, 3)))]
    rows = tuple(_rows(random, persons, months, mess))
    facts = {(f.person, f.kind, f.employer, f.insurance, f.start): f for f in _facts(random, persons, months, mess)}
    return Ledger(rows, tuple(facts.values()), tuple(dict.fromkeys(_claims(random, rows, mess))))


def _happens(random: Random, chance: float) -> bool:
    """Zero means no, so that Hypothesis shrinks a failing ledger to one in which little happens."""
    return random.random() > 1 - chance


def random_settings(random: Random) -> dict[str, str]:
    """Switches that the rules read, each at random; what is left out has its default."""
    settings = {
        "leave_month_refundable": random.choice(("never", "day15", "always")),
        "refund_work_injury_after_retirement": random.choice(("off", "on")),
        "claim_limit_months": random.choice(("off", "1", "2", "3", "4", "12", "13", "14", "15")),
    } | {f"late_fee_refundable_{reason}": random.choice(("off", "on")) for reason in REASONS}
    settings = {key: value for key, value in settings.items() if _happens(random, 0.6)}
    return settings | {f"refusal_active_{code}": "off" for code in OPTIONAL if _happens(random, 0.05)}


@dataclass(frozen=True)
class Question:
    """What a clerk or the operator asks: months from ``first`` to ``last``, of ``persons`` or of everybody."""

    employer: str
    first: int
    last: int
    persons: tuple[str, ...] = ()


def random_question(random: Random, ledger: Ledger, tag: int) -> Question:
    """A question about the ledger that was written under this tag."""
    months = sorted({row.period for row in ledger.rows}) or list(WINDOWS[0])
    first, last = sorted((random.choice(months), random.choice(months)))
    if _happens(random, 0.6):
        first, last = months[0], months[-1]
    persons = sorted({row.person for row in ledger.rows} | {tagged_person("nobody", tag)})
    asked = tuple(person for person in persons if _happens(random, 0.5)) if _happens(random, 0.3) else ()
    return Question(tagged_employer(random.choice(("E1", "E1", "E1", *EMPLOYERS)), tag), first, last, asked)


def _rows(random: Random, persons: Sequence[str], months: Sequence[int], mess: float) -> Iterable[Row]:
    number = 0
    for person in persons:
        for month in months:
            for _ in range(random.choice((0, 1, 1, 2, 3))):
                number += 1
                yield _row(random, number, person, month, mess)


def _row(random: Random, number: int, person: str, month: int, mess: float) -> Row:
    def mostly(usual: Any, *others: Any) -> Any:
        return random.choice(others) if _happens(random, mess) else usual

    return Row(
        # Serials whose order differs between numbers, cases and locales.
        serial=random.choice(("{}", "a{}", "B{}", "{:03d}", "流{}", "-{}", "_{}")).format(number) + f".{number}",
        employer=random.choice(("E1", "E1", *EMPLOYERS)),
        person=person,
        period=month,
        name=random.choice(("张伟", "欧阳娜娜")),
        kind=random.choice(("正常缴费", "正常缴费", "差额补缴", mostly("正常缴费", *PaymentKind.by_label()))),
        arrival=mostly("已到账", *Arrival.by_label()),
        assessment=mostly("社保核定", *Assessment.by_label()),
        injury_mode=mostly("按人", "按项目"),
        suspense=mostly(False, True),
        pension=_money(random, mess),
        unemployment=_money(random, mess),
        work_injury=replace(_money(random, mess), personal_part=0),
    )


def _money(random: Random, mess: float) -> Money:
    amounts = (85760, 42880, 3023, 1, 10**12)
    chance = 0.4 if _happens(random, 2 * mess) else 0.95
    parts = [random.choice(amounts) if _happens(random, chance) else 0 for _ in range(2)]
    fees = [random.choice(amounts) if _happens(random, 0.3) else 0 for _ in range(2)]
    return Money(*parts, *fees)


def _facts(random: Random, persons: Sequence[str], months: Sequence[int], mess: float) -> Iterable[Fact]:
    # Reasons rest on the first of these kinds, and R01 on several spells.
    grounds = ["任职", "任职", "任职", "无劳动关系", "在校境内", "在校境外", "退休", "死亡", "转入机关", "服刑入伍"]
    for person in persons:
        yield from (_fact(random, person, kind, months) for kind in grounds if _happens(random, 0.5))
        yield from (_fact(random, person, kind, months) for kind in KINDS if _happens(random, mess))


def _fact(random: Random, person: str, kind: str, months: Sequence[int]) -> Fact:
    start, end = sorted((_day(random, months), _day(random, months)))
    if kind in WHOLE_MONTHS and _happens(random, 0.8):
        start, end = start.replace(day=1), end.replace(day=_last_day(end.year, end.month))
    return Fact(
        person,
        kind,
        start,
        random.choice((end, end, start, None)),
        employer=random.choice(("E1", "E1", "E2")) if KINDS[kind].needs_employer else "",
        insurance=random.choice(("pension", "unemployment")) if KINDS[kind].needs_insurance else "",
    )


def _day(random: Random, months: Sequence[int]) -> date:
    """A day at or beside a month's edges and the fifteenth, in these months or the month before them."""
    first = months[0]
    before = first - 1 if first % 100 > 1 else first - 89
    year, month = divmod(random.choice((before, *months)), 100)
    last = _last_day(year, month)
    return date(year, month, random.choice((1, 2, 15, 16, last - 1, last)))


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _claims(random: Random, rows: Iterable[Row], mess: float) -> Iterable[Claim]:
    for row in rows:
        for insurance in INSURANCES:
            # A batch holds no line without money.
            if row.received(insurance) and _happens(random, mess):
                yield Claim(row.serial, insurance, random.choice(LIVE + PAID + PAID + PAID + FREE))
                # A batch that ended leaves its lines free for others, and they stay on record.
                yield from (Claim(row.serial, insurance, "撤回") for _ in range(random.choice((0, 0, 1))))


# --- into a database --------------------------------------------------------------------------------------------------


def tagged(ledger: Ledger, tag: int) -> Ledger:
    """The same ledger under names of its own, so that many share a database; the order of names stays."""
    rows = tuple(
        replace(
            row,
            serial=f"{tag:08d}-{row.serial}",
            employer=tagged_employer(row.employer, tag),
            person=tagged_person(row.person, tag),
        )
        for row in ledger.rows
    )
    facts = tuple(
        replace(
            fact,
            employer=fact.employer and tagged_employer(fact.employer, tag),
            person=tagged_person(fact.person, tag),
        )
        for fact in ledger.facts
    )
    claims = tuple(replace(claim, serial=f"{tag:08d}-{claim.serial}") for claim in ledger.claims)
    return Ledger(rows, facts, claims)


def tagged_employer(employer: str, tag: int) -> str:
    return f"{employer}-{tag:08d}"


def tagged_person(person: str, tag: int) -> str:
    return f"119999{tag:08d}{person}"


def write_ledgers(connection: sa.Connection, written: Sequence[Ledger], employers: Iterable[str]) -> None:
    """Write ledgers with names of their own (``tagged``) and every one of ``employers``."""
    _insert(connection, schema.employers, [_employer(employer) for employer in sorted(employers)])
    _insert(connection, schema.contributions, [_contribution(row) for ledger in written for row in ledger.rows])
    _insert(connection, schema.facts, [_stored_fact(fact) for ledger in written for fact in ledger.facts])
    _write_claims(connection, written)


def write_settings(connection: sa.Connection, settings: dict[str, str]) -> None:
    """Put these switches in force and no others."""
    connection.execute(sa.delete(schema.settings))
    _insert(connection, schema.settings, [{"key": key, "value": value} for key, value in settings.items()])


def _insert(connection: sa.Connection, table: sa.Table, records: Sequence[dict[str, Any]]) -> None:
    if records:
        connection.execute(sa.insert(table), records)


def _employer(employer: str) -> dict[str, Any]:
    return {"employer_id": employer, "uscc": "", "name": f"单位{employer}"}


def _contribution(row: Row) -> dict[str, Any]:
    return {
        "employer_id": row.employer,
        "social_security_number": row.person,
        "period": row.period,
        "serial": row.serial,
        "name": row.name,
        "document_type": "resident_id",
        "kind": PaymentKind.by_label()[row.kind],
        "voucher_type": "10",
        "assessment": Assessment.by_label()[row.assessment],
        "arrival": Arrival.by_label()[row.arrival],
        "injury_mode": InjuryMode.by_label()[row.injury_mode],
        "suspense": row.suspense,
        **{
            f"{insurance}_{amount}": getattr(row.money(insurance), amount)
            for insurance, amounts in schema.AMOUNTS.items()
            for amount in amounts
        },
    }


def _stored_fact(fact: Fact) -> dict[str, Any]:
    return {
        "social_security_number": fact.person,
        "kind": KINDS[fact.kind],
        "employer_id": fact.employer,
        "insurance": fact.insurance,
        "start_day": day_number(fact.start),
        "end_day": day_number(fact.end) if fact.end else None,
    }


def _write_claims(connection: sa.Connection, written: Sequence[Ledger]) -> None:
    """One batch, or draft, for all claims of an employer in one state."""
    rows = {row.serial: row for ledger in written for row in ledger.rows}
    claims = sorted(
        (rows[claim.serial].employer, claim.state, claim.serial, claim.insurance)
        for ledger in written
        for claim in ledger.claims
    )
    _insert(connection, schema.users, [_user(employer) for employer in sorted({employer for employer, *_ in claims})])
    batches, lines, reversals, drafts, draft_rows = [], [], [], [], set()
    for (employer, state), group in groupby(claims, key=lambda claim: claim[:2]):
        held = [(rows[serial], insurance) for _employer_id, _state, serial, insurance in group]
        batch_id = f"{employer}/{state}"
        if state == "草稿":
            drafts.append(_draft(batch_id, employer))
            draft_rows |= {(batch_id, row.serial) for row, _insurance in held}
            continue
        batches.append(_batch(batch_id, employer, STATES[state], held))
        of_batch = [_line(batch_id, n, STATES[state], *one) for n, one in enumerate(held, start=1)]
        lines += of_batch
        reversals += [_reversal(line) for line in of_batch if state in PAID]
    _insert(connection, schema.drafts, drafts)
    _insert(connection, schema.draft_rows, [{"draft_id": d, "serial": s} for d, s in sorted(draft_rows)])
    _insert(connection, schema.batches, batches)
    _insert(connection, schema.lines, lines)
    _insert(connection, schema.reversals, reversals)


WHEN = "2023-06-01T00:00:00+00:00"


def _user(employer: str) -> dict[str, Any]:
    return {"username": f"clerk of {employer}", "role": "clerk", "created_at": WHEN}


def _draft(draft_id: str, employer: str) -> dict[str, Any]:
    username = f"clerk of {employer}"
    return {"draft_id": draft_id, "username": username, "employer_id": employer, "created_at": WHEN, "updated_at": WHEN}


def _batch(batch_id: str, employer: str, state: State, held: Sequence[tuple[Row, str]]) -> dict[str, Any]:
    bank = ("bank_name", "bank_account", "account_holder", "branch_name", "cnaps_code", "exchange_number")
    return {
        "batch_id": batch_id,
        "number": f"TF{batch_id}",
        "employer_id": employer,
        "employer_name": f"单位{employer}",
        "reason": "R99",
        "state": state,
        "filer": f"clerk of {employer}",
        "idempotency_key": batch_id,
        "fingerprint": "",
        "rule_version": "1",
        "voucher_type": "10",
        "line_count": len(held),
        "refused_count": 0,
        "total": sum(row.received(insurance) for row, insurance in held),
        "submitted_at": WHEN,
        "state_since": WHEN,
        **dict.fromkeys(bank, ""),
    }


def _line(batch_id: str, position: int, state: State, row: Row, insurance: str) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "position": position,
        "serial": row.serial,
        "insurance": Insurance(insurance),
        "social_security_number": row.person,
        "name": row.name,
        "period": row.period,
        "verdict": "refundable",
        **vars(row.money(insurance)),
        "refundable": row.received(insurance),
        "live": state not in FREE_STATES,
    }


def _reversal(line: dict[str, Any]) -> dict[str, Any]:
    """What a paid refund leaves: a row that is never listed, judged or counted."""
    kept = {key: line[key] for key in ("batch_id", "position", "serial", "insurance")}
    parts = ("employer_part", "personal_part", "late_fee", "interest")
    return kept | {part: -line[part] for part in parts} | {"at": WHEN}
