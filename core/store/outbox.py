"""Mails that wait to be sent: written with the step that they tell of, taken by one sender at a time."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from core.domain.roles import Role
from core.store.schema import batch_parts, batches, outbox, user_employers, users

_c = outbox.c
_WAITS = (_c.sent_at == "") & (_c.given_up_at == "")


def insert_mails(connection: sa.Connection, rows: Collection[Mapping[str, Any]]) -> None:
    """Mails to be sent: mail_id, username, recipient, subject, body, queued_at, due_at."""
    if rows:
        connection.execute(outbox.insert(), list(rows))


def holders_who_want_mail(connection: sa.Connection, batch_id: str, actor: str) -> list[Any]:
    """Who has a part in a batch, is not the actor and wants mails: username, email, language. Clerks of the employer only."""
    return list(connection.execute(_of_batch(batch_id, actor, _holders(batch_id))))


def commented_who_want_mail(connection: sa.Connection, batch_id: str, actor: str, *, internal: bool) -> list[Any]:
    """The same for a comment: also whom the batch is assigned to; no clerk reads an ``internal`` one."""
    assigned = sa.select(batches.c.assignee).where(batches.c.batch_id == batch_id)
    statement = _of_batch(batch_id, actor, sa.union(_holders(batch_id), assigned))
    return list(connection.execute(statement.where(users.c.role != Role.CLERK) if internal else statement))


def of_account_who_want_mail(connection: sa.Connection, employer_id: str, requested_by: str, actor: str) -> list[Any]:
    """The same of a registered account: the employer's clerks, and an official who asked for another one; not the actor."""
    clerks = sa.select(user_employers.c.username).where(user_employers.c.employer_id == employer_id)
    official = (users.c.username == requested_by) & (users.c.role != Role.CLERK)
    concerned = official | ((users.c.role == Role.CLERK) & users.c.username.in_(clerks))
    return list(connection.execute(_wanting().where(concerned, users.c.username != actor)))


def has_due(connection: sa.Connection, moment: str) -> bool:
    """Whether a mail is to be sent now."""
    return connection.scalar(sa.select(_c.mail_id).where(_WAITS, _c.due_at <= moment).limit(1)) is not None


def take_due(connection: sa.Connection, moment: str, until: str) -> Any | None:
    """The mail that is due the longest, as it was; nobody else gets it before ``until``. ``None``: there is none."""
    due = (
        sa.select(outbox)
        .where(_WAITS, _c.due_at <= moment)
        .order_by(_c.due_at, _c.mail_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mail = connection.execute(due).first()
    if mail is not None:
        change_mail(connection, mail.mail_id, due_at=until, attempts=mail.attempts + 1)
    return mail


def change_mail(connection: sa.Connection, mail_id: str, **values: str | int) -> None:
    """Change columns of one mail."""
    connection.execute(outbox.update().where(_c.mail_id == mail_id).values(**values))


def count_waiting(connection: sa.Connection) -> int:
    """How many mails still wait, due or not."""
    return connection.scalar(sa.select(sa.func.count()).select_from(outbox).where(_WAITS)) or 0


def delete_ended(connection: sa.Connection, before: str) -> None:
    """Forget mails that were sent or given up before a moment: the batch keeps its own history."""
    connection.execute(outbox.delete().where(sa.not_(_WAITS), _c.queued_at < before))


def _holders(batch_id: str) -> sa.Select[Any]:
    return sa.select(batch_parts.c.username).where(batch_parts.c.batch_id == batch_id)


def _of_batch(batch_id: str, actor: str, concerned: sa.SelectBase) -> sa.Select[Any]:
    still_there = sa.exists().where(
        user_employers.c.username == users.c.username, user_employers.c.employer_id == batches.c.employer_id
    )
    return (
        _wanting()
        .join_from(users, batches, batches.c.batch_id == batch_id)
        .where(users.c.username.in_(concerned), users.c.username != actor)
        .where((users.c.role != Role.CLERK) | still_there)
    )


def _wanting() -> sa.Select[Any]:
    wants = users.c.wants_mail & sa.not_(users.c.disabled)
    return sa.select(users.c.username, users.c.email, users.c.language).where(wants)
