"""Streamlit's start page, made ours."""

import re

import pytest
from streamlit import file_util

from core.web.shell import make_shell


@pytest.fixture
def index() -> str:
    from pathlib import Path

    return (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")


def test_the_installed_page_becomes_chinese_and_has_no_script_in_its_text(index: str) -> None:
    shell = make_shell(index)

    assert '<html lang="zh-CN">' in shell
    assert "<title>退费工作台</title>" in shell
    assert re.findall(r"<script(?![^>]*src=)", shell) == []
    assert shell.index("door/door.js") < shell.index("static/js/index.")
    assert "streamlit" not in re.sub(r'(?:src|href)="[^"]*"', "", shell).lower()
    assert "agent" not in shell


def test_the_look_comes_with_the_page_behind_the_styles_of_the_frontend(index: str) -> None:
    shell = make_shell(index)

    assert re.search(r'<link rel="stylesheet" href="\./door/screens\.css\?[0-9a-f]{8}" /></body>', shell)


def test_scripts_are_fetched_along_with_the_page(index: str) -> None:
    shell = make_shell(index, ["./static/js/One.js"])

    assert '<link rel="modulepreload" crossorigin href="./static/js/One.js">' in shell.partition("</head>")[0]


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ("window.prerenderReady = false", "window.somethingElse = 1"),
        ("<title>Streamlit</title>", "<title>Other</title>"),
        ("</body>", "<script>more()</script></body>"),
        ("</body>", '<img src="x" onerror="more()"></body>'),
    ],
)
def test_a_page_that_was_changed_by_an_upgrade_stops_the_server(index: str, found: str, changed: str) -> None:
    assert found in index
    with pytest.raises(ValueError, match=r"index\.html has"):
        make_shell(index.replace(found, changed))
