"""Reads what every module imports and keeps the house standing.

pages → services → rules, store, documents → domain; ``web`` and ``__main__`` stand beside ``pages``. Nothing imports upwards,
only ``store`` knows SQL, only ``pages`` know Streamlit. A rule that gets in the way is changed here, in one row, on purpose.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Every part of the house, and the parts it may import besides itself. A module belongs to the longest name that fits.
HOUSE = {
    "core.domain": (),
    "core.texts": ("core.domain",),
    "core.rules": ("core.domain", "core.texts"),
    "core.store": ("core.domain", "core.texts"),
    "core.documents": ("core.domain", "core.texts"),
    "core.services": ("core.domain", "core.texts", "core.rules", "core.store", "core.documents"),
    "core.web": ("core.domain", "core.texts", "core.services"),
    "core.__main__": ("core.domain", "core.texts", "core.services", "core.command_line"),
    "core.command_line": ("core.domain", "core.texts", "core.services"),
    "pages.parts": ("core.domain", "core.texts", "core.services"),
    "pages": ("core.domain", "core.texts", "core.services", "pages.parts"),
    "app": ("core.domain", "core.texts", "core.services", "core.web", "pages.parts"),
}


@dataclass(frozen=True)
class Use:
    """One import, or one touch of ``session_state``, and where it stands."""

    module: str
    target: str
    place: str


@dataclass(frozen=True)
class Rule:
    """Who may import what. ``targets`` are packages; ``allowed`` are the only modules or parts that may import them."""

    name: str
    targets: tuple[str, ...]
    allowed: tuple[str, ...]

    def is_broken_by(self, use: Use) -> bool:
        """Whether this import stands where it may not."""
        return within(use.target, self.targets) and not within(use.module, self.allowed)


@dataclass(frozen=True)
class Diet:
    """What one part lives on: besides the standard library and itself, these packages and nothing else from outside."""

    name: str
    part: str
    packages: tuple[str, ...]

    def is_broken_by(self, use: Use) -> bool:
        """Whether this part imports something it should not need."""
        known = (*sys.stdlib_module_names, *self.packages, *HOUSE)
        return within(use.module, (self.part,)) and not within(use.target, known)


@dataclass(frozen=True)
class Layers:
    """The house itself: every part imports only the parts below it."""

    name: str = "nothing imports upwards"

    def is_broken_by(self, use: Use) -> bool:
        """Whether a part imports one that it may not see."""
        here, there = part_of(use.module), part_of(use.target)
        return there is not None and here not in {None, there} and there not in HOUSE[str(here)]


RULES: tuple[Rule | Diet | Layers, ...] = (
    Layers(),
    Rule("only store knows SQL", ("sqlalchemy", "alembic", "psycopg", "sqlite3", "duckdb"), ("core.store",)),
    # A second SQLite library in the process does not know of the first one's locks and takes its log away.
    Rule("nobody brings a second SQLite", ("adbc_driver_manager", "adbc_driver_sqlite", "apsw"), ()),
    Rule("only pages and app know Streamlit", ("streamlit",), ("pages", "app")),
    Rule("only the grid knows AgGrid", ("st_aggrid",), ("pages.parts.grid",)),
    Rule("only state touches the session", ("streamlit.session_state",), ("pages.parts.state",)),
    Rule("only web and app know HTTP", ("starlette", "uvicorn", "websockets", "python_multipart"), ("core.web", "app")),
    Rule(
        "only documents know file formats",
        ("openpyxl", "python_calamine", "pypdf", "PIL", "puremagic", "rustpy_xlsxwriter", "typst", "defusedxml"),
        ("core.documents",),
    ),
    Diet("domain lives on the standard library", "core.domain", ()),
    Diet("rules live on pandas and NumPy", "core.rules", ("pandas", "numpy")),
)


def within(name: str, parents: tuple[str, ...]) -> bool:
    """Whether ``name`` is one of the ``parents`` or lies inside one."""
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def part_of(name: str) -> str | None:
    """The part of the house that a module belongs to; ``None`` for what is not ours, or is only a folder of parts."""
    return max((part for part in HOUSE if within(name, (part,))), key=len, default=None)


def sources(root: Path) -> Iterator[tuple[str, bool, Path]]:
    """Every module of the product: its dotted name, whether it is a package, its file."""
    for path in sorted([root / "app.py", *root.glob("core/**/*.py"), *root.glob("pages/**/*.py")]):
        if path.exists():
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            yield ".".join(parts[:-1] if is_package else parts), is_package, path


def imports(node: ast.AST, module: str, *, is_package: bool) -> Iterator[str]:
    """The dotted names that one statement imports; ``from a import b`` may mean the module ``a.b``, so it names that."""
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = module.split(".") if is_package else module.split(".")[:-1]
        above = package[: len(package) - node.level + 1] if node.level else []
        origin = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{origin}.{name.name}" for name in node.names)
    elif isinstance(node, ast.Attribute) and node.attr == "session_state":
        yield "streamlit.session_state"


def uses(root: Path) -> Iterator[Use]:
    """Everything that the modules below ``root`` import, wherever in the file the import stands."""
    for module, is_package, path in sources(root):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for target in imports(node, module, is_package=is_package):
                yield Use(module, target, f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}")


def violations(root: Path, rule: Rule | Diet | Layers) -> list[str]:
    """Where the rule is broken."""
    return [f"{use.place} imports {use.target}" for use in uses(root) if rule.is_broken_by(use)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_product_keeps_to(rule: Rule | Diet | Layers) -> None:
    assert violations(ROOT, rule) == []


def test_every_module_belongs_to_a_part_of_the_house() -> None:
    strangers = {module for module, _, _ in sources(ROOT) if part_of(module) is None}

    assert strangers <= {"core"}, "a new part needs a row in HOUSE"


# The checker itself: a house in which everything is in order, and one planted violation for every rule. --------------------

IN_ORDER = {
    "app.py": "import streamlit as st\nfrom starlette.routing import Route\nfrom core.web import door\n",
    "pages/apply.py": "import streamlit as st\nfrom pages.parts import grid, state\nfrom core.services.batches import submit\n",
    "pages/parts/grid.py": "from st_aggrid import AgGrid\n",
    "pages/parts/state.py": "import streamlit as st\nst.session_state['draft'] = 1\n",
    "core/__init__.py": "",
    "core/__main__.py": "import argparse\nfrom core.services import batches\n",
    "core/web/door.py": "import starlette\nfrom core.services import sign_in\n",
    "core/services/batches.py": "from core.store import queries\nfrom core.rules import judge\nfrom ..domain import money\n",
    "core/rules/judge.py": "import numpy as np\nimport pandas as pd\nfrom core.domain.period import Period\n",
    "core/store/queries.py": "import sqlalchemy as sa\nimport pyarrow\n",
    "core/documents/workbook.py": "import openpyxl\nfrom PIL import Image\n",
    "core/domain/money.py": "from decimal import Decimal\nfrom core.domain.errors import InvalidInput\n",
}

PLANTED = [
    ("nothing imports upwards", "core/rules/judge.py", "from core.services import batches"),
    ("nothing imports upwards", "core/services/batches.py", "from ..web import door"),
    ("nothing imports upwards", "core/web/door.py", "from core import store"),
    ("nothing imports upwards", "core/domain/money.py", "def late():\n    import core.texts"),
    ("nothing imports upwards", "pages/parts/grid.py", "from pages import apply"),
    ("nothing imports upwards", "core/__main__.py", "import core.rules.judge"),
    ("only store knows SQL", "core/services/batches.py", "from sqlalchemy import text"),
    ("nobody brings a second SQLite", "core/store/queries.py", "import adbc_driver_sqlite.dbapi"),
    ("only pages and app know Streamlit", "core/services/batches.py", "import streamlit.components.v1"),
    ("only the grid knows AgGrid", "pages/apply.py", "from st_aggrid import AgGrid"),
    ("only state touches the session", "pages/apply.py", "st.session_state['reason'] = 'R01'"),
    ("only state touches the session", "pages/apply.py", "from streamlit import session_state"),
    ("only web and app know HTTP", "pages/apply.py", "from starlette.requests import Request"),
    ("only documents know file formats", "core/services/batches.py", "from openpyxl import Workbook"),
    ("domain lives on the standard library", "core/domain/money.py", "import pandas"),
    ("rules live on pandas and NumPy", "core/rules/judge.py", "import pyarrow"),
]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, source in IN_ORDER.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_house_in_order_breaks_no_rule(house: Path, rule: Rule | Diet | Layers) -> None:
    assert violations(house, rule) == []


@pytest.mark.parametrize(("name", "file", "line"), PLANTED)
def test_a_planted_violation_is_found_where_it_stands(house: Path, name: str, file: str, line: str) -> None:
    (rule,) = (rule for rule in RULES if rule.name == name)
    path = house / file
    path.write_text(f"{path.read_text('utf-8')}{line}\n", "utf-8")

    (found,) = violations(house, rule)

    assert found.startswith(f"{file}:")


def test_every_rule_has_a_planted_violation() -> None:
    assert {name for name, _, _ in PLANTED} == {rule.name for rule in RULES}
