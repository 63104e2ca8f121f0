"""What stops a whole batch, or is told to finance; each with a way out (``domain.md`` §3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.domain.reasons import REASONS
from core.domain.wording import N_
from core.rules.judgement import Judgement
from core.rules.lines import Lines, Mask
from core.rules.months import copies
from core.texts import _


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold: ``text`` and ``remedy`` are msgids, ``detail`` a sentence in the language in force."""

    code: str
    text: str
    remedy: str
    blocking: bool = True
    detail: str = ""


HOLDS: dict[str, Hold] = {
    hold.code: hold
    for hold in (
        Hold(
            "N12",
            N_("应征凭证种类不一致"),
            N_("可一键拆分为多个批次，每个批次只含一种应征凭证种类，拆分后的批次仍相互关联"),
        ),
        Hold("N18", N_("单位存在欠费"), N_("批次可以提交，由财务人员在支付时核对欠费情况"), blocking=False),
        Hold(
            "N26",
            N_("同一批次存在多种退费原因"),
            N_("同一批次只能选择同类型的退费原因；可一键按退费原因拆分为多个批次，拆分后的批次仍相互关联"),
        ),
        Hold("N27", N_("重复缴费的各条记录均已勾选"), N_("同一月份须保留一条正常缴费记录，请选择保留哪一条")),
    )
}


def find_holds(
    *,
    voucher_types: Collection[str],
    reasons: Collection[str],
    duplicates: Collection[Sequence[str]],
    in_arrears: bool,
) -> list[Hold]:
    """The holds of one batch as it would be filed, in the order of their codes; ``duplicates`` as ``duplicate_groups``."""
    kinds, codes = sorted(set(voucher_types)), sorted(set(reasons))
    held = {
        "N12": len(kinds) > 1 and _("本次申报包含：{kinds}").format(kinds="、".join(kinds)),
        "N18": in_arrears and _("单位登记为欠费"),
        "N26": len(codes) > 1
        and _("本次申报包含：{kinds}").format(kinds=_("、").join(_(REASONS[code].text) for code in codes)),
        "N27": len(duplicates) > 0 and _("共 {count} 个月份").format(count=len(duplicates)),
    }
    return [replace(HOLDS[code], detail=detail) for code, detail in held.items() if detail]


def duplicate_groups(judgement: Judgement, filed: Mask) -> list[tuple[str, ...]]:
    """N27: the months of which no copy would stay, each as the serials of its copies that are filed.

    ``filed`` is a mask of the judgement's lines. A month counts when, for some insurance, it has two copies or more and
    every one is being filed now or lies in a live or paid batch. A single row is no copy: it was paid for the wrong person.
    """
    if judgement.reason.code != "R10":
        return []
    lines, filing = judgement.lines, judgement.per_plane(filed)
    gone = _months_without_a_copy(lines, filing)
    groups: dict[int, list[str]] = {}
    for row in np.flatnonzero(gone.any(axis=0)):
        groups.setdefault(int(lines.month_group[row]), []).append(str(lines.ledger.serial[row]))
    return [tuple(serials) for serials in groups.values()]


def _months_without_a_copy(lines: Lines, filing: Mask) -> Mask:
    """Lines that are filed although no copy of theirs would stay, (3, n)."""
    copied = copies(lines)
    stays = copied & ~(filing | lines.live | lines.paid)
    alone: Mask = lines.count_in_month(stays) == 0
    return filing & copied & alone & (lines.count_in_month(copied) > 1)
