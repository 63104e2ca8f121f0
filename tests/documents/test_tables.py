"""Ledger files as other systems write them: every container, encoding, header and spelling of the format page."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.documents.layouts import CONTRIBUTIONS, EMPLOYERS, FACTS, LAYOUTS
from core.documents.tables import LedgerFile, Table, read_ledger_file
from core.domain.vocabulary import Arrival, FactKind, PaymentKind
from core.store.schema import contributions, employers, facts
from tests.support.desks import person
from tests.support.ledger_files import (
    contribution,
    csv_file,
    employer,
    fact,
    grid,
    xls_file,
    xlsx_file,
    zip_file,
)


def only_table(file: LedgerFile) -> Table:
    assert [problem.message for problem in file.problems] == []
    (table,) = file.tables
    return table


def codes(file: LedgerFile) -> list[str]:
    return [problem.code for problem in file.problems + [p for table in file.tables for p in table.problems]]


def as_csv(rows: list[dict[str, Any]], folder: Path, **options: Any) -> LedgerFile:
    return read_ledger_file(csv_file(folder / "台账.csv", grid(rows), **options))


def as_xlsx(rows: list[dict[str, Any]], folder: Path) -> LedgerFile:
    return read_ledger_file(xlsx_file(folder / "台账.xlsx", Sheet1=grid(rows)))


# The layouts themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "table"),
    [(EMPLOYERS, employers), (CONTRIBUTIONS, contributions), (FACTS, facts)],
    ids=lambda x: str(x)[:12],
)
def test_every_column_of_the_store_has_a_column_in_the_file(layout, table):
    assert set(layout.fields) == {column.name for column in table.columns}
    assert layout.kind == table.name


def test_the_amounts_are_those_of_the_format_page():
    titles = [column.title for column in CONTRIBUTIONS.columns if column.field.startswith(("pension", "work"))]

    assert titles == [
        "养老缴费基数", "养老单位缴费金额", "养老个人缴费金额", "养老滞纳金", "养老利息",
        "工伤缴费基数", "工伤单位缴费金额", "工伤滞纳金", "工伤利息",
    ]  # fmt: skip


# Containers and encodings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_come_in_every_encoding_and_with_every_delimiter(tmp_path, encoding, delimiter):
    table = only_table(as_csv([contribution(姓名="欧阳·娜娜")], tmp_path, encoding=encoding, delimiter=delimiter))

    assert table.columns["name"] == ["欧阳·娜娜"]
    assert table.columns["pension_employer_part"] == [85760]


def test_gb18030_carries_names_that_gbk_lacks(tmp_path):
    table = only_table(as_csv([contribution(姓名="𠮷田㐂")], tmp_path, encoding="gb18030"))

    assert table.columns["name"] == ["𠮷田㐂"]


def test_quotes_carry_delimiters_and_line_breaks(tmp_path):
    rows = [
        fact("死亡", 终止="", 说明='第一行\r\n"第二行", 完'),
        fact("死亡", 起始="2020-01-01", 终止="", 说明="后一行"),
    ]

    table = only_table(as_csv(rows, tmp_path))

    assert table.columns["note"] == ['第一行\n"第二行", 完', "后一行"]
    assert table.rows == [2, 3], "rows are counted as a spreadsheet shows them"


@pytest.mark.parametrize("write", [xlsx_file, xls_file])
def test_workbooks_hold_several_tables_under_any_sheet_names(tmp_path, write):
    path = write(
        tmp_path / f"全部.{write.__name__[:-5]}",
        甲=grid([employer(1), employer(2)]),
        乙=grid([contribution(1)]),
        丙=grid([contribution(2)]),
        丁=grid([fact()]),
    )

    file = read_ledger_file(path)

    assert [(table.layout.kind, table.sheet, len(table)) for table in file.tables] == [
        ("employers", "甲", 2),
        ("contributions", "乙", 1),
        ("contributions", "丙", 1),
        ("facts", "丁", 1),
    ]
    assert codes(file) == []


def test_a_sheet_without_a_known_header_is_reported_and_passed_over(tmp_path):
    file = read_ledger_file(xlsx_file(tmp_path / "a.xlsx", 填表说明=[["请按格式填写"]], 单位=grid([employer()]), 空=[]))

    assert [(problem.code, problem.sheet) for problem in file.problems] == [("W02", "填表说明")]
    assert [table.sheet for table in file.tables] == ["单位"]


def test_a_zip_holds_files_of_every_kind_and_litter(tmp_path):
    inner = io.BytesIO()
    book = openpyxl.Workbook()
    for row in grid([fact()]):
        book.active.append(row)
    book.save(inner)
    text = csv_file(tmp_path / "x.csv", grid([employer()]), encoding="gbk").read_bytes()
    path = zip_file(tmp_path / "导出.zip", 单位__csv=text, 事项__xlsx=inner.getvalue(), 说明__txt=b"hello")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._单位.csv", b"\x00")
        archive.writestr("../../etc/实缴.csv", csv_file(tmp_path / "y.csv", grid([contribution()])).read_bytes())

    file = read_ledger_file(path)

    assert [(table.layout.kind, table.sheet) for table in file.tables] == [
        ("employers", "单位.csv"),
        ("facts", "事项.xlsx/Sheet"),
        ("contributions", "实缴.csv"),
    ]
    assert [(problem.code, problem.sheet) for problem in file.problems] == [("W12", "说明.txt")]


def test_names_in_a_zip_from_chinese_windows_are_readable(tmp_path):
    text = csv_file(tmp_path / "x.csv", grid([employer()])).read_bytes()
    path = zip_file(tmp_path / "导出.zip", 单位__csv=text)
    # Chinese Windows writes the name in GBK and says nothing about it.
    raw = path.read_bytes().replace("单位.csv".encode(), "单位".encode("gbk") + b"12.csv")
    path.write_bytes(_without_utf8_mark(raw))

    assert [table.sheet for table in read_ledger_file(path).tables] == ["单位12.csv"]


def _without_utf8_mark(raw: bytes) -> bytes:
    made = bytearray(raw)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(mark) + offset + 1] &= ~0x08
    return bytes(made)


# Headers ------------------------------------------------------------------------------------------------------------

LONG = [
    "缴费流水号",
    "单位编号",
    "姓名",
    "社会保障号码",
    "费款所属期",
    "缴费类型",
    "应征凭证种类",
    "核定来源",
    "到账状态",
]
VALUES = ["LS1", "D001", "赵一", person(1), "202205", "正常缴费", "月报", "社保核定", "已到账"]
#: Nine one-row columns, then 缴费基数 {养老, 失业} and 养老 {four}, 失业 {two}, 工伤 {one}, and 待转金.
UPPER = [*LONG, "缴费基数", "", "养老", "", "", "", "失业", "", "工伤", "待转金"]
LOWER = [""] * 9 + [
    "养老",
    "失业",
    "单位缴费金额",
    "个人缴费金额",
    "滞纳金",
    "利息",
    "单位缴费金额",
    "个人缴费金额",
    "单位缴费金额",
    "",
]
AMOUNTS = [5360, 5361, 1, 2, 3, 4, 5, 6, 7, "是"]
READ = {
    "pension_base": 536000, "unemployment_base": 536100, "pension_employer_part": 100, "pension_personal_part": 200,
    "pension_late_fee": 300, "pension_interest": 400, "unemployment_employer_part": 500,
    "unemployment_personal_part": 600, "work_injury_employer_part": 700, "suspense": True, "name": "赵一",
}  # fmt: skip


def merged(path: Path) -> Path:
    """The same header with real merged cells, down and across, below a title."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2022 年实缴明细"])
    for row in (UPPER, LOWER, VALUES + AMOUNTS):
        sheet.append(row)
    for column in [*range(1, 10), 19]:
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    for first, last in ((10, 11), (12, 15), (16, 17)):
        sheet.merge_cells(start_row=2, end_row=2, start_column=first, end_column=last)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([UPPER, LOWER, VALUES + AMOUNTS], id="groups above, blanks beside them"),
        pytest.param(
            [
                [*LONG, "缴费基数", "缴费基数", "养老", "养老", "养老", "养老", "失业", "失业", "工伤", "待转金"],
                LOWER,
                VALUES + AMOUNTS,
            ],
            id="groups repeated",
        ),
        pytest.param([[""] * 9 + UPPER[9:], LONG + LOWER[9:], VALUES + AMOUNTS], id="one-row names in the lower row"),
        pytest.param([["导出"], [], *[[""]] * 7, UPPER, LOWER, VALUES + AMOUNTS], id="in the tenth row"),
        pytest.param(
            [
                [*LONG, "养老缴费基数", "失业缴费基数", "养老单位缴费金额", "养老个人缴费金额", "养老滞纳金", "养老利息",
                 "失业单位缴费金额", "失业个人缴费金额", "工伤单位缴费金额", "待转金"],
                VALUES + AMOUNTS,
            ],
            id="one row",
        ),
        pytest.param(
            [[f" {title} *" for title in LONG] + UPPER[9:], ["", *LOWER[1:]], VALUES + AMOUNTS], id="stars and blanks"
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [csv_file, xlsx_file])
def test_the_header_may_have_one_row_or_two(tmp_path, cells, write):
    path = csv_file(tmp_path / "a.csv", cells) if write is csv_file else xlsx_file(tmp_path / "a.xlsx", Sheet1=cells)

    table = only_table(read_ledger_file(path))

    assert {field: table.columns[field] for field in READ} == {field: [value] for field, value in READ.items()}
    assert table.rows == [len(cells)]


def test_the_header_may_be_merged(tmp_path):
    table = only_table(read_ledger_file(merged(tmp_path / "a.xlsx")))

    assert {field: table.columns[field][0] for field in READ} == READ


def test_a_header_below_the_tenth_row_is_not_found(tmp_path):
    cells = [["x"]] * 10 + grid([employer()])

    assert codes(read_ledger_file(xlsx_file(tmp_path / "a.xlsx", a=cells))) == ["W02", "E09"]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.kind)
def test_columns_may_come_in_any_order(tmp_path, layout):
    row = {"employers": employer(), "contributions": contribution(), "facts": fact()}[layout.kind]
    backwards = dict(reversed(row.items()))

    (one, other) = (only_table(as_csv([cells], tmp_path)) for cells in (row, backwards))

    assert one.layout is other.layout is layout
    assert one.columns == other.columns


def test_unknown_columns_are_reported_and_ignored(tmp_path):
    table = only_table(as_xlsx([contribution(备注="x", 经办人="y", 错误="上次的问题")], tmp_path))

    assert [(problem.code, problem.column, problem.row) for problem in table.problems] == [
        ("W01", "备注", 1),
        ("W01", "经办人", 1),
    ]


REQUIRED = [(layout, column.title) for layout in LAYOUTS for column in layout.columns if column.required]


@pytest.mark.parametrize(("layout", "title"), REQUIRED, ids=lambda x: getattr(x, "kind", x))
def test_a_missing_required_column_refuses_the_file_by_name(tmp_path, layout, title):
    row = {"employers": employer(), "contributions": contribution(), "facts": fact()}[layout.kind]
    del row[title]

    table = only_table(as_csv([row], tmp_path))

    assert [(problem.code, problem.column) for problem in table.problems] == [("E10", title)]
    assert table.layout is layout
    assert table.is_refused
    assert len(table) == 1


def test_a_column_that_stands_twice_refuses_the_file_by_name(tmp_path):
    cells = [[*row, last] for row, last in zip(grid([contribution()]), ["姓名", "钱二"], strict=True)]

    table = only_table(read_ledger_file(csv_file(tmp_path / "a.csv", cells)))

    assert [(problem.code, problem.column) for problem in table.problems] == [("E11", "姓名")]
    assert table.is_refused


def test_blank_rows_are_passed_over_and_rows_keep_their_numbers(tmp_path):
    cells = grid([contribution(1), contribution(2)])
    cells.insert(2, [""] * len(cells[0]))
    cells.insert(2, [" ", "\u3000"])

    table = only_table(read_ledger_file(xlsx_file(tmp_path / "a.xlsx", a=cells)))

    assert table.rows == [2, 5]


def test_a_stray_cell_far_away_does_not_fill_the_sheet_between(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in grid([contribution(1)]):
        book.active.append(row)
    book.active.cell(1_048_576, 3, " ")
    book.save(path)

    assert only_table(read_ledger_file(path)).rows == [2]


# A cell has no time zone.
MIDNIGHT = datetime.fromisoformat("2022-01-01T00:00")
AFTERNOON = datetime.fromisoformat("2022-04-20T15:30")


# Spellings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "period"),
    [
        ("202201", 202201), ("2022-01", 202201), ("2022/1", 202201), ("2022年1月", 202201), ("２０２２０１", 202201),
        (" 2022-12 ", 202212), (202201, 202201), (202201.0, 202201), (date(2022, 1, 31), 202201),
        (MIDNIGHT, 202201),
    ],
)  # fmt: skip
def test_months_in_every_spelling(tmp_path, cell, period):
    assert only_table(as_xlsx([contribution(费款所属期=cell)], tmp_path)).columns["period"] == [period]


@pytest.mark.parametrize(
    "cell",
    [
        "2022-13",
        "202213",
        "2022-00",
        "22-01",
        "2022",
        "2022.1",
        2022.1,
        "五月",
        44562,
        2022,
        -202201,
        True,
        "2022-01-15",
    ],
)
def test_a_month_that_is_none_is_named(tmp_path, cell):
    table = only_table(as_xlsx([contribution(费款所属期=cell)], tmp_path))

    assert [(problem.code, problem.row, problem.column) for problem in table.problems] == [("E22", 2, "费款所属期")]
    assert table.bad == {0}


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("20220420", 20220420, 20220420), ("2022-04-20", 20220420, 20220420), ("2022/4/20", 20220420, 20220420),
        ("2022年4月20日", 20220420, 20220420), ("2022-04-20 00:00:00", 20220420, 20220420),
        ("2022.4.20", 20220420, 20220420), (20220420, 20220420, 20220420), (date(2022, 4, 20), 20220420, 20220420),
        (AFTERNOON, 20220420, 20220420), ("2022-04", 20220401, 20220430), ("202202", 20220201, 20220228),
    ],
)  # fmt: skip
def test_dates_in_every_spelling(tmp_path, cell, first, last):
    """A date given only as a month means its first day as 起始 and its last day as 终止."""
    starts = only_table(as_xlsx([fact(起始=cell, 终止="")], tmp_path))
    ends = only_table(as_xlsx([fact(起始="2000-01-01", 终止=cell)], tmp_path))

    assert starts.columns["start_day"] == [first]
    assert ends.columns["end_day"] == [last]


@pytest.mark.parametrize("cell", ["2022-02-30", "20221301", "昨天", "2022.1", 44562, "2022-04-20 15:30"])
def test_a_date_that_is_none_is_named(tmp_path, cell):
    table = only_table(as_xlsx([fact(起始=cell)], tmp_path))

    assert [(problem.code, problem.column) for problem in table.problems] == [("E23", "起始")]


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("857.60", 85760), ("1,234.50", 123450), ("1,234,567", 123456700), ("", 0), (None, 0), ("0", 0), (" 12.5 ", 1250),
        ("１２３．５０", 12350),
        (857.6, 85760), (428, 42800), (1286.4, 128640), (0.1 + 0.2, 30), (1e5, 10_000_000),
        (1286.3999999999999, 128640), (0.07, 7), (9_999_999_999.99, 999_999_999_999), ("-0", 0),
    ],
)  # fmt: skip
def test_amounts_in_every_spelling(tmp_path, cell, fen):
    assert only_table(as_xlsx([contribution(养老滞纳金=cell)], tmp_path)).columns["pension_late_fee"] == [fen]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("857.605", "E24"), (857.605, "E24"), ("1e3", "E24"), ("12,34", "E24"), ("一百", "E24"), ("￥5", "E24"), ("5元", "E24"),
        ("1 000", "E24"), (1e20, "E24"), (True, "E24"), (date(2022, 1, 1), "E24"), ("٥", "E24"), ("1.", "E24"),
        ("-5", "E25"), (-0.01, "E25"), ("－5.00", "E25"), ("-1,234.50", "E25"), ("#N/A", "E27"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_taken_exactly_is_named(tmp_path, cell, code):
    table = only_table(as_xlsx([contribution(养老滞纳金=cell)], tmp_path))

    assert [(problem.code, problem.column) for problem in table.problems] == [(code, "养老滞纳金")]
    assert table.columns["pension_late_fee"] == [0]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("赵一", "赵一"), ("  赵一\u3000", "赵一"),
        ("ＡＢＣ１２３", "ABC123"), ("北京（集团）公司", "北京（集团）公司"), ("张\u200b三", "张三"),
        ("张\n三", "张三"), ("\ue5f1光", "\ue5f1光"), ("=1+1", "=1+1"), ("a\x00b", "ab"), (123, "123"),
    ],
)  # fmt: skip
def test_text_is_trimmed_and_half_width_and_otherwise_as_it_was(tmp_path, cell, stored):
    rows = grid([contribution()])
    rows[1][2] = cell
    path = csv_file(tmp_path / "a.csv", rows) if isinstance(cell, str) else xlsx_file(tmp_path / "a.xlsx", a=rows)

    assert only_table(read_ledger_file(path)).columns["name"] == [stored]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("119999199001011234", "119999199001011234"), (" 119999 19900101 123x ", "11999919900101123X"),
        ("１１９９９９１９９００１０１１２３Ｘ", "11999919900101123X"), ("'119999199001011234", "119999199001011234"),
        ('="119999199001011234"', "119999199001011234"), ("\t119999199001011234", "119999199001011234"),
        (123456789012345, "123456789012345"), (123456789.0, "123456789"),
    ],
)  # fmt: skip
def test_identity_numbers_are_text(tmp_path, cell, stored):
    rows = grid([contribution()])
    rows[1][3] = cell
    path = csv_file(tmp_path / "a.csv", rows) if isinstance(cell, str) else xlsx_file(tmp_path / "a.xlsx", a=rows)

    assert only_table(read_ledger_file(path)).columns["social_security_number"] == [stored]


LOST = [119999199001011234, 1.19999199001011e17, 1234567890123456, 1e15, 1001.5, -5, date(2022, 1, 1), "1.19999E+17"]


@pytest.mark.parametrize("cell", LOST, ids=str)
@pytest.mark.parametrize("title", ["缴费流水号", "单位编号", "社会保障号码"])
def test_a_number_cell_that_has_lost_digits_is_named(tmp_path, cell, title):
    table = only_table(as_xlsx([contribution(), contribution(2, **{title: cell})], tmp_path))

    assert [(problem.code, problem.row, problem.column) for problem in table.problems] == [("E26", 3, title)]


@pytest.mark.parametrize(
    ("title", "field", "cell", "stored"),
    [
        ("单位编号", "employer_id", 1001, "1001"), ("单位编号", "employer_id", "0010", "0010"),
        ("银行账号", "bank_account", "0200 0010-0901 2345", "0200001009012345"), ("银行账号", "bank_account", 123456, "123456"),
        ("人行支付系统行号", "cnaps_code", 102100000021, "102100000021"),
        ("人行支付系统行号", "cnaps_code", " 1021 0000 0021 ", "102100000021"),
        ("银行交换号", "exchange_number", "００１２", "0012"),
        ("欠费", "in_arrears", "是", True), ("欠费", "in_arrears", "", False),
        ("统一社会信用代码", "uscc", "91110000600037341l", "91110000600037341L"),
    ],
)  # fmt: skip
def test_employers_fields(tmp_path, title, field, cell, stored):
    assert only_table(as_xlsx([employer(**{title: cell})], tmp_path)).columns[field] == [stored]


@pytest.mark.parametrize(
    ("title", "cell", "code"),
    [
        ("银行账号", "12345", "E44"), ("银行账号", "6" * 33, "E44"),
        ("银行账号", "12345A", "E44"), ("银行账号", 6222020200001234567, "E26"),
        ("人行支付系统行号", "10210000002", "E42"), ("人行支付系统行号", "10210000002X", "E42"),
        ("银行交换号", "12A", "E43"), ("银行交换号", "1" * 13, "E43"), ("欠费", "有", "E21"), ("单位名称", " ", "E20"),
        ("单位编号", "X" * 65, "E29"), ("统一社会信用代码", "", "E20"),
    ],
)  # fmt: skip
def test_employers_faults(tmp_path, title, cell, code):
    table = only_table(as_xlsx([employer(**{title: cell})], tmp_path))

    assert [(problem.code, problem.column) for problem in table.problems] == [(code, title)]


@pytest.mark.parametrize(
    ("title", "field", "kinds"),
    [("缴费类型", "kind", PaymentKind), ("到账状态", "arrival", Arrival)],
    ids=["kind", "arrival"],
)
def test_closed_lists_are_read_by_their_labels(tmp_path, title, field, kinds):
    rows = [contribution(number, **{title: kind.label}) for number, kind in enumerate(kinds)]

    assert only_table(as_csv(rows, tmp_path)).columns[field] == [kind.value for kind in kinds]


def test_every_kind_of_fact_is_read_by_its_label(tmp_path):
    rows = [fact(kind.label, 单位编号="") for kind in FactKind]

    assert only_table(as_csv(rows, tmp_path)).columns["kind"] == [kind.value for kind in FactKind]


def test_a_value_outside_its_list_is_told_with_the_list(tmp_path):
    (problem,) = only_table(as_csv([contribution(到账状态="到账")], tmp_path)).problems

    assert (problem.code, problem.value) == ("E21", "到账")
    assert "已到账、未到账、缓缴、减免" in problem.message


def test_blank_optional_columns_have_their_meaning(tmp_path):
    given = only_table(
        as_csv([contribution(证件类型="", 工伤参保方式="", 待转金="", 到账日期="", 失业利息="")], tmp_path)
    )
    absent = only_table(as_csv([contribution()], tmp_path))

    for table in (given, absent):
        row = {field: column[0] for field, column in table.columns.items()}
        assert row["document_type"] == "resident_id"
        assert row["injury_mode"] == "person"
        assert row["suspense"] is False
        assert row["arrival_day"] is None
        assert row["unemployment_interest"] == 0


def test_every_bad_cell_of_a_row_is_named_in_one_pass(tmp_path):
    row = contribution(缴费流水号="", 费款所属期="2022-13", 到账状态="?", 养老利息="-1", 失业利息="x")

    table = only_table(as_csv([contribution(2), row], tmp_path))

    assert {(problem.row, problem.column, problem.code) for problem in table.problems} == {
        (3, "缴费流水号", "E20"), (3, "费款所属期", "E22"),
        (3, "到账状态", "E21"), (3, "养老利息", "E25"), (3, "失业利息", "E24"),
    }  # fmt: skip
    assert table.bad == {1}
