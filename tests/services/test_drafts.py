"""Drafts: nothing typed or ticked is ever lost, and nothing foreign gets in."""

from datetime import date

import pytest

from core.domain.errors import InvalidInput, NotAllowed, NotFound
from core.domain.period import Period
from core.services import drafts
from core.services.contributions import InvalidInputs, Query, find_contributions, parse_query
from core.services.desk import Desk
from core.texts import explain
from tests.support.desks import ANALYST, CLERK, COLLEAGUE, OTHER_CLERK, Ledger, at_once, person, prepare_draft

ALL = Query(Period(202201), Period(202309), everyone=True)
TODAY = date(2023, 11, 1)


def test_a_draft_is_found_again_with_all_that_was_typed(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205, 202206])
    draft_id = prepare_draft(desk, serials, reason="R99", reason_note="说明", bank={"bank_name": "打了一半"})
    again = drafts.open_draft(desk, CLERK, "E1")
    assert again.draft_id == draft_id
    assert (again.content.reason, again.content.reason_note, again.row_count) == ("R99", "说明", 2)
    assert again.content.bank["bank_name"] == "打了一半"
    assert again.content.bank["cnaps_code"] == "102100000021", "what was not touched stays the registered account"


def test_each_clerk_of_an_employer_has_a_draft_of_his_own(desk: Desk) -> None:
    assert drafts.open_draft(desk, CLERK, "E1").draft_id != drafts.open_draft(desk, COLLEAGUE, "E1").draft_id


def test_ticks_on_rows_that_are_not_shown_stay(desk: Desk, ledger: Ledger) -> None:
    first, second, third = ledger.leaver(1, [202205, 202206, 202207])
    draft_id = prepare_draft(desk, [first, second])
    drafts.select_rows(desk, CLERK, draft_id, shown=[second, third], chosen=[third])
    page = find_contributions(desk, CLERK, "E1", ALL)
    assert dict(zip(page.frame["id"], page.frame["chosen"], strict=True)) == {first: True, second: False, third: True}


def test_an_id_outside_of_what_is_shown_is_not_ticked(desk: Desk, ledger: Ledger) -> None:
    first, second = ledger.leaver(1, [202205, 202206])
    draft_id = prepare_draft(desk, [])
    drafts.select_rows(desk, CLERK, draft_id, shown=[first], chosen=[first, second])
    assert drafts.selection_totals(desk, CLERK, draft_id).rows == 1


def test_a_row_of_another_employer_changes_nothing(desk: Desk, ledger: Ledger) -> None:
    own, foreign = ledger.row(person(1), 202205), ledger.row(person(1), 202205, "E2")
    draft_id = prepare_draft(desk, [own])
    with pytest.raises(InvalidInput):
        drafts.select_rows(desk, CLERK, draft_id, shown=[own, foreign], chosen=[foreign])
    assert drafts.selection_totals(desk, CLERK, draft_id).rows == 1


def test_totals_are_summed_from_the_ledger_to_the_fen(desk: Desk, ledger: Ledger) -> None:
    serials = [*ledger.leaver(1, [202205, 202206]), *ledger.leaver(2, [202205])]
    totals = drafts.selection_totals(desk, CLERK, prepare_draft(desk, serials))
    assert (totals.rows, totals.persons) == (3, 2)
    assert [amounts[:2] for amounts in totals.by_insurance.values()] == [
        (3 * 85760, 3 * 42880),
        (3 * 2680, 3 * 2680),
        (3 * 1072, 0),
    ]
    assert totals.total == 3 * (85760 + 42880 + 2 * 2680 + 1072)


def test_select_all_takes_every_page_and_gives_it_back(desk: Desk, ledger: Ledger) -> None:
    for number in range(1, 6):
        ledger.leaver(number, [202205, 202206])
    draft_id = prepare_draft(desk, [])
    assert drafts.select_query(desk, CLERK, draft_id, ALL, chosen=True) == 10
    assert find_contributions(desk, CLERK, "E1", ALL, page=2, size=4).frame["chosen"].all()
    assert drafts.select_query(desk, CLERK, draft_id, ALL, chosen=False) == 10
    assert drafts.selection_totals(desk, CLERK, draft_id).rows == 0


def test_the_months_after_leaving_are_ticked_in_one_go(desk: Desk, ledger: Ledger) -> None:
    before, leaving, *after = ledger.leaver(1, [202203, 202204, 202205, 202206])
    draft_id = prepare_draft(desk, [])
    assert drafts.select_after_event(desk, CLERK, draft_id, "R01", ALL) == 2
    frame = find_contributions(desk, CLERK, "E1", ALL).frame
    assert set(frame["id"][frame["chosen"]]) == set(after)
    assert {before, leaving}.isdisjoint(frame["id"][frame["chosen"]])


@pytest.mark.parametrize("viewer", [OTHER_CLERK, ANALYST], ids=["another employer's clerk", "an analyst"])
def test_nobody_else_opens_or_reads_a_draft(desk: Desk, viewer: object) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        drafts.open_draft(desk, viewer, "E1")  # type: ignore[arg-type]
    with pytest.raises((NotFound, NotAllowed)):
        find_contributions(desk, viewer, "E1", ALL)  # type: ignore[arg-type]


def test_a_colleague_cannot_write_into_the_draft(desk: Desk) -> None:
    draft_id = drafts.open_draft(desk, CLERK, "E1").draft_id
    with pytest.raises(NotFound):
        drafts.save_draft(desk, COLLEAGUE, draft_id, reason="R01")


def test_numbers_without_rows_are_named(desk: Desk, ledger: Ledger) -> None:
    ledger.leaver(1, [202205])
    query = parse_query("2022-01", "2023-09", f"{person(1)} {person(2)}", everyone=False, today=TODAY)
    page = find_contributions(desk, CLERK, "E1", query)
    assert (page.total, page.absent) == (1, (person(2),))


@pytest.mark.parametrize(
    ("first", "last", "numbers", "fields"),
    [
        ("2022-13", "2023-09", person(1), ["query_from"]),
        ("2023-09", "2022-01", person(1), ["query_from"]),
        ("2022-01", "2023-12", person(1), ["query_to"]),
        ("", "2023-09", person(1), ["query_from"]),
        ("2022-01", "2023-09", "", ["query_ids"]),
        ("2022-01", "2023-09", f"{person(1)[:-1]}{(int(person(1)[-1]) + 1) % 10}", ["query_ids"]),
        ("2022-01", "2023-09", "119999199002300013", ["query_ids"]),
        ("2022-01", "2023-09", f"{person(1)},1199991990", ["query_ids"]),
        ("x", "y", "z", ["query_from", "query_to"]),
    ],
    ids=[
        "month 13",
        "start after end",
        "future",
        "no start",
        "no number",
        "check digit",
        "30 February",
        "short",
        "all wrong",
    ],
)
def test_every_fault_of_a_query_is_told_at_its_field(first: str, last: str, numbers: str, fields: list[str]) -> None:
    with pytest.raises(InvalidInputs) as caught:
        parse_query(first, last, numbers, everyone=False, today=TODAY)
    assert [problem.field for problem in caught.value.problems] == fields


def test_of_a_column_of_wrong_numbers_the_first_are_named_and_the_others_counted() -> None:
    with pytest.raises(InvalidInputs) as caught:
        parse_query("2022-01", "2022-12", "\n".join(map(str, range(10_000, 15_000))), everyone=False, today=TODAY)
    told = [explain(problem) for problem in caught.value.problems]
    assert len(told) == 6
    assert told[0].startswith("第 1 个社会保障号“1***0”")
    assert told[-1] == "另有 4995 个社会保障号填写有误，请一并核对"


def test_no_fault_holds_a_whole_number() -> None:
    wrong = ["119999199001010018", "11999919901301001X", "1199991990"]
    with pytest.raises(InvalidInputs) as caught:
        parse_query("2022-01", "2022-12", " ".join(wrong), everyone=False, today=TODAY)
    held = str([(problem.values, str(problem)) for problem in caught.value.problems])
    assert len(caught.value.problems) == 3
    assert not any(number in held for number in wrong)


@pytest.mark.parametrize("separator", [" ", "\n", ",", "，", "；", "\t", "、"])
def test_many_numbers_are_taken_with_any_separator(separator: str) -> None:
    text = separator.join([person(1), person(2).lower(), person(1)])
    query = parse_query("2022年1月", "202309", text, everyone=False, today=TODAY)
    assert query == Query(Period(202201), Period(202309), (person(1), person(2)))


def test_whoever_opens_a_draft_in_many_tabs_at_once_has_one(desk: Desk) -> None:
    opened = at_once([lambda: drafts.open_draft(desk, CLERK, "E1")] * 8)
    assert len({draft.draft_id for draft in opened}) == 1
