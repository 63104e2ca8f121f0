"""What waits for whom: the states come from the lifecycle's table, the parts from the batch."""

import pytest

from core.domain.errors import NotAllowed
from core.domain.lifecycle import EDGES
from core.domain.roles import Viewer
from core.services import batches, filing, previews, steps
from core.services.desk import Desk
from core.services.queues import waiting_for
from tests.support.desks import (
    ADMIN,
    ANALYST,
    APPROVER,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    Clock,
    Ledger,
    prepare_draft,
)

EVERYBODY = (CLERK, COLLEAGUE, OTHER_CLERK, REVIEWER, SECOND_REVIEWER, APPROVER, FINANCE, ANALYST)


def file(desk: Desk, serials: list[str]) -> str:
    """Preview and confirm; returns the number."""
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, serials))
    return filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


def queue(desk: Desk, viewer: Viewer) -> list[str]:
    return list(waiting_for(desk, viewer).rows["number"])


def test_a_batch_waits_for_exactly_those_who_may_take_a_step(desk: Desk, ledger: Ledger) -> None:
    """At every stop on the way from filing to payment the queue and the batch's own page agree."""
    number = file(desk, ledger.leaver(1, [202205]))
    for actor, step in ((REVIEWER, "accept"), (SECOND_REVIEWER, "return"), (CLERK, "resubmit"), (CLERK, "withdraw")):
        for viewer in EVERYBODY:
            offered = number in batches.list_batches(desk, viewer).rows["number"].tolist() and bool(
                batches.show_batch(desk, viewer, number).actions
            )
            assert (number in queue(desk, viewer)) is offered, (viewer.username, step)
        steps.advance_batch(desk, actor, number, step, "缺少材料")
    assert all(queue(desk, viewer) == [] for viewer in EVERYBODY)


def test_the_earliest_due_date_comes_first(desk: Desk, ledger: Ledger) -> None:
    first = file(desk, ledger.leaver(1, [202205]))
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(days=7)
    second = file(desk, ledger.leaver(2, [202205]))
    steps.advance_batch(desk, REVIEWER, first, "accept")

    assert [number == first for number in queue(desk, SECOND_REVIEWER)] == [False, True]
    assert list(waiting_for(desk, SECOND_REVIEWER).rows["overdue"]) == [False, False]
    assert second in queue(desk, SECOND_REVIEWER)


def test_the_queue_is_read_in_pages(desk: Desk, ledger: Ledger) -> None:
    numbers = {file(desk, ledger.leaver(person, [202205])) for person in range(1, 4)}
    pages = [waiting_for(desk, REVIEWER, page=page, size=2) for page in (1, 2, 3)]

    assert [len(page.rows) for page in pages] == [2, 1, 0]
    assert {number for page in pages for number in page.rows["number"]} == numbers
    assert {page.total for page in pages} == {3}


def test_who_may_see_no_batches_has_no_queue(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        waiting_for(desk, ADMIN)


def test_every_right_in_the_table_has_somebody() -> None:
    """A step nobody may take would wait for ever."""
    assert all(any(viewer.may(edge.right) for viewer in EVERYBODY) for edge in EDGES)
