"""Ledger files as other systems write them: rows by Chinese title, in every container that the import takes."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from openpyxl.cell import WriteOnlyCell
from stdnum.cn.uscc import calc_check_digit

from tests.support.desks import person

Row = Mapping[str, Any]


def employer(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An employer without a registered account."""
    return {
        "单位编号": f"D{number:03d}",
        "统一社会信用代码": credit_code(number),
        "单位名称": f"示例{number}公司",
        **changes,
    }


def credit_code(number: int) -> str:
    """A valid 统一社会信用代码, another one for each number."""
    digits = f"91110000MA{number:07d}"
    return digits + calc_check_digit(digits)


def contribution(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One month of an invented person: 857.60 + 428.80 for 养老, nothing else."""
    return {
        "缴费流水号": f"LS{number:06d}",
        "单位编号": "D001",
        "姓名": "赵一",
        "社会保障号码": person(1),
        "费款所属期": "2022-05",
        "缴费类型": "正常缴费",
        "应征凭证种类": "月报",
        "核定来源": "社保核定",
        "到账状态": "已到账",
        "养老缴费基数": "5360",
        "养老单位缴费金额": "857.60",
        "养老个人缴费金额": "428.80",
        **changes,
    }


def fact(kind: str = "任职", **changes: Any) -> dict[str, Any]:
    """A fact of that person; 任职 at the employer unless said otherwise."""
    where = {"单位编号": "D001"} if kind in {"参保", "任职", "无劳动关系"} else {}
    return {"社会保障号码": person(1), "事项": kind, **where, "起始": "2019-03-01", "终止": "2022-04-20", **changes}


def titles(rows: Sequence[Row]) -> list[str]:
    """Every title that a row has, in the order in which they appear."""
    return list(dict.fromkeys(title for row in rows for title in row))


def grid(rows: Sequence[Row]) -> list[list[Any]]:
    """Rows under a header of one row."""
    columns = titles(rows)
    return [list(columns), *([row.get(title, "") for title in columns] for row in rows)]


def csv_file(path: Path, cells: Sequence[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """The cells as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(cells)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def xlsx_file(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """One sheet for each keyword; cells keep their types, formulas included."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(list(row))
    book.save(path)
    return path


def text_xlsx_file(path: Path, cells: Sequence[Sequence[str]]) -> Path:
    """A workbook in which every cell is text, whatever it looks like."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in cells:
        made = [WriteOnlyCell(sheet, text) for text in row]
        for cell in made:
            cell.data_type = "s"
        sheet.append(made)
    book.save(path)
    return path


def xls_file(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """The same in the format of old."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for title, cells in sheets.items():
        sheet = book.add_sheet(title)
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                sheet.write(row, column, value, *([day] if hasattr(value, "year") else []))
    book.save(str(path))
    return path


def zip_file(path: Path, **members: bytes) -> Path:
    """A zip; ``name__csv`` becomes ``name.csv``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path
