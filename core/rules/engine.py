"""All rules over all lines in one pass, into one boolean matrix: rules × insurances × rows."""

from functools import cache

import numpy as np

from core.domain.period import Period
from core.domain.reasons import Reason
from core.domain.settings import Settings
from core.rules.catalogue import REFUSALS
from core.rules.facts import Facts
from core.rules.judgement import Judgement
from core.rules.lines import PLANES, Ledger, Lines, Mask
from core.rules.months import judge_months
from core.rules.rule import Rule

Rules = tuple[Rule, ...]


def judge(ledger: Ledger, reason: Reason, settings: Settings, filing: Period) -> Judgement:
    """Judge every line of every row. All causes are found and nothing suppresses anything.

    ``filing`` is the month in which the application is, or would be, filed (N22).
    """
    rules, refusing = _in_force(settings.refusals_off)
    lines = Lines(ledger, reason, settings, filing)
    facts = Facts(ledger, lines.month_key)
    lines.known, lines.fits = judge_months(lines, facts)
    found = np.zeros((len(rules), len(PLANES), len(lines)), np.bool_)
    for rule, cells in zip(rules, found, strict=True):
        if not rule.last:
            rule.mark(cells, lines, facts)
    _forget_strangers(found, rules, lines)
    lines.refused = refused = np.logical_or.reduce(found[:refusing], axis=0)
    for rule, cells in zip(rules, found, strict=True):
        if rule.last:
            rule.mark(cells, lines, facts)
            refused = refused | cells
    return Judgement(lines, facts, rules, found, refused)


@cache
def _in_force(off: frozenset[str]) -> tuple[Rules, int]:
    """The rules to judge by, and how many of them refuse: these come first."""
    rules = tuple(rule for code, rule in REFUSALS.items() if rule.firm or code not in off)
    return rules, sum(rule.refuses for rule in rules)


def _forget_strangers(found: Mask, rules: Rules, lines: Lines) -> None:
    """Of a row that is not the applicant's nothing was read: it is N03, and whatever else was marked has no meaning."""
    if not lines.own.all():
        others = [place for place, rule in enumerate(rules) if rule.code != "N03"]
        found[others] &= lines.own
