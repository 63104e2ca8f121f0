"""The workbook 不能退费情况, in the columns that others rely on."""

import io

import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

from core.documents.refusals import FRAME_COLUMNS, write_refusals, write_refusals_pdf
from tests.documents.printing import AT, words_of
from tests.support.names import REFUSAL_HEADINGS

LINES = [
    (
        "张三",
        "119999199001011234",
        202205,
        "pension",
        85760,
        42880,
        3023,
        0,
        "N01",
        "该月费款未到账",
        "到账状态：未到账",
        "待到账",
    ),
    (
        "=李四",
        "119999199002022345",
        202206,
        "work_injury",
        1072,
        0,
        0,
        1,
        "N01|N17",
        "1. 甲；2. 乙",
        "1. 丙；2. 丁",
        "1. 戊；2. 己",
    ),
]


def frame_of(lines: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=list(FRAME_COLUMNS))


def test_the_sheet_has_exactly_the_columns_that_others_rely_on() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_refusals(frame_of(LINES))))

    assert book.sheetnames == ["不能退费情况"]
    assert [cell.value for cell in book.active[1]] == list(REFUSAL_HEADINGS)


def test_every_refused_line_is_one_row() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_refusals(frame_of(LINES)))).active

    assert list(sheet.iter_rows(min_row=2, values_only=True)) == [
        (
            1,
            "张三",
            "119999199001011234",
            "2022-05",
            "养老",
            857.6,
            428.8,
            30.23,
            0,
            "N01",
            "该月费款未到账",
            "到账状态：未到账",
            "待到账",
        ),
        (
            2,
            "=李四",
            "119999199002022345",
            "2022-06",
            "工伤",
            10.72,
            0,
            0,
            0.01,
            "N01|N17",
            "1. 甲；2. 乙",
            "1. 丙；2. 丁",
            "1. 戊；2. 己",
        ),
    ]
    assert sheet["B3"].data_type == "s"


def test_columns_of_the_frame_that_nobody_asked_for_stay_out() -> None:
    content = write_refusals(
        frame_of(LINES).assign(serial="S1", internal="secret").sample(frac=1, axis=1, random_state=1)
    )

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == list(REFUSAL_HEADINGS)
    assert not any("secret" in str(cell) for row in rows for cell in row)


def test_a_long_list_reads_the_same_as_a_short_one() -> None:
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(write_refusals(frame_of(LINES * 3_000))))
        .get_sheet_by_index(0)
        .to_python()
    )

    assert rows[0] == list(REFUSAL_HEADINGS)
    assert len(rows) == 6_001
    assert rows[-1] == [
        6000,
        "=李四",
        "119999199002022345",
        "2022-06",
        "工伤",
        10.72,
        0,
        0,
        0.01,
        "N01|N17",
        "1. 甲；2. 乙",
        "1. 丙；2. 丁",
        "1. 戊；2. 己",
    ]


def test_on_paper_stand_cause_facts_and_remedy_of_every_line() -> None:
    words = words_of(write_refusals_pdf(frame_of(LINES), [("单位名称", "甲公司"), ("批次号", "（草稿）")], AT))

    assert "单位名称：甲公司批次号：（草稿）" in words
    assert "序号姓名社会保障号码所属期险种原因依据处理建议" in words
    assert "1张三1199991990010112342022-05养老该月费款未到账到账状态：未到账待到账" in words
    assert "2=李四1199991990020223452022-06工伤1.甲；2.乙1.丙；2.丁1.戊；2.己" in words
