"""Judging end to end (read, judge, verdicts) against a bare driver that only fetches the same rows of the same tables.

The floor has one connection open all the time, knows its statements by heart, asks for what is there and does nothing with
it. Ours is the whole service: rights, snapshot, switches in force, statements, rules, verdicts.
"""

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from core.domain.identifiers import mod_11_2
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import SYSTEM
from core.domain.settings import Settings
from core.rules.engine import judge
from core.services.desk import Desk
from core.services.judging import judge_range
from core.store.bulk import insert_rows
from core.store.database import Connection, Database
from core.store.schema import AMOUNT_COLUMNS, BASE_COLUMNS, batches, contributions, employers, facts, lines, users
from core.store.slices import Slice, read_range
from tests.bench.measuring import Figure, in_turns
from tests.support.postgres import running_postgres

Task = Callable[[], object]
Execute = Callable[..., Any]

FIRST, LAST = Period(202201), Period(202312)
MONTHS = [month.number for month in FIRST.through(LAST)]
#: Employers and the people they paid for in 24 months; the last one is one person with 19 months.
CITY, WORKS, SHOP = "CITY", "WORKS", "SHOP"
PEOPLE = {CITY: 41_667, WORKS: 1_000, SHOP: 1}
TURNS = {CITY: 3, WORKS: 15, SHOP: 15}
TARGETS = {CITY: 2.0, WORKS: 1.5, SHOP: 5.0}


def measure() -> Iterator[Figure]:
    """Three sizes on both databases, and the engine alone."""
    with tempfile.TemporaryDirectory() as folder:
        desk = _make_desk(f"sqlite:///{folder}/refund.sqlite3", Path(folder))
        bare = sqlite3.connect(f"{folder}/refund.sqlite3")
        bare.execute("PRAGMA cache_size = -65536")
        yield from _figures("SQLite", desk, bare.execute, "?", "SELECT value FROM json_each(?)")
        yield from _engine(desk)
        bare.close()
        desk.database.dispose()
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        url = server.url(server.new_database())
        desk = _make_desk(url, Path(folder))
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as bare:
            bare.execute("VACUUM ANALYZE")
            yield from _figures("PostgreSQL", desk, bare.execute, "%s", "SELECT json_array_elements_text(%s)")
        desk.database.dispose()
    yield from _slow_reading()


def _figures(database: str, desk: Desk, execute: Execute, mark: str, elements: str) -> Iterator[Figure]:
    for employer, people in PEOPLE.items():
        numbers = [_number(employer, n) for n in range(people)]
        floor = _bare_reads(execute, mark, elements, employer, numbers)

        def ours(employer: str = employer, asked: Sequence[str] = numbers if employer == SHOP else ()) -> None:
            judged = judge_range(desk, SYSTEM, employer, "R01", FIRST, LAST, asked)
            assert len(judged.verdict) == len(judged.refundable)

        yield _figure(f"judge {_row_count(employer):,} rows, {database}", employer, floor, ours, TARGETS[employer])


def _figure(name: str, employer: str, floor: Task, ours: Task, target: float) -> Figure:
    """Alternating medians; what takes microseconds is done so often that a turn can be measured."""
    times = 200 if employer == SHOP else 1
    taken = in_turns(_repeated(floor, times), _repeated(ours, times), times=TURNS[employer])
    return Figure(name, *(seconds / times for seconds in taken), target)


def _repeated(task: Task, times: int) -> Task:
    def repeat() -> None:
        for _ in range(times):
            task()

    return repeat


def _bare_reads(execute: Execute, mark: str, elements: str, employer: str, numbers: Sequence[str]) -> Task:
    """Fetch rows, facts, claims, the employer and the switches: what judging reads, by the shortest statements."""
    rows = f"SELECT {', '.join(ROW_COLUMNS)} FROM contributions WHERE employer_id = {mark}"
    who: Any = json.dumps(numbers)
    if one := len(numbers) == 1:
        # One person is asked for by number, as anybody would.
        rows, elements, who = f"{rows} AND social_security_number = {mark}", mark, numbers[0]
    rows += f" AND period BETWEEN {mark} AND {mark} ORDER BY social_security_number, period, serial"
    known = f"SELECT {', '.join(FACT_COLUMNS)} FROM facts WHERE social_security_number IN ({elements})"
    claims = (
        "SELECT l.serial, l.insurance, b.state, b.number FROM batch_lines l JOIN batches b ON b.batch_id = l.batch_id"
        f" WHERE l.live AND l.social_security_number IN ({elements}) AND l.period BETWEEN {mark} AND {mark}"
    )
    months = (FIRST.number, LAST.number)

    def reads() -> None:
        execute(rows, (employer, *([who] if one else []), *months)).fetchall()
        execute(known, (who,)).fetchall()
        execute(claims, (who, *months)).fetchall()
        execute(f"SELECT employer_id FROM employers WHERE employer_id = {mark}", (employer,)).fetchall()
        execute("SELECT key, value FROM settings").fetchall()

    return reads


def _engine(desk: Desk) -> Iterator[Figure]:
    """The rules alone: how much they add to reading the rows into columns."""
    for employer in (WORKS, SHOP):
        with desk.read() as connection:

            def read(connection: Connection = connection, employer: str = employer) -> Slice:
                return read_range(connection, employer, FIRST.number, LAST.number, (), elsewhere=False)

            def ours(ledger: Slice = read()) -> None:  # noqa: B008 - read once, here
                assert len(judge(ledger, REASONS["R01"], Settings(), LAST).verdict)

            name = f"rules alone on {_row_count(employer):,} rows, against reading them"
            yield _figure(name, employer, read, ours, 1.0)


def _slow_reading() -> Iterator[Figure]:
    """The page read aloud, line by line, on 100,000 rows and as many facts; both have them in memory already."""
    from tests.rules import oracle
    from tests.rules.ledgers import EMPLOYERS, random_ledger, write_ledgers

    ledger = random_ledger(Random(20231101), people=24_000)
    own = [row.period for row in ledger.rows if row.employer == "E1"]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/refund.sqlite3")
        database.migrate()
        with database.write() as connection:
            write_ledgers(connection, [ledger], EMPLOYERS)
        with database.read() as connection:
            read = read_range(connection, "E1", min(own), max(own), (), elsewhere=False)
        database.dispose()
    question, results = ("E1", "R01", min(own), max(own)), []
    start = time.perf_counter()
    slow = oracle.judge(ledger, *question, settings={}, filing=LAST.number)
    floor = time.perf_counter() - start
    for _ in range(TURNS[CITY]):
        start = time.perf_counter()
        fast = judge(read, REASONS["R01"], Settings(), LAST).refundable
        results.append(time.perf_counter() - start)
    assert int(fast.sum()) == sum(line.refundable for line in slow)
    yield Figure(f"judge {len(own):,} rows, the slow reading as floor", floor, statistics.median(results), 0.1)


# --- the ledger -------------------------------------------------------------------------------------------------------

ROW_COLUMNS = (
    "serial", "social_security_number", "name", "voucher_type", "kind", "assessment", "arrival", "injury_mode", "period",
    "suspense", *AMOUNT_COLUMNS,
)  # fmt: skip
FACT_COLUMNS = ("social_security_number", "kind", "insurance", "start_day", "end_day")
_FACT = (*FACT_COLUMNS, "employer_id")
_AMOUNTS = (85760, 42880, 0, 0, 2680, 2680, 0, 0, 1072, 0, 0)


def _make_desk(url: str, folder: Path) -> Desk:
    database = Database(url)
    database.migrate()
    with database.write() as connection:
        insert_rows(connection, employers, ("employer_id", "uscc", "name"), [(name, "", name) for name in PEOPLE])
        for table, columns, rows in (
            (contributions, _CONTRIBUTION, _contributions()),
            (facts, _FACT, _facts()),
            (users, ("username", "role", "created_at"), iter([("filer", "clerk", "")])),
            (batches, tuple(_BATCH), iter([tuple(_BATCH.values())])),
            (lines, _LINE, _lines()),
        ):
            for part in _parts(rows):
                insert_rows(connection, table, columns, part)
    return Desk(database, folder)


def _parts(rows: Iterator[tuple[Any, ...]], size: int = 50_000) -> Iterator[list[tuple[Any, ...]]]:
    while part := list(islice(rows, size)):
        yield part


def _number(employer: str, person: int) -> str:
    digits = f"119999{list(PEOPLE).index(employer)}{person:010d}"
    return digits + mod_11_2(digits)


def _row_count(employer: str) -> int:
    return 19 if employer == SHOP else PEOPLE[employer] * len(MONTHS)


_CONTRIBUTION = (*ROW_COLUMNS, "employer_id", "document_type", *BASE_COLUMNS)


def _contributions() -> Iterator[tuple[Any, ...]]:
    """Nearly all in order, and here and there a row that is not."""
    for employer, people in PEOPLE.items():
        for person in range(people):
            number, name = _number(employer, person), f"赵{person % 500}"
            for at, month in enumerate(MONTHS[: 19 if employer == SHOP else None]):
                place = person * len(MONTHS) + at
                yield (
                    f"{employer}-{person:06d}-{month}", number, name, "正常" if place % 50 else "补缴",
                    "normal" if place % 97 else "supplement", "agency" if place % 89 else "self",
                    "received" if place % 61 else "missing", "person", month, place % 113 == 0,
                    *_AMOUNTS, employer, "resident_id", 536000, 536000, 536000,
                )  # fmt: skip


def _facts() -> Iterator[tuple[Any, ...]]:
    """Everybody was enrolled and employed and left; one in thirty has drawn something."""
    for employer, people in PEOPLE.items():
        for person in range(people):
            number, left = _number(employer, person), MONTHS[person % len(MONTHS)]
            yield number, "employment", "", 20190301, left * 100 + 20, employer
            yield number, "enrolment", "", 20190301, left * 100 + 28, employer
            if person % 30 == 0:
                yield number, "unemployment_benefit", "", 20220601, 20220628, ""


_BATCH: dict[str, Any] = {
    "batch_id": "B1", "number": "TF202311010000010", "employer_id": CITY, "employer_name": CITY, "reason": "R01",
    "state": "first_review", "filer": "filer", "idempotency_key": "k", "fingerprint": "f", "rule_version": "1",
    "voucher_type": "正常", "bank_name": "", "bank_account": "", "account_holder": "", "branch_name": "",
    "cnaps_code": "", "exchange_number": "", "line_count": 1, "refused_count": 0, "total": 1,
    "submitted_at": "", "state_since": "",
}  # fmt: skip
_LINE = ("batch_id", "position", "serial", "insurance", "social_security_number", "name", "period", "verdict",
         "employer_part", "refundable")  # fmt: skip


def _lines() -> Iterator[tuple[Any, ...]]:
    """One person in fifty has a month under way already."""
    for employer, people in PEOPLE.items():
        for person in range(0, people, 50):
            serial = f"{employer}-{person:06d}-{MONTHS[12]}"
            number = _number(employer, person)
            position = list(PEOPLE).index(employer) * 10**6 + person
            yield "B1", position, serial, "pension", number, "赵", MONTHS[12], "refundable", 85760, 85760
