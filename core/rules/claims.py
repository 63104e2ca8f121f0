"""Who holds the line already, and what must be refunded before it."""

from collections.abc import Iterable

from core.domain.finding import Detail
from core.domain.vocabulary import PaymentKind
from core.domain.wording import N_
from core.rules.basis import Case, said
from core.rules.facts import Facts
from core.rules.lines import NOWHERE, Lines, Mask
from core.rules.rule import refusal


@refusal(
    "N04",
    N_("该月已退费"),
    remedy=N_("该月费款已经退还，无需再次申请；如对金额有疑问，请凭批次号咨询经办机构"),
    basis=said(N_("批次 {batch}，{state}")),
    firm=True,
)
def refunded_already(lines: Lines, facts: Facts) -> Mask:
    """The line is in a batch that is 已支付 or 已办结."""
    return lines.paid


@refusal(
    "N05",
    N_("该月退费申请正在办理"),
    remedy=N_("请在申报记录中查看该批次的进度；如需改由本次申报，请先撤回该批次"),
    basis=said(N_("批次 {batch}，{state}")),
    firm=True,
)
def claimed_in_another_batch(lines: Lines, facts: Facts) -> Mask:
    """The line is in a live batch: neither a draft, nor withdrawn, nor refused as a whole, nor paid."""
    return lines.live


def _unsettled(lines: Lines) -> Mask:
    """差额补缴 lines that were received and stay: in no batch, and not refundable in this one.

    待核 counts as refundable. A line that is ticked but itself refused does not help.
    """
    refundable_here = lines.ticked & ~lines.refused
    return lines.kind.is_(PaymentKind.DIFFERENCE) & (lines.received > 0) & ~(lines.live | lines.paid | refundable_here)


def _which_differences(case: Case) -> Iterable[Detail]:
    month = case.lines.rows_of_month(case.row)
    serials = case.lines.ledger.serial[month][case.lines.unsettled[case.plane, month]]
    yield Detail(N_("同月差额补缴流水号 {serials}"), {"serials": "、".join(serials.tolist())})


@refusal(
    "N11",
    N_("存在差额补缴，须先退差额补缴"),
    remedy=N_("请一并勾选同月的差额补缴记录，或先单独办理其退费；差额补缴本身不能退费的，请先消除其原因"),
    basis=_which_differences,
    last=True,
)
def difference_comes_first(lines: Lines, facts: Facts) -> Mask:
    """What was paid on top of a month is taken off before the month itself (O)."""
    difference = lines.kind.is_(PaymentKind.DIFFERENCE)
    if not difference.any():
        return NOWHERE
    lines.unsettled = _unsettled(lines)
    return ~difference & (lines.count_in_month(lines.unsettled) > 0)
