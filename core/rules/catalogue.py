"""Every rule by its code, ascending: refusals first, then what only needs a reviewer (V13)."""

from collections.abc import Mapping
from types import MappingProxyType

# Reading these modules is what fills RULES: a refusal is stated in one of them and nowhere else.
from core.rules import RULE_VERSION, benefits, claims, months, people, rows
from core.rules.rule import RULES, Rule

__all__ = ["REFUSALS", "RULE_VERSION", "STATED_IN"]

STATED_IN = (rows, benefits, people, claims, months)
REFUSALS: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rule in sorted(RULES.values(), key=lambda rule: (not rule.refuses, rule.code))}
)
