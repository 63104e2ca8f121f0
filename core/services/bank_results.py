"""银行回盘: what became of payment orders, from a file of the bank; checked whole, booked whole or not at all.

A row is booked when reference, amount *and* account are those of one order that waits for its result. Anything else refuses the
file; its rows that fit nothing lie in the tray until somebody has settled them with the bank.
"""

import tempfile
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.documents.bank_messages import read_bank_message
from core.documents.bank_results import (
    ENDINGS,
    MAX_BYTES,
    ResultFile,
    ResultRow,
    RowFault,
    read_result_table,
)
from core.domain.errors import Conflict, InvalidInput, RefundError
from core.domain.lifecycle import Part
from core.domain.payments import CAUSES, Outcome, ResultKind, is_payment_reference
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.wording import N_
from core.services.desk import AGENCY_ZONE, Desk
from core.services.payment_runs import blobs
from core.services.payment_steps import Answer, book_answers
from core.store import payments as store
from core.store.database import Connection
from core.store.files import sha256_of
from core.store.locks import lock_payments

_FIELD = "bank_file"
#: What a file may hold besides our results: it goes to the tray and refuses nothing.
_ASIDE = frozenset({"not_ours", "returned_later"})
_MESSAGES = frozenset({ResultKind.PAIN002, ResultKind.CAMT053})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file beside the order it names. ``cause`` is blank for a fit; ``known``: booked before, the same."""

    row: ResultRow
    cause: str
    number: str = ""
    employer_name: str = ""
    expected: int | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class ResultReport:
    """What a file would book. ``imported``: by whom and when (UTC) this very file was booked already."""

    name: str
    kind: ResultKind
    sha256: str
    lines: tuple[Line, ...]
    faults: tuple[RowFault, ...]
    imported: tuple[str, str] | None = None
    #: Whether its stray rows lie in the tray, because it was refused before.
    kept: bool = False

    @property
    def problems(self) -> list[RowFault]:
        """Everything that refuses the file, in the order of its rows."""
        rows = [
            RowFault(line.row.row, line.row.reference, CAUSES[line.cause])
            for line in self.lines
            if line.cause and line.cause not in _ASIDE
        ]
        return sorted([*self.faults, *rows], key=lambda fault: fault.row)

    @property
    def can_book(self) -> bool:
        """Whether it can be booked as it is."""
        return not self.problems and self.imported is None

    @property
    def booked(self) -> list[Line]:
        """The lines that book something."""
        return [line for line in self.lines if not line.cause and not line.known]

    @property
    def aside(self) -> list[Line]:
        """The lines that go to the tray without refusing the file."""
        return [line for line in self.lines if line.cause in _ASIDE]

    @property
    def strays(self) -> list[Line]:
        """The lines that fit no order: of a refused file all of them go to the tray."""
        return [line for line in self.lines if line.cause]

    def sum_of(self, outcome: Outcome) -> tuple[int, int]:
        """(lines, fen) that would be booked with this outcome."""
        own = [line.row for line in self.booked if line.row.outcome is outcome]
        return len(own), sum(row.amount or 0 for row in own)


@dataclass(frozen=True, slots=True)
class Booked:
    """What a file has booked: its report, and the numbers of the batches it moved on."""

    report: ResultReport
    paid: tuple[str, ...]
    bounced: tuple[str, ...]
    waiting: tuple[str, ...]


class ResultsRefusedError(RefundError):
    """A file with something wrong in it: nothing of it is booked. ``problems`` are its causes, row by row."""

    def __init__(self, report: ResultReport) -> None:
        super().__init__(N_("回盘文件有问题，没有登记任何结果"), field=_FIELD)
        self.report = report
        self.problems = [_as_error(fault) for fault in report.problems]


def _as_error(fault: RowFault) -> InvalidInput:
    problem = InvalidInput(fault.sentence, **fault.values)
    if fault.row:
        sentence = N_("第 {row} 行“{column}”：{problem}")
        return InvalidInput(sentence, field=_FIELD, row=fault.row, column=fault.column, problem=_told(problem))
    return InvalidInput(fault.sentence, field=_FIELD, **fault.values)


def _told(problem: RefundError) -> str:
    return problem.sentence if not problem.values else str(problem)


def read_results(desk: Desk, viewer: Viewer, name: str, content: bytes) -> ResultReport:
    """What this file would book, and everything wrong in it; changes nothing. ``InvalidInput`` when it can't be read at all."""
    viewer.require(Right.PAY)
    file = _read(name, content)
    with desk.read() as connection:
        return _match(desk, connection, viewer, name, content, file)


def book_results(desk: Desk, viewer: Viewer, name: str, content: bytes) -> Booked:
    """Book every result of the file in one transaction: 已支付 with its reversing rows, or the correction after a bounce.

    Raises ``ResultsRefusedError`` when anything is wrong in it (its stray rows then lie in the tray), ``Conflict`` for a file
    that was booked before.
    """
    viewer.require(Right.PAY)
    file = _read(name, content)
    blobs(desk).put(content)
    try:
        return _book(desk, viewer, name, content, file)
    except ResultsRefusedError as refused:
        _keep_refused(desk, viewer, refused.report)
        raise


def _read(name: str, content: bytes) -> ResultFile:
    """The file as a whole; its name is only asked for its ending."""
    suffix = Path(name).suffix.lower()
    if suffix not in ENDINGS:
        raise InvalidInput(N_("只接收 {endings} 文件"), field=_FIELD, endings="、".join(ENDINGS))
    if len(content) > MAX_BYTES:
        raise InvalidInput(N_("文件超过 {size} MB，请拆分后导入"), field=_FIELD, size=MAX_BYTES >> 20)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"result{suffix}"
            path.write_bytes(content)
            return read_bank_message(path) if suffix == ".xml" else read_result_table(path)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=_FIELD, **error.values) from error


# --- matching ---------------------------------------------------------------------------------------------------------


def _match(
    desk: Desk, connection: Connection, viewer: Viewer, name: str, content: bytes, file: ResultFile
) -> ResultReport:
    rows = _folded(file)
    orders = store.find_orders(connection, {row.reference for row in rows})
    held = _parts_held(connection, viewer, {order.batch_id for order in orders.values()})
    times = Counter(row.reference for row in rows)
    today = desk.today().isoformat()
    lines = [_line(file.kind, row, orders.get(row.reference), held, times[row.reference], today) for row in rows]
    sha256 = sha256_of(content)
    known = store.find_result(connection, sha256, booked=True)
    imported = (known.imported_by, known.imported_at) if known is not None else None
    kept = store.find_result(connection, sha256, booked=False) is not None
    return ResultReport(name, file.kind, sha256, tuple(lines), tuple(file.faults), imported, kept)


def _folded(file: ResultFile) -> list[ResultRow]:
    """Of a payment that left and came back on one statement only the return counts."""
    if file.kind is not ResultKind.CAMT053:
        return file.rows
    returned = {(row.reference, row.amount) for row in file.rows if row.outcome is Outcome.BOUNCED}
    return [r for r in file.rows if r.outcome is Outcome.BOUNCED or (r.reference, r.amount) not in returned]


def _parts_held(connection: Connection, viewer: Viewer, batch_ids: Collection[str]) -> Mapping[str, str]:
    """The viewer's part in each of these batches. The command line has none: that the system accepted one is nobody's part."""
    return {} if viewer == SYSTEM else store.parts_held(connection, viewer.username, batch_ids)


def _line(kind: ResultKind, row: ResultRow, order: Any | None, held: Mapping[str, str], times: int, today: str) -> Line:
    if order is None:
        foreign = kind is ResultKind.CAMT053 and not is_payment_reference(row.reference)
        return Line(row, "not_ours" if foreign else "unknown")
    known = kind in _MESSAGES and order.status == row.outcome.value
    cause = _cause(row, order, times, today) or ("" if known else _standing(row, order, held))
    return Line(row, cause, order.number, order.employer_name, order.amount, known=known and not cause)


def _cause(row: ResultRow, order: Any, times: int, today: str) -> str:
    """What of the row contradicts the order."""
    if times > 1:
        return "twice"
    if row.amount != order.amount:
        return "amount"
    if row.account != order.bank_account:
        return "account"
    # The day is printed on letters and certificates. Not every message tells one, and a bank may answer before the day it was
    # asked for.
    return "" if not row.settled_on or order.day <= row.settled_on <= max(order.day, today) else "day"


def _standing(row: ResultRow, order: Any, held: Mapping[str, str]) -> str:
    """What of the order's standing forbids the result."""
    if order.status != Outcome.SENT.value:
        late = (order.status, row.outcome) == (Outcome.PAID, Outcome.BOUNCED)
        return "returned_later" if late else "settled"
    return "part" if held.get(order.batch_id, Part.PAYER.value) != Part.PAYER.value else ""


# --- booking ----------------------------------------------------------------------------------------------------------


def _book(desk: Desk, viewer: Viewer, name: str, content: bytes, file: ResultFile) -> Booked:
    with desk.write(viewer) as unit:
        lock_payments(unit.connection)
        report = _match(desk, unit.connection, viewer, name, content, file)
        if report.imported is not None:
            raise _already(report.imported)
        if report.problems:
            raise ResultsRefusedError(report)
        result_id = desk.new_id()
        values = _result_values(result_id, report, viewer, unit.at, booked=True)
        store.insert_result(unit.connection, values, [_stored(line) for line in report.lines])
        moved = book_answers(desk, unit, result_id, [_answer(line.row) for line in report.booked])
        unit.audit("payment.results", result_id, rows=len(report.lines), total=values["total"])
    return Booked(report, moved.paid, moved.bounced, moved.waiting)


def _already(imported: tuple[str, str]) -> Conflict:
    name, at = imported
    told = f"{datetime.fromisoformat(at).astimezone(AGENCY_ZONE):%Y-%m-%d %H:%M}"
    return Conflict(N_("该文件已由 {name} 于 {at} 导入，没有重复登记"), field=_FIELD, name=name, at=told)


def _keep_refused(desk: Desk, viewer: Viewer, report: ResultReport) -> None:
    """The stray rows of a refused file, once: what has to be settled with the bank must not be lost with the message."""
    stray = report.strays
    with desk.write(viewer) as unit:
        lock_payments(unit.connection)
        if store.find_result(unit.connection, report.sha256, booked=False) is not None:
            return
        result_id = desk.new_id()
        values = _result_values(result_id, report, viewer, unit.at, booked=False)
        store.insert_result(unit.connection, {**values, "row_count": len(stray)}, [_stored(line) for line in stray])
        unit.audit("payment.refuse_results", result_id, problems=len(report.problems))


def _result_values(result_id: str, report: ResultReport, viewer: Viewer, at: str, *, booked: bool) -> dict[str, Any]:
    return {
        "result_id": result_id,
        "kind": report.kind.value,
        "file_name": report.name[:200],
        "sha256": report.sha256,
        "booked": booked,
        "row_count": len(report.lines),
        "total": sum(line.row.amount or 0 for line in report.lines),
        "imported_by": viewer.username,
        "imported_at": at,
    }


def _stored(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "reference": row.reference[:64],
        "account": row.account[:64],
        "amount": row.amount,
        "outcome": row.outcome.value,
        "reason": row.reason,
        "settled_on": row.settled_on,
        "cause": line.cause,
    }


def _answer(row: ResultRow) -> Answer:
    return Answer(row.reference, row.outcome, row.reason, row.settled_on)
