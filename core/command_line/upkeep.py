"""``python -m core clean``."""

import argparse
from typing import Any

from core.command_line.tools import DONE, add, operator_desk, say
from core.texts import _


def add_commands(commands: Any) -> None:
    """``clean``."""
    add(commands, "clean", clean_, _("清理数据目录中过期的文件（导出、上传、材料图片），启动时也会自动清理"))


def clean_(_options: argparse.Namespace) -> int:
    """Delete what is past its time; records stay."""
    from core.services.housekeeping import clean

    with operator_desk() as desk:
        clean(desk)
    say(_("已清理数据目录"))
    return DONE
