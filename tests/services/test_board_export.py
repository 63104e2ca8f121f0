"""The batches behind a figure as a file: the same ones as on the screen, for a purpose that is kept."""

from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core.domain.board_question import Behind, BoardQuestion
from core.domain.errors import InvalidInput, NotAllowed
from core.services.audit_trail import read_trail
from core.services.board_export import export_rows
from core.services.board_rows import read_rows
from core.services.desk import Desk
from core.services.exports import open_export
from core.services.steps import advance_batch
from tests.support.desks import ADMIN, ANALYST, CLERK, REVIEWER, Ledger
from tests.support.rounds import file_clear

ALL = BoardQuestion(employer="E1")


def test_a_file_holds_every_batch_that_is_listed(desk: Desk, ledger: Ledger) -> None:
    numbers = [file_clear(desk, ledger, who, [202205]) for who in (1, 2, 3)]

    made = export_rows(desk, ANALYST, ALL, "月度核对 11999919900101001X")

    (heading, *rows, last) = load_workbook(open_export(desk, ANALYST, made.export_id)[1]).active.values
    assert heading[:7] == ("批次号", "状态", "办理期限", "单位名称", "退费原因", "计入金额（元）", "计入条数")
    listed = read_rows(desk, ANALYST, ALL)
    assert [row[0] for row in rows] == list(listed.rows["number"])
    assert {row[0] for row in rows} == set(numbers)
    assert {(row[1], row[3], row[4]) for row in rows} == {("待初审", "甲公司", "R01 劳动合同变动，单位未及时减员")}
    for figures in (rows, [last]):
        assert sum(Decimal(str(row[5])) for row in figures) * 100 == listed.sums["counted_amount"]
        assert sum(row[6] for row in figures) == listed.sums["counted_lines"]
    assert last[0] == "合计"
    (entry,) = [entry for entry in read_trail(desk, ADMIN).entries if entry.action == "export.batches"]
    assert "月度核对 …" in str(entry.detail)
    assert "employer=E1" in str(entry.detail)


def test_a_file_of_one_fund_holds_what_counts_of_it(desk: Desk, ledger: Ledger) -> None:
    file_clear(desk, ledger, 1, [202205])
    made = export_rows(desk, ANALYST, replace(ALL, insurance="unemployment"), "月度核对")
    (_heading, row, last) = load_workbook(open_export(desk, ANALYST, made.export_id)[1]).active.values
    assert row[5:7] == last[5:7] == (53.6, 1)


def test_a_file_of_steps_says_how_many_and_how_long(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger, 1, [202205])
    desk.clock.forward(days=20)  # type: ignore[attr-defined]
    advance_batch(desk, REVIEWER, number, "pass")
    made = export_rows(desk, ANALYST, BoardQuestion(behind=Behind.LATE, state="first_review"), "月度核对")
    (heading, row, last) = load_workbook(open_export(desk, ANALYST, made.export_id)[1]).active.values
    assert heading[5:8] == ("办理次数", "用时（小时）", "逾期次数")
    assert (row[0], *row[5:8]) == (number, 1, 480, 1)
    assert (last[0], *last[5:8]) == ("合计", 1, 480, 1)


def test_a_file_wants_a_purpose_and_something_to_hold(desk: Desk) -> None:
    for purpose in ("", "月度核对"):
        with pytest.raises(InvalidInput):
            export_rows(desk, ANALYST, ALL, purpose)


def test_a_file_is_for_those_who_analyse(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        export_rows(desk, CLERK, ALL, "月度核对")
