"""Sending what waits in the outbox: each mail by one sender, again after a refusal, with growing waits, and not for ever."""

import smtplib
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from core.domain.errors import InvalidInput, RefundError
from core.domain.mail import MailServer
from core.domain.roles import SYSTEM
from core.domain.wording import N_
from core.services.desk import Desk
from core.store import outbox as store

#: A server that says nothing for so long (seconds) is down.
PATIENCE = 10
#: Whoever took a mail has it for so long; a sender that died in between leaves it to the next one.
_HELD = timedelta(minutes=10)
#: The waits after the first, second … refusal; after one more the mail is given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720, 1440))
#: Mails that were sent or given up are forgotten after this.
_KEPT = timedelta(days=30)


class MailServerDown(RefundError):
    """The mail server does not answer, or does not let us in. Everything stays in the outbox."""


@dataclass(frozen=True, slots=True)
class SendReport:
    """What became of the mails that were due, and how many of all still wait."""

    sent: int
    put_off: int
    given_up: int
    waiting: int


def send_due(desk: Desk, most: int = 200) -> SendReport:
    """Send up to ``most`` mails that are due; several senders may do so at once, and no mail is sent by two.

    ``InvalidInput`` without a configured server, ``MailServerDown`` when it can't be reached: no attempt is counted then.
    """
    if desk.mail is None:
        raise InvalidInput(N_("没有配置邮件服务器，请设置环境变量 REFUND_SMTP_URL"))
    with desk.read() as connection:
        is_due = store.has_due(connection, desk.now())
    done = Counter(_send_some(desk, desk.mail, most)) if is_due else Counter[str]()
    if done:
        with desk.write(SYSTEM) as unit:
            store.delete_ended(unit.connection, _later(desk, -_KEPT))
    with desk.read() as connection:
        waiting = store.count_waiting(connection)
    return SendReport(done["sent"], done["put_off"], done["given_up"], waiting)


def _send_some(desk: Desk, server: MailServer, most: int) -> Iterator[str]:
    with _connected(server) as smtp:
        for _turn in range(most):
            with desk.write(SYSTEM) as unit:
                mail = store.take_due(unit.connection, desk.now(), _later(desk, _HELD))
            if mail is None:
                return
            fault = _hand_over(smtp, desk, server, mail)
            yield _settle(desk, mail, fault)
            if _is_cut_off(fault):
                return


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    try:
        smtp = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerDown(N_("邮件服务器无法连接或拒绝登录，邮件保留在发件箱中，稍后会再次发送")) from error
    with smtp:
        yield smtp


def _connect(server: MailServer) -> smtplib.SMTP:
    place, context = (server.host, server.port, server.sender.rpartition("@")[2]), ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(*place, context=context, timeout=PATIENCE)
    else:
        smtp = smtplib.SMTP(*place, timeout=PATIENCE)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.username:
            smtp.login(server.username, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _message(desk: Desk, server: MailServer, mail: Any) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = server.sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(desk.clock())
    # A mail that is sent twice after all, because a sender died in between, is known again by its id.
    message["Message-ID"] = f"<{mail.mail_id}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def _hand_over(smtp: smtplib.SMTP, desk: Desk, server: MailServer, mail: Any) -> Exception | None:
    """Send one mail; what went wrong, or ``None``. A header that would end early is a ``ValueError``."""
    try:
        smtp.send_message(_message(desk, server, mail))
    except (OSError, ValueError) as error:
        return error
    return None


def _is_cut_off(fault: Exception | None) -> bool:
    """Whether the line is gone, so that no other mail needs to be tried on it."""
    is_refusal = isinstance(fault, smtplib.SMTPException) and not isinstance(fault, smtplib.SMTPServerDisconnected)
    return isinstance(fault, OSError) and not is_refusal


def _settle(desk: Desk, mail: Any, fault: Exception | None) -> str:
    """Write down what became of a mail: ``sent``, ``put_off`` or ``given_up``."""
    attempts = mail.attempts + 1
    with desk.write(SYSTEM) as unit:
        if fault is None:
            store.change_mail(unit.connection, mail.mail_id, sent_at=desk.now(), fault="")
            return "sent"
        # The server's own words may quote the address: its code is told, and nothing else.
        said = f"{type(fault).__name__} {getattr(fault, 'smtp_code', '')}".strip()
        if attempts > len(WAITS):
            store.change_mail(unit.connection, mail.mail_id, given_up_at=desk.now(), fault=said)
            return "given_up"
        store.change_mail(unit.connection, mail.mail_id, due_at=_later(desk, WAITS[attempts - 1]), fault=said)
        return "put_off"


def _later(desk: Desk, span: timedelta) -> str:
    return (desk.clock() + span).astimezone(UTC).isoformat(timespec="seconds")
