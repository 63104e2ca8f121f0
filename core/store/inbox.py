"""Messages of a user: what others did to the batches in which he has a part, what they wrote beside them, and what became of
the accounts of his employers, or of the changes that he asked for.

Nothing is written for a reader: messages are the events and comments themselves, and those after the audit entry he has seen
are unread. A comment is for whom the batch is assigned to as well.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.domain.account_change import ChangeState
from core.store.bulk import among
from core.store.schema import account_changes, batch_comments, batch_events, batch_parts, batches, employers, users

_events, _parts, _changes, _comments = batch_events.c, batch_parts.c, account_changes.c, batch_comments.c
#: Whoever has a part in more batches than this finds his messages quicker among the latest events than among his batches.
FEW = 1_000

#: Says of the id of a batch whether it concerns a reader.
_Concerned = Callable[..., sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose messages: ``scope`` are the employers he may see (``None``: all), ``internal`` those for officials as well."""

    username: str
    scope: Collection[str] | None
    internal: bool


def count_messages(connection: sa.Connection, reader: Reader, *, after: int = 0, most: int) -> int:
    """How many messages come after an audit entry, counted up to ``most``."""
    one = (sa.literal(1).label("one"),)
    concerned = _concerns(connection, reader)
    kinds = (
        _of_events(reader, concerned, one, after),
        _of_comments(reader, concerned, one, after),
        *(_of_changes(connection, reader, happened, one, after) for happened in _HAPPENED),
    )
    counts = [sa.select(sa.func.count()).select_from(kind.limit(most).subquery()).scalar_subquery() for kind in kinds]
    return min(sum(connection.execute(sa.select(*counts)).one()), most)


def list_messages(connection: sa.Connection, reader: Reader, *, limit: int, offset: int) -> list[Any]:
    """One page of messages, the latest first.

    Each: kind (``event``, ``comment`` or ``change``), sequence, number, employer_id, employer_name, step, from_state,
    to_state, username, part, note, at, effective_at. Those of account changes have neither number nor part; of comments the
    note is the text, and ``step`` says ``internal`` of those among officials.
    """
    reach, concerned = offset + limit, _concerns(connection, reader)
    blank = sa.literal("")
    kinds = (
        _of_events(reader, concerned, _event_columns(blank), joined=True).order_by(_events.audit_sequence.desc()),
        _of_comments(reader, concerned, _comment_columns(blank), joined=True).order_by(_comments.audit_sequence.desc()),
        *(
            _of_changes(connection, reader, each, _change_columns(blank, each), joined=True).order_by(
                each.sequence.desc()
            )
            for each in _HAPPENED
        ),
    )
    rows = [row for kind in kinds for row in connection.execute(kind.limit(reach))]
    return sorted(rows, key=lambda row: row.sequence, reverse=True)[offset:reach]


def read_seen(connection: sa.Connection, username: str) -> int:
    """The audit entry up to which this user has read his messages."""
    return connection.scalar(sa.select(users.c.inbox_seen).where(users.c.username == username)) or 0


def move_seen(connection: sa.Connection, username: str, sequence: int) -> None:
    """Everything up to this audit entry is read; what was read already stays so."""
    earlier = (users.c.username == username) & (users.c.inbox_seen < sequence)
    connection.execute(users.update().where(earlier).values(inbox_seen=sequence))


def _event_columns(blank: Any) -> tuple[Any, ...]:
    return (
        sa.literal("event").label("kind"),
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
        blank.label("effective_at"),
    )


def _comment_columns(blank: Any) -> tuple[Any, ...]:
    return (
        sa.literal("comment").label("kind"),
        _comments.audit_sequence.label("sequence"),
        batches.c.number,
        batches.c.employer_id,
        batches.c.employer_name,
        sa.case((_comments.internal, "internal"), else_="").label("step"),
        blank.label("from_state"),
        blank.label("to_state"),
        _comments.username,
        blank.label("part"),
        _comments.text.label("note"),
        _comments.at,
        blank.label("effective_at"),
    )


@dataclass(frozen=True, slots=True)
class _Happened:
    """Something that becomes of a change of an account: its audit entry, who did it and when, where it led, and words on it."""

    sequence: Any
    username: Any
    at: Any
    state: Any
    note: Any


_HAPPENED = (
    _Happened(
        _changes.requested_sequence,
        _changes.requested_by,
        _changes.requested_at,
        sa.literal(ChangeState.REQUESTED.value),
        _changes.note,
    ),
    _Happened(
        _changes.decided_sequence, _changes.decided_by, _changes.decided_at, _changes.state, _changes.decision_note
    ),
    _Happened(
        _changes.cancelled_sequence,
        _changes.cancelled_by,
        _changes.cancelled_at,
        sa.literal(ChangeState.CANCELLED.value),
        sa.literal(""),
    ),
)


def _change_columns(blank: Any, happened: _Happened) -> tuple[Any, ...]:
    return (
        sa.literal("change").label("kind"),
        happened.sequence.label("sequence"),
        blank.label("number"),
        _changes.employer_id,
        employers.c.name.label("employer_name"),
        blank.label("step"),
        blank.label("from_state"),
        happened.state.label("to_state"),
        happened.username.label("username"),
        blank.label("part"),
        happened.note.label("note"),
        happened.at.label("at"),
        _changes.effective_at,
    )


def _of_events(
    reader: Reader, concerned: _Concerned, columns: Collection[Any], after: int = 0, *, joined: bool = False
) -> sa.Select[Any]:
    statement = sa.select(*columns).where(_events.username != reader.username, _events.audit_sequence > after)
    if joined:
        statement = statement.join_from(batch_events, batches, batches.c.batch_id == _events.batch_id)
    return statement.where(concerned(_events.batch_id))


def _of_comments(
    reader: Reader, concerned: _Concerned, columns: Collection[Any], after: int = 0, *, joined: bool = False
) -> sa.Select[Any]:
    statement = sa.select(*columns).where(_comments.username != reader.username, _comments.audit_sequence > after)
    if joined:
        statement = statement.join_from(batch_comments, batches, batches.c.batch_id == _comments.batch_id)
    if not reader.internal:
        statement = statement.where(sa.not_(_comments.internal))
    return statement.where(concerned(_comments.batch_id, assigned=True))


def _concerns(connection: sa.Connection, reader: Reader) -> _Concerned:
    """Which batches concern a reader: he has a part in them or, where that counts too, they are ``assigned`` to him.

    Said in the way that SQLite follows: few batches are looked up one by one, many while going back through what happened.
    """
    held = sa.select(_parts.batch_id).where(_parts.username == reader.username)
    few = (connection.scalar(sa.select(sa.func.count()).select_from(held.limit(FEW + 1).subquery())) or 0) <= FEW
    if reader.scope is not None:
        held = held.join_from(batch_parts, batches, batches.c.batch_id == _parts.batch_id)
        held = held.where(among(batches.c.employer_id, reader.scope, connection.dialect.name))
    theirs = batches.alias().c
    # The second condition is that of the index.
    given = sa.select(theirs.batch_id).where(theirs.assignee == reader.username, theirs.assignee != "")

    def concerned(batch_id: sa.Column[Any], *, assigned: bool = False) -> sa.ColumnElement[bool]:
        ways = [(held, _parts.batch_id), (given, theirs.batch_id)][: 2 if assigned else 1]
        if few:
            return batch_id.in_(sa.union_all(*(way for way, _key in ways)))
        return sa.or_(*(way.where(key == batch_id).correlate(batch_id.table).exists() for way, key in ways))

    return concerned


def _of_changes(
    connection: sa.Connection,
    reader: Reader,
    happened: _Happened,
    columns: Collection[Any],
    after: int = 0,
    *,
    joined: bool = False,
) -> sa.Select[Any]:
    """What others did about accounts: of his employers for a clerk, of the changes that he asked for for an official."""
    statement = sa.select(*columns).where(happened.sequence > after, happened.username != reader.username)
    if joined:
        statement = statement.join_from(account_changes, employers, employers.c.employer_id == _changes.employer_id)
    if reader.scope is None:
        return statement.where(_changes.requested_by == reader.username)
    return statement.where(among(_changes.employer_id, reader.scope, connection.dialect.name))
