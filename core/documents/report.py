"""月度报告: the figures of one month as PDF and as a workbook. It is Chinese, like every paper of the agency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.documents.ledger_workbook import without_time
from core.documents.pdf import write_pdf
from core.documents.workbook import Column, Holds, write_workbook
from core.domain.money import format_yuan

TITLE = "社会保险费退费月度报告"
_COLUMNS = (
    Column("项目"),
    Column("分类"),
    Column("批次数", Holds.COUNT),
    Column("条数", Holds.COUNT),
    Column("金额（元）", Holds.MONEY),
)
FILED, FUNDS, PAID, REFUSED, STEPS, TREND = (
    "申报：按退费原因",
    "申报：按险种",
    "支付：按险种",
    "不能退费：按原因",
    "办理情况",
    "近 12 个月申报",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: its name, batches, lines or times, and amount in fen (``None``: money has no say)."""

    name: str
    batches: int
    count: int
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """What a report says: its month, until when its figures reach, its sections, how long payment took (days, or blank)."""

    month: str
    until: str
    sections: Sequence[tuple[str, Sequence[Row]]]
    days_to_pay: str


def write_report_pdf(report: MonthlyReport, at: datetime) -> bytes:
    """The report as A4: tables with a bar in every line. The same report and moment give the same bytes."""
    sections = [{"title": title, "rows": [_printed(row, rows) for row in rows]} for title, rows in report.sections]
    data = {
        "title": TITLE,
        "month": report.month,
        "until": report.until,
        "days": report.days_to_pay,
        "sections": sections,
    }
    return write_pdf("report", data, at)


def write_report_workbook(report: MonthlyReport) -> bytes:
    """The same figures in one sheet; the same report gives the same bytes."""
    return without_time(write_workbook(report.month, _COLUMNS, _cells(report)))


def _cells(report: MonthlyReport) -> Iterator[tuple[Any, ...]]:
    for title, rows in report.sections:
        for row in rows:
            yield title, row.name, row.batches, row.count, row.amount
    yield "平均支付用时（天）", report.days_to_pay or "—", None, None, None


def _printed(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    most = max((_size(each) for each in rows), default=0)
    return {
        "name": row.name,
        "batches": f"{row.batches:,}",
        "count": f"{row.count:,}",
        "amount": "" if row.amount is None else format_yuan(row.amount),
        # A thousandth of the longest bar, so that no rounding of a machine gets into the file.
        "bar": _size(row) * 1000 // most if most else 0,
    }


def _size(row: Row) -> int:
    return row.count if row.amount is None else row.amount
