"""Users, and the employers that a clerk files for. Nobody is ever deleted: what they did keeps their name."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.domain.errors import InvalidInput
from core.domain.roles import Role, Viewer
from core.domain.wording import N_
from core.store.schema import user_employers, users


def read_user(connection: sa.Connection, username: str, *, lock: bool = False) -> Any | None:
    """One user's row, ``None`` when there is none; with ``lock`` it is held to the end of the transaction."""
    statement = sa.select(users).where(users.c.username == username)
    return connection.execute(statement.with_for_update() if lock else statement).first()


def read_users(connection: sa.Connection) -> list[Any]:
    """Every person's row by name; the system's own entry is no person."""
    return list(connection.execute(sa.select(users).where(users.c.role != Role.SYSTEM).order_by(users.c.username)))


def read_employers_of_users(connection: sa.Connection) -> dict[str, list[str]]:
    """The employer ids of every user who has some."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(sa.select(user_employers).order_by(user_employers.c.employer_id))
    for row in rows:
        found.setdefault(row.username, []).append(row.employer_id)
    return found


def read_viewer(connection: sa.Connection, username: str) -> Viewer | None:
    """Who this is and what he may do now; ``None`` for unknown and disabled accounts, and for the system's own entry."""
    user = read_user(connection, username)
    if user is None or user.disabled or user.role == Role.SYSTEM:
        return None
    employers = connection.scalars(sa.select(user_employers.c.employer_id).where(user_employers.c.username == username))
    return Viewer(username, Role(user.role), frozenset(employers))


def insert_user(connection: sa.Connection, username: str, role: Role, at: str, **secrets: str) -> None:
    """Add a user; ``InvalidInput`` when the name is taken, by whoever was first."""
    try:
        connection.execute(users.insert(), {"username": username, "role": role.value, "created_at": at, **secrets})
    except IntegrityError as error:
        raise InvalidInput(N_("用户名 {name} 已被使用，请换一个"), field="username", name=username) from error


def bind_employers(connection: sa.Connection, username: str, employer_ids: Collection[str]) -> None:
    """Let a clerk file for these employers."""
    if employer_ids:
        rows = [{"username": username, "employer_id": employer_id} for employer_id in sorted(set(employer_ids))]
        connection.execute(user_employers.insert(), rows)


def update_user(connection: sa.Connection, username: str, **changes: str | bool | int) -> None:
    """Change columns of one user."""
    connection.execute(users.update().where(users.c.username == username).values(**changes))


def take_time_step(connection: sa.Connection, user: Any, step: int, **changes: str) -> bool:
    """Note the time-step of an accepted code; false when somebody has used another, or taken the secret away, meanwhile."""
    unchanged = (users.c.username == user.username) & (users.c.totp_secret == user.totp_secret)
    unused = users.c.totp_last_step == user.totp_last_step
    statement = users.update().where(unchanged, unused).values(totp_last_step=step, **changes)
    return bool(connection.execute(statement).rowcount)


def lock_active(connection: sa.Connection, role: Role) -> set[str]:
    """The accounts of this role that can sign in, held to the end of the transaction: none is disabled meanwhile."""
    active = sa.select(users.c.username).where(users.c.role == role, sa.not_(users.c.disabled))
    return set(connection.scalars(active.order_by(users.c.username).with_for_update()))
