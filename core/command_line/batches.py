"""``python -m core batches``: which batches there are, and one of them whole."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.command_line.tools import DONE, add, add_format, flag, operator_desk, print_rows
from core.domain.bank import FIELDS
from core.domain.lifecycle import State
from core.domain.money import plain_yuan
from core.domain.period import Period
from core.domain.roles import SYSTEM
from core.texts import _

if TYPE_CHECKING:
    import pandas as pd

    from core.services.batches import BatchView
    from core.services.payment_runs import OrderView

_MOST = 1_000_000
_LISTED = (
    "number", "employer", "employer_name", "reason", "state", "lines", "refused", "total", "submitted_at", "due_on", "overdue",
)  # fmt: skip
_AMOUNTS = ("employer_part", "personal_part", "late_fee", "interest")
_LINE = (
    "serial",
    "social_security_number",
    "name",
    "period",
    "insurance",
    "verdict",
    *_AMOUNTS,
    "refundable",
    "stands",
)
_FINDING = ("serial", "social_security_number", "name", "period", "insurance", "codes", "basis")
_ORDER = ("reference", "run", "insurance", "attempt", "amount", "status", "settled_on", "bank_reason")
_EVENT = ("at", "step", "state", "actor", "part", "note")
#: The sections of one batch, as ``--only`` names them.
SECTIONS = ("head", "lines", "findings", "payments", "history")


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a batch."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def add_commands(actions: Any) -> None:
    """``batches list`` and ``batches show``."""
    listing = add(actions, "list", list_, _("列出批次，最新的在前"))
    listing.add_argument(
        "--state", dest="states", choices=[state.value for state in State], action="append", default=[]
    )
    listing.add_argument("--employer", metavar=_("单位编号"))
    add_format(listing, "table")
    showing = add(actions, "show", show, _("列出一个批次的概况、明细、不能退费情况、支付和办理记录"))
    showing.add_argument("number", metavar="NO")
    showing.add_argument("--only", choices=SECTIONS, help=_("只列出这一部分"))
    add_format(showing, "table")


def list_(options: argparse.Namespace) -> int:
    """Batches, newest first."""
    from core.services.batches import batches_of_employer, list_batches

    with operator_desk() as desk:
        if options.employer is None:
            found = list_batches(desk, SYSTEM, states=options.states, size=_MOST)
        else:
            found = batches_of_employer(desk, SYSTEM, options.employer, states=options.states)
    print_rows(options.format, _LISTED, [_listed(row) for row in found.rows.itertuples()])
    return DONE


def show(options: argparse.Namespace) -> int:
    """One batch: head, lines, findings, payments, history."""
    from core.services.batch_refusals import read_refusals
    from core.services.batches import show_batch
    from core.services.line_sheets import read_lines
    from core.services.payment_runs import orders_of_batch

    with operator_desk() as desk:
        asked = (desk, SYSTEM, options.number)
        frames = (read_lines(*asked).frame, read_refusals(*asked))
        sections = list(_sections(show_batch(*asked), frames, orders_of_batch(*asked)))
    if options.only:
        section = next(each for each in sections if each.name == options.only)
        print_rows(options.format, section.columns, section.rows)
    elif options.format == "json":
        whole = {each.name: [dict(zip(each.columns, row, strict=True)) for row in each.rows] for each in sections}
        json.dump(whole, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        _print_sections(options.format, sections)
    return DONE


def _listed(row: Any) -> tuple[str, ...]:
    what = (row.number, row.employer_id, row.employer_name, row.reason, row.state)
    counts = (str(row.line_count), str(row.refused_count), plain_yuan(row.total))
    return (*what, *counts, row.submitted_at, row.due_on, flag(row.overdue))


def _print_sections(form: str, sections: Sequence[Section]) -> None:
    """One table under the other, a blank line between; on a terminal each under its name."""
    for position, section in enumerate(sections):
        if position:
            print()
        if form == "table":
            print(f"[{section.name}]")
        print_rows(form, section.columns, section.rows)


def _sections(batch: "BatchView", frames: "Sequence[pd.DataFrame]", orders: "Sequence[OrderView]") -> Iterator[Section]:
    """``frames``: filed and refused lines with what was told of them."""
    yield Section("head", ("name", "value"), list(_head(batch)))
    yield Section("lines", _LINE, [_line(row) for row in batch.lines.itertuples()])
    findings = [_finding(row) for frame in frames for row in frame.itertuples() if row.codes]
    yield Section("findings", _FINDING, findings)
    yield Section("payments", _ORDER, [_order(order) for order in orders] or list(_planned(batch)))
    events = [(e.at, e.label, e.state.value, e.actor, e.part, e.note) for e in batch.events]
    yield Section("history", _EVENT, events)


def _head(batch: "BatchView") -> Iterator[tuple[str, str]]:
    for name in ("number", "employer_id", "employer_name", "reason", "reason_note"):
        yield name, getattr(batch, name)
    yield "state", batch.state.value
    yield "round", str(batch.round)
    for name in ("filer", "submitted_at", "due_on"):
        yield name, getattr(batch, name)
    yield "overdue", flag(batch.overdue)
    yield "total", plain_yuan(batch.total)
    yield "lines", str(batch.line_count)
    yield "refused", str(batch.refused_count)
    yield from ((name, batch.bank[name]) for name in FIELDS)


def _line(row: Any) -> tuple[str, ...]:
    amounts = (plain_yuan(getattr(row, name)) for name in (*_AMOUNTS, "refundable"))
    return (*_place(row), row.verdict, *amounts, flag(row.stands))


def _finding(row: Any) -> tuple[str, ...]:
    return (*_place(row), row.codes, row.basis)


def _place(row: Any) -> tuple[str, ...]:
    """Whose line of which month and insurance."""
    return row.serial, row.social_security_number, row.name, str(Period(int(row.period))), row.insurance


def _order(order: "OrderView") -> tuple[str, ...]:
    asked = (order.reference, order.run_number, order.insurance.value, str(order.attempt), plain_yuan(order.amount))
    return (*asked, order.status.value, order.settled_on, order.bank_reason)


def _planned(batch: "BatchView") -> Iterator[tuple[str, ...]]:
    """What each fund will pay, before any run has asked for it."""
    for insurance, amount in batch.payments.items():
        yield "", "", insurance.value, "", plain_yuan(amount), "", "", ""
