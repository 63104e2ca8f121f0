"""The sender beside the server: it sends while the server runs, and whatever goes wrong stops nobody."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.services import mail_sending
from core.services.desk import Desk
from core.store.database import Database
from core.store.outbox import insert_mails
from core.web import mailer
from tests.support.desks import make_desk
from tests.support.post_office import PostOffice, open_post_office

SECONDS = 30


@pytest.fixture
def desk(sqlite_database: Database, data_dir: Path) -> Desk:
    """A desk with one mail in its outbox."""
    made = make_desk(sqlite_database, data_dir)
    mail = {
        "mail_id": "1-clerk1",
        "username": "clerk1",
        "recipient": "clerk@example.cn",
        "subject": "TF1",
        "body": "TF1",
    }
    with made.database.write() as connection:
        insert_mails(connection, [{**mail, "queued_at": made.now(), "due_at": made.now()}])
    return made


async def serve_until_delivered(desk: Desk, office: PostOffice) -> None:
    async with mailer.sending_mails(lambda: desk, pause=0.01):
        await asyncio.to_thread(office.arrived.wait, SECONDS)


def test_what_waits_is_sent_while_the_server_runs(desk: Desk) -> None:
    with open_post_office() as office:
        asyncio.run(serve_until_delivered(replace(desk, mail=office.server), office))

        assert [mail["Subject"] for mail in office.delivered] == ["TF1"]


def test_what_goes_wrong_is_logged_without_its_words_and_tried_again(desk: Desk, monkeypatch, caplog) -> None:
    send, failures = mail_sending.send_due, [RuntimeError("clerk@example.cn")]

    def failing_once(desk: Desk) -> mail_sending.SendReport:
        if failures:
            raise failures.pop()
        return send(desk)

    monkeypatch.setattr(mailer, "send_due", failing_once)
    with open_post_office() as office:
        asyncio.run(serve_until_delivered(replace(desk, mail=office.server), office))

    assert [record.getMessage() for record in caplog.records if record.name == mailer.__name__] == [
        "mails wait: RuntimeError"
    ]


def test_without_a_mail_server_nobody_looks_into_the_outbox(desk: Desk, monkeypatch) -> None:
    looked: list[Desk] = []
    monkeypatch.setattr(mailer, "send_due", looked.append)

    async def serve() -> None:
        async with mailer.sending_mails(lambda: desk, pause=0.0):
            await asyncio.sleep(0.05)

    asyncio.run(serve())
    assert looked == []
