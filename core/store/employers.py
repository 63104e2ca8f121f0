"""Employers: the registered account in force, and the names they had.

The ledger says which account the agency's core system knows. An approved change stands in for it from its moment on, as long as
the ledger itself has not changed the account since: the last word counts. Nothing has to be run when a change becomes effective:
every read looks at the moment of its connection (``Desk.read``, ``Desk.write``).
"""

import json
from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from core.domain.account_change import ChangeState
from core.domain.bank import FIELDS
from core.store.bulk import among
from core.store.schema import account_changes, employers, superseded


def read_employer(connection: sa.Connection, employer_id: str) -> Any | None:
    """One employer's row with the account in force, ``None`` when there is none."""
    row = connection.execute(sa.select(employers).where(employers.c.employer_id == employer_id)).first()
    if row is None:
        return None
    change = change_in_force(connection, employer_id)
    return row if change is None else _with_account(row, change)


def read_employers(connection: sa.Connection, scope: Collection[str] | None) -> list[Any]:
    """The employers in scope (``None``: all) by id, with the accounts in force."""
    statement = sa.select(employers).order_by(employers.c.employer_id)
    if scope is not None:
        statement = statement.where(among(employers.c.employer_id, scope, connection.dialect.name))
    changed = _in_force(
        connection, account_changes.c.employer_id.in_(statement.with_only_columns(employers.c.employer_id))
    )
    return [
        _with_account(row, changed[row.employer_id]) if row.employer_id in changed else row
        for row in connection.execute(statement)
    ]


def change_in_force(connection: sa.Connection, employer_id: str) -> Any | None:
    """The change that gave an employer the account it has now; ``None`` where that is the ledger's."""
    return _in_force(connection, account_changes.c.employer_id == employer_id).get(employer_id)


def former_names(connection: sa.Connection, employer_id: str) -> set[str]:
    """Names that a correction replaced: a name change on file."""
    contents = connection.scalars(sa.select(superseded.c.content).where(_superseded(employer_id)))
    return {json.loads(content).get("name", "") for content in contents} - {""}


def _in_force(connection: sa.Connection, whose: sa.ColumnElement[bool]) -> dict[str, Any]:
    """By employer id: the latest effective change, unless the ledger has had another word since."""
    moment = connection.get_execution_options().get("moment", "")
    change = account_changes.c
    decided = change.state.in_((ChangeState.APPROVED, ChangeState.EFFECTIVE)) & (change.effective_at <= moment)
    rows = connection.execute(
        sa.select(account_changes).where(decided, whose).order_by(change.effective_at, change.requested_at)
    )
    latest = {row.employer_id: row for row in rows}
    return {key: row for key, row in latest.items() if not _ledger_changed(connection, key, row.effective_at)}


def _ledger_changed(connection: sa.Connection, employer_id: str, since: str) -> bool:
    """Whether an import has changed the account after ``since``; a correction of the name alone has not."""
    later = _superseded(employer_id) & (superseded.c.superseded_at > since)
    before = [json.loads(content) for content in connection.scalars(sa.select(superseded.c.content).where(later))]
    if not before:
        return False
    now = connection.execute(sa.select(employers).where(employers.c.employer_id == employer_id)).mappings().one()
    return len({account_of(row) for row in (*before, now)}) > 1


def account_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The six bank fields of an employer's row, or of one that a correction replaced."""
    return tuple(str(row.get(name, "")) for name in FIELDS)


def _superseded(employer_id: str) -> sa.ColumnElement[bool]:
    return (superseded.c.table_name == employers.name) & (superseded.c.record_key == employer_id)


def _with_account(row: Any, change: Any) -> Any:
    return SimpleNamespace(**{**row._mapping, **{name: getattr(change, name) for name in FIELDS}})  # noqa: SLF001
