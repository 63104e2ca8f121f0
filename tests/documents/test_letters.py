"""The agency's letters on paper: their numbers, what somebody typed, long lists, wide amounts."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from core.documents.letters import words
from core.documents.letters.acceptance import Acceptance, acceptance_letter
from core.documents.letters.certificate import Certificate, certificate
from core.documents.letters.completion import Completion, Transfer, completion_letter
from core.documents.letters.letter import Head, Letter, reference, write_annex, write_letter
from core.documents.letters.refusal import Cause, Refusal, RefusedLine, refusal_letter
from core.documents.letters.supplement import LineToSupplement, Supplement, supplement_letter
from core.domain.agency import FIELDS, Agency
from core.domain.vocabulary import Insurance
from tests.documents.printing import AT, HOSTILE, lines_of, pages_of, words_of

NUMBER = "TF202311010000017"
AGENCY = Agency(*(default for _field, _meaning, default in FIELDS))
HEAD = Head(NUMBER, "甲公司", "E1", "劳动合同变动，单位未及时减员", date(2023, 11, 1), AGENCY, date(2023, 11, 2), AT)
PAID = dict.fromkeys(Insurance, Transfer("2023-11-02", "5678"))
LINE = LineToSupplement(2, "张三", "11999919900101001X", 202205, Insurance.PENSION, "请补充离职证明")
REFUSED = RefusedLine(2, "张三", "11999919900101001X", 202205, Insurance.PENSION, 128640, "N13", "该月仍在岗")
CAUSES = [Cause("N13", "不在退费原因对应的期间", "请核对月份")]


def letters(head: Head = HEAD, name: str = "张三", text: str = "请补充") -> dict[str, Letter]:
    """Each of the letters once, with what can be typed into it."""
    lines = lines_of(1, [202205], name)
    paid = Completion(head, lines, PAID)
    refused = replace(REFUSED, name=name, fact=text)
    return {
        "acceptance": acceptance_letter(Acceptance(head, lines, head.day, 13, head.day, {"M1": 1})),
        "supplement": supplement_letter(
            Supplement(head, text, [replace(LINE, name=name, text=text)], [("M1", "M3")], ["M2"], 0, head.day)
        ),
        "refusal": refusal_letter(Refusal(head, True, text, [refused], CAUSES)),
        "completion": completion_letter(paid),
        "certificate": certificate(Certificate(paid, name, LINE.social_security_number)),
    }


@pytest.mark.parametrize(
    ("title", "turn", "number"),
    [
        (words.ACCEPTANCE, 1, "退费〔2023〕受字第1101000001号"),
        (words.SUPPLEMENT, 1, "退费〔2023〕补字第1101000001号"),
        (words.SUPPLEMENT, 2, "退费〔2023〕补字第1101000001-2号"),
        (words.REFUSAL, 1, "退费〔2023〕决字第1101000001号"),
        (words.COMPLETION, 1, "退费〔2023〕结字第1101000001号"),
        (words.CERTIFICATE, 31, "退费〔2023〕证字第1101000001-31号"),
    ],
)
def test_a_letter_has_the_number_of_its_batch(title: str, turn: int, number: str) -> None:
    assert reference(title, NUMBER, turn) == number


def test_batches_of_other_days_have_other_numbers() -> None:
    """A batch's sequence begins anew every day; the day is in the number."""
    assert reference(words.ACCEPTANCE, NUMBER) != reference(words.ACCEPTANCE, NUMBER.replace("1101", "1102"))


@pytest.mark.parametrize("kind", letters())
def test_whatever_somebody_typed_is_printed_as_it_is(kind: str) -> None:
    agency = replace(AGENCY, name=HOSTILE, contact=HOSTILE)
    letter = letters(replace(HEAD, employer_name=HOSTILE, agency=agency), HOSTILE, HOSTILE)[kind]
    said = words_of(write_letter(letter))

    assert said.count("".join(HOSTILE.split())) >= 4
    assert "root:" not in said


@pytest.mark.parametrize("kind", letters())
def test_a_letter_is_one_tagged_page_with_title_number_and_seal(kind: str) -> None:
    letter = letters()[kind]
    reader = PdfReader(io.BytesIO(content := write_letter(letter)))
    (said,) = pages_of(content)

    assert reader.metadata is not None
    assert reader.metadata.title == letter.title
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert said.count(reference(letter.title, NUMBER)) == 2
    assert "盖章" in said
    assert "2023年11月2日" in said
    assert content == write_letter(letters()[kind])


@pytest.mark.parametrize("kind", letters())
def test_a_masked_letter_says_that_it_is_not_to_be_used(kind: str) -> None:
    assert words.MASKED in words_of(write_letter(letters(replace(HEAD, masked=True))[kind]))
    assert words.MASKED not in words_of(write_letter(letters()[kind]))


def test_a_long_list_has_its_headings_on_every_page_and_loses_no_line() -> None:
    many = [replace(LINE, name=f"赵{number:04d}") for number in range(400)]
    pages = pages_of(write_letter(supplement_letter(Supplement(HEAD, "见明细", many, [], [], 0, HEAD.day))))

    assert len(pages) > 5
    assert all("需要补正的内容" in page for page in pages[:-1])
    assert all(f"第 {number} 页 / 共 {len(pages)} 页" in page for number, page in enumerate(pages, start=1))
    said = "".join(pages)
    assert all(said.count(each.name) == 1 for each in many)


def test_large_amounts_stay_on_their_line() -> None:
    lines = lines_of(1, [202205]).assign(employer_part=9_999_999_99, refundable=9_999_999_99)
    pages = pages_of(write_letter(completion_letter(Completion(HEAD, lines, PAID))))

    assert "9,999,999.99" in pages[0]
    assert "29,999,999.97" in pages[0]


def test_a_fund_without_money_pays_on_no_day() -> None:
    lines = lines_of(1, [202205])
    only = lines[lines["insurance"] == "pension"]
    said = words_of(
        write_letter(completion_letter(Completion(HEAD, only, {Insurance.PENSION: PAID[Insurance.PENSION]})))
    )

    assert said.count("尾号") == 1
    assert "工伤" not in said


def test_the_workbook_of_a_completion_has_lines_and_no_sums() -> None:
    content = write_annex(letters()["completion"])
    assert content is not None
    rows: list[tuple[Any, ...]] = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))

    assert rows[0] == (
        *("序号", "姓名", "社会保障号码", "所属期", "险种"),
        *("单位缴费", "个人缴费", "滞纳金", "利息", "退费金额", "付款日期"),
    )
    assert [row[0] for row in rows[1:]] == [1, 2, 3]
    assert rows[1][3:] == ("2022-05", "养老", 857.6, 428.8, 30.23, 0.17, 1316.8, "2023-11-02")


@pytest.mark.parametrize("kind", ["acceptance", "certificate"])
def test_a_letter_without_a_list_to_go_on_with_has_no_workbook(kind: str) -> None:
    assert write_annex(letters()[kind]) is None
