"""消息 as each role sees it: the number in the navigation, what waits, what happened, and reading it all."""

import pytest

from core.services import filing, inbox, previews, steps
from core.services.account_changes import request_change
from core.services.desk import Desk
from tests.pages.conftest import Open
from tests.pages.reading import keys, labels, table, texts
from tests.support.desks import BANK, CLERK, REVIEWER, SECOND_REVIEWER, Ledger, prepare_draft


@pytest.fixture
def returned(desk: Desk, ledger: Ledger) -> str:
    """A batch that was sent back with a note that looks like Markdown."""
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, ledger.leaver(1, [202205])))
    confirmed = filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint)
    number = confirmed.numbers[0]
    steps.advance_batch(desk, REVIEWER, number, "accept")
    steps.advance_batch(desk, SECOND_REVIEWER, number, "return", "缺少 ![离职](证明)")
    return number


def test_a_clerk_sees_what_came_back_and_what_happened(open_app: Open, returned: str) -> None:
    app = open_app("clerk1", "inbox.py")

    assert not app.exception
    assert [heading.value for heading in app.subheader] == ["待我办理 (1)", "办理动态"]
    assert table(app, "number")["number"][0].endswith(returned)
    assert labels(app).count(returned) == 2
    said = texts(app)
    assert "**退回补正**" in said
    assert "**受理** :gray[→] 待初审" in said
    assert "甲公司 · reviewer2（初审）" in said
    assert "缺少 ![离职](证明)" in said


def test_reading_all_takes_the_number_and_the_marks_away(open_app: Open, desk: Desk, returned: str) -> None:
    app = open_app("clerk1", "inbox.py")
    assert texts(app).count("未读") == 2

    app.button(key="inbox_read").click().run()

    assert not app.exception
    assert "未读" not in texts(app)
    assert "inbox_read" not in keys(app)
    assert inbox.count_unread(desk, CLERK) == 0


def test_a_reviewer_sees_his_queue_and_the_batches_he_had_a_part_in(open_app: Open, returned: str) -> None:
    app = open_app("reviewer1", "inbox.py")

    assert app.subheader[0].value == "待我办理 (0)"
    assert "目前没有等待您办理的事项" in texts(app)
    assert labels(app).count(returned) == 2


def test_an_approver_is_led_to_account_changes(open_app: Open, desk: Desk) -> None:
    request_change(desk, CLERK, "E1", {**BANK, "bank_account": "0200990109200118888"})
    app = open_app("approver1", "inbox.py")

    assert app.subheader[0].value == "待我办理 (1)"
    assert "1 项登记账户变更等待审批" in labels(app)


def test_without_messages_the_screen_says_what_will_stand_there(open_app: Open) -> None:
    app = open_app("clerk2", "inbox.py")

    assert "还没有消息" in texts(app)
    assert "inbox_read" not in keys(app)


def test_who_may_see_no_batches_has_no_such_screen(open_app: Open) -> None:
    assert "您的角色无权进行此操作" in texts(open_app("admin1", "inbox.py"))


@pytest.mark.parametrize(("username", "label"), [("clerk1", "查看消息 (2)"), ("clerk2", "查看消息")])
def test_home_leads_to_the_messages_and_says_how_many_are_unread(
    open_app: Open, returned: str, username: str, label: str
) -> None:
    assert label in labels(open_app(username))


@pytest.mark.parametrize(("count", "said"), [(0, ""), (3, " (3)"), (99, " (99)"), (100, " (99+)")])
def test_a_number_stands_behind_the_name_in_the_navigation(count: int, said: str) -> None:
    from pages.parts.navigation import say_unread

    assert say_unread(count) == said
