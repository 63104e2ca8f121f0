"""Scripts of Streamlit's frontend that the screens will want, to be fetched along with the start page.

The frontend asks for the script of each kind of element when it draws the first one of the kind, shows nothing in its place
until then, and finds out what the next ones need only afterwards: the first visit would wait for one after the other.
"""

import re
from collections.abc import Iterator
from pathlib import Path

#: Kinds of elements that nearly every screen has, and the frame of the grid.
WANTED = (
    "Button",
    "ButtonGroup",
    "Checkbox",
    "ComponentInstance",
    "Html",
    "PageLink",
    "Selectbox",
    "TextArea",
    "TextInput",
)
_IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


def scripts_of_screens(static: Path, index: str) -> list[str]:
    """Where the scripts of ``WANTED`` are, with all that they import and ``index`` doesn't name already; in a fixed order."""
    folder = static / "static" / "js"
    found: set[str] = set()
    for name in WANTED:
        for path in folder.glob(f"{name}.*.js"):
            _add(folder, path.name, found)
    return [address for name in sorted(found) if (address := f"./static/js/{name}") not in index]


def _add(folder: Path, name: str, found: set[str]) -> None:
    if name not in found and (folder / name).is_file():
        found.add(name)
        for imported in _imports(folder / name):
            _add(folder, imported, found)


def _imports(path: Path) -> Iterator[str]:
    # Imports stand at the beginning; the rest of a script may be half a megabyte.
    yield from _IMPORTED.findall(path.read_text("utf-8")[:20_000])
