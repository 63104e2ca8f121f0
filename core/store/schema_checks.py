"""Whether the database is still built as the product built it, and whether every row obeys what was declared.

A constraint can be dropped, switched off or bypassed by whoever has the file: so each is looked for, and its rows are read again.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from core.store.database import Database
from core.store.migrate import config
from core.store.migrations.rollup_triggers import rollup_trigger_names
from core.store.migrations.triggers import trigger_names
from core.store.schema import metadata


def revision_fault(connection: sa.Connection, database: Database) -> str | None:
    """The revision of the schema when it isn't the product's, else ``None``."""
    head = ScriptDirectory.from_config(config(database)).get_current_head()
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found == head else str(found)


def missing_tables(connection: sa.Connection) -> list[str]:
    """Names of tables that have to be there and are not."""
    there = set(sa.inspect(connection).get_table_names())
    return [table.name for table in metadata.sorted_tables if table.name not in there]


def missing_parts(connection: sa.Connection) -> list[str]:
    """Names of columns, constraints, indexes and triggers that have to be there and are not; of tables that are there."""
    present = _present(sa.inspect(connection))
    missing = [
        name
        for table in metadata.sorted_tables
        if table.name in present
        for name in sorted(_declared(table) - present[table.name])
    ]
    return missing + sorted((trigger_names() | rollup_trigger_names()) - _triggers(connection))


def rows_against_rules(connection: sa.Connection) -> Iterator[str]:
    """The names of constraints that some row breaks: checks, keys to other tables, uniqueness."""
    for table in metadata.sorted_tables:
        yield from (f"{table.name}.{name}" for name in _checks_broken(connection, table))
        for rule, statement in _keys(table):
            if connection.execute(statement.limit(1)).first() is not None:
                yield f"{table.name}.{rule}"


def damaged_pages(connection: sa.Connection) -> bool:
    """Whether the embedded database's file is damaged; PostgreSQL checks its own pages."""
    if connection.dialect.name != "sqlite":
        return False
    try:
        return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok"
    except sa.exc.DatabaseError:
        # Worse than a fault that can be named: the file can't be read at all.
        return True


def _declared(table: sa.Table) -> set[str]:
    """Columns, indexes and named constraints, but not the primary key: a table without it could not have been made."""
    names = {f"{table.name}.{column.name}" for column in table.columns} | {str(index.name) for index in table.indexes}
    return names | {str(rule.name) for rule in table.constraints if not isinstance(rule, sa.PrimaryKeyConstraint)}


def _present(inspector: sa.Inspector) -> dict[str, set[str]]:
    """For each table the names of what it has; every kind is read for all tables at once."""
    present: dict[str, set[str]] = {}
    for (_schema, table), columns in inspector.get_multi_columns().items():
        present[table] = {f"{table}.{column['name']}" for column in columns}
    for kind in (
        inspector.get_multi_indexes(),
        inspector.get_multi_unique_constraints(),
        inspector.get_multi_check_constraints(),
        inspector.get_multi_foreign_keys(),
    ):
        for (_schema, table), found in kind.items():
            present[table] |= {str(rule["name"]) for rule in found}
    return present


def _triggers(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        statement = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        statement = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    return set(connection.scalars(sa.text(statement)))


def _checks_broken(connection: sa.Connection, table: sa.Table) -> list[str]:
    """The names of the checks that some row breaks, found in one pass over the table."""
    checks = [rule for rule in table.constraints if isinstance(rule, sa.CheckConstraint)]
    if not checks:
        return []
    counts = [sa.func.count().filter(sa.text(f"({rule.sqltext}) IS NOT TRUE")) for rule in checks]
    found = connection.execute(sa.select(*counts).select_from(table)).one()
    return [str(rule.name) for rule, broken in zip(checks, found, strict=True) if broken]


def _keys(table: sa.Table) -> Iterator[tuple[str, sa.Select[int]]]:
    """(name, a query that finds rows which break it) for every key of a table, its own and those to other tables."""
    for rule in table.constraints:
        if isinstance(rule, sa.ForeignKeyConstraint):
            yield str(rule.name), _without_parent(table, rule)
        elif isinstance(rule, sa.UniqueConstraint | sa.PrimaryKeyConstraint):
            yield str(rule.name), _twice(table, list(rule.columns), sa.true())
    for index in table.indexes:
        if index.unique:
            yield str(index.name), _twice(table, list(index.columns), _where(index))


def _without_parent(table: sa.Table, rule: sa.ForeignKeyConstraint) -> sa.Select[int]:
    parent = rule.referred_table.alias("parent")
    own = [element.parent for element in rule.elements]
    matches = [parent.c[element.column.name] == element.parent for element in rule.elements]
    given = [column.is_not(None) for column in own]
    return sa.select(sa.literal(1)).select_from(table).where(*given, ~sa.exists().where(*matches))


def _twice(table: sa.Table, columns: list[sa.Column[object]], where: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.literal(1)).select_from(table).where(where).group_by(*columns).having(sa.func.count() > 1)


def _where(index: sa.Index) -> sa.ColumnElement[bool]:
    """The condition of a partial index."""
    condition: sa.ColumnElement[bool] | None = index.dialect_options["sqlite"]["where"]
    return sa.true() if condition is None else condition
