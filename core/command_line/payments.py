"""``python -m core payments``: runs, their files, and what the bank sent back."""

import argparse
from pathlib import Path
from typing import Any

from core.command_line.tools import DONE, WrongUsageError, add, add_format, operator_desk, print_rows, say
from core.domain.roles import SYSTEM
from core.texts import _


def add_commands(actions: Any) -> None:
    """``payments list``, ``export`` and ``import-results``."""
    add_format(add(actions, "list", list_, _("列出全部支付批次")), "table")
    exporting = add(actions, "export", export, _("把一个支付批次的文件写到文件夹"))
    exporting.add_argument("number", metavar="RUN")
    exporting.add_argument("--out", metavar="DIR", type=Path, required=True)
    importing = add(actions, "import-results", import_results, _("导入银行回盘（xlsx、xls、csv、pain.002、camt.053）"))
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--dry-run", action="store_true", help=_("只检查，不写入"))
    add_format(importing, "table")


def list_(options: argparse.Namespace) -> int:
    """Payment runs, newest first."""
    from core.domain.money import plain_yuan
    from core.services.payment_runs import list_runs

    columns = ("run", "day", "orders", "total", "sent", "paid", "bounced", "made_by", "made_at")
    with operator_desk() as desk:
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
    print_rows(options.format, columns, rows)
    return DONE


def export(options: argparse.Namespace) -> int:
    """Write the files of a payment run, as they were made, into a folder."""
    if not options.out.is_dir():
        raise WrongUsageError(_("文件夹不存在：{folder}").format(folder=options.out))
    from core.services.payment_runs import copy_run_files

    with operator_desk() as desk:
        written = copy_run_files(desk, SYSTEM, options.number, options.out)
    print_rows("csv", ("file",), [(str(path),) for path in written])
    return DONE


def import_results(options: argparse.Namespace) -> int:
    """Book what the bank sent back, whole or not at all."""
    if not options.file.is_file():
        raise WrongUsageError(_("文件不存在：{files}").format(files=options.file))
    from core.domain.payments import Outcome
    from core.services.bank_results import ResultsRefusedError, book_results, read_results

    content = options.file.read_bytes()
    with operator_desk() as desk:
        if options.dry_run:
            report = read_results(desk, SYSTEM, options.file.name, content)
            if report.problems:
                raise ResultsRefusedError(report)
        else:
            report = book_results(desk, SYSTEM, options.file.name, content).report
    counts = (str(len(report.lines)), *(str(report.sum_of(o)[0]) for o in (Outcome.PAID, Outcome.BOUNCED)))
    print_rows(options.format, ("rows", "paid", "bounced", "unmatched"), [(*counts, str(len(report.aside)))])
    if report.imported:
        say(_("该文件已导入过"))
    else:
        say(_("检查通过，没有写入") if options.dry_run else _("已写入"))
    return DONE
