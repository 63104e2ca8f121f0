"""The server that mails leave by, and addresses they go to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from core.domain.errors import InvalidInput
from core.domain.wording import N_

#: One address, without a name, brackets or anything that could end a header. ASCII only: what every server takes.
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,180}\.[A-Za-z]{2,}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over. ``security``: ``starttls``, ``tls`` from the first byte, or ``none``.

    ``site`` is the product's own address for links, without a slash at its end; blank: mails tell the path alone.
    """

    host: str
    port: int
    sender: str
    security: str
    username: str = ""
    password: str = field(default="", repr=False)
    site: str = ""


def check_address(text: str, field: str = "email") -> str:
    """The address as it is kept, without blanks around it; blank stays blank. ``InvalidInput`` for anything else."""
    address = text.strip()
    if address and not (_ADDRESS.fullmatch(address) and ".." not in address):
        raise InvalidInput(N_("电子邮箱格式不正确，应为“名称@域名”的形式"), field=field)
    return address


def mail_server(environment: Mapping[str, str]) -> MailServer | None:
    """The server of ``REFUND_SMTP_URL``, ``None`` when nothing is set: then no mail is written at all.

    ``smtp://user:password@host:587?from=desk@example.cn`` speaks STARTTLS, unless ``&starttls=no`` says that it can't;
    ``smtps://`` speaks TLS at once. ``InvalidInput`` says what is wrong with it and never quotes it: it holds a password.
    """
    url = environment.get("REFUND_SMTP_URL", "").strip()
    return _read(url, environment.get("REFUND_SITE_URL", "").strip().rstrip("/")) if url else None


def _read(url: str, site: str) -> MailServer:
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, strict_parsing=bool(parts.query))
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise _unreadable() from error
    sender, starttls = asked.pop("from", [""])[-1], asked.pop("starttls", ["yes"])[-1]
    if not port or not host or not sender or asked or starttls not in {"yes", "no"}:
        raise _unreadable()
    security = "tls" if parts.scheme == "smtps" else "starttls" if starttls == "yes" else "none"
    if security == "none" and parts.password and host not in _LOOPBACK:
        raise InvalidInput(N_("REFUND_SMTP_URL 带有密码，不能以不加密的方式发送，请去掉 starttls=no"))
    secrets = (unquote(parts.username or ""), unquote(parts.password or ""))
    if not "".join(secrets).isascii():
        # smtplib could only fail on each of them, every few seconds.
        raise InvalidInput(N_("REFUND_SMTP_URL 的用户名和密码只能用英文字母、数字和符号"))
    return MailServer(host, port, check_address(sender), security, *secrets, site)


def _unreadable() -> InvalidInput:
    return InvalidInput(N_("REFUND_SMTP_URL 无法识别，应为 smtp://用户:密码@主机:587?from=发件地址"))
