"""人员退费明细表: every line that is refunded, person by person. It goes along with the 退费申请表, and is Chinese like it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count, groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from core.documents.application import FRAME_COLUMNS, Application, heading
from core.documents.printed_list import LINE, SUBTOTAL, TOTAL, PrintedList, Row, write_list
from core.documents.workbook import Column, Holds, Sheet, write_sheets
from core.domain.period import Period
from core.domain.vocabulary import INSURANCES, Insurance

TITLE = "人员退费明细表"
COLUMNS = (
    Column("序号", Holds.COUNT),
    Column("姓名"),
    Column("社会保障号码"),
    Column("所属期"),
    Column("险种"),
    Column("单位", Holds.MONEY),
    Column("个人", Holds.MONEY),
    Column("滞纳金", Holds.MONEY),
    Column("利息", Holds.MONEY),
    Column("退费金额", Holds.MONEY),
)
_WIDTHS = (14, None, 40, 20, 16, 28, 28, 26, 26, 30)
_SUBTOTAL, _TOTAL = "小计", "合计"
_NOTE = "滞纳金、利息只列随费款一并退还的部分。"
#: Of a record: to whom it belongs, what is said of it, its month, and its amounts.
_KEY, _SAID, _PERIOD, _AMOUNTS = 0, slice(1, 3), 3, slice(5, None)


def write_lines_pdf(applications: Sequence[Application], at: datetime) -> bytes:
    """A list for each batch as one PDF, each from a page of its own, with a subtotal for whoever has several months."""
    printed = [PrintedList(_said(each), list_rows(each.lines), (_NOTE,)) for each in applications]
    return write_list(TITLE, COLUMNS, _WIDTHS, printed, at)


def write_lines_workbook(applications: Sequence[Application]) -> bytes:
    """The same rows, a sheet for each batch under what the PDF says above its list."""
    names = [TITLE if len(applications) == 1 else f"{TITLE} {position}" for position in range(1, len(applications) + 1)]
    sheets = [
        Sheet(name, _above(each), (cells for _kind, cells in list_rows(each.lines)))
        for name, each in zip(names, applications, strict=True)
    ]
    return write_sheets(COLUMNS, sheets)


def _above(application: Application) -> list[str]:
    return [TITLE, *(f"{label}：{said}" for label, said in _said(application)), _NOTE]


def _said(application: Application) -> list[tuple[str, str]]:
    named = (application.employer_name, application.employer_id, application.number)
    return heading(*named, [application.reason.code])


def list_rows(lines: pd.DataFrame, *, each_person: bool = False) -> Iterator[Row]:
    """Rows in ``COLUMNS``, person by person; a subtotal for whoever has several months (``each_person``: several lines)."""
    records, positions = _records(lines), count(1)
    for _person, found in groupby(records, key=itemgetter(_KEY)):
        own = list(found)
        for record in own:
            yield LINE, (next(positions), *record[_SAID], *_month_and_insurance(record), *record[_AMOUNTS])
        if len(own) > 1 if each_person else len({record[_PERIOD] for record in own}) > 1:
            yield SUBTOTAL, (None, _SUBTOTAL, None, None, None, *_sums(own))
    yield TOTAL, (None, _TOTAL, None, None, None, *_sums(records))


def _records(lines: pd.DataFrame) -> list[tuple[Any, ...]]:
    order = {kind.value: position for position, kind in enumerate(INSURANCES)}
    by_month = lines.assign(order=lines["insurance"].map(order)).sort_values(
        ["person", "period", "order"], kind="stable"
    )
    return list(zip(*(by_month[name].tolist() for name in FRAME_COLUMNS), strict=True))


def _month_and_insurance(record: tuple[Any, ...]) -> tuple[str, str]:
    return str(Period(record[_PERIOD])), Insurance(record[_PERIOD + 1]).label


def _sums(records: Sequence[tuple[Any, ...]]) -> list[int]:
    return [sum(column) for column in zip(*(record[_AMOUNTS] for record in records), strict=True)]
