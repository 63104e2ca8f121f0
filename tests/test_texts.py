"""Every text that a user can read goes through gettext: a Chinese literal is the argument of ``_()`` or ``N_()``."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Calls whose literal argument the catalogue collects.
MARKING = {"_", "N_"}
#: A pattern (``re.compile``) reads what people write, 2022年1月 among it; nobody ever sees it.
READING = {"compile"}
#: Chinese that is data, not text, and stays Chinese in every language.
DATA = {
    "core/documents/application.py": "headings of official forms, which are Chinese in every language",
    "core/documents/application_form.py": "the words of the official form 退费申请表",
    "core/documents/application_workbook.py": "the words of the same form as a workbook",
    "core/documents/attachments.py": "the file name of a paper that came without one",
    "core/documents/bank_results.py": "headings and words of the bank's result file",
    "core/documents/cells.py": "是 and 否, as the ledger's files write them",
    "core/documents/layouts.py": "headings of the ledger's tables",
    "core/documents/ledger_workbook.py": "headings of the ledger's tables",
    "core/documents/letters/words.py": "the words of the agency's letters, which are Chinese in every language",
    "core/documents/report.py": "headings of the monthly report, which is Chinese like every paper of the agency",
    "core/documents/line_list.py": "headings of the official form 人员退费明细表",
    "core/documents/payment_list.py": "the payment list, signed in Chinese, and the bank's table, read by its headings",
    "core/documents/person_list.py": "headings of lists that come in, our own export among them",
    "core/documents/receipt.py": "the words of the official form 退费申请回执",
    "core/documents/refusals.py": "headings of the workbook 不能退费情况, which is read in again by them",
    "core/domain/agency.py": "invented names of an agency",
    "core/domain/capitals.py": "the numerals of amounts in capitals",
    "core/domain/fund_accounts.py": "invented names of accounts",
    "core/services/demo.py": "names and headings of the demonstration's files",
    "core/services/demo_history.py": "columns of the demonstration's files",
    "core/services/demo_ledger.py": "cells of the demonstration's files",
    "core/texts/__init__.py": "a language's own name",
}
FILES = [
    path
    for path in [*sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py")), ROOT / "app.py"]
    if path.relative_to(ROOT).as_posix() not in DATA
]


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every Chinese literal that no catalogue would find."""
    tree = ast.parse(source)
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        if isinstance(node, ast.Call) and _name(node.func) in MARKING | READING:
            passed |= {id(given) for given in node.args}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
        if is_text and id(node) not in passed:
            yield node.lineno, node.value


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_chinese_literal_is_marked(path: Path) -> None:
    assert list(unmarked(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", DATA)
def test_what_is_excused_still_has_chinese_data(path: str) -> None:
    assert list(unmarked((ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('st.button("提交")', ["提交"]),
        ('st.button(_("提交"))', []),
        ('LABEL = N_("提交")', []),
        ('def f():\n    """说明"""', []),
        ('x = f"共 {n} 条"', ["共 ", " 条"]),
        ("x = f'{_(\"提交\")}'", []),
        ('_("提交" if ready else "保存")', ["提交", "保存"]),
        ('MONTH = re.compile(r"\\d{1,2}月")', []),
        ('re.sub("月", "月份", text)', ["月", "月份"]),
        ('_("第 {page} 页").format(page=f"{a}页")', ["页"]),
    ],
)
def test_the_check_finds_what_it_should(source: str, found: list[str]) -> None:
    assert [text for _line, text in unmarked(source)] == found
