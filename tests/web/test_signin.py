"""The pages of the door: signing in, signing out, setting a password."""

import re

import pytest

from core.domain.roles import SYSTEM, Role
from core.services import accounts, sessions
from core.web import signin
from tests.web.conftest import PASSWORD, Door

WRONG = "three-blind-mice-saw"


def test_the_page_asks_for_a_name_and_a_password_in_chinese_and_loads_nothing_from_afar(door: Door) -> None:
    page = door.visitor().get("/login").text

    assert '<html lang="zh-CN">' in page
    assert re.search(r'<label for="username">用户名</label>\s*<input id="username" name="username"[^>]*autofocus', page)
    assert re.search(r'<label for="password">密码</label>\s*<input id="password" name="password" type="password"', page)
    assert "<script" not in page
    assert "<style" not in page
    assert "style=" not in page
    assert re.findall(r'(?:src|href|action)="(?!/)', page) == []


def test_a_sign_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(door: Door) -> None:
    answer = door.visitor().post("/login", data={"username": "reviewer", "password": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("refund_session=")
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=strict"]


def test_over_tls_the_cookie_is_bound_to_this_host(door: Door) -> None:
    answer = door.visitor("https://testserver").post("/login", data={"username": "reviewer", "password": PASSWORD})

    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-refund_session=")
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=strict", "Secure"]


@pytest.mark.parametrize("name", ["reviewer", "nobody", '"><script>alert(1)</script>'])
def test_a_wrong_attempt_keeps_the_name_and_says_one_sentence_at_the_field(door: Door, name: str) -> None:
    answer = door.visitor().post("/login", data={"username": name, "password": WRONG})

    assert answer.status_code == 401
    assert '<p class="problem" id="password-problem" role="alert">用户名或密码不正确</p>' in answer.text
    assert 'aria-describedby="password-problem"' in answer.text
    assert f'value="{name}"' in answer.text or "&lt;script&gt;" in answer.text
    assert WRONG not in answer.text
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("missing", "sentence"), [("username", "请输入用户名"), ("password", "请输入密码")])
def test_an_empty_field_is_named(door: Door, missing: str, sentence: str) -> None:
    answer = door.visitor().post("/login", data={"username": "reviewer", "password": PASSWORD} | {missing: " "})

    assert answer.status_code == 401
    assert f'id="{missing}-problem" role="alert">{sentence}' in answer.text


@pytest.mark.parametrize("body", [{"data": {}}, {"data": {"password": PASSWORD}}, {"json": {"username": "reviewer"}}])
def test_a_sign_in_that_names_nobody_is_a_wrong_one(door: Door, body: dict[str, object]) -> None:
    answer = door.visitor().post("/login", **body)

    assert answer.status_code == 401
    assert 'id="username-problem" role="alert">请输入用户名' in answer.text
    assert "set-cookie" not in answer.headers


def test_the_sixth_attempt_is_told_when_to_come_back(door: Door) -> None:
    visitor = door.visitor()
    for _attempt in range(5):
        assert visitor.post("/login", data={"username": "reviewer", "password": WRONG}).status_code == 401

    answer = visitor.post("/login", data={"username": "reviewer", "password": PASSWORD})

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == 60
    assert "请在 1 分钟后再试" in answer.text


def test_a_new_sign_in_ends_what_this_browser_held_before(door: Door) -> None:
    user = door.user()
    old = user.cookies["refund_session"]

    user.post("/login", data={"username": "other", "password": PASSWORD})

    assert user.cookies["refund_session"] != old
    assert sessions.viewer_of_session(door.desk, old) is None


def test_a_token_that_was_planted_before_the_sign_in_is_worth_nothing(door: Door) -> None:
    visitor = door.visitor()
    visitor.cookies.set("refund_session", "planted")

    answer = visitor.post("/login", data={"username": "reviewer", "password": PASSWORD})

    assert "planted" not in answer.headers["set-cookie"]
    assert sessions.viewer_of_session(door.desk, "planted") is None


def test_a_sign_in_never_leads_to_another_site(door: Door) -> None:
    user = door.user()

    for wanted in (
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)",
        "/\t/evil.example", "/\n/evil.example", "/login", "/login?next=/login", "evil", " /apply",
    ):  # fmt: skip
        form = {"username": "reviewer", "password": PASSWORD, "next": wanted}
        assert user.post("/login", data=form).headers["location"] == "/", wanted
        assert user.get("/login", params={"next": wanted}).headers["location"] == "/", wanted


def test_whoever_is_signed_in_need_not_sign_in(door: Door) -> None:
    answer = door.user().get("/login", params={"next": "/apply"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/apply")


def test_a_form_as_long_as_a_book_is_not_read(door: Door) -> None:
    answer = door.visitor().post("/login", data={"username": "x" * 20_000, "password": "y"})

    assert answer.status_code == 413


def test_after_the_end_of_a_session_the_page_says_why(door: Door) -> None:
    assert "登录已失效，请重新登录" in door.visitor().get("/login?ended&next=/apply").text


def test_a_password_travelling_in_the_clear_is_warned_of(door: Door) -> None:
    assert "当前连接未加密" in door.visitor("http://refund.example.org").get("/login").text
    assert "当前连接未加密" not in door.visitor("https://refund.example.org").get("/login").text
    assert "当前连接未加密" not in door.visitor().get("/login").text


def test_signing_out_twice_or_without_a_session_is_no_error(door: Door) -> None:
    user = door.user()

    for _time in range(2):
        assert user.post("/logout").headers["location"] == "/login"


def test_signing_out_takes_more_than_a_link(door: Door) -> None:
    user = door.user()

    assert user.get("/logout").status_code == 405
    assert user.get("/door/session").status_code == 204


# --- one-time tokens ---


@pytest.fixture
def token(door: Door) -> str:
    return str(accounts.create_user(door.desk, SYSTEM, "wang.li", Role.REVIEWER))


def test_a_new_account_sets_its_password_and_signs_in(door: Door, token: str) -> None:
    visitor = door.visitor()
    assert visitor.get("/login/token").status_code == 200
    form = {"username": "wang.li", "token": token, "password": PASSWORD, "password_again": PASSWORD}

    answer = visitor.post("/login/token", data=form)

    assert answer.headers["location"] == "/login?set"
    assert "密码已设置，请登录" in visitor.get("/login?set").text
    assert visitor.post("/login", data={"username": "wang.li", "password": PASSWORD}).status_code == 303
    assert visitor.post("/login/token", data=form).status_code == 422, "a token is used once"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"token": "AAAAA-AAAAA"}, "token"),
        ({"token": ""}, "token"),
        ({"username": "nobody"}, "token"),
        ({"username": ""}, "username"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"password_again": WRONG}, "password_again"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_token_stays_good(
    door: Door, token: str, changed: dict[str, str], field: str
) -> None:
    form = {"username": "wang.li", "token": token, "password": PASSWORD, "password_again": PASSWORD}

    answer = door.visitor().post("/login/token", data=form | changed)

    assert answer.status_code == 422
    assert f'id="{field}-problem" role="alert"' in answer.text
    assert token not in answer.text
    assert door.visitor().post("/login/token", data=form).status_code == 303


# --- the demonstration ---


def test_the_demonstration_shows_its_accounts_and_says_that_it_is_one(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = door.visitor().get("/login").text
    monkeypatch.setenv("REFUND_DEMO", "1")
    page = door.visitor().get("/login").text

    assert "演示环境" in page
    assert "演示环境" not in plain
    for name in accounts.DEMO_ACCOUNTS:
        assert f"demo-{name}-2026" in page
        assert f"demo-{name}-2026" not in plain


def test_outside_the_demonstration_its_passwords_open_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "demo_password", lambda _name: PASSWORD)
    form = {"username": "Reviewer ", "password": PASSWORD}

    assert door.visitor().post("/login", data=form).status_code == 401
    monkeypatch.setenv("REFUND_DEMO", "1")
    assert door.visitor().post("/login", data=form).status_code == 303


# --- one's own password ---

NEW = "four-deaf-cats-hear"


def change(visitor, **typed: str):
    form = {"old_password": PASSWORD, "password": NEW, "password_again": NEW} | typed
    return visitor.post("/login/password", data=form)


def test_one_changes_ones_own_password_and_every_sign_in_is_over(door: Door) -> None:
    user, elsewhere = door.user(), door.user()
    assert user.get("/login/password").status_code == 200

    answer = change(user)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login?set")
    assert [each.get("/").status_code for each in (user, elsewhere)] == [303, 303]
    visitor = door.visitor()
    assert visitor.post("/login", data={"username": "reviewer", "password": PASSWORD}).status_code == 401
    assert visitor.post("/login", data={"username": "reviewer", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "status", "field", "sentence"),
    [
        ({"old_password": WRONG}, 401, "old_password", "当前密码不正确"),
        ({"old_password": ""}, 422, "old_password", "请输入密码"),
        ({"password_again": WRONG}, 422, "password_again", "两次输入的密码不一致"),
        ({"password": "short", "password_again": "short"}, 422, "password", ""),
    ],
)
def test_what_is_wrong_with_a_new_password_stands_at_its_field(
    door: Door, typed: dict[str, str], status: int, field: str, sentence: str
) -> None:
    user = door.user()
    answer = change(user, **typed)

    assert answer.status_code == status
    assert f'id="{field}-problem" role="alert">{sentence}' in answer.text
    assert PASSWORD not in answer.text
    assert NEW not in answer.text
    assert user.get("/").status_code == 200, "the sign-in goes on"


def test_who_is_not_signed_in_is_asked_to(door: Door) -> None:
    visitor = door.visitor()
    assert visitor.get("/login/password").headers["location"] == "/login?next=/account"
    assert change(visitor).headers["location"] == "/login?next=/account"
    assert visitor.post("/login", data={"username": "reviewer", "password": PASSWORD}).status_code == 303
