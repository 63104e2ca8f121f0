"""The bank directory: looked up by 行号 or by words, and replaced whole.

A plain LIKE over 170,000 short texts takes some 30 ms on both databases, so there is no index to keep, and no extension to
install: trigrams would be faster only where nobody can tell the difference.
"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from core.domain.branches import Branch, Search
from core.store.bulk import among, insert_rows
from core.store.schema import bank_branches

_COLUMNS = (bank_branches.c.cnaps_code, bank_branches.c.branch_name, bank_branches.c.region)


def search_branches(connection: sa.Connection, search: Search, limit: int) -> list[Branch]:
    """The branches that fit, by 行号; at most ``limit``."""
    statement = sa.select(*_COLUMNS).order_by(bank_branches.c.cnaps_code).limit(limit)
    if search.first:
        statement = statement.where(bank_branches.c.cnaps_code.between(search.first, search.last))
    for word in search.words:
        statement = statement.where(sa.or_(*(_has_all(pieces) for pieces in word)))
    return [Branch(*row) for row in connection.execute(statement)]


def _has_all(pieces: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.and_(*(bank_branches.c.search_text.contains(piece, autoescape=True) for piece in pieces))


def read_branch(connection: sa.Connection, cnaps_code: str) -> Branch | None:
    """One branch, ``None`` when it is not listed."""
    row = connection.execute(sa.select(*_COLUMNS).where(bank_branches.c.cnaps_code == cnaps_code)).first()
    return Branch(*row) if row else None


def read_directory(connection: sa.Connection) -> dict[str, Branch]:
    """Every branch by 行号."""
    return {row[0]: Branch(*row) for row in connection.execute(sa.select(*_COLUMNS))}


def count_branches(connection: sa.Connection) -> int:
    """How many branches the directory lists."""
    return connection.scalar(sa.select(sa.func.count()).select_from(bank_branches)) or 0


def has_branches(connection: sa.Connection) -> bool:
    """Whether a directory was ever imported."""
    return connection.scalar(sa.select(bank_branches.c.cnaps_code).limit(1)) is not None


def replace_branches(connection: sa.Connection, gone: Collection[str], put: Collection[Branch]) -> None:
    """Take out the branches of ``gone`` and put in ``put``; one that changes stands in both."""
    if gone:
        listed = among(bank_branches.c.cnaps_code, gone, connection.dialect.name)
        connection.execute(sa.delete(bank_branches).where(listed))
    rows = [(branch.cnaps_code, branch.branch_name, branch.region, branch.search_text) for branch in put]
    insert_rows(connection, bank_branches, ("cnaps_code", "branch_name", "region", "search_text"), rows)
