"""The same services from the command line: ``python -m core …`` (``docs/``: formats and command line).

Data goes to standard output, messages to standard error. Exit status: 0 done, 1 refused or something broken was found,
2 wrong usage. The command line is the operator's: it runs as *system*, unmasked. ``python -X dev -m core …`` shows tracebacks.
"""

import os
import sys
from collections.abc import Sequence

from core.command_line import (
    analysis,
    batches,
    branches,
    demonstration,
    ledger,
    mail,
    payments,
    settings,
    upkeep,
    users,
)
from core.command_line.tools import DONE, REFUSED, WRONG_USAGE, Parser, WrongUsageError, group, say
from core.domain.errors import RefundError
from core.texts import _, explain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
    except WrongUsageError as error:
        say(str(error))
        return WRONG_USAGE
    except RefundError as error:
        for problem in getattr(error, "problems", [error]):
            say(explain(problem))
        return REFUSED
    except BrokenPipeError:
        # Whoever reads has read enough (… | head). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        say(_("已中断，没有完成"))
        return REFUSED
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        # The message of a driver quotes what it was given, identity numbers included: only its kind is told.
        say(_("操作没有完成（{kind}）：请检查数据库和数据目录是否可用，然后重试").format(kind=type(error).__name__))
        return REFUSED
    return status


def _parser() -> Parser:
    parser = Parser(
        prog="python -m core", description=_("退费工作台：导入台账、判断能否退费、检查数据库、管理账号与设置")
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (ledger, analysis, upkeep, demonstration):
        module.add_commands(commands)
    users.add_commands(group(commands, "user", _("账号")))
    settings.add_commands(group(commands, "settings", _("设置")))
    branches.add_commands(group(commands, "branches", _("开户行目录")))
    payments.add_commands(group(commands, "payments", _("支付")))
    batches.add_commands(group(commands, "batches", _("批次")))
    mail.add_commands(group(commands, "mail", _("邮件")))
    return parser


if __name__ == "__main__":
    sys.exit(main())
