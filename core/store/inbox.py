"""Messages of a user: what others did to the batches in which he has a part, and what became of his account changes.

Nothing is written for a reader: messages are the events themselves, and those after the audit entry he has seen are unread.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.store.bulk import among
from core.store.schema import account_changes, batch_events, batch_parts, batches, employers, users

_events, _parts, _changes = batch_events.c, batch_parts.c, account_changes.c
#: Whoever has a part in more batches than this finds his messages quicker among the latest events than among his batches.
FEW = 1_000


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose messages: ``scope`` are the employers he may see (``None``: all)."""

    username: str
    scope: Collection[str] | None


def count_messages(connection: sa.Connection, reader: Reader, *, after: int = 0, most: int) -> int:
    """How many messages come after an audit entry, counted up to ``most``."""
    one = (sa.literal(1).label("one"),)
    kinds = (_of_batches(connection, reader, one, after), _of_changes(connection, reader, one, after))
    counts = [sa.select(sa.func.count()).select_from(kind.limit(most).subquery()).scalar_subquery() for kind in kinds]
    return min(sum(connection.execute(sa.select(*counts)).one()), most)


def list_messages(connection: sa.Connection, reader: Reader, *, limit: int, offset: int) -> list[Any]:
    """One page of messages, the latest first.

    Each: sequence, number, employer_id, employer_name, step, from_state, to_state, username, part, note, at, effective_at.
    Those of account changes have neither number nor part.
    """
    reach = offset + limit
    of_batches = _of_batches(
        connection,
        reader,
        (
            _events.audit_sequence.label("sequence"),
            batches.c.number,
            batches.c.employer_id,
            batches.c.employer_name,
            _events.step,
            _events.from_state,
            _events.to_state,
            _events.username,
            _events.part,
            _events.note,
            _events.at,
            sa.literal("").label("effective_at"),
        ),
        joined=True,
    ).order_by(_events.audit_sequence.desc())
    of_changes = _of_changes(
        connection,
        reader,
        (
            _changes.decided_sequence.label("sequence"),
            sa.literal("").label("number"),
            _changes.employer_id,
            employers.c.name.label("employer_name"),
            sa.literal("").label("step"),
            sa.literal("").label("from_state"),
            _changes.state.label("to_state"),
            _changes.decided_by.label("username"),
            sa.literal("").label("part"),
            _changes.decision_note.label("note"),
            _changes.decided_at.label("at"),
            _changes.effective_at,
        ),
        joined=True,
    ).order_by(_changes.decided_sequence.desc())
    rows = [*connection.execute(of_batches.limit(reach)), *connection.execute(of_changes.limit(reach))]
    return sorted(rows, key=lambda row: row.sequence, reverse=True)[offset:reach]


def read_seen(connection: sa.Connection, username: str) -> int:
    """The audit entry up to which this user has read his messages."""
    return connection.scalar(sa.select(users.c.inbox_seen).where(users.c.username == username)) or 0


def move_seen(connection: sa.Connection, username: str, sequence: int) -> None:
    """Everything up to this audit entry is read; what was read already stays so."""
    earlier = (users.c.username == username) & (users.c.inbox_seen < sequence)
    connection.execute(users.update().where(earlier).values(inbox_seen=sequence))


def _of_batches(
    connection: sa.Connection, reader: Reader, columns: Collection[Any], after: int = 0, *, joined: bool = False
) -> sa.Select[Any]:
    statement = sa.select(*columns).where(_events.username != reader.username, _events.audit_sequence > after)
    if joined:
        statement = statement.join_from(batch_events, batches, batches.c.batch_id == _events.batch_id)
    return statement.where(_concerns(connection, reader))


def _concerns(connection: sa.Connection, reader: Reader) -> sa.ColumnElement[bool]:
    """Said in the way that SQLite follows: few batches are looked up one by one, many while going back through the events."""
    mine = sa.select(_parts.batch_id).where(_parts.username == reader.username)
    held = connection.scalar(sa.select(sa.func.count()).select_from(mine.limit(FEW + 1).subquery())) or 0
    if reader.scope is not None:
        mine = mine.join_from(batch_parts, batches, batches.c.batch_id == _parts.batch_id)
        mine = mine.where(among(batches.c.employer_id, reader.scope, connection.dialect.name))
    if held <= FEW:
        return _events.batch_id.in_(mine)
    return mine.where(_parts.batch_id == _events.batch_id).correlate(batch_events).exists()


def _of_changes(
    connection: sa.Connection, reader: Reader, columns: Collection[Any], after: int = 0, *, joined: bool = False
) -> sa.Select[Any]:
    statement = sa.select(*columns).where(
        _changes.requested_by == reader.username,
        _changes.decided_sequence > after,
        _changes.decided_by.is_not(None),
    )
    if joined:
        statement = statement.join_from(account_changes, employers, employers.c.employer_id == _changes.employer_id)
    if reader.scope is not None:
        statement = statement.where(among(_changes.employer_id, reader.scope, connection.dialect.name))
    return statement
