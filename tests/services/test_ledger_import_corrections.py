"""Corrections: listed, confirmed, the old version kept, and never under a batch that leans on the row."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.domain.errors import RefundError
from core.services.batches import show_batch
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.ledger_import import FileReport, ImportReport, import_files
from core.services.previews import preview_batch
from core.services.steps import withdraw_batch
from core.store.ledger import lock_people
from core.store.schema import contributions, employers, facts, superseded
from tests.support.desks import ADMIN, BANK, CLERK, Ledger, at_once, person, prepare_draft
from tests.support.ledger_files import Row, contribution, csv_file, employer, fact, grid, xlsx_file

AMOUNTS = {
    "养老缴费基数": "5360", "失业缴费基数": "5360", "工伤缴费基数": "5360",
    "失业单位缴费金额": "26.80", "失业个人缴费金额": "26.80", "工伤单位缴费金额": "10.72",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def run(desk: Desk, folder: Path, *rows: Row, **options: Any) -> ImportReport:
    """Import these rows as one file."""
    return import_files(desk, ADMIN, [csv_file(folder / "更正.csv", grid(rows))], **options)


def only(report: ImportReport) -> FileReport:
    (entry,) = report.files
    return entry


def paid(serial: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """The row that ``Ledger.row`` writes for this person, as a file has it."""
    usual = {"缴费流水号": serial, "单位编号": "E1", "社会保障号码": person(number), "应征凭证种类": "正常", **AMOUNTS}
    return contribution(1, **{**usual, **changes})


def values(desk: Desk, table: sa.Table, **wanted: Any) -> list[dict[str, Any]]:
    with desk.read() as connection:
        statement = sa.select(table).filter_by(**wanted)
        return [dict(row) for row in connection.execute(statement).mappings()]


def submit(desk: Desk, draft_id: str) -> str:
    preview = preview_batch(desk, CLERK, draft_id)
    return submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint).numbers[0]


def test_the_file_of_a_row_that_is_stored_so_is_the_same(desk: Desk, ledger: Ledger, folder):
    (serial,) = ledger.leaver(1, [202205])

    assert only(run(desk, folder, paid(serial))).same == 1


def test_a_correction_is_listed_and_nothing_is_stored_until_it_is_confirmed(desk: Desk, ledger: Ledger, folder):
    (serial,) = ledger.leaver(1, [202205])
    new = paid("NEU", 费款所属期="2022-06")

    report = run(desk, folder, paid(serial, 养老单位缴费金额="900"), new)

    entry = only(report)
    assert (entry.new, entry.corrected, entry.refused, entry.accepted) == (1, 1, 0, False)
    assert [(p.code, p.row, p.column, p.value) for p in entry.problems] == [("C01", 2, "养老单位缴费金额", serial)]
    assert "原 857.60，新 900.00" in entry.problems[0].message
    assert report.awaits_confirmation
    assert not report.ok
    assert [row["pension_employer_part"] for row in values(desk, contributions)] == [85760]


def test_a_confirmed_correction_is_stored_and_the_old_version_kept(desk: Desk, ledger: Ledger, folder):
    (serial,) = ledger.leaver(1, [202205])
    (before,) = values(desk, contributions)

    entry = only(run(desk, folder, paid(serial, 养老单位缴费金额="900"), confirm_corrections=True))

    assert (entry.corrected, entry.stored) == (1, True)
    assert [problem.code for problem in entry.problems] == ["C02"]
    assert values(desk, contributions) == [{**before, "pension_employer_part": 90000}]
    (old,) = values(desk, superseded)
    assert (old["table_name"], old["record_key"], json.loads(old["content"])) == ("contributions", serial, before)
    assert only(run(desk, folder, paid(serial, 养老单位缴费金额="900"))).same == 1


def test_a_dry_run_of_corrections_says_what_the_real_run_would(desk: Desk, ledger: Ledger, folder):
    (serial,) = ledger.leaver(1, [202205])
    row = paid(serial, 养老单位缴费金额="900")

    for confirmed in (False, True):
        tried = run(desk, folder, row, dry_run=True, confirm_corrections=confirmed)
        assert values(desk, superseded) == []
        real = run(desk, folder, row, confirm_corrections=confirmed)
        assert (tried.ok, tried.as_json()) == (real.ok, real.as_json())


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"单位编号": "E2"}, "单位编号"),
        ({"费款所属期": "2022-07"}, "费款所属期"),
        ({"社会保障号码": person(9)}, "社会保障号码"),
        ({"姓名": "赵壹", "到账日期": "2022-05-20"}, "姓名、到账日期"),
        ({"待转金": "是"}, "待转金"),
    ],
)
def test_every_column_but_the_serial_can_be_corrected(desk: Desk, ledger: Ledger, folder, changes, column):
    """Also those that the table is sorted by."""
    (serial, other) = ledger.leaver(1, [202205, 202206])

    entry = only(run(desk, folder, paid(serial, **changes), confirm_corrections=True))

    assert [(p.code, p.column) for p in entry.problems if p.code[0] == "C"] == [("C02", column)]
    assert {row["serial"] for row in values(desk, contributions)} == {serial, other}
    assert only(run(desk, folder, paid(serial, **changes))).same == 1


def test_names_and_numbers_of_the_store_are_not_told(desk: Desk, ledger: Ledger, folder):
    (serial,) = ledger.leaver(1, [202205])

    entry = only(run(desk, folder, paid(serial, 姓名="钱二", 社会保障号码=person(2))))

    (problem,) = [p for p in entry.problems if p.code == "C01"]
    assert "赵一" not in problem.message
    assert person(1) not in problem.message


def test_the_same_correction_twice_in_one_file_is_one_correction(desk: Desk, ledger: Ledger, folder):
    (serial,) = ledger.leaver(1, [202205])
    row = paid(serial, 养老单位缴费金额="900")

    entry = only(run(desk, folder, row, row, confirm_corrections=True))

    assert (entry.corrected, entry.same) == (1, 1)
    assert len(values(desk, superseded)) == 1


# Facts and employers ------------------------------------------------------------------------------------------------


def test_a_fact_with_another_end_or_note_is_a_correction(desk: Desk, ledger: Ledger, folder):
    ledger.leaver(1, [202205])
    row = fact(单位编号="E1", 终止="2022-06-30", 说明="更正")

    asked = only(run(desk, folder, row))
    done = only(run(desk, folder, row, confirm_corrections=True))

    assert [(p.code, p.column) for p in asked.problems] == [("C01", "终止、说明")]
    assert [(f["end_day"], f["note"]) for f in values(desk, facts)] == [(20220630, "更正")]
    assert done.stored
    assert values(desk, superseded)[0]["record_key"] == f"{person(1)}|employment|E1||20190301"


def test_a_fact_with_another_start_is_another_fact(desk: Desk, ledger: Ledger, folder):
    ledger.leaver(1, [202205])

    assert only(run(desk, folder, fact(单位编号="E1", 起始="2019-03-02"))).new == 1


def test_an_end_that_goes_away_is_told_as_blank(desk: Desk, ledger: Ledger, folder):
    ledger.leaver(1, [202205])

    entry = only(run(desk, folder, fact(单位编号="E1", 终止="")))

    assert "原 2022-04-20，新 空" in entry.problems[0].message


def test_an_employer_with_another_account_is_a_correction(desk: Desk, folder):
    titles = ("银行名称", "银行账号", "银行户名", "开户行名称", "人行支付系统行号", "银行交换号")
    bank = dict(zip(titles, {**BANK, "bank_account": "0200001009099999999"}.values(), strict=True))
    row = {**employer(1), **bank, "单位编号": "E1", "单位名称": "甲公司"}

    asked = only(run(desk, folder, row))
    assert only(run(desk, folder, row, confirm_corrections=True)).stored

    assert [p.code for p in asked.problems] == ["C01"]
    assert "0200001009012345678" not in asked.problems[0].message
    assert values(desk, employers, employer_id="E1")[0]["bank_account"] == "0200001009099999999"


def test_new_employers_of_an_unconfirmed_file_are_not_there_for_others(desk: Desk, folder):
    changed = {**employer(1), "单位编号": "E1", "单位名称": "甲公司改名"}
    files = [
        xlsx_file(folder / "单位.xlsx", a=grid([changed, employer(7)])),
        csv_file(folder / "实缴.csv", grid([contribution(1, 单位编号="D007")])),
    ]

    asked = import_files(desk, ADMIN, files)
    done = import_files(desk, ADMIN, files, confirm_corrections=True)

    assert [[p.code for p in entry.problems] for entry in asked.files] == [["C01"], ["E13"]]
    assert done.stored


# Rows under batches -------------------------------------------------------------------------------------------------


def test_a_row_in_a_live_batch_cannot_be_changed_at_all(desk: Desk, ledger: Ledger, folder):
    (serial, free) = ledger.leaver(1, [202205, 202206])
    number = submit(desk, prepare_draft(desk, [serial]))
    before = values(desk, contributions)
    rows = paid(serial, 养老单位缴费金额="900"), paid(free, 费款所属期="2022-06", 养老单位缴费金额="900")

    for confirmed in (False, True):
        entry = only(run(desk, folder, *rows, confirm_corrections=confirmed))
        assert [(p.code, p.row) for p in entry.problems] == [("E46", 2), ("C02" if confirmed else "C01", 3)]
        assert (entry.refused, entry.corrected, entry.accepted) == (1, 1, False)

    assert values(desk, contributions) == before
    assert only(run(desk, folder, paid(serial))).same == 1, "what does not change it may stand in a file"
    withdraw_batch(desk, CLERK, number)
    assert only(run(desk, folder, *rows, confirm_corrections=True)).corrected == 2


def test_filing_and_correcting_one_row_at_once_has_one_winner(desk: Desk, ledger: Ledger, folder):
    """Either the batch holds the row as it was previewed, or the correction came first and the preview is stale."""
    (serial,) = ledger.leaver(1, [202205])
    draft_id = prepare_draft(desk, [serial])
    preview = preview_batch(desk, CLERK, draft_id)
    path = csv_file(folder / "更正.csv", grid([paid(serial, 养老单位缴费金额="900")]))

    filed, corrected = at_once(
        [
            lambda: submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint),
            lambda: import_files(desk, ADMIN, [path], confirm_corrections=True),
        ]
    )

    (row,) = values(desk, contributions)
    if isinstance(filed, RefundError):
        assert corrected.stored
        assert row["pension_employer_part"] == 90000
    else:
        assert [p.code for p in corrected.files[0].problems] == ["E46"]
        assert row["pension_employer_part"] == 85760
        assert set(show_batch(desk, CLERK, filed.numbers[0]).lines["employer_part"]) == {85760, 2680, 1072}


def test_the_same_file_imported_by_many_at_once_is_stored_once(desk: Desk, folder):
    path = csv_file(
        folder / "实缴.csv", grid([contribution(n, 单位编号="E1", 社会保障号码=person(n)) for n in range(50)])
    )

    reports = at_once([lambda: import_files(desk, ADMIN, [path])] * 6)

    assert sorted(report.files[0].new for report in reports) == [0] * 5 + [50]
    assert all(report.stored for report in reports)
    assert len(values(desk, contributions)) == 50


def test_a_correction_may_concern_more_people_than_the_server_has_locks(postgresql_database):
    with postgresql_database.write() as connection:
        lock_people(connection, [f"{number:018d}" for number in range(30_000)])
