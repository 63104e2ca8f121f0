"""月度报告: the figures of one month as PDF and as a workbook. It is Chinese, like every paper of the agency."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, LineChart, Reference

from core.documents.ledger_workbook import without_time
from core.documents.pdf import write_pdf
from core.documents.workbook import Column, Holds, write_workbook
from core.domain.money import format_yuan

TITLE = "社会保险费退费月度报告"
_COLUMNS = (
    Column("项目"),
    Column("分类"),
    Column("批次数", Holds.COUNT),
    Column("条（次）数", Holds.COUNT),
    Column("金额（元）", Holds.MONEY),
    Column("累计占比", Holds.SHARE),
    Column("平均用时（天）", Holds.DAYS),
    Column("期限（工作日）", Holds.COUNT),
    Column("逾期率", Holds.SHARE),
    Column("比率", Holds.SHARE),
)
FILED, FUNDS, PARTS, EMPLOYERS, DISTRICTS, PAID, ENDED, REFUSED, STEPS, TREND = (
    "申报：按退费原因",
    "申报：按险种",
    "申报：单位和个人部分",
    "申报：按单位（前 10 位）",
    "申报：按地区",
    "支付：按险种",
    "不予退费、撤回",
    "不能退费：按原因",
    "办理情况",
    "近 12 个月申报",
)
STAGES, REVIEWERS = "各环节用时", "各经办人用时"
TOTALS, FIGURES = "本月合计", "办理指标"
OTHERS, OTHER_EMPLOYERS, OTHER_CAUSES, NO_REGION = "其他（含少于 5 个批次的）", "其他单位", "其他原因", "未知地区"
TO_PAY, LATE, BOUNCED, STRAIGHT = "平均支付用时（天）", "逾期办理率", "退票率", "一次通过率"
HIDDEN = "不足 5 个批次的数字不单独列出，已并入“其他”或略去。"
_EMPTY, _EMPTY_OR_HIDDEN = "没有可列出的记录。", "没有可列出的记录：没有发生，或不足 5 个批次。"
EMPLOYER_PART, PERSONAL_PART, EXTRAS = "单位部分", "个人部分", "滞纳金和利息"
#: What ended without payment: whole batches by their state, single lines by what was decided.
ENDS = {
    "rejected": "整批不予退费",
    "withdrawn": "整批撤回",
    "refuse": "明细不予退费",
    "drop": "明细放弃",
}
_CHARTS, _CHART_ROWS = "图表", 16


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: its name, batches, lines or times, and amount in fen (``None``: money has no say).

    Counts of ``None`` are not told. ``share`` (0–1): of this line and all before it, where they are looked at like that.
    """

    name: str
    batches: int | None
    count: int | None
    amount: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """One line of what took how long: steps, days for one on average, the share (0–1) that came after its due date.

    ``limit`` in working days where the line is a stage.
    """

    name: str
    moves: int
    days: float
    late: float
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """What a report says: its month, until when its figures reach, the whole of it, its sections, what took how long, and
    single figures (days, or shares 0–1; ``None`` is not told).

    ``hidden``: figures that stand for too few batches were left out or put together.
    """

    month: str
    until: str
    totals: Sequence[Row]
    sections: Sequence[tuple[str, Sequence[Row]]]
    times: Sequence[tuple[str, Sequence[Time]]]
    figures: Sequence[tuple[str, float | None]]
    hidden: bool


def write_report_pdf(report: MonthlyReport, at: datetime) -> bytes:
    """The report as A4: tables with a bar in every line. The same report and moment give the same bytes."""
    sections = [{"title": title, "rows": [_printed(row, rows) for row in rows]} for title, rows in report.sections]
    data = {
        "title": TITLE,
        "month": report.month,
        "until": report.until,
        "totals": [_printed(row, ()) for row in report.totals],
        "figures": [{"name": name, "value": _figure(name, value)} for name, value in report.figures],
        "sections": sections,
        "times": [{"title": title, "rows": [_timed(row) for row in rows]} for title, rows in report.times],
        "hidden": HIDDEN if report.hidden else "",
        "empty": _EMPTY_OR_HIDDEN if report.hidden else _EMPTY,
    }
    return write_pdf("report", data, at)


def write_report_workbook(report: MonthlyReport) -> bytes:
    """The same figures in one sheet, and charts of them in another; the same report gives the same bytes."""
    book = load_workbook(io.BytesIO(write_workbook(report.month, _COLUMNS, _cells(report))))
    _draw_charts(book, report)
    file = io.BytesIO()
    book.save(file)
    return without_time(file.getvalue())


def _cells(report: MonthlyReport) -> Iterator[tuple[Any, ...]]:
    for title, rows in ((TOTALS, report.totals), *report.sections):
        for row in rows:
            yield _line(title, row.name, row.batches, row.count, row.amount, row.share)
    for title, times in report.times:
        for each in times:
            yield _line(title, each.name, None, each.moves, None, None, each.days, each.limit, each.late)
    for name, value in report.figures:
        place = {TO_PAY: 4, LATE: 6}.get(name, 7)
        yield _line(FIGURES, name, *[None] * place, value)
    if report.hidden:
        yield _line("说明", HIDDEN)


def _line(*cells: Any) -> tuple[Any, ...]:
    return (*cells, *[None] * (len(_COLUMNS) - len(cells)))


def _draw_charts(book: Workbook, report: MonthlyReport) -> None:
    """A chart for every section with rows, which reads the sheet of figures: money where there is any, else times."""
    figures, sheet, first, place = book.worksheets[0], book.create_sheet(_CHARTS), 2 + len(report.totals), 1
    for title, rows in report.sections:
        if rows:
            chart = LineChart() if title == TREND else BarChart()
            chart.title, chart.legend, chart.height, chart.width = title, None, 7.5, 22
            column = 4 if rows[0].amount is None else 5
            last = first + len(rows) - 1
            chart.add_data(Reference(figures, min_col=column, min_row=first, max_row=last))
            chart.set_categories(Reference(figures, min_col=2, min_row=first, max_row=last))
            # Without this Excel hides both axes.
            chart.x_axis.delete = chart.y_axis.delete = False
            sheet.add_chart(chart, f"A{place}")
            place += _CHART_ROWS
        first += len(rows)


def _timed(row: Time) -> dict[str, Any]:
    return {
        "name": row.name,
        "moves": f"{row.moves:,}",
        "days": f"{row.days:.1f}",
        "limit": "" if row.limit is None else str(row.limit),
        "late": f"{row.late:.1%}",
    }


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.1f}" if name == TO_PAY else f"{value:.1%}"


def _printed(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    most = max((_size(each) for each in rows), default=0)
    return {
        "name": row.name,
        "batches": "" if row.batches is None else f"{row.batches:,}",
        "count": "" if row.count is None else f"{row.count:,}",
        "amount": "" if row.amount is None else format_yuan(row.amount),
        "share": "" if row.share is None else f"{row.share:.1%}",
        # A thousandth of the longest bar, so that no rounding of a machine gets into the file.
        "bar": _size(row) * 1000 // most if most else 0,
    }


def _size(row: Row) -> int:
    return (row.count or 0) if row.amount is None else row.amount
