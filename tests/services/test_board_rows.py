"""The batches behind the figures of the boards: what counts of them adds up to the figure, by hand and by plain pandas."""

import pandas as pd
import pytest

from core.domain.board_question import Behind, BoardQuestion, Measure
from core.domain.lifecycle import WAITS_FOR
from core.domain.period import Period
from core.domain.roles import SYSTEM
from core.services.board_rows import BoardRows, read_rows
from core.services.boards import LEAST, read_board
from core.services.desk import Desk
from core.services.line_decisions import decide_lines, open_positions
from core.services.step_boards import read_step_board
from core.services.steps import advance_batch
from tests.support.desks import ANALYST, FINANCE, REVIEWER, SECOND_REVIEWER, Ledger
from tests.support.payments import payable
from tests.support.rounds import PASS, REFUSE, file_clear, file_reviewed, to_payment
from tests.support.volume import Written, events, months

TAKEN, LATE, BOUNCED, STRAIGHT = Behind.TAKEN, Behind.LATE, Behind.BOUNCED, Behind.STRAIGHT
SPRING = {"first": Period(202302), "last": Period(202304)}


def rows_of(desk: Desk, **asked: object) -> BoardRows:
    return read_rows(desk, ANALYST, BoardQuestion(**asked), size=500)  # type: ignore[arg-type]


def numbers(batch_ids: pd.Series) -> set[str]:
    return {f"TF{int(each[1:]):015d}" for each in batch_ids}


def test_a_figure_leads_to_its_batches(volume: tuple[Desk, Written]) -> None:
    desk, written = volume
    question = BoardQuestion(measure=Measure.PAID, reason="R01", insurance="pension")
    board = read_board(desk, ANALYST, question)
    lines = events(written.lines, question, board.first.number, board.last.number)
    numbers = {f"TF{int(each[1:]):015d}" for each in lines[lines["measure"] == "paid"]["batch_id"]}
    page = read_rows(desk, ANALYST, question, size=500)
    assert (set(page.rows["number"]), page.total) == (numbers, board.totals[Measure.PAID].batches)
    assert len(read_rows(desk, ANALYST, question, page=2, size=5).rows) == 5

    by_cause = read_rows(desk, ANALYST, BoardQuestion(code="N13"), size=500)
    of_code = written.told[(written.told["code"] == "N13") & (months(written.told["submitted_at"]) >= 202212)]
    assert by_cause.total == of_code["batch_id"].nunique()
    by_person = read_rows(desk, ANALYST, BoardQuestion(reviewer="v_first1", state="first_review"), size=500)
    steps = written.steps[(written.steps["username"] == "v_first1") & (written.steps["state"] == "first_review")]
    assert by_person.total == steps[months(steps["at"]).between(202212, 202311)]["batch_id"].nunique()


def test_rows_of_money_add_up_to_the_figure(volume: tuple[Desk, Written]) -> None:
    desk, _written = volume
    for asked in ({}, {"insurance": "unemployment"}, {"insurance": "pension", "employer": "V00001"}, SPRING):
        totals = read_board(desk, SYSTEM, BoardQuestion(**asked)).totals
        # What was told at the preview is 养老 here.
        assert set(totals) == set(Measure) - ({Measure.TOLD} if "unemployment" in asked.values() else set())
        for measure, total in totals.items():
            found = read_rows(desk, SYSTEM, BoardQuestion(**asked, measure=measure), size=500)
            figure = {"counted_lines": total.lines, "counted_amount": total.amount}
            assert (found.total, found.sums) == (total.batches, figure)
            assert {name: found.rows[name].sum() for name in figure} == figure
            assert read_rows(desk, SYSTEM, BoardQuestion(**asked, measure=measure), page=99).sums == figure


def test_rows_of_causes_add_up_to_their_bars(volume: tuple[Desk, Written]) -> None:
    desk, written = volume
    causes = read_board(desk, ANALYST, BoardQuestion()).causes
    told = written.told[months(written.told["submitted_at"]).between(202212, 202311)]
    for cause in causes:
        found = rows_of(desk, behind=Behind.CAUSES, code=cause.code)
        own = told[told["code"] == cause.code]
        assert found.sums["counted_lines"] == found.rows["counted_lines"].sum() == len(own) == cause.lines
        assert set(found.rows["number"]) == numbers(own["batch_id"])
    found = rows_of(desk, behind=Behind.CAUSES)
    assert found.sums["counted_lines"] == found.rows["counted_lines"].sum() == sum(cause.lines for cause in causes)
    # A line of two causes counts twice: its money would as well.
    assert "counted_amount" not in found.rows


def test_rows_of_a_measure_are_cut_to_the_cause_that_is_asked_for(volume: tuple[Desk, Written]) -> None:
    desk, _written = volume
    asked = {"measure": Measure.TOLD, "code": "N13", "reason": "R01"}
    total = read_board(desk, SYSTEM, BoardQuestion(**asked)).totals[Measure.TOLD]
    found = rows_of(desk, **asked)
    assert (found.total, found.sums) == (
        total.batches,
        {"counted_lines": total.lines, "counted_amount": total.amount},
    )
    assert found.total < rows_of(desk, **(asked | {"code": ""})).total


def test_a_row_says_what_counts_of_its_batch(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    decide_lines(desk, REVIEWER, number, open_positions(desk, REVIEWER, number), PASS)
    to_payment(desk, number)

    (row,) = rows_of(desk, measure=Measure.REJECTED).rows.to_dict("records")
    assert (row["counted_lines"], row["counted_amount"], row["line_count"]) == (1, 128640, 6)
    (row,) = rows_of(desk, measure=Measure.FILED, insurance="unemployment").rows.to_dict("records")
    assert (row["counted_lines"], row["counted_amount"]) == (2, 2 * 5360)


# --- steps ------------------------------------------------------------------------------------------------------------


STEPS: tuple[dict, ...] = (
    {"behind": TAKEN},
    {"behind": TAKEN, "state": "payable"},
    {"reviewer": "v_first1"},
    {"behind": TAKEN, "reviewer": "v_second2", "reason": "R02"},
    {"behind": LATE, **SPRING},
    {"behind": LATE, "state": "second_review", "employer": "V00001"},
    {"behind": BOUNCED},
    {"behind": STRAIGHT, "reason": "R07"},
)


def test_rows_of_steps_are_what_pandas_finds(volume: tuple[Desk, Written]) -> None:
    desk, written = volume
    for asked in STEPS:
        found = rows_of(desk, **asked)
        own = wanted_steps(written, BoardQuestion(**asked))
        assert set(found.rows["number"]) == numbers(own["batch_id"]), asked
        assert found.total == own["batch_id"].nunique() > 0
        assert found.sums["moves"] == found.rows["moves"].sum() == len(own)
        assert (found.rows["seconds"].sum(), found.rows["late"].sum()) == (own["seconds"].sum(), own["late"].sum())


def wanted_steps(written: Written, question: BoardQuestion) -> pd.DataFrame:
    first, last = question.months(Period(202311))
    steps = written.steps.merge(written.lines[["batch_id", "reason", "employer_id"]].drop_duplicates())
    steps = steps[months(steps["at"]).between(first.number, last.number)]
    given = (("state", question.state), ("username", question.reviewer), ("reason", question.reason))
    for column, value in (*given, ("employer_id", question.employer)):
        steps = steps[steps[column] == value] if value else steps
    returned = set(written.steps[written.steps["step"] == "return"]["batch_id"])
    match question.steps:
        case Behind.BOUNCED:
            return steps[steps["step"] == "bounce"]
        case Behind.STRAIGHT:
            return steps[(steps["step"] == "settle") & ~steps["batch_id"].isin(returned)]
        case Behind.LATE:
            steps = steps[steps["late"]]
    return steps[steps["state"].isin([state.value for state in WAITS_FOR])]


def test_every_figure_of_time_is_that_of_its_rows(volume: tuple[Desk, Written]) -> None:
    desk, written = volume
    for asked in ({}, {"reason": "R01"}, {"reviewer": "v_first1"}, SPRING):
        figures_lead_to_steps(desk, written, asked)


def figures_lead_to_steps(desk: Desk, written: Written, asked: dict) -> None:
    board = read_step_board(desk, ANALYST, BoardQuestion(**asked))
    for stage in board.stages:
        taken, late = (rows_of(desk, **asked, state=stage.key, behind=each) for each in (TAKEN, LATE))
        assert (taken.sums["moves"], taken.days) == (stage.moves, pytest.approx(stage.days))
        assert late.sums["moves"] == late.rows["moves"].sum() == round(stage.late * stage.moves)
        assert taken.rows["days"].sum() == pytest.approx(stage.days * stage.moves)
    late_steps, moves = rows_of(desk, **asked, behind=LATE).sums["moves"], sum(each.moves for each in board.stages)
    assert board.late == pytest.approx(late_steps / moves)
    for person in board.reviewers:
        own = rows_of(desk, **(asked | {"reviewer": person.key}))
        assert (own.sums["moves"], own.days) == (person.moves, pytest.approx(person.days))
    for month in board.months:
        only = Period(int(month.key))
        own = rows_of(desk, **(asked | {"first": only, "last": only, "behind": TAKEN}))
        assert (own.sums["moves"], own.days) == (month.moves, pytest.approx(month.days))
    if board.bounced is not None and board.straight is not None:
        ends = wanted_steps(written, BoardQuestion(**asked, behind=TAKEN, state="paying"))["step"]
        bounced, straight = (rows_of(desk, **asked, behind=each).sums["moves"] for each in (BOUNCED, STRAIGHT))
        assert (board.bounced, board.straight) == (bounced / len(ends), straight / (ends == "settle").sum())


def test_late_rows_are_of_the_stages_whose_share_is_told(desk: Desk, ledger: Ledger) -> None:
    number, *_others = [file_clear(desk, ledger, who) for who in range(1, LEAST + 1)]
    desk.clock.forward(days=20)  # type: ignore[attr-defined]
    advance_batch(desk, REVIEWER, number, "pass")

    assert read_step_board(desk, ANALYST, BoardQuestion()).late == 0
    assert rows_of(desk, behind=LATE).total == 0
    assert list(rows_of(desk, behind=LATE, state="first_review").rows["number"]) == [number]
    advance_batch(desk, SECOND_REVIEWER, number, "return", "请补充")
    assert rows_of(desk, state="first_review").sums["moves"] == 1


def test_money_that_came_back_takes_its_payment_away(desk: Desk, ledger: Ledger) -> None:
    paid = payable(desk, ledger, 1, 2, 3, 4, 5, 6)
    for number in paid:
        advance_batch(desk, FINANCE, number, "pay")
        advance_batch(desk, FINANCE, number, "settle", "回单")
    for number in paid[:2]:
        advance_batch(desk, FINANCE, number, "money_back", "银行退回")
    board = read_step_board(desk, ANALYST, BoardQuestion())
    back, straight = (rows_of(desk, behind=each) for each in (BOUNCED, STRAIGHT))
    assert (set(back.rows["number"]), set(straight.rows["number"])) == (set(paid[:2]), set(paid[2:]))
    assert (board.bounced, board.straight) == (back.sums["moves"] / 6, straight.sums["moves"] / 6)
