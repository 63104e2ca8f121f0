"""What is open about the person: still enrolled, under investigation, in doubt."""

from core.domain.vocabulary import FactKind
from core.domain.wording import N_
from core.rules.basis import facts_of, still_open
from core.rules.facts import Facts
from core.rules.lines import NOWHERE, Lines, Mask
from core.rules.rule import refusal


@refusal(
    "N15",
    N_("人员尚未减员"),
    remedy=N_("请先为该人员办理减员，减员生效后再申请退费"),
    basis=facts_of(FactKind.ENROLMENT, where=still_open),
)
def still_enrolled(lines: Lines, facts: Facts) -> Mask:
    """An enrolment with this employer has no 终止, and the reason says that it should have ended (O)."""
    return facts.of(FactKind.ENROLMENT).still_open if lines.reason.needs_deregistration else NOWHERE


@refusal(
    "N19",
    N_("正在稽核、调查"),
    remedy=N_("请待稽核、调查结案后再申请退费"),
    basis=facts_of(FactKind.INVESTIGATION, where=still_open),
)
def under_investigation(lines: Lines, facts: Facts) -> Mask:
    """Nothing is paid out while a case is open."""
    return facts.of(FactKind.INVESTIGATION).still_open


@refusal(
    "N20",
    N_("个人信息存疑"),
    remedy=N_("请先到经办机构核实并更正个人身份信息，再申请退费"),
    basis=facts_of(FactKind.IDENTITY_DOUBT, where=still_open),
)
def identity_in_doubt(lines: Lines, facts: Facts) -> Mask:
    """Nothing is paid out while it is open whose months these are."""
    return facts.of(FactKind.IDENTITY_DOUBT).still_open
