"""Findings in words, for a table: the same sentences in the preview, in 导出 and on the batch page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial

import pandas as pd

from core.domain.finding import Finding
from core.texts import _, current_language

TOLD = ("codes", "texts", "basis", "remedy")


def with_findings(frame: pd.DataFrame, found: Iterable[Sequence[Finding]]) -> pd.DataFrame:
    """Add codes (joined by |), texts, basis and remedy of each record's findings; several sentences are numbered."""
    told = list(tell_each(found))
    return frame.assign(**{name: [each[place] for each in told] for place, name in enumerate(TOLD)})


def tell_each(found: Iterable[Sequence[Finding]]) -> Iterator[tuple[str, str, str, str]]:
    """What is said of each line, one after the other in the order of ``TOLD``."""
    # The rules have few texts, the lines are many.
    return map(partial(_tell, cache(_)), found)


def _tell(say: Callable[[str], str], findings: Sequence[Finding]) -> tuple[str, str, str, str]:
    if len(findings) == 1:
        (only,) = findings
        return only.code, say(only.text), _say_basis(only), say(only.remedy)
    return (
        "|".join([finding.code for finding in findings]),
        _numbered([say(finding.text) for finding in findings]),
        _numbered([_say_basis(finding) for finding in findings]),
        _numbered([say(finding.remedy) for finding in findings]),
    )


def _say_basis(finding: Finding) -> str:
    """依据 is made in Chinese; only another language has to make it anew, and can't where a batch has only recorded it."""
    return finding.basis if current_language() == "zh" else finding.basis_in(_)


def _numbered(sentences: Sequence[str]) -> str:
    said = list(dict.fromkeys(filter(None, sentences)))
    if len(said) == 1:
        return said[0]
    return _("；").join(f"{position}. {sentence}" for position, sentence in enumerate(said, start=1))
