"""Which encoding a text file is in: UTF-8 with or without BOM, GBK or GB18030, and UTF-16 with its BOM."""

import codecs
from pathlib import Path

from core.documents.problems import Unreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# GB18030 contains GBK. UTF-8 comes first: Chinese text in GBK is never valid UTF-8 for the length of a header row.
_CANDIDATES = ("utf-8", "gb18030")
_CHUNK = 1 << 20


def find_encoding(path: Path) -> str:
    """The encoding that the whole file decodes in without a single error; raises ``Unreadable`` if there is none."""
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    for encoding in _CANDIDATES:
        if _decodes(path, encoding):
            return encoding
    raise Unreadable("E08")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
