"""退费申请表 (M8): what stands on the form, section by section, said once for the PDF and the workbook."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from core.documents.application import AMOUNTS, DRAFT, Application
from core.documents.pdf import write_pdf
from core.domain.bank import FIELDS
from core.domain.capitals import capital_yuan
from core.domain.materials import MATERIALS
from core.domain.money import format_yuan
from core.domain.period import Period
from core.domain.reasons import Reason
from core.domain.vocabulary import Insurance
from core.texts import _

TITLE = "退费申请表"
BEFORE_FILING = "提交前预填，以提交后的批次为准"
AMOUNT_HEADINGS = ("险种", "单位缴费", "个人缴费", "滞纳金", "利息", "合计")
MATERIAL_HEADINGS = ("", "材料名称", "要求")
CAPITALS, RENMINBI = "合计（大写）", "人民币"
SECTIONS = (
    "一、单位信息",
    "二、退费事由",
    "三、退费金额（元）",
    "四、退费账户",
    "五、申请材料",
    "六、承诺",
    "七、经办机构意见",
)
PROMISE = (
    "本单位承诺：所填内容和所附材料真实、准确、完整；所申请退还的费款确属多缴、错缴或不应缴纳，未以其他方式获得退还；"
    "退费到账后，个人缴费部分由本单位负责退还本人。如有不实，本单位自愿承担相应的法律责任，并退回已退费款。"
)
SIGNATURES = ("单位（公章）", "法定代表人（签字）", "经办人（签字）", "日期")
STEPS = ("受理", "初审", "复核", "审批")
STEP_FIELDS = ("意见", "签字", "日期")
_THIS_FORM, _THIS = "M8", "（本表）"
_DEMANDS = {"required": "必需", "helpful": "建议", "": "—"}


def write_application(applications: Sequence[Application], at: datetime) -> bytes:
    """The forms as one PDF, each beginning on a page of its own and counting its own pages."""
    words = {
        "promise": PROMISE,
        "signatures": SIGNATURES,
        "steps": STEPS,
        "step_fields": STEP_FIELDS,
        "sections": SECTIONS,
        "amount_headings": AMOUNT_HEADINGS,
        "capitals_heading": CAPITALS,
        "material_headings": MATERIAL_HEADINGS,
    }
    forms = [_in_words(content_of(each)) for each in applications]
    return write_pdf(
        "application", {"title": TITLE, "foot": applications[0].employer_name, **words, "forms": forms}, at
    )


def content_of(application: Application) -> dict[str, Any]:
    """What stands on the form, in its order: pairs of label and text; amounts in fen by insurance; the materials."""
    return {
        "number": application.number or DRAFT,
        "note": _note(application),
        "employer": _employer(application),
        "cause": _cause(application),
        "amounts": amounts_by_insurance(application.lines),
        "capitals": RENMINBI + capital_yuan(int(application.lines["refundable"].sum())),
        "account": [(label, application.bank[name]) for name, label in FIELDS.items()],
        "materials": _materials(application.reason, application.papers),
    }


def _in_words(content: dict[str, Any]) -> dict[str, Any]:
    amounts = [(label, *map(format_yuan, parts)) for label, *parts in content["amounts"]]
    return {**content, "amounts": amounts}


def chinese_day(day: date) -> str:
    """``2023年11月1日``, as official documents write days."""
    return f"{day.year}年{day.month}月{day.day}日"


def period_range(periods: pd.Series) -> str:
    """``2022-05 至 2022-06``, or the one month there is."""
    first, last = Period(int(periods.min())), Period(int(periods.max()))
    return f"{first} 至 {last}" if first != last else str(first)


def _note(application: Application) -> str:
    if not application.number:
        return BEFORE_FILING
    others = [number for number in application.family if number != application.number]
    return f"同一次申报的其他批次：{'、'.join(others)}" if others else ""


def _employer(application: Application) -> list[tuple[str, str]]:
    return [
        ("单位名称", application.employer_name),
        ("单位编号", application.employer_id),
        ("统一社会信用代码", application.uscc),
        ("经办人", application.filer),
        ("申请日期", chinese_day(application.day)),
    ]


def _cause(application: Application) -> list[tuple[str, str]]:
    reason, lines = application.reason, application.lines
    said = [("退费原因", _(reason.text))]
    if reason.needs_note:
        said.append(("具体原因", application.reason_note))
    return [
        *said,
        ("费款所属期", period_range(lines["period"])),
        ("人数、明细数", f"{lines['person'].nunique():,} 人，{len(lines):,} 条明细"),
    ]


def amounts_by_insurance(lines: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Label and refunded fen (``AMOUNTS``) of every insurance, and of all of them last; ``lines`` as in ``FRAME_COLUMNS``."""
    sums = {kind.label: lines.loc[lines["insurance"] == kind.value, list(AMOUNTS)].sum() for kind in Insurance}
    sums["合计"] = lines[list(AMOUNTS)].sum()
    return [(label, *map(int, each)) for label, each in sums.items()]


def _materials(reason: Reason, present: Collection[str]) -> list[tuple[bool, str, str]]:
    return [(code in present or code == _THIS_FORM, _material_name(code), _demand(reason, code)) for code in MATERIALS]


def _material_name(code: str) -> str:
    return MATERIALS[code].name + (_THIS if code == _THIS_FORM else "")


def _demand(reason: Reason, code: str) -> str:
    one_of = any(code in group for group in reason.required if len(group) > 1)
    return _DEMANDS[reason.demand(code)] + ("（择一）" if one_of else "")
