"""The money of a filed batch by fund and part: every document prints the split between employer and person."""

import pandas as pd

from core.domain.vocabulary import Insurance
from core.services.previews import Totals


def split_by_fund(lines: pd.DataFrame) -> dict[Insurance, Totals]:
    """Totals (fen) of a batch's lines for each insurance that has any; ``lines`` as in ``BatchView.lines``."""
    return {
        kind: _totals(lines[lines["insurance"] == kind.value])
        for kind in Insurance
        if (lines["insurance"] == kind.value).any()
    }


def sum_of(split: dict[Insurance, Totals]) -> Totals:
    """All funds together."""
    return Totals(
        sum(each.lines for each in split.values()),
        sum(each.employer_part for each in split.values()),
        sum(each.personal_part for each in split.values()),
        sum(each.extras for each in split.values()),
    )


def _totals(lines: pd.DataFrame) -> Totals:
    employer_part, personal_part = int(lines["employer_part"].sum()), int(lines["personal_part"].sum())
    return Totals(
        len(lines), employer_part, personal_part, int(lines["refundable"].sum()) - employer_part - personal_part
    )
