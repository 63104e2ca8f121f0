"""支付: what is to be paid on a day, and the run that pays it, with its files. A line leaves in one run only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.documents.pain001 import FILE_NAME as MESSAGE_NAME
from core.documents.pain001 import write_pain001
from core.documents.payment_list import LIST_NAME, TABLE_NAME, RunSheet, write_bank_table, write_payment_list
from core.documents.workbook import CSV, XLSX
from core.domain.bank import account_notices
from core.domain.errors import Conflict, InvalidInput, StalePreview
from core.domain.identifiers import cnaps_fault
from core.domain.lifecycle import Part
from core.domain.payments import (
    DOUBTFUL_BRANCH,
    IN_ARREARS,
    NO_ACCOUNT,
    ORDER_BANK,
    OTHER_ACCOUNT,
    PAID_AGAIN,
    Caution,
    FileKind,
    FundAccount,
    Order,
    payment_reference,
    run_fingerprint,
    total_by_fund,
)
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.desk import AGENCY_ZONE, Desk, Unit
from core.services.payment_runs import RunRow, blobs, run_row
from core.services.steps import advance_locked
from core.services.unregistered_accounts import registered_account
from core.store import payments as store
from core.store.batches import next_sequence
from core.store.database import Connection
from core.store.employers import read_employers
from core.store.locks import lock_payments
from core.store.payments import RunFile
from core.texts import _, speaking

NOTHING_DUE = N_("目前没有可以支付的批次，请刷新后查看")
_MESSAGE = "application/xml"
_WRITERS = {
    FileKind.LIST: (LIST_NAME, XLSX, write_payment_list),
    FileKind.CSV: (TABLE_NAME, CSV, write_bank_table),
    FileKind.PAIN001: (MESSAGE_NAME, _MESSAGE, write_pain001),
}


@dataclass(frozen=True, slots=True)
class Payable:
    """One batch of a preview: its orders, and what finance should know before paying it."""

    number: str
    employer_id: str
    employer_name: str
    reason: str
    due_on: str
    orders: tuple[Order, ...]
    cautions: tuple[Caution, ...]

    @property
    def total(self) -> int:
        """Fen of all its orders."""
        return sum(order.amount for order in self.orders)

    @property
    def is_chosen_alone(self) -> bool:
        """Whether it goes along only when somebody has chosen it himself."""
        return any(caution.is_chosen_alone for caution in self.cautions)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A batch that can't go along, and why (a text to be translated)."""

    number: str
    employer_name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RunPreview:
    """What a run of this day would pay. ``fingerprint`` is presented when it is made."""

    day: str
    batches: tuple[Payable, ...]
    excluded: tuple[Excluded, ...]
    accounts: Mapping[Insurance, FundAccount]
    fingerprint: str

    @property
    def orders(self) -> list[Order]:
        """Every order, by batch and fund."""
        return [order for batch in self.batches for order in batch.orders]

    @property
    def obstacle(self) -> str:
        """Why none of it can be paid, where nothing can: the first reason, to be translated."""
        return self.excluded[0].sentence if self.excluded else NOTHING_DUE

    @property
    def pays_from_examples(self) -> bool:
        """Whether a fund would pay from the account that the product was made with, which is nobody's."""
        return any(self.accounts[fund] == Settings().fund_account(fund) for fund in self.by_fund)

    @property
    def by_fund(self) -> dict[Insurance, tuple[int, int]]:
        """(number of orders, fen) of each fund."""
        return total_by_fund(self.orders)

    @property
    def total(self) -> int:
        """Fen of all orders."""
        return sum(order.amount for order in self.orders)


# --- before -----------------------------------------------------------------------------------------------------------


def preview_run(desk: Desk, viewer: Viewer, day: date, numbers: Collection[str] | None = None) -> RunPreview:
    """What a run of this day would pay: every batch that is 待支付, or those of them that are named; changes nothing.

    A batch of which a fund was paid already has orders for the other funds only.
    """
    viewer.require(Right.PAY)
    with desk.read() as connection:
        return _assess(connection, desk.settings(connection), viewer, day, store.read_payable(connection, numbers))


def _assess(connection: Connection, settings: Settings, viewer: Viewer, day: date, rows: Sequence[Any]) -> RunPreview:
    ids = [row.batch_id for row in rows]
    due, held = store.read_due(connection, ids), store.parts_held(connection, viewer.username, ids)
    employers = {each.employer_id: each for each in read_employers(connection, {row.employer_id for row in rows})}
    payable: list[Payable] = []
    excluded: list[Excluded] = []
    for row in rows:
        if sentence := _obstacle(row, held.get(row.batch_id)):
            excluded.append(Excluded(row.number, row.employer_name, sentence))
        else:
            payable.append(_payable(row, due.get(row.batch_id, []), employers.get(row.employer_id)))
    accounts = {fund: settings.fund_account(fund) for fund in Insurance}
    orders = [order for batch in payable for order in batch.orders]
    fingerprint = run_fingerprint(day.isoformat(), orders, accounts)
    return RunPreview(day.isoformat(), tuple(payable), tuple(excluded), accounts, fingerprint)


def _obstacle(row: Any, part: str | None) -> str | None:
    """Why a batch can't be paid by this viewer now."""
    if part not in {None, Part.PAYER.value}:
        return N_("同一批次中每人只能承担一个环节，请由其他人员办理")
    if any(notice.is_error for notice in account_notices(row.bank_account)) or not row.bank_account:
        return N_("收款账号不符合要求，无法支付，请先更正银行信息")
    if cnaps_fault(row.cnaps_code) == "length" or not row.account_holder:
        return N_("收款户名或行号不完整，无法支付，请先更正银行信息")
    return None


def _payable(row: Any, due: Iterable[tuple[str, int, int]], employer: Any | None) -> Payable:
    orders = tuple(_order(row, Insurance(fund), amount, attempt) for fund, amount, attempt in due)
    registered = registered_account(employer)
    told = (
        (bool(registered) and registered != row.bank_account, OTHER_ACCOUNT),
        (row.account_unverified and not registered, NO_ACCOUNT),
        (employer is not None and employer.in_arrears, IN_ARREARS),
        (cnaps_fault(row.cnaps_code) == "check", DOUBTFUL_BRANCH),
        (any(order.attempt > 1 for order in orders), PAID_AGAIN),
    )
    cautions = tuple(caution for applies, caution in told if applies)
    reason = _(REASONS[row.reason].text)
    return Payable(row.number, row.employer_id, row.employer_name, reason, row.due_on, orders, cautions)


def _order(row: Any, fund: Insurance, amount: int, attempt: int) -> Order:
    reference = payment_reference(row.number, fund, attempt)
    bank = (getattr(row, name) for name in ORDER_BANK)
    return Order(reference, row.batch_id, row.number, row.employer_id, row.employer_name, fund, attempt, amount, *bank)


# --- making a run -----------------------------------------------------------------------------------------------------


def make_run(desk: Desk, viewer: Viewer, day: date, numbers: Collection[str] | None, fingerprint: str) -> RunRow:
    """Make the run that was previewed: its orders, its files, and every batch to 支付中; whole or not at all.

    Asks for a fresh second factor. Pressed again it gives the same run. Raises ``StalePreview`` when it would pay anything
    else than what was previewed, ``Conflict`` when somebody else has made this very run.
    """
    viewer.require(Right.PAY)
    viewer.require_factor()
    with desk.write(viewer) as unit:
        lock_payments(unit.connection)
        if (known := store.find_run(unit.connection, fingerprint=fingerprint)) is not None:
            return _made_before(unit, known)
        rows = store.read_payable(unit.connection, numbers, lock=True)
        settings = desk.settings(unit.connection)
        preview = _assess(unit.connection, settings, viewer, day, rows)
        _require_unchanged(unit, preview, fingerprint, numbers)
        run = _write_run(desk, unit, preview, settings.own_agency_name())
        paid = {batch.number for batch in preview.batches}
        for row in rows:
            if row.number in paid:
                advance_locked(unit, settings, row, "pay")
    return run


def _made_before(unit: Unit, known: Any) -> RunRow:
    if known.created_by != unit.viewer.username:
        raise Conflict(N_("这些退费已由 {name} 生成支付批次 {number}"), name=known.created_by, number=known.number)
    return run_row(store.list_runs(unit.connection, limit=1, number=known.number)[0], repeated=True)


def _require_unchanged(unit: Unit, preview: RunPreview, fingerprint: str, numbers: Collection[str] | None) -> None:
    if date.fromisoformat(preview.day) < unit.today:
        raise InvalidInput(N_("付款日期不能早于今天"), field="run_day")
    if preview.fingerprint == fingerprint and preview.orders:
        return
    gone = sorted(set(numbers or ()) - {batch.number for batch in preview.batches})
    if gone:
        raise StalePreview(
            N_("以下批次已不在待支付中或不能由您支付：{numbers}；请重新核对"), numbers="、".join(gone[:20])
        )
    if not preview.orders:
        raise StalePreview(NOTHING_DUE)
    raise StalePreview(N_("预览之后情况有变化，尚未生成支付，请重新核对"))


def _write_run(desk: Desk, unit: Unit, preview: RunPreview, agency: str) -> RunRow:
    sequence = next_sequence(unit.connection, f"ZF{unit.today:%Y%m%d}")
    number, orders = f"ZF{unit.today:%Y%m%d}{sequence:04d}", preview.orders
    run_id = desk.new_id()
    values = {
        "run_id": run_id,
        "number": number,
        "day": preview.day,
        "fingerprint": preview.fingerprint,
        "created_by": unit.viewer.username,
        "created_at": unit.at,
        "order_count": len(orders),
        "total": preview.total,
    }
    store.insert_run(unit.connection, values, orders)
    _keep_files(desk, unit, preview, agency, number=number, run_id=run_id)
    unit.audit("payment.run", number, orders=len(orders), total=preview.total, day=preview.day)
    made = (unit.viewer.username, unit.at, len(orders), preview.total)
    return RunRow(number, preview.day, *made, sent=len(orders), paid=0, bounced=0, paid_total=0)


def _keep_files(desk: Desk, unit: Unit, preview: RunPreview, agency: str, *, number: str, run_id: str) -> None:
    """Every file of the run: its bytes on disk first, then who made it and when. They are never made again."""
    sheet = RunSheet(
        number,
        preview.day,
        unit.viewer.username,
        desk.clock().astimezone(AGENCY_ZONE),
        preview.orders,
        preview.accounts,
        agency,
    )
    for kind, (name, media_type, write) in _WRITERS.items():
        # The bank reads Chinese, whoever makes the run.
        with speaking("zh"):
            content = write(sheet)
        sha256 = blobs(desk).put(content)
        made = (unit.viewer.username, unit.at)
        file = RunFile(
            desk.new_id(), run_id, kind.value, name.format(number=number), media_type, sha256, len(content), *made
        )
        store.insert_file(unit.connection, file)
