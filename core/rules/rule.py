"""How a refusal is stated: code, text, remedy, condition and source in one place, next to each other.

@refusal(
    "N07", N_("已享受失业保险待遇"), insurance=Insurance.UNEMPLOYMENT,
    remedy=N_("…"), basis=facts_of(FactKind.UNEMPLOYMENT_BENEFIT),
)
def unemployment_benefit_drawn(lines, facts):
    '''A period counted towards an unemployment claim stays in that claim (失业保险条例 第十四、十七条).'''
    return lines.period <= facts.of(FactKind.UNEMPLOYMENT_BENEFIT).furthest
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.domain.finding import Detail
from core.domain.vocabulary import Insurance
from core.rules.basis import Case
from core.rules.facts import Facts
from core.rules.lines import NOWHERE, PLANES, Lines, Mask

Condition = Callable[[Lines, Facts], Mask]
Basis = Callable[[Case], Iterable[Detail]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One cause. ``text`` and ``remedy`` are msgids; ``condition`` gives a mask of lines, and its docstring the source.

    ``planes`` are the insurances it can hit, ``None`` for all. ``refuses`` is false for what only needs a reviewer (待核),
    ``last`` is true for a rule that looks at what the others have refused, and ``firm`` for one that the store holds as a
    constraint as well, so that no switch turns it off.
    """

    code: str
    text: str
    remedy: str
    basis: Basis
    condition: Condition
    planes: list[int] | None = None
    refuses: bool = True
    last: bool = False
    firm: bool = False

    def mark(self, cells: Mask, lines: Lines, facts: Facts) -> None:
        """Write the mask into ``cells`` (3, n), for the insurances that the rule is about."""
        found = self.condition(lines, facts)
        if self.planes is None:
            cells[...] = found
        elif found is not NOWHERE:
            cells[self.planes] = found[self.planes] if found.ndim == cells.ndim else found


#: Every rule by its code, in the order in which modules were read; ``catalogue`` puts them in order.
RULES: dict[str, Rule] = {}


def refusal(
    code: str,
    text: str,
    *,
    remedy: str,
    basis: Basis,
    insurance: Insurance | tuple[Insurance, ...] = tuple(Insurance),
    last: bool = False,
    firm: bool = False,
) -> Callable[[Condition], Condition]:
    """State a cause that refuses a line; ``insurance`` limits it to the lines of these. For the rest see ``Rule``."""
    insurances = (insurance,) if isinstance(insurance, Insurance) else insurance
    planes = [PLANES[each] for each in insurances] if len(insurances) < len(PLANES) else None
    return _state(lambda condition: Rule(code, text, remedy, basis, condition, planes, last=last, firm=firm))


def review(code: str, text: str, *, remedy: str, basis: Basis) -> Callable[[Condition], Condition]:
    """State a point that a reviewer must settle from the papers: the line is 待核, no refusal."""
    return _state(lambda condition: Rule(code, text, remedy, basis, condition, refuses=False))


def _state(make: Callable[[Condition], Rule]) -> Callable[[Condition], Condition]:
    def state(condition: Condition) -> Condition:
        rule = make(condition)
        if rule.code in RULES:
            message = f"{rule.code} is stated twice"
            raise ValueError(message)
        RULES[rule.code] = rule
        return condition

    return state
