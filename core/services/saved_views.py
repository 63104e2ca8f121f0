"""Views that people keep of their screens: a name, and the query that opens the screen as it was."""

from dataclasses import dataclass

from core.domain.errors import InvalidInput, NotFound
from core.domain.identifiers import normalise
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.store import saved_views as store

#: The input in which a name is typed.
FIELD = "view_name"
NAME_LENGTH, QUERY_LENGTH, MOST = 40, 2000, 50


@dataclass(frozen=True, slots=True)
class SavedView:
    """What somebody called a view, and the query (as in an address) that brings it back."""

    name: str
    query: str


def list_views(desk: Desk, viewer: Viewer, screen: str) -> tuple[SavedView, ...]:
    """The viewer's own views of a screen, by name."""
    with desk.read() as connection:
        return tuple(SavedView(*each) for each in store.read_views(connection, viewer.username, screen))


def save_view(desk: Desk, viewer: Viewer, screen: str, name: str, query: str) -> SavedView:
    """Keep ``query`` under a name of the viewer's own; the same name again replaces it.

    ``InvalidInput`` at ``view_name`` for a name that is blank or too long, or when there are too many.
    """
    called = normalise(name)
    if not called or len(called) > NAME_LENGTH:
        raise InvalidInput(N_("请为视图填写 1 至 {count} 个字的名称"), field=FIELD, count=NAME_LENGTH)
    if len(query) > QUERY_LENGTH:
        raise InvalidInput(N_("条件过多，无法保存，请减少条件"), field=FIELD)
    with desk.write(viewer) as unit:
        kept = [each for each, _query in store.read_views(unit.connection, viewer.username, screen)]
        if called not in kept and len(kept) >= MOST:
            raise InvalidInput(N_("最多保存 {count} 个视图，请先删除不用的"), field=FIELD, count=MOST)
        store.write_view(unit.connection, viewer.username, screen, called, query)
    return SavedView(called, query)


def delete_view(desk: Desk, viewer: Viewer, screen: str, name: str) -> None:
    """Forget one of the viewer's own views; ``NotFound`` when there is none of this name."""
    with desk.write(viewer) as unit:
        if not store.delete_view(unit.connection, viewer.username, screen, name):
            raise NotFound(N_("该视图不存在或已删除"), field=FIELD)
