"""Whatever is tried in whatever order: the account is the last one that two people agreed on and that has cooled."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import RefundError
from core.services import account_changes as changes
from core.services import drafts
from core.services.desk import Desk
from core.store.database import Database
from tests.support.desks import APPROVER, BANK, CLERK, Ledger, make_desk

OLD, FIRST, SECOND = BANK["bank_account"], "0200001009099998888", "0200001009077776666"


def ask(desk: Desk, employer_id: str, account: str) -> str:
    clerk = CLERK.__class__(CLERK.username, CLERK.role, frozenset({employer_id}))
    return changes.request_change(desk, clerk, employer_id, {**BANK, "bank_account": account})


def cancel(desk: Desk, change_id: str) -> object:
    return changes.cancel_change(desk, CLERK.__class__("system", CLERK.role.SYSTEM), change_id)


STEPS: dict[str, Callable[[Desk, str, str], object]] = {
    "ask": lambda desk, employer, _id: (ask(desk, employer, FIRST), FIRST),
    "ask for another": lambda desk, employer, _id: (ask(desk, employer, SECOND), SECOND),
    "approve": lambda desk, _employer, id_: changes.decide_change(desk, APPROVER, id_, approve=True),
    "refuse": lambda desk, _employer, id_: changes.decide_change(desk, APPROVER, id_, approve=False, note="不符"),
    "cancel": lambda desk, _employer, id_: cancel(desk, id_),
    "a day": lambda desk, _employer, _id: desk.clock.forward(days=1),
    "three days": lambda desk, _employer, _id: desk.clock.forward(days=3),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One desk on SQLite; every example has an employer of its own."""
    folder: Path = tmp_path_factory.mktemp("changes")
    database = Database(f"sqlite:///{folder / 'refund.sqlite3'}")
    database.migrate()
    return make_desk(database, folder)


@settings(max_examples=25)
@given(order=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_the_account_is_the_last_one_that_two_people_agreed_on_and_that_has_cooled(
    desk: Desk, order: list[str]
) -> None:
    employer = f"P{desk.new_id()}"
    Ledger(desk.database).employer(employer, "甲公司")
    asked, agreed = ("", ""), [(desk.clock(), OLD, "")]
    for step in order:
        try:
            done = STEPS[step](desk, employer, asked[0])
        except RefundError:
            continue
        if isinstance(done, tuple):
            asked = done
        elif step == "approve":
            agreed.append((desk.clock() + timedelta(days=3), asked[1], asked[0]))
        elif step == "cancel":
            agreed = [each for each in agreed if each[2] != asked[0]]
        with desk.read() as connection:
            now = drafts.load_employer(connection, employer).registered["bank_account"]
        assert now == [account for since, account, _id in agreed if since <= desk.clock()][-1]
        open_ones = [change for change in changes.list_changes(desk, APPROVER) if change.employer_id == employer]
        assert sum(change.is_open for change in open_ones) <= 1
