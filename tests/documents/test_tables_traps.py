"""Ledger files that are damaged, hostile, or say less than they seem to: one sentence each, and nothing read in silence."""

import io
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt

from core.documents import archives, compound, xlsx
from core.documents import tables as tables_module
from core.documents.tables import LedgerFile, read_ledger_file
from core.domain.wording import N_
from tests.support.desks import person
from tests.support.ledger_files import contribution, csv_file, employer, fact, grid, xls_file, xlsx_file, zip_file

SHEET = "xl/worksheets/sheet1.xml"


def codes(file: LedgerFile) -> list[str]:
    return [problem.code for problem in file.problems]


def cells(file: LedgerFile) -> list[tuple[str, int, str, str]]:
    return [(p.code, p.row, p.column, p.value) for table in file.tables for p in table.problems]


def rewritten(path: Path, change: Callable[[bytes], bytes], part: str = SHEET) -> Path:
    """A workbook with one of its parts changed."""
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return xlsx_file(tmp_path / "台账.xlsx", Sheet1=grid([contribution(1), contribution(2)]))


# Not what it says, or not whole -------------------------------------------------------------------------------------


def named(path: Path, name: str, content: bytes) -> Path:
    target = path / name
    target.write_bytes(content)
    return target


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".csv", ".zip"])
def test_an_empty_file(tmp_path, suffix):
    assert codes(read_ledger_file(named(tmp_path, f"a{suffix}", b""))) == ["E03"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", "缴费流水号,姓名\n".encode()),
        ("a.xls", b"<html><table></table></html>"),
        ("a.zip", b"Rar!\x1a\x07\x00"),
        ("a.csv", b"PK\x03\x04\x14\x00"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ],
)
def test_content_that_is_not_what_the_extension_says(tmp_path, name, content):
    file = read_ledger_file(named(tmp_path, name, content))

    assert codes(file) == ["E01"]
    assert Path(name).suffix in file.problems[0].message


@pytest.mark.parametrize("name", ["a.pdf", "a.xlsm", "台账"])
def test_a_file_of_another_kind(tmp_path, name):
    assert codes(read_ledger_file(named(tmp_path, name, b"x"))) == ["E06"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("write", [xlsx_file, xls_file])
def test_a_workbook_that_was_cut_off(tmp_path, write, share):
    path = write(tmp_path / f"a.{write.__name__[:-5]}", a=grid([contribution(number) for number in range(60)]))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    assert codes(read_ledger_file(path)) == ["E07"]


def test_a_workbook_whose_sheet_is_damaged(workbook):
    raw = bytearray(workbook.read_bytes())
    with zipfile.ZipFile(workbook) as archive:
        start = archive.getinfo(SHEET).header_offset + 120
    raw[start : start + 40] = bytes(40)
    workbook.write_bytes(raw)

    assert codes(read_ledger_file(workbook)) == ["E07"]


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet", 1),
    ],
    ids=["half a sheet", "a document type"],
)
def test_a_sheet_that_is_no_proper_xml(workbook, change):
    assert codes(read_ledger_file(rewritten(workbook, change))) == ["E07"]


def test_a_protected_workbook(tmp_path):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)

    assert codes(read_ledger_file(named(tmp_path, "a.xlsx", content))) == ["E02"]


def test_a_protected_zip(tmp_path):
    raw = bytearray(zip_file(tmp_path / "a.zip", a__csv=b"x").read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1

    assert codes(read_ledger_file(named(tmp_path, "b.zip", bytes(raw)))) == ["E02"]


def test_text_in_no_known_encoding(tmp_path):
    assert codes(read_ledger_file(named(tmp_path, "a.csv", b"\xff\x81\xff,\xff\n"))) == ["E08"]


@pytest.mark.parametrize("end", [1, 30, 77])
def test_a_text_file_that_was_cut_off_inside_its_last_row(tmp_path, end):
    path = csv_file(tmp_path / "a.csv", grid([contribution(number) for number in range(3)]))
    path.write_bytes(path.read_bytes()[:-end].rstrip(b"\r\n") + (b"" if end > 1 else b",x"))

    file = read_ledger_file(path)

    assert codes(file) == ["E07"] if end > 1 else cells(file)[0][0] == "E14"


def test_a_quote_that_never_ends(tmp_path):
    path = csv_file(tmp_path / "a.csv", grid([contribution(1), contribution(2)]))
    path.write_text(path.read_text().replace("赵一", '"赵一', 1))

    assert codes(read_ledger_file(path)) == ["E14"]


def test_a_row_that_was_cut_at_a_comma_inside_an_amount(tmp_path):
    path = csv_file(tmp_path / "a.csv", grid([contribution(1), contribution(2)]))
    path.write_text(path.read_text().replace("857.60", "1,857.60", 1))

    file = read_ledger_file(path)

    assert ("E14", 2) in [(code, row) for code, row, _column, _value in cells(file)]
    assert file.is_refused


def test_more_rows_than_one_table_may_have(tmp_path, monkeypatch):
    monkeypatch.setattr(tables_module, "MAX_ROWS", 2)

    assert codes(read_ledger_file(csv_file(tmp_path / "a.csv", grid([employer(n) for n in range(3)])))) == ["E12"]


# Archives -----------------------------------------------------------------------------------------------------------


def test_a_bomb_is_refused_before_it_is_unpacked(workbook):
    bomb = rewritten(workbook, lambda xml: xml.replace(b"</sheetData>", b" " * 200_000_000 + b"</sheetData>"))
    assert bomb.stat().st_size < 1_000_000
    tracemalloc.start()

    assert codes(read_ledger_file(bomb)) == ["E04"]

    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_declares(workbook):
    """The container says 4 KB where there are 100 MB: what is read is bounded by what it says."""
    bomb = rewritten(workbook, lambda xml: xml.replace(b"</sheetData>", b" " * 100_000_000 + b"</sheetData>"))
    with zipfile.ZipFile(bomb) as archive:
        real = archive.getinfo(SHEET).file_size
    bomb.write_bytes(bomb.read_bytes().replace(struct.pack("<I", real), struct.pack("<I", 4096)))

    assert codes(read_ledger_file(bomb)) == ["E07"]


@pytest.mark.parametrize("limit", ["MAX_ENTRIES", "MAX_TOTAL_BYTES"])
def test_too_many_entries_and_too_many_bytes(workbook, monkeypatch, limit):
    monkeypatch.setattr(archives, limit, 3)

    assert codes(read_ledger_file(workbook)) == ["E04"]


def test_strings_that_would_fill_the_memory(workbook, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_PARTS_BYTES", 100)

    assert codes(read_ledger_file(workbook)) == ["E04"]


def test_a_zip_inside_a_zip(tmp_path):
    inner = zip_file(tmp_path / "b.zip", a__csv=b"x").read_bytes()

    assert codes(read_ledger_file(zip_file(tmp_path / "a.zip", b__zip=inner))) == ["E05"]


def test_a_zip_with_nothing_for_us(tmp_path):
    assert codes(read_ledger_file(zip_file(tmp_path / "a.zip", a__txt=b"x"))) == ["W12", "E16"]
    assert codes(read_ledger_file(zip_file(tmp_path / "b.zip"))) == ["E03"]


def test_one_bad_member_is_named_and_the_others_are_read(tmp_path):
    good = csv_file(tmp_path / "x.csv", grid([employer()])).read_bytes()

    file = read_ledger_file(zip_file(tmp_path / "a.zip", 坏__xlsx=b"PK\x03\x04 nothing", 好__csv=good))

    assert [(problem.code, problem.sheet) for problem in file.problems] == [("E07", "坏.xlsx")]
    assert [table.sheet for table in file.tables] == ["好.csv"]


# What calamine keeps silent about -----------------------------------------------------------------------------------


def test_errors_and_formulas_without_a_result_are_named(tmp_path):
    rows = [contribution(1), contribution(2, 养老利息="=1+1", 姓名="=A1"), contribution(3, 养老利息="#N/A")]
    path = xlsx_file(tmp_path / "a.xlsx", Sheet1=grid(rows))

    assert cells(read_ledger_file(path)) == [
        ("E28", 3, "姓名", "=A1"),
        ("E28", 3, "养老利息", "=1+1"),
        ("E27", 4, "养老利息", "#N/A"),
    ]


def test_a_formula_with_its_result_is_a_value(workbook):
    """A formula's stored result is what Excel shows; the empty text is a result, too."""

    def with_formulas(xml: bytes) -> bytes:
        xml = re.sub(rb'<c r="L2".*?</c>', b'<c r="L2"><f>1+1</f><v>2</v></c>', xml)
        return re.sub(rb'<c r="L3".*?</c>', b'<c r="L3" t="str"><f>""</f><v></v></c>', xml)

    (table,) = read_ledger_file(rewritten(workbook, with_formulas)).tables

    assert table.columns["pension_personal_part"] == [200, 0]
    assert table.problems == []


def test_a_broken_cell_beyond_all_others_is_seen(tmp_path):
    rows = grid([contribution(1), contribution(2)])
    rows[0].append("养老利息")
    rows[1].append("")
    rows[2].append("#REF!")

    assert cells(read_ledger_file(xlsx_file(tmp_path / "a.xlsx", a=rows))) == [("E27", 3, "养老利息", "#REF!")]


def test_errors_and_formulas_without_a_result_are_named_in_workbooks_of_old(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("空")
    sheet = book.add_sheet("明细")
    for row, values in enumerate(grid([contribution(number, 养老利息="") for number in range(200)])):
        for column, value in enumerate(values):
            if value or not row:
                sheet.write(row, column, value)
    sheet.write(3, 12, xlwt.Formula("1+1"))
    sheet.row(7).set_cell_error(12, 0x2A)
    book.save(str(tmp_path / "a.xls"))

    assert cells(read_ledger_file(tmp_path / "a.xls")) == [("E28", 4, "养老利息", "=…"), ("E27", 8, "养老利息", "#N/A")]


def test_a_small_workbook_of_old_keeps_its_records_in_short_sectors(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("a")
    for row, values in enumerate(grid([employer()])):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    sheet.row(1).set_cell_error(3, 0x07)
    sheet.write(0, 3, "欠费")
    book.save(str(tmp_path / "a.xls"))

    assert cells(read_ledger_file(tmp_path / "a.xls")) == [("E27", 2, "欠费", "#DIV/0!")]


# Claims at which calamine would end the whole process -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, rb'r="C3"', b'r="C4000000000"'),
        (SHEET, rb'r="C3"', b'r="C1000000"'),
        ("xl/sharedStrings.xml", b"<sst ", b'<sst uniqueCount="4294967295" '),
        ("xl/styles.xml", rb'cellXfs count="\d+"', b'cellXfs count="4294967295"'),
    ],
    ids=["a cell in row 4,000,000,000", "a cell far below its row", "strings without end", "styles without end"],
)
def test_a_workbook_that_claims_too_much(workbook, part, old, new):
    hostile = rewritten(with_shared_strings(workbook), lambda xml: re.sub(old, new, xml), part)

    assert codes(read_ledger_file(hostile)) == ["E07"]


def test_a_wrong_dimension_in_a_workbook_of_old_is_passed_over(tmp_path):
    path = xls_file(tmp_path / "a.xls", a=grid([employer(1), employer(2)]))
    raw = path.read_bytes()
    at = raw.index(struct.pack("<HH", 0x0200, 14))
    path.write_bytes(raw[: at + 4] + struct.pack("<IIHH", 0, 0xFFFFFFFF, 0, 0xFFFF) + raw[at + 16 :])

    (table,) = read_ledger_file(path).tables

    assert len(table) == 2


@pytest.mark.parametrize(
    ("record", "offset", "value"),
    [(0x00FC, 8, b"\xff\xff\xff\x7f"), (0x00FD, 6, b"\xff\xff")],
    ids=["strings", "a column"],
)
def test_a_workbook_of_old_that_claims_too_much(tmp_path, record, offset, value):
    path = xls_file(tmp_path / "a.xls", a=grid([employer(number) for number in range(99)]))
    raw = bytearray(path.read_bytes())
    at = next(
        m.start() for m in re.finditer(struct.pack("<H", record), raw) if raw[m.start() + 2 : m.start() + 4] != b"\0\0"
    )
    raw[at + offset : at + offset + len(value)] = value
    path.write_bytes(raw)

    assert codes(read_ledger_file(path)) == ["E07"]


@pytest.mark.parametrize("size", [100, 4_096, 60_000, 8_000_000])
def test_a_container_of_old_is_made_so_that_it_can_be_read(size):
    """The size with more sectors than the header can list is read, too."""
    stream = bytes(number % 251 for number in range(size))

    name, read = compound.take_stream(compound.make_container("Workbook", stream), ("Book", "Workbook"))

    assert name == "Workbook"
    assert read.rstrip(b"\0") == stream.rstrip(b"\0")


def test_workbooks_of_old_of_some_size_are_read(tmp_path):
    rows = [fact("退休", 终止="", 说明=f"{number}{'说' * 900}") for number in range(4_500)]
    path = xls_file(tmp_path / "a.xls", a=grid(rows))
    assert path.stat().st_size > 7_200_000, "more sectors than the header can list"

    (table,) = read_ledger_file(path).tables

    assert table.columns["note"] == [row["说明"] for row in rows]


# Unusual, and right -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml),
        lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', xml),
        lambda xml: re.sub(rb"<(/?)(\w+)", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=", 1),
        lambda xml: xml.replace(b'"', b"'"),
    ],
    ids=["cells without references", "a wrong dimension", "a namespace prefix", "single quotes"],
)
def test_workbooks_of_other_writers(workbook, change):
    (table,) = read_ledger_file(rewritten(workbook, change)).tables

    assert table.columns["serial"] == ["LS000001", "LS000002"]
    assert table.rows == [2, 3]


def with_shared_strings(path: Path) -> Path:
    """The workbook as Excel writes it: every text once, in a part of its own."""
    strings: dict[bytes, int] = {}

    def share(text: re.Match[bytes]) -> bytes:
        return b't="s"><v>%d</v>' % strings.setdefault(text[1], len(strings))

    rewritten(path, lambda xml: re.sub(rb't="inlineStr"><is>(.*?)</is>', share, xml))
    rels = b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%b" Target="%b"/>'
    rel = rels % (b"sharedStrings", b"sharedStrings.xml") + b"</Relationships>"
    rewritten(path, lambda xml: xml.replace(b"</Relationships>", rel), "xl/_rels/workbook.xml.rels")
    with zipfile.ZipFile(path, "a") as archive:
        listed = b"".join(b"<si>%b</si>" % text for text in strings)
        head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        archive.writestr("xl/sharedStrings.xml", head + listed + b"</sst>")
    return path


def test_a_workbook_with_shared_strings(workbook):
    (plain,) = read_ledger_file(workbook).tables

    (shared,) = read_ledger_file(with_shared_strings(workbook)).tables

    assert shared.columns == plain.columns
    assert shared.columns["name"] == ["赵一", "赵一"]


@pytest.mark.parametrize("size", [500, 3_000])
def test_a_sheet_is_read_the_same_in_slices_of_any_size(tmp_path, monkeypatch, size):
    rows = grid([contribution(number, 养老利息="=1" if number % 7 == 0 else number) for number in range(60)])
    rows[30:30] = [[]] * 5
    path = xlsx_file(tmp_path / "a.xlsx", 空=[], 明细=rows, 事项=grid([fact()]))
    whole = read_ledger_file(path)
    monkeypatch.setattr(xlsx, "SLICE_BYTES", size)
    monkeypatch.setattr(xlsx, "STRINGS_SHARE", 1 << 30)
    monkeypatch.setattr(xlsx, "_HEAD_BYTES", 1_000)

    sliced = read_ledger_file(path)

    assert [(t.sheet, t.rows, t.columns, t.problems) for t in sliced.tables] == [
        (t.sheet, t.rows, t.columns, t.problems) for t in whole.tables
    ]
    assert len(cells(whole)) == 9


def test_a_sheet_too_wide_to_be_a_table(tmp_path):
    book = openpyxl.Workbook()
    for row in grid([employer()]):
        book.active.append(row)
    book.active.cell(2, 16_384, "x")
    book.save(tmp_path / "a.xlsx")

    assert codes(read_ledger_file(tmp_path / "a.xlsx")) == ["E15"]


def test_true_is_not_taken_for_one(tmp_path):
    rows = [contribution(1, 养老利息=1), contribution(2, 养老利息=True)]

    assert cells(read_ledger_file(xlsx_file(tmp_path / "a.xlsx", a=grid(rows)))) == [("E24", 3, "养老利息", "TRUE")]


def test_problems_hold_what_the_owner_wrote_and_say_how_to_mend_it(tmp_path):
    (table,) = read_ledger_file(csv_file(tmp_path / "a.csv", grid([contribution(社会保障号码="1.2E+17")]))).tables
    (problem,) = table.problems

    assert (problem.sheet, problem.row, problem.column, problem.value) == ("", 2, "社会保障号码", "1.2E+17")
    assert N_("文本格式") in problem.message


def test_all_problems_of_a_hopeless_file_are_counted_and_not_all_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(tables_module, "MAX_PROBLEMS", 3)

    (table,) = read_ledger_file(csv_file(tmp_path / "a.csv", grid([contribution(n, 姓名="") for n in range(9)]))).tables

    assert len(table.bad) == 9
    assert [problem.code for problem in table.problems] == ["E20", "E20", "E20", "W13"]


def test_a_reader_can_be_stopped_between_blocks(tmp_path):
    path = csv_file(tmp_path / "a.csv", grid([contribution(number) for number in range(10)]))

    class StoppedError(Exception):
        pass

    def stop(_share: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        read_ledger_file(path, tick=stop)


def test_the_number_of_an_invented_person_is_right():
    """What all these tests lean on."""
    assert person(1).startswith("119999")
