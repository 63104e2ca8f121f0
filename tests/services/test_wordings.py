"""Wording, remedies and materials of reasons and refusals are settings of an owner; codes are what is kept."""

from collections import Counter
from collections.abc import Iterator

import pytest

from core.domain.errors import InvalidInput, NotAllowed
from core.domain.materials import read_demand, write_demand
from core.domain.reasons import REASONS
from core.domain.roles import SYSTEM
from core.rules.catalogue import REFUSALS
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.exports import export_refusals
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.services.wordings import list_wordings, wordings_in_force
from core.texts import _, use_language, use_wording
from tests.support.desks import ADMIN, CLERK, Ledger, prepare_draft


@pytest.fixture(autouse=True)
def shipped() -> Iterator[None]:
    yield
    use_wording({})
    use_language("zh")


def test_no_two_texts_are_alike() -> None:
    """An owner's wording takes the place of a text, so every text must belong to one code."""
    texts = [*(reason.text for reason in REASONS.values()), *(rule.text for rule in REFUSALS.values())]
    texts += [rule.remedy for rule in REFUSALS.values()]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_nothing_is_put_differently_until_somebody_does(desk: Desk) -> None:
    assert wordings_in_force(desk) == {}
    assert set(list_wordings(desk, ADMIN)) == {*REASONS, *REFUSALS}


def test_an_owners_wording_is_what_a_clerk_reads(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, ADMIN, "wording_N13", "所选月份不在离职之后")
    change_setting(desk, ADMIN, "remedy_N13", "请只勾选离职次月起的月份")
    use_wording(wordings_in_force(desk))
    refusals = preview_batch(desk, CLERK, prepare_draft(desk, ledger.leaver(1, [202203, 202205]))).refusals

    assert set(refusals["texts"]) == {"所选月份不在离职之后"}
    assert set(refusals["remedy"]) == {"请只勾选离职次月起的月份"}
    assert set(refusals["codes"]) == {"N13"}


def test_a_blank_gives_the_shipped_text_back(desk: Desk) -> None:
    change_setting(desk, ADMIN, "wording_R07", "两处参保")
    assert wordings_in_force(desk) == {REASONS["R07"].text: "两处参保"}
    change_setting(desk, ADMIN, "wording_R07", " ")
    assert wordings_in_force(desk) == {}


def test_english_keeps_its_translation(desk: Desk) -> None:
    before = (use_language("en"), _(REASONS["R07"].text))[1]
    use_wording({REASONS["R07"].text: "两处参保"})
    assert _(REASONS["R07"].text) == before
    use_language("zh")
    assert _(REASONS["R07"].text) == "两处参保"


@pytest.mark.parametrize(
    ("written", "required", "helpful"),
    [
        ("M1,M8;M2,M3,M7", (("M1",), ("M8",)), ("M2", "M3", "M7")),
        ("M1|M3,M8", (("M1", "M3"), ("M8",)), ()),
        (";M2", (), ("M2",)),
        ("-", (), ()),
    ],
)
def test_materials_are_written_in_a_line(written, required, helpful) -> None:
    assert read_demand(written) == (required, helpful)
    assert write_demand(required, helpful) == written


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.code)
def test_every_reasons_own_materials_can_be_written(reason) -> None:
    assert read_demand(write_demand(reason.required, reason.helpful)) == (reason.required, reason.helpful)


def test_an_owner_asks_for_other_materials(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    assert preview_batch(desk, CLERK, draft_id).missing == (("M1",), ("M8",))

    change_setting(desk, ADMIN, "materials_R01", "M2|M3;M1")
    assert preview_batch(desk, CLERK, draft_id).missing == (("M2", "M3"),)
    assert preview_batch(desk, CLERK, draft_id).reasons[0].demand("M1") == "helpful"

    change_setting(desk, ADMIN, "materials_R01", "-")
    assert preview_batch(desk, CLERK, draft_id).missing == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("wording_N13", "一{name}二"),
        ("wording_N13", "字" * 301),
        ("materials_R01", "M9"),
        ("materials_R01", "M1,,M2"),
        ("wording_N99", "没有这个代码"),
        ("remedy_R01", "原因没有处理建议"),
        ("materials_N01", "M1"),
    ],
)
def test_what_is_no_wording_is_refused(desk: Desk, key: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        change_setting(desk, SYSTEM, key, value)
    assert wordings_in_force(desk) == {}


def test_only_administrators_see_and_change_them(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        list_wordings(desk, CLERK)
    with pytest.raises(NotAllowed):
        change_setting(desk, CLERK, "wording_N13", "一")


def test_the_database_is_sound_with_them(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, ADMIN, "wording_N13", "所选月份不在离职之后")
    change_setting(desk, ADMIN, "materials_R01", "M1|M3,M8;M2")
    export_refusals(desk, CLERK, prepare_draft(desk, ledger.leaver(1, [202203, 202205])))
    assert check_everything(desk) == []
