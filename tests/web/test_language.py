"""The door's own pages and refusals in the language of whoever reads them."""

import re

import pytest

from core.domain.roles import Role, Viewer
from core.services.accounts import set_language
from tests.web.conftest import Door

CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]+")
ADMIN, REVIEWER = Viewer("admin", Role.ADMIN), Viewer("reviewer", Role.REVIEWER)


@pytest.mark.parametrize("path", ["/login", "/login/token"])
def test_a_page_of_the_door_offers_the_other_language_and_speaks_it(door: Door, path: str) -> None:
    stranger = door.visitor()
    link = f"{path}?lang=en"
    assert f'href="{link}"' in stranger.get(path).text
    page = stranger.get(link).text

    assert '<html lang="en">' in page
    assert set(CHINESE.findall(page)) == {"中文"}
    assert f'action="{link}"' in page
    assert f'href="{path}?lang=zh"' in page


def test_the_language_stays_when_signing_in_is_refused(door: Door) -> None:
    answer = door.visitor().post("/login?lang=en", data={"username": "reviewer", "password": "wrong"})

    assert answer.status_code == 401
    assert "Wrong user name or password" in answer.text


def test_where_somebody_wanted_to_go_outlives_the_choice_of_a_language(door: Door) -> None:
    page = door.visitor().get("/login?next=/batch%3Fno%3D1").text
    (link,) = re.findall(r'href="(/login\?[^"]*lang=en)"', page)

    assert 'name="next" value="/batch?no=1"' in door.visitor().get(link.replace("&amp;", "&")).text


@pytest.mark.parametrize(("language", "sentence"), [("zh", "没有找到该文件"), ("en", "No such file")])
def test_a_refused_download_is_explained_in_the_language_that_its_reader_has_chosen(
    door: Door, language: str, sentence: str
) -> None:
    set_language(door.desk, REVIEWER, language)

    assert sentence in door.user("reviewer").get("/papers/nothing").text


@pytest.mark.parametrize(("language", "sentence"), [("zh", "不是台账文件"), ("en", "is not a ledger file")])
def test_a_refused_upload_is_explained_in_the_language_that_its_reader_has_chosen(
    door: Door, language: str, sentence: str
) -> None:
    set_language(door.desk, ADMIN, language)
    answer = door.user("admin").post("/ledger/upload", files={"files": ("a.exe", b"x")})

    assert sentence in answer.json()["error"]
