"""A person with two reasons: rows carry one reason each, and what is filed is one batch per reason, kept together."""

import pytest

from core.domain.errors import InvalidInput
from core.domain.period import Period
from core.domain.vocabulary import Insurance
from core.services import drafts
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.contributions import InvalidInputs, Query, find_contributions
from core.services.desk import Desk
from core.services.filing import Drifted, receipt_of, submit_batch
from core.services.previews import preview_batch
from core.services.refusal_pages import count_causes
from core.services.row_reasons import assign_reason, assign_supported, take_back
from tests.support.desks import CLERK, Ledger, person, prepare_draft

LEFT, TWICE = [202205, 202206], [202201, 202202]
EVERYONE = Query(Period(202201), Period(202309), everyone=True)
EARLY = Query(Period(202201), Period(202203), (person(1),))


@pytest.fixture
def two_reasons(desk: Desk, ledger: Ledger) -> str:
    """A person insured elsewhere as well in January and February 2022, who left in April and was paid for in May and June."""
    serials = ledger.leaver(1, [*TWICE, *LEFT])
    for month in TWICE:
        ledger.row(person(1), month, "E2")
    return prepare_draft(desk, serials, reason="R01")


def reasons_of(desk: Desk) -> dict[int, str]:
    frame = find_contributions(desk, CLERK, "E1", EVERYONE).frame
    return dict(zip(frame["period"], frame["assigned"], strict=True))


def test_the_product_finds_the_months_of_the_other_reason(desk: Desk, two_reasons: str) -> None:
    assert assign_supported(desk, CLERK, two_reasons, "R07", EVERYONE) == 2

    twice = "重复参保、重复缴费"
    assert reasons_of(desk) == {202201: twice, 202202: twice, 202205: "", 202206: ""}
    assert drafts.open_draft(desk, CLERK, "E1").ticked == {"R01": 2, "R07": 2}


def test_rows_that_were_not_ticked_are_ticked_for_it(desk: Desk, two_reasons: str) -> None:
    drafts.select_query(desk, CLERK, two_reasons, EARLY, chosen=False)

    assert assign_supported(desk, CLERK, two_reasons, "R07", EVERYONE) == 2
    assert drafts.open_draft(desk, CLERK, "E1").ticked == {"R01": 2, "R07": 2}


def test_the_clerk_says_which_ticked_rows_carry_it(desk: Desk, two_reasons: str) -> None:
    assert assign_reason(desk, CLERK, two_reasons, "R99", EARLY) == 2
    assert drafts.open_draft(desk, CLERK, "E1").ticked == {"R01": 2, "R99": 2}

    assert assign_reason(desk, CLERK, two_reasons, "R01", EARLY) == 2
    assert drafts.open_draft(desk, CLERK, "E1").ticked == {"R01": 4}


@pytest.mark.parametrize("way", ["taken back", "the draft's own reason becomes the same"])
def test_rows_follow_the_drafts_own_reason_again(desk: Desk, two_reasons: str, way: str) -> None:
    assign_reason(desk, CLERK, two_reasons, "R07", EARLY)
    if way == "taken back":
        assert take_back(desk, CLERK, two_reasons, "R07") == 2
    else:
        drafts.save_draft(desk, CLERK, two_reasons, reason="R07")

    assert set(drafts.open_draft(desk, CLERK, "E1").ticked.values()) == {4}


def test_a_row_that_is_unticked_forgets_its_reason(desk: Desk, two_reasons: str) -> None:
    assign_reason(desk, CLERK, two_reasons, "R07", EARLY)
    drafts.select_query(desk, CLERK, two_reasons, EARLY, chosen=False)
    drafts.select_query(desk, CLERK, two_reasons, EARLY, chosen=True)

    assert drafts.open_draft(desk, CLERK, "E1").ticked == {"R01": 4}


def test_an_unknown_reason_or_none_at_all_is_refused(desk: Desk, two_reasons: str) -> None:
    with pytest.raises(InvalidInput):
        assign_reason(desk, CLERK, two_reasons, "R00", EARLY)
    drafts.save_draft(desk, CLERK, two_reasons, reason="")
    with pytest.raises(InvalidInput):
        assign_reason(desk, CLERK, two_reasons, "R07", EARLY)


def test_two_reasons_hold_the_batch_until_it_is_split(desk: Desk, two_reasons: str) -> None:
    assign_supported(desk, CLERK, two_reasons, "R07", EVERYONE)

    held = preview_batch(desk, CLERK, two_reasons)
    assert [hold.code for hold in held.holds] == ["N26"]
    assert not held.can_submit
    with pytest.raises(Drifted):
        submit_batch(desk, CLERK, two_reasons, held.key, held.fingerprint)

    drafts.save_draft(desk, CLERK, two_reasons, split_reasons=True)
    split = preview_batch(desk, CLERK, two_reasons)
    assert split.can_submit
    assert [group.reason.code for group in split.groups] == ["R01", "R07"]
    # 工伤 is never refunded for being insured twice: two months of it are refused.
    assert [(cause.code, cause.lines) for cause in count_causes(split)] == [("N14", 2)]
    assert {split.judgement.insurance[i] for i in split.refused} == {list(Insurance).index(Insurance.WORK_INJURY)}


def test_every_line_is_judged_for_its_own_reason(desk: Desk, two_reasons: str) -> None:
    assign_supported(desk, CLERK, two_reasons, "R07", EVERYONE)
    judged = preview_batch(desk, CLERK, two_reasons).judgement

    told = {(int(judged.period[i]), int(judged.insurance[i])): judged.codes(i) for i in range(len(judged))}
    assert told == {
        (month, plane): ("N14",) if month in TWICE and plane == 2 else ()
        for month in (*TWICE, *LEFT)
        for plane in range(3)
    }
    assert [found.code for i in range(len(judged)) for found in judged.findings(i)] == ["N14", "N14"]


def test_the_batches_stay_together(desk: Desk, two_reasons: str) -> None:
    assign_supported(desk, CLERK, two_reasons, "R07", EVERYONE)
    drafts.save_draft(desk, CLERK, two_reasons, split_reasons=True)
    preview = preview_batch(desk, CLERK, two_reasons)
    receipt = submit_batch(desk, CLERK, two_reasons, preview.key, preview.fingerprint)

    filed = [show_batch(desk, CLERK, number) for number in receipt.numbers]
    assert [(batch.reason, batch.line_count) for batch in filed] == [("R01", 6), ("R07", 4)]
    assert {batch.family for batch in filed} == {receipt.numbers}
    assert sum(batch.total for batch in filed) == preview.totals.total == receipt.total
    assert receipt_of(desk, CLERK, receipt.numbers[1]).reasons == ("R01", "R07")
    assert submit_batch(desk, CLERK, two_reasons, preview.key, preview.fingerprint).numbers == receipt.numbers
    assert check_everything(desk) == []


def test_a_note_is_asked_for_and_kept_with_the_other_reason_only(desk: Desk, two_reasons: str) -> None:
    assign_reason(desk, CLERK, two_reasons, "R99", EARLY)
    drafts.save_draft(desk, CLERK, two_reasons, split_reasons=True)
    with pytest.raises(InvalidInputs) as refused:
        preview_batch(desk, CLERK, two_reasons)
    assert [problem.field for problem in refused.value.problems] == ["reason_note"]

    drafts.save_draft(desk, CLERK, two_reasons, reason_note="单位账务调整，两个月误缴")
    preview = preview_batch(desk, CLERK, two_reasons)
    numbers = submit_batch(desk, CLERK, two_reasons, preview.key, preview.fingerprint).numbers
    notes = {batch.reason: batch.reason_note for batch in (show_batch(desk, CLERK, number) for number in numbers)}
    assert notes == {"R01": "", "R99": "单位账务调整，两个月误缴"}


def test_of_a_month_paid_twice_one_copy_stays(desk: Desk, ledger: Ledger) -> None:
    ledger.fact(person(1), "employment", 20190301, employer_id="E1")
    first, second = (ledger.row(person(1), 202205) for _copy in range(2))
    draft_id = prepare_draft(desk, [], reason="R10")

    assert drafts.select_after_event(desk, CLERK, draft_id, "R10", EVERYONE) == 1
    frame = find_contributions(desk, CLERK, "E1", EVERYONE).frame
    assert set(frame["id"][frame["chosen"]]) < {first, second}
    assert preview_batch(desk, CLERK, draft_id).can_submit
