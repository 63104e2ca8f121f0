"""``python -m core user``: accounts."""

import argparse
import sys
from typing import Any

from core.command_line.tools import DONE, add, add_format, flag, operator_desk, print_rows, say
from core.domain.roles import SYSTEM, Role
from core.texts import _


def add_commands(actions: Any) -> None:
    """``user add``, ``disable``, ``reset``, ``reset-factor`` and ``list``."""
    adding = add(actions, "add", add_, _("新增账号，输出一次性口令"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=[role.value for role in Role if role is not Role.SYSTEM])
    adding.add_argument("--employer", dest="employers", metavar=_("单位编号"), action="append", default=[])
    adding.add_argument("--email", metavar="ADDRESS", default="", help=_("电子邮箱；是否接收邮件由本人决定"))
    adding.add_argument("--password-stdin", action="store_true", help=_("从标准输入读取密码，不生成一次性口令"))
    for name, run, meaning in (
        ("disable", disable, _("停用账号，立即结束其会话")),
        ("reset", reset, _("作废密码，输出一次性口令")),
        ("reset-factor", reset_factor, _("作废动态验证码，本人下次办理时重新登记")),
    ):
        add(actions, name, run, meaning).add_argument("name", metavar="NAME")
    add_format(add(actions, "list", list_, _("列出全部账号")), "table")


def add_(options: argparse.Namespace) -> int:
    """Make an account; prints its one-time token unless a password came on standard input."""
    from core.services.accounts import create_user

    password = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None
    with operator_desk() as desk:
        role = Role(options.role)
        token = create_user(desk, SYSTEM, options.name, role, options.employers, password, email=options.email)
    _print_token(options.name, token)
    return DONE


def disable(options: argparse.Namespace) -> int:
    """Shut an account and end its sessions at once."""
    from core.services.accounts import disable_user

    with operator_desk() as desk:
        disable_user(desk, SYSTEM, options.name)
    say(_("已停用 {name}").format(name=options.name))
    return DONE


def reset(options: argparse.Namespace) -> int:
    """Take an account's password away and print a one-time token for a new one."""
    from core.services.accounts import reset_user

    with operator_desk() as desk:
        _print_token(options.name, reset_user(desk, SYSTEM, options.name))
    return DONE


def reset_factor(options: argparse.Namespace) -> int:
    """Take an account's second factor away and end its sessions; its owner enrols anew."""
    from core.services.second_factor import reset_factor

    with operator_desk() as desk:
        reset_factor(desk, SYSTEM, options.name)
    say(_("已重置 {name} 的动态验证码").format(name=options.name))
    return DONE


def list_(options: argparse.Namespace) -> int:
    """Every account."""
    from core.services.accounts import list_users

    columns = ("name", "role", "employers", "disabled", "can_sign_in", "language", "created_at")
    with operator_desk() as desk:
        rows = [
            (
                u.username,
                u.role.value,
                "|".join(u.employers),
                flag(u.disabled),
                flag(u.can_sign_in),
                u.language,
                u.created_at,
            )
            for u in list_users(desk, SYSTEM)
        ]
    print_rows(options.format, columns, rows)
    return DONE


def _print_token(name: str, token: str | None) -> None:
    if token is None:
        say(_("已新增 {name}").format(name=name))
        return
    print(token)
    say(_("这是 {name} 的一次性口令，三天内有效，请当面交给本人，用它在登录页设置密码").format(name=name))
