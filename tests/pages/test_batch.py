"""退费批次: what everybody may see of a batch, who may do what with it, and that each step says what will happen."""

from dataclasses import replace

import pyotp
import pytest
from streamlit.testing.v1 import AppTest

from core.domain.lifecycle import State
from core.services import batches, drafts, filing, previews, steps
from core.services.desk import Desk
from pages.parts.timeline import stations
from tests.pages.conftest import Open
from tests.pages.reading import keys, labels, table, texts
from tests.support.desks import CLERK, FINANCE, REVIEWER, SECOND_REVIEWER, THIRD_REVIEWER, Ledger, person, prepare_draft
from tests.support.rounds import file_unregistered

FOUND = "没有找到该批次，或您无权查看"


def file(desk: Desk, serials: list[str], **changes) -> list[str]:
    """Preview and confirm; returns the numbers."""
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, serials, **changes))
    return list(filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers)


@pytest.fixture
def number(desk: Desk, ledger: Ledger) -> str:
    """A batch of two months with one refused month."""
    return file(desk, ledger.leaver(1, [202203, 202205, 202206]))[0]


@pytest.fixture
def show(open_app: Open):
    """Open a batch's page."""

    def open_batch(username: str, number: str) -> AppTest:
        app = open_app(username)
        app.query_params["no"] = number
        return app.switch_page("batch.py").run()

    return open_batch


def take(app: AppTest, step: str, note: str = "") -> AppTest:
    """Press a step's button, write a note, and press the one that does it."""
    app.button(key=step).click().run()
    if note:
        app.text_area(key="step_note").set_value(note)
    if "factor_code" in {field.key for field in app.text_input}:
        device = pyotp.TOTP(app.code[0].value.replace(" ", ""))
        app.text_input(key="factor_code").set_value(device.now())
    return app.button(key="take_step").click().run()


def test_a_station_of_the_way_says_when_and_who_on_lines_of_their_own(show, desk: Desk, number: str) -> None:
    """Side by side in a narrow column, the name broke inside the word."""
    steps.advance_batch(desk, REVIEWER, number, "accept")
    way = [each.value for each in show("clerk1", number).markdown if "待受理" in each.value and ":small[" in each.value]

    assert way[0].replace("\\", "").split("  \n")[1:] == [
        ":gray[:small[2023-11-01 10:00]]",
        ":gray[:small[reviewer1]]",
    ]


def test_number_state_next_step_and_money_are_told_first(show, number: str) -> None:
    app = show("clerk1", number)

    assert app.header[0].value == number
    assert "待受理" in texts(app)
    assert "由审核人员办理，应于 2023-11-03 前完成" in texts(app)
    assert list(app.table[0].value["合计（元）"])[-1] == 2701.44


def test_the_way_is_shown_with_what_is_done_and_what_is_to_come(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    said = texts(show("clerk1", number))

    assert ":green[:material/check_circle: 待受理]" in said
    assert ":blue[:material/hourglass_top: **待初审**]" in said
    assert ":gray[:material/radio_button_unchecked: 已支付]" in said


def test_a_step_that_was_not_needed_is_said_to_be_so(show, desk: Desk, number: str) -> None:
    for viewer, step in ((REVIEWER, "accept"), (SECOND_REVIEWER, "pass")):
        steps.advance_batch(desk, viewer, number, step)
    third = replace(REVIEWER, username="reviewer3")
    with desk.database.write() as connection:
        from core.store.schema import users

        connection.execute(users.insert(), {"username": "reviewer3", "role": "reviewer", "created_at": desk.now()})
    steps.advance_batch(desk, third, number, "pass")

    assert ":gray[:material/remove: 待审批]" in texts(show("clerk1", number))


def test_a_state_that_was_left_backwards_is_not_ticked_off(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    steps.withdraw_batch(desk, CLERK, number)
    told = {station.name: station.icon for station in stations(batches.show_batch(desk, CLERK, number))}

    assert (told["待受理"], told["待初审"]) == (":material/check_circle:", ":material/undo:")
    assert list(told) == ["待受理", "待初审", "已撤回"]


def test_lines_and_refusals_are_in_their_tabs(show, number: str) -> None:
    app = show("clerk1", number)
    assert len(table(app, "standing")) == 6

    app.session_state["batch_tabs"] = "不能退费情况 (3)"
    app.run()
    assert list(app.table[-1].value["原因代码"]) == ["N13"] * 3


def test_the_history_names_who_did_what_and_what_he_said(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    steps.advance_batch(desk, SECOND_REVIEWER, number, "return", "缺少 *退费申请表*")
    app = show("clerk1", number)
    app.session_state["batch_tabs"] = "办理记录 (3)"
    app.run()
    history = next(each.value for each in app.table if "操作" in each.value)

    assert list(history["操作"]) == ["退回补正", "受理", "确认提交"]
    assert history["意见"][0] == r"缺少 \*退费申请表\*"


def test_the_refusals_of_a_batch_can_be_exported_again(show, number: str) -> None:
    app = show("clerk1", number)
    app.session_state["batch_tabs"] = "不能退费情况 (3)"
    app.run()
    app.button(key="export_refusals").click().run()

    assert [link.url[:9] for link in app.link_button] == ["/exports/"]


def test_batches_of_one_application_name_each_other(show, desk: Desk, ledger: Ledger) -> None:
    ledger.fact(person(1), "employment", 20190301, 20220420, employer_id="E1")
    serials = [ledger.row(person(1), 202205), ledger.row(person(1), 202206, voucher_type="补缴")]
    first, second = file(desk, serials, split_vouchers=True)

    assert second in labels(show("clerk1", first))


@pytest.mark.parametrize("number", ["", "TF2023110100000999", "不是批次号"])
def test_an_unknown_number_is_not_found(show, number: str) -> None:
    app = show("clerk1", number)

    assert [error.value for error in app.error] == [FOUND]


def test_a_foreign_batch_is_told_no_other_way_than_an_unknown_one(show, number: str) -> None:
    app = show("clerk2", number)

    assert [error.value for error in app.error] == [FOUND]
    assert number not in texts(app)


def test_an_analyst_sees_no_names_numbers_or_accounts(show, number: str) -> None:
    app = show("analyst1", number)

    assert set(table(app, "standing")["name"]) == {"赵*"}
    assert person(1) not in str(table(app, "standing").values)
    assert "0200001009012345678" not in str([each.value for each in app.table])
    assert not keys(app) & {"withdraw", "step_accept"}


# --- steps ---


@pytest.mark.parametrize(
    ("username", "steps"),
    [("clerk1", {"withdraw"}), ("reviewer1", {"step_accept"}), ("finance1", set()), ("approver1", set())],
)
def test_everybody_is_offered_what_he_may_do_and_nothing_else(
    show, number: str, username: str, steps: set[str]
) -> None:
    assert {key for key in keys(show(username, number)) if key and key.startswith(("withdraw", "step_"))} == steps


def test_who_held_another_part_reads_why_there_is_no_button(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")

    app = show("reviewer1", number)
    assert "您在该批次中已承担“受理”环节" in texts(app)
    assert not [key for key in keys(app) if key and key.startswith("step_")]
    assert "已承担" not in texts(show("reviewer2", number))


def test_withdrawing_says_what_will_happen_and_frees_the_lines(show, desk: Desk, number: str) -> None:
    app = show("clerk1", number)
    app.button(key="withdraw").click().run()
    assert "批次将由“待受理”变为“已撤回”" in texts(app)
    assert "所含记录全部释放" in texts(app)
    assert batches.show_batch(desk, CLERK, number).state is State.SUBMITTED

    app.button(key="take_step").click().run()
    assert batches.show_batch(desk, CLERK, number).state is State.WITHDRAWN
    assert not keys(app) & {"withdraw", "take_step"}
    assert drafts.open_draft(desk, CLERK, "E1").row_count == 0


@pytest.mark.parametrize(
    ("username", "step", "further"),
    [
        ("clerk1", "withdraw", "所含记录可重新申报"),
        ("reviewer1", "reject", "行政复议、行政诉讼）见“打印”中的“不予退费决定书”"),
    ],
    ids=["withdrawn", "rejected"],
)
def test_a_batch_that_ended_unpaid_says_what_was_asked_for_and_not_how_it_is_paid(
    show, desk: Desk, number: str, username: str, step: str, further: str
) -> None:
    assert "按基金分别支付" in texts(show("clerk1", number))
    steps.advance_batch(desk, THIRD_REVIEWER, number, "accept")
    said = {"note": "材料不足", "code": "N13"} if step == "reject" else {}
    steps.advance_batch(desk, CLERK if step == "withdraw" else REVIEWER, number, step, **said)
    app = show(username, number)
    assert [each.value for each in app.subheader][:1] == ["申请金额"]
    assert "按基金分别支付" not in texts(app)
    assert further in texts(app)


def test_sending_a_batch_back_needs_a_reason_and_keeps_what_was_typed(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    app = take(show("reviewer2", number), "step_return")
    assert "请填写意见" in texts(app)
    assert batches.show_batch(desk, CLERK, number).state is State.FIRST_REVIEW

    app.text_area(key="step_note").set_value("缺少退费申请表")
    app.button(key="take_step").click().run()
    assert batches.show_batch(desk, CLERK, number).state is State.RETURNED
    assert batches.show_batch(desk, CLERK, number).events[-1].note == "缺少退费申请表"


def test_an_account_that_is_not_registered_is_checked_before_the_batch_passes(show, desk: Desk, ledger: Ledger) -> None:
    number = file_unregistered(desk, ledger)
    app = show("reviewer2", number)
    assert "账户信息待核" in texts(app)
    app.button(key="step_pass").click().run()
    assert "请将以下账户与申请材料逐项核对" in texts(app)
    app.button(key="take_step").click().run()
    assert "请在批次页核对账户与申请材料一致" in texts(app)

    app.checkbox(key="account_checked").check().run()
    app.button(key="take_step").click().run()
    again = texts(show("reviewer2", number))
    assert "初审已核对退费账户与申请材料一致" in again
    assert "账户信息待核" not in again
    assert batches.show_batch(desk, CLERK, number).events[-1].note == "已核对退费账户与申请材料一致"


def test_a_registered_account_is_not_asked_about(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    app = show("reviewer2", number)
    app.button(key="step_pass").click().run()
    assert "account_checked" not in {box.key for box in app.checkbox}


def test_somebody_else_was_quicker_is_told_beside_the_button(show, desk: Desk, number: str) -> None:
    app = show("reviewer1", number)
    app.button(key="step_accept").click().run()
    steps.withdraw_batch(desk, CLERK, number)
    app.button(key="take_step").click().run()

    assert "不能进行此操作" in texts(app)
    assert batches.show_batch(desk, CLERK, number).state is State.WITHDRAWN


def test_a_dialog_that_was_left_by_the_back_button_is_closed(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    app = show("reviewer2", number)
    app.button(key="step_return").click().run()
    assert "take_step" in {button.key for button in app.button}
    app.switch_page("batches.py").run()
    app.query_params["no"] = number
    app.switch_page("batch.py").run()
    keys_now = {button.key for button in app.button}
    assert ("step_return" in keys_now, "take_step" in keys_now) == (True, False)


def test_who_meant_the_first_review_does_not_pass_the_second(show, desk: Desk, number: str) -> None:
    """Both steps are called 通过 by the lifecycle, and a colleague was quicker."""
    steps.advance_batch(desk, THIRD_REVIEWER, number, "accept")
    app = show("reviewer1", number)
    app.button(key="step_pass").click().run()
    steps.advance_batch(desk, SECOND_REVIEWER, number, "pass")
    app.button(key="take_step").click().run()
    assert "该批次已由“待初审”变为“待复核”" in texts(app)
    assert batches.show_batch(desk, CLERK, number).state is State.SECOND_REVIEW


def test_from_review_to_payment_on_the_pages_alone(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    with desk.database.write() as connection:
        from core.store.schema import users

        connection.execute(users.insert(), {"username": "reviewer3", "role": "reviewer", "created_at": desk.now()})
    for username, step in (
        ("reviewer2", "step_pass"),
        ("reviewer3", "step_pass"),
        ("finance1", "step_pay"),
        ("finance1", "step_settle"),
        ("finance1", "step_close"),
    ):
        assert not take(show(username, number), step, "银行回单核对一致" if step == "step_settle" else "").exception

    assert batches.show_batch(desk, FINANCE, number).state is State.CLOSED


def test_the_timeline_names_who_dealt_with_each_state(show, desk: Desk, number: str) -> None:
    steps.advance_batch(desk, REVIEWER, number, "accept")
    steps.advance_batch(desk, SECOND_REVIEWER, number, "pass")
    app = show("clerk1", number)
    told = {station.name: station.detail for station in stations(batches.show_batch(desk, CLERK, number))}
    assert told["待受理"].endswith(REVIEWER.username)
    assert told["待初审"].endswith(SECOND_REVIEWER.username)
    assert told["待复核"].endswith("起")
    assert told["待审批"] == ""
    assert told["待受理"].split()[0] in texts(app)
