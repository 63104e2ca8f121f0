"""Tables that leave the house: read back with two readers, nothing in them has come alive or lost a digit."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from core.documents.workbook import CSV_NOTE, LONG_LIST, Column, Holds, write_csv, write_workbook

COLUMNS = (Column("序号", Holds.COUNT), Column("姓名"), Column("社会保障号码"), Column("金额", Holds.MONEY))
IDENTITY_NUMBER = "119999199001011234"
HOSTILE = [
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://a.example","点我")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "{=1+1}",
    "#N/A",
    "#REF!",
    "TRUE",
    "1E5",
    "007",
    "2022-01",
    "http://a.example/",
    "<b>&amp;</b>",
    "张\u0000三\u0007",
    "\ud800半个字",
    " 前后空格 ",
    "长" * 40_000,
]
AMOUNTS = [0, 1, 85760, -128640, 123_456_789, 999_999_999_999_999]


def short(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows alone: the writer for lists that people edit."""
    return rows


def long(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows and so many more that the other writer is used."""
    return rows + [(0, "", "", 0)] * LONG_LIST


both_writers = pytest.mark.parametrize("padded", [short, long])


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def readable(text: str) -> str:
    """What a sheet can hold of a text: XML knows one line end and no control characters, a cell has a longest text."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", "", text.replace("\r", "\n"))[:32_767]


@both_writers
def test_hostile_text_stays_text(padded: Callable[..., Any]) -> None:
    content = write_workbook("名单", COLUMNS, padded([(1, text, IDENTITY_NUMBER, 0) for text in HOSTILE]))

    cells = [row[1] for row in sheet_of(content).iter_rows(min_row=2, max_row=len(HOSTILE) + 1)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}, "also after somebody has edited the cell"
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.value for cell in cells] == [readable(text) for text in HOSTILE]


@both_writers
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_heading_stays_text(padded: Callable[..., Any], text: str) -> None:
    content = write_workbook("名单", [*COLUMNS[:3], Column(text, Holds.MONEY)], padded([(1, "张三", "", 0)]))

    cell = sheet_of(content)["D1"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", readable(text), None)


@both_writers
def test_no_cell_holds_a_formula_or_a_link(padded: Callable[..., Any]) -> None:
    content = write_workbook("名单", COLUMNS, padded([(1, text, text, 0) for text in HOSTILE]))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any("externalLink" in name or "vba" in name.lower() for name in archive.namelist())
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert not re.search(r"<f[ />]|<hyperlink", xml)


@both_writers
def test_identity_numbers_come_back_whole_from_another_reader(padded: Callable[..., Any]) -> None:
    content = write_workbook("名单", COLUMNS, padded([(1, "张三", IDENTITY_NUMBER, 0), (2, "李四", "000012", 0)]))

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[:3]] == ["社会保障号码", IDENTITY_NUMBER, "000012"]


@both_writers
def test_money_is_a_number_exact_to_the_fen(padded: Callable[..., Any]) -> None:
    content = write_workbook("名单", COLUMNS, padded([(1, "张三", "", fen) for fen in AMOUNTS]))

    cells = [row[3] for row in sheet_of(content).iter_rows(min_row=2, max_row=len(AMOUNTS) + 1)]
    assert {cell.data_type for cell in cells} == {"n"}
    assert {cell.number_format for cell in cells} == {"#,##0.00"}
    assert [Decimal(repr(cell.value)) * 100 for cell in cells] == AMOUNTS


@both_writers
def test_an_empty_cell_is_empty(padded: Callable[..., Any]) -> None:
    content = write_workbook("名单", COLUMNS, padded([(None, None, None, None)]))

    assert [cell.value for cell in sheet_of(content)[2]] == [None] * 4


@both_writers
def test_the_header_stays_in_sight_and_filters(padded: Callable[..., Any]) -> None:
    rows = padded([(1, "张三", IDENTITY_NUMBER, 85760)])
    sheet = sheet_of(write_workbook("不能退费情况", COLUMNS, rows))

    assert sheet.title == "不能退费情况"
    assert [cell.value for cell in sheet[1]] == [column.heading for column in COLUMNS]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:D{len(rows) + 1}"


@both_writers
def test_on_paper_it_is_a4_across_with_headings_and_a_number_on_every_page(padded: Callable[..., Any]) -> None:
    sheet = sheet_of(write_workbook("名单", COLUMNS, padded([(1, "张三", IDENTITY_NUMBER, 85760)])))
    setup = sheet.page_setup
    assert (setup.orientation, int(setup.paperSize), setup.fitToHeight) == ("landscape", 9, 0)
    assert setup.fitToWidth in {1, None}, "one page wide is what a sheet that says nothing is fitted to"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter.center.text == "第 &P 页 / 共 &N 页"


def test_a_text_that_is_too_wide_goes_on_in_a_second_line() -> None:
    rows = [(1, "张三", IDENTITY_NUMBER, 1), (2, "长" * 50, "", 1), (3, "一\n二\n三", "", 1)]
    sheet = sheet_of(write_workbook("名单", COLUMNS, rows))
    assert [sheet.row_dimensions[row].height for row in (2, 3, 4)] == [None, 30, 45]
    assert [sheet.cell(row, 2).alignment.wrap_text for row in (2, 3, 4)] == [None, True, True]


@both_writers
def test_columns_are_wide_enough_for_chinese_and_none_is_endless(padded: Callable[..., Any]) -> None:
    rows = padded([(1, "阿卜杜拉·买买提", IDENTITY_NUMBER, 123_456_789), (2, "长" * 500, "", 0)])
    sheet = sheet_of(write_workbook("名单", COLUMNS, rows))

    widths = [sheet.column_dimensions[letter].width for letter in "ABCD"]
    assert 60 <= widths[1] < 62
    assert widths[2] >= len(IDENTITY_NUMBER)
    assert widths[3] >= len("1,234,567.89")


def test_a_table_without_rows_is_its_header() -> None:
    rows = list(sheet_of(write_workbook("名单", COLUMNS, [])).iter_rows(values_only=True))

    assert rows == [tuple(column.heading for column in COLUMNS)]


@both_writers
@pytest.mark.parametrize(
    "rows",
    [
        [(1, "张三")],
        [(1, "张三", IDENTITY_NUMBER, 0, "再说一句")],
        [(1, "张三", IDENTITY_NUMBER, 0), (2, "李四")],
        [(at, "张三", IDENTITY_NUMBER, 0) for at in range(LONG_LIST + 1)] + [(0, "李四", "", 0, "")],
    ],
)
def test_a_row_of_another_length_is_a_mistake(padded: Callable[..., Any], rows: list[tuple[Any, ...]]) -> None:
    with pytest.raises(ValueError, match="zip"):
        write_workbook("名单", COLUMNS, padded(rows))


def test_a_long_list_comes_back_row_by_row_with_its_gaps() -> None:
    rows = [
        (at, f"人员{at}", None if at % 7 == 0 else f"{at:018d}", None if at % 11 == 0 else at * 100)
        for at in range(1, LONG_LIST + 778)
    ]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook("名单", COLUMNS, rows))).get_sheet_by_index(0)

    _headings, *found = sheet.to_python()

    assert found == [[at, name, number or "", "" if fen is None else fen / 100] for at, name, number, fen in rows]


def test_what_the_rows_raise_ends_the_writing_however_late() -> None:
    class Enough(Exception):
        """Whoever waits for the list gives it up."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for at in range(3 * LONG_LIST):
            yield (at, f"人员{at}", "", at)
        raise Enough

    with pytest.raises(Enough):
        write_workbook("名单", COLUMNS, rows())


@both_writers
def test_values_that_are_equal_are_written_each_as_it_reads(padded: Callable[..., Any]) -> None:
    rows = padded([(1, value, "", 0) for value in (1, True, Decimal("1.0"), Decimal("1.00"), 1.0)])

    cells = [row[1] for row in sheet_of(write_workbook("名单", COLUMNS, rows)).iter_rows(min_row=2, max_row=6)]

    assert [cell.value for cell in cells] == ["1", "True", "1.0", "1.00", "1.0"]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_any_text_comes_back_as_text(texts: list[str]) -> None:
    content = write_workbook("名单", [Column("文字")], [(text,) for text in texts])

    values = [row[0] for row in sheet_of(content).iter_rows(min_row=2, values_only=True)]
    assert all(value is None or isinstance(value, str) for value in values)


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("张三", "张三"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("＝1+1", "'＝1+1"),
        (" =1+1", "' =1+1"),
        ("\t=1", "'\t=1"),
        (IDENTITY_NUMBER, f"'{IDENTITY_NUMBER}"),
        ("11010519491231002X", "'11010519491231002X"),
        ("0012", "'0012"),
        ("2022-01", "2022-01"),
        ("N01|N17", "N01|N17"),
        ('他说"好"，走了', '他说"好"，走了'),
    ],
)
def test_csv_text_that_a_program_would_compute_or_round_gets_an_apostrophe(text: str, written: str) -> None:
    rows = read_csv(write_csv([Column("文字")], [(text,)]))

    assert rows[:2] == [["文字"], [written]]
    assert ([CSV_NOTE] in rows) == (text != written)


def test_a_csv_heading_gets_it_too_and_the_note_says_so() -> None:
    headings, _row, note = read_csv(write_csv([Column("姓名"), Column("=1+1", Holds.MONEY)], [("张三", 0)]))
    assert headings == ["姓名", "'=1+1"]
    assert note == [CSV_NOTE]


def test_csv_money_has_two_decimals_and_no_thousands() -> None:
    rows = read_csv(write_csv(COLUMNS, [(1, "张三", None, -123_456_789)]))

    assert rows == [["序号", "姓名", "社会保障号码", "金额"], ["1", "张三", "", "-1234567.89"]]


def test_csv_opens_with_chinese_in_excel() -> None:
    assert write_csv(COLUMNS, []).startswith(b"\xef\xbb\xbf")
