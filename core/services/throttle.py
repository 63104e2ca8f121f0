"""How often a sign-in may be tried: five times in a quarter of an hour, then after growing waits.

Whoever has waited through all of them goes on at the longest wait, until he succeeds or gives it a rest.

An attempt is counted *before* its password is compared and uncounted when it succeeds: a hundred guesses sent at once
meet a count that already holds them all. Attempts that are turned away are not counted, so that nobody is locked out for
ever by somebody else's patience.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.domain.errors import NotAllowed
from core.domain.roles import SYSTEM
from core.domain.wording import N_
from core.services.desk import Desk
from core.store import sign_ins
from core.store.locks import lock_subjects

WINDOW = timedelta(minutes=15)
#: How long the failures of an account are remembered. An office's address is forgiven after the window.
MEMORY = timedelta(hours=6)
#: So far the clock of another server may be ahead: its failures count.
SKEW = timedelta(minutes=1)
#: Seconds to wait after the last free attempt, after the next, and so on; the last one stays.
WAITS = (60, 120, 240, 480, 900)
FREE_FOR_ACCOUNT = 5
#: An office of hundreds has one address.
FREE_FOR_ADDRESS = 50


class Throttled(NotAllowed):
    """Too many failures; ``seconds`` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(N_("尝试次数过多，请在 {minutes} 分钟后再试"), minutes=-(-seconds // 60))
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted attempt: under which subjects, and the ids to uncount it by."""

    account: str
    failure_ids: tuple[int, ...]


def count_attempt(desk: Desk, username: str, address: str) -> Attempt:
    """Count an attempt for this name and from this address, or raise ``Throttled`` and count nothing."""
    account, origin = _digest("account", username), _origin(address)
    return _count(desk, (account, MEMORY, FREE_FOR_ACCOUNT), (origin, WINDOW, FREE_FOR_ADDRESS))


def count_factor_attempt(desk: Desk, username: str) -> Attempt:
    """Count an attempt at somebody's second factor, or raise ``Throttled``. Whoever gets here has signed in as him."""
    return _count(desk, (_digest("factor", username), MEMORY, FREE_FOR_ACCOUNT))


def _count(desk: Desk, *limits: tuple[str, timedelta, int]) -> Attempt:
    """Count one attempt for each (subject, how long it is remembered, how often it is free)."""
    subjects = [subject for subject, _memory, _free in limits]
    with desk.write(SYSTEM) as unit:
        connection = unit.connection
        lock_subjects(connection, subjects)
        # What others counted while this one waited for the lock is not later than now.
        now = desk.clock()
        # Failures of a clock that was ahead and has been set back say nothing of the last hours.
        sign_ins.delete_failures_outside(connection, _instant(now - MEMORY), _instant(now + SKEW))
        wait = max(
            _wait(sign_ins.read_failures(connection, subject, _instant(now - memory)), free, now)
            for subject, memory, free in limits
        )
        if wait > 0:
            raise Throttled(wait)
        return Attempt(subjects[0], tuple(sign_ins.insert_failure(connection, name, unit.at) for name in subjects))


def _wait(failures: list[str], free: int, now: datetime) -> int:
    """Seconds until the next attempt; failures are given the latest first."""
    recent = sum(failed_at > _instant(now - WINDOW) for failed_at in failures)
    if recent < free and len(failures) < free + len(WAITS):
        return 0
    pause = WAITS[min(len(failures) - free, len(WAITS) - 1)]
    since_last = int((now - datetime.fromisoformat(failures[0])).total_seconds())
    # The clock of another server that is ahead must not lock anybody out for longer than the pause.
    return min(pause, pause - since_last)


def _digest(kind: str, username: str) -> str:
    # What was typed may be a password in the wrong field: only its digest is kept.
    return f"{kind}:" + hashlib.sha256(username.encode()).hexdigest()


def _origin(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        # One household owns 2⁶⁴ addresses.
        parsed = ipaddress.ip_network((parsed, 64), strict=False).network_address
    return f"address:{parsed}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
