"""Triggers that refuse what must never happen, whoever asks: history is written once.

Invariants 2, 5 and 7 of ``docs/design.md``: submitted lines never change (only their ``live`` mark, when a batch ends or the
line itself is refused or dropped), money only ever follows the lines that stand, the audit log and what was told are
append-only, and a contribution is never deleted.
"""

import sqlalchemy as sa

#: Tables in which a written row stays as it is.
APPEND_ONLY = (
    "audit",
    "batch_events",
    "batch_parts",
    "line_findings",
    "refused_lines",
    "bank_corrections",
    "batch_comments",
    "anomaly_overrides",
    "reversals",
    "superseded",
    "imports",
    "payment_runs",
    "payment_files",
    "bank_results",
)
#: Tables whose rows may change but never go away.
NEVER_DELETED = (
    "batches",
    "batch_lines",
    "line_decisions",
    "contributions",
    "papers",
    "users",
    "payment_orders",
    "bank_result_rows",
    "account_changes",
)
LINE_COLUMNS = (
    "batch_id",
    "position",
    "serial",
    "insurance",
    "social_security_number",
    "name",
    "period",
    "verdict",
    "employer_part",
    "personal_part",
    "late_fee",
    "interest",
    "refundable",
)
#: What a payment order says of the money; its result comes later, once.
ORDER_COLUMNS = (
    "reference",
    "run_id",
    "batch_id",
    "insurance",
    "attempt",
    "amount",
    "bank_name",
    "bank_account",
    "account_holder",
    "branch_name",
    "cnaps_code",
)
#: What the bank sent; only that somebody settled it may be added.
RESULT_COLUMNS = ("result_id", "position", "reference", "account", "outcome", "reason", "settled_on", "cause")
#: Revision 0004: the amount that the bank sent, which may be missing.
KEPT_AMOUNT = ("bank_result_rows_keep_amount", "bank_result_rows")
#: What was asked for stays as it was asked; only the decision on it is added.
CHANGE_COLUMNS = (
    "change_id",
    "employer_id",
    "bank_name",
    "bank_account",
    "account_holder",
    "branch_name",
    "cnaps_code",
    "exchange_number",
    "note",
    "requested_by",
    "requested_at",
)

#: SQL for "this line was not taken out of its batch": ``l`` is a row of batch_lines.
STANDS = """NOT EXISTS (SELECT 1 FROM line_decisions d WHERE d.batch_id = l.batch_id AND d.position = l.position
    AND d.final AND d.decision IN ('refuse', 'drop'))"""


def _refusals() -> list[tuple[str, str, str, str]]:
    """(name, table, event, condition) of every trigger; a blank condition always refuses."""
    return [
        *((f"{table}_keep_update", table, "UPDATE", "") for table in APPEND_ONLY),
        *((f"{table}_keep_delete", table, "DELETE", "") for table in APPEND_ONLY + NEVER_DELETED),
        ("batch_lines_keep_content", "batch_lines", "UPDATE", _changed(LINE_COLUMNS)),
        ("account_changes_keep_content", "account_changes", "UPDATE", _changed(CHANGE_COLUMNS)),
        ("account_changes_keep_ended", "account_changes", "UPDATE", "OLD.state NOT IN ('requested', 'approved')"),
        ("batch_lines_keep_ended", "batch_lines", "UPDATE", "NOT OLD.live AND NEW.live"),
        ("payment_orders_keep_content", "payment_orders", "UPDATE", _changed(ORDER_COLUMNS)),
        # The next revision lets a paid order come back.
        ("payment_orders_keep_result", "payment_orders", "UPDATE", "OLD.status <> 'sent'"),
        ("bank_result_rows_keep_content", "bank_result_rows", "UPDATE", _changed(RESULT_COLUMNS)),
        ("bank_result_rows_keep_settled", "bank_result_rows", "UPDATE", "OLD.resolved_by <> ''"),
        ("line_decisions_keep_final", "line_decisions", "UPDATE", "OLD.final"),
    ]


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns)


def _refusals_by_others() -> list[tuple[str, str, str, str]]:
    """As ``_refusals``, where the condition reads other rows: money follows the lines that stand, lines leave for a reason."""
    standing = f"FROM batch_lines l WHERE l.batch_id = OLD.batch_id AND {STANDS}"
    of_fund = f"{standing} AND l.insurance = OLD.insurance"
    moved = "NEW.batch_id <> OLD.batch_id OR NEW.insurance <> OLD.insurance"
    batch_ended = "SELECT 1 FROM batches b WHERE b.batch_id = OLD.batch_id AND b.state IN ('withdrawn', 'rejected')"
    line_left = (
        "SELECT 1 FROM line_decisions d WHERE d.batch_id = OLD.batch_id AND d.position = OLD.position"
        " AND d.final AND d.decision IN ('refuse', 'drop')"
    )
    return [
        ("payment_lines_keep_amount", "payment_lines", "UPDATE", f"{moved} OR {_is_no_sum('amount', of_fund)}"),
        ("payment_lines_keep_delete", "payment_lines", "DELETE", f"EXISTS (SELECT 1 {of_fund})"),
        ("batches_keep_total", "batches", "UPDATE", _is_no_sum("total", standing)),
        (
            "batch_lines_keep_live",
            "batch_lines",
            "UPDATE",
            f"OLD.live AND NOT NEW.live AND NOT EXISTS ({batch_ended}) AND NOT EXISTS ({line_left})",
        ),
    ]


def _is_no_sum(column: str, standing: str) -> str:
    """SQL for "this amount was changed to another one than the sum of the lines that stand"."""
    total = f"SELECT coalesce(sum(l.refundable), 0) {standing}"
    return f"(NEW.{column} <> OLD.{column} AND NEW.{column} <> ({total}))"


def create_refusal(connection: sa.Connection, name: str, table: str, event: str, condition: str = "") -> None:
    """A trigger that refuses ``event`` on a row for which ``condition`` (on OLD and NEW; blank: always) holds."""
    if connection.dialect.name == "sqlite":
        when = f"WHEN {condition} " if condition else ""
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{table} keeps what is written'); END"
        )
        return
    when = f"WHEN ({condition}) " if condition else ""
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION keep_what_is_written()"
    )


def drop_refusal(connection: sa.Connection, name: str, table: str) -> None:
    """Take one of them away again."""
    on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


def create_triggers(connection: sa.Connection) -> None:
    """Put every trigger of the first schema in place, in the dialect of ``connection``."""
    if connection.dialect.name == "sqlite":
        for refusal in _refusals() + _refusals_by_others():
            create_refusal(connection, *refusal)
        return
    connection.exec_driver_sql(
        "CREATE FUNCTION keep_what_is_written() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% keeps what is written', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for refusal in _refusals():
        create_refusal(connection, *refusal)
    for name, table, event, condition in _refusals_by_others():
        # A trigger's own condition may read no other row there: the function asks.
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '%% keeps what is written', TG_TABLE_NAME "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def drop_triggers(connection: sa.Connection) -> None:
    """Take every trigger away again."""
    for name, table, _event, _condition in _refusals() + _refusals_by_others():
        drop_refusal(connection, name, table)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION keep_what_is_written()")
        for name, _table, _event, _condition in _refusals_by_others():
            connection.exec_driver_sql(f"DROP FUNCTION {name}()")


def trigger_names() -> frozenset[str]:
    """The triggers that have to be in place, those of later revisions included."""
    first = (name for name, _table, _event, _condition in _refusals() + _refusals_by_others())
    return frozenset((*first, KEPT_AMOUNT[0]))
