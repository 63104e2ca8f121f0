"""Screening a whole ledger (read, suspect, judge, store the finds) against a bare driver that only fetches the same columns.

``python -m tests.bench screening --rows 10000000`` measures another size than the million of ``make bench``. Ours runs in a
process of its own, so that its memory can be told.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from core.domain.identifiers import mod_11_2
from core.domain.roles import SYSTEM
from core.services.desk import Desk
from core.services.screenings import begin_screening, find_screening, run_screening
from core.store.bulk import insert_rows
from core.store.database import Database
from core.store.schema import contributions, employers, facts
from core.store.sections import SCANNED
from tests.bench.measuring import Figure, own_peak
from tests.support.postgres import running_postgres

ROWS = 1_000_000
MONTHS = [year * 100 + month for year in (2022, 2023) for month in range(1, 13)]
#: Ours may take four times as long as the bare driver, and 1 GB.
TARGET, MEMORY_MB = 4.0, 1000.0
TURNS = 3
_FETCHED = 500


def measure(rows: int = ROWS) -> Iterator[Figure]:
    """Time against the bare driver and peak memory, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/refund.sqlite3"
        _fill(Database(url), rows)
        yield from _figures("SQLite", url, Path(folder), rows)
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        url = server.url(server.new_database())
        database = Database(url)
        _fill(database, rows)
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as bare:
            bare.execute("VACUUM ANALYZE")
        yield from _figures("PostgreSQL", url, Path(folder), rows)


def _figures(name: str, url: str, folder: Path, rows: int) -> Iterator[Figure]:
    """Each in its turn, several times where that doesn't take long; the quickest of each counts."""
    floors, ours, peaks = [], [], []
    for _turn in range(TURNS if rows <= ROWS else 1):
        floors.append(_bare(url, rows))
        seconds, peak, finds = map(float, _child(url, folder).split())
        assert finds > rows / 1000, "a figure of nothing would be a lie"
        ours.append(seconds)
        peaks.append(peak)
    yield Figure(f"screen {rows:,} rows, {name}", min(floors), min(ours), TARGET)
    yield Figure(f"screen {rows:,} rows, {name}: peak memory", MEMORY_MB, max(peaks), 1.0, "MB")


def _bare(url: str, rows: int) -> float:
    """Seconds to fetch the scanned columns of all rows, a few hundred at a time, and to do nothing with them."""
    database = Database(url)
    statement = str(sa.select(*SCANNED).compile(database.engine, compile_kwargs={"literal_binds": True}))
    database.dispose()
    start = time.perf_counter()
    if database.is_sqlite:
        bare: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
        bare.execute("PRAGMA cache_size = -65536")
        cursor = bare.execute(statement)
    else:
        bare = psycopg.connect(url.replace("+psycopg", ""))
        cursor = bare.cursor("floor")
        cursor.execute(statement.replace("%%", "%"))
    fetched = 0
    while part := cursor.fetchmany(_FETCHED if database.is_sqlite else 10 * _FETCHED):
        fetched += len(part)
    seconds = time.perf_counter() - start
    bare.close()
    assert fetched == rows
    return seconds


def _child(url: str, folder: Path) -> str:
    command = [sys.executable, "-m", "tests.bench.screening", url, str(folder)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _alone(url: str, folder: Path) -> None:
    """Screen everybody; prints seconds, peak memory in MB and the number of finds."""
    desk = Desk(Database(url), folder)
    start = time.perf_counter()
    screening, runner = begin_screening(desk, SYSTEM)
    assert run_screening(desk, SYSTEM, screening.screening_id, runner)
    seconds = time.perf_counter() - start
    print(seconds, own_peak(), find_screening(desk, SYSTEM, screening.screening_id).finds)
    desk.database.dispose()


# --- the ledger -------------------------------------------------------------------------------------------------------

_CONTRIBUTION = (
    "employer_id", "social_security_number", "period", "serial", "name", "document_type", "kind", "voucher_type",
    "assessment", "arrival", "arrival_day", "injury_mode", "pension_base", "unemployment_base", "work_injury_base",
    "pension_employer_part", "pension_personal_part", "pension_late_fee", "unemployment_employer_part",
    "unemployment_personal_part", "work_injury_employer_part",
)  # fmt: skip
_FACT = ("social_security_number", "kind", "employer_id", "start_day", "end_day")
_SIZE = 60


def _fill(database: Database, rows: int) -> None:
    """Employers of some sixty people with two years each: most in order; see ``_history`` for who is not."""
    database.migrate()
    people = rows // len(MONTHS) + 1
    tables = (
        (
            employers,
            ("employer_id", "uscc", "name"),
            ((_employer(n), "", "甲公司") for n in range(people // _SIZE + 2)),
        ),
        (contributions, _CONTRIBUTION, islice(_contributions(people), rows)),
        (facts, _FACT, _facts(people)),
    )
    for table, columns, values in tables:
        while part := list(islice(values, 100_000)):
            with database.write() as connection:
                insert_rows(connection, table, columns, part)
    database.dispose()


def _employer(number: int) -> str:
    return f"D{number:06d}"


def _number(person: int) -> str:
    digits = f"119999{1950 + person // 336 % 50:04d}{person // 28 % 12 + 1:02d}{person % 28 + 1:02d}"
    # The rest tells people apart who are born on one day; an invented number has room for a letter.
    rest = person // 16800
    digits += f"{rest:03d}"
    return digits + mod_11_2(digits)


def _history(person: int) -> tuple[int, int]:
    """How many months somebody was employed, and paid for: one in five leaves, one in twenty-five is paid for too long."""
    employed = 6 + person % 16 if person % 5 == 0 else len(MONTHS)
    return employed, min(employed + (1 + person % 6 if person % 25 == 0 else 0), len(MONTHS))


def _contributions(people: int) -> Iterator[tuple[Any, ...]]:
    """Who leaves goes to the next employer; one in a hundred of these is paid for by both for a month."""
    for person in range(people):
        number, name = _number(person), f"赵{person % 500}"
        employed, paid = _history(person)
        begins = employed - (person % 100 == 0)
        home = person // _SIZE
        for at, month in enumerate(MONTHS[:paid]):
            yield _row(home, number, name, month, person * 24 + at, f"{person:07d}-{at:02d}")
        for at in range(begins, len(MONTHS)) if employed < len(MONTHS) else ():
            yield _row(home + 1, number, name, MONTHS[at], person * 24 + at, f"{person:07d}-{at:02d}n")


def _row(employer: int, number: str, name: str, month: int, place: int, serial: str) -> tuple[Any, ...]:
    base = 3_600_000 if place % 1009 == 0 else 700_000
    return (
        _employer(employer), number, month, serial, name, "resident_id", "normal", "正常", "agency",
        "received" if place % 61 else "missing", month * 100 + 20, "person", base, base, base,
        base * 16 // 100, base * 8 // 100, 3023 if place % 2003 == 0 else 0, base // 200, base // 200, base // 500,
    )  # fmt: skip


def _facts(people: int) -> Iterator[tuple[Any, ...]]:
    for person in range(people):
        number, home = _number(person), _employer(person // _SIZE)
        employed, paid = _history(person)
        left = MONTHS[employed - 1] * 100 + 20 if employed < len(MONTHS) else None
        yield number, "employment", home, 20190301, left
        yield number, "enrolment", home, 20190301, MONTHS[paid - 1] * 100 + 28 if left else None
        if person % 300 == 0:
            yield number, "retirement", "", 20230601, None


if __name__ == "__main__":
    _alone(sys.argv[1], Path(sys.argv[2]))
