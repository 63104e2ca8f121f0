"""Printed forms: text that stays text, our own font inside, the same bytes twice, and nothing from outside."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.documents import pdf
from core.documents.application_form import write_application
from core.documents.receipt import FiledBatch, Receipt, write_receipt
from tests.documents.printing import AT, HOSTILE, application, pages_of, words_of

FORMS = sorted(Path(pdf.__file__).with_name("forms").glob("*.typ"))
A4 = (595, 842)


def fonts_of(content: bytes) -> dict[str, bool]:
    """Every font of the file by name, and whether it is inside."""
    found = {}
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font["/DescendantFonts"]
            descriptor = inner["/FontDescriptor"]
            found[font["/BaseFont"]] = any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))
    return found


def receipt(**changes: str) -> bytes:
    given = {"employer_name": "甲公司", "employer_id": "E1", "filer": "clerk1", "bank_name": "中国工商银行", **changes}
    batches = [FiledBatch("TF2023110100000177", "R01", 6, 270144)]
    moments = {"submitted_at": "2023-11-01 10:00", "due_on": "2023-11-03", "account": "***5678"}
    return write_receipt(Receipt(**given, **moments, refused_count=3, batches=batches), AT)


def test_our_font_is_inside_and_only_the_characters_that_are_used() -> None:
    fonts = fonts_of(write_application([application()], AT))

    assert all(fonts.values())
    assert {re.sub(r"^/[A-Z]{6}\+", "", name) for name in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_a_form_is_a4_tagged_and_says_its_title_and_language() -> None:
    reader = PdfReader(io.BytesIO(write_application([application()], AT)))

    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == list(A4)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"].startswith("zh")
    assert reader.metadata is not None
    assert reader.metadata.title == "退费申请表"


def test_whatever_somebody_typed_is_printed_as_it_is() -> None:
    words = words_of(write_application([application(employer_name=HOSTILE, reason="R99", reason_note=HOSTILE)], AT))

    assert words.count("".join(HOSTILE.split())) >= 2
    assert "root:" not in words


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\x00b\x07c\u202ed", "abcd"),
        ("a\ud800b", "ab"),
        ("䶮㐀龘", "䶮㐀龘"),
        # Our font has none of these: on paper a box stands in its place, and nothing when the text is copied.
        ("\u0e01", "\x00"),
        ("𠮷", "\x00"),
    ],
    ids=["controls", "half a pair", "rare", "foreign", "rarer"],
)
def test_no_character_stops_a_form(typed: str, printed: str) -> None:
    words = words_of(receipt(employer_name=f"甲{typed}乙"))

    assert f"甲{printed}乙" in words


def test_the_same_document_has_the_same_bytes() -> None:
    assert write_application([application()], AT) == write_application([application()], AT)
    assert write_application([application()], AT) != write_application([application()], AT + timedelta(days=1))


def test_many_threads_print_at_once_and_every_one_gets_its_own() -> None:
    barrier = threading.Barrier(4)

    def print_one(number: int) -> str:
        barrier.wait()
        return words_of(receipt(employer_id=f"E{number:04d}"))

    with ThreadPoolExecutor(4) as pool:
        for number, words in enumerate(pool.map(print_one, range(4))):
            assert f"E{number:04d}" in words


def test_there_are_forms_to_look_at() -> None:
    assert {form.stem for form in FORMS} == {"application", "layout", "letter", "list", "receipt", "report"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
@pytest.mark.parametrize("means", ["eval(", "read(", "@preview", "mode:", "link(", "image("])
def test_no_form_can_run_text_open_files_or_ask_the_network(form: Path, means: str) -> None:
    assert means not in form.read_text(encoding="utf-8")


def test_a_receipt_is_one_page() -> None:
    (page,) = pages_of(receipt())

    assert "第 1 页 / 共 1 页" in page
