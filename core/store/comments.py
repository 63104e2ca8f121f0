"""Comments beside a batch: written once, never changed."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from core.store.database import Connection
from core.store.schema import batch_comments

_c = batch_comments.c


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. ``internal``: among officials only."""

    internal: bool
    text: str
    username: str
    at: str


def insert_comment(connection: Connection, batch_id: str, comment: Comment, audit_sequence: int) -> None:
    """Add a comment with its audit entry, which is its place among the messages; the caller holds the batch."""
    last = connection.scalar(sa.select(sa.func.max(_c.position)).where(_c.batch_id == batch_id)) or 0
    place = {"batch_id": batch_id, "position": last + 1, "audit_sequence": audit_sequence}
    connection.execute(batch_comments.insert(), {**place, **asdict(comment)})


def count_comments(connection: Connection, batch_id: str, *, internal: bool) -> int:
    """How many comments of a batch there are; internal ones only when asked for."""
    statement = sa.select(sa.func.count()).where(_c.batch_id == batch_id)
    return connection.scalar(statement if internal else statement.where(sa.not_(_c.internal))) or 0


def read_comments(connection: Connection, batch_id: str, *, internal: bool) -> list[Comment]:
    """The comments of a batch, oldest first; internal ones only when asked for."""
    columns = [_c[name] for name in Comment.__dataclass_fields__]
    statement = sa.select(*columns).where(_c.batch_id == batch_id).order_by(_c.position)
    if not internal:
        statement = statement.where(sa.not_(_c.internal))
    return [Comment(*row) for row in connection.execute(statement)]
