"""An application as its forms state it: what 申请表, 明细表 and 不能退费情况表 are filled in from.

The words of forms are those of official documents, which are Chinese whatever language their reader has chosen: in these
files none of them is translated. Only what an owner may put differently goes through the texts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from core.domain.reasons import REASONS, Reason
from core.texts import _

DRAFT = "（草稿）"
AMOUNTS = ("employer_part", "personal_part", "late_fee", "interest", "refundable")
#: What a frame of refunded lines has to hold: ``person`` is the same number for the same person, also where names are masked;
#: period YYYYMM, insurance a code; of each part the fen that are refunded, which add up to ``refundable``.
FRAME_COLUMNS = ("person", "name", "social_security_number", "period", "insurance", *AMOUNTS)


@dataclass(frozen=True, slots=True)
class Application:
    """One batch, filed or, while ``number`` is blank, still a draft. ``lines`` as in ``FRAME_COLUMNS``.

    ``papers`` are the codes of the materials that go along, ``family`` the numbers of the batches filed together with it.
    """

    number: str
    family: Sequence[str]
    employer_name: str
    employer_id: str
    uscc: str
    filer: str
    day: date
    reason: Reason
    reason_note: str
    bank: Mapping[str, str]
    lines: pd.DataFrame
    papers: Collection[str]


def heading(employer_name: str, employer_id: str, number: str, reasons: Iterable[str]) -> list[tuple[str, str]]:
    """What stands above a list: whose it is, of which batch (a draft's number is blank) and for which reasons (codes)."""
    return [
        ("单位名称", employer_name),
        ("单位编号", employer_id),
        ("批次号", number or DRAFT),
        ("退费原因", "、".join(_(REASONS[code].text) for code in reasons)),
    ]
