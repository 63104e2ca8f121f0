"""Changes of registered accounts: four eyes, a cooling time, one open at a time, and the old account until then."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.domain.account_change import ChangeState
from core.domain.bank import FIELDS
from core.domain.errors import (
    Conflict,
    FactorNeeded,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from core.domain.lifecycle import State
from core.domain.roles import SYSTEM, Role, Viewer
from core.services import account_changes as changes
from core.services import drafts, filing, previews, steps
from core.services.bank_corrections import correct_bank
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.contributions import InvalidInputs
from core.services.desk import Desk
from core.services.line_decisions import decide_lines
from core.services.settings import change_setting
from core.services.steps import advance_batch
from core.store.account_changes import read_makers
from core.store.audit_trail import read_entries
from core.store.line_decisions import hold_part
from core.store.schema import account_changes, batches, employers, imports, superseded, users
from tests.support.desks import (
    ADMIN,
    ANALYST,
    APPROVER,
    BANK,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Ledger,
    at_once,
    linger,
    prepare_draft,
)
from tests.support.rounds import PASS, file_clear, file_unregistered, settle, to_bounce, to_payment

NEW = {**BANK, "bank_account": "0200001009099998888", "exchange_number": "0103"}
SECOND_APPROVER = Viewer("approver2", Role.APPROVER, fresh_factor=True)


@pytest.fixture(autouse=True)
def _second_approver(desk: Desk) -> None:
    with desk.database.write() as connection:
        connection.execute(users.insert(), {"username": "approver2", "role": "approver", "created_at": desk.now()})


def request(desk: Desk, viewer: Viewer = CLERK, **bank: str) -> str:
    return changes.request_change(desk, viewer, "E1", {**NEW, **bank}, "变更函 1 号")


def approve(desk: Desk, change_id: str, viewer: Viewer = APPROVER) -> ChangeState:
    return changes.decide_change(desk, viewer, change_id, approve=True)


def registered(desk: Desk, employer_id: str = "E1") -> str:
    with desk.read() as connection:
        return drafts.load_employer(connection, employer_id).registered["bank_account"]


def the_change(desk: Desk, viewer: Viewer = CLERK) -> changes.AccountChange:
    return changes.changes_of(desk, viewer, "E1")[0]


def ledger_says(desk: Desk, account: str, *, name: str = "甲公司") -> None:
    """An import corrects the employer: what it replaces is kept."""
    with desk.database.write() as connection:
        before = connection.execute(sa.select(employers).where(employers.c.employer_id == "E1")).mappings().one()
        row = {"import_id": desk.new_id(), "file_name": "单位.xlsx", "sha256": "", "kind": "employers", "row_count": 1}
        counts = {"new_count": 0, "corrected_count": 1, "imported_by": "system", "imported_at": desk.now()}
        connection.execute(imports.insert(), row | counts)
        kept = {"table_name": "employers", "record_key": "E1", "content": json.dumps(dict(before), ensure_ascii=False)}
        connection.execute(superseded.insert(), kept | {"import_id": row["import_id"], "superseded_at": desk.now()})
        connection.execute(
            employers.update().where(employers.c.employer_id == "E1").values(bank_account=account, name=name)
        )


# --- the way through ---


def test_asked_approved_cooled_and_then_in_force(desk: Desk) -> None:
    change_id = request(desk)
    assert the_change(desk).state is ChangeState.REQUESTED
    assert approve(desk, change_id) is ChangeState.APPROVED
    assert the_change(desk).effective_at == "2023-11-04T02:00:00+00:00"

    desk.clock.forward(days=3, seconds=-1)
    assert registered(desk) == BANK["bank_account"]
    desk.clock.forward(seconds=1)
    assert registered(desk) == NEW["bank_account"]
    assert the_change(desk).state is ChangeState.EFFECTIVE
    assert [employer.registered for employer in drafts.employers_of(desk, CLERK)] == [NEW]
    assert registered(desk, "E2") == BANK["bank_account"]


def test_what_is_filed_goes_to_the_account_that_counts_that_day(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205, 202206])

    def file(serial: str) -> str:
        draft_id = prepare_draft(desk, [serial])
        seen = previews.preview_batch(desk, CLERK, draft_id)
        filing.submit_batch(desk, CLERK, draft_id, seen.key, seen.fingerprint)
        return seen.draft.content.bank["bank_account"]

    approve(desk, request(desk))
    assert file(serials[0]) == BANK["bank_account"]
    desk.clock.forward(days=3)
    assert file(serials[1]) == NEW["bank_account"]


def test_the_cooling_time_is_a_switch(desk: Desk) -> None:
    change_setting(desk, SYSTEM, "account_cooling_days", "0")
    approve(desk, request(desk))

    assert registered(desk) == NEW["bank_account"]


def test_former_accounts_stay_on_record(desk: Desk) -> None:
    approve(desk, request(desk))
    desk.clock.forward(days=4)
    approve(desk, request(desk, bank_account="0200001009077776666"))
    desk.clock.forward(days=4)

    assert registered(desk) == "0200001009077776666"
    told = [(c.former["bank_account"], c.bank["bank_account"]) for c in changes.changes_of(desk, CLERK, "E1")]
    assert told == [
        (NEW["bank_account"], "0200001009077776666"),
        (BANK["bank_account"], NEW["bank_account"]),
    ]


def test_an_employer_without_an_account_gets_its_first(desk: Desk, ledger: Ledger) -> None:
    ledger.employer("E3", "丙公司", **dict.fromkeys(FIELDS, ""))
    clerk = replace(CLERK, employers=frozenset({"E3"}))
    approve(desk, changes.request_change(desk, clerk, "E3", {**NEW, "account_holder": "丙公司"}))
    desk.clock.forward(days=3)

    assert registered(desk, "E3") == NEW["bank_account"]


# --- who ---


def test_approving_asks_for_a_fresh_factor_and_refusing_for_a_reason(desk: Desk) -> None:
    change_id = request(desk)
    with pytest.raises(FactorNeeded):
        approve(desk, change_id, replace(APPROVER, fresh_factor=False))
    with pytest.raises(InvalidInput, match="请填写意见"):
        changes.decide_change(desk, APPROVER, change_id, approve=False, note=" ")

    stale = replace(APPROVER, fresh_factor=False)
    assert changes.decide_change(desk, stale, change_id, approve=False, note="印鉴不符") is ChangeState.REFUSED
    assert the_change(desk).decision_note == "印鉴不符"
    desk.clock.forward(days=9)
    assert registered(desk) == BANK["bank_account"]


@pytest.mark.parametrize("viewer", [CLERK, REVIEWER, FINANCE, ANALYST, ADMIN], ids=lambda viewer: viewer.username)
def test_only_approvers_decide(desk: Desk, viewer: Viewer) -> None:
    change_id = request(desk)
    for approve_it in (True, False):
        with pytest.raises(NotAllowed):
            changes.decide_change(desk, viewer, change_id, approve=approve_it, note="同意")


@pytest.mark.parametrize("viewer", [APPROVER, FINANCE, ANALYST, ADMIN], ids=lambda viewer: viewer.username)
def test_only_the_employer_or_a_reviewer_asks(desk: Desk, viewer: Viewer) -> None:
    with pytest.raises(NotAllowed):
        request(desk, viewer)


def test_a_stranger_neither_asks_nor_sees_nor_cancels(desk: Desk) -> None:
    with pytest.raises(NotFound):
        request(desk, OTHER_CLERK)
    change_id = request(desk)
    with pytest.raises(NotFound):
        changes.changes_of(desk, OTHER_CLERK, "E1")
    with pytest.raises(NotFound):
        changes.cancel_change(desk, OTHER_CLERK, change_id)
    assert changes.list_changes(desk, OTHER_CLERK) == []


def test_whoever_asked_never_decides_not_even_in_another_role(desk: Desk) -> None:
    change_id = request(desk)
    with pytest.raises(NotAllowed, match="由其他人员办理"):
        approve(desk, change_id, replace(APPROVER, username="clerk1"))


def test_the_database_refuses_it_too(desk: Desk) -> None:
    change_id = request(desk)
    own = {"state": "approved", "decided_by": "clerk1", "effective_at": desk.now()}
    with pytest.raises(IntegrityError), desk.database.write() as connection:
        connection.execute(account_changes.update().where(account_changes.c.change_id == change_id).values(**own))


@pytest.mark.parametrize("values", [{"bank_account": "1234567890"}, {"requested_by": "clerk1b"}])
def test_the_database_keeps_what_was_asked_for(desk: Desk, values: dict[str, str]) -> None:
    request(desk)
    with pytest.raises(IntegrityError), desk.database.write() as connection:
        connection.execute(account_changes.update().values(**values))


def test_a_reviewer_enters_what_came_on_paper_and_names_the_paper(desk: Desk) -> None:
    with pytest.raises(InvalidInputs) as refused:
        changes.request_change(desk, REVIEWER, "E1", NEW)
    assert [problem.field for problem in refused.value.problems] == ["change_note"]

    change_id = request(desk, REVIEWER)
    assert the_change(desk).note == "变更函 1 号"
    with pytest.raises(NotAllowed, match="只有申请人"):
        changes.cancel_change(desk, replace(REVIEWER, username="reviewer2"), change_id)
    changes.cancel_change(desk, REVIEWER, change_id)


@pytest.mark.parametrize("viewer", [CLERK, COLLEAGUE], ids=["the applicant", "a colleague"])
@pytest.mark.parametrize("decided", [False, True], ids=["before", "while cooling"])
def test_a_request_is_taken_back(desk: Desk, viewer: Viewer, *, decided: bool) -> None:
    change_id = request(desk)
    if decided:
        approve(desk, change_id)
    assert changes.cancel_change(desk, viewer, change_id) is ChangeState.CANCELLED
    desk.clock.forward(days=9)

    assert registered(desk) == BANK["bank_account"]
    assert changes.change_of(desk, CLERK, "E1") is None
    request(desk)


def test_nothing_is_taken_back_once_it_is_in_force(desk: Desk) -> None:
    change_id = request(desk)
    approve(desk, change_id)
    desk.clock.forward(days=3)
    with pytest.raises(IllegalTransition):
        changes.cancel_change(desk, CLERK, change_id)


def test_unknown_changes_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        approve(desk, "nothing")


# --- what is asked for ---


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("bank_name", "", "请填写"),
        ("bank_account", "12 34", "6 至 32 位"),
        ("account_holder", "乙公司", "户名须与单位名称一致"),
        ("cnaps_code", "1021", "12 位数字"),
        ("exchange_number", "01a2", "1 至 12 位"),
    ],
)
def test_every_fault_is_told_at_its_field(desk: Desk, field: str, typed: str, told: str) -> None:
    with pytest.raises(InvalidInputs) as refused:
        request(desk, **{field: typed})

    (problem,) = refused.value.problems
    assert problem.field == f"change_{field}"
    assert told in str(problem)
    live = changes.check_change(desk, CLERK, "E1", {**NEW, field: typed})
    assert any(told in sentence for _severity, sentence in live[field]) is bool(typed)


def test_a_warning_is_told_and_stops_nothing(desk: Desk) -> None:
    odd = {**NEW, "cnaps_code": "102100000022"}
    assert [severity for severity, _ in changes.check_change(desk, CLERK, "E1", odd)["cnaps_code"]] == ["warning"]
    changes.request_change(desk, CLERK, "E1", odd)


@pytest.mark.parametrize("viewer", [ADMIN, ANALYST], ids=lambda viewer: viewer.role)
def test_only_who_may_ask_for_a_change_has_an_account_looked_at(desk: Desk, viewer: Viewer) -> None:
    with pytest.raises(NotAllowed):
        changes.check_change(desk, viewer, "E1", NEW)


def test_the_same_account_is_no_change(desk: Desk) -> None:
    with pytest.raises(InvalidInputs) as refused:
        changes.request_change(desk, CLERK, "E1", {**BANK, "bank_account": "0200 0010 0901 2345 678"})
    assert [problem.field for problem in refused.value.problems] == ["change_bank_account"]


# --- one at a time ---


@pytest.mark.parametrize("decided", [False, True], ids=["asked", "cooling"])
def test_while_one_is_open_no_second_is_asked_for(desk: Desk, *, decided: bool) -> None:
    change_id = request(desk)
    if decided:
        approve(desk, change_id)
    with pytest.raises(Conflict, match="正在办理"):
        request(desk, REVIEWER)
    desk.clock.forward(days=3)
    if decided:
        request(desk, bank_account="0200001009077776666")


def test_of_two_requests_at_once_one_is_taken(desk: Desk) -> None:
    results = at_once([lambda: request(desk), lambda: request(desk, COLLEAGUE), lambda: request(desk, REVIEWER)])

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "str"]
    assert len(changes.changes_of(desk, CLERK, "E1")) == 1


def test_of_two_decisions_at_once_one_counts(desk: Desk) -> None:
    change_id = request(desk)
    results = at_once(
        [
            lambda: approve(desk, change_id),
            lambda: changes.decide_change(desk, SECOND_APPROVER, change_id, approve=False, note="不符"),
            lambda: changes.cancel_change(desk, CLERK, change_id),
        ]
    )

    done = [result for result in results if isinstance(result, ChangeState)]
    assert [the_change(desk).state] == done
    assert all(isinstance(result, Conflict | IllegalTransition | ChangeState) for result in results)


def test_of_a_step_and_a_decision_on_the_account_at_once_one_is_taken(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "0")
    number = file_unregistered(desk, ledger)
    advance_batch(desk, REVIEWER, number, "pass", account_checked=True)
    advance_batch(desk, SECOND_REVIEWER, number, "pass")
    change_id = request(desk)
    linger(monkeypatch, changes, "_served_by")
    linger(monkeypatch, steps, "read_parts")
    results = at_once([lambda: advance_batch(desk, APPROVER, number, "pass"), lambda: approve(desk, change_id)])

    assert sum(isinstance(result, NotAllowed) for result in results) == 1
    assert check_everything(desk) == []


def test_of_a_step_and_a_request_for_another_account_at_once_one_is_taken(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = file_clear(desk, ledger)
    linger(monkeypatch, changes, "_served_by")
    linger(monkeypatch, steps, "read_parts")
    results = at_once([lambda: advance_batch(desk, REVIEWER, number, "pass"), lambda: request(desk, REVIEWER)])

    assert sum(isinstance(result, NotAllowed) for result in results) == 1


# --- what others see ---


def test_roles_that_see_no_accounts_see_the_last_four(desk: Desk) -> None:
    request(desk)
    (seen,) = changes.list_changes(desk, ADMIN)

    assert seen.bank["bank_account"] == "***************8888"
    assert seen.former["bank_account"] == "***************5678"
    assert seen.moves == ()


def test_only_open_changes_wait(desk: Desk) -> None:
    approve(desk, request(desk))
    assert len(changes.list_changes(desk, APPROVER, only_open=True)) == 1
    desk.clock.forward(days=3)
    assert changes.list_changes(desk, APPROVER, only_open=True) == []
    assert len(changes.list_changes(desk, APPROVER)) == 1


def test_the_audit_log_names_steps_and_no_account(desk: Desk) -> None:
    approve(desk, request(desk))
    desk.clock.forward(days=3)
    changes.cancel_change(desk, CLERK, request(desk, bank_account="0200001009077776666"))
    changes.decide_change(desk, APPROVER, request(desk, COLLEAGUE, bank_name="银行"), approve=False, note="不符")
    with desk.read() as connection:
        entries = read_entries(connection, search="account.", limit=50, offset=0)

    steps = ["request", "approve", "request", "cancel", "request", "refuse"]
    assert [(entry.action, entry.subject) for entry in reversed(entries)] == [(f"account.{s}", "E1") for s in steps]
    assert all(list(json.loads(entry.detail)) == ["change"] for entry in entries)


# --- one person, one part: who makes the account takes no part in what is paid to it ---


def makers(desk: Desk, account: str = NEW["bank_account"]) -> set[str]:
    with desk.read() as connection:
        return read_makers(connection, "E1", account)


def test_who_made_the_account_is_known_from_the_request_on(desk: Desk) -> None:
    assert makers(desk) == set()
    change_id = request(desk, REVIEWER)
    assert makers(desk) == makers(desk, BANK["bank_account"]) == {"reviewer1"}, "a bounce would send the money there"
    approve(desk, change_id)
    desk.clock.forward(days=4)
    assert makers(desk) == makers(desk, BANK["bank_account"]) == {"reviewer1", "approver1"}
    ledger_says(desk, "0200001009055554444")
    assert makers(desk) == {"reviewer1", "approver1"}
    assert makers(desk, "0200001009055554444") == set(), "the ledger says this one itself"


def test_what_an_employer_asks_for_and_what_was_refused_make_nobody_a_maker(desk: Desk) -> None:
    change_id = request(desk, CLERK)
    assert makers(desk) == set()
    changes.decide_change(desk, APPROVER, change_id, approve=False, note="不符")
    changes.cancel_change(desk, REVIEWER, request(desk, REVIEWER))
    assert makers(desk) == set()


def test_who_asked_for_the_account_and_who_approved_it_take_no_part(desk: Desk, ledger: Ledger) -> None:
    approve(desk, request(desk, REVIEWER))
    desk.clock.forward(days=4)
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "0")
    number = file_clear(desk, ledger)

    view = show_batch(desk, REVIEWER, number)
    assert (view.actions, view.made_account) == ((), True)
    for call in (
        lambda: advance_batch(desk, REVIEWER, number, "pass"),
        lambda: decide_lines(desk, REVIEWER, number, [1], PASS),
    ):
        with pytest.raises(NotAllowed):
            call()
    settle(desk, number, SECOND_REVIEWER)
    advance_batch(desk, SECOND_REVIEWER, number, "pass")
    third = Viewer("reviewer3", Role.REVIEWER)
    with desk.database.write() as connection:
        connection.execute(users.insert(), {"username": "reviewer3", "role": "reviewer", "created_at": desk.now()})
    advance_batch(desk, third, number, "pass")
    with pytest.raises(NotAllowed):
        advance_batch(desk, APPROVER, number, "pass")
    assert advance_batch(desk, SECOND_APPROVER, number, "pass") is State.PAYABLE
    assert check_everything(desk) == []


def test_who_asked_for_the_account_on_paper_does_not_pass_it_after_a_bounce(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    fourth = Viewer("reviewer4", Role.REVIEWER)
    with desk.database.write() as connection:
        connection.execute(users.insert(), {"username": "reviewer4", "role": "reviewer", "created_at": desk.now()})
    with pytest.raises(NotAllowed, match="已承担环节"):
        request(desk, SECOND_REVIEWER)
    approve(desk, request(desk, fourth))
    desk.clock.forward(days=4)
    correct_bank(desk, COLLEAGUE, number, NEW)
    for viewer in (fourth, REVIEWER):
        with pytest.raises(NotAllowed):
            advance_batch(desk, viewer, number, "pass_bank")
    assert advance_batch(desk, SECOND_REVIEWER, number, "pass_bank") is State.PAYABLE
    assert check_everything(desk) == []


def test_who_approved_a_batch_does_not_approve_its_new_account(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "0")
    number = file_clear(desk, ledger)
    settle(desk, number)
    for viewer in (REVIEWER, SECOND_REVIEWER, APPROVER):
        advance_batch(desk, viewer, number, "pass")
    to_bounce(desk, number)
    change_id = request(desk)

    (seen,) = changes.list_changes(desk, APPROVER)
    assert (seen.kept_by_part, [move.step for move in seen.moves]) == (True, ["refuse"])
    with pytest.raises(NotAllowed, match="已承担环节"):
        approve(desk, change_id)
    approve(desk, change_id, SECOND_APPROVER)


def test_once_a_batch_is_over_its_officials_may_change_the_account(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    with pytest.raises(NotAllowed, match="已承担环节"):
        request(desk, THIRD_REVIEWER)
    advance_batch(desk, CLERK, number, "withdraw")
    approve(desk, request(desk, THIRD_REVIEWER))


def test_check_tells_of_a_batch_paid_to_the_account_of_its_own_official(desk: Desk, ledger: Ledger) -> None:
    approve(desk, request(desk, REVIEWER))
    desk.clock.forward(days=4)
    number = file_clear(desk, ledger)
    with desk.database.write() as connection:
        (row,) = connection.execute(sa.select(batches.c.batch_id).where(batches.c.number == number))
        hold_part(connection, row.batch_id, "reviewer1", "first_reviewer")
    assert [(each.code, number in each.sentence) for each in check_everything(desk)] == [("6", True)]


# --- the ledger has a word too ---


def test_an_import_while_it_is_open_leaves_the_change_and_the_change_counts(desk: Desk) -> None:
    change_id = request(desk)
    ledger_says(desk, "0200001009055554444")
    assert registered(desk) == "0200001009055554444"
    desk.clock.forward(seconds=1)
    approve(desk, change_id)
    assert the_change(desk).former["bank_account"] == "0200001009055554444"
    desk.clock.forward(days=3)
    assert registered(desk) == NEW["bank_account"]


def test_an_import_after_it_counts_has_the_last_word(desk: Desk) -> None:
    approve(desk, request(desk))
    desk.clock.forward(days=4)
    ledger_says(desk, "0200001009055554444")

    assert registered(desk) == "0200001009055554444"


def test_an_import_that_corrects_the_name_only_leaves_the_account(desk: Desk) -> None:
    approve(desk, request(desk))
    desk.clock.forward(days=4)
    ledger_says(desk, BANK["bank_account"], name="甲甲公司")

    assert registered(desk) == NEW["bank_account"]
