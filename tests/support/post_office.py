"""A mail server on this machine that keeps what it is given, and refuses when it is told to."""

import email
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from core.domain.mail import MailServer
from tests.support.ports import free_port

SENDER = "desk@example.cn"


@dataclass
class PostOffice:
    """What came in, and the answer to the next mails: ``refusals`` are used up one by one. ``arrived``: a mail came."""

    port: int
    security: str = "none"
    delivered: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    #: Who may hand over mails: (name, password); nobody has to say who he is where it is blank.
    account: tuple[str, str] = ("", "")

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, SENDER, self.security, *self.account)

    def admit(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, said: Any) -> AuthResult:
        """Whether the name and the password are those of the account."""
        return AuthResult(success=(said.login.decode(), said.password.decode()) == self.account, handled=False)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusals:
            return self.refusals.pop(0)
        self.delivered.append(email.message_from_bytes(envelope.content, policy=default))
        self.recipients += envelope.rcpt_tos
        self.arrived.set()
        return "250 OK"


@contextmanager
def open_post_office(
    security: str = "none", context: ssl.SSLContext | None = None, account: tuple[str, str] = ("", "")
) -> Iterator[PostOffice]:
    """A mail server that is there until the end of the block; ``security`` as that of ``MailServer``."""
    office = PostOffice(free_port(), security, account=account)
    login = {"authenticator": office.admit, "auth_required": True, "auth_require_tls": security == "starttls"}
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        server_hostname="test",
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        **(login if account[0] else {}),
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
