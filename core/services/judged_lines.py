"""Judged lines in words: records for a screen, rows for a workbook; made for the lines that are asked for, and no others."""

from collections.abc import Iterator
from operator import add
from typing import Any

import numpy as np
import pandas as pd

from core.documents.refusals import FRAME_COLUMNS
from core.domain.vocabulary import INSURANCES, VERDICTS, Verdict
from core.rules.joint import Judged
from core.services.findings import TOLD, tell_each, with_findings
from core.texts import _

_COLUMNS = tuple(name for name in FRAME_COLUMNS if name not in TOLD)


def refused_lines(judged: Judged) -> np.ndarray:
    """Indexes of the lines that can't be refunded."""
    return np.flatnonzero(judged.verdict == VERDICTS.index(Verdict.REFUSED))


def filed_frame(judged: Judged, indexes: np.ndarray) -> pd.DataFrame:
    """Filed lines as records: see ``Preview.lines``."""
    return _frame(judged, indexes).assign(
        refundable=judged.refundable[indexes],
        verdict=[str(VERDICTS[code]) for code in judged.verdict[indexes].tolist()],
        note=[_("；").join(_(found.text) for found in judged.findings(i)) for i in indexes.tolist()],
    )


def refusal_frame(judged: Judged, indexes: np.ndarray) -> pd.DataFrame:
    """Refused lines as records: see ``Preview.refusals``."""
    return with_findings(_frame(judged, indexes), (judged.findings(i) for i in indexes.tolist()))


def refusal_rows(judged: Judged, indexes: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Refused lines one after the other as the workbook takes them (``core.documents.refusals.FRAME_COLUMNS``)."""
    columns = [_column(judged, name, indexes) for name in _COLUMNS]
    return map(add, zip(*columns, strict=True), tell_each(map(judged.findings, indexes.tolist())))


def _frame(judged: Judged, indexes: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({name: _column(judged, name, indexes) for name in ("serial", *_COLUMNS)})


def _column(judged: Judged, name: str, indexes: np.ndarray) -> list[Any]:
    values = getattr(judged, name)[indexes].tolist()
    return [INSURANCES[code].value for code in values] if name == "insurance" else values
