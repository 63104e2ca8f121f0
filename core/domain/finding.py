"""Why a line can't be refunded, and what becomes of a row (``domain.md`` §3): values, collected in one pass."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.domain.vocabulary import Labelled
from core.domain.wording import N_

#: Basis sentences stand in one cell of a workbook, one after the other.
SEPARATOR = "；"


@dataclass(frozen=True, slots=True)
class Detail:
    """One fact that a finding rests on: a Chinese sentence with ``{placeholders}`` (its msgid) and what fills them."""

    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: its code, its text, the facts it rests on and 处理建议. ``text`` and ``remedy`` are msgids."""

    code: str
    text: str
    details: tuple[Detail, ...]
    remedy: str

    @property
    def basis(self) -> str:
        """依据 in Chinese, as it is recorded with a batch."""
        return self.basis_in(str)

    def basis_in(self, translate: Callable[[str], str]) -> str:
        """依据 for the screen: ``finding.basis_in(_)``. Labels among the values are translated as well."""
        return SEPARATOR.join(
            translate(detail.sentence).format(**{name: translate(value) for name, value in detail.values.items()})
            for detail in self.details
        )


class RowVerdict(Labelled):
    """What the three lines of a grid row come to together; 待核 counts as 可退 here."""

    WHOLE = "whole", N_("可退")
    PARTLY = "partly", N_("部分可退")
    NOTHING = "nothing", N_("不可退")
