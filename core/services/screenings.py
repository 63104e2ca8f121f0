"""智能筛查 as it is kept: begun, stopped, resumed, and read. What it finds is stored chunk by chunk with the place to go on.

The agency (``Right.ANALYSE``) screens one employer, many or all and sees masked names and numbers; a clerk (``Right.APPLY``)
screens his own employers. Neither sees the other's screenings.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.domain.errors import NotFound
from core.domain.roles import Right, Viewer
from core.domain.screening import ScreeningState
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.screening import BEGINNING, Chunk, screen_chunks
from core.store import screenings as store
from core.store.database import Connection
from core.store.employers import read_employer
from core.store.locks import lock_chain
from core.store.sections import count_ledger

#: So many screenings of one scope are kept.
KEPT = 5
#: A running screening that has not moved for so long has lost its process.
_LOST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Screening:
    """One screening. ``employers`` is empty when it goes through all; ``moved_at`` is when it last came a step further."""

    screening_id: str
    username: str
    office: bool
    employers: tuple[str, ...]
    state: ScreeningState
    rows_seen: int
    rows_total: int
    finds: int
    started_at: str
    moved_at: str
    finished_at: str
    #: Whether it is still called running, but nobody has moved it for a while.
    lost: bool

    @property
    def fraction(self) -> float:
        """How far it has come, 0 to 1."""
        if self.state is ScreeningState.DONE:
            return 1.0
        return min(self.rows_seen / self.rows_total, 1.0) if self.rows_total else 0.0

    @property
    def can_resume(self) -> bool:
        """Whether it was stopped, by somebody or by the end of its process."""
        return self.state is ScreeningState.STOPPED or self.lost


def begin_screening(desk: Desk, viewer: Viewer, employers: Sequence[str] = ()) -> tuple[Screening, str]:
    """Begin a screening of these employers (none: all), and whose turn it is (the *runner*), for ``run_screening``.

    One of the same scope that is running is returned as it is, with a blank runner. Raises ``NotAllowed`` and ``NotFound``
    (an employer that is unknown or out of the viewer's scope).
    """
    office = _require_scope(viewer, employers)
    scope = _scope(employers)
    with desk.write(viewer) as unit:
        # Of two who begin at one moment, the second finds the first one's.
        lock_chain(unit.connection)
        for employer in employers:
            if read_employer(unit.connection, employer) is None:
                raise _no_such_employer()
        running = store.latest_screening(unit.connection, scope, office=office)
        if running is not None and not _screening(desk, running).can_resume and running.state != ScreeningState.DONE:
            return _screening(desk, running), ""
        store.forget_screenings(unit.connection, scope, office=office, keep=KEPT - 1)
        return _insert(desk, unit, scope, office=office)


def _insert(desk: Desk, unit: Unit, scope: str, *, office: bool) -> tuple[Screening, str]:
    screening_id, runner = desk.new_id(), desk.new_id()
    store.insert_screening(
        unit.connection,
        {
            "screening_id": screening_id,
            "username": unit.viewer.username,
            "office": office,
            "scope": scope,
            "state": ScreeningState.RUNNING.value,
            "runner": runner,
            "started_at": unit.at,
            "updated_at": unit.at,
        },
    )
    unit.audit("screening.start", screening_id, employers=json.loads(scope))
    return _screening(desk, store.read_screening(unit.connection, screening_id)), runner


def stop_screening(desk: Desk, viewer: Viewer, screening_id: str) -> Screening:
    """Stop it after the chunk that it is at; what it has found stays."""
    with desk.write(viewer) as unit:
        screening = require_screening(desk, unit.connection, viewer, screening_id, lock=True)
        if screening.state is ScreeningState.RUNNING:
            store.update_screening(unit.connection, screening_id, state=ScreeningState.STOPPED.value)
            unit.audit("screening.stop", screening_id)
    return find_screening(desk, viewer, screening_id)


def resume_screening(desk: Desk, viewer: Viewer, screening_id: str) -> str:
    """Go on where it was stopped, or where its process died; returns the runner, blank when there is nothing to resume."""
    with desk.write(viewer) as unit:
        screening = require_screening(desk, unit.connection, viewer, screening_id, lock=True)
        if screening.state is ScreeningState.DONE:
            return ""
        runner = desk.new_id()
        running = ScreeningState.RUNNING.value
        store.update_screening(unit.connection, screening_id, state=running, runner=runner, updated_at=unit.at)
        unit.audit("screening.resume", screening_id)
    return runner


def run_screening(desk: Desk, viewer: Viewer, screening_id: str, runner: str, size: int | None = None) -> bool:
    """Go through the ledger to the end, from where it stands; ``False`` when it was stopped or another runner took over.

    The finds of a chunk and the place to go on are one transaction: whatever ends the process, nothing is lost or doubled.
    """
    with desk.read() as connection:
        row: Any = store.read_screening(connection, screening_id)
        employers = json.loads(row.scope)
        total = count_ledger(connection, employers)
    if not _move(desk, viewer, screening_id, runner, rows_total=total):
        return False
    seen, found, after = row.rows_seen, row.find_count, (row.after_employer, row.after_person)
    for chunk in screen_chunks(desk, employers, after if after[0] else BEGINNING, size):
        seen, found = seen + chunk.rows, found + len(chunk.finds)
        if not _keep(desk, viewer, screening_id, runner, chunk, rows_seen=seen, find_count=found):
            return False
    return _move(desk, viewer, screening_id, runner, state=ScreeningState.DONE.value, finished_at=desk.now())


def _keep(desk: Desk, viewer: Viewer, screening_id: str, runner: str, chunk: Chunk, **counts: int) -> bool:
    with desk.write(viewer) as unit:
        employer, person = chunk.after
        place = {"after_employer": employer, "after_person": person, "updated_at": unit.at}
        moved = store.advance_screening(unit.connection, screening_id, runner, **place, **counts)
        if moved:
            store.insert_finds(unit.connection, screening_id, chunk.finds)
    return moved


def _move(desk: Desk, viewer: Viewer, screening_id: str, runner: str, **values: Any) -> bool:
    with desk.write(viewer) as unit:
        return store.advance_screening(unit.connection, screening_id, runner, updated_at=unit.at, **values)


def give_up(desk: Desk, viewer: Viewer, screening_id: str, runner: str) -> None:
    """Say that this runner has stopped, for what it could not foresee; somebody may resume it."""
    _move(desk, viewer, screening_id, runner, state=ScreeningState.STOPPED.value)


# --- reading ------------------------------------------------------------------------------------------------------------


def find_screening(desk: Desk, viewer: Viewer, screening_id: str) -> Screening:
    """A screening as it stands; ``NotFound`` for one that is not the viewer's to see."""
    with desk.read() as connection:
        return require_screening(desk, connection, viewer, screening_id)


def latest_screening(desk: Desk, viewer: Viewer, employers: Sequence[str] = ()) -> Screening | None:
    """The latest screening of exactly these employers (none: all)."""
    office = _require_scope(viewer, employers)
    with desk.read() as connection:
        row = store.latest_screening(connection, _scope(employers), office=office)
    return _screening(desk, row) if row is not None else None


def list_screenings(desk: Desk, viewer: Viewer, limit: int = 20) -> list[Screening]:
    """The agency's latest screenings (``Right.ANALYSE``)."""
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        return [_screening(desk, row) for row in store.list_screenings(connection, office=True, limit=limit)]


def require_screening(
    desk: Desk, connection: Connection, viewer: Viewer, screening_id: str, *, lock: bool = False
) -> Screening:
    """A screening inside a transaction; ``NotFound`` for one that is not the viewer's to see."""
    row = store.read_screening(connection, screening_id, lock=lock)
    if row is None or not _may_see(viewer, row):
        raise NotFound(N_("没有找到这次筛查，或您无权查看，请重新筛查"))
    return _screening(desk, row)


def _may_see(viewer: Viewer, row: Any) -> bool:
    if row.office:
        return viewer.may(Right.ANALYSE)
    return viewer.may(Right.APPLY) and all(viewer.sees(employer) for employer in json.loads(row.scope))


def _require_scope(viewer: Viewer, employers: Sequence[str]) -> bool:
    """Whether the viewer asks for the agency; raises unless he may ask about these employers."""
    if viewer.may(Right.ANALYSE):
        return True
    viewer.require(Right.APPLY)
    if not employers or not all(viewer.sees(employer) for employer in employers):
        raise _no_such_employer()
    return False


def _no_such_employer() -> NotFound:
    return NotFound(N_("没有找到该单位，或您无权查看"))


def _scope(employers: Sequence[str]) -> str:
    return json.dumps(sorted(set(employers)), ensure_ascii=False)


def _screening(desk: Desk, row: Any) -> Screening:
    running = row.state == ScreeningState.RUNNING.value
    lost = running and desk.clock() - datetime.fromisoformat(row.updated_at) > _LOST
    return Screening(
        row.screening_id,
        row.username,
        bool(row.office),
        tuple(json.loads(row.scope)),
        ScreeningState(row.state),
        row.rows_seen,
        row.rows_total,
        row.find_count,
        row.started_at,
        row.updated_at,
        row.finished_at,
        lost,
    )
