"""What holds for any ledger: what is written into a file is what is stored, twice is once, and one bad cell is that cell."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents.layouts import CONTRIBUTIONS, FACTS, Layout
from core.domain.identifiers import mod_11_2
from core.domain.money import format_yuan, plain_yuan
from core.domain.roles import SYSTEM
from core.domain.vocabulary import (
    Arrival,
    Assessment,
    DocumentType,
    FactKind,
    InjuryMode,
    Insurance,
    PaymentKind,
)
from core.services.desk import Desk
from core.services.ledger_import import import_files
from core.store.database import Database
from core.store.schema import contributions, facts
from tests.support.ledger_files import csv_file, employer, grid, text_xlsx_file, xls_file, xlsx_file, zip_file

EMPLOYERS = [employer(number) for number in range(1, 4)]
SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)


# Random rows, by field of the store ---------------------------------------------------------------------------------


def _person(digits: int) -> str:
    body = f"119999{1950 + digits % 60}{digits % 12 + 1:02d}{digits % 28 + 1:02d}{digits % 997:03d}"
    return body + mod_11_2(body)


people = st.integers(0, 5_000).map(_person)
texts = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=12).map(
    lambda text: "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "ｚ" and c.isalnum() else c for c in text)
)
names = texts.filter(lambda text: not text.startswith("#"))
months = st.builds(lambda year, month: year * 100 + month, st.integers(1993, 2030), st.integers(1, 12))
days = st.builds(lambda month, day: month * 100 + day, months, st.integers(1, 28))
amounts = st.one_of(st.just(0), st.integers(0, 10**9))
employers = st.sampled_from([row["单位编号"] for row in EMPLOYERS])


@st.composite
def contribution_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    fields = {
        "employer_id": employers, "social_security_number": people, "name": names, "period": months, "voucher_type": names,
        "document_type": st.sampled_from(list(DocumentType)), "kind": st.sampled_from(list(PaymentKind)),
        "assessment": st.sampled_from(list(Assessment)), "arrival": st.sampled_from(list(Arrival)),
        "arrival_day": st.none() | days, "injury_mode": st.sampled_from(list(InjuryMode)), "suspense": st.booleans(),
    }  # fmt: skip
    fields |= {field: amounts for field in CONTRIBUTIONS.fields if field not in {*fields, "serial"}}
    # What a spreadsheet has made of a long number ("1E5") is refused.
    codes = st.from_regex(r"[A-Z0-9]{1,12}", fullmatch=True).filter(lambda code: not re.fullmatch(r"\d+E\d+", code))
    serials = draw(st.lists(codes, min_size=1, max_size=8, unique=True))
    return [{"serial": serial, **draw(st.fixed_dictionaries(fields))} for serial in serials]


@st.composite
def fact_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows: dict[Any, dict[str, Any]] = {}
    for kind in draw(st.lists(st.sampled_from(list(FactKind)), min_size=1, max_size=8)):
        start = draw(days)
        row = {
            "social_security_number": draw(people), "kind": kind, "employer_id": draw(employers) if kind.needs_employer else "",
            "insurance": draw(st.sampled_from(["pension", "unemployment"])) if kind.needs_insurance else "",
            "start_day": start, "end_day": draw(st.none() | days.map(lambda day, start=start: max(day, start))),
            "note": draw(st.just("") | names),
        }  # fmt: skip
        rows[tuple(row[field] for field in FACTS.key)] = row
    return list(rows.values())


# And as a file spells them ------------------------------------------------------------------------------------------


def spelled(layout: Layout, row: dict[str, Any], draw: Any) -> dict[str, str]:
    """One of the spellings that the format page allows for each value."""
    return {column.title: draw(_spellings(column.field, row[column.field])) for column in layout.columns}


def _spellings(field: str, value: Any) -> st.SearchStrategy[str]:
    if value is None:
        spellings = [""]
    elif isinstance(value, bool):
        spellings = ["是"] if value else ["否", ""]
    elif field == "period":
        year, month = divmod(value, 100)
        spellings = [f"{value}", f"{year}-{month:02d}", f"{year}/{month}", f"{year}年{month}月", f" {year}-{month}"]
    elif field.endswith("_day"):
        year, month, day = value // 10000, value // 100 % 100, value % 100
        spellings = [f"{value}", f"{year}-{month:02d}-{day:02d}", f"{year}/{month}/{day}", f"{year}年{month}月{day}日"]
    elif isinstance(value, int):
        spellings = [plain_yuan(value), format_yuan(value), *([""] if value == 0 else [])]
    elif field == "insurance":
        spellings = [Insurance(value).label if value else ""]
    else:
        spellings = [getattr(value, "label", value)]
    return st.sampled_from(spellings)


def written(path: Path, container: str, cells: list[list[str]]) -> Path:
    """The cells as one of the files that the import takes."""
    if container == "xlsx":
        return text_xlsx_file(path / "a.xlsx", cells)
    if container == "xls":
        return xls_file(path / "a.xls", Sheet1=cells)
    if container == "zip":
        return zip_file(path / "a.zip", a__csv=csv_file(path / "a.csv", cells, encoding="gb18030").read_bytes())
    return csv_file(path / "a.csv", cells, encoding=container)


containers = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "xlsx", "xls", "zip"])


@contextmanager
def fresh(template: Database) -> Iterator[tuple[Desk, Path]]:
    """A desk on a copy of an empty database, and a folder for files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "refund.sqlite3").write_bytes(Path(str(template.url.database)).read_bytes())
        database = Database(f"sqlite:///{folder / 'refund.sqlite3'}")
        yield Desk(database, folder), folder
        database.dispose()


def stored(desk: Desk, table: sa.Table) -> list[dict[str, Any]]:
    with desk.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]


def by_key(rows: list[dict[str, Any]], table: sa.Table) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(row[column.name] for column in table.primary_key))


@pytest.mark.parametrize(
    ("layout", "table", "rows"),
    [(CONTRIBUTIONS, contributions, contribution_rows()), (FACTS, facts, fact_rows())],
    ids=["contributions", "facts"],
)
@given(data=st.data())
@SLOW
def test_what_a_file_says_is_what_is_stored_and_saying_it_twice_changes_nothing(
    sqlite_database, layout, table, rows, data
):
    wanted = data.draw(rows)
    lines = [spelled(layout, row, data.draw) for row in wanted]
    with fresh(sqlite_database) as (desk, folder):
        who = csv_file(folder / "单位.csv", grid(EMPLOYERS))
        path = written(folder, data.draw(containers), grid(lines))

        report = import_files(desk, SYSTEM, [path, who])

        assert [p.message for entry in report.files for p in entry.problems if p.code[0] == "E"] == []
        found = stored(desk, table)
        assert found == by_key([{**row} for row in wanted], table)
        assert import_files(desk, SYSTEM, [path, who]).files[0].same == len(wanted)
        assert stored(desk, table) == found


BAD = {
    "period": ["2022-13", "x", ""], "social_security_number": ["1.2E+17", ""], "arrival": ["到", ""], "kind": ["?", ""],
    "start_day": ["2022-02-30", ""], "end_day": ["昨天"], "suspense": ["也许"], "employer_id": ["D999"], "serial": ["", "#N/A"],
    "pension_interest": ["-0.01", "0.001", "1e3", "一"], "work_injury_base": ["12,34"], "arrival_day": ["2022-01-32"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "table", "rows"),
    [(CONTRIBUTIONS, contributions, contribution_rows()), (FACTS, facts, fact_rows())],
    ids=["contributions", "facts"],
)
@given(data=st.data())
@SLOW
def test_any_bad_cell_refuses_the_whole_file_and_is_named_alone(sqlite_database, layout, table, rows, data):
    wanted = data.draw(rows)
    lines = [spelled(layout, row, data.draw) for row in wanted]
    at = data.draw(st.integers(0, len(lines) - 1))
    fields = [f for f in layout.fields if f in BAD and (f != "employer_id" or wanted[at]["employer_id"])]
    column = layout.column(data.draw(st.sampled_from(fields)))
    lines[at][column.title] = data.draw(st.sampled_from(BAD[column.field]))
    with fresh(sqlite_database) as (desk, folder):
        who = csv_file(folder / "单位.csv", grid(EMPLOYERS))
        path = written(folder, data.draw(containers), grid(lines))

        report = import_files(desk, SYSTEM, [path, who])

        named = [(p.row, p.column) for entry in report.files for p in entry.problems if p.code[0] == "E"]
        assert named == [(at + 2, column.title)]
        assert (report.files[0].refused, report.files[0].accepted) == (1, False)
        assert stored(desk, table) == []


@given(
    st.binary(max_size=400), st.sampled_from([".csv", ".xlsx", ".xls", ".zip"]), st.sampled_from([b"", b"PK\x03\x04"])
)
@settings(max_examples=150)
def test_no_bytes_at_all_make_the_reader_fall_over(content, suffix, magic):
    from core.documents.tables import read_ledger_file

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(magic + content)

        file = read_ledger_file(path)

    assert file.is_refused
    assert all(problem.message for problem in file.problems)


@cache
def good_workbook(kind: str) -> bytes:
    """One sound workbook, made once: a writer stamps the hour into it, so two of them need not be equally long."""
    with tempfile.TemporaryDirectory() as name:
        return (xlsx_file if kind == "xlsx" else xls_file)(Path(name) / f"a.{kind}", a=grid(EMPLOYERS)).read_bytes()


@given(
    kind=st.sampled_from(["xlsx", "xls"]),
    changes=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=6),
)
@settings(max_examples=60)
def test_no_damage_makes_the_reader_fall_over(kind, changes):
    """A good workbook with some bytes changed is read, or refused in a sentence; never anything else."""
    from core.documents.tables import read_ledger_file

    raw = bytearray(good_workbook(kind))
    for place, value in changes:
        raw[place % len(raw)] = value
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"a.{kind}"
        path.write_bytes(raw)

        file = read_ledger_file(path)

    assert file.is_refused or file.tables
