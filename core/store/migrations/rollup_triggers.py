"""Triggers that keep the rollups in the transaction of the move itself, whoever writes it: nobody has to think of them.

Every move of a batch is an event (invariant 7). An event that changes what a batch counts as counts this batch again; what
that puts into or takes from ``batch_figures`` is added to or taken from ``line_rollup``. Events themselves only ever add to
``step_rollup``. All writers of events hold the end of the audit chain, so that they queue before they reach a shared sum.
"""

# ruff: noqa: S608 - what is put into the statements are constants of ``rollup_sql``

from dataclasses import dataclass

import sqlalchemy as sa

from core.store.migrations.rollup_sql import (
    ALL,
    ENDING_ONCE,
    ENDING_STAYS,
    FIGURE_COLUMNS,
    ROLLUP_COLUMNS,
    STEP_COLUMNS,
    TURNS,
    figures_of,
    steps_of,
)

_SUMS = ("batches", "lines", "employer_part", "personal_part", "amount")
_STEP_SUMS = ("moves", "seconds", "late", "straight")


@dataclass(frozen=True, slots=True)
class _Trigger:
    """After ``event`` on ``table``, for each row for which ``condition`` holds."""

    name: str
    table: str
    event: str
    condition: str
    statements: tuple[str, ...]


def _triggers(dialect: str) -> tuple[_Trigger, ...]:
    own = "AND {}.batch_id = NEW.batch_id"
    return (
        _count_batch(dialect, TURNS, ENDING_ONCE),
        _Trigger("batch_figures_add", "batch_figures", "INSERT", "", (_shift("NEW", ""),)),
        _Trigger("batch_figures_take", "batch_figures", "DELETE", "", (_shift("OLD", "-"),)),
        _Trigger(
            "batch_events_count_step",
            "batch_events",
            "INSERT",
            "NEW.position > 1",
            (_count_step(dialect, own.format("e")),),
        ),
    )


def _count_batch(dialect: str, condition: str, ending: str) -> _Trigger:
    """Count a batch again after an event that moves its figures."""
    figures = figures_of(dialect, "AND l.batch_id = NEW.batch_id", ending)
    return _Trigger(
        "batch_events_count_batch",
        "batch_events",
        "INSERT",
        condition,
        (
            "DELETE FROM batch_figures WHERE batch_id = NEW.batch_id",
            f"INSERT INTO batch_figures ({FIGURE_COLUMNS}) {figures}",
        ),
    )


def _count_step(dialect: str, own: str) -> str:
    """Add the step that was just taken."""
    return (
        f"INSERT INTO step_rollup ({STEP_COLUMNS})"
        f" SELECT * FROM ({steps_of(dialect, own + ' AND e.position = NEW.position')}) s WHERE TRUE"
        f" {_added('step_rollup', 'employer_id, state, step, month, username, reason', _STEP_SUMS)}"
    )


def _shift(row: str, sign: str) -> str:
    """Add (or with ``-`` take) a row of ``batch_figures`` on every level of ``line_rollup``."""
    sums = ", ".join(f"{sign}{row}.{name}" for name in _SUMS)
    return (
        f"INSERT INTO line_rollup ({ROLLUP_COLUMNS})"
        f" SELECT {row}.insurance, {row}.measure, v.employer_id, v.district, {row}.month, {row}.reason, {sums}"
        f" FROM (SELECT '{ALL}' AS employer_id, '{ALL}' AS district UNION ALL SELECT '{ALL}', {row}.district"
        f" UNION ALL SELECT {row}.employer_id, {row}.district) v WHERE TRUE"
        f" {_added('line_rollup', 'insurance, measure, employer_id, district, month, reason', _SUMS)}"
    )


def _added(table: str, key: str, sums: tuple[str, ...]) -> str:
    return f"ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(
        f"{name} = {table}.{name} + excluded.{name}" for name in sums
    )


def create_rollup_triggers(connection: sa.Connection) -> None:
    """Put every trigger of the first schema in place, in the dialect of ``connection``."""
    for trigger in _triggers(connection.dialect.name):
        _create(connection, trigger)


def _create(connection: sa.Connection, trigger: _Trigger) -> None:
    body = "; ".join(trigger.statements)
    if connection.dialect.name == "sqlite":
        when = f"WHEN {trigger.condition} " if trigger.condition else ""
        connection.exec_driver_sql(
            f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table} {when}BEGIN {body}; END"
        )
        return
    wanted = f"IF {trigger.condition} THEN {body}; END IF;" if trigger.condition else f"{body};"
    connection.exec_driver_sql(
        f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {wanted} RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table}"
        f" FOR EACH ROW EXECUTE FUNCTION {trigger.name}()"
    )


def count_returns(connection: sa.Connection, *, counted: bool) -> None:
    """Let the figures of a batch follow money that came back after 已支付, or no longer."""
    dialect = connection.dialect.name
    back = f"{TURNS} OR NEW.to_state = 'payment_failed'"
    trigger = _count_batch(dialect, back, ENDING_STAYS) if counted else _count_batch(dialect, TURNS, ENDING_ONCE)
    _drop(connection, trigger)
    _create(connection, trigger)


def drop_rollup_triggers(connection: sa.Connection) -> None:
    """Take every trigger away again."""
    for trigger in _triggers(connection.dialect.name):
        _drop(connection, trigger)


def _drop(connection: sa.Connection, trigger: _Trigger) -> None:
    on = f" ON {trigger.table}" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}{on}")
    if on:
        connection.exec_driver_sql(f"DROP FUNCTION {trigger.name}()")


def rollup_trigger_names() -> frozenset[str]:
    """The triggers that have to be in place."""
    return frozenset(trigger.name for trigger in _triggers("sqlite"))
