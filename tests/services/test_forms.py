"""打印材料: what stands on the forms of a draft and of a batch, who may print them, and what is kept of it."""

import io
import json
from itertools import dropwhile
from typing import Any

import openpyxl
import pytest

from core.domain.errors import InvalidInput, NotAllowed, NotFound
from core.domain.roles import Viewer
from core.services.contributions import InvalidInputs
from core.services.desk import Desk
from core.services.drafts import open_draft
from core.services.exports import Export, open_export
from core.services.filing import submit_batch
from core.services.forms import application_form, forms_of_batch, forms_of_draft
from core.services.line_decisions import decide_lines
from core.services.previews import preview_batch
from core.services.steps import advance_batch
from core.store.schema import audit, employers, settings
from core.texts import current_language, speaking
from tests.documents.printing import pages_of, words_of
from tests.support.desks import (
    ADMIN,
    ANALYST,
    CLERK,
    COLLEAGUE,
    OTHER_CLERK,
    REVIEWER,
    Ledger,
    person,
    prepare_draft,
)
from tests.support.rounds import REFUSE, file_clear

WHILE_EMPLOYED, AFTER_LEAVING = 202203, (202205, 202206)
LONG_NOTE = "系统升级导致重复扣款，详见附件"


@pytest.fixture
def draft(desk: Desk, ledger: Ledger) -> str:
    """One person: a month that is refused, two that are not, one of these with a late fee that stays with the agency."""
    serials = ledger.leaver(1, [WHILE_EMPLOYED, AFTER_LEAVING[0]])
    serials.append(ledger.row(person(1), AFTER_LEAVING[1], pension_late_fee=3023))
    with desk.database.write() as connection:
        connection.execute(employers.update().values(uscc="91110000MA00000001"))
    return prepare_draft(desk, serials)


def file(desk: Desk, draft: str) -> tuple[str, ...]:
    preview = preview_batch(desk, CLERK, draft)
    return submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers


@pytest.fixture
def number(desk: Desk, draft: str) -> str:
    """The batch filed from it."""
    return file(desk, draft)[0]


def read(desk: Desk, viewer: Viewer, export: Export) -> bytes:
    return open_export(desk, viewer, export.export_id)[1].read_bytes()


def words(desk: Desk, export: Export, viewer: Viewer = CLERK) -> str:
    return words_of(read(desk, viewer, export))


def rows(desk: Desk, export: Export, viewer: Viewer = CLERK) -> list[tuple[Any, ...]]:
    """The table of the first sheet with its headings, without what stands above it."""
    sheet = openpyxl.load_workbook(io.BytesIO(read(desk, viewer, export))).active
    return list(dropwhile(lambda row: row[0] != "序号", sheet.iter_rows(values_only=True)))


def entries(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    with desk.read() as connection:
        found = connection.execute(audit.select().where(audit.c.action.like("export.%")))
        return [(row.actor, row.action, json.loads(row.detail)) for row in found]


# From a draft ----------------------------------------------------------------------------------------------------------


def test_the_form_of_a_draft_is_filled_in(desk: Desk, draft: str) -> None:
    said = words(desk, application_form(desk, CLERK, draft, "pdf"))

    for each in (
        "批次号：（草稿）提交前预填",
        "单位名称甲公司",
        "统一社会信用代码91110000MA00000001",
        "经办人clerk1",
        "申请日期2023年11月1日",
        "费款所属期2022-05至2022-06",
        "1人，6条",
        "银行账号0200001009012345678",
    ):
        assert each in said


def test_what_is_not_refunded_is_in_no_sum(desk: Desk, draft: str) -> None:
    """R01 keeps late fees, and the refused month is not there: 2 × (1286.40 + 53.60 + 10.72)."""
    said = words(desk, application_form(desk, CLERK, draft, "pdf"))

    assert "合计1,790.24911.200.000.002,701.44" in said
    assert "人民币贰仟柒佰零壹元肆角肆分" in said
    assert preview_batch(desk, CLERK, draft).totals.total == 270144


def test_a_late_fee_that_is_returned_is_on_the_form(desk: Desk, ledger: Ledger) -> None:
    for employer in ("E1", "E2"):
        serial = ledger.row(person(1), AFTER_LEAVING[0], employer, pension_late_fee=3023)
        if employer == "E1":
            draft = prepare_draft(desk, [serial], reason="R07")

    assert "养老857.60428.8030.230.001,316.63" in words(desk, application_form(desk, CLERK, draft, "pdf"))


def test_the_detail_list_of_a_draft_adds_up(desk: Desk, draft: str) -> None:
    table = rows(desk, forms_of_draft(desk, CLERK, draft, "lines", "xlsx"))

    assert [row[0] for row in table[1:]] == [1, 2, 3, 4, 5, 6, None, None]
    assert table[4][3:] == ("2022-06", "养老", 857.6, 428.8, 0, 0, 1286.4)
    assert table[-1] == (None, "合计", None, None, None, 1790.24, 911.2, 0, 0, 2701.44)


def test_the_refused_lines_of_a_draft_are_printed_with_cause_and_remedy(desk: Desk, draft: str) -> None:
    refused = preview_batch(desk, CLERK, draft).refusals
    said = words(desk, forms_of_draft(desk, CLERK, draft, "refusals", "pdf"))

    assert said.count("2022-03养老") == 1
    for column in ("texts", "basis", "remedy"):
        assert "".join(refused[column][0].split()) in said


def test_a_draft_with_two_kinds_of_voucher_has_two_forms(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [AFTER_LEAVING[0]])
    serials.append(ledger.row(person(1), AFTER_LEAVING[1], voucher_type="补缴"))
    draft = prepare_draft(desk, serials, split_vouchers=True)
    pages = pages_of(read(desk, CLERK, application_form(desk, CLERK, draft, "pdf")))

    assert ["2022-05" in page for page in pages] == [True, False]
    assert ["2022-06" in page for page in pages] == [False, True]
    first, second = file(desk, draft)
    assert f"其他批次：{second}" in words(desk, forms_of_batch(desk, CLERK, first, "application", "pdf"))


def test_printing_does_not_disturb_what_was_previewed(desk: Desk, draft: str) -> None:
    preview = preview_batch(desk, CLERK, draft)
    application_form(desk, CLERK, draft, "pdf")

    assert submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers


def test_an_unfinished_draft_says_what_is_missing(desk: Desk) -> None:
    with pytest.raises(InvalidInputs):
        application_form(desk, CLERK, open_draft(desk, CLERK, "E1").draft_id, "pdf")


def test_the_form_can_be_had_before_it_is_uploaded_where_papers_are_demanded(desk: Desk, draft: str) -> None:
    with desk.database.write() as connection:
        connection.execute(settings.insert(), {"key": "missing_required_material", "value": "block"})

    with pytest.raises(InvalidInputs):
        preview_batch(desk, CLERK, draft)
    assert application_form(desk, CLERK, draft, "pdf")


@pytest.mark.parametrize(("months", "form"), [([WHILE_EMPLOYED], "application"), ([AFTER_LEAVING[0]], "refusals")])
def test_where_there_is_nothing_there_is_nothing_to_print(
    desk: Desk, ledger: Ledger, months: list[int], form: str
) -> None:
    draft = prepare_draft(desk, ledger.leaver(1, months))

    with pytest.raises(InvalidInput, match="没有可以打印的记录"):
        forms_of_draft(desk, CLERK, draft, form, "pdf")
    assert entries(desk) == []


def test_a_list_too_long_for_paper_is_had_as_a_workbook(
    desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from core.services import forms

    short = {key: replace(form, most=5) if form.most else form for key, form in forms._FORMS.items()}
    monkeypatch.setattr(forms, "_FORMS", short)

    with pytest.raises(InvalidInput, match="共 6 条，打印版最多 5 条，请下载 Excel 版"):
        forms_of_draft(desk, CLERK, draft, "lines", "pdf")
    assert forms_of_draft(desk, CLERK, draft, "lines", "xlsx")


@pytest.mark.parametrize(("form", "kind"), [("receipt", "pdf"), ("application", "docx"), ("", "")])
def test_a_form_that_does_not_exist_is_refused(desk: Desk, draft: str, form: str, kind: str) -> None:
    with pytest.raises(InvalidInput, match="无法识别"):
        forms_of_draft(desk, CLERK, draft, form, kind)


# From a batch ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "kind", "name"),
    [
        ("application", "pdf", "退费申请表"),
        ("application", "xlsx", "退费申请表"),
        ("lines", "pdf", "人员退费明细表"),
        ("lines", "xlsx", "人员退费明细表"),
        ("refusals", "pdf", "不能退费情况表"),
        ("refusals", "xlsx", "不能退费情况"),
        ("receipt", "pdf", "退费申请回执"),
    ],
)
def test_every_form_of_a_batch_is_a_file_of_its_kind(desk: Desk, number: str, form: str, kind: str, name: str) -> None:
    export = forms_of_batch(desk, CLERK, number, form, kind)

    assert export.file_name == f"{name}-{number}.{kind}"
    assert export.media_type.endswith({"pdf": "/pdf", "xlsx": ".sheet"}[kind])
    assert open_export(desk, CLERK, export.export_id)[1].suffix == f".{kind}"
    assert read(desk, CLERK, export)[:4] == {"pdf": b"%PDF", "xlsx": b"PK\x03\x04"}[kind]


def test_the_form_of_a_batch_is_the_form_of_its_draft_with_a_number(desk: Desk, draft: str) -> None:
    before = words(desk, application_form(desk, CLERK, draft, "pdf"))
    (number,) = file(desk, draft)
    after = words(desk, forms_of_batch(desk, REVIEWER, number, "application", "pdf"), REVIEWER)

    assert before.replace("（草稿）提交前预填，以提交后的批次为准", number) == after


def test_the_form_of_a_batch_is_the_same_file_whenever_it_is_printed(desk: Desk, number: str) -> None:
    first = forms_of_batch(desk, CLERK, number, "application", "pdf")
    desk.clock.forward(hours=5)  # type: ignore[attr-defined]

    assert forms_of_batch(desk, CLERK, number, "application", "pdf").sha256 == first.sha256


def test_the_receipt_says_what_was_filed_and_little_of_the_account(desk: Desk, number: str) -> None:
    said = words(desk, forms_of_batch(desk, CLERK, number, "receipt", "pdf"))

    for each in (
        number,
        "甲公司",
        "2023-11-0110:00",
        "2023-11-03",
        "明细（条）",
        "3条明细（已随批次留存",
        "62,701.44",
        "贰仟柒佰零壹元肆角肆分",
    ):
        assert each in said
    assert "***5678" in said
    assert "0200001009012345678" not in said


def test_the_receipt_names_all_batches_of_the_application(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [AFTER_LEAVING[0]])
    serials.append(ledger.row(person(1), AFTER_LEAVING[1], voucher_type="补缴"))
    numbers = file(desk, prepare_draft(desk, serials, split_vouchers=True))
    said = words(desk, forms_of_batch(desk, CLERK, numbers[1], "receipt", "pdf"))

    assert all(number in said for number in numbers)
    assert "合计62,701.44" in said


def test_a_line_that_fell_in_the_review_is_on_no_form_and_stays_on_the_receipt(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 3, 6], REFUSE)
    advance_batch(desk, REVIEWER, number, "pass")
    total = "1,393.60"

    assert total in words(desk, forms_of_batch(desk, CLERK, number, "application", "pdf"))
    assert rows(desk, forms_of_batch(desk, CLERK, number, "lines", "xlsx"))[-1][-1] == 1393.6
    receipt = words(desk, forms_of_batch(desk, CLERK, number, "receipt", "pdf"))
    assert "62,701.44" in receipt
    assert total not in receipt


@pytest.mark.parametrize(("form", "kind"), [("lines", "xlsx"), ("refusals", "xlsx")])
def test_names_and_numbers_are_masked_in_workbooks(desk: Desk, number: str, form: str, kind: str) -> None:
    table = rows(desk, forms_of_batch(desk, ANALYST, number, form, kind), ANALYST)

    assert {row[1] for row in table[1:]} <= {"赵*", "小计", "合计"}
    assert person(1) not in {row[2] for row in table}


@pytest.mark.parametrize("form", ["application", "lines", "refusals", "receipt"])
def test_names_numbers_and_accounts_are_masked_on_paper(desk: Desk, number: str, form: str) -> None:
    said = words(desk, forms_of_batch(desk, ANALYST, number, form, "pdf"), ANALYST)

    assert not {word for word in ("赵一", person(1), "0200001009012345678") if word in said}


def test_people_are_counted_also_where_they_can_not_be_told_apart(desk: Desk, ledger: Ledger) -> None:
    months = [AFTER_LEAVING[0]]
    (number,) = file(desk, prepare_draft(desk, [*ledger.leaver(1, months), *ledger.leaver(11, months)]))

    assert "2人，6条" in words(desk, forms_of_batch(desk, ANALYST, number, "application", "pdf"), ANALYST)


def test_forms_are_chinese_whatever_language_is_spoken(desk: Desk, number: str) -> None:
    chinese = [
        forms_of_batch(desk, CLERK, number, form, "pdf").sha256 for form in ("application", "refusals", "receipt")
    ]
    with speaking("en"):
        english = [
            forms_of_batch(desk, CLERK, number, form, "pdf").sha256 for form in ("application", "refusals", "receipt")
        ]
        assert current_language() == "en"

    assert english == chinese


def test_a_reason_of_its_own_is_on_the_form(desk: Desk, ledger: Ledger) -> None:
    draft = prepare_draft(desk, [ledger.row(person(1), AFTER_LEAVING[0])], reason="R99", reason_note=LONG_NOTE)

    assert LONG_NOTE in words(desk, application_form(desk, CLERK, draft, "pdf"))
    assert LONG_NOTE in words(desk, forms_of_batch(desk, CLERK, file(desk, draft)[0], "application", "pdf"))


# Who may, and what is kept of it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", [COLLEAGUE, OTHER_CLERK, REVIEWER], ids=lambda viewer: viewer.username)
def test_a_draft_is_printed_by_its_owner_alone(desk: Desk, draft: str, viewer: Viewer) -> None:
    with pytest.raises(NotFound):
        application_form(desk, viewer, draft, "pdf")


@pytest.mark.parametrize("form", ["application", "receipt"])
@pytest.mark.parametrize(
    ("viewer", "error"), [(OTHER_CLERK, NotFound), (ADMIN, NotAllowed)], ids=["another employer", "administrator"]
)
def test_a_batch_is_printed_by_whoever_may_see_it(
    desk: Desk, number: str, viewer: Viewer, error: type[Exception], form: str
) -> None:
    with pytest.raises(error):
        forms_of_batch(desk, viewer, number, form, "pdf")


def test_every_form_leaves_one_entry_without_names_or_numbers(desk: Desk, draft: str) -> None:
    form = application_form(desk, CLERK, draft, "pdf")
    (number,) = file(desk, draft)
    receipt = forms_of_batch(desk, CLERK, number, "receipt", "pdf")

    assert entries(desk) == [
        ("clerk1", "export.application", {"draft": draft, "format": "pdf", "lines": 6, "size": form.size}),
        ("clerk1", "export.receipt", {"batch": number, "format": "pdf", "size": receipt.size}),
    ]
