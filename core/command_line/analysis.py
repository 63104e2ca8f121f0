"""``python -m core screen`` and ``report``: what looks wrongly paid, and a month in figures."""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.command_line.tools import (
    DONE,
    REFUSED,
    WrongUsageError,
    add,
    add_format,
    month,
    operator_desk,
    print_rows,
    say,
)
from core.domain.roles import SYSTEM, Role, Viewer
from core.texts import _

#: A report is for many eyes: whoever makes it, it is the file that the screen makes, in which small groups are folded.
_READER = Viewer(SYSTEM.username, Role.ANALYST)


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
        "--after",
        metavar=_("缴费流水号"),
        help=_("从停下的位置接着筛查"),
    )
    add_format(parser, "csv")


def screen(options: argparse.Namespace) -> int:
    """Find every line that looks wrongly paid; changes nothing but leaves an audit entry."""
    from core.services.screening_print import COLUMNS, screen_ledger

    with operator_desk() as desk, _stopped_by_hand() as stop:
        rows = screen_ledger(
            desk, SYSTEM, options.employers, told=_tell_progress, after=options.after, goes_on=stop.goes_on
        )
        print_rows(options.format, COLUMNS, rows)
    say("")
    if stop.place is None:
        return DONE
    say(_("已停止，此前的结果都已列出；接着筛查请加上 --after {place}").format(place=stop.place))
    return REFUSED


def _tell_progress(said: str) -> None:
    print(f"\r{said}", end="", file=sys.stderr, flush=True)


class _Stop:
    """Whether somebody has pressed Ctrl-C, and up to which place everything was told then."""

    def __init__(self) -> None:
        self.asked = False
        self.place: str | None = None

    def goes_on(self, place: str) -> bool:
        """Whether to go on after this place; one that was stopped remembers it."""
        if self.asked:
            self.place = place
        return not self.asked


@contextmanager
def _stopped_by_hand() -> Iterator[_Stop]:
    """Ctrl-C ends the work after what is at hand, so that nothing is told by half; pressed again it ends at once."""
    stop = _Stop()

    def ask(_number: int, _frame: object) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def report(options: argparse.Namespace) -> int:
    """Write the report of a month into a file: PDF or xlsx, by its ending."""
    form = options.out.suffix.lower().removeprefix(".")
    if form not in ("pdf", "xlsx"):
        raise WrongUsageError(_("文件名请以 .pdf 或 .xlsx 结尾：{file}").format(file=options.out))
    if not options.out.absolute().parent.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.out.parent))
    from core.services.reports import write_report_to

    with operator_desk() as desk:
        write_report_to(desk, _READER, options.month, form, options.out)
    say(_("已生成 {file}").format(file=options.out))
    return DONE
