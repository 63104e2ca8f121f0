"""Views that people keep: a name for what one of their screens was asked."""

import sqlalchemy as sa

from core.store.bulk import insert_into
from core.store.database import Connection
from core.store.schema import saved_views

_c = saved_views.c


def read_views(connection: Connection, username: str, screen: str) -> list[tuple[str, str]]:
    """(name, query) of everything that this person kept of a screen, by name."""
    statement = sa.select(_c.name, _c.query).where(_c.username == username, _c.screen == screen).order_by(_c.name)
    return [(name, query) for name, query in connection.execute(statement)]


def write_view(connection: Connection, username: str, screen: str, name: str, query: str) -> None:
    """Keep a view; one of the same name is replaced."""
    statement = insert_into(connection, saved_views).values(username=username, screen=screen, name=name, query=query)
    own = ["username", "screen", "name"]
    connection.execute(statement.on_conflict_do_update(index_elements=own, set_={"query": query}))


def delete_view(connection: Connection, username: str, screen: str, name: str) -> bool:
    """Forget a view; whether there was one."""
    own = (_c.username == username) & (_c.screen == screen) & (_c.name == name)
    return bool(connection.execute(saved_views.delete().where(own)).rowcount)
