"""Reading what was printed, and what it is printed from."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from pypdf import PdfReader

from core.documents.application import FRAME_COLUMNS, Application
from core.domain.reasons import REASONS

AT = datetime(2023, 11, 1, 2, 0, tzinfo=UTC)
HOSTILE = '#read("/etc/passwd") *x* $y$ _z_ @a <b> \\ `c` // d [e] {f} = g'
BANK = {
    "bank_name": "中国工商银行",
    "bank_account": "0200001009012345678",
    "account_holder": "甲公司",
    "branch_name": "工商银行北京分行营业部",
    "cnaps_code": "102100000021",
    "exchange_number": "0102",
}
#: One month: what is refunded of each insurance, in fen.
MONTH = (
    ("pension", 85760, 42880, 3023, 17, 131680),
    ("unemployment", 2680, 2680, 0, 0, 5360),
    ("work_injury", 1072, 0, 0, 0, 1072),
)


def pages_of(content: bytes) -> list[str]:
    """The text of every page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def words_of(content: bytes) -> str:
    """All text without blanks and line ends: how a form breaks its lines is nobody's business."""
    return "".join("".join(pages_of(content)).split())


def lines_of(people: int, months: Sequence[int], name: str = "张三") -> pd.DataFrame:
    """Refunded lines: so many people, these months each, three insurances."""
    rows: list[tuple[Any, ...]] = [
        (person, name, f"11999919900101{person:03d}X", month, *line)
        for person in range(people)
        for month in months
        for line in MONTH
    ]
    return pd.DataFrame(rows, columns=list(FRAME_COLUMNS))


def application(**changes: Any) -> Application:
    """A filed batch of two people and two months."""
    given: dict[str, Any] = {
        "number": "TF2023110100000177",
        "family": ("TF2023110100000177",),
        "employer_name": "甲公司",
        "employer_id": "E1",
        "uscc": "91110000MA00000001",
        "filer": "clerk1",
        "day": date(2023, 11, 1),
        "reason": "R01",
        "reason_note": "",
        "bank": BANK,
        "lines": lines_of(2, [202205, 202206]),
        "papers": {"M1"},
    }
    given |= changes
    return Application(**{**given, "reason": REASONS[given["reason"]]})
