"""设置: switches are checked and audited, accounts made and shut, the log read; each part for those who have the right."""

import pytest

from core.services.accounts import list_users, viewer_of
from core.services.desk import Desk
from core.services.settings import list_settings
from core.services.wordings import wordings_in_force
from tests.pages.conftest import Open
from tests.pages.reading import keys, table, texts
from tests.support.desks import ADMIN


def value(desk: Desk, key: str) -> str:
    return next(setting.value for setting in list_settings(desk, ADMIN) if setting.switch.key == key)


def open_tab(open_app: Open, tab: str):
    app = open_app("admin1", "settings.py")
    app.session_state["settings_tabs"] = tab
    return app.run()


# --- switches ---


def test_a_switch_is_kept_at_once_and_told(open_app: Open, desk: Desk) -> None:
    app = open_app("admin1", "settings.py")
    app.selectbox(key="setting_leave_month_refundable").select("always").run()
    assert value(desk, "leave_month_refundable") == "always"
    assert "已修改" in texts(app)


@pytest.mark.parametrize("typed", ["0", "61", "abc", "", "-1"])
def test_a_wrong_value_is_told_at_its_field_stays_typed_and_changes_nothing(
    open_app: Open, desk: Desk, typed: str
) -> None:
    app = open_app("admin1", "settings.py")
    app.text_input(key="setting_days_to_accept").set_value(typed).run()

    assert "必须是 1 到 60 之间的整数" in texts(app)
    assert app.text_input(key="setting_days_to_accept").value == typed
    assert value(desk, "days_to_accept") == "2"


def test_a_limit_is_switched_off_in_words(open_app: Open, desk: Desk) -> None:
    app = open_app("admin1", "settings.py")
    app.text_input(key="setting_claim_limit_months").set_value("36").run()
    assert value(desk, "claim_limit_months") == "36"

    app.text_input(key="setting_claim_limit_months").set_value("关").run()
    assert value(desk, "claim_limit_months") == "off"


def test_a_reason_can_be_taken_out_of_use(open_app: Open, desk: Desk) -> None:
    open_app("admin1", "settings.py").toggle(key="setting_reason_active_R09").set_value(False).run()

    assert value(desk, "reason_active_R09") == "off"


def test_a_refusal_is_put_differently_and_back(open_app: Open, desk: Desk) -> None:
    app = open_app("admin1", "settings.py")
    app.selectbox(key="wording_code").select("N13").run()
    app.text_input(key="setting_wording_N13").set_value("所选月份不在离职之后").run()
    assert list(wordings_in_force(desk).values()) == ["所选月份不在离职之后"]

    app.text_input(key="setting_wording_N13").set_value("").run()
    assert wordings_in_force(desk) == {}


def test_materials_that_there_are_not_are_told_at_their_field(open_app: Open, desk: Desk) -> None:
    app = open_app("admin1", "settings.py")
    app.selectbox(key="wording_code").select("R01").run()
    app.text_input(key="setting_materials_R01").set_value("M9").run()

    assert "不符合要求" in texts(app)
    assert app.text_input(key="setting_materials_R01").value == "M9"


# --- users ---


def test_a_new_account_gets_a_token_that_is_shown_once(open_app: Open, desk: Desk) -> None:
    app = open_tab(open_app, "用户")
    app.text_input(key="new_username").set_value("wang.li")
    app.text_input(key="new_employers").set_value("E1，E2")
    app.button(key="add_user").click().run()

    assert "wang.li 的一次性口令" in texts(app)
    assert len(app.code[0].value) > 20
    assert viewer_of(desk, "wang.li").employers == {"E1", "E2"}
    app.run()
    assert not app.code


@pytest.mark.parametrize(
    ("name", "employers", "told"),
    [("", "E1", "用户名须为"), ("wang.li", "", "指定至少一个参保单位"), ("wang.li", "E9", "没有编号为 E9 的参保单位")],
)
def test_a_fault_is_told_at_its_field_and_nothing_typed_is_lost(
    open_app: Open, desk: Desk, name: str, employers: str, told: str
) -> None:
    app = open_tab(open_app, "用户")
    app.text_input(key="new_username").set_value(name)
    app.text_input(key="new_employers").set_value(employers)
    app.button(key="add_user").click().run()

    assert told in texts(app)
    assert app.text_input(key="new_employers").value == employers
    assert viewer_of(desk, "wang.li") is None


def test_an_account_is_disabled_and_enabled_again(open_app: Open, desk: Desk) -> None:
    app = open_tab(open_app, "用户")
    app.selectbox(key="chosen_user").select("clerk1").run()
    app.button(key="disable_user").click().run()
    assert viewer_of(desk, "clerk1") is None

    app.button(key="enable_user").click().run()
    assert viewer_of(desk, "clerk1") is not None


def test_nobody_disables_himself(open_app: Open, desk: Desk) -> None:
    app = open_tab(open_app, "用户")
    app.selectbox(key="chosen_user").select("admin1").run()
    app.button(key="disable_user").click().run()

    assert "不能停用自己的账号" in texts(app)
    assert viewer_of(desk, "admin1") is not None


def test_a_reset_gives_a_new_token(open_app: Open, desk: Desk) -> None:
    app = open_tab(open_app, "用户")
    app.selectbox(key="chosen_user").select("clerk1").run()
    app.button(key="reset_user").click().run()

    assert "clerk1 的一次性口令" in texts(app)
    assert not next(account for account in list_users(desk, ADMIN) if account.username == "clerk1").can_sign_in


# --- audit ---


def test_the_log_says_in_words_what_was_done(open_app: Open) -> None:
    app = open_app("admin1", "settings.py")
    app.selectbox(key="setting_refund_work_injury_after_retirement").select("on").run()
    app.session_state["settings_tabs"] = "审计"
    app.run()
    latest = table(app, "detail").iloc[0]

    assert (latest["actor"], latest["action"], latest["subject"]) == (
        "admin1",
        "修改设置",
        "refund_work_injury_after_retirement",
    )
    assert latest["detail"] == "改后：开；改前：关"

    app.text_input(key="audit_search").set_value("nobody").run()
    assert "没有符合条件的审计记录" in texts(app)


def test_an_auditor_reads_the_log_and_changes_nothing(open_app: Open, desk: Desk) -> None:
    with desk.database.write() as connection:
        from core.store.schema import users

        connection.execute(users.insert(), {"username": "auditor1", "role": "auditor", "created_at": desk.now()})
    app = open_app("auditor1", "settings.py")

    assert not app.exception
    assert not keys(app) & {"add_user", "disable_user", "reset_user"}
    assert not app.main.selectbox
