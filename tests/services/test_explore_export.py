"""An answer as a file: the rows of the screen in three formats, with a purpose in the audit log."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from core.domain.errors import FactorNeeded, InvalidInput, NotAllowed
from core.domain.question import Figure, Question
from core.domain.roles import SYSTEM
from core.services import steps
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.explore import add_up, read_groups
from core.services.explore_export import export_answer
from core.services.exports import open_export
from core.services.pivot import pivot_of
from tests.support.desks import ANALYST, CLERK, Ledger, person
from tests.support.rounds import file_serials

ASSURED = replace(ANALYST, fresh_factor=True)
LINES = Question.from_query({"subject": "lines", "insurance": "pension"})


@pytest.fixture
def filed(desk: Desk, ledger: Ledger) -> str:
    return file_serials(desk, [serial for who in range(1, 7) for serial in ledger.leaver(who, [202205, 202206])])


def content(desk: Desk, form: str, question: Question = LINES, **options: bool) -> bytes:
    made = export_answer(desk, ASSURED, question, form, "月度核对", **options)
    return open_export(desk, ASSURED, made.export_id)[1].read_bytes()


def read(form: str, data: bytes) -> pd.DataFrame:
    if form == "parquet":
        return pq.read_table(io.BytesIO(data)).to_pandas()
    if form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        rows = list(load_workbook(io.BytesIO(data)).active.values)
    # The last line of a csv file may be a note.
    return pd.DataFrame([row for row in rows[1:] if len(row) == len(rows[0])], columns=rows[0])


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
def test_a_file_holds_the_whole_answer_masked(desk: Desk, filed: str, form: str) -> None:
    table = read(form, content(desk, form))
    assert set(table["批次号"]) == {filed}
    assert sum(Decimal(str(value)) for value in table["退费金额"]) * 100 == add_up(desk, ANALYST, LINES).amount
    assert set(table["姓名"]) == {"赵*"}
    assert not set(table["社会保障号码"]) & {person(number) for number in range(10)}
    assert set(table["险种"]) == {"养老"}


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
def test_full_numbers_stand_in_a_file_that_reveals_them(desk: Desk, filed: str, form: str) -> None:
    numbers = {str(each).lstrip("'") for each in read(form, content(desk, form, reveal=True))["社会保障号码"]}
    assert {person(1), person(6)} <= numbers


def test_groups_are_exported_where_the_answer_is_grouped(desk: Desk, filed: str) -> None:
    table = read("parquet", content(desk, "parquet", Question.from_query({"by": "insurance"})))
    assert list(table.columns) == ["险种", "条数", "金额（元）"]
    assert dict(zip(table["险种"], table["条数"], strict=True)) == {"养老": 12, "失业": 12, "工伤": 12}


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
def test_a_pivot_is_exported_as_the_screen_shows_it(desk: Desk, ledger: Ledger, filed: str, form: str) -> None:
    steps.withdraw_batch(desk, CLERK, file_serials(desk, ledger.leaver(7, [202205])))
    question = Question.from_query({"by": "period", "across": "state"})
    shown = pivot_of(question, read_groups(desk, ANALYST, question))
    table = read(form, content(desk, form, question))
    assert list(table.columns) == ["费款所属期", *shown.heads]
    assert list(table["费款所属期"]) == ["2022-05", "2022-06", "合计"]
    cells = [
        [None if pd.isna(cell) or cell == "" else round(float(cell) * 100) for cell in row[1:]]
        for row in table.to_numpy()
    ]
    assert [tuple(row) for row in cells] == [cells for _name, cells in shown.rows]
    assert None in cells[0]
    counted = read(form, content(desk, form, replace(question, figure=Figure.ROWS)))
    assert int(counted["合计"].iloc[-1]) == 39


def test_groups_of_few_people_make_no_file(desk: Desk, ledger: Ledger, filed: str) -> None:
    file_serials(desk, ledger.leaver(7, [202207]))
    question = Question.from_query({"by": "state", "from": "2022-07"})
    with pytest.raises(InvalidInput, match="分组不单独列出"):
        export_answer(desk, ANALYST, question, "csv", "月度核对")


def test_the_log_tells_the_purpose_and_the_question(desk: Desk, filed: str) -> None:
    content(desk, "csv")
    (entry,) = read_trail(desk, SYSTEM, search="export.explore").entries
    assert "月度核对" in entry.detail
    assert "退费明细：养老" in entry.detail


def test_a_number_in_a_question_stays_out_of_the_log(desk: Desk, filed: str) -> None:
    with pytest.raises(InvalidInput, match="没有符合条件"):
        export_answer(desk, ANALYST, Question(employer=person(1)), "csv", "月度核对")
    export_answer(desk, ANALYST, LINES, "csv", f"核对 {person(1)}")
    assert all(person(1) not in entry.detail for entry in read_trail(desk, SYSTEM).entries)


def test_what_an_export_asks_for(desk: Desk, filed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        export_answer(desk, ANALYST, LINES, "csv", " ")
    assert refused.value.field == "purpose"
    with pytest.raises(FactorNeeded):
        export_answer(desk, ANALYST, LINES, "csv", "月度核对", reveal=True)
    with pytest.raises(InvalidInput):
        export_answer(desk, ANALYST, LINES, "pdf", "月度核对")
    with pytest.raises(NotAllowed):
        export_answer(desk, CLERK, LINES, "csv", "月度核对")


def test_a_sheet_that_is_too_short_sends_to_another_format(
    desk: Desk, filed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.explore_export.MOST_IN_A_SHEET", 3)
    with pytest.raises(InvalidInput, match="csv 或 Parquet"):
        export_answer(desk, ANALYST, LINES, "xlsx", "月度核对")
