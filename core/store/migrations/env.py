"""Runs migrations on the database that ``core.store.migrate`` hands over, in one transaction, one server at a time."""

from alembic import context

from core.store.locks import lock_schema
from core.store.schema import metadata

with context.config.attributes["database"].write() as connection:
    lock_schema(connection)
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()
