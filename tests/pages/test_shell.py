"""The frame: who gets in, what each role finds in the navigation, language, leaving, and where refusals end."""

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.roles import Role, Viewer
from core.services.accounts import disable_user, language_of
from core.services.desk import Desk
from pages.parts.navigation import SCREENS, listed_screens
from tests.pages.conftest import SECONDS, Open
from tests.support.desks import ADMIN, CLERK

NAVIGATION = {
    Role.CLERK: ["", "inbox", "apply", "batches"],
    Role.REVIEWER: ["", "inbox", "batches", "review"],
    Role.APPROVER: ["", "inbox", "batches", "review"],
    Role.FINANCE: ["", "inbox", "batches", "payments"],
    Role.ANALYST: ["", "inbox", "batches", "insights"],
    Role.ADMIN: ["", "ledger", "settings"],
    Role.AUDITOR: ["", "inbox", "batches", "insights", "ledger", "settings"],
}


@pytest.mark.parametrize(("role", "paths"), NAVIGATION.items(), ids=str)
def test_each_role_sees_what_it_may_use(role: Role, paths: list[str]) -> None:
    assert [screen.path for screen in listed_screens(Viewer("someone", role))] == paths


def test_every_screen_has_the_title_section_and_address_that_others_rely_on() -> None:
    assert {screen.path: (screen.section, screen.title) for screen in SCREENS if screen.listed} == {
        "": ("缴费管理服务", "用户须知"),
        "inbox": ("缴费管理服务", "消息"),
        "apply": ("缴费管理服务", "单位人员缴费退费申请"),
        "batches": ("缴费管理服务", "申报记录"),
        "review": ("经办", "审核"),
        "payments": ("经办", "支付"),
        "insights": ("分析", "分析"),
        "ledger": ("管理", "台账"),
        "settings": ("管理", "设置"),
    }


@pytest.mark.parametrize("username", ["", "nobody"])
def test_who_is_not_signed_in_sees_nothing_but_the_way_to_sign_in(open_app: Open, username: str) -> None:
    app = open_app(username)

    assert [warning.value for warning in app.warning] == ["登录已失效，请重新登录。"]
    assert [link.url for link in app.link_button] == ["/login"]
    assert not app.subheader
    assert not app.button


def test_a_disabled_account_is_out_at_its_next_click(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    disable_user(desk, ADMIN, "clerk1")
    app.button(key="query_search").click().run()

    assert app.warning[0].value == "登录已失效，请重新登录。"
    assert not app.button


def test_the_frame_names_the_user_his_role_and_his_employer(open_app: Open) -> None:
    app = open_app("clerk1")

    assert "clerk1" in app.sidebar.markdown[0].value
    assert "单位经办人" in app.sidebar.markdown[0].value
    assert [caption.value for caption in app.sidebar.caption] == ["甲公司"]


def test_leaving_is_a_form_that_the_browser_posts(open_app: Open) -> None:
    (form,) = [html.value for html in open_app("clerk1").sidebar.html if "<form" in html.value]

    assert 'method="post"' in form
    assert 'action="/logout"' in form
    assert "退出登录" in form


@pytest.mark.parametrize(("value", "shown"), [("1", True), ("0", False), ("", False)])
def test_only_a_demonstration_says_that_it_is_one(
    *, open_app: Open, monkeypatch: pytest.MonkeyPatch, value: str, shown: bool
) -> None:
    monkeypatch.setenv("REFUND_DEMO", value)

    assert any("演示环境" in warning.value for warning in open_app("clerk1").warning) is shown


def test_a_chosen_language_is_remembered_for_the_next_visit(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1")
    app.get_by_key("language").set_value("en").run()

    assert language_of(desk, CLERK) == "en"
    assert open_app("clerk1").get_by_key("language").value == "en"


@pytest.mark.parametrize(
    ("username", "file"),
    [("reviewer1", "apply.py"), ("clerk1", "ledger.py"), ("clerk1", "settings.py"), ("admin1", "batches.py")],
)
def test_an_address_typed_without_the_right_is_refused_in_one_sentence(
    open_app: Open, username: str, file: str
) -> None:
    app = open_app(username, file)

    assert not app.exception
    assert [error.value for error in app.error] == [r"您的角色无权进行此操作，如有需要请联系系统管理员"]


def test_what_stops_a_script_is_shown_letter_by_letter() -> None:
    def script() -> None:
        from app import show_failure
        from core.domain.errors import InvalidInput

        show_failure(InvalidInput("{name}", name="**甲**"))

    (shown,) = AppTest.from_function(script, default_timeout=SECONDS).run().error
    assert shown.value == r"\*\*甲\*\*"
