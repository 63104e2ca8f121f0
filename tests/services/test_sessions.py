"""Signing in: one answer to every wrong attempt, five attempts, and a session that ends."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.domain.errors import Conflict
from core.domain.roles import Role, Viewer
from core.services import accounts, passwords, sessions, throttle
from core.services.desk import Desk
from core.services.sessions import SignInRefused
from core.services.throttle import Throttled
from core.store import sign_ins
from core.store.database import Database
from core.store.schema import audit, sign_in_failures
from core.store.schema import sessions as session_table
from tests.support.desks import ADMIN, at_once, linger, make_desk

HERE = "127.0.0.1"
GOOD = "three-blind-mice-see"
WRONG = "three-blind-mice-saw"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk with one reviewer who can sign in."""
    accounts.create_user(desk, ADMIN, "wang.li", Role.REVIEWER, (), GOOD)
    return desk


@pytest.fixture
def quick_desk(sqlite_database: Database, data_dir: Path) -> Desk:
    """The same, for tables of cases in which no database has a part: on the quicker one."""
    quick = make_desk(sqlite_database, data_dir)
    accounts.create_user(quick, ADMIN, "wang.li", Role.REVIEWER, (), GOOD)
    return quick


def fail(desk: Desk, name: str = "wang.li", address: str = HERE) -> type[Exception]:
    with pytest.raises((SignInRefused, Throttled)) as caught:
        sessions.sign_in(desk, name, WRONG, address)
    return caught.type


def stored(desk: Desk, *tables: sa.Table) -> str:
    with desk.read() as connection:
        return " ".join(str(connection.execute(sa.select(table)).all()) for table in tables)


@pytest.mark.parametrize("change", [accounts.disable_user, accounts.reset_user])
def test_an_account_that_changes_while_its_password_is_compared_begins_no_session(
    quick_desk: Desk, monkeypatch: pytest.MonkeyPatch, change: Callable[[Desk, Viewer, str], object]
) -> None:
    def compare_and_change(password_hash: str, password: str) -> bool:
        change(quick_desk, ADMIN, "wang.li")
        return passwords.password_matches(password_hash, password)

    monkeypatch.setattr(sessions, "password_matches", compare_and_change)

    with pytest.raises(SignInRefused):
        sessions.sign_in(quick_desk, "wang.li", GOOD, HERE)
    assert "session.begin" not in stored(quick_desk, audit)


def test_every_sign_in_begins_a_session_of_its_own(desk: Desk) -> None:
    first, second = (sessions.sign_in(desk, "wang.li", GOOD, HERE) for _time in range(2))

    assert first != second
    assert len(first) >= 43, "256 bits"
    viewer = sessions.viewer_of_session(desk, first)
    assert viewer is not None
    assert (viewer.username, viewer.role) == ("wang.li", Role.REVIEWER)


def test_the_database_never_sees_the_token(desk: Desk) -> None:
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)

    assert token not in stored(desk, session_table, audit)


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "' OR 1=1 --"])
def test_an_invented_token_opens_nothing(quick_desk: Desk, token: str) -> None:
    assert sessions.viewer_of_session(quick_desk, token) is None


def test_the_digest_in_the_database_opens_nothing(desk: Desk) -> None:
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)

    assert sessions.viewer_of_session(desk, sessions.fingerprint(token)) is None


@pytest.mark.parametrize(
    ("minutes", "seen_every", "lives"),
    [(29, 60, True), (30, 60, False), (7 * 60 + 59, 20, True), (8 * 60, 20, False)],
    ids=["short idle", "long idle", "busy for nearly eight hours", "busy for eight hours"],
)
def test_a_session_ends_when_idle_and_after_a_working_day(
    quick_desk: Desk, minutes: int, seen_every: int, *, lives: bool
) -> None:
    token = sessions.sign_in(quick_desk, "wang.li", GOOD, HERE)
    passed = 0
    while passed + seen_every < minutes:
        quick_desk.clock.forward(minutes=seen_every)
        passed += seen_every
        session = sessions.find_session(quick_desk, token)
        assert session is not None
        sessions.touch(quick_desk, session)
    quick_desk.clock.forward(minutes=minutes - passed)

    assert (sessions.viewer_of_session(quick_desk, token) is not None) is lives


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_by_years_ends_sessions_rather_than_keeping_them(desk: Desk, years: int) -> None:
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)

    desk.clock.forward(days=365 * years)

    assert sessions.viewer_of_session(desk, token) is None
    assert sessions.sign_in(desk, "wang.li", GOOD, HERE)


def test_activity_is_written_at_most_once_a_minute(desk: Desk) -> None:
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)
    for seconds, needed in ((59, False), (1, True)):
        desk.clock.forward(seconds=seconds)
        session = sessions.find_session(desk, token)
        assert session is not None
        assert sessions.needs_touch(desk, session) is needed


def test_signing_out_ends_this_session_and_no_other(desk: Desk) -> None:
    first, second = (sessions.sign_in(desk, "wang.li", GOOD, HERE) for _time in range(2))
    references = [sessions.find_session(desk, token).reference for token in (first, second)]

    sessions.sign_out(desk, first)
    sessions.sign_out(desk, first)
    sessions.sign_out(desk, "invented")

    assert sessions.viewer_of_session(desk, first) is None
    assert sessions.viewer_of_session(desk, second) is not None
    signed_in = [sessions.viewer_of_sign_in(desk, "wang.li", reference) is not None for reference in references]
    assert signed_in == [False, True]
    assert stored(desk, audit).count("session.end") == 1


def test_a_session_follows_the_account_as_it_is_now(desk: Desk) -> None:
    token = sessions.sign_in(desk, "wang.li", GOOD, HERE)

    accounts.disable_user(desk, ADMIN, "wang.li")

    assert sessions.viewer_of_session(desk, token) is None


@pytest.mark.parametrize("name", ["wang.li", "nobody", "clerk1", "disabled", "", "x" * 10_000])
def test_one_answer_to_every_wrong_attempt(quick_desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.create_user(quick_desk, ADMIN, "disabled", Role.REVIEWER, (), WRONG)
    accounts.disable_user(quick_desk, ADMIN, "disabled")
    compared = []
    verify = passwords._HASHER.verify
    monkeypatch.setattr(
        passwords,
        "_HASHER",
        type("Spy", (), {"verify": lambda _self, *given: compared.append(given) or verify(*given)})(),
    )

    with pytest.raises(SignInRefused) as caught:
        sessions.sign_in(quick_desk, name, WRONG, HERE)

    assert (caught.value.sentence, caught.value.field, caught.value.values) == ("用户名或密码不正确", "password", {})
    assert len(compared) == 1, "known or not, one hash is computed"
    assert compared[0][0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_names_that_nobody_has_are_written_down_nowhere(desk: Desk) -> None:
    fail(desk, "my-password-in-the-wrong-field")
    fail(desk, "wang.li")

    written = stored(desk, audit, sign_in_failures)

    assert "wrong-field" not in written
    assert written.count("session.refuse") == 2


def test_the_sixth_attempt_in_a_quarter_of_an_hour_waits_even_with_the_right_password(desk: Desk) -> None:
    assert [fail(desk) for _attempt in range(6)] == [SignInRefused] * 5 + [Throttled]

    with pytest.raises(Throttled) as caught:
        sessions.sign_in(desk, "wang.li", GOOD, HERE)

    assert caught.value.seconds == 60
    desk.clock.forward(seconds=60)
    assert sessions.sign_in(desk, "wang.li", GOOD, HERE)


def test_waits_grow_and_an_hour_of_guessing_is_a_handful_of_guesses(desk: Desk) -> None:
    guesses, waits = 0, []
    until = desk.clock() + timedelta(hours=1)
    while desk.clock() < until:
        try:
            sessions.sign_in(desk, "wang.li", WRONG, HERE)
        except Throttled as error:
            waits.append(error.seconds)
            desk.clock.forward(seconds=error.seconds)
        except SignInRefused:
            guesses += 1

    assert waits[:4] == [60, 120, 240, 480]
    assert guesses <= 14


def test_a_success_forgives_the_account_but_not_the_address(desk: Desk) -> None:
    for _attempt in range(4):
        fail(desk)
    sessions.sign_in(desk, "wang.li", GOOD, HERE)

    assert [fail(desk) for _attempt in range(5)] == [SignInRefused] * 5
    with desk.read() as connection:
        of_address = sa.select(sa.func.count()).where(sign_in_failures.c.subject == f"address:{HERE}")
        assert connection.scalar(of_address) == 9


def test_one_address_cannot_try_many_names_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "FREE_FOR_ADDRESS", 8)

    outcomes = [fail(desk, f"name{number}") for number in range(9)]

    assert outcomes == [SignInRefused] * 8 + [Throttled]
    assert fail(desk, "name10", "10.0.0.9") is SignInRefused


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("no address", "", True),
    ],
)
def test_a_household_has_one_address(quick_desk: Desk, one: str, other: str, *, same: bool) -> None:
    throttle.count_attempt(quick_desk, "a", one)
    throttle.count_attempt(quick_desk, "b", other)

    with quick_desk.read() as connection:
        subjects = connection.scalars(sa.select(sign_in_failures.c.subject).distinct()).all()
    assert len([subject for subject in subjects if subject.startswith("address:")]) == (1 if same else 2)


def test_guesses_sent_at_once_are_counted_one_by_one(desk: Desk) -> None:
    outcomes = at_once([lambda: sessions.sign_in(desk, "wang.li", WRONG, HERE)] * 12)

    assert sum(isinstance(outcome, SignInRefused) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 7


def test_attempts_that_are_turned_away_keep_nobody_out_longer(desk: Desk) -> None:
    for _attempt in range(5):
        fail(desk)
    for _second in range(30):
        assert fail(desk) is Throttled
        desk.clock.forward(seconds=2)

    assert sessions.sign_in(desk, "wang.li", GOOD, HERE)


def test_a_clock_that_was_ahead_keeps_nobody_out_once_it_is_set_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "FREE_FOR_ADDRESS", 5)
    desk.clock.forward(days=3650)
    assert [fail(desk) for _attempt in range(6)] == [SignInRefused] * 5 + [Throttled]
    desk.clock.forward(days=-3650)

    assert sessions.sign_in(desk, "wang.li", GOOD, HERE)
    assert stored(desk, sign_in_failures) == "[]"


def test_failures_at_a_server_whose_clock_is_a_little_ahead_count(desk: Desk) -> None:
    desk.clock.forward(seconds=30)
    for _attempt in range(5):
        fail(desk)
    desk.clock.forward(seconds=-30)

    assert fail(desk) is Throttled


def test_only_two_passwords_are_compared_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.01)
    inside, leave = threading.Barrier(3), threading.Event()

    class Slow:
        def verify(self, *_given: str) -> bool:
            inside.wait(10)
            return leave.wait(10)

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    busy = [threading.Thread(target=passwords.password_matches, args=("x", "y")) for _thread in range(2)]
    for thread in busy:
        thread.start()
    inside.wait(10)

    with pytest.raises(Conflict):
        passwords.password_matches("x", "y")
    leave.set()
    for thread in busy:
        thread.join()


def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(desk: Desk) -> None:
    from argon2 import PasswordHasher

    from core.store.accounts import read_user, update_user

    with desk.write(ADMIN) as unit:
        weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
        update_user(unit.connection, "wang.li", password_hash=weak)

    sessions.sign_in(desk, "wang.li", GOOD, HERE)

    with desk.read() as connection:
        assert read_user(connection, "wang.li").password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_typed_on_another_keyboard_is_the_same_password(desk: Desk) -> None:
    accounts.create_user(desk, ADMIN, "full.width", Role.REVIEWER, (), "ｔｈｒｅｅ-blind-mice")

    assert sessions.sign_in(desk, "full.width", "three-blind-mice", HERE)


def test_a_password_that_changes_while_a_session_begins_ends_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    linger(monkeypatch, sign_ins, "insert_session")
    viewer = Viewer("wang.li", Role.REVIEWER)
    begun, changed = at_once(
        [
            lambda: sessions.sign_in(desk, "wang.li", GOOD, HERE),
            lambda: accounts.change_password(desk, viewer, GOOD, "another-good-word", HERE),
        ]
    )

    assert changed is None
    # Whoever signs in with the old password afterwards is refused; whoever was quicker is signed out.
    assert isinstance(begun, SignInRefused) or sessions.viewer_of_session(desk, begun) is None
