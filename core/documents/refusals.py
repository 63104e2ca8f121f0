"""不能退费情况: refused lines as a workbook, in the columns that others rely on (``names.md``), and on paper."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, BinaryIO

import pandas as pd

from core.documents.printed_list import LINE, PrintedList, write_list
from core.documents.workbook import Column, Holds, write_workbook, write_workbook_to
from core.domain.period import Period
from core.domain.vocabulary import Insurance

SHEET = "不能退费情况"

#: Headings, and the column of the frame that each one shows. They are Chinese in every language: this workbook comes back in
#: as a list of persons, and is read by its headings.
_COLUMNS = {
    "name": Column("姓名"),
    "social_security_number": Column("社会保障号码"),
    "period": Column("对应缴费所属期"),
    "insurance": Column("险种"),
    "employer_part": Column("单位缴费金额", Holds.MONEY),
    "personal_part": Column("个人缴费金额", Holds.MONEY),
    "late_fee": Column("滞纳金", Holds.MONEY),
    "interest": Column("利息", Holds.MONEY),
    "codes": Column("原因代码"),
    "texts": Column("不能退费原因"),
    "basis": Column("依据"),
    "remedy": Column("处理建议"),
}
#: What a frame of refused lines has to hold: one record per line; period YYYYMM, insurance a code, amounts fen, the rest text
#: (``codes`` joined by ``|``, the sentences of several findings numbered).
FRAME_COLUMNS = tuple(_COLUMNS)
COLUMNS = (Column("序号", Holds.COUNT), *_COLUMNS.values())
_PERIOD, _INSURANCE = FRAME_COLUMNS.index("period"), FRAME_COLUMNS.index("insurance")
PRINTED_TITLE = "不能退费情况表"
_PRINTED = {
    0: (Column("序号", Holds.COUNT), 12),
    1: (_COLUMNS["name"], 24),
    2: (_COLUMNS["social_security_number"], 38),
    3: (Column("所属期"), 18),
    4: (_COLUMNS["insurance"], 13),
    10: (Column("原因"), 50),
    11: (_COLUMNS["basis"], None),
    12: (_COLUMNS["remedy"], 58),
}


def write_refusals(frame: pd.DataFrame) -> bytes:
    """The workbook of a frame of refused lines (``FRAME_COLUMNS``), in the frame's order."""
    return write_workbook(SHEET, COLUMNS, _rows(frame))


def write_refusals_to(file: BinaryIO, lines: Iterable[Sequence[Any]]) -> None:
    """Write the same workbook of lines (``FRAME_COLUMNS``) that are taken one by one as they are written."""
    write_workbook_to(file, SHEET, COLUMNS, map(_row, count(1), lines))


def write_refusals_pdf(frame: pd.DataFrame, said: Sequence[tuple[str, str]], at: datetime) -> bytes:
    """The same lines on paper, without their amounts; ``said`` is what stands above them: pairs of label and text."""
    columns, widths = zip(*_PRINTED.values(), strict=True)
    rows = [(LINE, [line[place] for place in _PRINTED]) for line in _rows(frame)]
    return write_list(PRINTED_TITLE, columns, widths, [PrintedList(said, rows)], at)


def _rows(frame: pd.DataFrame) -> Iterator[Sequence[Any]]:
    return map(_row, count(1), zip(*(frame[name].tolist() for name in FRAME_COLUMNS), strict=True))


def _row(position: int, line: Sequence[Any]) -> Sequence[Any]:
    shown = [position, *line]
    shown[1 + _PERIOD], shown[1 + _INSURANCE] = _month(line[_PERIOD]), _label(line[_INSURANCE])
    return shown


@cache
def _month(number: int) -> str:
    """A row that nobody knows has no month."""
    return str(Period(int(number))) if number else ""


@cache
def _label(insurance: str) -> str:
    return Insurance(insurance).label
