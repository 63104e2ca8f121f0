"""人员退费明细表: every line, a subtotal for whoever has several months, a total, headings on every page."""

import io
import subprocess
import sys
from pathlib import Path

import openpyxl
from pypdf import PdfReader

from core.documents.line_list import write_lines_pdf, write_lines_workbook
from tests.documents.printing import AT, HOSTILE, application, lines_of, pages_of, words_of

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = ["序号", "姓名", "社会保障号码", "所属期", "险种", "单位", "个人", "滞纳金", "利息", "退费金额"]


#: The title, whose list it is, and the note on what is listed.
ABOVE = 6


def rows_of(content: bytes, sheet: int = 0) -> list[tuple[object, ...]]:
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows(values_only=True))
    return rows[ABOVE:]


def test_lines_stand_person_by_person_with_subtotals_and_a_total() -> None:
    shuffled = lines_of(2, [202205, 202206]).sample(frac=1, random_state=3)
    head, *rows = rows_of(write_lines_workbook([application(lines=shuffled)]))

    assert list(head) == HEADINGS
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5, 6, None, 7, 8, 9, 10, 11, 12, None, None]
    assert rows[0] == (1, "张三", "11999919900101000X", "2022-05", "养老", 857.6, 428.8, 30.23, 0.17, 1316.8)
    assert [row[4] for row in rows[:3]] == ["养老", "失业", "工伤"]
    assert rows[6] == (None, "小计", None, None, None, 1790.24, 911.2, 60.46, 0.34, 2762.24)
    assert rows[-1] == (None, "合计", None, None, None, 3580.48, 1822.4, 120.92, 0.68, 5524.48)


def test_every_batch_has_a_sheet_that_says_whose_it_is() -> None:
    """A draft that was split: each list begins at 1, ends in its own total, and names its batch and its reason."""
    other = application(number="TF2023110100000258", reason="R07", employer_name="=1+1", lines=lines_of(1, [202206]))
    content = write_lines_workbook([application(), other])
    book = openpyxl.load_workbook(io.BytesIO(content))

    assert book.sheetnames == ["人员退费明细表 1", "人员退费明细表 2"]
    said = [[row[0].value for row in sheet.iter_rows(max_row=ABOVE)] for sheet in book.worksheets]
    assert said[0][:5] == [
        "人员退费明细表",
        "单位名称：甲公司",
        "单位编号：E1",
        "批次号：TF2023110100000177",
        "退费原因：劳动合同变动，单位未及时减员",
    ]
    assert said[1][1] == "单位名称：=1+1"
    assert said[1][3] == "批次号：TF2023110100000258"
    for sheet, lines in ((0, 12), (1, 3)):
        head, *rows = rows_of(content, sheet)
        assert list(head) == HEADINGS
        assert [row[0] for row in rows if row[0]] == list(range(1, lines + 1))
        assert [row[1] for row in rows].count("合计") == 1
    assert book.worksheets[1].freeze_panes == "A8"
    assert book.worksheets[1].print_title_rows == "$7:$7"
    assert book.worksheets[1].auto_filter.ref == "A7:J11"


def test_a_draft_says_that_it_is_one() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_lines_workbook([application(number="", family=())])))

    assert book.sheetnames == ["人员退费明细表"]
    assert book.active["A4"].value == "批次号：（草稿）"


def test_who_has_one_month_needs_no_subtotal() -> None:
    rows = rows_of(write_lines_workbook([application(lines=lines_of(2, [202205]))]))

    assert [row[1] for row in rows[1:]] == ["张三"] * 6 + ["合计"]


def test_people_under_one_masked_number_stay_apart() -> None:
    masked = lines_of(2, [202205, 202206]).assign(name="张*", social_security_number="119***********000X")
    rows = rows_of(write_lines_workbook([application(lines=masked)]))

    assert [row[1] for row in rows].count("小计") == 2


def test_sixty_people_take_several_pages_each_with_headings_and_its_number() -> None:
    content = write_lines_pdf([application(lines=lines_of(60, [202205]))], AT)
    pages = pages_of(content)

    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert all(heading in page for heading in HEADINGS)
        assert f"第 {number} 页 / 共 {len(pages)} 页" in page
    assert "合计53,707.2027,336.001,813.8010.2082,867.20" in words_of(content)
    width, height = PdfReader(io.BytesIO(content)).pages[0].mediabox[2:]
    assert width > height


def test_the_page_says_whose_list_it_is() -> None:
    words = words_of(write_lines_pdf([application()], AT))

    assert "单位名称：甲公司单位编号：E1批次号：TF2023110100000177退费原因：劳动合同变动，单位未及时减员" in words


def test_a_name_is_printed_as_it_is() -> None:
    words = words_of(write_lines_pdf([application(lines=lines_of(1, [202205], name=HOSTILE))], AT))

    assert words.count("".join(HOSTILE.split())) == 3


MEASURED = """
import resource
from core.documents.line_list import write_lines_pdf
from tests.documents.printing import AT, application, lines_of

for number in range(6):
    write_lines_pdf([application(employer_id=f"E{number}", lines=lines_of(130, [202205, 202206]))], AT)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_long_lists_are_not_remembered() -> None:
    """Six different lists take the memory of two: typst would keep some 80 MB of each."""
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=ROOT, capture_output=True, text=True, check=True)
    taken = [int(megabytes) for megabytes in done.stdout.split()]

    assert len(taken) == 6
    assert taken[-1] - taken[1] < 120


def test_a_long_list_does_without_tags_and_loses_no_line() -> None:
    content = write_lines_pdf([application(lines=lines_of(210, [202205]))], AT)

    assert "/StructTreeRoot" not in PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert words_of(content).count("11999919900101") == 630
