"""The audit log: append-only rows in a hash chain. The signed head is kept outside the database (``core.services.desk``)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from core.store.locks import lock_chain
from core.store.schema import audit

GENESIS = "0" * 64
#: So many entries are looked through for what was done lately; the log has no index for that.
_LATEST = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain."""

    sequence: int
    hash: str


def append_entry(
    connection: sa.Connection, *, at: str, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> Head:
    """Add one entry in the caller's transaction. ``detail`` must hold no full identity number or account."""
    lock_chain(connection)
    head = read_head(connection)
    written = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sequence = head.sequence + 1
    digest = entry_hash(head.hash, sequence, at, actor, action, subject, written)
    connection.execute(
        audit.insert(),
        {
            "sequence": sequence,
            "at": at,
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": written,
            "previous_hash": head.hash,
            "hash": digest,
        },
    )
    return Head(sequence, digest)


def read_head(connection: sa.Connection) -> Head:
    """The chain's last entry; sequence 0 before the first."""
    row = connection.execute(
        sa.select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
    ).first()
    return Head(row.sequence, row.hash) if row else Head(0, GENESIS)


def has_entry(connection: sa.Connection, actor: str, action: str, subject: str, since: str, until: str) -> bool:
    """Whether somebody has left such an entry between two moments, among the latest ones: nobody is in a hurry for a yes."""
    c = audit.c
    said = (c.actor == actor, c.action == action, c.subject == subject, c.at.between(since, until))
    latest = c.sequence > read_head(connection).sequence - _LATEST
    return connection.execute(sa.select(c.sequence).where(latest, *said).limit(1)).first() is not None


def entry_hash(previous: str, sequence: int, *said: str) -> str:
    """SHA-256 over the previous hash, the sequence, and at, actor, action, subject, detail: a JSON list, so none read alike."""
    content = json.dumps([previous, sequence, *said], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
