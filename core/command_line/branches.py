"""``python -m core branches``: the bank directory."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.command_line.tools import DONE, REFUSED, WrongUsageError, add, add_format, operator_desk, print_rows, say
from core.domain.roles import SYSTEM
from core.texts import _

if TYPE_CHECKING:
    from core.services.branches import DirectoryReport

MOST_LISTED = 1_000_000


def add_commands(actions: Any) -> None:
    """``branches import`` and ``find``."""
    importing = add(actions, "import", import_, _("用一个文件（行号、行名、地区）替换整个开户行目录"))
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--dry-run", action="store_true", help=_("只检查，不写入"))
    add_format(importing, "table")
    finding = add(actions, "find", find, _("按行号开头或名称中的字词（至少三个字）查找开户行"))
    finding.add_argument("text", metavar="TEXT")
    finding.add_argument("--limit", metavar="N", type=_count, default=20, help=_("最多列出多少个（默认 20）"))
    add_format(finding, "csv")


def import_(options: argparse.Namespace) -> int:
    """Replace the bank directory by what a file lists."""
    if not options.file.is_file():
        raise WrongUsageError(_("文件不存在：{files}").format(files=options.file))
    from core.services.branches import import_branches

    with operator_desk() as desk:
        report = import_branches(desk, SYSTEM, options.file, dry_run=options.dry_run)
    _print_directory_report(options, report)
    return DONE if report.accepted else REFUSED


def find(options: argparse.Namespace) -> int:
    """The branches that fit a 行号's beginning or some words."""
    from core.services.branches import find_branches, has_directory

    with operator_desk() as desk:
        found = find_branches(desk, SYSTEM, options.text, options.limit)
        if not has_directory(desk):
            say(_("尚未导入开户行目录"))
    rows = [(branch.cnaps_code, branch.branch_name, branch.region) for branch in found]
    print_rows(options.format, ("cnaps_code", "branch_name", "region"), rows)
    return DONE


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_LISTED:
        raise argparse.ArgumentTypeError(_("应为 1 到 {most} 之间的整数").format(most=MOST_LISTED))
    return int(text)


def _print_directory_report(options: argparse.Namespace, report: "DirectoryReport") -> None:
    counts = ("file", "rows", "new", "changed", "same", "gone", "errors", "warnings")
    cells = ("sheet", "row", "column", "value", "code", "message")
    told = {name: getattr(report, name) for name in counts}
    problems = [{name: getattr(problem, name) for name in cells} for problem in report.problems]
    if options.format == "json":
        json.dump(told | {"problems": problems}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print_rows(options.format, counts, [tuple(map(str, told.values()))])
    if options.format == "table":
        for problem in problems:
            print("  ".join([report.file, *(str(cell) for cell in problem.values() if cell != "")]))
    if not report.accepted:
        say(_("有错误，没有写入；请按上列问题更正后再导入"))
    else:
        say(_("已写入") if report.stored else _("检查通过，没有写入"))
