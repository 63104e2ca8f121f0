"""What the bare driver reads is what SQLAlchemy reads."""

import psycopg
import pytest
import sqlalchemy as sa

from core.store.database import Database
from core.store.queries import fetch_kept
from core.store.schema import settings

_c = settings.c
_STATEMENTS = {
    "one parameter in two places": sa.union_all(
        sa.select(_c.key, sa.literal_column("1", sa.Integer)).where(_c.key >= sa.bindparam("word")),
        sa.select(_c.value, sa.literal_column("2", sa.Integer)).where(_c.value == sa.bindparam("word")),
    ),
    "as many rows as a parameter says": (
        sa.select(_c.key).order_by(_c.key).limit(sa.bindparam("most", type_=sa.Integer))
    ),
    "a value of the statement's own": sa.select(_c.key).where(_c.value == "12").order_by(_c.key),
    "signs that drivers read as places": (
        sa.select(sa.literal_column("'50 % : ?'", sa.Text)).where(_c.key == sa.bindparam("word"))
    ),
}


@pytest.mark.parametrize("called", _STATEMENTS)
def test_a_kept_statement_gives_the_rows_that_it_always_gives(database: Database, called: str) -> None:
    statement, parameters = _STATEMENTS[called], {"word": "b", "most": 2}
    with database.write() as connection:
        rows = [{"key": key, "value": value} for key, value in (("a", "b"), ("b", "12"), ("c", "12"))]
        connection.execute(sa.insert(settings), rows)
    with database.read() as connection:
        needed = {name: parameters[name] for name in parameters if name in statement.compile().params}
        usual = [tuple(row) for row in connection.execute(statement, needed)]
        assert usual
        for _time in range(2):
            assert sorted(fetch_kept(connection, statement, parameters)) == sorted(usual)


def test_a_parameter_that_is_missing_is_no_silent_null(database: Database) -> None:
    statement = sa.select(_c.key).where(_c.key == sa.bindparam("word"))
    with database.read() as connection, pytest.raises((KeyError, psycopg.ProgrammingError)):
        fetch_kept(connection, statement, {})
