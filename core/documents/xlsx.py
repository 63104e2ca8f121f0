"""Workbooks (.xlsx) through calamine, a slice of rows at a time.

Calamine holds a whole sheet in memory (700 MB for 200,000 rows of 40 columns), fills the rectangle around two far-apart
cells, and gives errors and formulas without a result as blanks. So every sheet is unpacked here, bounded by its declared
size, cut between rows into slices, and each slice is given to calamine in a small workbook of its own with the strings and
styles of the real one. On the way the slice is searched for what calamine keeps silent about.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import IO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from core.documents.archives import open_archive, reading_zip
from core.documents.broken_cells import find_broken
from core.documents.calamine_errors import calamine_errors
from core.documents.extents import MAX_ROW, extent_of
from core.documents.problems import Unreadable
from core.documents.sheets import Block, Sheet, Tick, no_tick, without_booleans

#: How much unpacked XML calamine gets at once. The strings of the workbook are read again for every slice, so that a slice
#: is a third of them as long as that is not too much itself.
SLICE_BYTES, MAX_SLICE_BYTES = 8 << 20, 32 << 20
STRINGS_SHARE = 3
#: Strings, and what else has to be in memory as a whole; calamine takes 24 bytes for the shortest string.
MAX_STRINGS_BYTES, MAX_PARTS_BYTES = 256 << 20, 64 << 20
MAX_STRINGS = 8_000_000
#: Cells that calamine gets at once, blank ones included: each takes some 50 bytes.
MAX_CELLS = 2_000_000
#: Bytes of shared strings copied into the cells that calamine gets at once.
MAX_COPIED = 128 << 20
#: A stray cell far below the table must not fill the rows between with blanks.
MAX_GAP = 1_000
_MAX_ROW_SLICES = 4
#: Pieces of one sheet: the strings are read again for each, so a sheet in ten thousand pieces would take hours.
_MAX_PIECES = 10_000

#: Folders below the workbook's own that calamine looks into; media, charts, notes and the like are left out.
_FOLDERS = frozenset({"_rels", "worksheets", "chartsheets", "dialogsheets", "macrosheets"})
_BLANK_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
# Calamine reserves memory for as many strings as a part says it has.
_BOASTS = re.compile(rb"""ount\s*=\s*["']\d{9}""")
_STRING_END = re.compile(rb"</(?:[^\s<>/:]+:)?si\s*>")
_HEAD_BYTES = 1 << 20
_ROOT = re.compile(rb"<(?:\w+:)?worksheet(?:\s[^>]*)?>")
_DATA = re.compile(rb"<(\w+:)?sheetData\s*(/?)>")
_ANY_DATA = re.compile(rb"<(?:[^\s<>/]*:)?sheetData[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^>]*)>")
_NUMBER = re.compile(rb"""(?:^|\s)r\s*=\s*["'](\d{1,9})["']""")


def read_xlsx(path: Path, tick: Tick = no_tick) -> Iterator[Sheet]:
    """Every sheet that holds anything, in the workbook's files' order; raises ``Unreadable``."""
    with open_archive(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        parts = sorted((e for e in entries if _is_sheet(archive, e)), key=lambda e: (len(e.filename), e.filename))
        shell = _Shell(archive, entries, [part.filename for part in parts])
        whole, done = sum(part.file_size for part in parts) or 1, 0
        for part in parts:
            reader = _PartReader(archive, part, shell, partial(_tell, tick, done, whole))
            first = next(blocks := reader.blocks(), None)
            if first is not None:
                yield Sheet(reader.name, chain([first], blocks))
            done += part.file_size


def _tell(tick: Tick, before: int, whole: int, done: float) -> None:
    tick((before + done) / whole)


def _is_sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if not entry.filename.lower().endswith(".xml"):
        return False
    with reading_zip(), archive.open(entry) as file:
        return _ROOT.search(file.read(4096)) is not None


def _is_needed(entry: zipfile.ZipInfo) -> bool:
    """Whether calamine may want this part to find sheets, strings and formats."""
    *folders, name = entry.filename.replace("\\", "/").lower().split("/")
    is_near = len(folders) < 2 or (len(folders) == 2 and folders[1] in _FOLDERS)
    return is_near and folders[:1] != ["docprops"] and name.endswith((".xml", ".rels"))


def _is_strings(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith("sharedstrings.xml")


def _longest_string(content: bytes) -> int:
    """Bytes that no shared string is longer than; ``Unreadable`` for more strings than tables have."""
    if content.count(b"<si") + content.count(b":si") > MAX_STRINGS:
        raise Unreadable("E04")
    if b"<![CDATA[" in content:
        # What looks like the end of a string may be text here.
        return len(content)
    ends = chain([0], (found.end() for found in _STRING_END.finditer(content)), [len(content)])
    return max(end - start for start, end in pairwise(ends))


class _Shell:
    """The workbook without its sheets, packed, to be opened with one sheet at a time."""

    def __init__(self, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], sheets: list[str]) -> None:
        self._sheets = sheets
        others = [entry for entry in entries if _is_needed(entry) and entry.filename not in sheets]
        strings = sum(entry.file_size for entry in others if _is_strings(entry))
        if strings > MAX_STRINGS_BYTES or sum(entry.file_size for entry in others) - strings > MAX_PARTS_BYTES:
            raise Unreadable("E04")
        self.slice_bytes = min(max(SLICE_BYTES, strings // STRINGS_SHARE), MAX_SLICE_BYTES)
        #: Bytes of the longest string: calamine copies it for every cell that shows it.
        self.longest = 0
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as shell:
            for entry in others:
                with reading_zip():
                    content = archive.read(entry)
                if _BOASTS.search(content):
                    raise Unreadable("E07")
                if _ANY_DATA.search(content):
                    # A sheet that was not taken for one is not examined, and calamine must not meet it.
                    raise Unreadable("E01", suffix=".xlsx")
                if _is_strings(entry):
                    self.longest = max(self.longest, _longest_string(content))
                shell.writestr(entry.filename, content)
        self._packed = packed.getvalue()
        # Sheets in another form (binary, or an unusual encoding) would otherwise be passed over in silence.
        if not sheets or self.read({}) is not None:
            raise Unreadable("E01", suffix=".xlsx")

    def read(self, sheets: dict[str, bytes], *, has_booleans: bool = False) -> tuple[str, Block] | None:
        """The first sheet that holds anything, with its name, in the workbook with these sheets' XML; others are blank."""
        packed = io.BytesIO(self._packed)
        with zipfile.ZipFile(packed, "a") as archive:
            for name in self._sheets:
                archive.writestr(name, sheets.get(name, _BLANK_SHEET))
        packed.seek(0)
        with calamine_errors():
            workbook = CalamineWorkbook.from_filelike(packed)
            for index, metadata in enumerate(workbook.sheets_metadata):
                if metadata.typ == SheetTypeEnum.WorkSheet:
                    sheet = workbook.get_sheet_by_index(index)
                    if sheet.start is not None:
                        return metadata.name, _block(sheet, has_booleans=has_booleans)
        return None


class _PartReader:
    """One sheet's XML, cut and read slice by slice; ``name`` is known after the first block."""

    def __init__(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo, shell: _Shell, tick: Tick) -> None:
        self.name = ""
        self._archive, self._part, self._shell, self._tick = archive, part, shell, tick
        self._size = shell.slice_bytes
        self._head = self._prefix = b""
        self._numbers = _NUMBER
        self._last_row = self._pieces = 0

    def blocks(self) -> Iterator[Block]:
        with reading_zip():
            stream = self._archive.open(self._part)
        with stream:
            for xml in self._slices(stream):
                for rows in self._numbered(xml):
                    block = self._take(rows)
                    if block is not None:
                        yield block
                self._tick(min(stream.tell(), self._part.file_size))

    def _slices(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Whole rows of XML, about ``size`` bytes at a time."""
        data = _read(stream, _HEAD_BYTES)
        root, begin = _ROOT.search(data), _DATA.search(data)
        if root is None or begin is None or b"<!DOCTYPE" in data[: begin.start()]:
            raise Unreadable("E07")
        # Without what stands between, such as a <dimension> that is wrong.
        self._head, self._prefix = root[0] + begin[0], begin[1] or b""
        # Searched for in every byte of the sheet, so it begins with letters that are rare.
        self._numbers = re.compile(rb"""<%brow\s(?:[^>]*?\s)?r\s*=\s*["'](\d{1,9})["']""" % self._prefix)
        if begin[2]:
            return
        row_end, data_end = b"</%brow>" % self._prefix, b"</%bsheetData" % self._prefix
        data = data[begin.end() :]
        while data_end not in data:
            more = _read(stream, self._size)
            if not more or len(data) > _MAX_ROW_SLICES * self._size:
                # The sheet ends too early, or no row ends in all of this.
                raise Unreadable("E07")
            data += more
            cut = data.rfind(row_end) + len(row_end)
            if cut >= len(row_end) and data_end not in data:
                yield data[:cut]
                data = data[cut:]
        yield data[: data.index(data_end)]

    def _numbered(self, xml: bytes) -> Iterator[bytes]:
        """The slice with a number in every row, cut again where numbers jump."""
        rows = list(map(int, self._numbers.findall(xml)))
        if len(rows) != xml.count(b"<%brow" % self._prefix):
            xml = self._with_numbers(xml)
            rows = list(map(int, self._numbers.findall(xml)))
        if not rows:
            return
        if len(rows) > MAX_ROW or max(rows) > MAX_ROW:
            raise Unreadable("E12", limit=MAX_ROW)
        self._last_row = rows[-1]
        extent = extent_of(self._document(xml), xml)
        if extent is None:
            return
        first, last = min(rows), max(rows)
        span = max(last, extent.last_row) - min(first, extent.first_row) + 1
        most = self._most_rows(xml, extent.width)
        if span <= most and last - first < len(rows) + MAX_GAP and self._copied(xml) <= MAX_COPIED:
            yield xml
        else:
            yield from self._cut(xml, rows, most)

    def _most_rows(self, xml: bytes, width: int) -> int:
        """How many rows of this width calamine may get at once."""
        cells = MAX_CELLS
        if self._copied(xml) > MAX_COPIED:
            cells = min(cells, MAX_COPIED // self._shell.longest)
        return max(cells // width, 1)

    def _copied(self, rows: bytes) -> int:
        """Bytes that the shared strings in these rows may take up, one by one."""
        return (rows.count(b"<c") + rows.count(b":c")) * self._shell.longest

    def _cut(self, xml: bytes, rows: list[int], most: int) -> Iterator[bytes]:
        """The slice in pieces that end where numbers jump, and reach over ``most`` rows."""
        starts = [row.start() for row in _ROW.finditer(xml)]
        cuts = list(_cuts(rows, most))
        self._pieces += len(cuts)
        if len(starts) != len(rows) or self._pieces > _MAX_PIECES:
            raise Unreadable("E07")
        for start, end in pairwise([0, *(starts[cut] for cut in cuts), len(xml)]):
            piece = xml[start:end]
            extent = extent_of(self._document(piece), piece)
            # A cell may say that it is far from its row.
            if extent is not None and (len(extent) > MAX_CELLS or self._copied(piece) > MAX_COPIED):
                raise Unreadable("E07")
            yield piece

    def _with_numbers(self, xml: bytes) -> bytes:
        row = self._last_row

        def number(tag: re.Match[bytes]) -> bytes:
            nonlocal row
            known = _NUMBER.search(tag[1])
            row = int(known[1]) if known else row + 1
            return tag[0] if known else b'<%brow r="%d"%b>' % (self._prefix, row, tag[1])

        return _ROW.sub(number, xml)

    def _document(self, rows: bytes) -> bytes:
        """Some rows as a whole sheet."""
        return b"%b%b</%bsheetData></%bworksheet>" % (self._head, rows, self._prefix, self._prefix)

    def _take(self, rows: bytes) -> Block | None:
        xml = self._document(rows)
        broken = find_broken(xml, rows, self._prefix)
        has_booleans = b't="b"' in rows or b"t='b'" in rows
        found = self._shell.read({self._part.filename: xml}, has_booleans=has_booleans)
        block = None
        if found is not None:
            name, block = found
            self.name = self.name or name
        for (row, column), cell in broken.items():
            block = block or Block(row + 1, column, [[""]])
            block.put(row, column, cell)
        return block


def _cuts(rows: list[int], most: int) -> Iterator[int]:
    """Which of these row numbers begin a new piece."""
    first = rows[0]
    for at, (one, other) in enumerate(pairwise(rows), start=1):
        if not 0 < other - one <= MAX_GAP or other - first >= most:
            first = other
            yield at


def _block(sheet: CalamineSheet, *, has_booleans: bool) -> Block:
    row, column = sheet.start or (0, 0)
    rows = sheet.to_python(skip_empty_area=True)
    return Block(row + 1, column, without_booleans(rows) if has_booleans else rows)


def _read(stream: IO[bytes], size: int) -> bytes:
    with reading_zip():
        return stream.read(size)
