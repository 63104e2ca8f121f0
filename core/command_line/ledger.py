"""``python -m core import``, ``judge`` and ``check``: what feeds the ledger, what it says, and whether it holds."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from core.domain.identifiers import normalise_number
from core.domain.roles import SYSTEM
from core.texts import _

if TYPE_CHECKING:
    from core.services.ledger_import import ImportReport


def add_commands(commands: Any) -> None:
    """``import``, ``judge`` and ``check``."""
    _add_import(commands)
    _add_judge(commands)
    add_format(add(commands, "check", check, _("检查整个数据库，列出不成立的规则")), "table")


def _add_import(commands: Any) -> None:
    parser = add(commands, "import", import_, _("导入台账文件：单位、实缴明细、人员事项（xlsx、xls、csv、zip）"))
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+")
    parser.add_argument("--dry-run", action="store_true", help=_("只检查，不写入"))
    parser.add_argument(
        "--errors", metavar="OUT.xlsx", type=Path, help=_("把有错误的行连同错误说明写到这个文件，改好后可再导入")
    )
    parser.add_argument("--confirm-corrections", action="store_true", help=_("确认更正已有记录"))
    add_format(parser, "table")


def _add_judge(commands: Any) -> None:
    parser = add(commands, "judge", judge, _("按退费原因逐行判断一个单位的缴费能否退费，不改动数据"))
    parser.add_argument("--employer", metavar=_("单位编号"), required=True)
    parser.add_argument("--reason", metavar="R01", required=True)
    parser.add_argument("--from", dest="first", metavar="2022-01", type=month, required=True)
    parser.add_argument("--to", dest="last", metavar="2023-09", type=month, required=True)
    parser.add_argument(
        "--person", dest="persons", metavar=_("社会保障号"), type=normalise_number, action="append", default=[]
    )
    add_format(parser, "csv")


def import_(options: argparse.Namespace) -> int:
    """Import ledger files, whole or not at all."""
    missing = [path for path in options.files if not path.is_file()]
    if missing:
        raise WrongUsageError(_("文件不存在：{files}").format(files="、".join(map(str, missing))))
    if options.errors and not options.errors.absolute().parent.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.errors.parent))
    from core.services.ledger_import import import_files, write_error_workbook

    with operator_desk() as desk:
        report = import_files(
            desk, SYSTEM, options.files, dry_run=options.dry_run, confirm_corrections=options.confirm_corrections
        )
    if options.errors and any(file.problems for file in report.files):
        write_error_workbook(report, options.errors)
    _print_report(options, report)
    return DONE if report.ok else REFUSED


def judge(options: argparse.Namespace) -> int:
    """Judge every line of an employer in a range of months; changes nothing."""
    if options.first > options.last:
        raise WrongUsageError(_("开始时间不能晚于终止时间"))
    from core.services.judging import judge_range

    question = (options.employer, options.reason, options.first, options.last, options.persons)
    with operator_desk() as desk:
        judged = judge_range(desk, SYSTEM, *question)
    print_rows(options.format, judged.COLUMNS, judged.rows())
    return DONE


def check(options: argparse.Namespace) -> int:
    """Verify every invariant of the whole database."""
    from core.services.checks import check_everything

    with operator_desk() as desk:
        found = check_everything(desk)
    if found or options.format != "table":
        print_rows(options.format, ("invariant", "sentence"), [(broken.code, broken.sentence) for broken in found])
    if not found:
        say(_("检查完毕，没有发现问题"))
    return REFUSED if found else DONE


def _print_report(options: argparse.Namespace, report: "ImportReport") -> None:
    told = report.as_json()
    if options.format == "json":
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        counts = ("file", "kind", "rows", "new", "same", "corrected", "refused", "warnings")
        print_rows(options.format, counts, [tuple(str(file[name]) for name in counts) for file in told["files"]])
    if options.format == "table":
        cells = ("sheet", "row", "column", "value", "code", "message")
        for file in told["files"]:
            for problem in file["problems"]:
                print("  ".join([file["file"], *(str(problem[name]) for name in cells if problem[name] != "")]))
    if report.awaits_confirmation:
        say(_("有更正已有记录的行，没有写入；核对后加 --confirm-corrections 再导入"))
    elif not report.ok:
        say(_("有错误，相应的文件没有写入；可加 --errors OUT.xlsx 得到标出错误的文件，改好后再导入"))
    else:
        say(_("检查通过，没有写入") if report.dry_run else _("已写入"))
