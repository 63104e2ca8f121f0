"""What makes a batch the one that was previewed: its fingerprint, in one place for preview, submission and check."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from core.domain.bank import FIELDS


class FiledLine(NamedTuple):
    """A line as filed; amounts in fen."""

    serial: str
    insurance: str
    verdict: str
    employer_part: int
    personal_part: int
    late_fee: int
    interest: int
    refundable: int


def batch_fingerprint(
    *,
    employer_id: str,
    reason: str,
    reason_note: str,
    bank: Mapping[str, str],
    rule_version: str,
    lines: Iterable[FiledLine],
) -> str:
    """SHA-256 over lines, amounts, bank details and rule version (invariant 3); the order of lines doesn't matter."""
    content = [
        employer_id,
        reason,
        reason_note,
        rule_version,
        [bank[field] for field in FIELDS],
        sorted([str(line.serial), str(line.insurance), str(line.verdict), *map(int, line[3:])] for line in lines),
    ]
    return digest(content)


def digest(content: object) -> str:
    """SHA-256 of a value's canonical JSON."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
