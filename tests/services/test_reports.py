"""月度报告: figures of a month against pandas, and a month that is over gives the same bytes whenever it is asked for."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from pypdf import PdfReader

from core.domain.board_question import BoardQuestion, Measure
from core.domain.errors import InvalidInput, NotAllowed
from core.domain.period import Period
from core.domain.roles import SYSTEM, Viewer
from core.services import steps
from core.services.audit_trail import read_trail
from core.services.boards import read_board
from core.services.desk import AGENCY_ZONE, Desk
from core.services.exports import open_export
from core.services.line_decisions import decide_lines
from core.services.reports import export_report, write_report
from core.services.settings import change_setting
from core.store.database import Database
from tests.support.desks import ANALYST, CLERK, FINANCE, REVIEWER, SECOND_REVIEWER, Clock, Ledger, make_desk, person
from tests.support.rounds import REFUSE, file_clear, file_reviewed, file_serials, to_payment
from tests.support.volume import write_batches

MONTH = Period(202311)
COLUMNS = ["section", "name", "batches", "count", "amount", "share", "days", "limit", "late", "rate"]


@pytest.fixture
def filed(desk: Desk, ledger: Ledger) -> str:
    """A batch that is paid in November, one with refused lines, one withdrawn."""
    assert isinstance(desk.clock, Clock)
    number = file_clear(desk, ledger)
    file_serials(desk, ledger.leaver(2, [202203, 202205]))
    steps.withdraw_batch(desk, CLERK, file_serials(desk, ledger.leaver(3, [202205])))
    to_payment(desk, number)
    steps.advance_batch(desk, FINANCE, number, "pay")
    desk.clock.forward(days=2)
    steps.advance_batch(desk, FINANCE, number, "settle", "回单")
    return number


def sheet(desk: Desk, month: Period = MONTH, viewer: Viewer = SYSTEM) -> pd.DataFrame:
    rows = list(load_workbook(io.BytesIO(write_report(desk, viewer, month, "xlsx"))).active.values)
    return pd.DataFrame(rows[1:], columns=COLUMNS)


def test_figures_are_those_of_the_lines(desk: Desk, filed: str) -> None:
    with desk.read() as connection:
        rows = connection.execute(sa.text("SELECT batch_id, insurance, refundable FROM batch_lines")).all()
    plain = pd.DataFrame(rows, columns=["batch", "insurance", "amount"])
    found = sheet(desk)
    reason = found[found.section == "申报：按退费原因"].iloc[0]
    assert (reason.batches, reason["count"]) == (3, len(plain))
    assert round(reason.amount * 100) == plain.amount.sum()
    funds = found[found.section == "申报：按险种"].set_index("name").amount
    by_fund = plain.groupby("insurance").amount.sum()
    assert {name: round(each * 100) for name, each in funds.items()} == {
        "养老": by_fund["pension"],
        "失业": by_fund["unemployment"],
        "工伤": by_fund["work_injury"],
    }
    paid = found[found.section == "支付：按险种"].amount
    assert round(paid.sum() * 100) == 270144
    told = found[found.section == "不能退费：按原因"]
    assert list(zip(told.name, told["count"], strict=True)) == [("N13 不在退费原因对应的期间", 3)]
    figures = found.set_index(["section", "name"]).loc["办理指标"]
    assert figures.loc["平均支付用时（天）", "days"] == 2


def test_the_report_says_what_the_boards_say(desk: Desk, filed: str) -> None:
    found = sheet(desk).set_index(["section", "name"])
    assert found.loc[("申报：按单位（前 10 位）", "甲公司"), "batches"] == 3
    assert found.loc[("申报：按地区", "未知地区"), "batches"] == 3
    parts = found.loc["申报：单位和个人部分"].amount
    assert round(parts.sum(), 2) == round(found.loc["申报：按险种"].amount.sum(), 2)
    assert tuple(found.loc[("不予退费、撤回", "整批撤回"), ["batches", "count", "amount"]]) == (1, 3, 1350.72)
    assert tuple(found.loc[("各环节用时", "支付中"), ["count", "days", "limit", "late"]]) == (1, 2, 5, 0)
    assert tuple(found.loc[("各经办人用时", FINANCE.username), ["count", "days"]]) == (2, 1)
    assert found.loc[("办理指标", "退票率"), "rate"] == 0
    assert found.loc[("办理指标", "一次通过率"), "rate"] == 1


@pytest.mark.parametrize("viewer", [SYSTEM, ANALYST], ids=lambda viewer: viewer.role)
def test_totals_and_causes_are_those_of_the_board(database: Database, data_dir: Path, viewer: Viewer) -> None:
    desk = make_desk(database, data_dir)
    write_batches(database, 300, employer_count=12)
    _number_by_month(database)
    for month in (Period(202306), Period(202309)):
        found, board = sheet(desk, month, viewer), read_board(desk, viewer, BoardQuestion(first=month, last=month))
        totals = found[found.section == "本月合计"].set_index("name")
        assert board.totals[Measure.FILED].batches > 5
        for measure in (Measure.FILED, Measure.PAID, Measure.REJECTED, Measure.TOLD):
            told = totals.loc[measure.label, ["batches", "count", "amount"]]
            if total := board.totals.get(measure):
                assert tuple(told) == (total.batches, total.lines, total.amount / 100)
            else:
                assert told.isna().all() or not told.any()
        causes = found[found.section == "不能退费：按原因"]
        assert board.causes
        assert list(zip(causes.name, causes["count"], strict=True)) == [
            (each.label, each.lines) for each in board.causes
        ]
        assert list(causes.share) == pytest.approx([each.cumulative for each in board.causes])


def _number_by_month(database: Database) -> None:
    """Numbers of invented batches say when they were filed, as those of the product do."""
    with database.write() as connection:
        filed = connection.execute(sa.text("SELECT batch_id, submitted_at FROM batches")).all()
        for batch_id, at in filed:
            month = datetime.fromisoformat(at).astimezone(AGENCY_ZONE)
            number = f"TF{month:%Y%m}{int(batch_id[1:]):011d}"
            connection.execute(
                sa.text("UPDATE batches SET number = :number WHERE batch_id = :id"), {"number": number, "id": batch_id}
            )


def test_lines_refused_for_a_cause_count_beside_those_that_were_told(desk: Desk, ledger: Ledger) -> None:
    file_serials(desk, ledger.leaver(2, [202203, 202205]))
    number = file_clear(desk, ledger)
    steps.advance_batch(desk, REVIEWER, number, "reject", "已享受养老待遇", code="N06")
    causes = sheet(desk).set_index(["section", "name"]).loc["不能退费：按原因"]
    assert causes["count"].to_dict() == {"N06 已享受养老待遇": 6, "N13 不在退费原因对应的期间": 3}
    assert causes["share"].tolist() == [6 / 9, 1]


def test_a_part_counts_the_lines_that_have_it(desk: Desk, ledger: Ledger, filed: str) -> None:
    parts = sheet(desk).set_index(["section", "name"]).loc["申报：单位和个人部分"]
    with desk.read() as connection:
        lines = connection.execute(sa.text("SELECT batch_id, employer_part, personal_part FROM batch_lines")).all()
    plain = pd.DataFrame(lines, columns=["batch", "employer", "personal"])
    own = plain[plain.personal > 0]
    assert tuple(parts.loc["个人部分", ["batches", "count"]]) == (own.batch.nunique(), len(own))
    assert len(own) < len(plain) == parts.loc["单位部分", "count"]
    for who in range(4, 8):
        file_serials(desk, ledger.leaver(who, [202205]))
    file_serials(desk, [ledger.row(person(8), 202205, pension_late_fee=700)], reason="R10")
    told = sheet(desk, viewer=ANALYST).set_index(["section", "name"]).loc["申报：单位和个人部分"]
    assert told["batches"].fillna(0).to_dict() == {"单位部分": 8, "个人部分": 8, "滞纳金和利息": 0}
    assert told.loc["滞纳金和利息", "amount"] == 7


def test_a_step_that_several_stages_know_is_named_with_its_stage(desk: Desk, ledger: Ledger, filed: str) -> None:
    number = file_clear(desk, ledger, who=5)
    steps.advance_batch(desk, REVIEWER, number, "return", "请补充材料")
    names = list(sheet(desk).set_index("section").loc["办理情况"].name)
    assert {"退回补正（待初审）", "撤回（待受理）", "初审通过"} <= set(names)
    assert len(names) == len(set(names))


def test_numbers_are_numbers_with_formats_of_their_own(desk: Desk, filed: str) -> None:
    rows = load_workbook(io.BytesIO(write_report(desk, SYSTEM, MONTH, "xlsx"))).active.iter_rows(min_row=2)
    formats = ["@", "@", "0", "0", "#,##0.00", "0.0%", "0.0", "0", "0.0%", "0.0%"]
    for row in rows:
        assert [cell.number_format for cell in row] == formats
        assert all(isinstance(cell.value, int | float | None) for cell in row[2:])


def test_figures_of_few_batches_are_not_told(desk: Desk, ledger: Ledger, filed: str) -> None:
    found = sheet(desk, viewer=ANALYST)
    assert set(found.section) == {"本月合计", "办理指标", "说明"}
    assert found.iloc[:, 2:].isna().all(axis=None)
    for who in (4, 5):
        file_serials(desk, ledger.leaver(who, [202205]))
    found = sheet(desk, viewer=ANALYST).set_index(["section", "name"])
    assert found.loc[("申报：按单位（前 10 位）", "甲公司"), "batches"] == 5
    assert "支付：按险种" not in set(found.index.get_level_values(0))


def test_a_refused_line_counts_when_the_step_is_taken(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    assert "不予退费、撤回" not in set(sheet(desk).section)
    to_payment(desk, number)
    ended = sheet(desk).set_index(["section", "name"])
    assert tuple(ended.loc[("不予退费、撤回", "明细不予退费"), ["batches", "count"]]) == (1, 1)


def test_the_lines_of_a_rejected_batch_count_as_its_own(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    steps.advance_batch(desk, REVIEWER, number, "pass")
    decide_lines(desk, SECOND_REVIEWER, number, [2], REFUSE)
    steps.advance_batch(desk, SECOND_REVIEWER, number, "reject", "均不符合", code="N13")
    ended = sheet(desk).set_index(["section", "name"]).loc["不予退费、撤回"]
    assert {name: (row["batches"], row["count"], row["amount"]) for name, row in ended.iterrows()} == {
        "整批不予退费": (1, 5, 1415.04),
        "明细不予退费": (1, 1, 1286.4),
    }


def test_the_workbook_draws_its_figures(desk: Desk, filed: str) -> None:
    book = load_workbook(io.BytesIO(write_report(desk, SYSTEM, MONTH, "xlsx")))
    rows = sheet(desk)
    charts = book.worksheets[1]._charts
    assert len(charts) == rows[rows["count"].notna() & rows.days.isna()].section.nunique() - 1
    assert [type(chart).__name__ for chart in charts].count("LineChart") == 1


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_month_that_is_over_never_changes(desk: Desk, ledger: Ledger, filed: str, form: str) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.now = datetime(2023, 12, 5, tzinfo=UTC)
    first = write_report(desk, SYSTEM, MONTH, form)
    steps.advance_batch(desk, FINANCE, filed, "money_back", "银行退回")
    file_serials(desk, ledger.leaver(9, [202205]))
    change_setting(desk, SYSTEM, "days_to_pay", "9")
    change_setting(desk, SYSTEM, "days_to_pay", "7")
    desk.clock.forward(days=40)
    assert write_report(desk, SYSTEM, MONTH, form) == first
    assert write_report(desk, SYSTEM, MONTH + 1, form) != first


def test_the_pdf_says_its_month_and_its_figures(desk: Desk, filed: str) -> None:
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(write_report(desk, SYSTEM, MONTH, "pdf"))).pages
    )
    assert "2023-11" in text
    assert "2,572.80" in text
    assert "N13" in text
    assert "已退费" in text
    assert "期限（工作日）" in text
    assert "累计占比" in text


def test_an_empty_month_is_a_report_too(desk: Desk) -> None:
    assert write_report(desk, ANALYST, Period(202301), "pdf").startswith(b"%PDF")
    assert set(sheet(desk, Period(202301)).section) == {"本月合计", "办理指标"}
    assert "不足 5 个批次" in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(write_report(desk, ANALYST, MONTH, "pdf"))).pages
    )


def test_a_report_is_kept_as_an_export(desk: Desk, filed: str) -> None:
    made = export_report(desk, ANALYST, MONTH, "pdf")
    assert made.file_name == "report-2023-11.pdf"
    assert open_export(desk, ANALYST, made.export_id)[1].read_bytes().startswith(b"%PDF")
    assert "2023-11" in read_trail(desk, SYSTEM, search="export.report").entries[0].detail


def test_what_can_not_be_reported(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        write_report(desk, ANALYST, MONTH + 1, "pdf")
    with pytest.raises(InvalidInput):
        write_report(desk, ANALYST, MONTH, "csv")
    with pytest.raises(NotAllowed):
        write_report(desk, CLERK, MONTH, "pdf")
