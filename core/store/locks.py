"""Locks inside a transaction. SQLite's writer is alone already (``BEGIN IMMEDIATE``); PostgreSQL needs them named."""

from collections.abc import Iterable

import sqlalchemy as sa

_CHAIN, _PAYMENTS = 7_460_001, 7_460_003


def lock_chain(connection: sa.Connection) -> None:
    """Let one transaction at a time append to the audit chain; held to its end."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CHAIN)))


def lock_persons(connection: sa.Connection, social_security_numbers: Iterable[str]) -> None:
    """Let one transaction at a time decide about these people's months, at whichever employer; held to its end.

    A partial unique index can't see that two employers' R07 lines lean on each other, nor that a correction changes a row
    while it is being filed. Locked in sorted order, so that two overlapping requests can't wait for each other. People share
    1,024 locks: the server has room for some thousands in all, and one correction may concern ten thousand people.
    """
    if connection.dialect.name != "postgresql":
        return
    keys = sorted(set(social_security_numbers))
    connection.execute(
        sa.text(
            "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(p, 7460002) & 1023 AS k"
            " FROM unnest(CAST(:persons AS text[])) AS p ORDER BY 1) AS ordered"
        ),
        {"persons": keys},
    )


def lock_payments(connection: sa.Connection) -> None:
    """Let one payment run or bank result at a time be booked; taken before any batch is locked, held to the end."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_PAYMENTS)))
