"""Views are one's own: kept under a name, replaced under the same one, forgotten."""

import pytest

from core.domain.errors import InvalidInput, NotFound
from core.services.desk import Desk
from core.services.saved_views import SavedView, delete_view, list_views, save_view
from tests.support.desks import ADMIN, ANALYST


def test_views_are_kept_by_person_and_screen(desk: Desk) -> None:
    save_view(desk, ANALYST, "explore", " 重复参保 ", "reason=R07")
    save_view(desk, ANALYST, "boards", "看板", "x=1")
    save_view(desk, ADMIN, "explore", "别人的", "reason=R01")
    assert list_views(desk, ANALYST, "explore") == (SavedView("重复参保", "reason=R07"),)


def test_the_same_name_replaces_and_a_forgotten_one_is_gone(desk: Desk) -> None:
    save_view(desk, ANALYST, "explore", "一", "reason=R07")
    save_view(desk, ANALYST, "explore", "一", "reason=R01")
    assert list_views(desk, ANALYST, "explore") == (SavedView("一", "reason=R01"),)
    with pytest.raises(NotFound):
        delete_view(desk, ADMIN, "explore", "一")
    delete_view(desk, ANALYST, "explore", "一")
    assert list_views(desk, ANALYST, "explore") == ()


@pytest.mark.parametrize(("name", "query"), [("  ", ""), ("长" * 41, ""), ("一", "x" * 2001)])
def test_what_can_not_be_kept_is_told_at_the_name(desk: Desk, name: str, query: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_view(desk, ANALYST, "explore", name, query)
    assert refused.value.field == "view_name"


def test_there_is_an_end_to_keeping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.services.saved_views.MOST", 1)
    save_view(desk, ANALYST, "explore", "一", "")
    save_view(desk, ANALYST, "explore", "一", "by=reason")
    with pytest.raises(InvalidInput):
        save_view(desk, ANALYST, "explore", "二", "")
