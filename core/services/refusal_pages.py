"""Refusals of a large preview a page at a time: findings are put into words for the lines that somebody looks at."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.services.previews import Preview, refusal_frame
from core.texts import _


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of refusal: its code, its words, and how many refused lines carry it."""

    code: str
    text: str
    lines: int


def refusal_page(preview: Preview, first: int, size: int) -> pd.DataFrame:
    """``size`` refused lines from position ``first`` on, as in ``Preview.refusals``."""
    return refusal_frame(preview.judgement, preview.refused[first : first + size])


def count_causes(preview: Preview) -> list[Cause]:
    """How many refused lines each cause applies to, the most frequent first; a line with two causes counts for both."""
    judged = preview.judgement
    is_refused = np.zeros(len(judged), np.bool_)
    is_refused[preview.refused] = True
    planes = judged.per_plane(is_refused)
    counted = [
        Cause(rule.code, _(rule.text), int(np.count_nonzero(cells & planes)))
        for rule, cells in zip(judged.rules, judged.found, strict=True)
    ]
    return sorted((cause for cause in counted if cause.lines), key=lambda cause: (-cause.lines, cause.code))
