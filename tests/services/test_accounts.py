"""Who has an account, who may make one, and how a password is set for the first time."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.domain.errors import InvalidInput, NotAllowed, NotFound
from core.domain.roles import SYSTEM, Role, Viewer
from core.services import accounts, passwords, sessions
from core.services.desk import Desk
from core.store import accounts as store
from core.store.database import Database
from core.store.schema import audit, users
from tests.support.desks import ADMIN, ANALYST, APPROVER, CLERK, FINANCE, REVIEWER, Ledger, at_once, linger, make_desk

HERE = "127.0.0.1"
GOOD = "three-blind-mice-see"
OTHERS = (CLERK, REVIEWER, APPROVER, FINANCE, ANALYST, Viewer("auditor1", Role.AUDITOR))


@pytest.fixture
def quick_desk(sqlite_database: Database, data_dir: Path) -> Desk:
    """For tables of cases in which no database has a part: on the quicker one."""
    return make_desk(sqlite_database, data_dir)


def audited(desk: Desk) -> list[tuple[str, str, str]]:
    """Actor, action and subject of every audit entry."""
    with desk.read() as connection:
        rows = connection.execute(sa.select(audit.c.actor, audit.c.action, audit.c.subject).order_by(audit.c.sequence))
        return [tuple(row) for row in rows]


def test_a_clerk_sees_the_employers_he_was_given_and_no_others(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.CLERK, ["E2", "E1"], GOOD)

    assert accounts.viewer_of(desk, "wang.li") == Viewer("wang.li", Role.CLERK, frozenset({"E1", "E2"}))
    assert audited(desk) == [("admin1", "user.create", "wang.li")]


def test_names_are_kept_in_lower_case_so_that_nobody_is_somebody_else_in_capitals(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, " Wang.Li ", Role.REVIEWER, (), GOOD)

    with pytest.raises(InvalidInput) as caught:
        accounts.create_user(desk, ADMIN, "WANG.LI", Role.REVIEWER, (), GOOD)
    assert caught.value.field == "username"
    assert sessions.sign_in(desk, "Wang.LI", GOOD, HERE)


@pytest.mark.parametrize(
    ("name", "role", "employers", "password", "field"),
    [
        ("", Role.REVIEWER, (), GOOD, "username"),
        ("x", Role.REVIEWER, (), GOOD, "username"),
        ("王丽", Role.REVIEWER, (), GOOD, "username"),
        ("a b", Role.REVIEWER, (), GOOD, "username"),
        ("a\r\nx-refund-user: admin1", Role.REVIEWER, (), GOOD, "username"),
        ("a" * 33, Role.REVIEWER, (), GOOD, "username"),
        ("system", Role.REVIEWER, (), GOOD, "username"),
        ("clerk1", Role.REVIEWER, (), GOOD, "username"),
        ("wang.li", Role.SYSTEM, (), GOOD, "role"),
        ("wang.li", Role.CLERK, (), GOOD, "employers"),
        ("wang.li", Role.CLERK, ["E1", "E9"], GOOD, "employers"),
        ("wang.li", Role.REVIEWER, ["E1"], GOOD, "employers"),
        ("wang.li", Role.REVIEWER, (), "short", "password"),
    ],
)
def test_what_cannot_be_an_account_is_refused_at_its_field(
    quick_desk: Desk, name: str, role: Role, employers: list[str], password: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        accounts.create_user(quick_desk, ADMIN, name, role, employers, password)

    assert caught.value.field == field
    assert audited(quick_desk) == []


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("three-blind-mice-see", True),
        ("六个汉字加上六个汉字呀", False),
        ("六个汉字加上六个汉字好不好", True),
        ("elevenchars", False),
        ("Password-1234", False),
        ("1qaz 2wsx 3edc", False),
        ("aaaabbbbaaaabbbb", False),
        ("x-wang.li-was-here", False),
        ("a" + "bcdefgh1" * 33, False),
    ],
)
def test_a_password_is_long_and_neither_common_nor_the_name(password: str, *, is_taken: bool) -> None:
    if is_taken:
        passwords.check_password("wang.li", password)
        return
    with pytest.raises(InvalidInput) as caught:
        passwords.check_password("wang.li", password)
    assert caught.value.field == "password"


@pytest.mark.parametrize("viewer", OTHERS, ids=lambda viewer: viewer.role)
@pytest.mark.parametrize(
    "use",
    [
        lambda desk, viewer: accounts.create_user(desk, viewer, "wang.li", Role.ADMIN, (), GOOD),
        lambda desk, viewer: accounts.disable_user(desk, viewer, "reviewer2"),
        lambda desk, viewer: accounts.enable_user(desk, viewer, "reviewer2"),
        lambda desk, viewer: accounts.reset_user(desk, viewer, "reviewer2"),
        accounts.list_users,
    ],
)
def test_only_administrators_manage_accounts(
    quick_desk: Desk, viewer: Viewer, use: Callable[[Desk, Viewer], object]
) -> None:
    with pytest.raises(NotAllowed):
        use(quick_desk, viewer)
    assert audited(quick_desk) == []


def test_a_new_account_sets_its_password_once_with_its_token(desk: Desk) -> None:
    token = accounts.create_user(desk, SYSTEM, "first.admin", Role.ADMIN)
    assert token
    with pytest.raises(sessions.SignInRefused):
        sessions.sign_in(desk, "first.admin", "", HERE)

    accounts.set_password_by_token(desk, "first.admin", token.replace("-", " ").lower(), GOOD, HERE)

    assert sessions.sign_in(desk, "first.admin", GOOD, HERE)
    with pytest.raises(InvalidInput) as caught:
        accounts.set_password_by_token(desk, "first.admin", token, GOOD + "2", HERE)
    assert caught.value.field == "token"
    done = [entry[1] for entry in audited(desk)]
    assert done == ["user.create", "session.refuse", "password.set", "session.begin"]


@pytest.mark.parametrize("way", ["wrong token", "other name", "unknown name", "too late", "disabled"])
def test_a_token_opens_only_its_own_account_for_three_days(quick_desk: Desk, way: str) -> None:
    token = str(accounts.create_user(quick_desk, ADMIN, "wang.li", Role.REVIEWER))
    accounts.create_user(quick_desk, ADMIN, "li.wang", Role.REVIEWER)
    name = {"other name": "li.wang", "unknown name": "nobody"}.get(way, "wang.li")
    if way == "too late":
        quick_desk.clock.forward(days=3)
    if way == "disabled":
        accounts.disable_user(quick_desk, ADMIN, "wang.li")

    with pytest.raises(InvalidInput) as caught:
        accounts.set_password_by_token(quick_desk, name, "AAAAA" if way == "wrong token" else token, GOOD, HERE)

    assert caught.value.field == "token"


def test_tokens_are_guessed_no_oftener_than_passwords(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER)
    for _attempt in range(5):
        with pytest.raises(InvalidInput):
            accounts.set_password_by_token(desk, "wang.li", "AAAAA", GOOD, HERE)

    with pytest.raises(NotAllowed):
        accounts.set_password_by_token(desk, "wang.li", "AAAAA", GOOD, HERE)


def test_only_digests_of_passwords_and_tokens_are_stored(desk: Desk) -> None:
    token = accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER)
    accounts.create_user(desk, ADMIN, "li.wang", Role.REVIEWER, (), GOOD)

    with desk.read() as connection:
        stored = str(connection.execute(sa.select(users)).all()) + str(connection.execute(sa.select(audit)).all())

    assert GOOD not in stored
    assert str(token) not in stored
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in stored


def test_a_disabled_account_is_nobody_at_once_and_itself_again_when_enabled(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER, (), GOOD)
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)

    accounts.disable_user(desk, ADMIN, "wang.li")

    assert accounts.viewer_of(desk, "wang.li") is None
    assert sessions.viewer_of_session(desk, token) is None
    with pytest.raises(sessions.SignInRefused):
        sessions.sign_in(desk, "wang.li", GOOD, HERE)
    accounts.enable_user(desk, ADMIN, "wang.li")
    assert sessions.viewer_of_session(desk, token) is None
    assert sessions.sign_in(desk, "wang.li", GOOD, HERE)


def test_a_reset_account_has_no_password_and_no_sessions_until_its_owner_sets_one(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER, (), GOOD)
    old = sessions.sign_in(desk, "wang.li", GOOD, HERE)

    token = accounts.reset_user(desk, ADMIN, "wang.li")

    assert sessions.viewer_of_session(desk, old) is None
    with pytest.raises(sessions.SignInRefused):
        sessions.sign_in(desk, "wang.li", GOOD, HERE)
    accounts.set_password_by_token(desk, "wang.li", token, "another-good-word", HERE)
    assert sessions.sign_in(desk, "wang.li", "another-good-word", HERE)


def test_nobody_shuts_himself_out_nor_the_last_administrator(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        accounts.disable_user(desk, ADMIN, "admin1")
    with pytest.raises(InvalidInput):
        accounts.disable_user(desk, SYSTEM, "admin1")

    accounts.create_user(desk, ADMIN, "second.admin", Role.ADMIN, (), GOOD)
    accounts.disable_user(desk, SYSTEM, "admin1")

    assert accounts.viewer_of(desk, "admin1") is None


def test_an_unknown_account_cannot_be_managed(desk: Desk) -> None:
    for use in (accounts.disable_user, accounts.enable_user, accounts.reset_user):
        with pytest.raises(NotFound):
            use(desk, ADMIN, "nobody")


def test_the_systems_own_entry_is_no_person(desk: Desk) -> None:
    with desk.read() as connection:
        assert connection.scalar(sa.select(users.c.role).where(users.c.username == "system")) == "system"
    assert accounts.viewer_of(desk, "system") is None
    assert "system" not in {account.username for account in accounts.list_users(desk, ADMIN)}
    with pytest.raises(NotFound):
        accounts.reset_user(desk, ADMIN, "system")


def test_the_list_says_who_can_sign_in(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.CLERK, ["E1"], GOOD)
    accounts.create_user(desk, ADMIN, "li.wang", Role.REVIEWER)

    listed = {account.username: account for account in accounts.list_users(desk, ADMIN)}

    assert (listed["wang.li"].employers, listed["wang.li"].can_sign_in) == (("E1",), True)
    assert (listed["li.wang"].role, listed["li.wang"].can_sign_in) == (Role.REVIEWER, False)


def test_one_changes_ones_own_password_by_saying_the_old_one_and_every_session_ends(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER, (), GOOD)
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)
    viewer = Viewer("wang.li", Role.REVIEWER)
    with pytest.raises(sessions.SignInRefused):
        accounts.change_password(desk, viewer, "not the old one", "another-good-word", HERE)

    accounts.change_password(desk, viewer, GOOD, "another-good-word", HERE)

    assert sessions.viewer_of_session(desk, token) is None
    assert sessions.sign_in(desk, "wang.li", "another-good-word", HERE)


def test_the_language_is_remembered_and_only_one_that_exists(desk: Desk) -> None:
    assert accounts.language_of(desk, CLERK) == "zh"

    accounts.set_language(desk, CLERK, "en")

    assert accounts.language_of(desk, CLERK) == "en"
    with pytest.raises(InvalidInput):
        accounts.set_language(desk, CLERK, "xx")


@pytest.fixture
def empty_desk(database: Database, data_dir: Path) -> Desk:
    return Desk(database, data_dir)


def test_the_demonstration_has_its_accounts_however_often_it_starts(empty_desk: Desk) -> None:
    accounts.ensure_demo_accounts(empty_desk)
    accounts.ensure_demo_accounts(empty_desk)

    for name, (role, employers) in accounts.DEMO_ACCOUNTS.items():
        token = sessions.sign_in(empty_desk, name, f"demo-{name}-2026", HERE)
        assert sessions.viewer_of_session(empty_desk, token) == Viewer(name, role, frozenset(employers))
    assert len(accounts.list_users(empty_desk, SYSTEM)) == len(accounts.DEMO_ACCOUNTS)


def test_a_database_somebody_works_with_gets_no_known_passwords(empty_desk: Desk) -> None:
    accounts.create_user(empty_desk, SYSTEM, "first.admin", Role.ADMIN)

    with pytest.raises(InvalidInput):
        accounts.ensure_demo_accounts(empty_desk)

    assert [account.username for account in accounts.list_users(empty_desk, SYSTEM)] == ["first.admin"]


def test_an_account_made_in_the_demonstration_does_not_keep_it_from_starting_again(empty_desk: Desk) -> None:
    accounts.ensure_demo_accounts(empty_desk)
    accounts.create_user(empty_desk, SYSTEM, "wang.li", Role.REVIEWER)

    accounts.ensure_demo_accounts(empty_desk)


def test_of_two_who_take_a_name_at_once_one_gets_it(desk: Desk, ledger: Ledger) -> None:
    outcomes = at_once([lambda: accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER, (), GOOD)] * 4)

    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, InvalidInput) for outcome in outcomes)


def test_of_two_who_use_a_token_at_once_one_has_set_the_password(desk: Desk) -> None:
    token = accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER)
    words = [GOOD, "another-good-word"]
    outcomes = at_once(
        [lambda word=word: accounts.set_password_by_token(desk, "wang.li", token, word, HERE) for word in words]
    )

    (kept,) = [word for word, outcome in zip(words, outcomes, strict=True) if outcome is None]
    assert sum(isinstance(outcome, InvalidInput) for outcome in outcomes) == 1
    assert sessions.sign_in(desk, "wang.li", kept, HERE)


def test_of_two_administrators_who_disable_each_other_at_once_one_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.create_user(desk, ADMIN, "wang.li", Role.ADMIN, (), GOOD)
    linger(monkeypatch, store, "lock_active")
    other = Viewer("wang.li", Role.ADMIN)
    outcomes = at_once(
        [
            lambda: accounts.disable_user(desk, ADMIN, "wang.li"),
            lambda: accounts.disable_user(desk, other, ADMIN.username),
        ]
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidInput", "NoneType"]
