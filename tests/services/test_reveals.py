"""显示完整信息 of a batch and a screening: purpose, factor, entry, five minutes, one place; and no way around it."""

from dataclasses import replace

import pytest

from core.domain.errors import FactorNeeded, InvalidInput, NotAllowed, NotFound
from core.domain.roles import SYSTEM, Role, Viewer
from core.services.audit_trail import read_trail
from core.services.batch_refusals import read_refusals
from core.services.batches import list_batches, show_batch
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.line_sheets import read_lines
from core.services.papers import add_paper, open_paper
from core.services.previews import preview_batch
from core.services.reveals import BATCH, SCREENING, reveal, seeing
from core.services.screening_finds import Wanted, read_people
from core.services.screenings import begin_screening, run_screening
from tests.support.desks import ADMIN, ANALYST, BANK, CLERK, REVIEWER, Clock, Ledger, person, prepare_draft
from tests.support.product import ROOT
from tests.support.rounds import file_serials

ASSURED = replace(ANALYST, fresh_factor=True)
AUDITOR = Viewer("auditor1", Role.AUDITOR, fresh_factor=True)
WHY = "核对重复参保"


@pytest.fixture
def number(desk: Desk, ledger: Ledger) -> str:
    """A batch with lines that were filed and lines that were refused."""
    return file_serials(desk, ledger.leaver(1, [202203, 202205, 202206]))


def shown(desk: Desk, viewer: Viewer, number: str) -> str:
    seen = seeing(desk, viewer, BATCH, number)
    batch = show_batch(desk, seen, number)
    frames = (batch.lines, read_lines(desk, seen, number).frame, read_refusals(desk, seen, number))
    return "".join(frame.to_csv() for frame in frames) + str(dict(batch.bank))


@pytest.mark.parametrize("viewer", [ASSURED, AUDITOR], ids=lambda viewer: viewer.role)
def test_a_batch_is_shown_in_full_for_five_minutes_to_whoever_said_why(desk: Desk, number: str, viewer: Viewer) -> None:
    assert isinstance(desk.clock, Clock)
    masked = shown(desk, viewer, number)
    assert person(1) not in masked
    assert BANK["bank_account"] not in masked

    reveal(desk, viewer, BATCH, number, WHY)
    in_full = shown(desk, viewer, number)
    assert in_full.count(person(1)) >= 9
    assert BANK["bank_account"] in in_full
    (entry,) = read_trail(desk, SYSTEM, search="batch.reveal").entries
    assert (entry.actor, entry.subject) == (viewer.username, number)
    assert WHY in entry.detail

    desk.clock.forward(minutes=6)
    assert shown(desk, viewer, number) == masked


def test_a_clock_that_was_set_back_shows_nothing_in_full(desk: Desk, number: str) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(days=3650)
    reveal(desk, ASSURED, BATCH, number, WHY)
    desk.clock.forward(days=-3650)

    assert not seeing(desk, ASSURED, BATCH, number).in_full


def test_it_is_for_one_viewer_and_one_batch(desk: Desk, ledger: Ledger, number: str) -> None:
    other = file_serials(desk, ledger.leaver(2, [202205]))
    reveal(desk, ASSURED, BATCH, number, WHY)

    assert not seeing(desk, ASSURED, BATCH, other).in_full
    assert not seeing(desk, AUDITOR, BATCH, number).in_full
    assert not seeing(desk, ASSURED, SCREENING, number).in_full


def test_what_revealing_asks_for(desk: Desk, number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        reveal(desk, ASSURED, BATCH, number, " ")
    assert refused.value.field == "purpose"
    with pytest.raises(FactorNeeded):
        reveal(desk, ANALYST, BATCH, number, WHY)
    with pytest.raises(NotFound):
        reveal(desk, ASSURED, BATCH, "TF202311010000019", WHY)
    for viewer in (ADMIN, CLERK, REVIEWER):
        with pytest.raises(NotAllowed):
            reveal(desk, replace(viewer, fresh_factor=True), BATCH, number, WHY)
    assert read_trail(desk, SYSTEM, search="batch.reveal").total == 0


def test_a_screening_is_revealed_the_same_way(desk: Desk, ledger: Ledger) -> None:
    ledger.leaver(1, [202203, 202205])
    screening, runner = begin_screening(desk, ANALYST)
    run_screening(desk, ANALYST, screening.screening_id, runner)
    own = (SCREENING, screening.screening_id)
    people = read_people(desk, seeing(desk, ASSURED, *own), screening.screening_id, Wanted())
    assert person(1) not in people.frame.to_csv()

    reveal(desk, ASSURED, *own, WHY)
    people = read_people(desk, seeing(desk, ASSURED, *own), screening.screening_id, Wanted())
    assert person(1) in people.frame.to_csv()


def test_a_paper_is_opened_once_its_batch_is_revealed(desk: Desk, ledger: Ledger) -> None:
    draft = prepare_draft(desk, ledger.leaver(1, [202205]))
    add_paper(desk, CLERK, draft, "M1", "a.pdf", (ROOT / "data" / "demo" / "sample.pdf").read_bytes())
    preview = preview_batch(desk, CLERK, draft)
    number = submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers[0]
    (paper,) = show_batch(desk, SYSTEM, number).papers
    with pytest.raises(NotAllowed, match="显示完整信息"):
        open_paper(desk, ASSURED, paper.paper_id)

    reveal(desk, ASSURED, BATCH, number, WHY)
    assert open_paper(desk, ASSURED, paper.paper_id)[0] == paper
    assert open_paper(desk, REVIEWER, paper.paper_id)[0] == paper


@pytest.mark.parametrize("search", [person(1), "赵一"])
def test_nobody_who_sees_masks_finds_out_who_is_behind_one(desk: Desk, number: str, search: str) -> None:
    assert list_batches(desk, REVIEWER, search=search).total == 1
    for viewer in (ANALYST, AUDITOR):
        assert list_batches(desk, viewer, search=search).total == 0
        assert list_batches(desk, viewer, search=number).total == 1
