"""回执: what an employer keeps of an application that was filed. Chinese in every language, like the forms beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.documents.pdf import write_pdf
from core.domain.bank import FIELDS
from core.domain.capitals import capital_yuan
from core.domain.money import format_yuan
from core.domain.reasons import REASONS
from core.texts import _

TITLE = "退费申请回执"
_BATCH_HEADINGS = ("批次号", "退费原因", "明细（条）", "退费金额（元）")
_NEXT = (
    "接下来由经办机构依次受理、初审、复核，达到规定金额的还须审批，之后支付。每一步的进度和办理期限，可凭批次号在“申报记录”中查看。",
    "初审完成前可以撤回；材料不全的，经办机构将一次性告知需要补正的全部内容。",
    "退费将退至上列单位账户，其中个人缴费部分由单位负责退还本人。",
)


@dataclass(frozen=True, slots=True)
class FiledBatch:
    """One batch of the application; ``total`` in fen."""

    number: str
    reason: str
    lines: int
    total: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """All batches that were filed together. ``account`` is masked; the moment and the day are as people write them."""

    employer_name: str
    employer_id: str
    filer: str
    submitted_at: str
    due_on: str
    refused_count: int
    bank_name: str
    account: str
    batches: Sequence[FiledBatch]


def write_receipt(receipt: Receipt, at: datetime) -> bytes:
    """The receipt as one page of PDF (more only for very many batches)."""
    lines, total = sum(each.lines for each in receipt.batches), sum(each.total for each in receipt.batches)
    content = {
        "title": TITLE,
        "foot": receipt.employer_name,
        "said": _said(receipt),
        "batch_headings": _BATCH_HEADINGS,
        "batches": [
            (each.number, _(REASONS[each.reason].text), f"{each.lines:,}", format_yuan(each.total))
            for each in receipt.batches
        ],
        "total": ("合计", f"{lines:,}", format_yuan(total)),
        "capitals": ("合计（大写）", f"人民币{capital_yuan(total)}"),
        "next_heading": "后续办理",
        "next": _NEXT,
    }
    return write_pdf("receipt", content, at)


def _said(receipt: Receipt) -> list[tuple[str, str]]:
    return [
        ("单位名称", receipt.employer_name),
        ("单位编号", receipt.employer_id),
        ("经办人", receipt.filer),
        ("提交时间", receipt.submitted_at),
        ("当前环节办理期限", receipt.due_on or "—"),
        ("不能退费", f"{receipt.refused_count:,} 条明细（已随批次留存，不予退费）" if receipt.refused_count else "无"),
        (FIELDS["bank_name"], receipt.bank_name),
        (FIELDS["bank_account"], receipt.account),
    ]
