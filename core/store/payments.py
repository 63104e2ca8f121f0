"""Payment runs, their orders and files, and what the bank answered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from core.domain.lifecycle import State
from core.domain.payments import Order, Outcome
from core.domain.vocabulary import Insurance
from core.store.bulk import among, insert_rows
from core.store.locks import lock_employers
from core.store.schema import (
    bank_result_rows,
    bank_results,
    batch_parts,
    batches,
    payment_files,
    payment_lines,
    payment_orders,
    payment_runs,
)

#: Causes under which a bounce of a paid order lies in the tray.
RETURN_CAUSES = ("returned_later", "settled")
_ROW_COLUMNS = tuple(column.name for column in bank_result_rows.columns)


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file of a run. ``size`` counts bytes, ``made_at`` is UTC."""

    file_id: str
    run_id: str
    kind: str
    file_name: str
    media_type: str
    sha256: str
    size: int
    made_by: str
    made_at: str


# --- what waits for payment -------------------------------------------------------------------------------------------


def read_payable(connection: sa.Connection, numbers: Collection[str] | None, *, lock: bool = False) -> list[Any]:
    """Batches that are 待支付 (only these, where numbers are named), by number.

    With ``lock`` they are held to the end of the transaction, with the parts at their employers; one that has moved on
    meanwhile is no longer among them.
    """
    statement = sa.select(batches).where(batches.c.state == State.PAYABLE.value).order_by(batches.c.number)
    if numbers is not None:
        statement = statement.where(among(batches.c.number, numbers, connection.dialect.name))
    if not lock:
        return list(connection.execute(statement))
    rows = list(connection.execute(statement.with_for_update()))
    lock_employers(connection, {row.employer_id for row in rows})
    return rows


def read_due(connection: sa.Connection, batch_ids: Collection[str]) -> dict[str, list[tuple[str, int, int]]]:
    """Of each batch the funds that have to be paid: (insurance, fen, next attempt). What is under way or paid is left out."""
    own = (payment_orders.c.batch_id == payment_lines.c.batch_id) & (
        payment_orders.c.insurance == payment_lines.c.insurance
    )
    taken = sa.exists().where(own, payment_orders.c.status != Outcome.BOUNCED.value)
    attempts = sa.select(sa.func.count()).select_from(payment_orders).where(own).scalar_subquery()
    statement = sa.select(payment_lines, attempts.label("attempts")).where(
        among(payment_lines.c.batch_id, batch_ids, connection.dialect.name), ~taken
    )
    order = {fund.value: position for position, fund in enumerate(Insurance)}
    due: dict[str, list[tuple[str, int, int]]] = {}
    for row in sorted(connection.execute(statement), key=lambda row: order[row.insurance]):
        due.setdefault(row.batch_id, []).append((row.insurance, row.amount, row.attempts + 1))
    return due


def parts_held(connection: sa.Connection, username: str, batch_ids: Collection[str]) -> dict[str, str]:
    """The part that this person holds in each of these batches, where he holds one."""
    c = batch_parts.c
    statement = sa.select(c.batch_id, c.part).where(
        c.username == username, among(c.batch_id, batch_ids, connection.dialect.name)
    )
    return dict(connection.execute(statement).all())


# --- runs -------------------------------------------------------------------------------------------------------------


def insert_run(connection: sa.Connection, values: Mapping[str, Any], orders: Iterable[Order]) -> None:
    """A run with its orders; an order of a line that is under way or paid fails on the partial unique index."""
    connection.execute(payment_runs.insert(), dict(values))
    named: tuple[str, ...] = ("reference", "batch_id", "insurance", "attempt", "amount", "bank_name", "bank_account")
    named += ("account_holder", "branch_name", "cnaps_code")
    rows = [
        (*(str(v) if isinstance(v := getattr(order, name), Insurance) else v for name in named), values["run_id"])
        for order in orders
    ]
    insert_rows(connection, payment_orders, (*named, "run_id", "status"), [(*row, Outcome.SENT.value) for row in rows])


def insert_file(connection: sa.Connection, file: RunFile) -> None:
    """A file of a run."""
    connection.execute(payment_files.insert(), asdict(file))


def find_run(connection: sa.Connection, *, number: str = "", fingerprint: str = "") -> Any | None:
    """A run by its number or by what was confirmed."""
    c = payment_runs.c
    where = c.number == number if number else c.fingerprint == fingerprint
    return connection.execute(sa.select(payment_runs).where(where)).first()


def list_runs(connection: sa.Connection, *, limit: int, offset: int = 0, number: str = "") -> list[Any]:
    """Runs, newest first: their own columns and ``sent``, ``paid``, ``bounced`` (orders) and ``paid_total`` (fen)."""
    o = payment_orders.c
    counts = [sa.func.sum(sa.case((o.status == status.value, 1), else_=0)).label(status.value) for status in Outcome]
    paid = sa.func.sum(sa.case((o.status == Outcome.PAID.value, o.amount), else_=0)).label("paid_total")
    statement = (
        sa.select(payment_runs, *counts, paid)
        .join(payment_orders, o.run_id == payment_runs.c.run_id)
        .group_by(*payment_runs.c)
        .order_by(payment_runs.c.created_at.desc(), payment_runs.c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    if number:
        statement = statement.where(payment_runs.c.number == number)
    return list(connection.execute(statement))


def count_runs(connection: sa.Connection) -> int:
    """How many runs there are."""
    return connection.scalar(sa.select(sa.func.count()).select_from(payment_runs)) or 0


def run_files(connection: sa.Connection, run_id: str) -> list[RunFile]:
    """The files of a run."""
    statement = sa.select(*payment_files.c).where(payment_files.c.run_id == run_id).order_by(payment_files.c.kind)
    return [RunFile(**row) for row in connection.execute(statement).mappings()]


def find_file(connection: sa.Connection, file_id: str) -> RunFile | None:
    """A file by its id."""
    row = connection.execute(sa.select(*payment_files.c).where(payment_files.c.file_id == file_id)).mappings().first()
    return RunFile(**row) if row else None


def kept_digests(connection: sa.Connection) -> list[tuple[str, str]]:
    """(name, SHA-256) of every file that has to be there: those of runs, and those that the bank sent."""
    made = connection.execute(sa.select(payment_files.c.file_name, payment_files.c.sha256))
    came = connection.execute(
        sa.select(bank_results.c.file_name, bank_results.c.sha256).where(bank_results.c.sha256 != "")
    )
    return sorted({(row.file_name, row.sha256) for rows in (made, came) for row in rows})


# --- orders -----------------------------------------------------------------------------------------------------------


def _orders() -> sa.Select[Any]:
    return sa.select(
        payment_orders,
        batches.c.number,
        batches.c.employer_id,
        batches.c.employer_name,
        payment_runs.c.number.label("run_number"),
        payment_runs.c.day,
    ).join_from(
        payment_orders.join(batches, batches.c.batch_id == payment_orders.c.batch_id),
        payment_runs,
        payment_runs.c.run_id == payment_orders.c.run_id,
    )


def orders_of_run(connection: sa.Connection, run_id: str) -> list[Any]:
    """The orders of a run with number and employer of their batches, by reference."""
    return list(
        connection.execute(_orders().where(payment_orders.c.run_id == run_id).order_by(payment_orders.c.reference))
    )


def orders_of_batch(connection: sa.Connection, batch_id: str) -> list[Any]:
    """Every order that a batch ever had, oldest attempt first."""
    c = payment_orders.c
    return list(connection.execute(_orders().where(c.batch_id == batch_id).order_by(c.attempt, c.reference)))


def find_orders(connection: sa.Connection, references: Collection[str]) -> dict[str, Any]:
    """Orders by reference, with number, employer and state of their batches."""
    statement = _orders().add_columns(batches.c.state)
    statement = statement.where(among(payment_orders.c.reference, references, connection.dialect.name))
    return {row.reference: row for row in connection.execute(statement)}


def lock_batches(connection: sa.Connection, batch_ids: Collection[str]) -> dict[str, Any]:
    """These batches, held to the end of the transaction with the parts at their employers, by id; locked in order."""
    statement = sa.select(batches).where(among(batches.c.batch_id, batch_ids, connection.dialect.name))
    rows = list(connection.execute(statement.order_by(batches.c.batch_id).with_for_update()))
    lock_employers(connection, {row.employer_id for row in rows})
    return {row.batch_id: row for row in rows}


def set_result(connection: sa.Connection, reference: str, values: Mapping[str, Any]) -> None:
    """The result of an order: status, the bank's reason and day, a note, and where it came from."""
    connection.execute(payment_orders.update().where(payment_orders.c.reference == reference).values(**values))


# --- what the bank answered -------------------------------------------------------------------------------------------


def insert_result(connection: sa.Connection, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """A result with its rows, which are numbered from 1."""
    connection.execute(bank_results.insert(), dict(values))
    numbered = [
        {**row, "result_id": values["result_id"], "position": position} for position, row in enumerate(rows, start=1)
    ]
    names = tuple(name for name in _ROW_COLUMNS if not name.startswith("resol"))
    insert_rows(connection, bank_result_rows, names, [tuple(row[name] for name in names) for row in numbered])


def find_result(connection: sa.Connection, sha256: str, *, booked: bool) -> Any | None:
    """An imported file by its content."""
    c = bank_results.c
    return connection.execute(sa.select(bank_results).where(c.sha256 == sha256, c.booked == booked)).first()


def tray(connection: sa.Connection, *, resolved: bool = False, limit: int = 500) -> list[Any]:
    """Rows that fitted no order, with file and moment of their import; those that wait, or those that were settled."""
    r = bank_result_rows.c
    columns = (bank_results.c.file_name, bank_results.c.kind, bank_results.c.booked)
    imported = (bank_results.c.imported_at, bank_results.c.imported_by)
    statement = (
        sa.select(bank_result_rows, *columns, *imported)
        .join(bank_results, bank_results.c.result_id == r.result_id)
        .where(r.cause != "", (r.resolved_by != "") == resolved)
        .order_by(bank_results.c.imported_at.desc(), r.result_id, r.position)
        .limit(limit)
    )
    return list(connection.execute(statement))


def count_tray(connection: sa.Connection) -> int:
    """How many rows wait in the tray."""
    r = bank_result_rows.c
    waiting = sa.select(sa.func.count()).select_from(bank_result_rows).where(r.cause != "", r.resolved_by == "")
    return connection.scalar(waiting) or 0


def waiting_row(connection: sa.Connection, result_id: str, position: int) -> Any | None:
    """A row of the tray that waits."""
    r = bank_result_rows.c
    waits = (r.result_id == result_id, r.position == position, r.cause != "", r.resolved_by == "")
    return connection.execute(sa.select(bank_result_rows).where(*waits)).first()


def waiting_rows(connection: sa.Connection, references: Collection[str]) -> list[Any]:
    """The rows of the tray that wait and name one of these orders."""
    r = bank_result_rows.c
    named = among(r.reference, references, connection.dialect.name)
    waits = (r.cause != "", r.resolved_by == "")
    statement = sa.select(bank_result_rows).where(named, *waits).order_by(r.reference, r.result_id, r.position)
    return list(connection.execute(statement))


def resolve_row(connection: sa.Connection, result_id: str, position: int, values: Mapping[str, str]) -> bool:
    """Sign a row of the tray as settled; False when there is none that waits."""
    r = bank_result_rows.c
    waits = (r.result_id == result_id, r.position == position, r.cause != "", r.resolved_by == "")
    return connection.execute(bank_result_rows.update().where(*waits).values(**values)).rowcount == 1
