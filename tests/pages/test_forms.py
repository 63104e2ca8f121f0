"""打印材料 on the screens: what is offered where, one link at a time, and the sentence where nothing can be printed."""

import io

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from core.domain.errors import InvalidInput
from core.domain.wording import N_
from core.services import batches, filing, previews, steps
from core.services.desk import Desk
from core.services.drafts import open_draft
from core.services.exports import open_export
from core.services.forms import FIELD
from core.services.line_decisions import decide_lines
from tests.documents.printing import words_of
from tests.pages.conftest import Open
from tests.pages.reading import keys, texts
from tests.support.desks import CLERK, FINANCE, REVIEWER, THIRD_REVIEWER, Ledger, person, prepare_draft
from tests.support.rounds import RETURN, file_clear, file_serials, to_payment

OF_A_DRAFT = {"print_application_pdf", "print_application_xlsx", "print_lines_pdf", "print_lines_xlsx"}


@pytest.fixture
def draft(desk: Desk, ledger: Ledger) -> str:
    """A leaver's draft with one month that is refused and two that are refunded."""
    return prepare_draft(desk, ledger.leaver(1, [202203, 202205, 202206]))


@pytest.fixture
def numbers(desk: Desk, ledger: Ledger) -> tuple[str, ...]:
    """Two batches of one application."""
    ledger.fact(person(2), "employment", 20190301, 20220420, employer_id="E1")
    serials = [ledger.row(person(2), 202205), ledger.row(person(2), 202206, voucher_type="补缴")]
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, serials, split_vouchers=True))
    return filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers


def links(app: AppTest) -> list[str]:
    """Where the links to files lead."""
    return [link.url for link in app.link_button if link.url.startswith("/exports/")]


def made(app: AppTest, desk: Desk) -> bytes:
    """The file behind the only link."""
    (url,) = links(app)
    return open_export(desk, CLERK, url.removeprefix("/exports/"))[1].read_bytes()


def printing(app: AppTest) -> set[str]:
    return {key for key in keys(app) if key and key.startswith("print_")}


def test_the_application_offers_its_filled_in_form(open_app: Open, desk: Desk, draft: str) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="application_form").click().run()

    assert not app.exception
    assert "甲公司" in words_of(made(app, desk))
    assert "2,701.44" in words_of(made(app, desk))


def test_what_is_typed_at_that_moment_is_on_the_form(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    prepare_draft(desk, [ledger.row(person(1), 202205)], reason="R99", reason_note="系统升级导致重复扣款")
    app = open_app("clerk1", "apply.py")
    app.text_area(key="reason_note").set_value("系统升级导致重复扣款，附件另附")
    app.button(key="application_form").click().run()

    assert "系统升级导致重复扣款，附件另附" in words_of(made(app, desk))


def test_an_unfinished_application_is_told_what_the_form_wants(open_app: Open) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="application_form").click().run()

    assert links(app) == []
    assert "请选择退费原因" in texts(app)
    assert "请先查询并勾选需要退费的记录" in texts(app)
    assert "请先更正以下 2 处" in app.error[-1].value


def test_several_forms_of_a_preview_are_made_one_after_the_other(open_app: Open, desk: Desk, draft: str) -> None:
    app = open_app("clerk1", "confirm.py")
    assert printing(app) == {*OF_A_DRAFT, "print_refusals_pdf"}
    assert links(app) == []

    app.button(key="print_application_pdf").click().run()
    first = links(app)
    assert "（草稿）" in words_of(made(app, desk))
    app.button(key="print_lines_xlsx").click().run()
    assert len(links(app)) == 1
    assert links(app) != first
    assert openpyxl.load_workbook(io.BytesIO(made(app, desk))).sheetnames == ["人员退费明细表"]
    assert not app.button(key="confirm").disabled


def test_where_nothing_is_refused_there_is_no_list_of_refusals(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    prepare_draft(desk, ledger.leaver(1, [202205]))

    assert printing(open_app("clerk1", "confirm.py")) == OF_A_DRAFT


def test_what_can_not_be_printed_is_told_beside_the_buttons(
    open_app: Open, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise InvalidInput(N_("没有可以打印的记录"), field=FIELD)

    app = open_app("clerk1", "confirm.py")
    monkeypatch.setattr("pages.parts.forms.forms_of_draft", refuse)
    app.button(key="print_lines_pdf").click().run()

    assert "没有可以打印的记录" in texts(app)
    assert links(app) == []


def test_the_receipt_offers_itself_and_a_form_for_each_batch(
    open_app: Open, desk: Desk, numbers: tuple[str, ...]
) -> None:
    app = open_app("clerk1")
    app.query_params["no"] = numbers[0]
    app.switch_page("confirm.py").run()
    assert printing(app) == {"print_receipt", *(f"print_application_{number}" for number in numbers)}

    app.button(key="print_receipt").click().run()
    assert all(number in words_of(made(app, desk)) for number in numbers)
    app.button(key=f"print_application_{numbers[1]}").click().run()
    assert f"批次号：{numbers[1]}" in words_of(made(app, desk))


def test_a_batch_offers_everything_behind_one_button(open_app: Open, desk: Desk, draft: str) -> None:
    preview = previews.preview_batch(desk, CLERK, draft)
    filing.submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint)
    number = batches.list_batches(desk, CLERK).rows["number"][0]
    app = open_app("clerk1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run()
    assert printing(app) == {*OF_A_DRAFT, "print_refusals_pdf", "print_receipt"}
    assert "通知" not in texts(app)

    app.button(key="print_refusals_pdf").click().run()
    assert "不在退费原因对应的期间" in words_of(made(app, desk))
    assert open_draft(desk, CLERK, "E1").row_count == 0


def show(open_app: Open, number: str, username: str = "clerk1") -> AppTest:
    app = open_app(username)
    app.query_params["no"] = number
    return app.switch_page("batch.py").run()


def test_a_returned_batch_offers_its_letters_the_latest_first(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], RETURN)
    steps.advance_batch(desk, REVIEWER, number, "return", "离职证明没有盖章")
    app = show(open_app, number)
    labels = [button.label for button in app.button]
    assert labels.index("补正通知（PDF）") + 1 == labels.index("受理回执（PDF）")
    assert "print_person" not in keys(app)

    app.button(key="print_supplement_1_pdf").click().run()
    assert "离职证明没有盖章" in words_of(made(app, desk))


@pytest.fixture
def paid(desk: Desk, ledger: Ledger) -> str:
    """A batch of two people that was paid."""
    number = file_serials(desk, [*ledger.leaver(1, [202205]), *ledger.leaver(11, [202206])])
    steps.advance_batch(desk, THIRD_REVIEWER, number, "accept")
    to_payment(desk, number)
    for step, note in (("pay", ""), ("settle", "银行回单 0001")):
        steps.advance_batch(desk, FINANCE, number, step, note)
    return number


def test_a_paid_batch_offers_a_certificate_for_the_person_who_is_chosen(open_app: Open, desk: Desk, paid: str) -> None:
    app = show(open_app, paid)
    app.button(key="print_certificate").click().run()
    assert "请选择要开具证明的人员" in texts(app)
    assert links(app) == []

    chosen = app.selectbox(key="print_person")
    assert chosen.options == [f"赵一 {person(1)}", f"赵一 {person(11)}"]
    chosen.select_index(1).run()
    app.button(key="print_certificate").click().run()
    said = words_of(made(app, desk))
    assert person(11) in said
    assert person(1) not in said


def test_who_sees_masked_numbers_chooses_among_masked_people(open_app: Open, paid: str) -> None:
    options = show(open_app, paid, "analyst1").selectbox(key="print_person").options

    assert len(options) == 2
    assert all(each.startswith("赵* 119***") for each in options)


def test_of_very_many_people_those_are_offered_that_fit(
    open_app: Open, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.letters._MOST_PEOPLE", 1)
    app = show(open_app, paid)
    app.text_input(key="print_person_search").set_value(person(11)).run()

    assert app.selectbox(key="print_person").options == [f"赵一 {person(11)}"]
