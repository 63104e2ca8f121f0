"""Filing: what was previewed is filed once, whole, and only while it is still true."""

import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from core.domain.errors import Conflict, IllegalTransition, NotAllowed, NotFound
from core.domain.lifecycle import State
from core.domain.period import Period
from core.domain.roles import Viewer
from core.services import drafts
from core.services.batch_refusals import read_refusals
from core.services.batches import list_batches, show_batch
from core.services.contributions import InvalidInputs, Query, find_contributions
from core.services.desk import Desk
from core.services.filing import Drifted, Receipt, submit_batch
from core.services.line_sheets import read_lines
from core.services.previews import check_bank, preview_batch, resolve_duplicates
from core.services.steps import advance_batch, withdraw_batch
from core.store.audit import Head, read_head
from core.store.schema import batches, lines
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
    Ledger,
    at_once,
    person,
    prepare_draft,
)
from tests.support.product import ROOT

ROW_TOTAL = 85760 + 42880 + 2 * 2680 + 1072
ALL = Query(Period(202201), Period(202309), everyone=True)


def file(desk: Desk, draft_id: str, viewer: Viewer = CLERK) -> Receipt:
    """Preview and confirm."""
    preview = preview_batch(desk, viewer, draft_id)
    return submit_batch(desk, viewer, draft_id, preview.key, preview.fingerprint)


def count(desk: Desk, table: str, where: str = "TRUE") -> int:
    with desk.read() as connection:
        return int(connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {where}")) or 0)


# --- what is filed ---


def test_the_refundable_lines_are_filed_and_the_refused_ones_kept_as_a_record(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202203, 202205, 202206])
    receipt = file(desk, prepare_draft(desk, serials))
    view = show_batch(desk, CLERK, receipt.numbers[0])
    assert (receipt.line_count, receipt.refused_count, receipt.total) == (6, 3, 2 * ROW_TOTAL)
    assert sorted(set(view.lines["period"])) == [202205, 202206]
    refusals = read_refusals(desk, CLERK, view.number)
    assert set(refusals["codes"]) == {"N13"}
    assert all(refusals["texts"])
    assert all(refusals["remedy"])
    assert all(refusals["basis"])


def test_the_payment_lines_add_up_to_the_batch_per_fund(desk: Desk, ledger: Ledger) -> None:
    view = show_batch(desk, CLERK, file(desk, prepare_draft(desk, ledger.leaver(1, [202205, 202206]))).numbers[0])
    assert {fund.value: amount for fund, amount in view.payments.items()} == {
        "pension": 2 * (85760 + 42880),
        "unemployment": 2 * 2 * 2680,
        "work_injury": 2 * 1072,
    }
    assert sum(view.payments.values()) == view.total == view.lines["refundable"].sum()


def test_a_line_that_a_reviewer_must_settle_is_filed_and_says_so(desk: Desk, ledger: Ledger) -> None:
    serial = ledger.row(person(1), 202205)
    view = show_batch(desk, CLERK, file(desk, prepare_draft(desk, [serial])).numbers[0])
    assert set(view.lines["verdict"]) == {"review"}
    assert set(read_lines(desk, CLERK, view.number).frame["codes"]) == {"V13"}


@pytest.mark.parametrize(("papers", "state"), [(("M1", "M8"), State.FIRST_REVIEW), (("M1",), State.SUBMITTED)])
def test_a_batch_with_every_required_paper_is_accepted_at_once(
    desk: Desk, ledger: Ledger, papers: tuple[str, ...], state: State
) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    with desk.database.write() as connection:
        for material in papers:
            connection.execute(
                sa.text(
                    "INSERT INTO papers (paper_id, draft_id, material, file_name, media_type, size, sha256, uploaded_by,"
                    " uploaded_at) VALUES (:id, :draft, :id, 'a.pdf', 'application/pdf', 1, 'x', 'clerk1', 'now')"
                ),
                {"id": material, "draft": draft_id},
            )
    view = show_batch(desk, CLERK, file(desk, draft_id).numbers[0])
    assert view.state is state
    assert {paper.material for paper in view.papers} == set(papers)


def test_due_dates_count_working_days_with_moved_holidays(desk: Desk, ledger: Ledger) -> None:
    desk.clock.now = desk.clock.now.replace(month=9, day=28)  # type: ignore[attr-defined]
    receipt = file(desk, prepare_draft(desk, ledger.leaver(1, [202205])))
    # 2023-09-29 to 10-06 is the holiday; Saturday 7 and Sunday 8 October are worked.
    assert receipt.due_on == "2023-10-08"


# --- what stops it ---


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"reason": ""}, ["reason"]),
        ({"reason": "R99", "reason_note": "太短"}, ["reason_note"]),
        ({"bank": {"bank_name": ""}}, ["bank_name"]),
        ({"bank": {"bank_account": "6222020200112233440"}}, ["bank_account"]),
        ({"bank": {"bank_account": "12345"}}, ["bank_account", "bank_account"]),
        ({"bank": {"account_holder": "别的公司"}}, ["account_holder"]),
        ({"bank": {"cnaps_code": "10210000002"}}, ["cnaps_code"]),
        ({"bank": {"exchange_number": "12-3"}}, ["exchange_number"]),
        ({"bank": dict.fromkeys(BANK, "")}, list(BANK)),
    ],
    ids=[
        "no reason",
        "short note",
        "no bank",
        "other account",
        "bad account",
        "holder",
        "code",
        "exchange",
        "all blank",
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_field_and_stays_typed(
    desk: Desk, ledger: Ledger, changes: dict[str, object], fields: list[str]
) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]), **changes)
    with pytest.raises(InvalidInputs) as caught:
        preview_batch(desk, CLERK, draft_id)
    assert [problem.field for problem in caught.value.problems] == fields
    content = drafts.open_draft(desk, CLERK, "E1").content
    for field, value in changes.items():
        kept = getattr(content, field)
        assert {**kept, **value} == kept if isinstance(value, dict) else kept == value


def test_nothing_ticked_stops_at_the_grid(desk: Desk) -> None:
    with pytest.raises(InvalidInputs) as caught:
        preview_batch(desk, CLERK, prepare_draft(desk, []))
    assert [problem.field for problem in caught.value.problems] == ["contributions"]


def test_a_wrong_branch_code_warns_while_it_is_typed(desk: Desk) -> None:
    draft_id = prepare_draft(desk, [], bank={"cnaps_code": "308584000014"})
    told = check_bank(desk, CLERK, draft_id)["cnaps_code"]
    assert [severity for severity, _sentence in told] == ["warning", "warning"]
    assert "招商" in told[1][1]


def test_without_a_registered_account_what_is_typed_goes_along_and_is_marked(desk: Desk, ledger: Ledger) -> None:
    ledger.employer("E3", "丙公司", **dict.fromkeys(BANK, ""))
    viewer = Viewer("clerk1", CLERK.role, frozenset({"E3"}))
    serials = ledger.leaver(1, [202205], employer_id="E3")
    bank = {**BANK, "account_holder": "丙公司"}
    draft_id = prepare_draft(desk, serials, viewer, "E3", bank=bank)
    assert preview_batch(desk, viewer, draft_id).warnings
    assert show_batch(desk, viewer, file(desk, draft_id, viewer).numbers[0]).account_unverified


def test_mixed_voucher_types_are_split_by_one_click_into_batches_that_stay_together(desk: Desk, ledger: Ledger) -> None:
    usual, other = ledger.leaver(1, [202205, 202206]), ledger.row(person(1), 202207, voucher_type="补缴凭证")
    draft_id = prepare_draft(desk, [*usual, other])
    mixed = preview_batch(desk, CLERK, draft_id)
    assert [hold.code for hold in mixed.holds] == ["N12"]
    assert not mixed.can_submit
    drafts.save_draft(desk, CLERK, draft_id, split_vouchers=True)
    receipt = file(desk, draft_id)
    assert len(receipt.numbers) == 2
    assert receipt.total == 3 * ROW_TOTAL
    assert show_batch(desk, CLERK, receipt.numbers[0]).family == receipt.numbers


def test_one_copy_of_a_month_must_stay(desk: Desk, ledger: Ledger) -> None:
    first, second = ledger.row(person(1), 202205), ledger.row(person(1), 202205)
    draft_id = prepare_draft(desk, [first, second], reason="R10")
    both = preview_batch(desk, CLERK, draft_id)
    assert [hold.code for hold in both.holds] == ["N27"]
    assert not both.can_submit
    assert both.duplicates
    resolve_duplicates(desk, CLERK, draft_id, [second])
    assert preview_batch(desk, CLERK, draft_id).can_submit


def test_an_employer_in_arrears_is_warned_and_may_file(desk: Desk, ledger: Ledger) -> None:
    with desk.database.write() as connection:
        connection.execute(sa.text("UPDATE employers SET in_arrears = TRUE WHERE employer_id = 'E1'"))
    preview = preview_batch(desk, CLERK, prepare_draft(desk, ledger.leaver(1, [202205])))
    assert [(hold.code, hold.blocking) for hold in preview.holds] == [("N18", False)]
    assert preview.can_submit


def test_nothing_left_to_file_cannot_be_confirmed(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202203]))
    preview = preview_batch(desk, CLERK, draft_id)
    assert not preview.can_submit
    with pytest.raises(Drifted):
        submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    assert count(desk, "batches") == 0


# --- once, and only what was previewed ---


def test_a_repeated_confirm_returns_the_first_receipt(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    preview = preview_batch(desk, CLERK, draft_id)
    first = submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    again = submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    assert (again.numbers, again.repeated) == (first.numbers, True)
    assert count(desk, "batches") == 1


def test_another_clerk_learns_nothing_from_a_key(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    preview = preview_batch(desk, CLERK, draft_id)
    submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    with pytest.raises(NotFound):
        submit_batch(desk, COLLEAGUE, draft_id, preview.key, preview.fingerprint)


def test_facts_that_came_after_the_preview_are_shown_as_a_difference(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205, 202206]))
    preview = preview_batch(desk, CLERK, draft_id)
    ledger.fact(person(1), "pension_benefit", 20220101, 20220531)
    with pytest.raises(Drifted) as caught:
        submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    assert caught.value.difference.lines == (("赵一", 202205, "pension", "可退", "不可退（N06）"),)
    assert count(desk, "batches") == 0
    assert file(desk, draft_id).line_count == 5


def test_a_bank_detail_changed_in_another_tab_is_noticed(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    preview = preview_batch(desk, CLERK, draft_id)
    drafts.save_draft(desk, CLERK, draft_id, bank={"branch_name": "另一支行"})
    with pytest.raises(Drifted) as caught:
        submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    assert caught.value.difference.notes == ("退费账户信息已更改",)


def test_sixteen_equal_confirms_make_one_batch(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205, 202206]))
    preview = preview_batch(desk, CLERK, draft_id)
    came = at_once([lambda: submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)] * 16)
    assert {receipt.numbers for receipt in came} == {came[0].numbers}
    assert sum(not receipt.repeated for receipt in came) == 1
    assert (count(desk, "batches"), count(desk, "batch_lines")) == (1, 6)


def test_two_clerks_on_one_month_one_wins_and_the_other_is_told(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205])
    filings = []
    for viewer in (CLERK, COLLEAGUE):
        draft_id = prepare_draft(desk, serials, viewer)
        preview = preview_batch(desk, viewer, draft_id)
        filings.append((viewer, draft_id, preview.key, preview.fingerprint))
    came = at_once([lambda f=filing: submit_batch(desk, *f) for filing in filings])
    assert sorted(isinstance(each, Receipt) for each in came) == [False, True]
    told = next(each for each in came if not isinstance(each, Receipt))
    assert isinstance(told, Drifted | Conflict)
    assert count(desk, "batch_lines", "live") == 3


def test_two_employers_on_one_double_month_only_one_wins(desk: Desk, ledger: Ledger) -> None:
    rows = {"E1": ledger.row(person(1), 202205), "E2": ledger.row(person(1), 202205, "E2")}
    filings = []
    for viewer, employer_id in ((CLERK, "E1"), (OTHER_CLERK, "E2")):
        bank = {"account_holder": "甲公司" if employer_id == "E1" else "乙公司"}
        draft_id = prepare_draft(desk, [rows[employer_id]], viewer, employer_id, reason="R07", bank=bank)
        preview = preview_batch(desk, viewer, draft_id)
        assert preview.can_submit
        filings.append((viewer, draft_id, preview.key, preview.fingerprint))
    came = at_once([lambda f=filing: submit_batch(desk, *f) for filing in filings])
    assert sorted(type(each) for each in came if not isinstance(each, Receipt)) == [Drifted]
    assert count(desk, "batches") == 1


def test_a_line_cannot_be_live_twice_even_by_raw_sql(desk: Desk, ledger: Ledger) -> None:
    file(desk, prepare_draft(desk, ledger.leaver(1, [202205])))
    with desk.database.write() as connection:
        batch = connection.execute(sa.select(batches)).mappings().one()
        line = connection.execute(sa.select(lines).limit(1)).mappings().one()
        connection.execute(batches.insert(), {**batch, "batch_id": "b", "number": "TF", "idempotency_key": "k"})
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(lines.insert(), {**line, "batch_id": "b"})
    with desk.database.write() as connection:
        connection.execute(lines.insert(), {**line, "batch_id": "b", "live": False})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batch_lines SET refundable = refundable + 1",
        "DELETE FROM batch_lines",
        "UPDATE batch_events SET note = 'x'",
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit WHERE sequence = 1",
        "DELETE FROM contributions",
        "DELETE FROM batches",
        "UPDATE payment_lines SET amount = 1",
    ],
)
def test_what_was_written_is_kept_whoever_asks(desk: Desk, ledger: Ledger, statement: str) -> None:
    file(desk, prepare_draft(desk, ledger.leaver(1, [202205])))
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(sa.text(statement))


# --- after the confirmation ---


def test_a_withdrawn_batch_frees_its_lines(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205])
    first = file(desk, prepare_draft(desk, serials)).numbers[0]
    assert find_contributions(desk, CLERK, "E1", ALL).frame["blocked"].tolist() != [""]
    assert withdraw_batch(desk, CLERK, first) is State.WITHDRAWN
    assert find_contributions(desk, CLERK, "E1", ALL).frame["blocked"].tolist() == [""]
    assert file(desk, prepare_draft(desk, serials)).numbers[0] != first


def test_a_line_in_a_running_batch_is_refused_and_named(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205, 202206])
    number = file(desk, prepare_draft(desk, serials[:1])).numbers[0]
    preview = preview_batch(desk, COLLEAGUE, prepare_draft(desk, serials, COLLEAGUE))
    refused = preview.refusals
    assert set(refused["codes"]) == {"N05"}
    assert all(number in basis for basis in refused["basis"])


def test_a_batch_goes_the_whole_way_and_its_lines_are_paid_once(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205])
    number = file(desk, prepare_draft(desk, serials)).numbers[0]
    way = [
        (REVIEWER, "accept"),
        (SECOND_REVIEWER, "pass"),
        (Viewer("third", REVIEWER.role), "pass"),
        (FINANCE, "pay"),
        (FINANCE, "settle"),
        (FINANCE, "close"),
    ]
    with desk.database.write() as connection:
        connection.execute(sa.text("INSERT INTO users (username, role, created_at) VALUES ('third', 'reviewer', '')"))
    states = [advance_batch(desk, viewer, number, step, "银行回单核对一致") for viewer, step in way]
    assert states[-1] is State.CLOSED
    with desk.read() as connection:
        reversed_ = connection.execute(sa.text("SELECT sum(employer_part + personal_part) FROM reversals")).scalar()
    assert reversed_ == -ROW_TOTAL
    preview = preview_batch(desk, COLLEAGUE, prepare_draft(desk, serials, COLLEAGUE))
    assert set(preview.refusals["codes"]) == {"N04"}
    assert not preview.can_submit


def test_above_the_threshold_the_second_review_leads_to_approval(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202205 + month for month in range(8)])
    number = file(desk, prepare_draft(desk, serials)).numbers[0]
    with desk.database.write() as connection:
        connection.execute(sa.text("INSERT INTO users (username, role, created_at) VALUES ('third', 'reviewer', '')"))
    advance_batch(desk, REVIEWER, number, "accept")
    advance_batch(desk, SECOND_REVIEWER, number, "pass")
    third = Viewer("third", REVIEWER.role)
    assert [edge.step for edge in show_batch(desk, third, number).actions] == ["escalate", "return", "reject"]
    assert advance_batch(desk, third, number, "pass") is State.APPROVAL
    assert advance_batch(desk, APPROVER, number, "pass") is State.PAYABLE


def test_nobody_holds_two_parts_of_one_batch(desk: Desk, ledger: Ledger) -> None:
    number = file(desk, prepare_draft(desk, ledger.leaver(1, [202205]))).numbers[0]
    advance_batch(desk, REVIEWER, number, "accept")
    with pytest.raises(NotAllowed):
        advance_batch(desk, REVIEWER, number, "pass")
    with pytest.raises(sa.exc.IntegrityError), desk.database.write() as connection:
        connection.execute(sa.text("INSERT INTO batch_parts SELECT batch_id, username, 'approver' FROM batch_parts"))


def test_a_step_that_the_state_does_not_have_is_refused(desk: Desk, ledger: Ledger) -> None:
    number = file(desk, prepare_draft(desk, ledger.leaver(1, [202205]))).numbers[0]
    with pytest.raises(IllegalTransition):
        advance_batch(desk, FINANCE, number, "pay")


@pytest.mark.parametrize("viewer", [OTHER_CLERK], ids=["another employer's clerk"])
def test_a_foreign_batch_is_like_none(desk: Desk, ledger: Ledger, viewer: Viewer) -> None:
    number = file(desk, prepare_draft(desk, ledger.leaver(1, [202205]))).numbers[0]
    for ask in (show_batch, withdraw_batch):
        with pytest.raises(NotFound):
            ask(desk, viewer, number)
    assert list_batches(desk, viewer).total == 0


def test_an_analyst_sees_masked_people_and_accounts(desk: Desk, ledger: Ledger) -> None:
    view = show_batch(desk, ANALYST, file(desk, prepare_draft(desk, ledger.leaver(1, [202203, 202205]))).numbers[0])
    shown = f"{view.lines.to_csv()}{read_refusals(desk, ANALYST, view.number).to_csv()}{view.bank}"
    assert person(1) not in shown
    assert "赵一" not in shown
    assert BANK["bank_account"] not in shown


def test_every_change_of_state_has_one_audit_entry(desk: Desk, ledger: Ledger) -> None:
    number = file(desk, prepare_draft(desk, ledger.leaver(1, [202205]))).numbers[0]
    withdraw_batch(desk, CLERK, number)
    assert count(desk, "batch_events") == count(desk, "audit", "action LIKE 'batch.%'") == 2
    with desk.read() as connection:
        assert desk.signed_head() == read_head(connection)


def test_the_signed_head_only_moves_forward_whoever_writes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers on one data directory: the slower one has read the head, and the other signs a later entry meanwhile."""
    other = Desk(desk.database, desk.data_dir, clock=desk.clock)
    read, written = Desk.signed_head, threading.Event()
    late: list[threading.Thread] = []

    def write() -> None:
        with other.write(ADMIN) as unit:
            unit.audit("test", "later")
        written.set()

    def read_slowly(asked: Desk) -> Head | None:
        head = read(asked)
        if asked is desk and not late:
            late.append(threading.Thread(target=write))
            late[0].start()
            # Whoever holds no lock lets the other one pass.
            written.wait(0.5)
        return head

    monkeypatch.setattr(Desk, "signed_head", read_slowly)
    with desk.write(ADMIN) as unit:
        unit.audit("test", "earlier")
    late[0].join()

    with desk.read() as connection:
        assert read(desk) == read_head(connection)


def test_records_are_found_by_number_employer_and_person(desk: Desk, ledger: Ledger) -> None:
    number = file(desk, prepare_draft(desk, ledger.leaver(1, [202205]))).numbers[0]
    for words in (number, number[-6:], "甲公", person(1), "赵一"):
        assert list_batches(desk, CLERK, search=words).rows["number"].tolist() == [number], words
    assert list_batches(desk, CLERK, search="乙公司").total == 0
    assert list_batches(desk, CLERK, states=["withdrawn"]).total == 0


# --- many at once ---


def test_thirty_two_writers_in_two_processes_all_get_their_turn(desk: Desk) -> None:
    draft_id = drafts.open_draft(desk, CLERK, "E1").draft_id
    url = desk.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.support.writers", str(desk.data_dir), url, draft_id, "16"]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _process in range(2)]
    failures = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert (failures, [process.returncode for process in processes]) == (["", ""], [0, 0])
    assert drafts.open_draft(desk, CLERK, "E1").content.reason_note == "第 3 次"


def test_a_failure_in_the_middle_leaves_nothing(desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    preview = preview_batch(desk, CLERK, draft_id)

    def broken(*_args: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("core.store.batches.insert_payments", broken)
        with pytest.raises(OSError, match="disk full"):
            submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)
    assert [count(desk, table) for table in ("batches", "batch_lines", "batch_events")] == [0, 0, 0]
    assert submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint).numbers
