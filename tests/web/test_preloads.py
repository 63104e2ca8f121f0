"""The scripts of Streamlit's frontend that are fetched along with the start page."""

from pathlib import Path

import pytest
from streamlit import file_util

from core.web.preloads import WANTED, scripts_of_screens

STATIC = Path(file_util.get_static_dir())


@pytest.fixture(scope="module")
def named() -> list[str]:
    return scripts_of_screens(STATIC, (STATIC / "index.html").read_text("utf-8"))


@pytest.mark.parametrize("kind", WANTED)
def test_every_kind_of_element_has_its_script(named: list[str], kind: str) -> None:
    assert [name for name in named if name.startswith(f"./static/js/{kind}.")]


def test_they_are_there_each_once_and_none_that_the_page_names_itself(named: list[str]) -> None:
    assert [name for name in named if not (STATIC / name).is_file()] == []
    assert len(named) == len(set(named))
    assert [name for name in named if name in (STATIC / "index.html").read_text("utf-8")] == []


def test_they_bring_along_what_they_import(tmp_path: Path) -> None:
    folder = tmp_path / "static" / "js"
    folder.mkdir(parents=True)
    (folder / "Html.a.js").write_text('import{a}from"./purify.b.js";import"./known.c.js";import"./gone.d.js"')
    (folder / "purify.b.js").write_text('import{b}from"./Html.a.js"')
    (folder / "known.c.js").write_text("")

    assert scripts_of_screens(tmp_path, '<link href="./static/js/known.c.js">') == [
        "./static/js/Html.a.js",
        "./static/js/purify.b.js",
    ]
