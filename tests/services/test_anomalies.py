"""异常: every method on a case that it has to see and on its neighbour that it must not; overrides by another person."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.domain.errors import Conflict, InvalidInput, NotAllowed
from core.domain.roles import SYSTEM, Viewer
from core.services import steps
from core.services.anomalies import (
    Concerns,
    explain_rules,
    list_anomalies,
    list_overrides,
    override_anomaly,
    read_concerns,
    take_back,
)
from core.services.anomaly_methods import METHODS
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.line_decisions import answer_lines, decide_lines
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.store.migrate import downgrade, upgrade
from core.store.schema import account_changes, batches, employers, imports, superseded
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
    Clock,
    Ledger,
    person,
    prepare_draft,
)
from tests.support.payments import payable
from tests.support.rounds import ANSWER, RETURN, file_clear, file_serials, pass_in_haste

COUNTS = ("row_count", "new_count", "corrected_count")


def seen(desk: Desk, code: str) -> dict[str, tuple[int, str]]:
    """By number: score and sentence of what one method saw."""
    found = ((each.number, reason) for each in list_anomalies(desk, ANALYST) for reason in each.reasons)
    return {number: (reason.score, reason.said) for number, reason in found if reason.code == code}


def give_account(desk: Desk, number: str, account: str) -> None:
    with desk.database.write() as connection:
        connection.execute(batches.update().where(batches.c.number == number).values(bank_account=account))


def change_account(desk: Desk, day: str) -> None:
    row = {"change_id": "c", "employer_id": "E1", "requested_by": "clerk1", "requested_at": day, "state": "effective"}
    with desk.database.write() as connection:
        connection.execute(
            account_changes.insert(),
            {**row, **BANK, "decided_by": "approver1", "decided_at": day, "effective_at": day},
        )


def file_for_two(desk: Desk, ledger: Ledger) -> tuple[str, str]:
    return file_serials(desk, ledger.leaver(1, [202205])), file_for_other(desk, ledger, 2)


def file_for_other(desk: Desk, ledger: Ledger, who: int) -> str:
    draft = prepare_draft(desk, ledger.leaver(who, [202205], employer_id="E2"), OTHER_CLERK, "E2")
    preview = preview_batch(desk, OTHER_CLERK, draft)
    return submit_batch(desk, OTHER_CLERK, draft, preview.key, preview.fingerprint).numbers[0]


def test_one_account_of_two_employers_is_seen_in_both(desk: Desk, ledger: Ledger) -> None:
    mine, yours = file_for_two(desk, ledger)
    assert seen(desk, "A01") == dict.fromkeys((mine, yours), (60, "收款账号被 2 个单位使用"))
    give_account(desk, yours, "0200009999999999999")
    assert seen(desk, "A01") == {}


def test_one_person_in_three_batches(desk: Desk, ledger: Ledger) -> None:
    numbers = [file_serials(desk, ledger.leaver(1, [202205]))]
    numbers.append(file_serials(desk, [ledger.row(person(1), 202206)]))
    assert seen(desk, "A02") == {}
    numbers.append(file_serials(desk, [ledger.row(person(1), 202207)]))
    assert set(seen(desk, "A02")) == set(numbers)
    steps.withdraw_batch(desk, CLERK, numbers[0])
    assert seen(desk, "A02") == {}


def test_an_amount_far_from_the_history(desk: Desk, ledger: Ledger) -> None:
    assert isinstance(desk.clock, Clock)
    for who in range(1, 4):
        file_serials(desk, ledger.leaver(who, [202205]))
        desk.clock.forward(minutes=1)
    usual = file_serials(desk, ledger.leaver(4, [202205, 202206]))
    desk.clock.forward(minutes=1)
    large = file_serials(desk, ledger.leaver(5, [202205, 202206, 202207, 202208, 202209, 202210]))
    found = seen(desk, "A03")
    assert set(found) == {large}
    assert found[large][1].startswith("金额 8,104.32 元，是该单位以往中位数 1,350.72 元的 6.0 倍")
    change_setting(desk, SYSTEM, "anomaly_amount_times", "2")
    assert set(seen(desk, "A03")) == {usual, large}


@pytest.mark.parametrize(("day", "score"), [("2023-10-31T02:00:00+00:00", 89), ("2023-09-01T02:00:00+00:00", None)])
def test_an_account_that_changed_before_filing(desk: Desk, ledger: Ledger, day: str, score: int | None) -> None:
    change_account(desk, day)
    number = file_serials(desk, ledger.leaver(1, [202205]))
    assert seen(desk, "A04").get(number, (None, ""))[0] == score


@pytest.mark.parametrize(
    ("before", "score"), [({"bank_account": "1"}, 89), ({"name": "甲某公司"}, None)], ids=["the account", "the name"]
)
def test_an_account_that_an_import_changed_before_filing(
    desk: Desk, ledger: Ledger, before: dict[str, str], score: int | None
) -> None:
    correct_employer(desk, before, "2023-10-31T02:00:00+00:00")
    number = file_serials(desk, ledger.leaver(1, [202205]))
    assert seen(desk, "A04").get(number, (None, ""))[0] == score


def correct_employer(desk: Desk, before: dict[str, str], at: str) -> None:
    """As if an import of the ledger had replaced ``before`` by what is registered now."""
    with desk.database.write() as connection:
        now = connection.execute(sa.select(employers).where(employers.c.employer_id == "E1")).mappings().one()
        kept = {"import_id": "i", "file_name": "单位.csv", "sha256": "i", "kind": "employers"} | dict.fromkeys(
            COUNTS, 1
        )
        connection.execute(imports.insert(), {**kept, "imported_by": ADMIN.username, "imported_at": at})
        content = json.dumps({**now, **before}, default=str)
        old = {"table_name": "employers", "record_key": "E1", "content": content, "import_id": "i", "superseded_at": at}
        connection.execute(superseded.insert(), old)


@pytest.mark.parametrize(("pause", "is_seen"), [(2, True), (120, False)])
def test_a_reviewer_who_passes_everything_in_seconds(desk: Desk, ledger: Ledger, pause: int, *, is_seen: bool) -> None:
    numbers = pass_in_haste(desk, ledger, REVIEWER, seconds=pause)
    assert set(seen(desk, "A05")) == (set(numbers) if is_seen else set())


def test_two_hasty_people_are_one_anomaly_of_their_batches(desk: Desk, ledger: Ledger) -> None:
    numbers = pass_in_haste(desk, ledger, REVIEWER, SECOND_REVIEWER)
    found = {each.number: each for each in list_anomalies(desk, ANALYST)}
    assert set(found) == set(numbers)
    for each in found.values():
        (reason,) = each.reasons
        assert (reason.code, reason.score, each.score) == ("A05", 70, 70)
        assert REVIEWER.username in reason.said
        assert SECOND_REVIEWER.username in reason.said


def test_one_return_among_many_passes_is_no_haste(desk: Desk, ledger: Ledger) -> None:
    for who in range(1, 7):
        number = file_clear(desk, ledger, who)
        steps.advance_batch(desk, REVIEWER, number, "pass" if who < 6 else "return", "请补充")
    assert seen(desk, "A05") == {}


@pytest.mark.parametrize("answers", [True, False])
def test_a_round_without_changes(desk: Desk, ledger: Ledger, *, answers: bool) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], RETURN)
    steps.advance_batch(desk, REVIEWER, number, "return", "请补充")
    if answers:
        answer_lines(desk, CLERK, number, [1], ANSWER)
    steps.advance_batch(desk, CLERK, number, "resubmit", "已说明")
    assert set(seen(desk, "A06")) == (set() if answers else {number})


def test_reasons_add_up_and_the_weightiest_comes_first(desk: Desk, ledger: Ledger) -> None:
    mine, _yours = file_for_two(desk, ledger)
    for month in (202206, 202207):
        file_serials(desk, [ledger.row(person(1), month)])
    both = next(each for each in list_anomalies(desk, ANALYST) if each.number == mine)
    assert [(reason.code, reason.score) for reason in both.reasons] == [("A01", 60), ("A02", 40)]
    assert both.score == 68


def test_an_override_needs_another_person_and_a_reason_and_stays_listed(desk: Desk, ledger: Ledger) -> None:
    mine, yours = file_for_two(desk, ledger)
    with pytest.raises(InvalidInput):
        override_anomaly(desk, ANALYST, mine, "A01", "好")
    with pytest.raises(InvalidInput):
        override_anomaly(desk, ANALYST, mine, "A99", "两个单位同属一个集团")
    with pytest.raises(NotAllowed):
        override_anomaly(desk, CLERK, mine, "A01", "两个单位同属一个集团")
    with pytest.raises(NotAllowed, match="参与过"):
        override_anomaly(desk, Viewer(CLERK.username, ANALYST.role), mine, "A01", "两个单位同属一个集团")
    override_anomaly(desk, ANALYST, mine, "A01", f"两个单位同属一个集团，见 {person(1)}")
    assert set(seen(desk, "A01")) == {yours}
    (said,) = list_overrides(desk, ANALYST)
    assert (said.number, said.name, said.username) == (mine, "账号被多个单位使用", "analyst1")
    assert person(1) not in said.reason
    assert read_trail(desk, SYSTEM, search="anomaly.override").total == 1
    with pytest.raises(Conflict):
        override_anomaly(desk, replace(ANALYST), mine, "A01", "两个单位同属一个集团")


def test_a_word_is_taken_back_and_said_anew_and_all_of_it_stays_listed(desk: Desk, ledger: Ledger) -> None:
    mine, yours = file_for_two(desk, ledger)
    with pytest.raises(Conflict, match="没有说明"):
        take_back(desk, ANALYST, mine, "A01", "说明有误，予以撤回")
    override_anomaly(desk, ANALYST, mine, "A01", "两个单位同属一个集团")
    with pytest.raises(InvalidInput, match="为何撤回"):
        take_back(desk, ANALYST, mine, "A01", "误")
    with pytest.raises(NotAllowed):
        take_back(desk, CLERK, mine, "A01", "说明有误，予以撤回")
    with pytest.raises(NotAllowed, match="参与过"):
        take_back(desk, Viewer(CLERK.username, ANALYST.role), mine, "A01", "说明有误，予以撤回")
    take_back(desk, ANALYST, mine, "A01", f"说明有误，见 {person(1)}")
    assert set(seen(desk, "A01")) == {mine, yours}
    assert read_concerns(desk, REVIEWER, mine).overrides == ()
    with pytest.raises(Conflict, match="没有说明"):
        take_back(desk, ANALYST, mine, "A01", "说明有误，予以撤回")
    override_anomaly(desk, ANALYST, mine, "A01", "已核对两个单位的委托书")
    assert set(seen(desk, "A01")) == {yours}
    assert {(each.reason, each.takes_back, each.stands) for each in list_overrides(desk, ANALYST)} == {
        ("两个单位同属一个集团", False, False),
        ("说明有误，见 …", True, False),
        ("已核对两个单位的委托书", False, True),
    }
    assert [each.reason for each in read_concerns(desk, REVIEWER, mine).overrides] == ["已核对两个单位的委托书"]
    assert read_trail(desk, SYSTEM, search="anomaly.take_back").total == 1


def test_what_was_said_stays_as_it_was_written(desk: Desk, ledger: Ledger) -> None:
    mine, _yours = file_for_two(desk, ledger)
    override_anomaly(desk, ANALYST, mine, "A01", "两个单位同属一个集团")
    for statement in ("UPDATE anomaly_overrides SET reason = 'x'", "DELETE FROM anomaly_overrides"):
        with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
            connection.execute(sa.text(statement))


def test_words_outlast_the_way_back_to_the_schema_before(desk: Desk, ledger: Ledger) -> None:
    mine, yours = file_for_two(desk, ledger)
    for number in (mine, yours):
        override_anomaly(desk, ANALYST, number, "A01", "两个单位同属一个集团")
    take_back(desk, ANALYST, yours, "A01", "说明有误，予以撤回")
    downgrade(desk.database, "0006")
    upgrade(desk.database)
    assert [(each.number, each.stands) for each in list_overrides(desk, ANALYST)] == [(mine, True)]
    assert set(seen(desk, "A01")) == {yours}


def test_what_is_no_anomaly_can_not_be_explained_away_in_advance(desk: Desk, ledger: Ledger) -> None:
    number = file_serials(desk, ledger.leaver(1, [202205]))
    with pytest.raises(InvalidInput, match="没有这种异常"):
        override_anomaly(desk, ANALYST, number, "A01", "预先说明没有问题")
    file_for_other(desk, ledger, 2)
    assert number in seen(desk, "A01")


@pytest.mark.parametrize("username", ["clerk1", "approver1"])
def test_whom_an_anomaly_speaks_of_does_not_explain_it(desk: Desk, ledger: Ledger, username: str) -> None:
    change_account(desk, "2023-10-31T02:00:00+00:00")
    number = file_serials(desk, ledger.leaver(1, [202205]), COLLEAGUE)
    with pytest.raises(NotAllowed, match="与该异常有关"):
        override_anomaly(desk, Viewer(username, ANALYST.role), number, "A04", "变更材料已核对")
    override_anomaly(desk, ANALYST, number, "A04", "变更材料已核对")


@pytest.mark.parametrize("viewer", [REVIEWER, APPROVER, FINANCE], ids=lambda viewer: viewer.username)
def test_whoever_decides_is_told_what_may_be_odd_and_what_was_said_of_it(
    desk: Desk, ledger: Ledger, viewer: Viewer
) -> None:
    mine, _yours = file_for_two(desk, ledger)
    for month in (202206, 202207):
        file_serials(desk, [ledger.row(person(1), month)])
    listed = next(each for each in list_anomalies(desk, ANALYST) if each.number == mine)
    assert read_concerns(desk, viewer, mine) == Concerns(listed, ())
    override_anomaly(desk, ANALYST, mine, "A01", "两个单位同属一个集团")
    concerns = read_concerns(desk, viewer, mine)
    assert concerns.open is not None
    assert [reason.code for reason in concerns.open.reasons] == ["A02"]
    assert [(each.username, each.reason) for each in concerns.overrides] == [("analyst1", "两个单位同属一个集团")]


def test_one_batch_alone_is_seen_as_in_the_list(desk: Desk, ledger: Ledger) -> None:
    """Every method looks at one batch only, and sees of it what it sees among all."""
    change_account(desk, "2023-10-31T02:00:00+00:00")
    file_for_other(desk, ledger, 9)
    pass_in_haste(desk, ledger, REVIEWER, SECOND_REVIEWER)
    listed = list_anomalies(desk, ANALYST)
    assert {reason.code for each in listed for reason in each.reasons} >= {"A01", "A04", "A05"}
    assert [read_concerns(desk, FINANCE, each.number).open for each in listed] == list(listed)


def test_what_was_paid_stays_listed_as_paid(desk: Desk, ledger: Ledger) -> None:
    change_account(desk, "2023-10-31T02:00:00+00:00")
    (number,) = payable(desk, ledger, 1)
    (before,) = list_anomalies(desk, ANALYST)
    steps.advance_batch(desk, FINANCE, number, "pay")
    steps.advance_batch(desk, FINANCE, number, "settle", "回单")
    assert list_anomalies(desk, ANALYST) == ()
    assert list_anomalies(desk, ANALYST, paid=True) == (before,)
    assert read_concerns(desk, REVIEWER, number).open == before
    override_anomaly(desk, ANALYST, number, "A04", "支付后已核对变更材料")
    assert list_anomalies(desk, ANALYST, paid=True) == ()


def test_every_rule_is_explained_with_the_threshold_in_force(desk: Desk) -> None:
    change_setting(desk, SYSTEM, "anomaly_person_batches", "7")
    told = {code: rule for code, _name, rule in explain_rules(desk, ANALYST)}
    assert set(told) == set(METHODS)
    assert "至少在 7 个批次" in told["A02"]
    assert not any("{" in rule for rule in told.values())


def test_anomalies_are_for_those_who_analyse(desk: Desk) -> None:
    for call in (list_anomalies, list_overrides, explain_rules):
        with pytest.raises(NotAllowed):
            call(desk, CLERK)


def test_who_filed_a_batch_is_not_told_what_is_odd_about_it(desk: Desk, ledger: Ledger) -> None:
    number = file_serials(desk, ledger.leaver(1, [202205]))
    with pytest.raises(NotAllowed):
        read_concerns(desk, CLERK, number)
