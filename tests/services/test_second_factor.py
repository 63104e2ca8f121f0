"""The second factor: enrolled once, shown again before money moves, each code good for once, wrong ones counted."""

from dataclasses import replace

import pyotp
import pytest

from core.domain.errors import FactorNeeded, IllegalTransition, InvalidInput, NotAllowed, RefundError
from core.domain.roles import SYSTEM, Viewer
from core.services import second_factor as factor
from core.services.accounts import create_user, enable_user, reset_user
from core.services.desk import Desk
from core.services.sessions import reference_of, viewer_of_sign_in
from core.services.settings import change_setting
from core.services.throttle import Throttled
from core.store.accounts import read_user
from core.store.audit_trail import read_entries
from core.store.schema import users
from core.store.sign_ins import insert_session, read_live_sessions
from tests.support.desks import ADMIN, APPROVER, FINANCE, at_once

SESSION, ANOTHER = reference_of("approver's"), reference_of("another")


@pytest.fixture(autouse=True)
def _signed_in(desk: Desk) -> None:
    with desk.database.write() as connection:
        for token_hash, username in (("approver's", "approver1"), ("another", "approver1"), ("finance's", "finance1")):
            insert_session(connection, token_hash, username, desk.now())


@pytest.fixture
def device(desk: Desk) -> pyotp.TOTP:
    """The approver's device, enrolled a minute ago, its freshness gone."""
    device = pyotp.TOTP(factor.begin_enrolment(desk, APPROVER, SESSION).secret)
    factor.confirm_enrolment(desk, APPROVER, SESSION, code_of(desk, device))
    desk.clock.forward(minutes=6)
    return device


def code_of(desk: Desk, device: pyotp.TOTP, steps: int = 0) -> str:
    return device.at(desk.clock(), counter_offset=steps)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def is_fresh(desk: Desk, session: str = SESSION) -> bool:
    return viewer_of_sign_in(desk, "approver1", session).fresh_factor


def row(desk: Desk, username: str = "approver1"):
    with desk.read() as connection:
        return read_user(connection, username)


def actions(desk: Desk) -> list[str]:
    with desk.read() as connection:
        return [entry.action for entry in reversed(read_entries(connection, search="", limit=50, offset=0))]


# --- enrolment ---


def test_a_first_code_confirms_the_device_and_is_fresh_at_once(desk: Desk) -> None:
    begun = factor.begin_enrolment(desk, APPROVER, SESSION)
    assert factor.enrolled_at(desk, APPROVER) == ""
    factor.confirm_enrolment(desk, APPROVER, SESSION, code_of(desk, pyotp.TOTP(begun.secret)))

    assert factor.enrolled_at(desk, APPROVER) == desk.now()
    assert is_fresh(desk)
    assert not is_fresh(desk, reference_of("another")), "another sign-in of the same person has shown nothing"


def test_an_enrolment_is_drawn_and_written_out(desk: Desk) -> None:
    begun = factor.begin_enrolment(desk, APPROVER, SESSION)

    assert begun.picture.startswith("<svg")
    assert len(begun.picture) > 1000
    assert begun.groups.replace(" ", "") == begun.secret
    assert pyotp.parse_uri(begun.uri).secret == begun.secret


def test_the_secret_stays_while_one_sign_in_goes_on_and_is_another_for_another(desk: Desk) -> None:
    first = factor.begin_enrolment(desk, APPROVER, SESSION)
    assert factor.begin_enrolment(desk, APPROVER, SESSION) == first

    second = factor.begin_enrolment(desk, APPROVER, ANOTHER)
    assert second.secret != first.secret
    assert factor.begin_enrolment(desk, APPROVER, SESSION) == first
    assert factor.begin_enrolment(desk, APPROVER, ANOTHER) == second


def test_what_was_begun_first_is_finished_where_it_was_begun(desk: Desk) -> None:
    first = pyotp.TOTP(factor.begin_enrolment(desk, APPROVER, SESSION).secret)
    second = pyotp.TOTP(factor.begin_enrolment(desk, APPROVER, ANOTHER).secret)
    with pytest.raises(InvalidInput, match="另一处登录"):
        factor.confirm_enrolment(desk, APPROVER, ANOTHER, code_of(desk, first))
    assert factor.enrolled_at(desk, APPROVER) == "", "nobody's screen confirms what another one showed"

    factor.confirm_enrolment(desk, APPROVER, SESSION, code_of(desk, first))
    with pytest.raises(NotAllowed):
        factor.confirm_enrolment(desk, APPROVER, ANOTHER, code_of(desk, second))
    desk.clock.forward(minutes=1)
    with pytest.raises(InvalidInput):
        factor.show_factor(desk, APPROVER, ANOTHER, code_of(desk, second))
    factor.show_factor(desk, APPROVER, ANOTHER, code_of(desk, first))


def test_two_sign_ins_that_begin_at_once_both_have_a_secret_that_counts(desk: Desk) -> None:
    begun = at_once([lambda where=where: factor.begin_enrolment(desk, APPROVER, where) for where in (SESSION, ANOTHER)])
    assert [factor.begin_enrolment(desk, APPROVER, where) for where in (SESSION, ANOTHER)] == begun


def test_of_many_enrolments_under_way_the_oldest_gives_way(desk: Desk) -> None:
    with desk.database.write() as connection:
        for number in range(5):
            insert_session(connection, f"more{number}", "approver1", desk.now())
    first = factor.begin_enrolment(desk, APPROVER, SESSION)
    later = [factor.begin_enrolment(desk, APPROVER, reference_of(f"more{number}")) for number in range(5)]
    assert [factor.begin_enrolment(desk, APPROVER, reference_of(f"more{number}")) for number in range(5)] == later
    assert factor.begin_enrolment(desk, APPROVER, SESSION) != first


def test_the_database_holds_no_readable_secret_and_another_row_cannot_use_it(desk: Desk, device: pyotp.TOTP) -> None:
    assert device.secret not in row(desk).totp_secret
    with desk.database.write() as connection:
        stolen = {"totp_secret": row(desk).totp_secret, "totp_confirmed_at": desk.now()}
        connection.execute(users.update().where(users.c.username == "finance1").values(**stolen))

    with pytest.raises(NotAllowed, match="请先登记"):
        factor.show_factor(desk, FINANCE, reference_of("finance's"), code_of(desk, device))


def test_a_lost_key_asks_for_a_reset(desk: Desk, device: pyotp.TOTP) -> None:
    (desk.data_dir / "factor.key").write_bytes(b"x" * 32)

    with pytest.raises(NotAllowed, match="重置"):
        factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))


def test_an_enrolled_device_is_not_replaced_from_the_screen(desk: Desk, device: pyotp.TOTP) -> None:
    with pytest.raises(IllegalTransition):
        factor.begin_enrolment(desk, APPROVER, SESSION)
    assert device.secret == pyotp.TOTP(device.secret).secret
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))


def test_nothing_is_shown_before_it_is_enrolled(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="请先登记"):
        factor.show_factor(desk, APPROVER, SESSION, "123456")


def test_of_two_confirmations_at_once_one_is_taken(desk: Desk) -> None:
    code = code_of(desk, pyotp.TOTP(factor.begin_enrolment(desk, APPROVER, SESSION).secret))
    results = at_once([lambda: factor.confirm_enrolment(desk, APPROVER, SESSION, code)] * 2)

    assert sum(result is None for result in results) == 1


# --- showing ---


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_that_is_half_a_minute_off_is_no_fault(desk: Desk, device: pyotp.TOTP, steps: int) -> None:
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device, steps))
    assert is_fresh(desk)


@pytest.mark.parametrize("steps", [-2, 2])
def test_an_old_or_an_early_code_is_refused(desk: Desk, device: pyotp.TOTP, steps: int) -> None:
    with pytest.raises(InvalidInput, match="不正确或已使用"):
        factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device, steps))
    assert not is_fresh(desk)


def test_a_code_is_taken_as_people_type_it(desk: Desk, device: pyotp.TOTP) -> None:
    code = code_of(desk, device)
    factor.show_factor(desk, APPROVER, SESSION, f" {code[:3]} {code[3:]} ")
    assert is_fresh(desk)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_is_told_and_not_counted(desk: Desk, device: pyotp.TOTP, typed: str) -> None:
    for _again in range(6):
        with pytest.raises(InvalidInput, match="6 位"):
            factor.show_factor(desk, APPROVER, SESSION, typed)
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))


def test_a_code_works_once_in_any_session(desk: Desk, device: pyotp.TOTP) -> None:
    code = code_of(desk, device)
    factor.show_factor(desk, APPROVER, SESSION, code)

    for session in (SESSION, reference_of("another")):
        with pytest.raises(InvalidInput):
            factor.show_factor(desk, APPROVER, session, code)


def test_one_code_at_two_places_at_once_is_taken_once(desk: Desk, device: pyotp.TOTP) -> None:
    code = code_of(desk, device)
    sessions = (SESSION, reference_of("another"))
    results = at_once([lambda s=s: factor.show_factor(desk, APPROVER, s, code) for s in sessions])

    assert sorted(isinstance(result, InvalidInput) for result in results) == [False, True]


def test_freshness_ends_after_five_minutes_and_is_never_in_the_future(desk: Desk, device: pyotp.TOTP) -> None:
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))
    desk.clock.forward(minutes=5)
    assert is_fresh(desk)
    desk.clock.forward(seconds=1)
    assert not is_fresh(desk)
    desk.clock.forward(minutes=-10)
    assert not is_fresh(desk), "a clock that was set back makes nothing fresh"


def test_a_clock_that_was_years_ahead_shuts_nobody_out(desk: Desk, device: pyotp.TOTP) -> None:
    desk.clock.forward(days=3650)
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))
    desk.clock.forward(days=-3650)
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))
    assert is_fresh(desk)


def test_somebody_elses_session_is_not_marked(desk: Desk, device: pyotp.TOTP) -> None:
    with pytest.raises(NotAllowed, match="重新登录"):
        factor.show_factor(desk, APPROVER, reference_of("finance's"), code_of(desk, device))


def test_wrong_codes_are_counted_and_a_right_one_forgives(desk: Desk, device: pyotp.TOTP) -> None:
    for _guess in range(4):
        with pytest.raises(InvalidInput):
            factor.show_factor(desk, APPROVER, SESSION, wrong(code_of(desk, device)))
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))
    desk.clock.forward(minutes=1)
    for _guess in range(5):
        with pytest.raises(InvalidInput):
            factor.show_factor(desk, APPROVER, SESSION, wrong(code_of(desk, device)))
    with pytest.raises(Throttled):
        factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))
    desk.clock.forward(minutes=1)
    factor.show_factor(desk, APPROVER, SESSION, code_of(desk, device))


def test_everything_is_in_the_audit_log_without_code_or_secret(desk: Desk, device: pyotp.TOTP) -> None:
    code = code_of(desk, device)
    with pytest.raises(InvalidInput):
        factor.show_factor(desk, APPROVER, SESSION, wrong(code))
    factor.show_factor(desk, APPROVER, SESSION, code)

    assert actions(desk) == ["factor.enrol", "factor.refuse", "factor.show"]
    with desk.read() as connection:
        assert {entry.detail for entry in read_entries(connection, search="", limit=50, offset=0)} == {"{}"}


# --- administrators ---


def test_a_reset_takes_the_factor_and_ends_the_sessions(desk: Desk, device: pyotp.TOTP) -> None:
    with pytest.raises(FactorNeeded):
        factor.reset_factor(desk, ADMIN, "approver1")
    factor.reset_factor(desk, replace(ADMIN, fresh_factor=True), "approver1")

    assert factor.enrolled_at(desk, APPROVER) == ""
    with desk.read() as connection:
        assert read_live_sessions(connection, "approver1") == []
    assert actions(desk)[-1] == "factor.reset"


@pytest.mark.parametrize("viewer", [replace(ADMIN, fresh_factor=True), SYSTEM], ids=lambda viewer: viewer.username)
def test_nobody_unknown_is_reset(desk: Desk, viewer: Viewer) -> None:
    with pytest.raises(RefundError, match="没有这个用户"):
        factor.reset_factor(desk, viewer, "nobody")


def test_others_reset_nobody(desk: Desk, device: pyotp.TOTP) -> None:
    with pytest.raises(NotAllowed):
        factor.reset_factor(desk, FINANCE, "approver1")


@pytest.mark.parametrize("name", ["reviewer1", "approver1", "finance1", "admin1"])
def test_accounts_that_decide_ask_for_a_factor_where_the_switch_says_so(desk: Desk, name: str) -> None:
    reset_user(desk, ADMIN, name)
    change_setting(desk, SYSTEM, "factor_for_user_changes", "on")

    for change in (reset_user, enable_user):
        with pytest.raises(FactorNeeded):
            change(desk, ADMIN, name)
        change(desk, replace(ADMIN, fresh_factor=True), name)
    with pytest.raises(FactorNeeded):
        create_user(desk, ADMIN, "wang.li", APPROVER.role)
    reset_user(desk, ADMIN, "clerk1")


# --- the demonstration ---


def test_the_code_is_told_in_the_demonstration_only(desk: Desk, device: pyotp.TOTP, monkeypatch) -> None:
    assert factor.demonstration_code(desk, APPROVER, SESSION) == ""
    monkeypatch.setenv("REFUND_DEMO", "1")
    code = factor.demonstration_code(desk, APPROVER, SESSION)
    assert code == code_of(desk, device)
    factor.show_factor(desk, APPROVER, SESSION, code)

    assert factor.demonstration_code(desk, APPROVER, SESSION) == code_of(desk, device, 1), "one that was not used"
    assert factor.demonstration_code(desk, replace(APPROVER, username="analyst1"), SESSION) == ""
