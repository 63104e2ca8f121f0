"""Findings in words, for a table: the same sentences in the preview, in 导出 and on the batch page."""

from collections.abc import Sequence

import pandas as pd

from core.domain.finding import Finding
from core.texts import _


def with_findings(frame: pd.DataFrame, found: Sequence[Sequence[Finding]]) -> pd.DataFrame:
    """Add codes (joined by |), texts, basis and remedy of each record's findings; several sentences are numbered."""
    told = frame.assign(codes=["|".join(finding.code for finding in findings) for findings in found])
    for column, name in (("texts", "text"), ("basis", "basis"), ("remedy", "remedy")):
        told[column] = [_numbered([_(getattr(finding, name)) for finding in findings]) for findings in found]
    return told


def _numbered(sentences: Sequence[str]) -> str:
    said = list(dict.fromkeys(filter(None, sentences)))
    if len(said) == 1:
        return said[0]
    return "；".join(f"{position}. {sentence}" for position, sentence in enumerate(said, start=1))
