"""Findings in words, for a table: the same sentences in the preview, in 导出 and on the batch page."""

from collections.abc import Sequence

import pandas as pd

from core.domain.finding import Finding
from core.texts import _, current_language


def with_findings(frame: pd.DataFrame, found: Sequence[Sequence[Finding]]) -> pd.DataFrame:
    """Add codes (joined by |), texts, basis and remedy of each record's findings; several sentences are numbered."""
    told = frame.assign(codes=["|".join(finding.code for finding in findings) for findings in found])
    for column, say in (("texts", _say_text), ("basis", _say_basis), ("remedy", _say_remedy)):
        told[column] = [_numbered([say(finding) for finding in findings]) for findings in found]
    return told


def _say_text(finding: Finding) -> str:
    return _(finding.text)


def _say_basis(finding: Finding) -> str:
    """依据 is made in Chinese; only another language has to make it anew, and can't where a batch has only recorded it."""
    return finding.basis if current_language() == "zh" else finding.basis_in(_)


def _say_remedy(finding: Finding) -> str:
    return _(finding.remedy)


def _numbered(sentences: Sequence[str]) -> str:
    said = list(dict.fromkeys(filter(None, sentences)))
    if len(said) == 1:
        return said[0]
    return _("；").join(f"{position}. {sentence}" for position, sentence in enumerate(said, start=1))
