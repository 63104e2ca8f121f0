"""退费申请表 on paper and as a workbook: every section, every amount to the fen."""

import io
from typing import Any

import openpyxl
import pytest

from core.documents.application_form import write_application
from core.documents.application_workbook import write_application_workbook
from tests.documents.printing import AT, HOSTILE, application, lines_of, pages_of, words_of

MATERIALS = 8


def cells_of(content: bytes, sheet: int = 0) -> list[Any]:
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows(values_only=True)
    return [cell for row in rows for cell in row if cell is not None]


def test_the_form_fits_on_one_page_and_has_every_section() -> None:
    (page,) = pages_of(write_application([application()], AT))

    for number, title in enumerate(
        ["单位信息", "退费事由", "退费金额（元）", "退费账户", "申请材料", "承诺", "经办机构意见"]
    ):
        assert f"{'一二三四五六七'[number]}、{title}" in page
    for words in (
        "单位（公章）",
        "法定代表人（签字）",
        "经办人（签字）",
        "受理",
        "初审",
        "复核",
        "审批",
        "第 1 页 / 共 1 页",
    ):
        assert words in page


@pytest.mark.parametrize(
    "said",
    [
        "批次号：TF2023110100000177",
        "单位名称甲公司",
        "单位编号E1",
        "统一社会信用代码91110000MA00000001",
        "经办人clerk1",
        "申请日期2023年11月1日",
        "退费原因劳动合同变动，单位未及时减员",
        "费款所属期2022-05至2022-06",
        "人数、明细数2人，12条明细",
        "养老3,430.401,715.20120.920.685,267.20",
        "失业107.20107.200.000.00214.40",
        "工伤42.880.000.000.0042.88",
        "合计3,580.481,822.40120.920.685,524.48",
        "人民币伍仟伍佰贰拾肆元肆角捌分",
        "银行账号0200001009012345678",
        "人行支付系统行号102100000021",
    ],
)
def test_what_is_printed_is_what_was_filed(said: str) -> None:
    assert said in words_of(write_application([application()], AT))


def test_a_month_alone_is_no_range() -> None:
    assert "费款所属期2022-05人数" in words_of(write_application([application(lines=lines_of(1, [202205]))], AT))


def test_a_draft_has_no_number_and_says_so() -> None:
    words = words_of(write_application([application(number="", family=())], AT))

    assert "批次号：（草稿）" in words
    assert "提交前预填" in words


def test_other_batches_of_the_same_application_are_named() -> None:
    family = ("TF2023110100000177", "TF2023110100000185")

    assert "同一次申报的其他批次：TF2023110100000185" in words_of(write_application([application(family=family)], AT))


def test_a_reason_of_its_own_is_written_out_in_full() -> None:
    note = "系统升级导致重复扣款，详见附件。" * 20

    assert note in words_of(write_application([application(reason="R99", reason_note=note)], AT))


def test_what_is_longer_than_a_page_goes_on_and_keeps_the_form_whole() -> None:
    note = "系统升级导致重复扣款，详见附件。" * 200
    content = write_application([application(reason="R99", reason_note=note)], AT)

    assert len(pages_of(content)) == 3
    assert "承诺" in words_of(content)
    # A page may end in the middle of a sentence, and no other word of the form is written with this sign.
    assert words_of(content).count("扣") == 200


def test_a_word_that_no_line_can_hold_is_broken() -> None:
    page = pages_of(write_application([application(employer_name="W" * 150)], AT))[0]
    lines = [line for line in page.splitlines() if line.count("W") > 20]

    assert max(line.count("W") for line in lines) < 100
    assert sum(line.count("W") for line in lines) >= 150


def test_each_batch_has_a_form_that_counts_its_own_pages() -> None:
    long = application(reason="R99", reason_note="系统升级导致重复扣款，详见附件。" * 20)
    pages = pages_of(write_application([application(), long, application(reason="R07")], AT))

    counted = [page.split("第 ")[-1].splitlines()[0] for page in pages]
    assert counted == ["1 页 / 共 1 页", "1 页 / 共 2 页", "2 页 / 共 2 页", "1 页 / 共 1 页"]


@pytest.mark.parametrize(
    ("reason", "demands"),
    [
        ("R01", ["必需", "建议", "建议", "—", "—", "—", "建议", "必需"]),
        ("R09", ["必需（择一）", "—", "必需（择一）", "—", "—", "—", "—", "必需"]),
    ],
)
def test_the_materials_say_what_is_there_and_what_is_asked_for(reason: str, demands: list[str]) -> None:
    cells = cells_of(write_application_workbook([application(reason=reason, papers={"M1", "M7"})]))
    first = cells.index("材料名称") + 2
    rows = [cells[first + 3 * number : first + 3 * number + 3] for number in range(MATERIALS)]

    # The form itself is there, or nobody could read it.
    assert [row[0] for row in rows] == ["√", "□", "□", "□", "□", "□", "√", "√"]
    assert [row[2] for row in rows] == demands


def test_the_workbook_says_the_same_as_the_page() -> None:
    filed = application(reason="R99", reason_note="系统升级导致重复扣款")
    words = words_of(write_application([filed], AT))

    for cell in cells_of(write_application_workbook([filed])):
        said = f"{cell:,.2f}" if isinstance(cell, int | float) else str(cell)
        if said not in {"√", "□"}:
            assert "".join(said.split()) in words


def test_amounts_of_the_workbook_are_numbers_to_the_fen() -> None:
    amounts = [cell for cell in cells_of(write_application_workbook([application()])) if not isinstance(cell, str)]

    assert amounts[-5:] == [3580.48, 1822.40, 120.92, 0.68, 5524.48]


def test_the_workbook_prints_one_page_wide_and_holds_text_as_text() -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(write_application_workbook([application(employer_name="=cmd()", reason_note=HOSTILE)]))
    ).active
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=cmd()"]

    assert cell.data_type == "s"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (9, 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.max_column == 12


def test_each_batch_has_a_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_application_workbook([application(), application()])))

    assert book.sheetnames == ["退费申请表 1", "退费申请表 2"]
