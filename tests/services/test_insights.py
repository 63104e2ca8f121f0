"""Totals of a batch, the ledger at a glance, and the log: counts that can be added up by hand."""

from dataclasses import replace

import pytest

from core.domain.errors import NotAllowed
from core.domain.roles import Role, Viewer
from core.services import accounts, batches, filing, previews
from core.services.audit_trail import read_trail
from core.services.batch_totals import split_by_fund, sum_of
from core.services.desk import Desk
from core.services.ledger_overview import read_overview
from core.services.refusal_pages import count_causes, refusal_page
from tests.support.desks import ADMIN, CLERK, Ledger, person, prepare_draft

AUDITOR = Viewer("auditor1", Role.AUDITOR)


def file(desk: Desk, serials: list[str]) -> str:
    """Preview and confirm; returns the number."""
    preview = previews.preview_batch(desk, CLERK, prepare_draft(desk, serials))
    return filing.submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


def test_the_split_of_a_batch_is_its_payment_lines_and_its_total(desk: Desk, ledger: Ledger) -> None:
    view = batches.show_batch(desk, CLERK, file(desk, ledger.leaver(1, [202205, 202206])))
    split = split_by_fund(view.lines)

    assert {kind: totals.total for kind, totals in split.items()} == dict(view.payments)
    assert sum_of(split).total == view.total
    assert sum_of(split).personal_part == 2 * (42880 + 2680)


def test_refusals_are_told_page_by_page_as_they_are_told_at_once(desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202201, 202202, 202203, 202205]))
    preview = previews.preview_batch(desk, CLERK, draft_id)
    paged = [refusal_page(preview, first, 4) for first in (0, 4, 8)]

    assert [len(page) for page in paged] == [4, 4, 1]
    assert [row for page in paged for row in page.to_dict("records")] == preview.refusals.to_dict("records")
    assert [(cause.code, cause.lines) for cause in count_causes(preview)] == [("N13", 9)]


def test_a_line_with_two_causes_counts_for_both(desk: Desk, ledger: Ledger) -> None:
    serials = ledger.leaver(1, [202203, 202205])
    ledger.fact(person(1), "investigation", 20230101)
    draft_id = prepare_draft(desk, serials)
    with_two = previews.preview_batch(desk, CLERK, draft_id)

    assert [(cause.code, cause.lines) for cause in count_causes(with_two)] == [("N19", 6), ("N13", 3)]


def test_the_ledger_at_a_glance(desk: Desk, ledger: Ledger) -> None:
    ledger.leaver(1, [202205, 202206])
    overview = read_overview(desk, ADMIN)

    assert (overview.employers, overview.contributions, overview.facts, overview.imports) == (2, 2, 1, ())
    with pytest.raises(NotAllowed):
        read_overview(desk, CLERK)


def test_the_log_is_read_from_its_end_and_searched_by_who_what_and_how(desk: Desk) -> None:
    accounts.disable_user(desk, ADMIN, "clerk1")
    accounts.enable_user(replace(desk), ADMIN, "clerk1")
    accounts.disable_user(desk, ADMIN, "clerk2")

    entries = read_trail(desk, AUDITOR).entries
    assert [(entry.sequence, entry.subject) for entry in entries] == [(3, "clerk2"), (2, "clerk1"), (1, "clerk1")]
    assert read_trail(desk, AUDITOR, search="clerk1").total == 2
    assert read_trail(desk, AUDITOR, search="user.disable").total == 2
    assert read_trail(desk, AUDITOR, search="admin1").total == 3
    assert read_trail(desk, AUDITOR, search="%").total == 0
    assert [entry.sequence for entry in read_trail(desk, AUDITOR, page=2, size=2).entries] == [1]
    with pytest.raises(NotAllowed):
        read_trail(desk, CLERK)
