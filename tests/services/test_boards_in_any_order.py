"""Whatever happens to a batch in whatever order: the boards count what its lines and its history say."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.board_question import BoardQuestion, Measure
from core.domain.errors import RefundError
from core.domain.line_review import Mark, Opinion
from core.domain.roles import SYSTEM, Viewer
from core.services.boards import read_board
from core.services.desk import Desk
from core.services.line_decisions import answer_lines, decide_lines, open_positions
from core.services.steps import advance_batch
from core.store.database import Database
from core.store.rollup_checks import batches_miscounted, months_missummed, steps_miscounted
from core.store.schema import reversals
from tests.support.desks import CLERK, FINANCE, REVIEWER, SECOND_REVIEWER, Ledger, make_desk
from tests.support.rounds import file_clear, file_reviewed

STEPS: tuple[tuple[Viewer, str], ...] = (
    (REVIEWER, "pass"),
    (SECOND_REVIEWER, "pass"),
    (REVIEWER, "return"),
    (CLERK, "resubmit"),
    (CLERK, "withdraw"),
    (REVIEWER, "reject"),
    (FINANCE, "pay"),
    (FINANCE, "settle"),
    (FINANCE, "bounce"),
    (FINANCE, "close"),
)
MARKS = ("settle", "refuse one", "return one", "drop one", "a month")
_people = count(1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One desk on SQLite; every example files batches of its own."""
    folder: Path = tmp_path_factory.mktemp("boards")
    database = Database(f"sqlite:///{folder / 'refund.sqlite3'}")
    database.migrate()
    return make_desk(database, folder)


@pytest.fixture(scope="module")
def ledger(desk: Desk) -> Ledger:
    """Writes rows of all examples, each with a serial of its own."""
    return Ledger(desk.database)


def act(desk: Desk, number: str, step: tuple[Viewer, str] | str) -> object:
    match step:
        case "settle":
            return decide_lines(desk, REVIEWER, number, open_positions(desk, REVIEWER, number), Opinion(Mark.PASS))
        case "refuse one":
            return decide_lines(desk, REVIEWER, number, [1], Opinion(Mark.REFUSE, "N13", "当月有考勤记录"))
        case "return one":
            return decide_lines(desk, REVIEWER, number, [2], Opinion(Mark.RETURN, text="请补充"))
        case "drop one":
            return answer_lines(desk, CLERK, number, [2], Opinion(Mark.DROP))
        case "a month":
            return desk.clock.forward(days=31)  # type: ignore[attr-defined]
        case (viewer, name):
            return advance_batch(desk, viewer, number, name, "说明", code="N13")


@settings(max_examples=15)
@given(
    file=st.sampled_from([file_clear, file_reviewed]),
    order=st.lists(st.sampled_from([*STEPS, *STEPS[:2], *MARKS]), max_size=14),
)
def test_the_boards_count_what_lines_and_histories_say(
    desk: Desk, ledger: Ledger, file: Callable[[Desk, Ledger, int], str], order: list[tuple[Viewer, str] | str]
) -> None:
    number = file(desk, ledger, next(_people))
    for step in order:
        try:
            act(desk, number, step)
        except RefundError:
            continue
    with desk.read() as connection:
        assert batches_miscounted(connection) + months_missummed(connection) + steps_miscounted(connection) == []
        money = sa.func.sum(reversals.c.employer_part + reversals.c.personal_part)
        paid = -(connection.scalar(sa.select(money)) or 0)
    total = read_board(desk, SYSTEM, BoardQuestion()).totals.get(Measure.PAID)
    assert (total.amount if total else 0) == paid
