"""Changes of registered accounts: what was asked for stays; the decision is added where the state still allows it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.domain.account_change import OPEN_STATES, ChangeState
from core.domain.errors import Conflict
from core.domain.lifecycle import FREE_STATES, Part, State
from core.domain.roles import Role
from core.domain.wording import N_
from core.store.bulk import among
from core.store.employers import change_in_force
from core.store.schema import account_changes, batch_parts, batches, employers, users

_c = account_changes.c
_OVER = FREE_STATES | {State.CLOSED}
_STANDS = (ChangeState.REQUESTED, ChangeState.APPROVED, ChangeState.EFFECTIVE)


def insert_change(connection: sa.Connection, row: Mapping[str, str | int]) -> None:
    """Add a request; ``Conflict`` while the employer has an open one, whoever was first."""
    try:
        connection.execute(account_changes.insert(), {**row, "state": ChangeState.REQUESTED.value})
    except IntegrityError as error:
        if "account_changes" in str(error.orig) and "UNIQUE" in str(error.orig).upper():
            sentence = N_("本单位已有一项登记账户变更正在办理，办结或撤销后才能再次申请")
            raise Conflict(sentence, field="account_change") from error
        raise


def close_effective(connection: sa.Connection, employer_id: str, moment: str) -> None:
    """Mark a change whose time has come as effective, so that it stands in nobody's way any more."""
    cooled = (_c.employer_id == employer_id) & (_c.state == ChangeState.APPROVED) & (_c.effective_at <= moment)
    connection.execute(account_changes.update().where(cooled).values(state=ChangeState.EFFECTIVE.value))


def move_change(connection: sa.Connection, change_id: str, source: ChangeState, **values: str | int) -> bool:
    """Change a request that still stands in ``source``; false when somebody else was first."""
    standing = (_c.change_id == change_id) & (_c.state == source)
    return bool(connection.execute(account_changes.update().where(standing).values(**values)).rowcount)


def read_change(connection: sa.Connection, change_id: str) -> Any | None:
    """One change with its employer's name, ``None`` when there is none."""
    return connection.execute(_select().where(_c.change_id == change_id)).first()


def read_changes(
    connection: sa.Connection, scope: frozenset[str] | None, *, only_open: bool, limit: int, moment: str
) -> list[Any]:
    """Changes of the employers in scope (``None``: all), the latest first; ``only_open`` leaves out what is over by now."""
    statement = _select().order_by(_c.requested_at.desc(), _c.change_id).limit(limit)
    if scope is not None:
        statement = statement.where(among(_c.employer_id, scope, connection.dialect.name))
    if only_open:
        cooled = (_c.state == ChangeState.APPROVED) & (_c.effective_at <= moment)
        statement = statement.where(_c.state.in_(OPEN_STATES), sa.not_(cooled))
    return list(connection.execute(statement))


def read_makers(connection: sa.Connection, employer_id: str, account: str) -> set[str]:
    """Officials by whose change an employer's batch is paid to ``account``, or would be paid elsewhere after a bounce.

    Those who asked for it or decided it: of every change to that account, of the one in force and of the open one. Nobody for an
    account that the ledger itself says. What an employer asks for is its own.
    """
    moment = connection.get_execution_options().get("moment", "")
    in_force = change_in_force(connection, employer_id)
    cooling = (_c.state == ChangeState.APPROVED) & (_c.effective_at > moment)
    used = [_c.bank_account == account, _c.state == ChangeState.REQUESTED, cooling]
    if in_force is not None:
        used.append(_c.change_id == in_force.change_id)
    ledgers = (employers.c.bank_account == _c.bank_account) & (employers.c.cnaps_code == _c.cnaps_code)
    asked = sa.case((users.c.role != Role.CLERK, _c.requested_by), else_="")
    statement = (
        sa.select(asked, _c.decided_by)
        .join_from(account_changes, employers, employers.c.employer_id == _c.employer_id)
        .join(users, users.c.username == _c.requested_by)
        .where(_c.employer_id == employer_id, _c.state.in_(_STANDS), sa.or_(*used), sa.not_(ledgers))
    )
    return {username for row in connection.execute(statement) for username in row if username}


def employers_of_holder(connection: sa.Connection, username: str) -> set[str]:
    """The employers with a batch that isn't over, in which this person holds another part than that of correcting accounts."""
    statement = (
        sa.select(batches.c.employer_id)
        .join(batch_parts, batch_parts.c.batch_id == batches.c.batch_id)
        .where(batch_parts.c.username == username, batch_parts.c.part != Part.CORRECTOR, batches.c.state.not_in(_OVER))
        .distinct()
    )
    return set(connection.scalars(statement))


def _select() -> sa.Select[Any]:
    named = sa.select(account_changes, employers.c.name.label("employer_name"))
    return named.join(employers, employers.c.employer_id == _c.employer_id)
