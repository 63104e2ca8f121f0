"""月度报告: what was filed, told, decided and paid in a month, as PDF or workbook; a month that is over never changes again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from core.documents.pdf import PDF
from core.documents.report import (
    BOUNCED,
    DISTRICTS,
    EMPLOYER_PART,
    EMPLOYERS,
    ENDED,
    ENDS,
    EXTRAS,
    FILED,
    FUNDS,
    LATE,
    NO_REGION,
    OTHER_CAUSES,
    OTHER_EMPLOYERS,
    OTHERS,
    PAID,
    PARTS,
    PERSONAL_PART,
    REFUSED,
    REVIEWERS,
    STAGES,
    STEPS,
    STRAIGHT,
    TO_PAY,
    TREND,
    MonthlyReport,
    Row,
    Time,
    write_report_pdf,
    write_report_workbook,
)
from core.documents.workbook import XLSX
from core.domain.board_question import BoardQuestion, Measure
from core.domain.errors import InvalidInput
from core.domain.lifecycle import EDGES, WAITS_FOR, State
from core.domain.line_review import OTHER
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.vocabulary import INSURANCES, Insurance
from core.domain.wording import N_
from core.rules.catalogue import REFUSALS
from core.services.boards import NAMED_EMPLOYERS, Group, fold, least_of
from core.services.desk import AGENCY_ZONE, Desk
from core.services.exports import Export, keep_export
from core.services.step_boards import StepBoard, Waited, read_step_board
from core.services.steps import FILING
from core.store import reports as store
from core.store.database import Connection
from core.store.files import write_atomically

FIELD = "report_month"
FORMS = ("pdf", "xlsx")
#: Sections in which one batch is in several rows.
_OVERLAPPING = frozenset({FUNDS, PAID, ENDED, REFUSED, STEPS})
_SHARES = (LATE, BOUNCED, STRAIGHT)
_LABELS = {(edge.source.value, edge.step): edge.label for edge in EDGES}
_ORDER = {edge: place for place, edge in enumerate(_LABELS)}
#: Steps that several stages call the same: each is named with the stage that it left.
_AMBIGUOUS = {label for label, count in Counter(_LABELS.values()).items() if count > 1}


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
    least = least_of(viewer)
    board = read_step_board(desk, viewer, BoardQuestion(first=month, last=month))
    with desk.read() as connection:
        report = _read(connection, month, last, board, least)
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


def _read(connection: Connection, month: Period, last: date, board: StepBoard, least: int) -> MonthlyReport:
    span = (_stored(_moment(month.first_day)), _stored(_moment((month + 1).first_day)))
    whole = [*_filed(connection, month), *_done(connection, month, *span)]
    sections = [(title, _told(title, rows, least)) for title, rows in whole]
    totals = [_told_total(row, least) for row in _totals(connection, month, *span)]
    hidden = board.hidden or any(row.amount is None for row in totals)
    hidden = hidden or sections != whole
    sections = [(title, _pareto(rows) if title == REFUSED else rows) for title, rows in sections]
    paid = store.paid_batches(connection, *span)
    shares = zip(_SHARES, (board.late, board.bounced, board.straight), strict=True)
    figures = ((TO_PAY, _days(paid) if len(paid) >= least else None), *shares)
    times = ((STAGES, _stages(connection, board, span[1])), (REVIEWERS, _reviewers(board)))
    return MonthlyReport(str(month), last.isoformat(), totals, sections, times, figures, hidden)


def _told_total(row: Row, least: int) -> Row:
    return row if least <= 1 or (row.batches or 0) >= least else Row(row.name, None, None)


def _totals(connection: Connection, month: Period, since: str, until: str) -> Iterator[Row]:
    """What the head of the board of money says, as it stood at the end of the month."""
    filed = [_row("", each) for each in store.filed_by_reason(connection, month.number)]
    yield _together(Measure.FILED.label, filed)
    for measure, found in (
        (Measure.PAID, store.sum_paid(connection, since, until)),
        (Measure.REJECTED, store.sum_rejected(connection, since, until)),
        (Measure.TOLD, store.sum_told(connection, month.number)),
    ):
        yield Row(measure.label, found[0], found[1], int(found[2]))


def _stages(connection: Connection, board: StepBoard, until: str) -> list[Time]:
    """How long each stage took, against the limit that was in force when the month ended."""
    before = store.settings_before(connection, until)
    return [
        Time(State(each.key).label, each.moves, each.days, each.late, _limit(before, each)) for each in board.stages
    ]


def _limit(before: Mapping[str, str], stage: Waited) -> int | None:
    """Working days; ``before`` has the switches that were changed since."""
    value = before.get(WAITS_FOR[State(stage.key)][0], str(stage.limit))
    return int(value) or None if value.isdecimal() else None


def _reviewers(board: StepBoard) -> list[Time]:
    # A paper of the agency is Chinese, whoever asks for it.
    names = (SYSTEM.role.label if each.key == SYSTEM.username else each.key for each in board.reviewers)
    return [Time(name, each.moves, each.days, each.late) for name, each in zip(names, board.reviewers, strict=True)]


def _filed(connection: Connection, month: Period) -> Iterator[tuple[str, list[Row]]]:
    """What was filed in the month, in several cuts."""
    reasons = store.filed_by_reason(connection, month.number)
    yield FILED, [_row(f"{each[0]} {REASONS[each[0]].text}", each) for each in reasons]
    yield FUNDS, _by_fund(store.filed_by_insurance(connection, month.number))
    parts = zip((EMPLOYER_PART, PERSONAL_PART, EXTRAS), store.filed_parts(connection, month.number), strict=True)
    yield PARTS, [Row(name, *found) for name, found in parts if found[2]]
    yield EMPLOYERS, _employers([_row(each[0], each) for each in store.filed_by_employer(connection, month.number)])
    yield DISTRICTS, [_row(each[0] or NO_REGION, each) for each in store.filed_by_district(connection, month.number)]


def _done(connection: Connection, month: Period, since: str, until: str) -> Iterator[tuple[str, list[Row]]]:
    """What became of batches in the month, why lines were not refundable, and the year before."""
    yield PAID, _by_fund(store.paid_by_insurance(connection, since, until))
    ended = {each[0]: each for each in store.ended_without_payment(connection, since, until)}
    yield ENDED, [_row(name, ended[how]) for how, name in ENDS.items() if how in ended]
    told = store.refusals_told(connection, month.number)
    yield REFUSED, _causes([*told, *store.refused_for(connection, since, until)])
    yield STEPS, [_step(*each) for each in sorted(store.steps_taken(connection, since, until), key=_place)]
    months = store.filed_by_month(connection, (month + -11).number, month.number)
    yield TREND, [_row(str(Period(int(each[0]))), each) for each in months]


def _causes(found: Iterable[Any]) -> list[Row]:
    """Lines told or refused for each cause, the most first. Of what was told and refused some may be of the same batch."""
    by_code: dict[str, list[Any]] = {}
    for each in found:
        if each[0] == OTHER or (each[0] in REFUSALS and REFUSALS[each[0]].refuses):
            by_code.setdefault(each[0], []).append(each)
    causes = [
        (code, max(each[1] for each in own), sum(each[2] for each in own)) for code, own in sorted(by_code.items())
    ]
    return [
        Row(OTHER_CAUSES if code == OTHER else f"{code} {REFUSALS[code].text}", batches, count)
        for code, batches, count in sorted(causes, key=lambda cause: -cause[2])
    ]


def _pareto(rows: Sequence[Row]) -> list[Row]:
    """Causes with the share of each and all before it; how many batches they share nobody counts."""
    whole, so_far, found = sum(each.count or 0 for each in rows), 0, []
    for each in rows:
        so_far += each.count or 0
        found.append(replace(each, batches=None, share=so_far / whole))
    return found


def _employers(rows: list[Row]) -> list[Row]:
    named, rest = rows[:NAMED_EMPLOYERS], rows[NAMED_EMPLOYERS:]
    return [*named, _together(OTHER_EMPLOYERS, rest)] if rest else named


def _together(name: str, rows: Sequence[Row]) -> Row:
    return Row(name, *(sum(getattr(each, part) or 0 for each in rows) for part in ("batches", "count", "amount")))


def _told(title: str, rows: Sequence[Row], least: int) -> list[Row]:
    """Rows that stand for ``least`` batches, the others as one, as on the boards."""
    if least <= 1:
        return list(rows)
    if title == PARTS:
        return _told_parts(rows, least)
    groups = [Group(each.name, each.name, each.batches or 0, each.count or 0, each.amount or 0) for each in rows]
    money = any(each.amount is not None for each in rows)
    return [
        Row(each.key or OTHERS, each.batches, each.lines, each.amount if money else None)
        for each in fold(groups, least, overlapping=title in _OVERLAPPING)
    ]


def _told_parts(rows: Sequence[Row], least: int) -> list[Row]:
    """Parts of one sum, which stands for all batches of the month; how few have one of them is not told."""
    if max((each.batches or 0 for each in rows), default=0) < least:
        return []
    return [each if (each.batches or 0) >= least else replace(each, batches=None, count=None) for each in rows]


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
    label = _LABELS.get((source, step), FILING.label)
    return Row(f"{label}（{State(source).label}）" if label in _AMBIGUOUS else label, batches, times)


def _days(paid: Iterable[Any]) -> float | None:
    spans = [datetime.fromisoformat(end) - datetime.fromisoformat(begin) for begin, end in paid]
    return sum(spans, timedelta()) / len(spans) / timedelta(days=1) if spans else None
