"""``python -m core mail``: sending what waits, for cron or by hand."""

import argparse
from typing import Any

from core.command_line.tools import DONE, add, add_format, operator_desk, print_rows
from core.texts import _

_COUNTS = ("sent", "put_off", "given_up", "waiting")


def add_commands(actions: Any) -> None:
    """``mail send``."""
    add_format(add(actions, "send", send, _("发送发件箱中到期的邮件（须设置 REFUND_SMTP_URL）")), "table")


def send(options: argparse.Namespace) -> int:
    """Send every mail that is due."""
    from core.services.mail_sending import send_due

    with operator_desk() as desk:
        report = send_due(desk, most=100_000)
    print_rows(options.format, _COUNTS, [tuple(str(getattr(report, name)) for name in _COUNTS)])
    return DONE
