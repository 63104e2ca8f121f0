"""Screenings as they are kept: stopped, killed and resumed without a find lost or doubled; who may see which."""

import signal
import subprocess
import sys
from typing import Any

import pytest

from core.domain.errors import NotAllowed, NotFound
from core.domain.roles import SYSTEM, Role, Viewer
from core.domain.screening import ScreeningState
from core.services import screening_jobs, screenings
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.screenings import (
    KEPT,
    Screening,
    begin_screening,
    find_screening,
    latest_screening,
    list_screenings,
    resume_screening,
    run_screening,
    stop_screening,
)
from core.store import screenings as store
from tests.support.desks import ADMIN, ANALYST, CLERK, COLLEAGUE, FINANCE, OTHER_CLERK, REVIEWER, Clock, Ledger, person
from tests.support.product import ROOT

PATIENCE = 60
AUDITOR = Viewer("auditor1", Role.AUDITOR)
CHUNK = 3


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Twelve people of two employers: some left, one is dead, one is insured twice, most are in order."""
    for number in range(1, 5):
        ledger.leaver(number, [202203, 202205, 202206])
    ledger.fact(person(4), "death", 20220510)
    for number in range(5, 9):
        ledger.row(person(number), 202205)
        ledger.row(person(number + 4), 202205, "E2")
    ledger.row(person(8), 202205, "E2")
    return ledger


def finds_of(desk: Desk, screening_id: str) -> list[tuple[Any, ...]]:
    with desk.read() as connection:
        frame = store.read_finds(connection, screening_id, (), None, limit=1000)
    return [tuple(row) for row in frame.itertuples(index=False)]


def at_once(desk: Desk, viewer: Viewer = ANALYST, employers: tuple[str, ...] = ()) -> Screening:
    """A screening that went through in one go."""
    screening, runner = begin_screening(desk, viewer, employers)
    assert run_screening(desk, viewer, screening.screening_id, runner)
    return find_screening(desk, viewer, screening.screening_id)


def test_a_screening_reads_everything_and_says_what_it_found(desk: Desk, busy: Ledger) -> None:
    done = at_once(desk)

    # Two months of four people who left, three lines each, and two months at two employers without 工伤.
    assert (done.state, done.rows_seen, done.rows_total, done.finds) == (ScreeningState.DONE, 21, 21, 28)
    assert done.fraction == 1.0
    found = finds_of(desk, done.screening_id)
    assert len(found) == 28
    assert {(row[0], row[6]) for row in found} == {("E1", "R01"), ("E1", "R06"), ("E1", "R07"), ("E2", "R07")}


@pytest.mark.parametrize("stops", range(1, 8))
def test_stopped_anywhere_and_resumed_it_finds_the_same(
    desk: Desk, busy: Ledger, monkeypatch: pytest.MonkeyPatch, stops: int
) -> None:
    whole = finds_of(desk, at_once(desk).screening_id)
    screening, runner = begin_screening(desk, ANALYST)
    kept, keep = 0, screenings._keep

    def keep_and_stop(*arguments: Any, **counts: Any) -> bool:
        nonlocal kept
        kept += 1
        if kept == stops:
            stop_screening(desk, ANALYST, screening.screening_id)
        return keep(*arguments, **counts)

    monkeypatch.setattr(screenings, "_keep", keep_and_stop)
    assert not run_screening(desk, ANALYST, screening.screening_id, runner, CHUNK)
    stopped = find_screening(desk, ANALYST, screening.screening_id)
    assert stopped.state is ScreeningState.STOPPED
    assert stopped.can_resume
    assert stopped.finds == len(finds_of(desk, screening.screening_id))
    assert stopped.rows_seen < stopped.rows_total

    runner = resume_screening(desk, ANALYST, screening.screening_id)
    assert run_screening(desk, ANALYST, screening.screening_id, runner, CHUNK)
    assert finds_of(desk, screening.screening_id) == whole
    assert find_screening(desk, ANALYST, screening.screening_id).rows_seen == 21


_KILLED = """
import os, signal, sys
from core.domain.roles import SYSTEM
from core.services.desk import open_desk
from core.services.screenings import begin_screening, run_screening
from core.store import screenings as store
insert, calls = store.insert_finds, 0
def insert_and_die(*arguments):
    global calls
    calls += 1
    insert(*arguments)
    if calls == 4:
        os.kill(os.getpid(), signal.SIGKILL)
store.insert_finds = insert_and_die
desk = open_desk()
screening, runner = begin_screening(desk, SYSTEM)
print(screening.screening_id, flush=True)
run_screening(desk, SYSTEM, screening.screening_id, runner, 3)
"""


def test_killed_in_the_middle_it_goes_on_without_doubles(
    desk: Desk, busy: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = finds_of(desk, at_once(desk).screening_id)
    monkeypatch.setenv("REFUND_DATA_DIR", str(desk.data_dir))
    monkeypatch.setenv("DATABASE_URL", desk.database.url.render_as_string(hide_password=False))

    died = subprocess.run([sys.executable, "-c", _KILLED], cwd=ROOT, capture_output=True, text=True, check=False)

    assert died.returncode == -signal.SIGKILL, died.stderr
    screening_id = died.stdout.strip()
    half = find_screening(desk, SYSTEM, screening_id)
    assert 0 < half.rows_seen < half.rows_total
    assert half.finds == len(finds_of(desk, screening_id)) < len(whole)
    assert run_screening(desk, SYSTEM, screening_id, resume_screening(desk, SYSTEM, screening_id), CHUNK)
    assert finds_of(desk, screening_id) == whole


def test_of_two_runners_the_older_one_stops(desk: Desk, busy: Ledger) -> None:
    screening, old = begin_screening(desk, ANALYST)
    new = resume_screening(desk, ANALYST, screening.screening_id)

    assert not run_screening(desk, ANALYST, screening.screening_id, old)
    assert finds_of(desk, screening.screening_id) == []
    assert run_screening(desk, ANALYST, screening.screening_id, new)


def test_one_that_has_not_moved_for_minutes_has_lost_its_process(desk: Desk, busy: Ledger) -> None:
    screening, _runner = begin_screening(desk, ANALYST)
    assert not screening.can_resume
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(minutes=3)

    assert find_screening(desk, ANALYST, screening.screening_id).can_resume


def test_pressed_twice_it_is_begun_once(desk: Desk, busy: Ledger) -> None:
    first, runner = begin_screening(desk, ANALYST)
    second, nothing = begin_screening(desk, ANALYST)

    assert (first.screening_id, bool(runner), nothing) == (second.screening_id, True, "")
    assert begin_screening(desk, ANALYST, ["E1"])[1]


def test_what_is_done_is_not_resumed(desk: Desk, busy: Ledger) -> None:
    done = at_once(desk)

    assert resume_screening(desk, ANALYST, done.screening_id) == ""
    assert stop_screening(desk, ANALYST, done.screening_id).state is ScreeningState.DONE


def test_the_latest_of_a_scope_are_kept(desk: Desk, busy: Ledger) -> None:
    other = at_once(desk, employers=("E2",))
    ids = []
    for _turn in range(KEPT + 2):
        assert isinstance(desk.clock, Clock)
        desk.clock.forward(seconds=1)
        ids.append(at_once(desk).screening_id)

    assert [each.screening_id for each in list_screenings(desk, ANALYST)] == [*ids[:1:-1], other.screening_id]
    assert finds_of(desk, ids[0]) == []


# --- beside the screens -------------------------------------------------------------------------------------------------


def test_it_runs_in_the_background(desk: Desk, busy: Ledger) -> None:
    screening = screening_jobs.start_screening(desk, CLERK, ["E1"])
    screening_jobs.wait_for(screening.screening_id, PATIENCE)

    assert find_screening(desk, CLERK, screening.screening_id).state is ScreeningState.DONE
    assert screening_jobs.carry_on(desk, CLERK, screening.screening_id).state is ScreeningState.DONE


def test_what_breaks_stops_it_and_no_row_is_written_down(
    desk: Desk, busy: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        raise ValueError(person(1))

    with monkeypatch.context() as patch:
        patch.setattr(store, "insert_finds", broken)
        screening = screening_jobs.start_screening(desk, ANALYST)
        screening_jobs.wait_for(screening.screening_id, PATIENCE)
    assert find_screening(desk, ANALYST, screening.screening_id).can_resume
    assert "ValueError" in caplog.text
    assert person(1) not in caplog.text

    screening_jobs.carry_on(desk, ANALYST, screening.screening_id)
    screening_jobs.wait_for(screening.screening_id, PATIENCE)
    assert find_screening(desk, ANALYST, screening.screening_id).finds == 28


# --- who may --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "employers", "refused"),
    [
        (CLERK, ("E1",), None),
        (CLERK, ("E2",), NotFound),
        (CLERK, ("E1", "E2"), NotFound),
        (CLERK, (), NotFound),
        (ANALYST, (), None),
        (ANALYST, ("E1", "E2"), None),
        (ANALYST, ("E9",), NotFound),
        (AUDITOR, (), None),
        (REVIEWER, ("E1",), NotAllowed),
        (FINANCE, (), NotAllowed),
        (ADMIN, (), NotAllowed),
    ],
)
def test_who_may_begin_one(
    desk: Desk, busy: Ledger, viewer: Viewer, employers: tuple[str, ...], refused: type[Exception] | None
) -> None:
    if refused is None:
        assert begin_screening(desk, viewer, employers)[0].employers == employers
    else:
        with pytest.raises(refused):
            begin_screening(desk, viewer, employers)
        with desk.read() as connection:
            assert store.list_screenings(connection, office=True, limit=9) == []


@pytest.mark.parametrize(
    ("maker", "viewer", "seen"),
    [
        (CLERK, COLLEAGUE, True),
        (CLERK, OTHER_CLERK, False),
        (CLERK, ANALYST, False),
        (CLERK, REVIEWER, False),
        (ANALYST, CLERK, False),
        (ANALYST, AUDITOR, True),
        (ANALYST, FINANCE, False),
    ],
)
@pytest.mark.parametrize("act", [find_screening, stop_screening, resume_screening])
def test_who_may_see_stop_and_resume_one(
    desk: Desk, busy: Ledger, maker: Viewer, viewer: Viewer, act: Any, *, seen: bool
) -> None:
    screening, _runner = begin_screening(desk, maker, ["E1"])
    if seen:
        act(desk, viewer, screening.screening_id)
    else:
        with pytest.raises(NotFound):
            act(desk, viewer, screening.screening_id)
        assert find_screening(desk, maker, screening.screening_id).state is ScreeningState.RUNNING


def test_a_clerk_is_not_shown_the_agencys_screening_of_his_employer(desk: Desk, busy: Ledger) -> None:
    begin_screening(desk, ANALYST, ["E1"])

    assert latest_screening(desk, CLERK, ["E1"]) is None
    with pytest.raises(NotAllowed):
        list_screenings(desk, CLERK)


def test_every_screening_leaves_entries_without_numbers_of_people(desk: Desk, busy: Ledger) -> None:
    screening, runner = begin_screening(desk, ANALYST, ["E1"])
    stop_screening(desk, ANALYST, screening.screening_id)
    resume_screening(desk, ANALYST, screening.screening_id)
    run_screening(desk, ANALYST, screening.screening_id, runner)

    entries = [entry for entry in read_trail(desk, ADMIN).entries if entry.action.startswith("screening.")]
    assert [entry.action for entry in entries] == ["screening.resume", "screening.stop", "screening.start"]
    assert {entry.subject for entry in entries} == {screening.screening_id}
    assert not any(person(number) in entry.detail for entry in entries for number in range(12))
