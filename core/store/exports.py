"""Exports: which workbooks were made for whom. Their audit entries stay; rows and files go after a day."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from core.store.database import Connection
from core.store.schema import exports


@dataclass(frozen=True, slots=True)
class Export:
    """One exported file. ``size`` counts bytes, ``created_at`` is UTC."""

    export_id: str
    file_name: str
    media_type: str
    sha256: str
    size: int
    kind: str
    created_by: str
    created_at: str


_COLUMNS = tuple(exports.c[name] for name in Export.__dataclass_fields__)


def insert_export(connection: Connection, export: Export) -> None:
    """Add an export."""
    connection.execute(exports.insert(), asdict(export))


def find_export(connection: Connection, export_id: str, username: str, since: str) -> Export | None:
    """An export that this person made at ``since`` or later."""
    row = connection.execute(
        sa.select(*_COLUMNS).where(
            exports.c.export_id == export_id, exports.c.created_by == username, exports.c.created_at >= since
        )
    ).first()
    return Export(*row) if row else None


def forget_exports(connection: Connection, before: str) -> set[str]:
    """Delete the rows of exports made before this moment; returns their ids."""
    deleted = exports.delete().where(exports.c.created_at < before).returning(exports.c.export_id)
    return set(connection.scalars(deleted))
