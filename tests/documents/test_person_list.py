"""A list of people comes in as a workbook, a text file or our own export; what can't be taken is one sentence."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from core.documents.person_list import Listed, read_person_list
from core.documents.refusals import FRAME_COLUMNS, write_refusals
from core.domain.errors import InvalidInput
from core.domain.vocabulary import Insurance
from core.texts import explain
from tests.support.desks import person

A, B = person(1), person(2)


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_numbers_alone_make_a_list(tmp_path: Path) -> None:
    assert read_person_list(csv(tmp_path, f"社会保障号码\n{A}\n\n{B}\n")) == [Listed(A), Listed(B)]


@pytest.mark.parametrize("title", ["身份证号码", "身份证号", "公民身份号码", "证件号码"])
def test_the_column_may_be_called_as_personnel_lists_call_it(tmp_path: Path, title: str) -> None:
    assert read_person_list(csv(tmp_path, f"姓名,{title}\n赵一,{A}\n")) == [Listed(A)]


def test_months_and_insurances_are_taken_along(tmp_path: Path) -> None:
    path = csv(tmp_path, f"姓名,险种,对应缴费所属期,社会保障号码\n赵一,养老,2022-01,{A}\n钱二,,,{B}\n", "gbk")

    assert read_person_list(path) == [Listed(A, 202201, Insurance.PENSION), Listed(B)]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["退费名单"], [], ["序号", "* 社会保障号码"], [1, A], [2, B.lower()]):
        book.active.append(row)
    book.save(path := tmp_path / "list.xlsx")

    assert [line.number for line in read_person_list(path)] == [A, B]


def test_the_export_of_refusals_comes_back_as_it_went_out(tmp_path: Path) -> None:
    line = dict.fromkeys(FRAME_COLUMNS, "") | {
        "name": "赵一", "social_security_number": A, "period": 202203, "insurance": "work_injury",
        "employer_part": 1072, "personal_part": 0, "late_fee": 0, "interest": 0, "codes": "N14",
    }  # fmt: skip
    path = tmp_path / "export.xlsx"
    path.write_bytes(write_refusals(pd.DataFrame([line], columns=list(FRAME_COLUMNS))))

    assert read_person_list(path) == [Listed(A, 202203, Insurance.WORK_INJURY)]


BAD = [
    pytest.param(
        "list.csv", "姓名\n赵一\n", "文件前 10 行里没有找到“社会保障号码”（或“身份证号码”）这一列", id="no numbers"
    ),
    pytest.param("list.csv", "", "文件是空的", id="empty"),
    pytest.param("list.txt", A, "不支持的文件类型 .txt", id="another kind"),
    pytest.param("list.xlsx", "MZ", "文件内容与扩展名 .xlsx 不符", id="renamed"),
    pytest.param(
        "list.csv", "社会保障号码\n1.19999E+17\n", "第 2 行的“社会保障号码”：这一格是数字或日期格式", id="lost digits"
    ),
    pytest.param(
        "list.csv", f"社会保障号码,对应缴费所属期\n{A},2022-13\n", "第 2 行的“对应缴费所属期”：月份无法识别", id="month"
    ),
]


@pytest.mark.parametrize(("name", "text", "sentence"), BAD)
def test_what_can_not_be_taken_is_told_in_one_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")

    with pytest.raises(InvalidInput) as caught:
        read_person_list(path)
    assert explain(caught.value).startswith(sentence)
