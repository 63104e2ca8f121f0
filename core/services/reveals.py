"""显示完整信息 of a batch or a screening: for five minutes, with a purpose, a fresh second factor and an audit entry.

The audit entry itself is what reveals: whoever has left one lately sees this one place in full, wherever he looks at it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta

from core.domain.purpose import purpose_of
from core.domain.roles import Right, Viewer
from core.services.desk import Desk
from core.services.screenings import require_screening
from core.services.steps import require_batch
from core.store.audit import has_entry
from core.store.database import Connection

BATCH, SCREENING = "batch", "screening"
#: How long a place stays revealed.
REVEALED = timedelta(minutes=5)

#: Whoever may not see the place at all is refused before anything is said of it.
_REQUIRE: Mapping[str, Callable[[Desk, Connection, Viewer, str], object]] = {
    BATCH: lambda _desk, connection, viewer, number: require_batch(connection, viewer, number),
    SCREENING: require_screening,
}


def reveal(desk: Desk, viewer: Viewer, kind: str, subject: str, purpose: str) -> None:
    """Let the viewer see a batch (``subject``: its number) or a screening (its id) in full for five minutes.

    Raises ``NotAllowed`` without ``Right.REVEAL``, ``FactorNeeded``, ``NotFound``, and ``InvalidInput`` without a purpose.
    """
    viewer.require(Right.REVEAL)
    said = purpose_of(purpose)
    viewer.require_factor()
    with desk.write(viewer) as unit:
        _REQUIRE[kind](desk, unit.connection, viewer, subject)
        unit.audit(f"{kind}.reveal", subject, purpose=said)


def seeing(desk: Desk, viewer: Viewer, kind: str, subject: str) -> Viewer:
    """The viewer as he may look at this place now: in full once he has revealed it. For reading it, and nothing else."""
    if viewer.may(Right.SEE_UNMASKED) or not viewer.may(Right.REVEAL):
        return viewer
    now = desk.clock().astimezone(UTC)
    # Nothing is revealed in the future: a clock that was set back would show it for years.
    since, until = ((now - ago).isoformat(timespec="seconds") for ago in (REVEALED, timedelta()))
    with desk.read() as connection:
        found = has_entry(connection, viewer.username, f"{kind}.reveal", subject, since, until)
    return replace(viewer, in_full=True) if found else viewer
