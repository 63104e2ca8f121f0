"""Sessions, known by the SHA-256 of their token, and failed sign-ins, known by who and from where."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from core.store.schema import sessions, sign_in_failures


def insert_session(connection: sa.Connection, token_hash: str, username: str, at: str) -> None:
    """Begin a session."""
    row = {"token_hash": token_hash, "username": username, "created_at": at, "seen_at": at}
    connection.execute(sessions.insert(), row)


def read_session(connection: sa.Connection, token_hash: str) -> Any | None:
    """A session that nobody ended; whether it has expired is for the caller to say."""
    wanted = (sessions.c.token_hash == token_hash) & (sessions.c.revoked_at == "")
    return connection.execute(sa.select(sessions).where(wanted)).first()


def read_live_sessions(connection: sa.Connection, username: str) -> list[Any]:
    """The sessions of a user that nobody ended."""
    wanted = (sessions.c.username == username) & (sessions.c.revoked_at == "")
    return list(connection.execute(sa.select(sessions).where(wanted)))


def note_factor(connection: sa.Connection, token_hash: str, at: str) -> None:
    """The second factor was shown in this session."""
    connection.execute(sessions.update().where(sessions.c.token_hash == token_hash).values(factor_at=at))


def touch_session(connection: sa.Connection, token_hash: str, at: str) -> None:
    """Note that somebody is there; a clock that went back moves nothing."""
    wanted = (sessions.c.token_hash == token_hash) & (sessions.c.revoked_at == "") & (sessions.c.seen_at < at)
    connection.execute(sessions.update().where(wanted).values(seen_at=at))


def revoke_session(connection: sa.Connection, token_hash: str, at: str) -> str | None:
    """End a session and return whose it was; ``None`` when there was nothing to end."""
    wanted = (sessions.c.token_hash == token_hash) & (sessions.c.revoked_at == "")
    username: str | None = connection.scalar(sa.select(sessions.c.username).where(wanted))
    connection.execute(sessions.update().where(wanted).values(revoked_at=at))
    return username


def revoke_sessions(connection: sa.Connection, username: str, at: str) -> None:
    """End every session of a user."""
    wanted = (sessions.c.username == username) & (sessions.c.revoked_at == "")
    connection.execute(sessions.update().where(wanted).values(revoked_at=at))


def delete_sessions_before(connection: sa.Connection, created_before: str) -> None:
    """Forget sessions that ended long ago; the audit log still knows the sign-ins."""
    connection.execute(sessions.delete().where(sessions.c.created_at < created_before))


def read_failures(connection: sa.Connection, subject: str, since: str) -> list[str]:
    """When this subject failed after ``since``, the latest first."""
    failed_at = sign_in_failures.c.failed_at
    wanted = (sign_in_failures.c.subject == subject) & (failed_at > since)
    return list(connection.scalars(sa.select(failed_at).where(wanted).order_by(failed_at.desc())))


def insert_failure(connection: sa.Connection, subject: str, at: str) -> int:
    """Count one failure and return its id."""
    insert = sign_in_failures.insert().values(subject=subject, failed_at=at).returning(sign_in_failures.c.failure_id)
    return int(connection.scalar(insert) or 0)


def delete_failures(connection: sa.Connection, *, subject: str, failure_ids: Collection[int]) -> None:
    """Forget what a successful sign-in has answered: all failures of the account, and the attempt itself."""
    wanted = (sign_in_failures.c.subject == subject) | sign_in_failures.c.failure_id.in_(failure_ids)
    connection.execute(sign_in_failures.delete().where(wanted))


def delete_failures_outside(connection: sa.Connection, first: str, last: str) -> None:
    """Forget failures that count no more: what is older than ``first``, or later than ``last``."""
    failed_at = sign_in_failures.c.failed_at
    connection.execute(sign_in_failures.delete().where((failed_at < first) | (failed_at > last)))
