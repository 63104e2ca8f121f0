"""``python -m core screen`` and ``report``: what looks wrongly paid, and a month in figures."""

import argparse
import sys
from pathlib import Path
from typing import Any

from core.command_line.tools import DONE, WrongUsageError, add, month, operator_desk, print_rows, say
from core.domain.roles import SYSTEM
from core.texts import _


def add_commands(commands: Any) -> None:
    """``screen`` and ``report``."""
    _add_screen(commands)
    reporting = add(commands, "report", report, _("生成一个月的报告（PDF 或 xlsx）"))
    reporting.add_argument("month", metavar="YYYY-MM", type=month)
    reporting.add_argument("--out", metavar="FILE", type=Path, required=True)


def _add_screen(commands: Any) -> None:
    parser = add(commands, "screen", screen, _("智能筛查：逐段读取台账，列出疑似多缴、错缴的每一条，不改动数据"))
    parser.add_argument(
        "--employer",
        metavar=_("单位编号"),
        dest="employers",
        action="append",
        default=[],
        help=_("只筛查这些单位（可多次给出），默认全部单位"),
    )
    parser.add_argument(
        "--format", choices=("csv", "table"), default="csv", help=_("输出格式（默认 {format}）").format(format="csv")
    )


def screen(options: argparse.Namespace) -> int:
    """Find every line that looks wrongly paid; changes nothing but leaves an audit entry."""
    from core.services.screening_print import COLUMNS, screen_ledger

    with operator_desk() as desk:
        rows = screen_ledger(
            desk, SYSTEM, options.employers, told=lambda said: print(f"\r{said}", end="", file=sys.stderr)
        )
        print_rows(options.format, COLUMNS, rows)
        say("")
    return DONE


def report(options: argparse.Namespace) -> int:
    """Write the report of a month into a file: PDF or xlsx, by its ending."""
    form = options.out.suffix.lower().removeprefix(".")
    if form not in ("pdf", "xlsx"):
        raise WrongUsageError(_("文件名请以 .pdf 或 .xlsx 结尾：{file}").format(file=options.out))
    if not options.out.absolute().parent.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.out.parent))
    from core.services.reports import write_report

    with operator_desk() as desk:
        options.out.write_bytes(write_report(desk, SYSTEM, options.month, form))
    say(_("已生成 {file}").format(file=options.out))
    return DONE
