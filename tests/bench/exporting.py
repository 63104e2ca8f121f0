"""100,000 refusals to xlsx through the whole service, against the fastest writer alone on rows that are ready; and memory.

The floor has every cell in memory, in the form that the writer likes best, and writes to the same disk. Ours judges the draft
again, puts every finding into words, and keeps the file with its digest, its row and its audit entry.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
from rustpy_xlsxwriter import write_worksheet

from core.domain.identifiers import mod_11_2
from core.services.desk import Desk
from core.services.exports import export_refusals, open_export
from core.services.previews import preview_batch
from core.store.bulk import insert_rows
from core.store.database import Database
from core.store.drafts import change_ticked
from core.store.schema import contributions, facts
from tests.bench.measuring import Figure, in_turns, own_peak
from tests.support.desks import CLERK, Clock, Ledger, make_desk, prepare_draft
from tests.support.postgres import running_postgres

MONTHS, LINES = 24, 100_000
ROWS = -(-LINES // 3)
MEMORY_MB = 60.0
TURNS = 5


def measure() -> Iterator[Figure]:
    """Time on each database, and what the export adds to the memory of a process that has the draft judged already."""
    with tempfile.TemporaryDirectory() as folder:
        desk, draft_id = prepare(Database(f"sqlite:///{folder}/refund.sqlite3"), Path(folder))
        yield _figure("SQLite", desk, draft_id)
        desk.database.dispose()
        yield Figure(
            f"export {LINES:,} refusals: peak memory added", MEMORY_MB, _peak(Path(folder), draft_id), 1.0, "MB"
        )
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        desk, draft_id = prepare(Database(server.url(server.new_database())), Path(folder))
        yield _figure("PostgreSQL", desk, draft_id)
        desk.database.dispose()


def prepare(database: Database, folder: Path) -> tuple[Desk, str]:
    """A draft with so many months of people who have not left that all of its lines are refused, some for several causes."""
    database.migrate()
    desk = make_desk(database, folder)
    template = Ledger(database).row(_number(0), 202201, serial="T")
    with database.read() as connection:
        where = contributions.c.serial == template
        values = dict(connection.execute(contributions.select().where(where)).mappings().one())
    with database.write() as connection:
        insert_rows(connection, contributions, tuple(values), [tuple(_row(values, at).values()) for at in range(ROWS)])
        known = ("social_security_number", "kind", "employer_id", "start_day", "insurance", "note")
        people = {_number(at // MONTHS) for at in range(ROWS)}
        insert_rows(connection, facts, known, [(who, "employment", "E1", 20190301, "", "") for who in people])
    draft_id = prepare_draft(desk, [])
    with database.write() as connection:
        change_ticked(connection, draft_id, add=[f"R{at:06d}" for at in range(ROWS)])
    return desk, draft_id


def _row(values: dict[str, Any], at: int) -> dict[str, Any]:
    who, month = divmod(at, MONTHS)
    return values | {
        "serial": f"R{at:06d}",
        "social_security_number": _number(who),
        "name": f"{chr(0x4E00 + who % 3000)}{chr(0x4E00 + who % 777)}",
        "period": 202101 + month // 12 * 100 + month % 12,
        "arrival": "received" if at % 5 else "missing",
        "pension_employer_part": values["pension_employer_part"] + who,
    }


def _number(who: int) -> str:
    digits = f"119999{1960 + who // 336:04d}{who // 28 % 12 + 1:02d}{who % 28 + 1:02d}001"
    return digits + mod_11_2(digits)


def _figure(name: str, desk: Desk, draft_id: str) -> Figure:
    made = open_export(desk, CLERK, export_refusals(desk, CLERK, draft_id).export_id)[1]
    headings, *rows = openpyxl.load_workbook(made, read_only=True).active.iter_rows(values_only=True)
    assert len(rows) >= LINES, "a figure of nothing would be a lie"
    prepared = [dict(zip(headings, row, strict=True)) for row in rows]
    alone = _write_alone(desk.data_dir / "alone.xlsx", prepared)
    floor, ours = in_turns(alone, lambda: export_refusals(desk, CLERK, draft_id), times=TURNS)
    return Figure(f"export {len(rows):,} refusals to xlsx, {name}", floor, ours, 3.0)


def _write_alone(path: Path, rows: list[dict[str, Any]]) -> Callable[[], object]:
    return lambda: write_worksheet(rows, str(path))


def _peak(folder: Path, draft_id: str) -> float:
    """MB that an export needs on top of a process that has judged the same draft and let go of it."""
    command = [sys.executable, "-m", "tests.bench.exporting", str(folder), draft_id]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _alone(folder: Path, draft_id: str) -> None:
    desk = Desk(Database(f"sqlite:///{folder}/refund.sqlite3"), folder, clock=Clock())
    preview_batch(desk, CLERK, draft_id)
    before = own_peak()
    export_refusals(desk, CLERK, draft_id)
    print(own_peak() - before)


if __name__ == "__main__":
    _alone(Path(sys.argv[1]), sys.argv[2])
