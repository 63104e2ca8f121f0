"""Small files that would fill the memory: each is one sentence, and calamine is never handed more cells than it may fill."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest
import xlwt
from python_calamine import CalamineWorkbook

from core.documents import bank_results, biff, compound, delimited, person_list, sources, tables, xls, xlsx
from core.documents.bank_results import read_result_table
from core.documents.biff_strings import string_lengths
from core.documents.person_list import read_person_list
from core.documents.problems import Unreadable
from core.documents.sheets import MAX_COLUMNS, Block
from core.documents.sources import open_sheets
from core.documents.tables import read_ledger_file
from core.domain.errors import InvalidInput

MEGABYTE = 1 << 20
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def blocks(path: Path) -> list[Block]:
    return [block for sheet in open_sheets(path) for block in sheet.blocks]


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        blocks(path)
    return caught.value.code


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def peak() -> Iterator[Any]:
    """The most bytes that Python has taken since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


# Text ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("," * 40_000 + "\n" + ",\n" * 9_998, "E15"),
        ("a,b\n" * 10_100 + "," * MAX_COLUMNS, "E15"),
        ("," * 50_000, "E14"),
        ('"\n",' * 12_500, "E14"),
    ],
    ids=["one wide row among many", "one cell too many, late", "one row without end", "a row over lines without end"],
)
def test_a_text_file_with_a_row_that_no_table_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peak: Any, text: str, code: str
) -> None:
    monkeypatch.setattr(delimited, "MAX_ROW_LENGTH", 50_000)
    assert refused(written(tmp_path / "a.csv", text.encode())) == code
    assert peak() < 6 * MEGABYTE


def test_a_text_file_as_wide_as_a_table_may_be(tmp_path: Path) -> None:
    (block,) = blocks(written(tmp_path / "a.csv", b"," * (MAX_COLUMNS - 1) + b"\na,b\n"))

    assert [len(row) for row in block.rows] == [MAX_COLUMNS, MAX_COLUMNS]


def test_long_rows_come_in_smaller_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK_LENGTH", 1_000)

    read = blocks(written(tmp_path / "a.csv", (b"x" * 99 + b"\n") * 95))

    assert [len(block.rows) for block in read] == [10] * 9 + [5]
    assert [block.first_row for block in read] == list(range(1, 100, 10))


# Workbooks ----------------------------------------------------------------------------------------------------------


def workbook(path: Path, rows: str, **parts: bytes) -> Path:
    """A workbook of one sheet with these rows of XML; ``parts`` are added, ``__`` standing for a slash and ``_`` for a dot."""
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    whole = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    } | {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    return path


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(reference: str, value: int = 1) -> str:
    return f'<c r="{reference}"><v>{value}</v></c>'


def strings(*texts: str) -> bytes:
    return f'<sst xmlns="{MAIN}">{"".join(f"<si><t>{text}</t></si>" for text in texts)}</sst>'.encode()


class Handed:
    """Stands for calamine's workbook, and remembers what it was handed."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.times = 0

    def from_filelike(self, file: io.BytesIO) -> CalamineWorkbook:
        self.times += 1
        if zipfile.is_zipfile(file):
            self.names |= set(zipfile.ZipFile(file).namelist())
        file.seek(0)
        return CalamineWorkbook.from_filelike(file)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    spy = Handed()
    monkeypatch.setattr(xlsx, "CalamineWorkbook", spy)
    monkeypatch.setattr(xls, "CalamineWorkbook", spy)
    return spy


@pytest.fixture
def few_cells(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(xlsx, "MAX_CELLS", 5_120)
    return 5_120


def test_a_sheet_of_far_apart_cells_is_read_in_small_rectangles(tmp_path: Path, few_cells: int) -> None:
    path = workbook(
        tmp_path / "a.xlsx", "".join(row(at, cell(f"{'IV' if at % 2 else 'A'}{at}", at)) for at in range(1, 99))
    )

    read = blocks(path)

    assert max(len(block.rows) * len(block.rows[0]) for block in read) <= few_cells
    assert [value for block in read for line in block.rows for value in line if value != ""] == list(range(1, 99))


def test_a_narrow_sheet_is_not_cut(tmp_path: Path, few_cells: int) -> None:
    (block,) = blocks(workbook(tmp_path / "a.xlsx", "".join(row(at, cell(f"B{at}")) for at in range(1, few_cells + 1))))

    assert len(block.rows) == few_cells


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (row(1, "<c/>" * MAX_COLUMNS, "<c><v>1</v></c>"), "E15"),
        (row(1, '<c r="IV1"/>', "<c><v>1</v></c>"), "E15"),
        (row(1, '<c s="0" r = "XFD1"><v>1</v></c>'), "E15"),
        (row(1, cell("A1")) + row(9, cell("IV9999")), "E07"),
        (row(100, cell("A100")) + row(101, cell("IV999")), "E07"),
        (row(1, cell("A1")) + '<y:row r="9000"><y:c><y:v>1</y:v></y:c></y:row>', "E07"),
        (row(1, cell("A1")) + """<row spans=" r='2'" r="9000"><c><v>1</v></c></row>""", "E07"),
        (row(1, cell("A1")) + row(9_000_000, cell("A9000000")), "E12"),
    ],
    ids=[
        "cells without references",
        "a cell after the last column",
        "a reference written otherwise",
        "a cell far below its row",
        "a cell below its row, with as many digits",
        "a row of another prefix",
        "two numbers of a row",
        "a row beyond the last",
    ],
)
def test_a_cell_far_out_is_seen_however_it_is_written(
    tmp_path: Path, few_cells: int, handed: Handed, rows: str, code: str
) -> None:
    assert refused(workbook(tmp_path / "a.xlsx", rows)) == code
    assert handed.times == 1, "the workbook without its sheets"


def test_an_error_far_below_all_values_fills_nothing_between(tmp_path: Path, few_cells: int) -> None:
    blank = "".join(map(row, range(2, 3_000)))
    path = workbook(tmp_path / "a.xlsx", row(1, cell("A1"), cell("IV1")) + blank + row(3_000, '<c r="A3000" t="e"/>'))

    assert max(len(block.rows) * len(block.rows[0]) for block in blocks(path)) <= few_cells


def test_a_long_string_is_copied_a_few_times_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_COPIED", 100_000)
    shown = [row(at, f'<c r="A{at}" t="s"><v>0</v></c>') for at in range(1, 50)]
    text = strings("x" * 9_000)

    read = blocks(workbook(tmp_path / "a.xlsx", "".join(shown), xl__sharedStrings_xml=text))

    assert {len(block.rows) for block in read} == {11, 5}
    again = row(1, '<c r="A1" t="s"><v>0</v></c>' * 50)
    assert refused(workbook(tmp_path / "b.xlsx", again, xl__sharedStrings_xml=text)) == "E07"


@pytest.mark.parametrize("text", [strings(*"abc"), strings("<![CDATA[</si></si></si>]]>" + "x" * 90)])
def test_strings_that_would_take_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(xlsx, "MAX_STRINGS", 2)
    monkeypatch.setattr(xlsx, "MAX_COPIED", 100)
    path = workbook(tmp_path / "a.xlsx", row(1, '<c r="A1" t="s"><v>0</v></c>'), xl__sharedStrings_xml=text)

    assert refused(path) in {"E04", "E07"}


def test_parts_that_say_nothing_about_cells_are_left_out(
    tmp_path: Path, handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "SLICE_BYTES", 1_000)
    monkeypatch.setattr(xlsx, "_HEAD_BYTES", 1_000)
    pads = {name: bytes(range(256)) * 1_000 for name in ("docProps__pad_bin", "xl__media__pad_png", "xl__pad_xml")}
    path = workbook(tmp_path / "a.xlsx", "".join(row(at, cell(f"A{at}")) for at in range(1, 200)), **pads)

    read = blocks(path)

    assert len(read) > 5, "slices as small as without them"
    assert not {"docProps/pad.bin", "xl/media/pad.png"} & handed.names


def test_a_sheet_in_the_guise_of_another_part_is_not_handed_on(tmp_path: Path, handed: Handed) -> None:
    hidden = f'<worksheet xmlns="{MAIN}"><sheetData>{row(1, cell("A1"))}</sheetData></worksheet>'
    path = workbook(tmp_path / "a.xlsx", row(1, cell("A1")), xl__styles_xml=(" " * 5_000 + hidden).encode())

    assert refused(path) == "E01"
    assert handed.times == 0


# Workbooks of old ---------------------------------------------------------------------------------------------------


def container(size: int, first: int, entries: list[int], sectors: int = 8) -> bytes:
    """A container whose list of tables goes on in sector 1 with these entries, the last naming the next sector of the list."""
    each = 1 << size
    content = bytearray(each * (sectors + 1))
    content[:8] = compound.MAGIC
    struct.pack_into("<H", content, 30, size)
    struct.pack_into("<II", content, 68, first, 0xFFFFFFF0)
    struct.pack_into("<109I", content, 76, *[0xFFFFFFFF] * 109)
    struct.pack_into(f"<{len(entries)}I", content, each * 2, *entries)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (container(9, 1, [0xFFFFFFFF] * 127 + [1]), "sectors in a circle"),
        (container(12, 1, [0, *[0xFFFFFFFF] * 1_022, 1]), "sectors in a circle"),
        (container(9, 1, [*range(127), 2]), "more tables than sectors"),
        (container(9, 1, [2, 2, *[0xFFFFFFFF] * 125, 0xFFFFFFFE]), "listed twice"),
        (container(15, 1, [0] * 8_191 + [1], sectors=31), "no such size"),
    ],
    ids=["a list that goes on with itself", "in large sectors", "more tables than sectors", "a table twice", "32 KB"],
)
def test_a_container_that_lists_more_than_it_holds(tmp_path: Path, peak: Any, content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compound.take_stream(content, ("Workbook",))
    assert peak() < MEGABYTE
    assert refused(written(tmp_path / "a.xls", content)) == "E07"


def old_workbook(path: Path, *corners: tuple[int, int]) -> Path:
    """A sheet for each corner, with a cell there and one in A1."""
    book = xlwt.Workbook()
    for number, (row_index, column) in enumerate(corners):
        sheet = book.add_sheet(f"S{number}")
        sheet.write(0, 0, 1)
        sheet.write(row_index, column, 2)
    book.save(str(path))
    return path


def test_far_apart_cells_of_a_workbook_of_old_are_refused_before_it_is_opened(tmp_path: Path, handed: Handed) -> None:
    assert refused(old_workbook(tmp_path / "a.xls", (65_535, 255))) == "E19"
    assert handed.times == 0


@pytest.mark.parametrize(
    ("corners", "is_taken"), [([(9, 9)], True), ([(9, 10)], False), ([(4, 9), (4, 9)], True), ([(4, 9), (5, 9)], False)]
)
def test_the_rectangles_of_all_sheets_of_old_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corners: list[tuple[int, int]], *, is_taken: bool
) -> None:
    monkeypatch.setattr(biff, "MAX_CELLS", 100)
    path = old_workbook(tmp_path / "a.xls", *corners)

    if is_taken:
        assert sum(len(block.rows) * len(block.rows[0]) for block in blocks(path)) == 100
    else:
        assert refused(path) == "E19"


def table_of_strings(path: Path) -> list[bytes]:
    """The parts of the table of strings of an .xls."""
    _name, stream = compound.take_stream(path.read_bytes(), ("Workbook",))
    parts, at, kind = [], 0, 0
    while kind != 0x000A:
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0x00FC or (parts and kind == 0x003C):
            parts.append(stream[at + 4 : at + 4 + size])
        at += 4 + size
    return parts


def test_the_lengths_of_strings_of_old_are_found_from_record_to_record(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet, bold = book.add_sheet("S"), xlwt.easyfont("bold true")
    texts = ["a" * 5_000, "说" * 9_000, "b" * 20_000, "", "钱" * 3_000, "c"]
    for number, text in enumerate(texts):
        sheet.write_rich_text(
            number, 0, [(text[: len(text) // 2], bold), text[len(text) // 2 :]] if number % 2 else [text]
        )
    book.save(str(tmp_path / "a.xls"))
    parts = table_of_strings(tmp_path / "a.xls")

    assert len(parts) > 5
    assert sorted(string_lengths(parts)) == sorted(map(len, filter(None, texts)))


@pytest.mark.parametrize(("limit", "is_taken"), [(100 * 90, True), (100 * 90 - 1, False)])
def test_a_long_string_of_old_counts_for_every_cell_that_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handed: Handed, limit: int, *, is_taken: bool
) -> None:
    monkeypatch.setattr(biff, "MAX_COPIED", limit)
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for number in range(100):
        sheet.write(number, 0, "x" * 90)
    book.save(str(path := tmp_path / "a.xls"))

    if is_taken:
        assert len(blocks(path)[0].rows) == 100
    else:
        assert refused(path) == "E04"
        assert handed.times == 0


def test_a_second_table_of_strings_is_refused(tmp_path: Path) -> None:
    name, stream = compound.take_stream(old_workbook(tmp_path / "a.xls", (1, 1)).read_bytes(), ("Workbook",))
    table = struct.pack("<HHII", 0x00FC, 8, 0, 0)
    end = stream.index(struct.pack("<HH", 0x000A, 0))

    twice = compound.make_container(name, stream[:end] + table * 2 + stream[end:])

    assert refused(written(tmp_path / "b.xls", twice)) == "E07"


def test_a_formula_of_old_keeps_its_result(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, xlwt.Formula("1+1"))
    book.save(str(path := tmp_path / "a.xls"))
    name, stream = compound.take_stream(path.read_bytes(), ("Workbook",))
    at = stream.index(b"\x1e\x01\x00\x1e\x01\x00\x03") - 22  # the spelling of 1+1, behind the result
    result = stream[: at + 6] + struct.pack("<d", 2.0) + stream[at + 14 :]

    (block,) = blocks(written(tmp_path / "b.xls", compound.make_container(name, result)))

    assert block.rows == [[2]]
    assert biff.examine(result).stream[at + 20 : at + 22] == bytes(2), "not spelled out"


# Turns --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "read"),
    [(tables, read_ledger_file), (person_list, read_person_list), (bank_results, read_result_table)],
    ids=["ledger", "people", "results"],
)
def test_every_file_is_read_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, read: Callable[[Path], object]
) -> None:
    assert module.reading_turns is sources.reading_turns
    turns = MagicMock()
    turns.__exit__.return_value = False
    monkeypatch.setattr(module, "reading_turns", turns)

    with suppress(InvalidInput):
        read(written(tmp_path / "a.csv", b"a,b\n"))

    turns.__enter__.assert_called_once()
    turns.__exit__.assert_called_once()
