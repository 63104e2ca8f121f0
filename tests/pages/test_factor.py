"""动态验证码 on the screens: asked in the dialog of the very step, enrolled there the first time, not asked again for minutes."""

from dataclasses import replace

import pyotp
import pytest
from streamlit.testing.v1 import AppTest

from core.domain.roles import SYSTEM
from core.services import accounts, batches, filing, previews, second_factor, settings, steps
from core.services.desk import Desk
from core.store import sign_ins
from tests.pages.conftest import Open, sign_in_as
from tests.pages.reading import keys, table, texts
from tests.support.desks import ADMIN, APPROVER, CLERK, FINANCE, REVIEWER, SECOND_REVIEWER, Ledger, prepare_draft


@pytest.fixture(autouse=True)
def _screens_have_the_clock_of_the_test(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.access.shared_desk", lambda: desk)


@pytest.fixture
def number(desk: Desk, ledger: Ledger) -> str:
    """A batch that waits for its approval."""
    settings.change_setting(desk, SYSTEM, "approval_threshold_yuan", "0")
    accounts.create_user(desk, ADMIN, "reviewer3", REVIEWER.role)
    third = replace(REVIEWER, username="reviewer3")
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, ledger.leaver(1, [202205])))
    filed = filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]
    for viewer, step in ((REVIEWER, "accept"), (SECOND_REVIEWER, "pass"), (third, "pass")):
        steps.advance_batch(desk, viewer, filed, step)
    return filed


@pytest.fixture
def dialog(open_app: Open, number: str) -> AppTest:
    """The approver's dialog of 审批通过."""
    app = open_app("approver1")
    app.query_params["no"] = number
    return app.switch_page("batch.py").run().button(key="step_pass").click().run()


def secret_of(app: AppTest) -> str:
    return app.code[0].value.replace(" ", "")


def code_of(desk: Desk, secret: str) -> str:
    return pyotp.TOTP(secret).at(desk.clock())


def state_of(desk: Desk, number: str) -> str:
    return batches.show_batch(desk, CLERK, number).state


def test_the_first_time_one_dialog_enrols_and_takes_the_step(desk: Desk, number: str, dialog: AppTest) -> None:
    assert "首次使用，请先登记动态验证码" in texts(dialog)
    dialog.text_input(key="factor_code").set_value(code_of(desk, secret_of(dialog)))
    dialog.button(key="take_step").click().run()

    assert state_of(desk, number) == "payable"
    assert second_factor.enrolled_at(desk, APPROVER)
    assert not dialog.exception


@pytest.mark.parametrize("typed", ["", "000000"])
def test_without_the_right_code_nothing_is_done_and_the_note_stays(
    desk: Desk, number: str, dialog: AppTest, typed: str
) -> None:
    dialog.text_area(key="step_note").set_value("同意")
    dialog.text_input(key="factor_code").set_value(typed)
    dialog.button(key="take_step").click().run()

    assert "动态验证码" in texts(dialog)
    assert state_of(desk, number) == "approval"
    assert dialog.text_area(key="step_note").value == "同意"
    dialog.text_input(key="factor_code").set_value(code_of(desk, secret_of(dialog)))
    dialog.button(key="take_step").click().run()
    assert batches.show_batch(desk, CLERK, number).events[-1].note == "同意"


def test_several_approvals_ask_for_one_code_in_their_dialog(desk: Desk, number: str, open_app: Open) -> None:
    app = open_app("approver1", "review.py")
    app.session_state["_bulk"] = (number,)
    app.run()
    assert "审批通过：1 批" in texts(app)
    app.text_input(key="factor_code").set_value("000000")
    app.button(key="take_bulk").click().run()
    assert state_of(desk, number) == "approval"
    assert "动态验证码不正确" in texts(app)

    app.text_input(key="factor_code").set_value(code_of(desk, secret_of(app)))
    app.button(key="take_bulk").click().run()
    assert state_of(desk, number) == "payable"
    assert "批量办理结果：成功 1 批，未办理 0 批" in texts(app)


def test_a_fresh_factor_is_not_asked_again_and_a_stale_one_is(desk: Desk, number: str, open_app: Open) -> None:
    app = open_app("approver1", "account.py")
    device = secret_of(app)
    app.text_input(key="factor_code").set_value(code_of(desk, device))
    app.button(key="enrol_factor").click().run()
    assert "已于 2023-11-01 10:00 登记" in texts(app)

    app.query_params["no"] = number
    app.switch_page("batch.py").run().button(key="step_pass").click().run()
    assert "factor_code" not in {field.key for field in app.text_input}

    desk.clock.forward(minutes=6)
    app.button(key="take_step").click().run()
    assert "请输入 6 位动态验证码" in texts(app)
    assert state_of(desk, number) == "approval"
    app.text_input(key="factor_code").set_value(code_of(desk, device))
    app.button(key="take_step").click().run()
    assert state_of(desk, number) == "payable"


def test_sending_back_asks_for_no_code(number: str, open_app: Open) -> None:
    app = open_app("approver1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run().button(key="step_return").click().run()

    assert "factor_code" not in {field.key for field in app.text_input}


def test_the_demonstration_tells_the_code_and_says_so(
    desk: Desk, number: str, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUND_DEMO", "1")
    app = open_app("approver1", "account.py")

    told = next(warning.value for warning in app.warning if "现在的动态验证码" in warning.value)
    assert "仅演示环境" in told
    assert code_of(desk, secret_of(app)) in told


# --- administrators ---


def enrolled(desk: Desk, username: str) -> None:
    session = sign_in_as(desk, username)
    viewer = replace(APPROVER, username=username)
    code = code_of(desk, second_factor.begin_enrolment(desk, viewer, session).secret)
    second_factor.confirm_enrolment(desk, viewer, session, code)


def test_an_administrator_resets_a_factor_with_his_own(desk: Desk, open_app: Open) -> None:
    enrolled(desk, "approver1")
    app = open_app("admin1", "settings.py")
    app.session_state["settings_tabs"] = "用户"
    app.run()
    assert (
        dict(zip(table(app, "factor")["username"], table(app, "factor")["factor"], strict=True))["approver1"]
        == "✓ 已登记"
    )
    app.selectbox(key="chosen_user").select("approver1").run()
    app.button(key="reset_factor").click().run()
    app.text_input(key="factor_code").set_value(code_of(desk, secret_of(app)))
    app.button(key="confirm_reset_factor").click().run()

    assert not second_factor.enrolled_at(desk, APPROVER)
    assert "confirm_reset_factor" not in keys(app)
    with desk.read() as connection:
        assert not sign_ins.read_live_sessions(connection, "approver1")


def test_where_the_switch_says_so_accounts_are_made_after_a_code(desk: Desk, open_app: Open) -> None:
    settings.change_setting(desk, SYSTEM, "factor_for_user_changes", "on")
    app = open_app("admin1", "settings.py")
    app.session_state["settings_tabs"] = "用户"
    app.run()
    app.selectbox(key="new_role").select(APPROVER.role)
    app.text_input(key="new_username").set_value("wang.li")
    app.button(key="add_user").click().run()
    assert accounts.viewer_of(desk, "wang.li") is None
    assert "请先输入动态验证码" in texts(app)

    app.text_input(key="factor_code").set_value(code_of(desk, secret_of(app)))
    app.button(key="show_factor").click().run()
    app.button(key="add_user").click().run()
    assert accounts.viewer_of(desk, "wang.li") is not None


@pytest.mark.parametrize(
    ("key", "value"), [("setting_approval_threshold_yuan", "1000000"), ("setting_fund_pension_account", "6222020299")]
)
def test_a_switch_that_guards_money_is_changed_after_a_code(desk: Desk, open_app: Open, key: str, value: str) -> None:
    """The administrator has no device yet: he enrols in the dialog."""

    def kept() -> str:
        with desk.read() as connection:
            return desk.settings(connection)[key.removeprefix("setting_")]

    before = kept()
    app = open_app("admin1", "settings.py")
    app.text_input(key=key).set_value(value).run()
    assert kept() == before
    assert f"由“{before}”改为“{value}”" in texts(app).replace("\\", "")

    app.text_input(key="factor_code").set_value("000000")
    app.button(key="confirm_setting").click().run()
    assert kept() == before

    app.text_input(key="factor_code").set_value(code_of(desk, secret_of(app)))
    app.button(key="confirm_setting").click().run()
    assert kept() == value
    assert "confirm_setting" not in keys(app)
    app.selectbox(key="setting_automatic_acceptance").select("off").run()
    assert "confirm_setting" not in keys(app), "the factor is fresh"


def test_a_wrong_value_of_such_a_switch_is_told_before_any_code(open_app: Open) -> None:
    app = open_app("admin1", "settings.py")
    app.text_input(key="setting_account_cooling_days").set_value("99").run()

    assert "必须是 0 到 60 之间的整数" in texts(app)
    assert "confirm_setting" not in keys(app)


def test_bouncing_by_hand_asks_for_a_code(desk: Desk, number: str, open_app: Open) -> None:
    steps.advance_batch(desk, APPROVER, number, "pass")
    steps.advance_batch(desk, FINANCE, number, "pay")
    app = open_app("finance1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run().button(key="step_bounce").click().run()
    app.text_area(key="step_note").set_value("户名不符")
    app.button(key="take_step").click().run()
    assert state_of(desk, number) == "paying"

    app.text_input(key="factor_code").set_value(code_of(desk, secret_of(app)))
    app.button(key="take_step").click().run()
    assert state_of(desk, number) == "bank_correction"
