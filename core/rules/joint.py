"""Several judgements as one table of lines: an application whose rows are refunded for different reasons."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.domain.finding import Finding
from core.rules.judgement import Judgement
from core.rules.lines import Ints, Texts


class Joint:
    """Judgements one after another as if they were one, in the columns of ``Judgement``.

    Every line keeps verdict and findings of the reason that it was judged for; ``parts`` are the judgements.
    """

    serial: Texts
    social_security_number: Texts
    name: Texts
    voucher_type: Texts
    period: Ints
    insurance: NDArray[np.int8]
    verdict: NDArray[np.int8]
    employer_part: Ints
    personal_part: Ints
    late_fee: Ints
    interest: Ints
    refundable: Ints

    def __init__(self, parts: Sequence[Judgement]) -> None:
        self.parts = tuple(parts)
        self._ends = np.cumsum([len(part) for part in self.parts])
        for column in Joint.__annotations__:
            setattr(self, column, np.concatenate([getattr(part, column) for part in self.parts]))

    def __len__(self) -> int:
        return int(self._ends[-1])

    def codes(self, line: int) -> tuple[str, ...]:
        """See ``Judgement.codes``."""
        part, place = self._find(line)
        return part.codes(place)

    def findings(self, line: int) -> list[Finding]:
        """See ``Judgement.findings``."""
        part, place = self._find(line)
        return part.findings(place)

    def _find(self, line: int) -> tuple[Judgement, int]:
        position = range(len(self))[line]
        which = int(np.searchsorted(self._ends, position, side="right"))
        return self.parts[which], position - (int(self._ends[which - 1]) if which else 0)


#: What a preview shows and a batch is filed from: one reason, or several.
Judged = Judgement | Joint


def join(parts: Sequence[Judgement]) -> Judged:
    """The one judgement, or several as one."""
    return parts[0] if len(parts) == 1 else Joint(parts)
