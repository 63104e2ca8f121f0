"""What became of payment runs: the list of them, one with its orders and files, and the orders of a batch."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.domain.errors import NotFound
from core.domain.identifiers import mask_account
from core.domain.payments import FileKind, Outcome
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.steps import require_batch
from core.store import payments as store
from core.store.files import BlobStore, read_whole, storage_failures, write_atomically
from core.store.payments import RunFile


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the list: how many of its orders wait for the bank, are paid, came back. ``repeated``: it was there already."""

    number: str
    day: str
    created_by: str
    created_at: str
    order_count: int
    total: int
    sent: int
    paid: int
    bounced: int
    paid_total: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first."""

    rows: tuple[RunRow, ...]
    total: int
    size: int


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its result. ``settled_on`` is the bank's day."""

    reference: str
    run_number: str
    day: str
    number: str
    employer_name: str
    insurance: Insurance
    attempt: int
    amount: int
    account_holder: str
    bank_account: str
    branch_name: str
    cnaps_code: str
    status: Outcome
    bank_reason: str
    settled_on: str
    note: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its orders and files."""

    run: RunRow
    orders: tuple[OrderView, ...]
    files: tuple[RunFile, ...]


def list_runs(desk: Desk, viewer: Viewer, *, page: int = 1, size: int = 20) -> RunPage:
    """One page of runs, newest first."""
    viewer.require(Right.PAY)
    with desk.read() as connection:
        rows = store.list_runs(connection, limit=size, offset=(page - 1) * size)
        return RunPage(tuple(map(run_row, rows)), store.count_runs(connection), size)


def show_run(desk: Desk, viewer: Viewer, number: str) -> RunView:
    """A run with its orders and files; ``NotFound`` when there is none of this number."""
    viewer.require(Right.PAY)
    with desk.read() as connection:
        found = store.list_runs(connection, limit=1, number=number)
        if not found:
            raise NotFound(N_("没有找到支付批次 {number}"), number=number[:40])
        orders = store.orders_of_run(connection, found[0].run_id)
        files = store.run_files(connection, found[0].run_id)
    order = list(FileKind)
    ordered = sorted(files, key=lambda file: order.index(FileKind(file.kind)))
    return RunView(run_row(found[0]), tuple(_order_view(viewer, each) for each in orders), tuple(ordered))


def orders_of_batch(desk: Desk, viewer: Viewer, batch_number: str) -> tuple[OrderView, ...]:
    """Every order that a batch ever had; for whoever may see the batch."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, batch_number)
        return tuple(_order_view(viewer, each) for each in store.orders_of_batch(connection, row.batch_id))


def open_run_file(desk: Desk, viewer: Viewer, file_id: str) -> tuple[RunFile, Path]:
    """A file of a run and its path, checked to be what was made; leaves one audit entry."""
    viewer.require(Right.PAY)
    with desk.read() as connection:
        file = store.find_file(connection, file_id)
    if file is None:
        raise NotFound(N_("没有找到该文件，或您无权查看"))
    path = blobs(desk).find(file.sha256)
    with desk.write(viewer) as unit:
        unit.audit("payment.open_file", file.file_id, kind=file.kind)
    return file, path


def copy_run_files(desk: Desk, viewer: Viewer, number: str, folder: Path) -> tuple[Path, ...]:
    """Write the files of a run into a folder, each whole or not at all; one audit entry for each. Returns their paths."""
    written = []
    for file in show_run(desk, viewer, number).files:
        found, path = open_run_file(desk, viewer, file.file_id)
        target = folder / found.file_name
        with storage_failures():
            write_atomically(target, read_whole(path, found.sha256))
        written.append(target)
    return tuple(written)


def lost_payment_files(desk: Desk) -> list[str]:
    """Names of files of runs and of the bank that are missing or were changed."""
    with desk.read() as connection:
        kept = store.kept_digests(connection)
    return [name for name, sha256 in kept if not blobs(desk).holds(sha256)]


def blobs(desk: Desk) -> BlobStore:
    """Where files of payment are kept, those made and those that came."""
    return BlobStore(desk.data_dir / "payments")


def run_row(row: Any, *, repeated: bool = False) -> RunRow:
    """A run as the store lists it."""
    names = [field.name for field in fields(RunRow) if field.name != "repeated"]
    return RunRow(**{name: getattr(row, name) for name in names}, repeated=repeated)


def _order_view(viewer: Viewer, row: Any) -> OrderView:
    """An order as stored, for this viewer: the account is masked unless his role sees full numbers."""
    values = {field.name: getattr(row, field.name) for field in fields(OrderView)}
    if not viewer.may(Right.SEE_UNMASKED):
        values["bank_account"] = mask_account(row.bank_account)
    return OrderView(**{**values, "insurance": Insurance(row.insurance), "status": Outcome(row.status)})
