"""Locks inside a transaction. SQLite's writer is alone already (``BEGIN IMMEDIATE``); PostgreSQL needs them named."""

from collections.abc import Collection, Iterable
from enum import IntEnum, unique

import sqlalchemy as sa


@unique
class _Key(IntEnum):
    """What each lock, or each kind of locks, is called on PostgreSQL."""

    CHAIN = 7_460_001
    PERSONS = 7_460_002
    PAYMENTS = 7_460_003
    DIRECTORY = 7_460_004
    LEDGER = 7_460_005
    SCHEMA = 7_460_006
    EMPLOYERS = 7_460_007
    SUBJECTS = 7_460_008


def lock_chain(connection: sa.Connection) -> None:
    """Let one transaction at a time append to the audit chain; held to its end."""
    _lock(connection, _Key.CHAIN)


def lock_ledger(connection: sa.Connection) -> None:
    """Let one transaction at a time import; held to its end. Nothing else writes the ledger's tables."""
    _lock(connection, _Key.LEDGER)


def lock_directory(connection: sa.Connection) -> None:
    """Let one transaction at a time replace the directory of branches; held to its end."""
    _lock(connection, _Key.DIRECTORY)


def lock_schema(connection: sa.Connection) -> None:
    """Let one server at a time bring the schema up to date; held to the end of the transaction."""
    _lock(connection, _Key.SCHEMA)


def lock_payments(connection: sa.Connection) -> None:
    """Let one payment run or bank result at a time be booked; taken before any batch is locked, held to the end."""
    _lock(connection, _Key.PAYMENTS)


def lock_employers(connection: sa.Connection, employer_ids: Collection[str]) -> None:
    """Let one transaction at a time decide who holds which part at these employers; held to its end.

    Who lets an employer have another account takes no part in its batches, and the other way round: the rows of neither say so
    to whoever writes the other. Taken after the batches and before the audit chain, so that nobody waits in a circle.
    """
    _lock_each(connection, _Key.EMPLOYERS, employer_ids)


def lock_subjects(connection: sa.Connection, subjects: Collection[str]) -> None:
    """Let one transaction at a time count these subjects' failures, so that a hundred guesses at once are a hundred."""
    _lock_each(connection, _Key.SUBJECTS, subjects)


def lock_persons(connection: sa.Connection, social_security_numbers: Iterable[str]) -> None:
    """Let one transaction at a time decide about these people's months, at whichever employer; held to its end.

    A partial unique index can't see that two employers' R07 lines lean on each other, nor that a correction changes a row
    while it is being filed.
    """
    _lock_each(connection, _Key.PERSONS, social_security_numbers)


def _lock(connection: sa.Connection, key: _Key) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key.value)))


def _lock_each(connection: sa.Connection, key: _Key, names: Iterable[str]) -> None:
    """One lock for each name, in order, so that two overlapping requests can't wait for each other.

    Names share 1,024 locks: the server has room for some thousands in all, and one correction may concern ten thousand people.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_EACH, {"key": key.value, "names": sorted(set(names))})


_LOCK_EACH = sa.text(
    "SELECT pg_advisory_xact_lock(CAST(:key AS integer), k) FROM (SELECT DISTINCT hashtext(name) & 1023 AS k"
    " FROM unnest(CAST(:names AS text[])) AS name ORDER BY 1) AS ordered"
)
