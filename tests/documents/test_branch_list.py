"""The bank directory as a file: whatever its columns are called, and every bad cell of it named in one pass."""

from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook

from core.documents.branch_list import BranchList, read_branch_list
from core.domain.branches import Branch

CODE, OTHER = "102100099929", "308100099936"


def read(folder: Path, text: str, encoding: str = "utf-8") -> BranchList:
    (path := folder / "branches.csv").write_bytes(text.encode(encoding))
    return read_branch_list(path, "目录.csv")


def told(given: BranchList) -> list[tuple[str, int, str]]:
    return [(problem.code, problem.row, problem.column) for problem in given.problems]


@pytest.mark.parametrize(
    "header",
    [
        "行号,行名,地区",
        "* 支付行号,机构名称,所在地",
        "联行号,银行名称,省市",
        "人行支付系统行号,开户行名称,城市",
        "银行行号;支行名称;地区",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_every_usual_name_of_a_column_is_known(tmp_path: Path, header: str, encoding: str) -> None:
    delimiter = ";" if ";" in header else ","
    given = read(tmp_path, header + "\n" + delimiter.join([CODE, "工商银行朝阳支行", "北京市"]) + "\n", encoding)

    assert given.branches == {CODE: Branch(CODE, "工商银行朝阳支行", "北京市")}
    assert not given.problems


def test_the_bank_beside_the_branch_is_not_the_branch(tmp_path: Path) -> None:
    given = read(tmp_path, f"银行名称,行号,行名\n工商银行,{CODE},工商银行朝阳支行\n")

    assert given.branches == {CODE: Branch(CODE, "工商银行朝阳支行")}
    assert told(given) == [("W01", 1, "银行名称")]


def test_a_workbook_with_a_title_and_full_width_digits(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["开户行目录"],
        [],
        ["行号", "行名", "地区"],
        ["１０２１０００９９９２９", " 工商银行 朝阳支行 ", None],
        [int(OTHER), "招商", ""],
    ):
        book.active.append(row)
    book.save(path := tmp_path / "list.xlsx")

    assert read_branch_list(path).branches == {
        CODE: Branch(CODE, "工商银行 朝阳支行"),
        OTHER: Branch(OTHER, "招商"),
    }


def test_the_old_workbook_is_read_too(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row, cells in enumerate([["行号", "行名"], [CODE, "工商银行朝阳支行"]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(path := tmp_path / "list.xls"))

    assert list(read_branch_list(path).branches) == [CODE]


@pytest.mark.parametrize(
    ("rows", "problems", "is_refused"),
    [
        ("10210009992,工商银行\n", [("E42", 2, "行号")], True),
        ("A02100099929,工商银行\n", [("E42", 2, "行号")], True),
        ("1.0210E+11,工商银行\n", [("E26", 2, "行号")], True),
        (",工商银行\n", [("E20", 2, "行号")], True),
        (f"{CODE},\n123,\n", [("E20", 2, "行名"), ("E42", 3, "行号"), ("E20", 3, "行名")], True),
        (f"{CODE},工商银行{'长' * 200}\n", [("E29", 2, "行名")], True),
        (f"{CODE},甲\n{OTHER},乙\n{CODE},丙\n", [("E39", 4, "行号")], True),
        (f"{CODE},甲\n{OTHER},乙\n{CODE},甲\n", [("W14", 4, "行号")], False),
        ("102100099920,工商银行\n", [("W06", 2, "行号")], False),
        ("", [("E18", 0, "")], True),
    ],
)
def test_what_is_wrong_is_named_in_one_pass(
    tmp_path: Path,
    rows: str,
    problems: list[tuple[str, int, str]],
    is_refused: bool,  # noqa: FBT001 - a table's column
) -> None:
    given = read(tmp_path, f"行号,行名\n{rows}")

    assert told(given) == problems
    assert given.is_refused is is_refused
    assert all(problem.message for problem in given.problems)


def test_a_repeated_code_says_where_it_stands_first(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, f"行号,行名\n{CODE},甲\n{CODE},乙\n").problems

    assert "“目录.csv”第 2 行" in problem.message


@pytest.mark.parametrize(("text", "code"), [("姓名,电话\n赵一,1\n", "E17"), ("行号,电话\n1,1\n", "E17"), ("", "E03")])
def test_a_file_that_is_no_directory(tmp_path: Path, text: str, code: str) -> None:
    given = read(tmp_path, text)

    assert code in {problem.code for problem in given.problems}
    assert given.is_refused


def test_a_directory_without_names_lacks_a_column(tmp_path: Path) -> None:
    assert told(read(tmp_path, f"行号,地区\n{CODE},北京\n")) == [("E10", 1, "行名")]
