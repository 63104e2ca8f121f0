"""审核, 支付 and 分析: what waits for whom, in which order, and what the board counts."""

import pytest

from core.services import filing, previews, steps
from core.services.desk import Desk
from tests.pages.conftest import Open
from tests.pages.reading import labels, table, texts
from tests.support.desks import CLERK, REVIEWER, SECOND_REVIEWER, Clock, Ledger, prepare_draft


def file(desk: Desk, serials: list[str]) -> str:
    """Preview and confirm; returns the number."""
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, serials))
    return filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


def queued(app) -> list[str]:
    """The numbers in a queue, in order."""
    return [label.removeprefix(":material/receipt_long: ") for label in table(app, "number")["number"]]


def test_a_reviewer_sees_what_he_may_move_along_the_most_urgent_first(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    late = file(desk, ledger.leaver(1, [202205]))
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(days=5)
    fresh = file(desk, ledger.leaver(2, [202205]))
    steps.advance_batch(desk, REVIEWER, fresh, "accept")

    assert queued(open_app("reviewer2", "review.py")) == [late, fresh]


def test_who_held_another_part_is_not_asked_again(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    number = file(desk, ledger.leaver(1, [202205]))
    steps.advance_batch(desk, REVIEWER, number, "accept")

    assert queued(open_app("reviewer2", "review.py")) == [number]
    assert "目前没有等待您审核的批次" in texts(open_app("reviewer1", "review.py"))


def test_finance_sees_what_is_to_be_paid_and_nothing_before(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    number = file(desk, ledger.leaver(1, [202205]))
    app = open_app("finance1", "payments.py")
    assert "目前没有等待支付的批次" in texts(app)
    assert "查看全部申报记录" in labels(app)

    with desk.database.write() as connection:
        from core.store.schema import users

        connection.execute(users.insert(), {"username": "reviewer3", "role": "reviewer", "created_at": desk.now()})
    third = type(REVIEWER)("reviewer3", REVIEWER.role)
    for viewer, step in ((REVIEWER, "accept"), (SECOND_REVIEWER, "pass"), (third, "pass")):
        steps.advance_batch(desk, viewer, number, step)
    assert queued(open_app("finance1", "payments.py")) == [number]


@pytest.mark.parametrize(
    ("username", "file"),
    [("clerk1", "review.py"), ("finance1", "review.py"), ("reviewer1", "payments.py"), ("clerk1", "insights.py")],
)
def test_a_queue_is_for_those_who_may_act(open_app: Open, username: str, file: str) -> None:
    assert "您的角色无权进行此操作" in texts(open_app(username, file))
