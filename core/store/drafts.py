"""Drafts: one open draft per person and employer, and the rows ticked in it."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from core.store.bulk import among as is_among
from core.store.bulk import insert_into, insert_rows
from core.store.schema import AMOUNT_COLUMNS, contributions, draft_rows, drafts


def find_open(connection: sa.Connection, username: str, employer_id: str) -> Any | None:
    """The open draft of this person for this employer."""
    return connection.execute(
        sa.select(drafts).where(
            drafts.c.username == username, drafts.c.employer_id == employer_id, drafts.c.closed_at == ""
        )
    ).first()


def read_draft(connection: sa.Connection, draft_id: str, *, lock: bool = False) -> Any | None:
    """A draft by id; ``lock`` holds it to the end of the transaction."""
    statement = sa.select(drafts).where(drafts.c.draft_id == draft_id)
    return connection.execute(statement.with_for_update() if lock else statement).first()


def insert_draft(connection: sa.Connection, draft_id: str, username: str, employer_id: str, at: str) -> None:
    """Open a draft, unless this person has an open one for this employer."""
    values = {
        "draft_id": draft_id,
        "username": username,
        "employer_id": employer_id,
        "created_at": at,
        "updated_at": at,
    }
    open_one = {
        "index_elements": ["username", "employer_id"],
        "index_where": drafts.c.closed_at == sa.literal_column("''"),
    }
    connection.execute(insert_into(connection, drafts).values(values).on_conflict_do_nothing(**open_one))


def update_draft(connection: sa.Connection, draft_id: str, **values: str) -> None:
    """Change columns of a draft."""
    connection.execute(drafts.update().where(drafts.c.draft_id == draft_id).values(**values))


def content_of(row: Any) -> dict[str, Any]:
    """A draft row's content as saved."""
    return dict(json.loads(row.content))


def read_key(connection: sa.Connection, draft_id: str) -> str:
    """The idempotency key of a draft; blank before its first preview."""
    return connection.scalar(sa.select(drafts.c.idempotency_key).where(drafts.c.draft_id == draft_id)) or ""


def read_previewed(connection: sa.Connection, draft_id: str) -> dict[str, Any] | None:
    """What the last preview of a draft showed; ``None`` before the first."""
    written = connection.scalar(sa.select(drafts.c.previewed).where(drafts.c.draft_id == draft_id))
    return json.loads(written) if written else None


def read_ticked(connection: sa.Connection, draft_id: str, among: Collection[str] | None = None) -> set[str]:
    """The ids of every ticked row; of these rows only, if some are given."""
    statement = sa.select(draft_rows.c.serial).where(draft_rows.c.draft_id == draft_id)
    if among is not None:
        statement = statement.where(is_among(draft_rows.c.serial, among, connection.dialect.name))
    return set(connection.scalars(statement).all())


def count_ticked(connection: sa.Connection, draft_id: str) -> dict[str, int]:
    """How many rows are ticked for each reason; blank for the draft's own."""
    c = draft_rows.c
    statement = sa.select(c.reason, sa.func.count()).where(c.draft_id == draft_id).group_by(c.reason)
    return dict(connection.execute(statement).all())


def read_assigned(connection: sa.Connection, draft_id: str) -> dict[str, str]:
    """The ticked rows that carry another reason than the draft's own: reason code by id."""
    c = draft_rows.c
    statement = sa.select(c.serial, c.reason).where(c.draft_id == draft_id, c.reason != "")
    return dict(connection.execute(statement).all())


def assign_reason(connection: sa.Connection, draft_id: str, serials: Collection[str], reason: str) -> int:
    """Give ticked rows a reason of their own (blank: the draft's own again); returns how many changed."""
    c = draft_rows.c
    where = is_among(c.serial, serials, connection.dialect.name)
    changed = draft_rows.update().where(c.draft_id == draft_id, where, c.reason != reason).values(reason=reason)
    return connection.execute(changed).rowcount


def forget_reason(connection: sa.Connection, draft_id: str, reason: str) -> int:
    """Let every row that carries this reason follow the draft's own again; returns how many did."""
    c = draft_rows.c
    changed = draft_rows.update().where(c.draft_id == draft_id, c.reason == reason).values(reason="")
    return connection.execute(changed).rowcount


def change_ticked(
    connection: sa.Connection, draft_id: str, *, add: Collection[str] = (), remove: Collection[str] = ()
) -> None:
    """Tick ``add`` (none of which is ticked yet) and untick ``remove``."""
    if remove:
        where = is_among(draft_rows.c.serial, remove, connection.dialect.name)
        connection.execute(draft_rows.delete().where(draft_rows.c.draft_id == draft_id, where))
    insert_rows(connection, draft_rows, ("draft_id", "serial"), [(draft_id, serial) for serial in add])


def ticked_totals(connection: sa.Connection, draft_id: str) -> Any:
    """Rows, persons and the sum of each amount column (fen) of what is ticked, in one pass."""
    c = contributions.c
    return connection.execute(
        sa.select(
            sa.func.count().label("rows"),
            sa.func.count(c.social_security_number.distinct()).label("persons"),
            *(sa.cast(sa.func.coalesce(sa.func.sum(c[name]), 0), sa.BigInteger).label(name) for name in AMOUNT_COLUMNS),
        )
        .select_from(draft_rows.join(contributions, c.serial == draft_rows.c.serial))
        .where(draft_rows.c.draft_id == draft_id)
    ).one()
