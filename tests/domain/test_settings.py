"""Every switch of ``domain.md`` (A) with the default that the page gives, and values that make no sense refused."""

import pytest

from core.domain.errors import InvalidInput
from core.domain.reasons import REASONS
from core.domain.settings import SWITCHES, Settings, find_switch
from core.domain.vocabulary import Insurance

DEFAULTS = {
    "leave_month_refundable": "never",
    "refund_work_injury_after_retirement": "off",
    "claim_limit_months": "off",
    "missing_required_material": "warn",
    "approval_threshold_yuan": "10000",
    "days_to_accept": "2",
    "days_to_review": "5",
    "days_to_second_review": "3",
    "days_to_approve": "2",
    "days_to_pay": "5",
    "late_fee_refundable_R01": "off",
    "late_fee_refundable_R05": "off",
    "late_fee_refundable_R07": "on",
    "late_fee_refundable_R10": "on",
    "late_fee_refundable_R99": "off",
}


@pytest.mark.parametrize("key", DEFAULTS)
def test_default(key):
    assert SWITCHES[key].default == DEFAULTS[key]
    assert Settings()[key] == DEFAULTS[key]


def test_every_default_is_a_value_that_its_switch_accepts():
    assert all(switch.accept(switch.default) == switch.default for switch in SWITCHES.values())


def test_a_switch_is_found_under_its_own_key():
    assert all(switch.key == key and find_switch(key) is switch for key, switch in SWITCHES.items())


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("leave_month_refundable", " Day15 ", "day15"),
        ("refund_work_injury_after_retirement", "ON", "on"),
        ("claim_limit_months", "024", "24"),
        ("claim_limit_months", "off", "off"),
        ("approval_threshold_yuan", "0", "0"),
        ("days_to_pay", "60", "60"),
    ],
)
def test_what_a_switch_accepts(key, typed, stored):
    assert find_switch(key).accept(typed) == stored


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("leave_month_refundable", "sometimes"),
        ("leave_month_refundable", ""),
        ("refund_work_injury_after_retirement", "1"),
        ("claim_limit_months", "0"),
        ("claim_limit_months", "-3"),
        ("claim_limit_months", "1.5"),
        ("claim_limit_months", "1201"),
        ("claim_limit_months", "²"),
        ("claim_limit_months", "十二"),
        ("days_to_pay", "off"),
        ("days_to_pay", "0"),
        ("approval_threshold_yuan", "10,000"),
    ],
)
def test_what_a_switch_refuses(key, typed):
    with pytest.raises(InvalidInput) as caught:
        find_switch(key).accept(typed)
    assert key in str(caught.value)


@pytest.mark.parametrize(
    "key", ["", "leave_month", "refusal_active_", "refusal_active_N7", "refusal_active_R01", "refusal_active_N0７"]
)
def test_there_is_no_switch_of_another_name(key):
    with pytest.raises(InvalidInput):
        find_switch(key)


def test_every_refusal_is_looked_for_until_it_is_switched_off():
    assert find_switch("refusal_active_N24").accept("OFF") == "off"
    assert Settings().refusal_is_active("N24")
    assert not Settings({"refusal_active_N24": "off"}).refusal_is_active("N24")
    assert Settings({"refusal_active_N24": "off"}).refusal_is_active("N23")


def test_stored_values_win_over_defaults():
    settings = Settings({"claim_limit_months": "24", "late_fee_refundable_R01": "on"})
    assert settings.number("claim_limit_months") == 24
    assert settings.returns_late_fee("R01")
    assert not settings.returns_late_fee("R02")
    assert settings["leave_month_refundable"] == "never"


def test_a_number_that_is_off_is_none():
    assert Settings().number("claim_limit_months") is None
    assert Settings().number("approval_threshold_yuan") == 10000


def test_every_reason_has_its_switches():
    for code in REASONS:
        assert Settings().returns_late_fee(code) is REASONS[code].returns_late_fee
        assert Settings().is_on(f"reason_active_{code}")


def test_all_switches_are_listed():
    assert set(Settings().as_dict()) == set(SWITCHES)


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("fund_pension_holder", " 某市社会保险基金 ", "某市社会保险基金"),
        ("fund_pension_account", "６２２２０２０２", "62220202"),
        ("fund_unemployment_cnaps", "102100000021", "102100000021"),
        ("fund_work_injury_account", "12345", None),
        ("fund_work_injury_account", "1234a6", None),
        ("fund_pension_cnaps", "10210000002", None),
        ("fund_pension_bank", "", None),
    ],
)
def test_the_account_of_a_fund_is_text_of_its_own_form(key: str, value: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(InvalidInput):
            find_switch(key).accept(value)
    else:
        assert find_switch(key).accept(value) == kept


def test_a_fund_pays_from_the_account_that_is_stored() -> None:
    stored = Settings({"fund_pension_account": "62220202"})
    assert stored.fund_account(Insurance.PENSION).account == "62220202"
    assert stored.fund_account(Insurance.UNEMPLOYMENT) == Settings().fund_account(Insurance.UNEMPLOYMENT)
