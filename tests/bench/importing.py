"""Importing 200,000 contribution rows against calamine alone plus a bare insert of the parsed rows; and the memory it takes."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import write_worksheet

from core.documents.cells import AMOUNT
from core.documents.layouts import CONTRIBUTIONS
from core.domain.identifiers import mod_11_2
from core.domain.roles import SYSTEM
from core.services.desk import Desk
from core.services.ledger_import import import_files
from core.store.bulk import copy_rows
from core.store.database import Database
from core.store.schema import contributions
from tests.bench.measuring import Figure, own_peak
from tests.support.ledger_files import csv_file, employer, grid
from tests.support.postgres import running_postgres

ROWS, MONTHS, EMPLOYERS = 200_000, 24, 50
MEMORY_MB = 600.0
TURNS = 3
_AMOUNTS = [column.title for column in CONTRIBUTIONS.columns if column.spelling is AMOUNT]
_ARITHMETIC = {
    "养老缴费基数": 1.0, "养老单位缴费金额": 0.16, "养老个人缴费金额": 0.08, "失业缴费基数": 1.0, "失业单位缴费金额": 0.005,
    "失业个人缴费金额": 0.005, "工伤缴费基数": 1.0, "工伤单位缴费金额": 0.002,
}  # fmt: skip


def measure() -> Iterator[Figure]:
    """Time on each database, reading the same rows twice, and peak memory (of 27 columns and of 40)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = _workbook(folder / "实缴.xlsx")
        yield _figure("SQLite", Database(f"sqlite:///{folder}/refund.sqlite3"), folder, book)
        with running_postgres() as server:
            yield _figure("PostgreSQL", Database(server.url(server.new_database())), folder, book)
        yield Figure(f"import {ROWS:,} rows: peak memory", MEMORY_MB, _peak(folder, book), 1.0, "MB")
        wide = _workbook(folder / "宽.xlsx", extra=13)
        yield Figure(f"import {ROWS:,} rows of 40 columns: peak memory", MEMORY_MB, _peak(folder, wide), 1.0, "MB")


def _workbook(path: Path, extra: int = 0) -> Path:
    write_worksheet(_rows(extra), str(path))
    return path


def _rows(extra: int) -> Iterator[dict[str, Any]]:
    for number in range(ROWS):
        who, month = divmod(number, MONTHS)
        base = 5360.0 + who * 37 % 20_000
        yield {
            "缴费流水号": f"LS{number:012d}",
            "单位编号": f"D{who % EMPLOYERS:03d}",
            "姓名": f"{chr(0x4E00 + who % 3000)}{chr(0x4E00 + who % 777)}",
            "证件类型": "居民身份证",
            "社会保障号码": _number(who),
            "费款所属期": f"{2021 + month // 12}{month % 12 + 1:02d}",
            "缴费类型": "正常缴费",
            "应征凭证种类": "月报",
            "核定来源": "社保核定",
            "到账状态": "已到账",
            "到账日期": f"{2021 + month // 12}-{month % 12 + 1:02d}-20",
            "工伤参保方式": "按人",
            "待转金": "否",
            **{title: round(base * _ARITHMETIC.get(title, 0.0), 2) for title in _AMOUNTS},
            **{f"附加{column}": f"text {number * 7 + column}" for column in range(extra)},
        }


def _number(who: int) -> str:
    digits = f"119999{1960 + who // 336:04d}{who // 28 % 12 + 1:02d}{who % 28 + 1:02d}001"
    return digits + mod_11_2(digits)


def _prepare(database: Database, folder: Path) -> Desk:
    database.migrate()
    desk = Desk(database, folder)
    import_files(desk, SYSTEM, [csv_file(folder / "单位.csv", grid([employer(n) for n in range(EMPLOYERS)]))])
    return desk


def _figure(name: str, database: Database, folder: Path, book: Path) -> Figure:
    desk = _prepare(database, folder)
    floors, ours = [], []
    for _turn in range(TURNS):
        with _timed(ours):
            report = import_files(desk, SYSTEM, [book])
        assert report.files[0].new == ROWS, "a figure of nothing would be a lie"
        rows = _take_away(database)
        with _timed(floors):
            _read_alone(book)
            _insert_bare(database, rows)
        _take_away(database)
    database.dispose()
    return Figure(f"import {ROWS:,} rows, {name}", statistics.median(floors), statistics.median(ours), 3.0)


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    taken.append(time.perf_counter() - start)


def _read_alone(book: Path) -> int:
    sheet = CalamineWorkbook.from_path(book).get_sheet_by_index(0)
    return sum(1 for _row in sheet.iter_rows())


def _insert_bare(database: Database, rows: list[tuple[Any, ...]]) -> None:
    columns = [column.name for column in contributions.columns]
    with database.write() as connection:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            connection.exec_driver_sql(f"INSERT INTO contributions ({', '.join(columns)}) VALUES ({marks})", rows)
        else:
            copy_rows(connection, f"contributions ({', '.join(columns)})", rows)


def _take_away(database: Database) -> list[tuple[Any, ...]]:
    """The rows in the order of the file, and an empty table again."""
    from core.store.migrations.triggers import create_triggers, drop_triggers

    with database.write() as connection:
        rows = [tuple(row) for row in connection.execute(sa.select(contributions).order_by(contributions.c.serial))]
        drop_triggers(connection)
        connection.exec_driver_sql("DELETE FROM contributions")
        create_triggers(connection)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE contributions")
    return rows


def _peak(folder: Path, book: Path) -> float:
    """Peak memory in MB of a process that does nothing but this import."""
    place = folder / f"memory-{book.stem}"
    place.mkdir()
    command = [sys.executable, "-m", "tests.bench.importing", str(place), str(book)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _alone(folder: Path, book: Path) -> None:
    database = Database(f"sqlite:///{folder}/refund.sqlite3")
    desk = _prepare(database, folder)
    report = import_files(desk, SYSTEM, [book])
    assert report.files[0].new == ROWS
    print(own_peak())


if __name__ == "__main__":
    _alone(Path(sys.argv[1]), Path(sys.argv[2]))
