"""Every text that a user can read goes through gettext: a Chinese literal stands in ``_()``, ``N_()`` or a rule's own words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Calls whose literal arguments are marked for the catalogue; the decorators of core/rules state a refusal's words.
MARKING = {"_", "N_", "refusal", "finding", "hold"}
#: Chinese that is data, not text: column names of the published file formats, file contents, reference data.
DATA = ("core/documents/", "core/services/demo", "core/texts/", "pages/parts/translate.py")
FILES = [
    path
    for path in [*sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py")), ROOT / "app.py"]
    if not str(path.relative_to(ROOT)).startswith(DATA)
]


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every Chinese literal that no catalogue would find."""
    tree = ast.parse(source)
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        if isinstance(node, ast.Call) and _name(node.func) in MARKING:
            passed |= {id(inner) for inner in ast.walk(node) if not isinstance(inner, ast.JoinedStr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
        if is_text and id(node) not in passed:
            yield node.lineno, node.value


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_chinese_literal_is_marked(path: Path) -> None:
    assert list(unmarked(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('st.button("提交")', ["提交"]),
        ('st.button(_("提交"))', []),
        ('LABEL = N_("提交")', []),
        ('def f():\n    """说明"""', []),
        ('x = f"共 {n} 条"', ["共 ", " 条"]),
        ('_("第 {page} 页").format(page=f"{a}页")', ["页"]),
    ],
)
def test_the_check_finds_what_it_should(source: str, found: list[str]) -> None:
    assert [text for _line, text in unmarked(source)] == found
