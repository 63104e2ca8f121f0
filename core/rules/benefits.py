"""What has been drawn, carried away or settled from the money: it can't be paid out a second time."""

from core.domain.vocabulary import FactKind, Insurance
from core.domain.wording import N_
from core.rules.basis import beginning, covering, facts_of, reaching
from core.rules.facts import Facts
from core.rules.lines import Lines, Mask, lines_of
from core.rules.rule import refusal

BOTH = (Insurance.PENSION, Insurance.UNEMPLOYMENT)


@refusal(
    "N06",
    N_("已享受养老待遇"),
    insurance=Insurance.PENSION,
    remedy=N_("已计入养老待遇的缴费不能退还；如待遇核定有误，请先向经办机构申请更正待遇"),
    basis=facts_of(FactKind.PENSION_BENEFIT, where=reaching),
)
def pension_drawn(lines: Lines, facts: Facts) -> Mask:
    """Up to the last contribution month that the pension counts."""
    return lines.period <= facts.of(FactKind.PENSION_BENEFIT).furthest


@refusal(
    "N07",
    N_("已享受失业保险待遇"),
    insurance=Insurance.UNEMPLOYMENT,
    remedy=N_("请先由本人退回已领取的失业保险待遇，经办机构更正记录后再申请"),
    basis=facts_of(FactKind.UNEMPLOYMENT_BENEFIT, where=reaching),
)
def unemployment_benefit_drawn(lines: Lines, facts: Facts) -> Mask:
    """A period counted towards an unemployment claim stays in that claim (失业保险条例 第十四、十七条)."""
    return lines.period <= facts.of(FactKind.UNEMPLOYMENT_BENEFIT).furthest


@refusal(
    "N08",
    N_("保险关系已转出，由转入地清理"),
    insurance=BOTH,
    remedy=N_("请联系转入地社会保险经办机构清理该段缴费，由转入地办理退费"),
    basis=facts_of(FactKind.TRANSFER_OUT, where=reaching),
)
def transferred_out(lines: Lines, facts: Facts) -> Mask:
    """Months that went along with the relation are cleared where it went (O)."""
    return lines.period <= facts.of(FactKind.TRANSFER_OUT).furthest


@refusal(
    "N09",
    N_("个人账户已清算"),
    insurance=Insurance.PENSION,
    remedy=N_("该段个人账户已经清算，请先向经办机构申请更正清算，再申请退费"),
    basis=facts_of(FactKind.ACCOUNT_SETTLED, where=reaching),
)
def account_settled(lines: Lines, facts: Facts) -> Mask:
    """Up to the last month that was settled."""
    return lines.period <= facts.of(FactKind.ACCOUNT_SETTLED).furthest


@refusal(
    "N16",
    N_("该月发生工伤"),
    remedy=N_("该月的缴费是工伤待遇的依据，不予退还；如工伤认定有误，请先申请更正认定"),
    basis=facts_of(FactKind.INJURY, where=beginning),
)
def injured_in_the_month(lines: Lines, facts: Facts) -> Mask:
    """The month of the injury keeps its 工伤 line; under R02 an injury at work contradicts the reason for every line."""
    injuries = facts.of(FactKind.INJURY)
    in_the_month = injuries.cover(last=injuries.first)
    return in_the_month if lines.reason.code == "R02" else in_the_month & lines_of(Insurance.WORK_INJURY)


@refusal(
    "N21",
    N_("已享受社保补贴，须先退回"),
    insurance=BOTH,
    remedy=N_("请先将该险种当月的社保补贴退回发放部门，更正记录后再申请"),
    basis=facts_of(FactKind.SUBSIDY, where=covering),
)
def subsidised(lines: Lines, facts: Facts) -> Mask:
    """The month lies in a subsidy of that insurance; a blank 终止 is open."""
    return facts.of(FactKind.SUBSIDY).cover()
