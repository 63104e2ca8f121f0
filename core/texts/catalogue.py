"""The English catalogue: texts collected from the code, kept in one ``.po`` file that people edit, read when first needed."""

import ast
import gettext
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "messages.po"
#: Calls whose literal argument is a msgid: ``_`` where a text is shown, ``N_`` where it is only kept.
_KEYWORDS = {"_": None, "N_": None}


def collect_texts(root: Path = ROOT) -> dict[str, str]:
    """Every msgid in the code, and the first file that has it (a path from ``root``)."""
    found: dict[str, str] = {}
    for pattern, method in _SOURCES:
        for path in sorted(root.glob(pattern)):
            for _line, message, _comments, _context in extract_from_file(method, path, _KEYWORDS):
                found.setdefault(str(message), path.relative_to(root).as_posix())
    return found


def read_catalogue(path: Path = ENGLISH) -> Catalog:
    """The catalogue as people edit it; an empty one where there is no file yet."""
    if not path.is_file():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def text_of(message: Message) -> str:
    """The Chinese text of a message."""
    return str(message.id[0] if message.pluralizable else message.id)


def forms_of(message: Message) -> tuple[str, ...]:
    """What a message is in English: one form, or one for a single thing and one for several (``msgstr[0]``, ``msgstr[1]``)."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def load_translations(path: Path = ENGLISH) -> gettext.NullTranslations:
    """The catalogue as gettext looks it up. Compiled in memory, so that no binary lies beside its source and grows stale."""
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(path))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def update_catalogue(root: Path = ROOT, path: Path = ENGLISH) -> list[str]:
    """Bring the catalogue in step with the code and return the msgids that still want a translation.

    Sorted, without line numbers and without a date: an update changes only the lines whose text changed. Translations of
    texts that are gone go too; nothing is guessed from a similar text. Which texts have a plural is the catalogue's own
    business: there they have a ``msgid_plural``, the same Chinese text once more.
    """
    old = read_catalogue(path)
    new = Catalog(locale="en", fuzzy=False)
    for text in collect_texts(root):
        message = old.get(text)
        has_plural = message is not None and message.pluralizable
        new.add((text, text) if has_plural else text, message.string if message else "")
    new.header_comment = "# The English texts of the Refund Desk. `make texts` brings this file in step with the code."
    path.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_po(written, new, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    path.write_bytes(_without_fuss(written.getvalue()))
    return [text_of(message) for message in new if message.id and not all(forms_of(message))]


def _read_python(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:  # noqa: ARG001 - Babel's
    """Marked literals of a module. Babel's own reader sees none inside an f-string before Python 3.12."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            for given in node.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield node.lineno, node.func.id, given.value, []


#: Where texts stand, and who can read them.
_SOURCES = (
    ("app.py", _read_python),
    ("core/**/*.py", _read_python),
    ("pages/**/*.py", _read_python),
    ("core/web/templates/*.html", "jinja2"),
)


def _without_fuss(written: bytes) -> bytes:
    """Without the lines of the header that change by themselves, or that name people and projects nobody looks for."""
    kept = (b'"Language:', b'"Plural-Forms:', b'"MIME-Version:', b'"Content-T')
    header, blank, messages = written.partition(b"\n\n")
    lines = [line for line in header.splitlines() if not line.startswith(b'"') or line.startswith(kept)]
    return b"\n".join(lines) + blank + messages
