"""Employers: the registered account, and the names they had."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from core.store.bulk import among
from core.store.schema import employers, superseded


def read_employer(connection: sa.Connection, employer_id: str) -> Any | None:
    """One employer's row, ``None`` when there is none."""
    return connection.execute(sa.select(employers).where(employers.c.employer_id == employer_id)).first()


def read_employers(connection: sa.Connection, scope: Collection[str] | None) -> list[Any]:
    """The employers in scope (``None``: all) by id."""
    statement = sa.select(employers).order_by(employers.c.employer_id)
    if scope is not None:
        statement = statement.where(among(employers.c.employer_id, scope, connection.dialect.name))
    return list(connection.execute(statement))


def former_names(connection: sa.Connection, employer_id: str) -> set[str]:
    """Names that a correction replaced: a name change on file."""
    contents = connection.scalars(
        sa.select(superseded.c.content).where(
            superseded.c.table_name == employers.name, superseded.c.record_key == employer_id
        )
    )
    return {json.loads(content).get("name", "") for content in contents} - {""}
