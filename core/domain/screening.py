"""智能筛查: what is looked for in the ledger before anybody asks, and what a find is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.domain.finding import Detail
from core.domain.reasons import REASONS
from core.domain.vocabulary import Labelled
from core.domain.wording import N_


class Confidence(Labelled):
    """What a find rests on: a fact of the person or of the ledger that the rules accept, or only how the row looks."""

    FACT = "fact", N_("有台账依据")
    PATTERN = "pattern", N_("仅为疑点")


class ScreeningState(Labelled):
    """Where a screening stands. One whose process has died is still ``RUNNING``; it is resumed as a stopped one is."""

    RUNNING = "running", N_("筛查中")
    STOPPED = "stopped", N_("已停止")
    DONE = "done", N_("已完成")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that looks wrong without a fact that proves it: its text, and what to do about it."""

    code: str
    text: str
    advice: str


PATTERNS: Mapping[str, Pattern] = MappingProxyType(
    {
        pattern.code: pattern
        for pattern in (
            Pattern(
                "P01",
                N_("缴费基数超出当年上下限"),
                N_("核对缴费基数；确属申报错误的，先办理基数更正，再就多缴部分申报"),
            ),
            Pattern("P02", N_("未逾期缴费却收取滞纳金"), N_("核对到账日期；确属误收的，凭材料以申报错误申报")),
            Pattern("P03", N_("同月正常缴费与补缴金额相同"), N_("核对是否重复补缴；确属重复的，凭材料以申报错误申报")),
        )
    }
)

#: Of several reasons that fit one line, the first of these is told as its reason. What can be proved by one paper stands
#: before what a spell of employment suggests, and what the ledger alone says comes last.
STRONGEST_FIRST = ("R06", "R05", "R02", "R01", "R08", "R09", "R03", "R04", "R10", "R07", *PATTERNS)


def text_of(code: str) -> str:
    """What the code of a find says, as a msgid."""
    return PATTERNS[code].text if code in PATTERNS else REASONS[code].text


def confidence_of(code: str) -> Confidence:
    """A reason of the rules rests on facts, a pattern on nothing but the row."""
    return Confidence.PATTERN if code in PATTERNS else Confidence.FACT


@dataclass(frozen=True, slots=True)
class Find:
    """One line that looks wrongly paid. ``also`` are the other codes that fit it; ``amount`` is fen.

    The amount is what the rules would refund; of a pattern it is what would have been paid too much if it is true.
    """

    employer_id: str
    social_security_number: str
    name: str
    period: int
    serial: str
    insurance: str
    code: str
    also: tuple[str, ...]
    amount: int
    basis: tuple[Detail, ...]
