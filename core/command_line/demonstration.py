"""``python -m core demo``."""

import argparse
from typing import Any

from core.command_line.tools import DONE, add, operator_desk, print_rows, say
from core.texts import _


def add_commands(commands: Any) -> None:
    """``demo``."""
    building = add(commands, "demo", demo, _("生成演示数据并导入，建立演示账号和批次"))
    building.add_argument("--if-empty", action="store_true", help=_("只在还没有数据时生成"))
    building.add_argument("--brief", action="store_true", help=_("不生成近一年的历史批次，几秒即可完成"))


def demo(options: argparse.Namespace) -> int:
    """Build the demonstration: files, accounts, batches. Built twice it is the same."""
    from core.services.demo import build_demonstration, is_built, tell_demonstration

    with operator_desk() as desk:
        if not (options.if_empty and is_built(desk, with_history=not options.brief)):
            report = build_demonstration(desk, with_history=not options.brief)
            print_rows("csv", ("file",), [(str(path),) for path in report.files])
        for sentence in tell_demonstration(desk):
            say(sentence)
    return DONE
