"""Switches: read with their defaults, changed by who may, and every change on record."""

import json
from dataclasses import replace

import pytest

from core.domain.errors import FactorNeeded, InvalidInput, NotAllowed
from core.domain.roles import SYSTEM
from core.domain.settings import SWITCHES, find_switch
from core.rules.catalogue import REFUSALS
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.settings import change_setting, list_settings
from tests.support.desks import ADMIN, ANALYST, APPROVER, CLERK, FINANCE, REVIEWER

PROVEN = replace(ADMIN, fresh_factor=True)
DEFAULTS = {key: switch.default for key, switch in SWITCHES.items()} | {
    f"refusal_active_{code}": "on" for code, rule in REFUSALS.items() if not rule.firm
}


def values(desk: Desk) -> dict[str, str]:
    return {setting.switch.key: setting.value for setting in list_settings(desk, SYSTEM)}


def changes(desk: Desk) -> list[tuple[str, str, dict[str, str]]]:
    entries = read_trail(desk, SYSTEM, search="setting.change").entries
    return [(entry.actor, entry.subject, json.loads(entry.detail)) for entry in reversed(entries)]


def test_what_nobody_has_set_has_its_default(desk: Desk) -> None:
    assert values(desk) == DEFAULTS
    assert not any(setting.changed for setting in list_settings(desk, ADMIN))


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("leave_month_refundable", "day15", "day15"),
        ("leave_month_refundable", " Always ", "always"),
        ("claim_limit_months", "036", "36"),
        ("claim_limit_months", "off", "off"),
        ("approval_threshold_yuan", "0", "0"),
        ("reason_active_R99", "off", "off"),
    ],
)
def test_a_switch_takes_what_it_may_be(desk: Desk, key: str, typed: str, stored: str) -> None:
    setting = change_setting(desk, PROVEN, key, typed)

    assert setting.value == stored
    assert values(desk) == DEFAULTS | {key: stored}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("leave_month_refundable", "sometimes"),
        ("leave_month_refundable", ""),
        ("approval_threshold_yuan", "-1"),
        ("approval_threshold_yuan", "1.5"),
        ("days_to_pay", "61"),
        ("no_such_switch", "on"),
    ],
)
def test_anything_else_is_refused_and_changes_nothing(desk: Desk, key: str, value: str) -> None:
    before = values(desk)

    with pytest.raises(InvalidInput):
        change_setting(desk, ADMIN, key, value)

    assert values(desk) == before
    assert changes(desk) == []


def test_every_change_is_on_record_with_the_old_and_the_new_value(desk: Desk) -> None:
    change_setting(desk, ADMIN, "leave_month_refundable", "day15")
    change_setting(desk, SYSTEM, "leave_month_refundable", "never")

    assert changes(desk) == [
        ("admin1", "leave_month_refundable", {"before": "never", "after": "day15"}),
        ("system", "leave_month_refundable", {"before": "day15", "after": "never"}),
    ]


def test_the_value_that_is_in_force_already_is_no_change(desk: Desk) -> None:
    change_setting(desk, PROVEN, "automatic_acceptance", "on")

    assert changes(desk) == []


@pytest.mark.parametrize("viewer", [CLERK, REVIEWER, APPROVER, FINANCE, ANALYST], ids=lambda viewer: viewer.role)
def test_only_administrators_see_and_change_switches(desk: Desk, viewer) -> None:
    with pytest.raises(NotAllowed):
        list_settings(desk, viewer)
    with pytest.raises(NotAllowed):
        change_setting(desk, viewer, "leave_month_refundable", "always")

    assert values(desk)["leave_month_refundable"] == "never"


def test_a_cause_is_switched_off_and_on_again(desk: Desk) -> None:
    assert change_setting(desk, SYSTEM, "refusal_active_N24", "off").value == "off"
    assert (values(desk)["refusal_active_N24"], values(desk)["refusal_active_N23"]) == ("off", "on")
    assert change_setting(desk, SYSTEM, "refusal_active_N24", "on").value == "on"


@pytest.mark.parametrize("code", ["N03", "N04", "N05", "N14", "N17", "N99"])
def test_what_law_and_store_hold_is_no_switch(desk: Desk, code: str) -> None:
    with pytest.raises(InvalidInput):
        change_setting(desk, SYSTEM, f"refusal_active_{code}", "off")
    assert f"refusal_active_{code}" not in values(desk)


def test_an_account_is_masked_in_the_audit_log(desk: Desk) -> None:
    change_setting(desk, SYSTEM, "fund_pension_account", "622202029999")
    (entry,) = read_trail(desk, SYSTEM, search="setting.change").entries
    assert "622202029999" not in entry.detail
    assert "9999" in entry.detail


#: What decides who has to take part, or where money comes from, or stops money, and a value that weakens it.
GUARDS = {
    "factor_for_user_changes": "on",
    "approval_threshold_yuan": "1000000000",
    "account_cooling_days": "0",
    "automatic_acceptance": "off",
    "refusal_active_N06": "off",
    **{
        f"fund_{fund}_{field}": value
        for fund in ("pension", "unemployment", "work_injury")
        for field, value in (("holder", "某某"), ("account", "6222000000000001"), ("bank", "某银行"))
    },
    "fund_pension_cnaps": "102100000021",
    "fund_unemployment_cnaps": "102100000021",
    "fund_work_injury_cnaps": "102100000021",
}


def test_every_switch_that_guards_money_or_parts_is_marked() -> None:
    marked = {key for key in DEFAULTS if find_switch(key).guards}
    assert {key for key in marked if not key.startswith("refusal_active_")} == set(GUARDS) - {"refusal_active_N06"}
    assert {key for key in DEFAULTS if key.startswith("refusal_active_")} <= marked


def test_what_guards_money_or_parts_is_changed_with_a_fresh_factor_only(desk: Desk) -> None:
    before = values(desk)
    for key, value in GUARDS.items():
        with pytest.raises(FactorNeeded):
            change_setting(desk, ADMIN, key, value)
    assert (values(desk), changes(desk)) == (before, [])

    for key, value in GUARDS.items():
        assert change_setting(desk, PROVEN, key, value).value == value
    change_setting(desk, SYSTEM, "account_cooling_days", "3")
