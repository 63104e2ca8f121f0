"""邮件提醒 on 我的账号, and an address that an administrator gives."""

from streamlit.testing.v1 import AppTest

from core.services.accounts import list_users
from core.services.desk import Desk
from core.services.mail_wishes import mail_wish
from tests.pages.conftest import Open
from tests.pages.reading import texts
from tests.support.desks import ADMIN, CLERK


def open_people(open_app: Open) -> AppTest:
    """The users, as an administrator finds them."""
    app = open_app("admin1", "settings.py")
    app.session_state["settings_tabs"] = "用户"
    return app.run()


def test_a_user_says_where_and_whether(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "account.py")
    assert "系统尚未配置邮件服务器" in texts(app)
    app.text_input(key="own_email").set_value("clerk@example.cn")
    app.toggle(key="wants_mail").set_value(True)
    app.button(key="save_mail").click().run()

    assert not app.exception
    assert (mail_wish(desk, CLERK).email, mail_wish(desk, CLERK).wanted) == ("clerk@example.cn", True)
    again = open_app("clerk1", "account.py")
    assert (again.text_input(key="own_email").value, again.toggle(key="wants_mail").value) == ("clerk@example.cn", True)


def test_what_is_no_address_is_said_at_its_field_and_not_kept(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "account.py")
    app.text_input(key="own_email").set_value("nobody")
    app.toggle(key="wants_mail").set_value(True)
    app.button(key="save_mail").click().run()

    assert "电子邮箱格式不正确" in texts(app)
    assert mail_wish(desk, CLERK).wanted is False


def test_an_administrator_gives_a_user_an_address(open_app: Open, desk: Desk) -> None:
    app = open_people(open_app)
    app.selectbox(key="chosen_user").select("clerk1").run()
    app.text_input(key="user_email_clerk1").set_value("clerk@example.cn")
    app.button(key="save_user_email").click().run()

    assert not app.exception
    assert mail_wish(desk, CLERK).email == "clerk@example.cn"


def test_a_new_user_may_come_with_one(open_app: Open, desk: Desk) -> None:
    app = open_people(open_app)
    app.text_input(key="new_username").set_value("new.clerk")
    app.text_input(key="new_employers").set_value("E1")
    app.text_input(key="new_email").set_value("new@example.cn")
    app.button(key="add_user").click().run()

    assert not app.exception
    assert {user.username: user.email for user in list_users(desk, ADMIN)}["new.clerk"] == "new@example.cn"
