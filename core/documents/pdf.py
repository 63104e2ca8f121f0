"""Printed forms: one template each in ``forms/``, set in our own font whatever the machine has.

What people typed reaches a template as data and is only ever shown: nothing in a name can be read as markup, open a file
or ask the network.
"""

import json
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from typst import Compiler, Fonts

PDF = "application/pdf"
_FORMS = Path(__file__).parent / "forms"
_FONTS = Path(__file__).parents[2] / "data" / "fonts"
#: Control characters, half pairs, and marks that turn the direction of writing around: what a reader would not see.
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
#: How many documents back typst remembers.
_REMEMBERED = 10
_one_at_a_time = threading.Lock()


def write_pdf(form: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """A4 PDF of the template ``forms/{form}.typ`` filled with ``data`` (texts, numbers, lists, mappings), tagged.

    ``at`` (aware) is the moment of the document: the same data and the same moment give the same bytes. May be called by
    many threads at once.
    """
    return _compile(_FORMS / f"{form}.typ", data, at)


def write_long_pdf(form: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """The same for a document of many pages: without tags, which would make it fifteen times as large, one at a time."""
    with _one_at_a_time:
        try:
            return _compile(_FORMS / f"{form}.typ", data, at, tagged=False)
        finally:
            _forget()


def _compile(template: Path, data: Mapping[str, Any], at: datetime, *, tagged: bool = True) -> bytes:
    content = json.dumps(_printable(data), ensure_ascii=False)
    # A compiler serves one thread and one document; what takes time, the fonts, is read once for all of them.
    compiler = Compiler(
        template,
        root=_FORMS,
        font_paths=_fonts(),
        package_path=_FORMS,
        package_cache_path=_FORMS,
        sys_inputs={"data": content},
    )
    return cast("bytes", compiler.compile(format="pdf", timestamp=int(at.timestamp()), pdf_tags=tagged))


@cache
def _fonts() -> Fonts:
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])


def _forget() -> None:
    """Blank documents drive out what typst remembers of the last ones, whoever's they were: of long ones, gigabytes."""
    for _blank in range(_REMEMBERED + 1):
        Compiler(b"", font_paths=_fonts()).compile(format="pdf")


def _printable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    return _visible(value) if isinstance(value, str) else value


def _visible(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in _UNSEEN)
