"""智能筛查: what was found as a workbook, one row per line."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from core.documents.workbook import Column, Holds, write_workbook
from core.domain.period import Period
from core.domain.screening import Confidence, text_of
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.texts import _

SHEET = N_("智能筛查")
_COLUMNS = (
    (N_("序号"), Holds.COUNT),
    (N_("单位编号"), Holds.TEXT),
    (N_("姓名"), Holds.TEXT),
    (N_("社会保障号码"), Holds.TEXT),
    (N_("对应缴费所属期"), Holds.TEXT),
    (N_("险种"), Holds.TEXT),
    (N_("缴费流水号"), Holds.TEXT),
    (N_("原因代码"), Holds.TEXT),
    (N_("退费原因或疑点"), Holds.TEXT),
    (N_("同时符合"), Holds.TEXT),
    (N_("把握程度"), Holds.TEXT),
    (N_("依据"), Holds.TEXT),
    (N_("金额"), Holds.MONEY),
)


def write_finds(frame: pd.DataFrame) -> bytes:
    """The workbook of a frame of finds (``core.store.screenings.LISTED``, basis in words), in its order and in the reader's
    language.
    """
    return write_workbook(_(SHEET), [Column(_(heading), holds) for heading, holds in _COLUMNS], _rows(frame))


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    finds: Iterator[Any] = frame.itertuples(index=False)
    for position, find in enumerate(finds, start=1):
        yield (
            position,
            find.employer_id,
            find.name,
            find.social_security_number,
            str(Period(int(find.period))),
            _(Insurance(find.insurance).label),
            find.serial,
            find.code,
            _(text_of(find.code)),
            find.also,
            _(Confidence(find.confidence).label),
            find.basis,
            int(find.amount),
        )
