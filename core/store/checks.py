"""Reads that find what must never be: each query names the offenders, and finds none on a sound database.

They look at the data alone, so that they also see what slipped in while an index, a trigger or a constraint was missing.
"""

# ruff: noqa: S608 - what is put into the statements are constants of this file and codes of the domain

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from core.domain.bank import FIELDS
from core.domain.batch import FiledLine
from core.domain.lifecycle import EDGES, FREE_STATES, PAID_STATES, State
from core.domain.vocabulary import FactKind, Insurance
from core.store.audit import GENESIS, Head, entry_hash
from core.store.migrations.triggers import STANDS
from core.store.schema import AMOUNTS, audit, bank_corrections, batch_events, batches, lines, settings

#: Offenders told per query: one shows the fault, a million would hide the others.
MOST = 20
#: The amounts of a line that every insurance has, or counts as zero.
_LINE_AMOUNTS = ("employer_part", "personal_part", "late_fee", "interest")


def _among(values: frozenset[State] | tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(str(value) for value in values))


def _ledger_amount(amount: str) -> str:
    """The contribution's own amount of a line's insurance, as SQL."""
    cases = (f"WHEN '{kind.value}' THEN c.{kind.value}_{amount}" for kind in Insurance if amount in AMOUNTS[kind])
    return f"CASE l.insurance {' '.join(cases)} ELSE 0 END"


_FREE, _PAID = _among(FREE_STATES), _among(PAID_STATES)
_STEPS = _among(("batch.submit", *{f"batch.{edge.step}" for edge in EDGES}))
_NEED_EMPLOYER = _among(tuple(kind.value for kind in FactKind if kind.needs_employer))
_AMOUNTS_DIFFER = " OR ".join(f"l.{amount} <> {_ledger_amount(amount)}" for amount in _LINE_AMOUNTS)
_STANDS = f"({STANDS})"
_FELL = f"(NOT {STANDS})"
#: The line was part of its batch to the end: it stands, or was refused by the very step that rejected the whole.
_STOOD = f"""({_STANDS} OR EXISTS (SELECT 1 FROM line_decisions d
    JOIN batch_events e ON e.batch_id = d.batch_id AND e.part = d.part AND e.to_state = 'rejected'
    JOIN batches o ON o.batch_id = d.batch_id AND o.round = d.round
    WHERE d.batch_id = l.batch_id AND d.position = l.position AND d.final AND d.decision = 'refuse'))"""
#: A reversing row ``r`` whose money has not come back since.
_REVERSED = """r.entry % 2 = 1 AND NOT EXISTS (SELECT 1 FROM reversals later
    WHERE later.batch_id = r.batch_id AND later.position = r.position AND later.entry > r.entry)"""
#: 1 for a reversal, -1 for its counter-entry.
_SIGN = "(CASE r.entry % 2 WHEN 1 THEN 1 ELSE -1 END)"
_LINES = "batch_lines l JOIN batches b ON b.batch_id = l.batch_id"
_EVENTS = "batch_events e JOIN batches b ON b.batch_id = e.batch_id"

#: Each names its offenders in one column: a batch by number, a contribution by its serial, an audit entry by its sequence.
QUERIES: Mapping[str, str] = {
    "line_claimed_twice": f"""
        SELECT l.serial FROM {_LINES} WHERE b.state NOT IN ({_FREE}) AND {_STANDS}
        GROUP BY l.serial, l.insurance HAVING count(*) > 1""",
    "total_is_not_sum": f"""
        SELECT b.number FROM batches b
        WHERE b.total <> (SELECT coalesce(sum(l.refundable), 0) FROM batch_lines l
            WHERE l.batch_id = b.batch_id AND {_STOOD})""",
    "line_count_wrong": """
        SELECT b.number FROM batches b
        WHERE b.line_count <> (SELECT count(*) FROM batch_lines l WHERE l.batch_id = b.batch_id)""",
    "refused_count_wrong": """
        SELECT b.number FROM batches b
        WHERE b.refused_count <> (SELECT count(*) FROM refused_lines r WHERE r.batch_id = b.batch_id)""",
    "payment_is_not_sum": f"""
        SELECT DISTINCT b.number FROM batches b JOIN (
            SELECT batch_id, insurance, sum(amount) AS difference FROM (
                SELECT l.batch_id, l.insurance, l.refundable AS amount FROM batch_lines l WHERE {_STOOD}
                UNION ALL SELECT batch_id, insurance, -amount FROM payment_lines) AS both_sides
            GROUP BY batch_id, insurance) AS funds ON funds.batch_id = b.batch_id
        WHERE funds.difference <> 0""",
    "key_missing": "SELECT number FROM batches WHERE idempotency_key = ''",
    "key_used_twice": """
        SELECT min(number) FROM batches GROUP BY idempotency_key HAVING count(*) > 1""",
    "number_used_twice": "SELECT number FROM batches GROUP BY number HAVING count(*) > 1",
    "live_mark_wrong": f"SELECT DISTINCT b.number FROM {_LINES} WHERE l.live = (b.state IN ({_FREE}) OR {_FELL})",
    "nothing_stands": f"""
        SELECT b.number FROM batches b WHERE b.state NOT IN ({_FREE})
            AND NOT EXISTS (SELECT 1 FROM batch_lines l WHERE l.batch_id = b.batch_id AND {_STANDS})""",
    "line_is_not_ledger": f"""
        SELECT DISTINCT b.number FROM {_LINES} LEFT JOIN contributions c ON c.serial = l.serial
        WHERE b.state NOT IN ({_FREE}) AND {_STANDS} AND (c.serial IS NULL OR c.employer_id <> b.employer_id
            OR c.social_security_number <> l.social_security_number OR c.name <> l.name OR c.period <> l.period
            OR {_AMOUNTS_DIFFER})""",
    "reversed_unpaid": f"""
        SELECT DISTINCT b.number FROM reversals r JOIN batches b ON b.batch_id = r.batch_id
        WHERE b.state NOT IN ({_PAID}) AND {_REVERSED} AND NOT EXISTS (SELECT 1 FROM payment_orders o
            WHERE o.batch_id = r.batch_id AND o.insurance = r.insurance AND o.status = 'paid')""",
    "paid_not_reversed": f"""
        SELECT DISTINCT b.number FROM {_LINES}
        LEFT JOIN reversals r ON r.batch_id = l.batch_id AND r.position = l.position AND {_REVERSED}
        WHERE b.state IN ({_PAID}) AND r.batch_id IS NULL AND {_STANDS}""",
    "entries_out_of_order": """
        SELECT DISTINCT b.number FROM reversals r JOIN batches b ON b.batch_id = r.batch_id
        GROUP BY b.number, r.batch_id, r.position HAVING count(*) <> max(r.entry)""",
    "reversal_of_fallen": f"""
        SELECT DISTINCT b.number FROM {_LINES}
        JOIN reversals r ON r.batch_id = l.batch_id AND r.position = l.position WHERE {_FELL}""",
    "mark_of_another_round": """
        SELECT DISTINCT b.number FROM line_decisions d JOIN batches b ON b.batch_id = d.batch_id
        WHERE d.round > b.round OR (d.round < b.round AND NOT d.final)""",
    "round_is_not_history": """
        SELECT b.number FROM batches b WHERE b.round <> 1 +
            (SELECT count(*) FROM batch_events e WHERE e.batch_id = b.batch_id AND e.step = 'resubmit')""",
    "correction_without_step": """
        SELECT b.number FROM batches b
        WHERE (SELECT count(*) FROM bank_corrections k WHERE k.batch_id = b.batch_id) <>
            (SELECT count(*) FROM batch_events e WHERE e.batch_id = b.batch_id AND e.step = 'correct_bank')""",
    "reversal_is_not_mirror": f"""
        SELECT DISTINCT b.number FROM {_LINES}
        JOIN reversals r ON r.batch_id = l.batch_id AND r.position = l.position
        WHERE r.serial <> l.serial OR r.insurance <> l.insurance
            OR r.employer_part <> -l.employer_part * {_SIGN} OR r.personal_part <> -l.personal_part * {_SIGN}
            OR r.late_fee NOT IN (0, -l.late_fee * {_SIGN}) OR r.interest NOT IN (0, -l.interest * {_SIGN})
            OR r.employer_part + r.personal_part + r.late_fee + r.interest <> -l.refundable * {_SIGN}""",
    "run_is_not_sum": """
        SELECT r.number FROM payment_runs r LEFT JOIN payment_orders o ON o.run_id = r.run_id
        GROUP BY r.number, r.order_count, r.total
        HAVING count(o.reference) <> r.order_count OR coalesce(sum(o.amount), 0) <> r.total""",
    "order_is_not_line": """
        SELECT o.reference FROM payment_orders o
        LEFT JOIN payment_lines p ON p.batch_id = o.batch_id AND p.insurance = o.insurance
        WHERE p.batch_id IS NULL OR p.amount <> o.amount""",
    "line_sent_twice": """
        SELECT min(o.reference) FROM payment_orders o WHERE o.status <> 'bounced'
        GROUP BY o.batch_id, o.insurance HAVING count(*) > 1""",
    "paid_without_order": f"""
        SELECT DISTINCT b.number FROM batches b JOIN payment_lines p ON p.batch_id = b.batch_id
        LEFT JOIN payment_orders o ON o.batch_id = p.batch_id AND o.insurance = p.insurance AND o.status = 'paid'
        WHERE b.state IN ({_PAID}) AND o.reference IS NULL""",
    "order_without_payment": f"""
        SELECT b.number FROM batches b WHERE b.state NOT IN ({_PAID})
            AND EXISTS (SELECT 1 FROM payment_lines p WHERE p.batch_id = b.batch_id)
            AND NOT EXISTS (SELECT 1 FROM payment_lines p WHERE p.batch_id = b.batch_id AND NOT EXISTS (
                SELECT 1 FROM payment_orders o
                WHERE o.batch_id = p.batch_id AND o.insurance = p.insurance AND o.status = 'paid'))""",
    "sent_is_not_paying": """
        SELECT b.number FROM batches b
        WHERE (b.state = 'paying') <> EXISTS (
            SELECT 1 FROM payment_orders o WHERE o.batch_id = b.batch_id AND o.status = 'sent')""",
    "result_is_not_row": """
        SELECT o.reference FROM payment_orders o LEFT JOIN bank_results f ON f.result_id = o.result_id
        LEFT JOIN bank_result_rows w ON w.result_id = o.result_id AND w.reference = o.reference AND w.cause = ''
        WHERE o.status <> 'sent' AND (f.result_id IS NULL OR NOT f.booked OR w.result_id IS NULL
            OR w.amount <> o.amount OR w.account <> o.bank_account OR w.outcome <> o.status)""",
    "result_rows_wrong": """
        SELECT f.result_id FROM bank_results f LEFT JOIN bank_result_rows w ON w.result_id = f.result_id
        GROUP BY f.result_id, f.row_count HAVING count(w.position) <> f.row_count""",
    "two_parts_held": """
        SELECT DISTINCT b.number FROM batches b JOIN (
            SELECT batch_id FROM (SELECT batch_id, username, part FROM batch_parts
                                  UNION SELECT batch_id, username, part FROM batch_events
                                  UNION SELECT batch_id, username, part FROM line_decisions
                                  UNION SELECT batch_id, username, part FROM bank_corrections) AS held
            GROUP BY batch_id, username HAVING count(*) > 1) AS doubled ON doubled.batch_id = b.batch_id""",
    "account_by_its_officials": f"""
        SELECT DISTINCT b.number FROM batches b
        JOIN batch_parts p ON p.batch_id = b.batch_id AND p.part <> 'corrector'
        JOIN users u ON u.username = p.username AND u.role NOT IN ('clerk', 'system')
        JOIN account_changes c ON c.employer_id = b.employer_id AND c.bank_account = b.bank_account
            AND c.state IN ('approved', 'effective') AND p.username IN (c.requested_by, c.decided_by)
        JOIN employers m ON m.employer_id = b.employer_id
        WHERE b.state NOT IN ({_FREE}, 'closed')
            AND NOT (m.bank_account = c.bank_account AND m.cnaps_code = c.cnaps_code)""",
    "part_not_held": f"""
        SELECT DISTINCT b.number FROM {_EVENTS} LEFT JOIN batch_parts p
            ON p.batch_id = e.batch_id AND p.username = e.username AND p.part = e.part
        WHERE p.batch_id IS NULL""",
    "filer_is_not_filer": """
        SELECT b.number FROM batches b LEFT JOIN batch_parts p
            ON p.batch_id = b.batch_id AND p.username = b.filer AND p.part = 'filer'
        WHERE p.batch_id IS NULL""",
    "event_not_audited": f"""
        SELECT DISTINCT b.number FROM {_EVENTS} LEFT JOIN audit a ON a.sequence = e.audit_sequence
        WHERE a.sequence IS NULL OR a.subject <> b.number OR a.action <> 'batch.' || e.step OR a.at <> e.at
            OR e.username NOT IN (a.actor, 'system')""",
    "entry_used_twice": "SELECT audit_sequence FROM batch_events GROUP BY audit_sequence HAVING count(*) > 1",
    "entry_without_event": f"""
        SELECT a.sequence FROM audit a LEFT JOIN batch_events e ON e.audit_sequence = a.sequence
        WHERE a.action IN ({_STEPS}) AND e.batch_id IS NULL""",
    "fact_of_nobody": f"""
        SELECT f.kind FROM facts f LEFT JOIN employers m ON m.employer_id = f.employer_id
        WHERE (f.employer_id <> '' AND m.employer_id IS NULL) OR (f.employer_id = '') = (f.kind IN ({_NEED_EMPLOYER}))""",
}


def offenders(connection: sa.Connection, name: str) -> list[str]:
    """What the query of this name finds, at most ``MOST`` of it."""
    rows = connection.execute(sa.text(f"SELECT * FROM ({QUERIES[name]}) AS found ORDER BY 1 LIMIT {MOST}"))
    return [str(row[0]) for row in rows]


@dataclass(frozen=True, slots=True)
class Written:
    """A batch as its fingerprint was taken: everything that went into it (the bank details as filed), and the stored result."""

    number: str
    fingerprint: str
    content: Mapping[str, str]
    lines: list[FiledLine]


def written_batches(connection: sa.Connection) -> Iterator[Written]:
    """Every batch with its lines; one batch at a time in memory."""
    filed = _filed_accounts(connection)
    columns = [lines.c[name] for name in FiledLine._fields]
    for row in connection.execute(sa.select(batches).order_by(batches.c.number)).mappings():
        own = sa.select(*columns).where(lines.c.batch_id == row["batch_id"])
        yield Written(
            row["number"],
            row["fingerprint"],
            {**row, **filed.get(row["batch_id"], {})},
            [FiledLine(*line) for line in connection.execute(own)],
        )


def _filed_accounts(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """The bank details that the first correction replaced, by batch."""
    first = sa.select(bank_corrections).where(bank_corrections.c.round == 1)
    return {row["batch_id"]: {field: row[field] for field in FIELDS} for row in connection.execute(first).mappings()}


@dataclass(frozen=True, slots=True)
class Move:
    """One event of a batch, with the state that the batch says it is in."""

    number: str
    position: int
    step: str
    from_state: str
    to_state: str
    part: str
    state: str


def moves(connection: sa.Connection) -> Iterator[list[Move]]:
    """The history of every batch, oldest event first; a batch without any gives an empty one."""
    e, b = batch_events.c, batches.c
    histories = sa.select(b.number, e.position, e.step, e.from_state, e.to_state, e.part, b.state)
    outer = batches.outerjoin(batch_events, b.batch_id == e.batch_id)
    own: list[Move] = []
    for row in connection.execute(histories.select_from(outer).order_by(b.number, b.batch_id, e.position)):
        if own and own[-1].number != row.number:
            yield own
            own = []
        own.append(Move(*row))
    if own:
        yield own


def first_broken_entry(connection: sa.Connection, head: Head | None) -> int | None:
    """The first entry of the audit log that doesn't fit: changed, missing, or not as ``head`` (the signed one) says.

    ``None`` when the chain is whole and reaches the head. Entries after the head are no fault: a crash between commit and
    signature leaves some.
    """
    last = Head(0, GENESIS)
    reached = head is None or head == last
    for row in connection.execute(sa.select(audit).order_by(audit.c.sequence)):
        said = (row.at, row.actor, row.action, row.subject, row.detail)
        follows = row.sequence == last.sequence + 1 and row.previous_hash == last.hash
        if not follows or row.hash != entry_hash(last.hash, row.sequence, *said):
            return last.sequence + 1
        last = Head(row.sequence, row.hash)
        if head is not None and last.sequence == head.sequence:
            if last != head:
                return last.sequence
            reached = True
    return None if reached else last.sequence + 1


def moments_audited(connection: sa.Connection) -> int:
    """How many different moments the audit log has entries of; those of one transaction share theirs."""
    return connection.scalar(sa.select(sa.func.count(audit.c.at.distinct()))) or 0


def stored_settings(connection: sa.Connection) -> list[tuple[str, str]]:
    """Every stored switch."""
    rows = connection.execute(sa.select(settings.c.key, settings.c.value).order_by(settings.c.key))
    return [(row.key, row.value) for row in rows]


def batch_numbers(connection: sa.Connection) -> list[str]:
    """Every batch number."""
    return list(connection.scalars(sa.select(batches.c.number).order_by(batches.c.number)))
