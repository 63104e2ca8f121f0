"""What the bank sends back of a payment run: every row in one shape, with everything wrong in it as faults.

Our own table (xlsx, xls, csv; ``docs/formats.md``) is read here, messages of ISO 20022 in ``bank_messages``.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.documents.cells import DAY, Reader, read_account, read_amount, read_code, read_note
from core.documents.problems import SENTENCES, Fault
from core.documents.sheets import Sheet
from core.documents.sources import open_sheets, reading_turns
from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise
from core.domain.payments import Outcome, ResultKind
from core.domain.period import day_text
from core.domain.wording import N_

#: The titles of our table, which the bank's staff fill in.
TITLES = {
    "reference": "支付参考号",
    "account": "收款账号",
    "amount": "金额",
    "outcome": "结果",
    "reason": "退票原因",
    "settled_on": "入账日期",
}
TOTAL = "合计"
SUCCESS, BOUNCE = "成功", "退票"
MAX_ROWS = 50_000
MAX_BYTES = 20 << 20
_HEADER_ROWS = 10
ENDINGS = (".xlsx", ".xls", ".csv", ".xml")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One answer of the bank. ``amount`` in fen (``None``: not told), ``settled_on`` ISO 8601 or blank."""

    row: int
    reference: str
    account: str
    amount: int | None
    outcome: Outcome
    reason: str = ""
    settled_on: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one row (0: the file as a whole): a sentence to be translated, and its values."""

    row: int
    column: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class ResultFile:
    """A file as read: its rows, and its faults; a row with a fault is not among the rows."""

    kind: ResultKind
    rows: list[ResultRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Fen of all rows."""
        return sum(row.amount or 0 for row in self.rows)


def read_result_table(path: Path) -> ResultFile:
    """The first sheet that has our columns; ``InvalidInput`` in one sentence for a file that can't be read at all."""
    try:
        with reading_turns, closing(open_sheets(path)) as sheets:
            for sheet in sheets:
                if (found := _read_sheet(sheet)) is not None:
                    return found
    except Fault as fault:
        values: dict[str, Any] = dict(fault.values)
        raise InvalidInput(SENTENCES[fault.code], **values) from fault
    raise InvalidInput(N_("文件前 10 行里没有找到回盘文件的表头（支付参考号、收款账号、金额、结果等六列），请核对列名"))


def _read_sheet(sheet: Sheet) -> ResultFile | None:
    reading: _Reading | None = None
    if sheet.fault:
        raise sheet.fault
    for block in sheet.blocks:
        for row, cells in enumerate(block.rows, start=block.first_row):
            if reading is None:
                if places := _find_places(cells):
                    reading = _Reading(places)
                elif row >= _HEADER_ROWS:
                    return None
            elif any(cell != "" for cell in cells):
                reading.take(row, cells)
    return reading.finish() if reading else None


def _find_places(cells: Sequence[Any]) -> dict[str, int]:
    titles = [normalise(cell) if isinstance(cell, str) else "" for cell in cells]
    if not set(TITLES.values()) <= set(titles):
        return {}
    return {name: titles.index(title) for name, title in TITLES.items()}


class _Reading:
    """A table while its rows arrive; the row 合计 has to be its last."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.places, self.file = places, ResultFile(ResultKind.TABLE)
        self.readers = {
            "reference": Reader(read_code, blank="", required=True),
            "account": Reader(read_account, blank="", required=True),
            "amount": Reader(read_amount, blank=None, required=True),
            "outcome": Reader(_read_outcome, blank=None, required=True),
            "reason": Reader(read_note, blank=""),
            "settled_on": Reader(DAY.read, blank=None, required=True),
        }
        self.told: int | None = None
        self.bad_total, self.last_row = False, 0

    def take(self, row: int, cells: Sequence[Any]) -> None:
        """One row that isn't blank."""
        self.last_row = row
        if len(self.file.rows) + len(self.file.faults) > MAX_ROWS:
            raise Fault("E12", limit=MAX_ROWS)
        if self.told is not None or self.bad_total:
            self._fault(row, TITLES["reference"], N_("“合计”之后还有内容，请把合计放在最后一行"))
        elif self._is_total(cells):
            self.told = self._value(row, "amount", cells)
            self.bad_total = self.told is None
        else:
            self._take_row(row, cells)

    def _is_total(self, cells: Sequence[Any]) -> bool:
        first = cells[self.places["reference"]] if self.places["reference"] < len(cells) else ""
        return isinstance(first, str) and normalise(first) == TOTAL

    def _take_row(self, row: int, cells: Sequence[Any]) -> None:
        before = len(self.file.faults)
        values = {name: self._value(row, name, cells) for name in TITLES}
        if values["outcome"] is Outcome.BOUNCED and not values["reason"]:
            self._fault(row, TITLES["reason"], N_("结果为退票的，请填写退票原因"))
        if len(self.file.faults) == before:
            day = day_text(values.pop("settled_on"))
            self.file.rows.append(ResultRow(row=row, settled_on=day, **values))

    def _value(self, row: int, name: str, cells: Sequence[Any]) -> Any:
        cell = cells[self.places[name]] if self.places[name] < len(cells) else ""
        value = self.readers[name][cell]
        if (fault := self.readers[name].faults.get(cell)) is not None:
            self._fault(row, TITLES[name], SENTENCES[fault.code], **fault.values)
            return None
        return value

    def _fault(self, row: int, column: str, sentence: str, **values: Any) -> None:
        self.file.faults.append(RowFault(row, column, sentence, values))

    def finish(self) -> ResultFile:
        """The file, with what can only be said at its end: whether the total is there and right."""
        if self.told is None and not self.bad_total:
            self._fault(0, TOTAL, N_("最后一行应为“合计”，请核对文件是否完整"))
        elif self.told is not None and not self.file.faults and self.told != self.file.total:
            self._fault(self.last_row, TITLES["amount"], N_("合计与各行金额之和不符，请与银行核对"))
        if not self.file.rows and not self.file.faults:
            self._fault(0, "", N_("文件里没有支付结果，请核对"))
        return self.file


def _read_outcome(cell: Any) -> Outcome:
    text = normalise(cell) if isinstance(cell, str) else ""
    if text not in {SUCCESS, BOUNCE}:
        raise Fault("E21", choices=f"{SUCCESS}、{BOUNCE}")
    return Outcome.PAID if text == SUCCESS else Outcome.BOUNCED
