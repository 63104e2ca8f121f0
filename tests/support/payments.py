"""Batches that wait for payment, and what a bank sends back, for tests of finance's work."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from core.domain.money import plain_yuan
from core.domain.payments import Outcome
from core.domain.roles import SYSTEM, Viewer
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.payment_runs import OrderView, RunRow, show_run
from core.services.payments import make_run, preview_run
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.services.steps import advance_batch
from core.store.schema import users
from tests.support.desks import (
    CLERK,
    FINANCE,
    REVIEWER,
    SECOND_REVIEWER,
    Ledger,
    prepare_draft,
)

COLUMNS = ("支付参考号", "收款账号", "金额", "结果", "退票原因", "入账日期")
DAY = "2023-11-01"
THIRD = Viewer("reviewer3", REVIEWER.role)
SECOND_PAYER = Viewer("finance2", FINANCE.role, fresh_factor=True)

Row = tuple[str, ...]


def payable(
    desk: Desk,
    ledger: Ledger,
    *people: int,
    months: Sequence[int] = (202205, 202206),
    accepted_by: Viewer = REVIEWER,
) -> list[str]:
    """One batch for each person, reviewed and 待支付; returns their numbers."""
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "100000000")
    _add_accounts(desk)
    numbers = []
    for number in people:
        draft_id = prepare_draft(desk, ledger.leaver(number, months))
        preview = preview_batch(desk, CLERK, draft_id)
        numbers.append(submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint).numbers[0])
        for viewer, step in ((accepted_by, "accept"), (SECOND_REVIEWER, "pass"), (THIRD, "pass")):
            advance_batch(desk, viewer, numbers[-1], step)
    return numbers


def _add_accounts(desk: Desk) -> None:
    with desk.database.write() as connection:
        known = set(connection.scalars(users.select().with_only_columns(users.c.username)))
        for viewer in (THIRD, SECOND_PAYER):
            if viewer.username not in known:
                row = {"username": viewer.username, "role": viewer.role.value, "created_at": desk.now()}
                connection.execute(users.insert(), row)


def pay(desk: Desk, numbers: Sequence[str], viewer: Viewer = FINANCE) -> RunRow:
    """Preview and make a run of these batches."""
    preview = preview_run(desk, viewer, desk.today(), numbers)
    return make_run(desk, viewer, desk.today(), numbers, preview.fingerprint)


def orders(desk: Desk, run: RunRow) -> tuple[OrderView, ...]:
    """The orders of a run, by reference."""
    return show_run(desk, FINANCE, run.number).orders


def answer(order: OrderView, outcome: Outcome = Outcome.PAID, **changes: Any) -> Row:
    """The bank's row for an order: cells in the order of ``COLUMNS``."""
    bounced = outcome is Outcome.BOUNCED
    values = {
        "支付参考号": order.reference,
        "收款账号": order.bank_account,
        "金额": plain_yuan(order.amount),
        "结果": "退票" if bounced else "成功",
        "退票原因": "账户已销户" if bounced else "",
        "入账日期": DAY,
        **changes,
    }
    return tuple(values[name] for name in COLUMNS)


def total_row(rows: Iterable[Row]) -> Row:
    """The row 合计 of these rows."""
    fen = sum(round(float(row[2].replace(",", "")) * 100) for row in rows)
    return ("合计", "", plain_yuan(fen), "", "", "")


def as_csv(rows: Sequence[Row], total: Row | None = None) -> bytes:
    """A result file as csv; the total is right unless given."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows([COLUMNS, *rows, total or total_row(rows)])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Row], total: Row | None = None) -> bytes:
    """The same as a workbook, every cell text."""
    book = openpyxl.Workbook()
    for row in (COLUMNS, *rows, total or total_row(rows)):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
