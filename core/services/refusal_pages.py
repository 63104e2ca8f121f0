"""Lines of a large preview a page at a time: findings are put into words for the lines that somebody looks at."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.domain.vocabulary import VERDICTS, Verdict
from core.rules.catalogue import REFUSALS
from core.services.judged_lines import filed_frame, refusal_frame
from core.services.previews import Preview
from core.texts import _


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of refusal: its code, its words, and how many refused lines carry it."""

    code: str
    text: str
    lines: int


def all_causes() -> list[tuple[str, str, str]]:
    """Every cause there is: code, text and remedy in the language in force."""
    return [(code, _(rule.text), _(rule.remedy)) for code, rule in REFUSALS.items()]


def refusal_page(preview: Preview, first: int, size: int) -> pd.DataFrame:
    """``size`` refused lines from position ``first`` on, as in ``Preview.refusals``."""
    return refusal_frame(preview.judgement, preview.refused[first : first + size])


def filed_page(preview: Preview, first: int, size: int) -> pd.DataFrame:
    """``size`` lines that would be filed from position ``first`` on, as in ``Preview.lines``."""
    return filed_frame(preview.judgement, preview.filed[first : first + size])


def count_causes(preview: Preview) -> list[Cause]:
    """How many refused lines each cause applies to, the most frequent first; a line with two causes counts for both."""
    counted: Counter[tuple[str, str]] = Counter()
    for part in preview.judgement.parts:
        refused = part.per_plane(part.verdict == VERDICTS.index(Verdict.REFUSED))
        for rule, cells in zip(part.rules, part.found, strict=True):
            counted[rule.code, rule.text] += int(np.count_nonzero(cells & refused))
    causes = [Cause(code, _(text), lines) for (code, text), lines in counted.items() if lines]
    return sorted(causes, key=lambda cause: (-cause.lines, cause.code))
