"""A list file as a query: it names people and months, and ticks what has become refundable."""

import pytest

from core.domain.errors import InvalidInput
from core.services.desk import Desk
from core.services.drafts import open_draft, save_draft, select_rows
from core.services.person_lists import MAX_PERSONS, look_up_list
from core.store.drafts import read_ticked
from tests.support.desks import CLERK, Ledger, person

MONTHS = [202204, 202205, 202206]
HEADER = "社会保障号码,对应缴费所属期"


def draft(desk: Desk, reason: str = "R01") -> str:
    draft_id = open_draft(desk, CLERK, "E1").draft_id
    save_draft(desk, CLERK, draft_id, reason=reason)
    return draft_id


def ticked(desk: Desk, draft_id: str) -> set[str]:
    with desk.read() as connection:
        return read_ticked(connection, draft_id)


def test_what_has_become_refundable_is_ticked(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, MONTHS)
    lines = "\n".join(f"{person(1)},{month}" for month in MONTHS)

    found = look_up_list(desk, CLERK, draft_id := draft(desk), "list.csv", f"{HEADER}\n{lines}".encode())

    assert (found.persons, str(found.first), str(found.last)) == ((person(1),), "2022-04", "2022-06")
    # He left in April, which is not refundable.
    assert ticked(desk, draft_id) == set(serials[1:])
    assert found.ticked == 2


def test_only_the_months_and_insurances_that_are_listed_count(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, MONTHS)
    text = f"{HEADER},险种\n{person(1)},2022-05,养老\n{person(2)},2022-06,工伤"

    look_up_list(desk, CLERK, draft_id := draft(desk), "list.csv", text.encode())

    assert ticked(desk, draft_id) == {serials[1]}


def test_an_insurance_that_the_reason_never_refunds_ticks_nothing(desk: Desk, ledger: Ledger) -> None:
    ledger.row(person(1), 202205)
    ledger.row(person(1), 202205, "E2")
    text = f"{HEADER},险种\n{person(1)},2022-05,工伤"

    assert look_up_list(desk, CLERK, draft(desk, "R07"), "list.csv", text.encode()).ticked == 0


def test_ticks_made_before_stay(desk: Desk, ledger: Ledger) -> None:
    others, serials = ledger.leaver(2, MONTHS), ledger.leaver(1, MONTHS)
    draft_id = draft(desk)
    select_rows(desk, CLERK, draft_id, others, others[:1])

    look_up_list(desk, CLERK, draft_id, "list.csv", f"{HEADER}\n{person(1)},2022-06".encode())

    assert ticked(desk, draft_id) == {others[0], serials[2]}


@pytest.mark.parametrize(
    ("reason", "text"), [("", f"{HEADER}\n{person(1)},2022-06"), ("R01", f"社会保障号码\n{person(1)}")]
)
def test_without_a_reason_or_months_it_is_a_query_and_nothing_more(
    desk: Desk, ledger: Ledger, reason: str, text: str
) -> None:
    ledger.leaver(1, MONTHS)

    found = look_up_list(desk, CLERK, draft_id := draft(desk, reason), "list.csv", text.encode())

    assert found.persons == (person(1),)
    assert ticked(desk, draft_id) == set()


@pytest.mark.parametrize("count", [0, MAX_PERSONS + 1])
def test_a_list_of_nobody_or_of_too_many_is_refused_at_its_field(desk: Desk, count: int) -> None:
    text = "社会保障号码\n" + "\n".join(f"P{number}" for number in range(count))

    with pytest.raises(InvalidInput) as caught:
        look_up_list(desk, CLERK, draft(desk), "list.csv", text.encode())
    assert caught.value.field == "query_list"
