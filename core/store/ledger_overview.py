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


def count_ledger(connection: sa.Connection) -> dict[str, int]:
    """Rows of each table of the ledger, by table name."""
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in (employers, contributions, facts)
    }


def last_imports(connection: sa.Connection, limit: int) -> list[ImportRecord]:
    """The files imported last, newest first."""
    columns = [imports.c[name] for name in ImportRecord.__slots__]
    statement = sa.select(*columns).order_by(imports.c.imported_at.desc(), imports.c.import_id.desc()).limit(limit)
    return [ImportRecord(*row) for row in connection.execute(statement)]
