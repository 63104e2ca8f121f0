"""要件: the kinds of paper that support a refund (``domain.md`` §2). All are shown as 非必要, as in the guide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.wording import N_


@dataclass(frozen=True, slots=True)
class Material:
    """One kind of supporting document."""

    code: str
    name: str


MATERIALS: dict[str, Material] = {
    material.code: material
    for material in (
        Material("M1", N_("不存在劳动关系的相应法律文书或离职证明")),
        Material("M2", N_("个人申请")),
        Material("M3", N_("其他材料")),
        Material(
            "M4",
            N_(
                "国内【《教育部学籍在线验证报告》或学校开具的在读证明或毕业证明】；国外【单位情况说明、个人申请、"
                "教育部留学服务中心开具的《国外学历学位证书》、国外学院录取材料、毕业证书或学位证书、出入境记录】"
            ),
        ),
        Material("M5", N_("行政工资介绍信或组织人事部门证明")),
        Material("M6", N_("退休材料")),
        Material("M7", N_("退费期间的单位报税截图")),
        Material("M8", N_("退费申请表")),
    )
}

#: How the materials of a reason are written in a setting: "M1|M3,M8;M2" = one of M1 and M3, and M8; M2 helps. "-" = none.
_GROUPS = r"M[1-8](?:\|M[1-8])*(?:,M[1-8](?:\|M[1-8])*)*"
DEMAND = rf"-|{_GROUPS}(?:;M[1-8](?:,M[1-8])*)?|;M[1-8](?:,M[1-8])*"


def read_demand(text: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """The groups of 必需 materials and the 建议 ones of a text in the form of ``DEMAND``; ``ValueError`` for any other."""
    if not re.fullmatch(DEMAND, text):
        raise ValueError(text)
    required, _semicolon, helpful = text.removeprefix("-").partition(";")
    groups = tuple(tuple(group.split("|")) for group in required.split(",") if group)
    return groups, tuple(filter(None, helpful.split(",")))


def write_demand(required: Sequence[Sequence[str]], helpful: Sequence[str]) -> str:
    """The same as text."""
    groups = ",".join("|".join(group) for group in required)
    return (f"{groups};{','.join(helpful)}" if helpful else groups) or "-"
