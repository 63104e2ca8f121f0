"""月度报告: what was filed, told, decided and paid in a month, as PDF or workbook; a month that is over never changes again."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from core.documents.pdf import PDF
from core.documents.report import (
    FILED,
    FUNDS,
    PAID,
    REFUSED,
    STEPS,
    TREND,
    MonthlyReport,
    Row,
    write_report_pdf,
    write_report_workbook,
)
from core.documents.workbook import XLSX
from core.domain.errors import InvalidInput
from core.domain.lifecycle import EDGES
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import INSURANCES, Insurance
from core.domain.wording import N_
from core.rules.catalogue import REFUSALS
from core.services.desk import AGENCY_ZONE, Desk
from core.services.exports import Export, keep_export
from core.services.steps import FILING
from core.store import reports as store
from core.store.database import Connection
from core.store.files import write_atomically

FIELD = "report_month"
FORMS = ("pdf", "xlsx")
_LABELS = {(edge.source.value, edge.step): edge.label for edge in EDGES}
_ORDER = {edge: place for place, edge in enumerate(_LABELS)}


def write_report(desk: Desk, viewer: Viewer, month: Period, form: str) -> bytes:
    """The report of a month as ``pdf`` or ``xlsx``. A month that is over gives the same bytes whenever it is asked for.

    Needs ``Right.ANALYSE``; ``InvalidInput`` for a month that has not begun.
    """
    viewer.require(Right.ANALYSE)
    if month > Period.of(desk.today()):
        raise InvalidInput(N_("{month} 还没有到，请选择本月或以前的月份"), field=FIELD, month=str(month))
    if form not in FORMS:
        raise InvalidInput(N_("请选择导出格式"), field=FIELD)
    # Of a month that goes on, the figures reach until today.
    last = min(month.last_day, desk.today())
    with desk.read() as connection:
        report = _read(connection, month, last)
    return write_report_pdf(report, _moment(last)) if form == "pdf" else write_report_workbook(report)


def write_report_to(desk: Desk, viewer: Viewer, month: Period, form: str, path: Path) -> None:
    """``write_report`` into a file of the operator's, whole or not at all; what was there is replaced."""
    content = write_report(desk, viewer, month, form)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise InvalidInput(
            N_("无法写入 {file}：请检查文件夹的权限和剩余空间，或换一个文件名"), file=str(path)
        ) from error


def export_report(desk: Desk, viewer: Viewer, month: Period, form: str) -> Export:
    """The report as a file of the viewer's own, with an audit entry."""
    content = write_report(desk, viewer, month, form)
    name = f"report-{month}.{form}"
    return keep_export(desk, viewer, "report", name, content, PDF if form == "pdf" else XLSX, month=str(month))


def _moment(day: date) -> datetime:
    """The first moment of a day at the agency."""
    return datetime.combine(day, time(), AGENCY_ZONE)


def _read(connection: Connection, month: Period, last: date) -> MonthlyReport:
    span = (_stored(_moment(month.first_day)), _stored(_moment((month + 1).first_day)))
    sections = (
        (
            FILED,
            [
                _row(f"{each[0]} {REASONS[each[0]].text}", each)
                for each in store.filed_by_reason(connection, month.number)
            ],
        ),
        (FUNDS, _by_fund(store.filed_by_insurance(connection, month.number))),
        (PAID, _by_fund(store.paid_by_insurance(connection, *span))),
        (
            REFUSED,
            [
                _row(f"{each[0]} {REFUSALS[each[0]].text}", each)
                for each in store.refusals_told(connection, month.number)
            ],
        ),
        (STEPS, [_step(*each) for each in sorted(store.steps_taken(connection, *span), key=_place)]),
        (
            TREND,
            [
                _row(str(Period(int(each[0]))), each)
                for each in store.filed_by_month(connection, (month + -11).number, month.number)
            ],
        ),
    )
    return MonthlyReport(str(month), last.isoformat(), sections, _days(store.paid_batches(connection, *span)))


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _row(name: str, found: Any) -> Row:
    return Row(name, found[1], found[2], int(found[3]) if len(found) > 3 else None)


def _by_fund(found: Iterable[Any]) -> list[Row]:
    order = list(INSURANCES)
    return [_row(Insurance(each[0]).label, each) for each in sorted(found, key=lambda row: order.index(row[0]))]


def _place(found: Any) -> int:
    """Steps as a batch takes them, the filing first."""
    return _ORDER.get((found[0], found[1]), -1)


def _step(source: str, step: str, times: int, batches: int) -> Row:
    return Row(_LABELS.get((source, step), FILING.label), batches, times)


def _days(paid: Iterable[Any]) -> str:
    spans = [datetime.fromisoformat(end) - datetime.fromisoformat(begin) for begin, end in paid]
    return f"{sum(spans, timedelta()) / len(spans) / timedelta(days=1):.1f}" if spans else ""
