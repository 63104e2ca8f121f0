"""REFUND_SMTP_URL as it is read, and addresses as they are taken."""

import pytest

from core.domain.errors import InvalidInput
from core.domain.mail import MailServer, check_address, mail_server

URL = "smtp://user:p%40ss@mail.example.cn:2525?from=desk@example.cn"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (URL, MailServer("mail.example.cn", 2525, "desk@example.cn", "starttls", "user", "p@ss")),
        (
            "smtp://mail.example.cn?from=desk@example.cn",
            MailServer("mail.example.cn", 587, "desk@example.cn", "starttls"),
        ),
        (
            "smtps://mail.example.cn?from=desk@example.cn",
            MailServer("mail.example.cn", 465, "desk@example.cn", "tls"),
        ),
        (
            "smtp://127.0.0.1:25?from=desk@example.cn&starttls=no",
            MailServer("127.0.0.1", 25, "desk@example.cn", "none"),
        ),
    ],
)
def test_a_server_is_read_from_one_address(url: str, server: MailServer) -> None:
    assert mail_server({"REFUND_SMTP_URL": url}) == server


@pytest.mark.parametrize("environment", [{}, {"REFUND_SMTP_URL": ""}, {"REFUND_SMTP_URL": "  "}])
def test_without_one_there_is_no_mail(environment: dict[str, str]) -> None:
    assert mail_server(environment) is None


def test_the_site_stands_before_links_without_a_slash_at_its_end() -> None:
    server = mail_server({"REFUND_SMTP_URL": URL, "REFUND_SITE_URL": "https://refund.example.cn/"})
    assert server is not None
    assert server.site == "https://refund.example.cn"


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.cn?from=desk@example.cn",
        "smtp://mail.example.cn",
        "smtp://mail.example.cn?from=desk",
        "smtp://mail.example.cn:abc?from=desk@example.cn",
        "smtp://?from=desk@example.cn",
        "smtp://mail.example.cn?from=desk@example.cn&starttls=maybe",
        "smtp://mail.example.cn?from=desk@example.cn&start_tls=no",
        "smtp://user:secret@mail.example.cn?from=desk@example.cn&starttls=no",
        "smtp://user:secret%E5%AF%86@mail.example.cn?from=desk@example.cn",
    ],
)
def test_what_can_not_be_read_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        mail_server({"REFUND_SMTP_URL": url})
    assert "secret" not in str(refused.value.values) + refused.value.sentence


def test_the_password_is_shown_nowhere() -> None:
    assert "p@ss" not in repr(mail_server({"REFUND_SMTP_URL": URL}))


@pytest.mark.parametrize(("typed", "kept"), [(" a.b@example.cn ", "a.b@example.cn"), ("", ""), ("   ", "")])
def test_an_address_is_kept_without_blanks(typed: str, kept: str) -> None:
    assert check_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "somebody",
        "a@b",
        "a b@example.cn",
        "a@example..cn",
        "a@example.cn\nBcc: b@example.cn",
        "a@example.cn,b@example.cn",
        "张三 <a@example.cn>",
        "张三@example.cn",
        "a@" + "b" * 300 + ".cn",
    ],
)
def test_what_is_no_single_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_address(typed)
    assert refused.value.field == "email"
