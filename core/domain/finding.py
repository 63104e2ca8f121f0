"""Why a line can't be refunded (``domain.md`` §3): values, collected in one pass."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from core.domain.wording import N_

#: Basis sentences stand in one cell of a workbook, one after the other.
SEPARATOR = N_("；")


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that a finding rests on: a Chinese sentence with ``{placeholders}`` (its msgid) and what fills them."""

    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def chinese(self) -> str:
        """The sentence with its values, as a batch records it."""
        return self.sentence.format_map(self.values)

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence with its values; labels among these are translated as well."""
        return translate(self.sentence).format(**{name: translate(value) for name, value in self.values.items()})


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: its code, its text, 依据 (the facts it rests on, in Chinese, as a batch records it) and 处理建议.

    ``text`` and ``remedy`` are msgids; what ``basis`` was made from is kept in ``details``, for another language.
    """

    code: str
    text: str
    basis: str
    remedy: str
    details: tuple[Detail, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, code: str, text: str, details: Iterable[Detail], remedy: str) -> Self:
        """A finding whose basis is made from ``details``."""
        kept = tuple(details)
        return cls(code, text, SEPARATOR.join([detail.chinese for detail in kept]), remedy, kept)

    def basis_in(self, translate: Callable[[str], str]) -> str:
        """依据 in the language of ``translate``: ``finding.basis_in(_)``."""
        return (
            translate(SEPARATOR).join(detail.told(translate) for detail in self.details) if self.details else self.basis
        )
