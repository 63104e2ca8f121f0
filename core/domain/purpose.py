"""What somebody says he needs personal data for: kept in the audit log, so that no number may stand in it."""

import re

from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise_prose
from core.domain.wording import N_

FIELD = "purpose"
SHORTEST, LONGEST = 4, 200
_NUMBER = re.compile(r"\d{9,}[Xx]?")


def purpose_of(text: str) -> str:
    """The purpose as it is kept; ``InvalidInput`` at ``purpose`` when it is too short to say anything, or too long."""
    said = normalise_prose(text)
    if not SHORTEST <= len(said) <= LONGEST:
        raise InvalidInput(
            N_("请用 {least} 至 {most} 个字写明用途，它会记入审计"), field=FIELD, least=SHORTEST, most=LONGEST
        )
    return without_numbers(said)


def without_numbers(text: str) -> str:
    """``text`` with … in the place of every number that could be a person's or an account."""
    return _NUMBER.sub("…", text)
