"""不能退费情况: the workbook of refused lines, in the columns that others rely on (``names.md``)."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from core.documents.workbook import Column, Holds, write_workbook
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


def write_refusals(frame: pd.DataFrame) -> bytes:
    """The workbook of a frame of refused lines (``FRAME_COLUMNS``), in the frame's order."""
    return write_workbook(SHEET, COLUMNS, _rows(frame))


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    shown = frame.assign(
        period=[str(Period(int(number))) for number in frame["period"]],
        insurance=[Insurance(code).label for code in frame["insurance"]],
    )
    lines = zip(*(shown[name].tolist() for name in FRAME_COLUMNS), strict=True)
    return ((position, *line) for position, line in enumerate(lines, start=1))
