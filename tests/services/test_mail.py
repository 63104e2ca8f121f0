"""Mails about steps: written with the step, sent once, again after a refusal, never in anybody's way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed
from core.domain.roles import Viewer
from core.services import filing, previews, steps
from core.services.account_changes import cancel_change, decide_change, request_change
from core.services.accounts import create_user, disable_user, list_users, set_language
from core.services.assignments import assign_batch
from core.services.comments import add_comment
from core.services.desk import Desk
from core.services.mail_sending import WAITS, MailServerDown, SendReport, send_due
from core.services.mail_wishes import mail_wish, save_mail_wish, set_address
from core.store import outbox as store
from core.store.schema import outbox, user_employers
from tests.support.desks import (
    ADMIN,
    APPROVER,
    BANK,
    CLERK,
    COLLEAGUE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    Clock,
    Ledger,
    at_once,
    person,
    prepare_draft,
)
from tests.support.post_office import SENDER, PostOffice, open_post_office

ADDRESS = "clerk@example.cn"


@pytest.fixture(scope="module")
def running() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def office(running: PostOffice) -> PostOffice:
    """The mail server, empty."""
    for kept in (running.delivered, running.recipients, running.refusals):
        kept.clear()
    return running


@pytest.fixture
def mailing(desk: Desk, office: PostOffice) -> Desk:
    """A desk that mails, and a clerk who wants it to."""
    made = replace(desk, mail=office.server)
    save_mail_wish(made, CLERK, ADDRESS, wanted=True)
    return made


def file(desk: Desk, ledger: Ledger, number: int = 1) -> str:
    """Preview and confirm; returns the number."""
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, ledger.leaver(number, [202205])))
    return filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


def waiting(desk: Desk) -> list:
    with desk.read() as connection:
        return connection.execute(sa.select(outbox).order_by(outbox.c.mail_id)).all()


def forward(desk: Desk, span: timedelta) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(seconds=span.total_seconds())


def test_a_mail_is_delivered_once(mailing: Desk, ledger: Ledger, office: PostOffice) -> None:
    number = file(mailing, ledger)
    steps.advance_batch(mailing, REVIEWER, number, "accept")

    assert send_due(mailing) == SendReport(sent=1, put_off=0, given_up=0, waiting=0)
    assert send_due(mailing) == SendReport(sent=0, put_off=0, given_up=0, waiting=0)
    (mail,) = office.delivered
    assert (mail["From"], mail["To"], office.recipients) == (SENDER, ADDRESS, [ADDRESS])
    assert mail["Subject"] == f"【退费工作台】{number}：待初审"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"{number}：受理，当前状态为“待初审”。" in mail.get_content()
    assert f"/batch?no={number}" in mail.get_content()


def test_a_mail_names_no_person_no_account_and_no_note(mailing: Desk, ledger: Ledger, office: PostOffice) -> None:
    number = file(mailing, ledger)
    steps.advance_batch(mailing, REVIEWER, number, "accept")
    steps.advance_batch(mailing, SECOND_REVIEWER, number, "return", f"请核对赵一 {person(1)}")
    send_due(mailing)

    assert len(office.delivered) == 2
    for secret in ("赵一", person(1), BANK["bank_account"], "甲公司", "请核对", "reviewer", "clerk1"):
        assert not any(secret in mail.get_content() + mail["Subject"] for mail in office.delivered)


def test_a_reader_gets_it_in_his_own_language_with_the_sites_address(
    mailing: Desk, ledger: Ledger, office: PostOffice
) -> None:
    set_language(mailing, CLERK, "en")
    desk = replace(mailing, mail=replace(office.server, site="https://refund.example.cn"))
    number = file(desk, ledger)
    steps.advance_batch(desk, REVIEWER, number, "accept")
    send_due(desk)

    assert office.delivered[0]["Subject"].startswith(f"[Refund Desk] {number}: ")
    assert f"https://refund.example.cn/batch?no={number}" in office.delivered[0].get_content()


def test_without_a_server_nothing_is_written(desk: Desk, ledger: Ledger) -> None:
    save_mail_wish(desk, CLERK, ADDRESS, wanted=True)
    steps.advance_batch(desk, REVIEWER, file(desk, ledger), "accept")

    assert waiting(desk) == []
    with pytest.raises(InvalidInput):
        send_due(desk)


def test_only_who_wants_mails_and_has_a_part_gets_any(mailing: Desk, ledger: Ledger) -> None:
    save_mail_wish(mailing, REVIEWER, "reviewer@example.cn", wanted=False)
    save_mail_wish(mailing, SECOND_REVIEWER, "second@example.cn", wanted=True)
    number = file(mailing, ledger)
    steps.advance_batch(mailing, REVIEWER, number, "accept")
    assert [mail.username for mail in waiting(mailing)] == ["clerk1"]

    steps.advance_batch(mailing, SECOND_REVIEWER, number, "return", "缺少材料")
    steps.advance_batch(mailing, CLERK, number, "resubmit", "已补充")
    assert sorted(mail.username for mail in waiting(mailing)) == ["clerk1", "clerk1", "reviewer2"]


@pytest.mark.parametrize("lost", ["disabled", "moved"])
def test_who_is_no_longer_concerned_gets_none(mailing: Desk, ledger: Ledger, lost: str) -> None:
    number = file(mailing, ledger)
    if lost == "disabled":
        disable_user(mailing, ADMIN, "clerk1")
    else:
        with mailing.database.write() as connection:
            connection.execute(user_employers.delete().where(user_employers.c.username == "clerk1"))
    steps.advance_batch(mailing, REVIEWER, number, "accept")

    assert waiting(mailing) == []


def test_a_step_that_is_refused_writes_no_mail(mailing: Desk, ledger: Ledger) -> None:
    number = file(mailing, ledger)
    with pytest.raises(IllegalTransition):
        steps.advance_batch(mailing, REVIEWER, number, "pass")

    assert waiting(mailing) == []


@pytest.mark.parametrize(
    ("writer", "internal", "readers"),
    [(REVIEWER, False, ["clerk1", "reviewer2"]), (REVIEWER, True, ["reviewer2"]), (CLERK, False, ["reviewer2"])],
    ids=["to the employer", "among officials", "from the employer"],
)
def test_a_comment_is_mailed_to_whoever_else_has_a_part_or_the_batch(
    *, mailing: Desk, ledger: Ledger, writer: Viewer, internal: bool, readers: list[str]
) -> None:
    number = file(mailing, ledger)
    save_mail_wish(mailing, SECOND_REVIEWER, "second@example.cn", wanted=True)
    assign_batch(mailing, REVIEWER, number, "reviewer2")
    add_comment(mailing, writer, number, "请看赵一的第二页", internal=internal)

    mails = waiting(mailing)
    assert sorted(mail.username for mail in mails) == readers
    assert all(f"{number}：有新的留言，当前状态为“待受理”" in mail.body and "赵一" not in mail.body for mail in mails)


def test_what_becomes_of_an_account_is_mailed_to_the_clerks_of_the_employer(mailing: Desk) -> None:
    """And to the official who entered it, but never to who did it."""
    for viewer in (COLLEAGUE, OTHER_CLERK, REVIEWER, APPROVER):
        save_mail_wish(mailing, viewer, f"{viewer.username}@example.cn", wanted=True)
    change_id = request_change(mailing, REVIEWER, "E1", {**BANK, "bank_account": "0200990109200118888"}, "变更函")
    decide_change(mailing, APPROVER, change_id, approve=True)
    cancel_change(mailing, CLERK, change_id)
    told = [(mail.username, mail.subject.split("：")[-1]) for mail in waiting(mailing)]
    assert sorted(told) == sorted(
        [(name, "待审批") for name in ("clerk1", "clerk1b")]
        + [(name, "已批准，待生效") for name in ("clerk1", "clerk1b", "reviewer1")]
        + [(name, "已撤销") for name in ("clerk1b", "reviewer1")]
    )


def test_a_decision_on_an_account_is_mailed_to_who_asked(mailing: Desk, office: PostOffice) -> None:
    change_id = request_change(mailing, CLERK, "E1", {**BANK, "bank_account": "0200990109200118888"})
    decide_change(mailing, APPROVER, change_id, approve=True)
    send_due(mailing)

    (mail,) = office.delivered
    assert mail["Subject"] == "【退费工作台】登记账户变更：已批准，待生效"
    assert "0200990109200118888" not in mail.get_content()


@pytest.mark.parametrize("answer", ["451 try later", "550 no such mailbox"])
def test_a_refused_mail_is_sent_again_later(mailing: Desk, ledger: Ledger, office: PostOffice, answer: str) -> None:
    steps.advance_batch(mailing, REVIEWER, file(mailing, ledger), "accept")
    office.refusals.append(answer)

    assert send_due(mailing) == SendReport(sent=0, put_off=1, given_up=0, waiting=1)
    assert waiting(mailing)[0].fault == f"SMTPDataError {answer[:3]}"
    assert send_due(mailing).sent == 0
    forward(mailing, WAITS[0])
    assert send_due(mailing) == SendReport(sent=1, put_off=0, given_up=0, waiting=0)
    assert len(office.delivered) == 1


def test_a_mail_that_is_refused_for_ever_is_given_up(mailing: Desk, ledger: Ledger, office: PostOffice) -> None:
    steps.advance_batch(mailing, REVIEWER, file(mailing, ledger), "accept")
    office.refusals += ["550 no"] * (len(WAITS) + 5)
    for span in WAITS:
        assert send_due(mailing).put_off == 1
        forward(mailing, span)

    assert send_due(mailing) == SendReport(sent=0, put_off=0, given_up=1, waiting=0)
    forward(mailing, timedelta(days=10))
    assert send_due(mailing) == SendReport(sent=0, put_off=0, given_up=0, waiting=0)


def test_one_refused_mail_keeps_no_other_waiting(mailing: Desk, ledger: Ledger, office: PostOffice) -> None:
    for number in (1, 2, 3):
        steps.advance_batch(mailing, REVIEWER, file(mailing, ledger, number), "accept")
    office.refusals.append("451 try later")

    assert send_due(mailing) == SendReport(sent=2, put_off=1, given_up=0, waiting=1)


def test_a_server_that_is_down_blocks_no_step_and_loses_nothing(
    mailing: Desk, ledger: Ledger, office: PostOffice
) -> None:
    down = replace(mailing, mail=replace(office.server, port=1))
    steps.advance_batch(down, REVIEWER, file(down, ledger), "accept")
    with pytest.raises(MailServerDown):
        send_due(down)
    assert [mail.attempts for mail in waiting(down)] == [0]

    assert send_due(mailing).sent == 1


def test_two_senders_at_once_send_each_mail_once(mailing: Desk, ledger: Ledger, office: PostOffice) -> None:
    for number in range(1, 7):
        steps.advance_batch(mailing, REVIEWER, file(mailing, ledger, number), "accept")
    reports = at_once([lambda: send_due(mailing)] * 3)

    assert sum(report.sent for report in reports) == 6
    assert len({mail["Message-ID"] for mail in office.delivered}) == len(office.delivered) == 6


def test_what_a_sender_held_when_it_died_is_sent_by_the_next(mailing: Desk, ledger: Ledger) -> None:
    steps.advance_batch(mailing, REVIEWER, file(mailing, ledger), "accept")
    with mailing.database.write() as connection:
        store.take_due(connection, mailing.now(), "2023-11-01T02:10:00+00:00")

    assert send_due(mailing) == SendReport(sent=0, put_off=0, given_up=0, waiting=1)
    forward(mailing, timedelta(minutes=10))
    assert send_due(mailing).sent == 1


@pytest.mark.parametrize("column", ["subject", "recipient"])
def test_no_text_ends_a_header(mailing: Desk, ledger: Ledger, office: PostOffice, column: str) -> None:
    """Neither can hold a line break; if a database ever does, no mail leaves."""
    steps.advance_batch(mailing, REVIEWER, file(mailing, ledger), "accept")
    with mailing.database.write() as connection:
        connection.execute(outbox.update().values({column: "a@example.cn\r\nBcc: b@example.cn"}))

    assert send_due(mailing).put_off == 1
    assert office.delivered == []


def test_mails_of_long_ago_are_forgotten(mailing: Desk, ledger: Ledger) -> None:
    steps.advance_batch(mailing, REVIEWER, file(mailing, ledger, 1), "accept")
    send_due(mailing)
    forward(mailing, timedelta(days=31))
    steps.advance_batch(mailing, REVIEWER, file(mailing, ledger, 2), "accept")
    send_due(mailing)

    assert len(waiting(mailing)) == 1


# --- who wants them ---


def test_nobody_gets_mails_until_he_wants_them(mailing: Desk) -> None:
    create_user(mailing, ADMIN, "new.reviewer", REVIEWER.role, email="new@example.cn")
    made = Viewer("new.reviewer", REVIEWER.role)

    wish = mail_wish(mailing, made)
    assert (wish.email, wish.wanted, wish.possible) == ("new@example.cn", False, True)
    save_mail_wish(mailing, made, "other@example.cn", wanted=True)
    assert (mail_wish(mailing, made).email, mail_wish(mailing, made).wanted) == ("other@example.cn", True)


def test_an_administrator_changes_the_address_and_its_owner_switches_it_on(mailing: Desk) -> None:
    set_address(mailing, ADMIN, "clerk1", "elsewhere@example.cn")

    assert (mail_wish(mailing, CLERK).email, mail_wish(mailing, CLERK).wanted) == ("elsewhere@example.cn", False)
    assert {user.username: user.email for user in list_users(mailing, ADMIN)}["clerk1"] == "elsewhere@example.cn"
    with pytest.raises(NotAllowed):
        set_address(mailing, CLERK, "clerk2", "x@example.cn")


@pytest.mark.parametrize(("email", "wanted"), [("nobody", True), ("nobody", False), ("", True)])
def test_an_address_is_checked(desk: Desk, email: str, *, wanted: bool) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_mail_wish(desk, CLERK, email, wanted=wanted)
    assert refused.value.field == "email"


def test_the_audit_log_says_that_and_not_where(desk: Desk) -> None:
    from core.store.schema import audit

    save_mail_wish(desk, CLERK, ADDRESS, wanted=True)
    with desk.read() as connection:
        (entry,) = connection.execute(sa.select(audit).where(audit.c.action == "user.mail")).all()
    assert (entry.actor, entry.subject, entry.detail) == ("clerk1", "clerk1", '{"wanted":true}')
