"""Lines of a filed batch as tables: with what was told of each, and masked where the role sees no more."""

from collections.abc import Mapping

import pandas as pd

from core.domain.finding import Finding
from core.domain.identifiers import mask_name, mask_number
from core.domain.roles import Right, Viewer
from core.rules.catalogue import REFUSALS
from core.services.findings import with_findings


def told(frame: pd.DataFrame, findings: Mapping[tuple[str, str], list[tuple[str, str]]]) -> pd.DataFrame:
    """``frame`` with codes, texts, basis and remedy of what was told of each line (serial, insurance) when it was filed."""
    keys = zip(frame["serial"], frame["insurance"], strict=True)
    return with_findings(frame, [[_finding(*each) for each in findings.get(key, ())] for key in keys])


def masked(viewer: Viewer, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with names and numbers masked, unless the viewer's role sees them in full.

    ``person`` is added: it tells people apart also where their numbers are masked.
    """
    frame["person"] = pd.factorize(frame["social_security_number"])[0]
    if not viewer.may(Right.SEE_UNMASKED):
        frame["name"] = [mask_name(name) for name in frame["name"]]
        frame["social_security_number"] = [mask_number(number) for number in frame["social_security_number"]]
    return frame


def causes(*, refusing: bool = False) -> dict[str, str]:
    """What the codes of findings mean, as msgids; ``refusing``: of those alone that refuse a line."""
    return {code: rule.text for code, rule in REFUSALS.items() if rule.refuses or not refusing}


def as_refunded(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with 滞纳金 and 利息 as far as they are refunded, so that the parts add up to what is."""
    extras = lines["refundable"] - lines["employer_part"] - lines["personal_part"]
    return lines.assign(**{name: lines[name].where(extras > 0, 0) for name in ("late_fee", "interest")})


def _finding(code: str, basis: str) -> Finding:
    rule = REFUSALS[code]
    return Finding(code, rule.text, basis, rule.remedy)
