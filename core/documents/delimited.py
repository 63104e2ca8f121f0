"""Text files with a table in them (.csv): the delimiter is whichever of comma, semicolon and tab makes a known header.

A comma becomes a cell of at least eight bytes, and a block's rows are filled up to its widest: a row is refused when it is
wider or longer than a table's can be, before it is kept.
"""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from core.documents.encodings import find_encoding
from core.documents.headers import HEADER_ROWS, count_known
from core.documents.problems import Unreadable
from core.documents.sheets import MAX_COLUMNS, Block, Sheet, Tick, no_tick

MAX_BYTES = 1 << 30
#: Characters of one row, however many lines it goes over.
MAX_ROW_LENGTH = 1 << 20
_BLOCK_ROWS, _BLOCK_LENGTH = 10_000, 16 << 20
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
    rows = _Rows(file, _find_delimiter(file))
    first, before, shorter = 1, 0, False
    while block := rows.take():
        before = len(block[-2]) if len(block) > 1 else before
        width = max(map(len, block))
        last = len(block[-1])
        yield Block(first, 0, [row + [""] * (width - len(row)) for row in block])
        first, before, shorter = first + len(block), last, last < before
        tick()
    # A download that broke off ends inside a row; whoever writes whole rows ends the last one.
    if first > 1 and not is_ended and shorter:
        raise Unreadable("E07")


class _Rows:
    """The file's rows, a block at a time; ``Unreadable`` for one that no table has."""

    def __init__(self, file: TextIO, delimiter: str) -> None:
        self._file = file
        self._left = MAX_ROW_LENGTH
        self._reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)

    def take(self) -> list[list[str]]:
        """The rows of the next block, none at the end."""
        rows: list[list[str]] = []
        length = 0
        try:
            while len(rows) < _BLOCK_ROWS and length < _BLOCK_LENGTH and (row := next(self._reader, None)) is not None:
                if len(row) > MAX_COLUMNS:
                    raise Unreadable("E15", limit=MAX_COLUMNS)
                rows.append(row)
                length += MAX_ROW_LENGTH - self._left
                self._left = MAX_ROW_LENGTH
        except csv.Error as error:
            raise Unreadable("E14", line=self._reader.line_num) from error
        return rows

    def _lines(self) -> Iterator[str]:
        # A quoted cell holds line breaks, so that a row is as long as the lines the reader asks for until it has it.
        while line := self._file.readline(self._left):
            self._left -= len(line)
            if not self._left:
                raise Unreadable("E14", line=self._reader.line_num + 1)
            yield line


def _find_delimiter(file: TextIO) -> str:
    sample = file.read(_SAMPLE)
    file.seek(0)

    def known(delimiter: str) -> int:
        return count_known(list(islice(csv.reader(sample.splitlines(), delimiter=delimiter), HEADER_ROWS + 1)))

    return max(_DELIMITERS, key=known)
