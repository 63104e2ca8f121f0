"""What the contribution row itself says against a refund: its money, its state, where it came from."""

from collections.abc import Iterable

from core.domain.finding import Detail
from core.domain.vocabulary import Arrival, Assessment, InjuryMode, Insurance, PaymentKind
from core.domain.wording import N_
from core.rules.basis import Case, said
from core.rules.facts import Facts
from core.rules.lines import NOWHERE, Lines, Mask
from core.rules.rule import refusal


@refusal(
    "N01",
    N_("该月费款未到账"),
    remedy=N_("请先核实缴费情况，待费款到账、台账更新后再申请退费"),
    basis=said(N_("到账状态：{arrival}")),
)
def not_received(lines: Lines, facts: Facts) -> Mask:
    """Only money that has arrived can be paid back; 缓缴 and 减免 are N17."""
    return lines.arrival.is_(Arrival.MISSING)


@refusal(
    "N02",
    N_("非社保核定缴费"),
    remedy=N_("本系统只办理社保核定的缴费，请向原核定部门（如主管税务机关）申请退费"),
    basis=said(N_("核定来源：{assessment}")),
)
def not_assessed_by_the_agency(lines: Lines, facts: Facts) -> Mask:
    """Who assessed the payment, not who collected it: collection moved to the tax authority in 2020-11 (G)."""
    return ~lines.assessment.is_(Assessment.AGENCY)


@refusal(
    "N03",
    N_("非本单位缴纳"),
    remedy=N_("请从本次申报中移除该记录，由实际缴费的单位申请退费"),
    basis=said(N_("该缴费流水号不在本单位名下")),
    firm=True,
)
def not_the_applicants(lines: Lines, facts: Facts) -> Mask:
    """A forged or foreign row id. Of such a row nothing is read, so nothing else is found or told about it."""
    return ~lines.own


@refusal(
    "N10",
    N_("裁决、稽核、监察补缴，不得自行退费"),
    remedy=N_("该款项依裁决或行政决定补缴，请向作出决定的机构申请处理"),
    basis=said(N_("缴费类型：{kind}")),
)
def paid_by_order(lines: Lines, facts: Facts) -> Mask:
    """What a ruling, an audit or an inspection made the employer pay is not the employer's to take back."""
    return lines.kind.is_(PaymentKind.RULING, PaymentKind.AUDIT, PaymentKind.INSPECTION)


def _why_nothing(case: Case) -> Iterable[Detail]:
    if case.lines.arrival[case.row] in {Arrival.WAIVED, Arrival.DEFERRED}:
        yield from said(N_("到账状态：{arrival}"))(case)
    if not case.lines.received[case.plane, case.row]:
        yield from said(N_("{insurance}实收金额为 0.00 元"))(case)
    elif not case.lines.payable[case.plane, case.row]:
        yield from said(N_("仅有滞纳金、利息 {received} 元，该退费原因不退滞纳金、利息"))(case)


@refusal(
    "N17",
    N_("无可退金额（减免、缓缴或仅有不退的滞纳金、利息）"),
    remedy=N_("该险种当月没有可退的费款，无需申请；减免、缓缴的费款请按减免、缓缴规定办理"),
    basis=_why_nothing,
    firm=True,
)
def nothing_to_pay(lines: Lines, facts: Facts) -> Mask:
    """Waived or deferred, or nothing left once the late fee and interest that the reason keeps are taken off (A)."""
    nothing: Mask = lines.payable == 0
    return nothing | lines.arrival.is_(Arrival.WAIVED, Arrival.DEFERRED)


@refusal(
    "N22",
    N_("超过退费申请期限"),
    remedy=N_("已超过退费申请期限；确有特殊情况的，请向经办机构书面说明"),
    basis=said(N_("距申报月份 {months} 个月，申请期限为 {limit} 个月")),
)
def claimed_too_late(lines: Lines, facts: Facts) -> Mask:
    """Months from t to the month of filing; off by default, as no national limit could be found (A)."""
    limit = lines.settings.number("claim_limit_months")
    if limit is None:
        return NOWHERE
    late: Mask = lines.months_before_filing > limit
    return late


@refusal(
    "N23",
    N_("工伤按项目参保，无个人明细"),
    insurance=Insurance.WORK_INJURY,
    remedy=N_("按项目参保的工伤保险费不对应到个人，请按工程项目向经办机构申请清算"),
    basis=said(N_("工伤参保方式：按项目")),
)
def insured_by_project(lines: Lines, facts: Facts) -> Mask:
    """Work injury paid per building project belongs to nobody in particular."""
    return lines.injury_mode.is_(InjuryMode.PROJECT)


@refusal(
    "N24",
    N_("多缴款在单位待转金"),
    remedy=N_("该款项在单位待转金中，请先向经办机构申请抵缴或转出，再按经办机构答复办理"),
    basis=said(N_("待转金：是")),
)
def held_in_suspense(lines: Lines, facts: Facts) -> Mask:
    """What was overpaid stands in the employer's suspense account and is settled from there."""
    return lines.suspense
