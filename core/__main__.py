"""The same services from the command line: ``python -m core …`` (``docs/``: formats and command line).

Data goes to standard output, messages to standard error. Exit status: 0 done, 1 refused or something broken was found,
2 wrong usage. The command line is the operator's: it runs as *system*, unmasked. ``python -X dev -m core …`` shows tracebacks.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.command_line import batches, mail
from core.command_line.tools import DONE, REFUSED, WRONG_USAGE, WrongUsageError
from core.command_line.tools import Parser as _Parser
from core.command_line.tools import add as _add
from core.command_line.tools import add_format as _add_format
from core.command_line.tools import flag as _flag
from core.command_line.tools import operator_desk as _desk
from core.command_line.tools import print_rows as _print_rows
from core.command_line.tools import say as _say
from core.domain.errors import InvalidInput, RefundError
from core.domain.identifiers import normalise, normalise_number
from core.domain.period import Period
from core.domain.roles import SYSTEM, Role
from core.texts import _, explain

# Services bring pandas, SQLAlchemy and the like: each command imports its own, so that --help and a typing error answer at once.
if TYPE_CHECKING:
    from core.services.branches import DirectoryReport
    from core.services.ledger_import import ImportReport

MOST_LISTED = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
    except WrongUsageError as error:
        _say(str(error))
        return WRONG_USAGE
    except RefundError as error:
        for problem in getattr(error, "problems", [error]):
            _say(explain(problem))
        return REFUSED
    except BrokenPipeError:
        # Whoever reads has read enough (… | head). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        # The message of a driver quotes what it was given, identity numbers included: only its kind is told.
        _say(_("操作没有完成（{kind}）：请检查数据库和数据目录是否可用，然后重试").format(kind=type(error).__name__))
        return REFUSED
    return status


# --- commands ---------------------------------------------------------------------------------------------------------


def import_(options: argparse.Namespace) -> int:
    """Import ledger files, whole or not at all."""
    missing = [path for path in options.files if not path.is_file()]
    if missing:
        raise WrongUsageError(_("文件不存在：{files}").format(files="、".join(map(str, missing))))
    if options.errors and not options.errors.absolute().parent.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.errors.parent))
    from core.services.ledger_import import import_files, write_error_workbook

    with _desk() as desk:
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
    with _desk() as desk:
        judged = judge_range(desk, SYSTEM, *question)
    _print_rows(options.format, judged.COLUMNS, judged.rows())
    return DONE


def screen(options: argparse.Namespace) -> int:
    """Find every line that looks wrongly paid; changes nothing but leaves an audit entry."""
    from core.services.screening_print import COLUMNS, screen_ledger

    with _desk() as desk:
        rows = screen_ledger(
            desk, SYSTEM, options.employers, told=lambda said: print(f"\r{said}", end="", file=sys.stderr)
        )
        _print_rows(options.format, COLUMNS, rows)
        _say("")
    return DONE


def check(options: argparse.Namespace) -> int:
    """Verify every invariant of the whole database."""
    from core.services.checks import check_everything

    with _desk() as desk:
        found = check_everything(desk)
    if found or options.format != "table":
        _print_rows(options.format, ("invariant", "sentence"), [(broken.code, broken.sentence) for broken in found])
    if not found:
        _say(_("检查完毕，没有发现问题"))
    return REFUSED if found else DONE


def report(options: argparse.Namespace) -> int:
    """Write the report of a month into a file: PDF or xlsx, by its ending."""
    form = options.out.suffix.lower().removeprefix(".")
    if form not in ("pdf", "xlsx"):
        raise WrongUsageError(_("文件名请以 .pdf 或 .xlsx 结尾：{file}").format(file=options.out))
    if not options.out.absolute().parent.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.out.parent))
    from core.services.reports import write_report

    with _desk() as desk:
        options.out.write_bytes(write_report(desk, SYSTEM, options.month, form))
    _say(_("已生成 {file}").format(file=options.out))
    return DONE


def demo(options: argparse.Namespace) -> int:
    """Build the demonstration: files, accounts, batches. Built twice it is the same."""
    from core.services.demo import build_demonstration, is_built, tell_demonstration

    with _desk() as desk:
        if not (options.if_empty and is_built(desk, with_history=not options.brief)):
            report = build_demonstration(desk, with_history=not options.brief)
            _print_rows("csv", ("file",), [(str(path),) for path in report.files])
        for sentence in tell_demonstration(desk):
            _say(sentence)
    return DONE


def user_add(options: argparse.Namespace) -> int:
    """Make an account; prints its one-time token unless a password came on standard input."""
    from core.services.accounts import create_user

    password = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None
    with _desk() as desk:
        role = Role(options.role)
        token = create_user(desk, SYSTEM, options.name, role, options.employers, password, email=options.email)
    _print_token(options.name, token)
    return DONE


def user_disable(options: argparse.Namespace) -> int:
    """Shut an account and end its sessions at once."""
    from core.services.accounts import disable_user

    with _desk() as desk:
        disable_user(desk, SYSTEM, options.name)
    _say(_("已停用 {name}").format(name=options.name))
    return DONE


def user_reset(options: argparse.Namespace) -> int:
    """Take an account's password away and print a one-time token for a new one."""
    from core.services.accounts import reset_user

    with _desk() as desk:
        _print_token(options.name, reset_user(desk, SYSTEM, options.name))
    return DONE


def user_reset_factor(options: argparse.Namespace) -> int:
    """Take an account's second factor away and end its sessions; its owner enrols anew."""
    from core.services.second_factor import reset_factor

    with _desk() as desk:
        reset_factor(desk, SYSTEM, options.name)
    _say(_("已重置 {name} 的动态验证码").format(name=options.name))
    return DONE


def user_list(options: argparse.Namespace) -> int:
    """Every account."""
    from core.services.accounts import list_users

    columns = ("name", "role", "employers", "disabled", "can_sign_in", "language", "created_at")
    with _desk() as desk:
        rows = [
            (
                u.username,
                u.role.value,
                "|".join(u.employers),
                _flag(u.disabled),
                _flag(u.can_sign_in),
                u.language,
                u.created_at,
            )
            for u in list_users(desk, SYSTEM)
        ]
    _print_rows(options.format, columns, rows)
    return DONE


def settings_list(options: argparse.Namespace) -> int:
    """Every switch: its value, its default, what it may be and what it means."""
    from core.services.settings import list_settings
    from core.services.wordings import list_wordings

    with _desk() as desk:
        rows = [
            (s.switch.key, s.value, s.switch.default, s.allowed, _(s.switch.meaning))
            for s in list_settings(desk, SYSTEM)
        ]
        rows += [
            (each.setting.switch.key, each.setting.value, each.shipped, "", _(each.setting.switch.meaning))
            for wordings in list_wordings(desk, SYSTEM).values()
            for each in wordings
        ]
    _print_rows(options.format, ("key", "value", "default", "allowed", "meaning"), rows)
    return DONE


def settings_set(options: argparse.Namespace) -> int:
    """Put one switch to a value."""
    from core.services.settings import change_setting

    with _desk() as desk:
        setting = change_setting(desk, SYSTEM, options.key, options.value)
    _say(f"{setting.switch.key} = {setting.value}")
    return DONE


def branches_import(options: argparse.Namespace) -> int:
    """Replace the bank directory by what a file lists."""
    if not options.file.is_file():
        raise WrongUsageError(_("文件不存在：{files}").format(files=options.file))
    from core.services.branches import import_branches

    with _desk() as desk:
        report = import_branches(desk, SYSTEM, options.file, dry_run=options.dry_run)
    _print_directory_report(options, report)
    return DONE if report.accepted else REFUSED


def branches_find(options: argparse.Namespace) -> int:
    """The branches that fit a 行号's beginning or some words."""
    from core.services.branches import find_branches, has_directory

    with _desk() as desk:
        found = find_branches(desk, SYSTEM, options.text, options.limit)
        if not has_directory(desk):
            _say(_("尚未导入开户行目录"))
    rows = [(branch.cnaps_code, branch.branch_name, branch.region) for branch in found]
    _print_rows(options.format, ("cnaps_code", "branch_name", "region"), rows)
    return DONE


def payments_list(options: argparse.Namespace) -> int:
    """Payment runs, newest first."""
    from core.domain.money import plain_yuan
    from core.services.payment_runs import list_runs

    columns = ("run", "day", "orders", "total", "sent", "paid", "bounced", "made_by", "made_at")
    with _desk() as desk:
        runs = list_runs(desk, SYSTEM, size=100_000).rows
    rows = [
        (
            run.number,
            run.day,
            str(run.order_count),
            plain_yuan(run.total),
            *map(str, (run.sent, run.paid, run.bounced)),
            run.created_by,
            run.created_at,
        )
        for run in runs
    ]
    _print_rows(options.format, columns, rows)
    return DONE


def payments_export(options: argparse.Namespace) -> int:
    """Write the files of a payment run, as they were made, into a folder."""
    if not options.out.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.out))
    from core.services.payment_runs import copy_run_files

    with _desk() as desk:
        written = copy_run_files(desk, SYSTEM, options.number, options.out)
    _print_rows("csv", ("file",), [(str(path),) for path in written])
    return DONE


def payments_import(options: argparse.Namespace) -> int:
    """Book what the bank sent back, whole or not at all."""
    if not options.file.is_file():
        raise WrongUsageError(_("文件不存在：{files}").format(files=options.file))
    from core.domain.payments import Outcome
    from core.services.bank_results import ResultsRefusedError, book_results, read_results

    content = options.file.read_bytes()
    with _desk() as desk:
        if options.dry_run:
            report = read_results(desk, SYSTEM, options.file.name, content)
            if report.problems:
                raise ResultsRefusedError(report)
        else:
            report = book_results(desk, SYSTEM, options.file.name, content).report
    counts = (str(len(report.lines)), *(str(report.sum_of(o)[0]) for o in (Outcome.PAID, Outcome.BOUNCED)))
    _print_rows(options.format, ("rows", "paid", "bounced", "unmatched"), [(*counts, str(len(report.aside)))])
    if report.imported:
        _say(_("该文件已导入过"))
    else:
        _say(_("检查通过，没有写入") if options.dry_run else _("已写入"))
    return DONE


# --- what is typed ----------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m core", description=_("退费工作台：导入台账、判断能否退费、检查数据库、管理账号与设置")
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_import(commands)
    _add_judge(commands)
    _add_screen(commands)
    _add_format(_add(commands, "check", check, _("检查整个数据库，列出不成立的规则")), "table")
    reporting = _add(commands, "report", report, _("生成一个月的报告（PDF 或 xlsx）"))
    reporting.add_argument("month", metavar="YYYY-MM", type=_month)
    reporting.add_argument("--out", metavar="FILE", type=Path, required=True)
    building = _add(commands, "demo", demo, _("生成演示数据并导入，建立演示账号和批次"))
    building.add_argument("--if-empty", action="store_true", help=_("只在还没有数据时生成"))
    building.add_argument("--brief", action="store_true", help=_("不生成近一年的历史批次，几秒即可完成"))
    _add_user(commands.add_parser("user", help=_("账号")).add_subparsers(required=True, metavar="ACTION"))
    _add_settings(commands.add_parser("settings", help=_("设置")).add_subparsers(required=True, metavar="ACTION"))
    _add_branches(commands.add_parser("branches", help=_("开户行目录")).add_subparsers(required=True, metavar="ACTION"))
    _add_payments(commands.add_parser("payments", help=_("支付")).add_subparsers(required=True, metavar="ACTION"))
    batches.add_commands(commands.add_parser("batches", help=_("批次")).add_subparsers(required=True, metavar="ACTION"))
    mail.add_commands(commands.add_parser("mail", help=_("邮件")).add_subparsers(required=True, metavar="ACTION"))
    return parser


def _add_import(commands: Any) -> None:
    parser = _add(commands, "import", import_, _("导入台账文件：单位、实缴明细、人员事项（xlsx、xls、csv、zip）"))
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+")
    parser.add_argument("--dry-run", action="store_true", help=_("只检查，不写入"))
    parser.add_argument(
        "--errors", metavar="OUT.xlsx", type=Path, help=_("把有错误的行连同错误说明写到这个文件，改好后可再导入")
    )
    parser.add_argument("--confirm-corrections", action="store_true", help=_("确认更正已有记录"))
    _add_format(parser, "table")


def _add_judge(commands: Any) -> None:
    parser = _add(commands, "judge", judge, _("按退费原因逐行判断一个单位的缴费能否退费，不改动数据"))
    parser.add_argument("--employer", metavar=_("单位编号"), required=True)
    parser.add_argument("--reason", metavar="R01", required=True)
    parser.add_argument("--from", dest="first", metavar="2022-01", type=_month, required=True)
    parser.add_argument("--to", dest="last", metavar="2023-09", type=_month, required=True)
    parser.add_argument(
        "--person", dest="persons", metavar=_("社会保障号"), type=normalise_number, action="append", default=[]
    )
    _add_format(parser, "csv")


def _add_screen(commands: Any) -> None:
    parser = _add(commands, "screen", screen, _("智能筛查：逐段读取台账，列出疑似多缴、错缴的每一条，不改动数据"))
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


def _add_user(actions: Any) -> None:
    adding = _add(actions, "add", user_add, _("新增账号，输出一次性口令"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=[role.value for role in Role if role is not Role.SYSTEM])
    adding.add_argument("--employer", dest="employers", metavar=_("单位编号"), action="append", default=[])
    adding.add_argument("--email", metavar="ADDRESS", default="", help=_("电子邮箱；是否接收邮件由本人决定"))
    adding.add_argument("--password-stdin", action="store_true", help=_("从标准输入读取密码，不生成一次性口令"))
    for name, run, meaning in (
        ("disable", user_disable, _("停用账号，立即结束其会话")),
        ("reset", user_reset, _("作废密码，输出一次性口令")),
        ("reset-factor", user_reset_factor, _("作废动态验证码，本人下次办理时重新登记")),
    ):
        _add(actions, name, run, meaning).add_argument("name", metavar="NAME")
    _add_format(_add(actions, "list", user_list, _("列出全部账号")), "table")


def _add_settings(actions: Any) -> None:
    _add_format(_add(actions, "list", settings_list, _("列出全部设置")), "table")
    setting = _add(actions, "set", settings_set, _("更改一项设置"))
    setting.add_argument("key", metavar="KEY")
    setting.add_argument("value", metavar="VALUE")


def _add_branches(actions: Any) -> None:
    importing = _add(actions, "import", branches_import, _("用一个文件（行号、行名、地区）替换整个开户行目录"))
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--dry-run", action="store_true", help=_("只检查，不写入"))
    _add_format(importing, "table")
    finding = _add(actions, "find", branches_find, _("按行号开头或名称中的字词（至少三个字）查找开户行"))
    finding.add_argument("text", metavar="TEXT")
    finding.add_argument("--limit", metavar="N", type=_count, default=20, help=_("最多列出多少个（默认 20）"))
    _add_format(finding, "csv")


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_LISTED:
        raise argparse.ArgumentTypeError(_("应为 1 到 {most} 之间的整数").format(most=MOST_LISTED))
    return int(text)


def _add_payments(actions: Any) -> None:
    _add_format(_add(actions, "list", payments_list, _("列出全部支付批次")), "table")
    exporting = _add(actions, "export", payments_export, _("把一个支付批次的文件写到文件夹"))
    exporting.add_argument("number", metavar="RUN")
    exporting.add_argument("--out", metavar="DIR", type=Path, required=True)
    importing = _add(
        actions, "import-results", payments_import, _("导入银行回盘（xlsx、xls、csv、pain.002、camt.053）")
    )
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--dry-run", action="store_true", help=_("只检查，不写入"))
    _add_format(importing, "table")


def _month(text: str) -> Period:
    try:
        return Period.parse(normalise(text))
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(explain(error)) from error


# --- what is printed --------------------------------------------------------------------------------------------------


def _print_token(name: str, token: str | None) -> None:
    if token is None:
        _say(_("已新增 {name}").format(name=name))
        return
    print(token)
    _say(_("这是 {name} 的一次性口令，三天内有效，请当面交给本人，用它在登录页设置密码").format(name=name))


def _print_report(options: argparse.Namespace, report: "ImportReport") -> None:
    told = report.as_json()
    if options.format == "json":
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        counts = ("file", "kind", "rows", "new", "same", "corrected", "refused", "warnings")
        _print_rows(options.format, counts, [tuple(str(file[name]) for name in counts) for file in told["files"]])
    if options.format == "table":
        cells = ("sheet", "row", "column", "value", "code", "message")
        for file in told["files"]:
            for problem in file["problems"]:
                print("  ".join([file["file"], *(str(problem[name]) for name in cells if problem[name] != "")]))
    if report.awaits_confirmation:
        _say(_("有更正已有记录的行，没有写入；核对后加 --confirm-corrections 再导入"))
    elif not report.ok:
        _say(_("有错误，相应的文件没有写入；可加 --errors OUT.xlsx 得到标出错误的文件，改好后再导入"))
    else:
        _say(_("检查通过，没有写入") if report.dry_run else _("已写入"))


def _print_directory_report(options: argparse.Namespace, report: "DirectoryReport") -> None:
    counts = ("file", "rows", "new", "changed", "same", "gone", "errors", "warnings")
    cells = ("sheet", "row", "column", "value", "code", "message")
    told = {name: getattr(report, name) for name in counts}
    problems = [{name: getattr(problem, name) for name in cells} for problem in report.problems]
    if options.format == "json":
        json.dump(told | {"problems": problems}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        _print_rows(options.format, counts, [tuple(map(str, told.values()))])
    if options.format == "table":
        for problem in problems:
            print("  ".join([report.file, *(str(cell) for cell in problem.values() if cell != "")]))
    if not report.accepted:
        _say(_("有错误，没有写入；请按上列问题更正后再导入"))
    else:
        _say(_("已写入") if report.stored else _("检查通过，没有写入"))


if __name__ == "__main__":
    sys.exit(main())
