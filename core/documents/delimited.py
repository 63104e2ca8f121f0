"""Text files with a table in them (.csv): the delimiter is whichever of comma, semicolon and tab makes a known header."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from core.documents.encodings import find_encoding
from core.documents.headers import HEADER_ROWS, count_known
from core.documents.problems import Unreadable
from core.documents.sheets import Block, Sheet, Tick, no_tick

MAX_BYTES = 1 << 30
_BLOCK_ROWS = 10_000
_SAMPLE = 1 << 16
_DELIMITERS = ",;\t"


def read_delimited(path: Path, tick: Tick = no_tick) -> Iterator[Sheet]:
    """The file's one table as a sheet without a name; rows are counted as a spreadsheet would. Raises ``Unreadable``."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Unreadable("E04")
    encoding = find_encoding(path)
    with path.open("rb") as raw:
        raw.seek(-min(size, 8), 2)
        is_ended = raw.read().rstrip(b"\x00").endswith((b"\n", b"\r"))
    with path.open("rb") as raw, TextIOWrapper(raw, encoding=encoding, newline="") as file:
        yield Sheet("", _blocks(file, is_ended=is_ended, tick=lambda: tick(raw.tell() / size)), is_text=True)


def _blocks(file: TextIO, *, is_ended: bool, tick: Any) -> Iterator[Block]:
    reader = csv.reader(file, delimiter=_find_delimiter(file), strict=True)
    first, before = 1, 0
    try:
        while rows := list(islice(reader, _BLOCK_ROWS)):
            before = len(rows[-2]) if len(rows) > 1 else before
            width = max(map(len, rows))
            last = len(rows[-1])
            yield Block(first, 0, [row + [""] * (width - len(row)) for row in rows])
            first, before, shorter = first + len(rows), last, last < before
            tick()
    except csv.Error as error:
        raise Unreadable("E14", line=reader.line_num) from error
    # A download that broke off ends inside a row; whoever writes whole rows ends the last one.
    if first > 1 and not is_ended and shorter:
        raise Unreadable("E07")


def _find_delimiter(file: TextIO) -> str:
    sample = file.read(_SAMPLE)
    file.seek(0)

    def known(delimiter: str) -> int:
        return count_known(list(islice(csv.reader(sample.splitlines(), delimiter=delimiter), HEADER_ROWS + 1)))

    return max(_DELIMITERS, key=known)
