"""The bank details of a batch, corrected after a bounce; what was there before stays on record, round by round."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.domain.bank import FIELDS
from core.domain.lifecycle import Part
from core.store.database import Connection
from core.store.schema import bank_corrections, batches

_c = bank_corrections.c


@dataclass(frozen=True, slots=True)
class Replaced:
    """Bank details as they were before correction ``round`` (1, 2 …), and who replaced them when."""

    round: int
    bank: Mapping[str, str]
    username: str
    at: str


def read_corrections(connection: Connection, batch_id: str) -> list[Replaced]:
    """What each correction replaced, the first one first: its details are those filed."""
    rows = connection.execute(sa.select(bank_corrections).where(_c.batch_id == batch_id).order_by(_c.round)).mappings()
    return [Replaced(row["round"], {name: row[name] for name in FIELDS}, row["username"], row["at"]) for row in rows]


def read_destination(connection: Connection, batch_id: str) -> tuple[str, str]:
    """Whose batch it is (employer id) and the account that it is paid to now."""
    statement = sa.select(batches.c.employer_id, batches.c.bank_account).where(batches.c.batch_id == batch_id)
    employer_id, account = connection.execute(statement).one()
    return employer_id, account


def replace_bank(
    connection: Connection, row: Any, bank: Mapping[str, str], *, username: str, at: str, unverified: bool
) -> None:
    """Keep the details of batch ``row`` as the next round's old ones, and put ``bank`` in their place."""
    done = connection.scalar(sa.select(sa.func.count()).where(_c.batch_id == row.batch_id)) or 0
    old = {name: getattr(row, name) for name in FIELDS}
    kept = {"batch_id": row.batch_id, "round": done + 1, "username": username, "part": Part.CORRECTOR.value, "at": at}
    connection.execute(bank_corrections.insert(), {**kept, **old})
    connection.execute(
        batches.update()
        .where(batches.c.batch_id == row.batch_id)
        .values({**{name: bank[name] for name in FIELDS}, "account_unverified": unverified})
    )
