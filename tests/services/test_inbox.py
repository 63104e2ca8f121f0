"""消息: what others did to one's batches and account changes, what of it is unread, and what can't go on without one."""

import pytest

from core.domain.account_change import ChangeState
from core.domain.errors import NotAllowed
from core.domain.lifecycle import State
from core.domain.roles import Viewer
from core.services import filing, inbox, previews, steps
from core.services.account_changes import cancel_change, decide_change, request_change
from core.services.assignments import assign_batch
from core.services.comments import add_comment
from core.services.desk import Desk
from core.services.queues import count_due, due_from
from core.store import inbox as store
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
    prepare_draft,
)
from tests.support.rounds import file_clear, to_bounce, to_payment

PEOPLE_WITH_BATCHES = (CLERK, COLLEAGUE, OTHER_CLERK, REVIEWER, SECOND_REVIEWER, APPROVER, FINANCE, ANALYST)
NEW_ACCOUNT = {**BANK, "bank_account": "0200990109200118888"}


def file(desk: Desk, serials: list[str], viewer: Viewer = CLERK) -> str:
    """Preview and confirm; returns the number."""
    preview = previews.preview_batch(desk, viewer, prepare_draft(desk, serials, viewer))
    return filing.submit_batch(desk, viewer, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


@pytest.fixture
def returned(desk: Desk, ledger: Ledger) -> str:
    """A batch that was accepted by one reviewer and sent back by another."""
    number = file(desk, ledger.leaver(1, [202205]))
    steps.advance_batch(desk, REVIEWER, number, "accept")
    steps.advance_batch(desk, SECOND_REVIEWER, number, "return", "缺少离职证明")
    return number


def said(desk: Desk, viewer: Viewer) -> list[tuple[str, str]]:
    return [(message.number, message.label) for message in inbox.list_messages(desk, viewer).messages]


def test_the_filer_is_told_what_the_agency_did_the_latest_first(desk: Desk, returned: str) -> None:
    page = inbox.list_messages(desk, CLERK)

    assert [(message.label, message.state) for message in page.messages] == [
        ("退回补正", State.RETURNED),
        ("受理", State.FIRST_REVIEW),
    ]
    latest = page.messages[0]
    assert (latest.number, latest.employer_name, latest.note) == (returned, "甲公司", "缺少离职证明")
    assert (latest.actor, latest.part, latest.at) == ("reviewer2", "初审", desk.now())


@pytest.mark.parametrize(
    ("viewer", "labels"),
    [
        (CLERK, ["退回补正", "受理"]),
        (REVIEWER, ["退回补正", "确认提交"]),
        (SECOND_REVIEWER, ["受理", "确认提交"]),
        (COLLEAGUE, []),
        (OTHER_CLERK, []),
        (FINANCE, []),
        (ANALYST, []),
    ],
    ids=lambda value: value.username if isinstance(value, Viewer) else "",
)
def test_whoever_has_a_part_is_told_what_others_did(
    desk: Desk, returned: str, viewer: Viewer, labels: list[str]
) -> None:
    assert said(desk, viewer) == [(returned, label) for label in labels]
    assert inbox.count_unread(desk, viewer) == len(labels)


@pytest.mark.parametrize("few", [store.FEW, 0], ids=["few batches", "many batches"])
def test_both_ways_of_looking_find_the_same(desk: Desk, returned: str, few: int, monkeypatch) -> None:
    monkeypatch.setattr(store, "FEW", few)

    assert said(desk, CLERK) == [(returned, "退回补正"), (returned, "受理")]
    assert inbox.count_unread(desk, REVIEWER) == 2


def test_what_was_read_stays_read_and_what_comes_later_is_unread(desk: Desk, returned: str) -> None:
    inbox.mark_read(desk, CLERK, inbox.list_messages(desk, CLERK).read_up_to)
    assert inbox.count_unread(desk, CLERK) == 0
    assert inbox.count_unread(desk, REVIEWER) == 2

    steps.advance_batch(desk, CLERK, returned, "resubmit", "已补充")
    steps.advance_batch(desk, SECOND_REVIEWER, returned, "pass")

    assert inbox.count_unread(desk, CLERK) == 1
    assert [message.unread for message in inbox.list_messages(desk, CLERK).messages] == [True, False, False]


def test_what_came_after_the_page_was_drawn_stays_unread(desk: Desk, ledger: Ledger) -> None:
    number = file(desk, ledger.leaver(1, [202205]))
    drawn = inbox.list_messages(desk, CLERK).read_up_to
    steps.advance_batch(desk, REVIEWER, number, "accept")

    inbox.mark_read(desk, CLERK, drawn)
    assert inbox.count_unread(desk, CLERK) == 1


def test_a_mark_never_goes_back_nor_ahead_of_what_happened(desk: Desk, returned: str) -> None:
    inbox.mark_read(desk, CLERK, 1_000_000)
    inbox.mark_read(desk, CLERK, 1)
    assert inbox.count_unread(desk, CLERK) == 0

    steps.advance_batch(desk, CLERK, returned, "resubmit", "已补充")
    steps.advance_batch(desk, SECOND_REVIEWER, returned, "pass")
    assert inbox.count_unread(desk, CLERK) == 1


def test_messages_are_read_in_pages(desk: Desk, returned: str) -> None:
    pages = [inbox.list_messages(desk, CLERK, page=page, size=1) for page in (1, 2, 3)]

    assert [[message.label for message in page.messages] for page in pages] == [["退回补正"], ["受理"], []]
    assert {(page.total, page.unread) for page in pages} == {(2, 2)}


def test_only_the_latest_are_paged_through(desk: Desk, returned: str, monkeypatch) -> None:
    monkeypatch.setattr(inbox, "MOST_LISTED", 1)
    monkeypatch.setattr(inbox, "MOST_COUNTED", 1)

    assert (inbox.list_messages(desk, CLERK).total, inbox.count_unread(desk, CLERK)) == (1, 1)
    assert inbox.list_messages(desk, CLERK, page=2, size=1).messages == ()


def test_a_clerk_who_left_the_employer_is_told_no_more_of_it(desk: Desk, returned: str) -> None:
    moved = Viewer(CLERK.username, CLERK.role, frozenset({"E2"}))

    assert said(desk, moved) == []
    assert inbox.count_unread(desk, moved) == 0


@pytest.mark.parametrize(("approve", "state"), [(True, ChangeState.APPROVED), (False, ChangeState.REFUSED)])
def test_the_decision_on_an_account_change_is_told_to_who_asked(
    *, desk: Desk, returned: str, approve: bool, state: ChangeState
) -> None:
    inbox.mark_read(desk, CLERK, inbox.list_messages(desk, CLERK).read_up_to)
    change_id = request_change(desk, CLERK, "E1", NEW_ACCOUNT)
    assert inbox.count_unread(desk, CLERK) == 0

    decide_change(desk, APPROVER, change_id, approve=approve, note="请核对")
    latest = inbox.list_messages(desk, CLERK).messages[0]

    assert (latest.label, latest.state, latest.actor, latest.number) == ("登记账户变更", state, "approver1", "")
    assert (latest.employer_name, latest.note, latest.unread) == ("甲公司", "请核对", True)
    assert inbox.count_unread(desk, CLERK) == 1
    assert inbox.count_unread(desk, OTHER_CLERK) == 0


def changes_told(desk: Desk, viewer: Viewer) -> list[tuple[object, str]]:
    return [(m.state, m.actor) for m in inbox.list_messages(desk, viewer).messages if m.label == "登记账户变更"]


def test_every_clerk_is_told_of_a_change_that_an_official_entered(desk: Desk) -> None:
    asked, refused = (ChangeState.REQUESTED, "reviewer1"), (ChangeState.REFUSED, "approver1")
    change_id = request_change(desk, REVIEWER, "E1", NEW_ACCOUNT, "变更函 1 号")
    for clerk in (CLERK, COLLEAGUE):
        assert (changes_told(desk, clerk), inbox.count_unread(desk, clerk)) == ([asked], 1)
    assert inbox.list_messages(desk, CLERK).messages[0].note == "变更函 1 号"
    decide_change(desk, APPROVER, change_id, approve=False, note="不符")
    for clerk in (CLERK, COLLEAGUE):
        assert (changes_told(desk, clerk), inbox.count_unread(desk, clerk)) == ([refused, asked], 2)
    assert changes_told(desk, REVIEWER) == [refused]
    assert changes_told(desk, OTHER_CLERK) == changes_told(desk, APPROVER) == changes_told(desk, SECOND_REVIEWER) == []


def test_a_change_that_is_taken_back_is_told_to_the_others(desk: Desk) -> None:
    cancel_change(desk, COLLEAGUE, request_change(desk, REVIEWER, "E1", NEW_ACCOUNT, "变更函 1 号"))
    told = (ChangeState.CANCELLED, "clerk1b")
    assert changes_told(desk, CLERK) == [told, (ChangeState.REQUESTED, "reviewer1")]
    assert changes_told(desk, COLLEAGUE) == [(ChangeState.REQUESTED, "reviewer1")]
    assert changes_told(desk, REVIEWER) == [told]


def test_an_account_change_waits_for_those_who_decide_it(desk: Desk) -> None:
    change_id = request_change(desk, CLERK, "E1", NEW_ACCOUNT)

    assert [change.change_id for change in inbox.changes_to_decide(desk, APPROVER)] == [change_id]
    assert inbox.changes_to_decide(desk, CLERK) == inbox.changes_to_decide(desk, REVIEWER) == []
    decide_change(desk, APPROVER, change_id, approve=True)
    assert inbox.changes_to_decide(desk, APPROVER) == []


def test_nothing_waits_for_a_clerk_until_the_agency_sends_it_back(desk: Desk, ledger: Ledger) -> None:
    """He could take it back at any time, which is no duty."""
    number = file(desk, ledger.leaver(1, [202205]))
    steps.advance_batch(desk, REVIEWER, number, "accept")
    assert due_from(desk, CLERK).total == 0
    assert list(due_from(desk, SECOND_REVIEWER).rows["number"]) == [number]

    steps.advance_batch(desk, SECOND_REVIEWER, number, "return", "缺少材料")
    assert list(due_from(desk, CLERK).rows["number"]) == [number]
    assert list(due_from(desk, COLLEAGUE).rows["number"]) == [number]
    assert due_from(desk, OTHER_CLERK).total == due_from(desk, SECOND_REVIEWER).total == 0
    assert list(due_from(desk, CLERK, State.RETURNED).rows["number"]) == [number]
    assert due_from(desk, CLERK, State.BANK_CORRECTION).total == 0


def test_what_is_due_is_counted_as_it_is_listed(desk: Desk, ledger: Ledger) -> None:
    """Whoever filed a batch can't correct its bank details: they wait for his colleague alone."""
    number = file_clear(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    assert count_due(desk, CLERK).by_state == {}
    assert count_due(desk, COLLEAGUE).by_state == {State.BANK_CORRECTION: 1}

    file(desk, ledger.leaver(2, [202205]))
    assert count_due(desk, REVIEWER).by_state == {State.SUBMITTED: 1}
    for viewer in PEOPLE_WITH_BATCHES:
        assert count_due(desk, viewer).total == len(due_from(desk, viewer).rows), viewer


# --- comments ---


@pytest.mark.parametrize(
    ("writer", "internal", "told"),
    [
        (REVIEWER, False, {CLERK, SECOND_REVIEWER}),
        (REVIEWER, True, {SECOND_REVIEWER}),
        (CLERK, False, {REVIEWER, SECOND_REVIEWER}),
        (COLLEAGUE, False, {CLERK, REVIEWER, SECOND_REVIEWER}),
        (FINANCE, False, {CLERK, REVIEWER, SECOND_REVIEWER}),
    ],
    ids=["to the employer", "among officials", "from the employer", "from a colleague", "from who has no part"],
)
@pytest.mark.parametrize("few", [store.FEW, 0], ids=["few batches", "many batches"])
def test_a_comment_is_a_message_to_whoever_else_has_a_part(
    *, desk: Desk, returned: str, writer: Viewer, internal: bool, told: set[Viewer], few: int, monkeypatch
) -> None:
    monkeypatch.setattr(store, "FEW", few)
    for viewer in PEOPLE_WITH_BATCHES:
        inbox.mark_read(desk, viewer, 1_000_000)
    add_comment(desk, writer, returned, "请看第二页", internal=internal)

    assert {viewer for viewer in PEOPLE_WITH_BATCHES if inbox.count_unread(desk, viewer)} == told
    for viewer in told:
        latest = inbox.list_messages(desk, viewer).messages[0]
        label = "内部留言" if internal else "留言"
        assert (latest.label, latest.state, latest.note, latest.unread) == (label, None, "请看第二页", True)
        assert (latest.number, latest.actor, latest.part) == (returned, writer.username, "")


@pytest.mark.parametrize("few", [store.FEW, 0], ids=["few batches", "many batches"])
def test_what_the_employer_writes_is_told_to_whom_the_batch_is_assigned(
    desk: Desk, ledger: Ledger, few: int, monkeypatch
) -> None:
    """Before anybody has a part in it; its steps are no news to him yet."""
    monkeypatch.setattr(store, "FEW", few)
    number = file(desk, ledger.leaver(1, [202205]))
    add_comment(desk, CLERK, number, "申请表稍后补", internal=False)
    assert inbox.count_unread(desk, REVIEWER) == 0

    assign_batch(desk, SECOND_REVIEWER, number, "reviewer1")
    assert said(desk, REVIEWER) == [(number, "留言")]
    assert inbox.count_unread(desk, SECOND_REVIEWER) == inbox.count_unread(desk, CLERK) == 0


def test_a_comment_is_read_like_any_message_and_stands_between_the_steps(desk: Desk, returned: str) -> None:
    add_comment(desk, SECOND_REVIEWER, returned, "请附离职证明", internal=False)
    inbox.mark_read(desk, CLERK, inbox.list_messages(desk, CLERK).read_up_to)
    steps.advance_batch(desk, CLERK, returned, "resubmit", "已补充")
    steps.advance_batch(desk, SECOND_REVIEWER, returned, "pass")

    assert inbox.count_unread(desk, CLERK) == 1
    labels = [label for _number, label in said(desk, CLERK)]
    assert labels == ["初审通过", "留言", "退回补正", "受理"]


def test_who_may_see_no_batches_has_no_messages(desk: Desk) -> None:
    assert inbox.count_unread(desk, ADMIN) == 0
    with pytest.raises(NotAllowed):
        inbox.list_messages(desk, ADMIN)
    with pytest.raises(NotAllowed):
        inbox.mark_read(desk, ADMIN, 1)
