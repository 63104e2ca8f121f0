"""依据 is made once in Chinese, as a batch records it, and again in another language when that is shown."""

from core.domain.finding import SEPARATOR, Detail, Finding

DETAILS = (
    Detail("到账状态：{arrival}", {"arrival": "缓缴"}),
    Detail("{insurance}实收金额为 0.00 元", {"insurance": "养老"}),
)
ENGLISH = {"到账状态：{arrival}": "State: {arrival}", "缓缴": "deferred", "养老": "pension", SEPARATOR: "; "}


def english(text: str) -> str:
    return ENGLISH.get(text, text)


def test_the_basis_is_one_cell_of_sentences():
    finding = Finding.of("N17", "无可退金额", DETAILS, "无需申请")
    assert finding.basis == "到账状态：缓缴；养老实收金额为 0.00 元"


def test_the_basis_in_another_language_translates_sentences_and_labels():
    finding = Finding.of("N17", "无可退金额", iter(DETAILS[:1]), "无需申请")
    assert finding.basis_in(english) == "State: deferred"
    assert finding.basis == "到账状态：缓缴"


def test_a_finding_read_back_from_a_batch_shows_what_was_recorded():
    assert Finding("N17", "无可退金额", "到账状态：缓缴", "无需申请").basis_in(english) == "到账状态：缓缴"


def test_a_finding_made_and_one_read_back_are_equal():
    assert Finding.of("N17", "甲", DETAILS[:1], "乙") == Finding("N17", "甲", "到账状态：缓缴", "乙")
