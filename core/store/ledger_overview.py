"""How much is in the ledger, and what was imported last."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.store.schema import contributions, employers, facts, imports


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One file that was imported."""

    file_name: str
    kind: str
    row_count: int
    new_count: int
    corrected_count: int
    imported_by: str
    imported_at: str


#: The kind of an import that is no ledger file: the bank directory.
BRANCHES = "branches"
_NEWEST_FIRST = sa.select(*(imports.c[name] for name in ImportRecord.__slots__)).order_by(
    imports.c.imported_at.desc(), imports.c.import_id.desc()
)


def count_ledger(connection: sa.Connection) -> dict[str, int]:
    """Rows of each table of the ledger, by table name."""
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in (employers, contributions, facts)
    }


def last_imports(connection: sa.Connection, limit: int) -> list[ImportRecord]:
    """The ledger files imported last, newest first."""
    statement = _NEWEST_FIRST.where(imports.c.kind != BRANCHES).limit(limit)
    return [ImportRecord(*row) for row in connection.execute(statement)]


def last_branch_import(connection: sa.Connection) -> ImportRecord | None:
    """The file that the bank directory came from, ``None`` before the first."""
    row = connection.execute(_NEWEST_FIRST.where(imports.c.kind == BRANCHES).limit(1)).first()
    return ImportRecord(*row) if row else None
