"""What SQLAlchemy has once made of a statement serves every database of this test process.

Each test has a database, and so an engine, of its own; without this each would compile the same statements anew, which
takes longer than running them.
"""

from typing import Any

import sqlalchemy as sa

from core.store.database import Database

#: For each kind of database the dialect (it is part of a statement's key) and what was compiled for it.
_shared: dict[str, tuple[sa.Dialect, Any]] = {}


def warm(database: Database) -> Database:
    """The same database, whose engine uses what others compiled."""
    engine = database.engine
    if engine.dialect.name not in _shared:
        # A dialect learns what its server can do at the first connection.
        with engine.connect():
            _shared[engine.dialect.name] = engine.dialect, engine._compiled_cache
    engine.dialect, engine._compiled_cache = _shared[engine.dialect.name]
    return database
