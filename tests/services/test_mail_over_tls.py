"""Mails leave encrypted, to a server whose certificate was checked, and with its password; otherwise they wait."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.domain.mail import mail_server
from core.services.desk import Desk
from core.services.mail_sending import MailServerDown, SendReport, send_due
from core.store.database import Database
from core.store.outbox import insert_mails
from core.store.schema import outbox
from core.web import mailer
from tests.support.certificates import make_certificate
from tests.support.desks import make_desk
from tests.support.post_office import PostOffice, open_post_office

ADDRESS = "clerk@example.cn"
ACCOUNT = ("desk@example.cn", "p@ss:word/%")
#: aiosmtpd doesn't count TLS from the first byte as TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
BOTH = pytest.mark.parametrize("security", ["starttls", "tls"])


@pytest.fixture
def desk(sqlite_database: Database, data_dir: Path) -> Desk:
    """A desk with one mail in its outbox."""
    made = make_desk(sqlite_database, data_dir)
    mail = {"mail_id": "1-clerk1", "username": "clerk1", "recipient": ADDRESS, "subject": "TF1", "body": "TF1"}
    with made.database.write() as connection:
        insert_mails(connection, [{**mail, "queued_at": made.now(), "due_at": made.now()}])
    return made


@contextmanager
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, *, name: str = "127.0.0.1", days: int = 1
) -> Iterator[PostOffice]:
    """A server with a certificate that this machine trusts, for ``name`` and so long."""
    path = tmp_path / "server.pem"
    context = make_certificate(path, name=name, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with open_post_office(security, context, ACCOUNT) as opened:
        yield opened


def waiting(desk: Desk) -> tuple[int, str, str]:
    """(attempts, sent at, fault) of the one mail."""
    with desk.read() as connection:
        row = connection.execute(sa.select(outbox)).one()
    return row.attempts, row.sent_at, row.fault


@BOTH
def test_a_mail_leaves_encrypted_with_the_password_of_the_address(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    with office(tmp_path, monkeypatch, security) as opened:
        scheme = {"starttls": "smtp", "tls": "smtps"}[security]
        url = f"{scheme}://desk%40example.cn:p%40ss%3Aword%2F%25@127.0.0.1:{opened.port}?from=desk@example.cn"
        server = mail_server({"REFUND_SMTP_URL": url})
        assert server == opened.server
        assert send_due(replace(desk, mail=server)) == SendReport(1, 0, 0, 0)
        assert opened.recipients == [ADDRESS]


@BOTH
@pytest.mark.parametrize(
    "wrong", [{"name": "127.0.0.2"}, {"days": -1}, {}], ids=["another name", "out of date", "not trusted"]
)
def test_a_wrong_certificate_keeps_the_mail_until_it_is_right(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, wrong: dict
) -> None:
    with office(tmp_path, monkeypatch, security, **wrong) as opened:
        if not wrong:
            make_certificate(tmp_path / "another.pem")
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "another.pem"))
        with pytest.raises(MailServerDown) as caught:
            send_due(replace(desk, mail=opened.server))
        assert opened.delivered == []
    assert ACCOUNT[1] not in f"{caught.value!r} {caught.value}"
    assert waiting(desk) == (0, "", ""), "the server's fault is no attempt of the mail"
    with office(tmp_path, monkeypatch, security) as opened:
        assert send_due(replace(desk, mail=opened.server)).sent == 1


@BOTH
def test_a_wrong_password_keeps_the_mail(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    with office(tmp_path, monkeypatch, security) as opened:
        with pytest.raises(MailServerDown):
            send_due(replace(desk, mail=replace(opened.server, password="wrong")))
        assert (opened.delivered, waiting(desk)) == ([], (0, "", ""))


def test_a_server_without_starttls_gets_neither_password_nor_mail(desk: Desk) -> None:
    with open_post_office() as opened:
        server = replace(opened.server, security="starttls", username=ACCOUNT[0], password=ACCOUNT[1])
        with pytest.raises(MailServerDown):
            send_due(replace(desk, mail=server))
        assert (opened.delivered, waiting(desk)[1]) == ([], "")


def test_no_log_holds_an_address_or_a_password(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = threading.Event()

    def trying(desk: Desk) -> SendReport:
        try:
            return send_due(desk)
        finally:
            tried.set()

    async def serve(mailing: Desk) -> None:
        async with mailer.sending_mails(lambda: mailing, pause=5):
            await asyncio.to_thread(tried.wait, 30)

    monkeypatch.setattr(mailer, "send_due", trying)
    caplog.set_level("DEBUG")
    with office(tmp_path, monkeypatch, "tls", days=-1) as opened:
        asyncio.run(serve(replace(desk, mail=opened.server)))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("core")]
    assert ours == ["mails wait: MailServerDown"]
    assert not any(secret in " ".join(ours) for secret in (ADDRESS, *ACCOUNT))
    assert repr(opened.server).count(ACCOUNT[1]) == 0
