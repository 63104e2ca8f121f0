"""The boards against figures that were found another way: a small ledger by hand, a large one by plain pandas."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.domain.board_question import NO_DISTRICT, Behind, BoardQuestion, Measure
from core.domain.errors import NotAllowed
from core.domain.lifecycle import State
from core.domain.period import Period
from core.domain.roles import SYSTEM, Viewer
from core.services.board_rows import read_choices, read_rows
from core.services.boards import LEAST, Group, fold, read_board
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.line_decisions import decide_lines, open_positions
from core.services.step_boards import read_step_board
from core.services.steps import advance_batch, withdraw_batch
from tests.support.desks import ANALYST, CLERK, FINANCE, REVIEWER, Clock, Ledger
from tests.support.payments import payable
from tests.support.rounds import PASS, REFUSE, file_clear, file_reviewed, to_payment
from tests.support.volume import REGIONS, Written, events

MONTH = 85760 + 42880 + 2 * 2680 + 1072
#: Everybody but the operator has small groups folded.
EVERYTHING = SYSTEM


def wait(desk: Desk, days: int) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(days=days)


def totals(desk: Desk, viewer: Viewer = EVERYTHING, **asked: object) -> dict[str, tuple[int, int, int]]:
    """Batches, lines and amount of each measure."""
    board = read_board(desk, viewer, BoardQuestion(**asked))  # type: ignore[arg-type]
    return {kind.value: (total.batches, total.lines, total.amount) for kind, total in board.totals.items()}


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_lines_count_in_the_month_in_which_something_happened(desk: Desk, ledger: Ledger) -> None:
    paid = file_clear(desk, ledger, 1, [202203, 202205, 202206])
    withdraw_batch(desk, CLERK, file_clear(desk, ledger, 2, [202205]))
    wait(desk, 40)
    to_payment(desk, paid)
    advance_batch(desk, FINANCE, paid, "pay")
    advance_batch(desk, FINANCE, paid, "settle", "回单一致")

    board = read_board(desk, EVERYTHING, BoardQuestion())
    told = 128640 + 5360 + 1072
    assert {(point.month, point.measure.value, point.batches, point.lines, point.amount) for point in board.points} == {
        (202311, "filed", 2, 9, 3 * MONTH),
        (202311, "told", 1, 3, told),
        (202311, "withdrawn", 1, 3, MONTH),
        (202312, "paid", 1, 6, 2 * MONTH),
    }
    assert [(group.key, group.batches, group.amount) for group in board.reasons] == [("R01", 2, 3 * MONTH)]
    assert [(group.key, group.employer_part, group.personal_part, group.extras) for group in board.insurances] == [
        ("pension", 3 * 85760, 3 * 42880, 0),
        ("unemployment", 3 * 2680, 3 * 2680, 0),
        ("work_injury", 3 * 1072, 0, 0),
    ]
    assert [(group.key, group.label, group.amount) for group in board.employers] == [("E1", "甲公司", 3 * MONTH)]
    assert [(group.key, group.amount) for group in board.districts] == [(NO_DISTRICT, 3 * MONTH)]
    assert [(cause.code, cause.lines, cause.cumulative) for cause in board.causes] == [("N13", 3, 1.0)]
    assert check_everything(desk) == []


def test_a_line_that_is_refused_counts_as_refused_and_the_rest_as_paid(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    decide_lines(desk, REVIEWER, number, open_positions(desk, REVIEWER, number), PASS)
    to_payment(desk, number)
    assert totals(desk)["rejected"] == (1, 1, 128640)
    advance_batch(desk, FINANCE, number, "pay")
    advance_batch(desk, FINANCE, number, "settle", "回单一致")

    assert totals(desk) == {
        "filed": (1, 6, 2 * MONTH),
        "rejected": (1, 1, 128640),
        "paid": (1, 5, 2 * MONTH - 128640),
    }
    assert totals(desk, insurance="unemployment")["paid"] == (1, 2, 2 * 5360)
    assert [cause.code for cause in read_board(desk, EVERYTHING, BoardQuestion()).causes] == ["N13"]
    assert check_everything(desk) == []


def test_a_batch_that_is_rejected_counts_each_line_once_with_its_cause(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [2], replace(REFUSE, code="N19"))
    wait(desk, 40)
    advance_batch(desk, REVIEWER, number, "reject", "均不符合", code="N13")

    board = read_board(desk, EVERYTHING, BoardQuestion(measure=Measure.REJECTED))
    assert {(point.month, point.measure.value, point.lines, point.amount) for point in board.points} == {
        (202311, "filed", 6, 2 * MONTH),
        (202312, "rejected", 6, 2 * MONTH),
    }
    assert totals(desk)["rejected"] == (1, 6, 2 * MONTH)
    assert {cause.code: cause.lines for cause in board.causes} == {"N13": 5, "N19": 1}
    for code, lines in (("N13", 5), ("N19", 1)):
        only = read_board(desk, EVERYTHING, BoardQuestion(measure=Measure.REJECTED, code=code))
        assert only.totals[Measure.REJECTED].lines == sum(group.lines for group in only.reasons) == lines
        assert [point.lines for point in only.points] == [6, lines]
        # What was filed has no cause.
        assert (only.totals[Measure.FILED], only.causes) == (board.totals[Measure.FILED], board.causes)
        assert (
            read_rows(desk, EVERYTHING, BoardQuestion(measure=Measure.REJECTED, code=code)).sums["counted_lines"]
            == lines
        )
    assert check_everything(desk) == []


def test_a_step_is_timed_from_the_one_before_it_and_late_after_its_due_date(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    wait(desk, 20)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    advance_batch(desk, CLERK, number, "resubmit", "已补充")
    wait(desk, 1)
    to_payment(desk, number)
    advance_batch(desk, FINANCE, number, "pay")
    advance_batch(desk, FINANCE, number, "bounce", "账户异常")

    board = read_step_board(desk, EVERYTHING, BoardQuestion())
    first = next(each for each in board.stages if each.key == State.FIRST_REVIEW)
    assert (first.moves, first.days, first.late, first.limit) == (2, 10.5, 0.5, 5)
    assert (board.bounced, board.straight) == (1.0, None)
    assert {each.key: each.moves for each in board.reviewers}[REVIEWER.username] == 2
    assert check_everything(desk) == []


def test_figures_of_few_batches_are_not_told_to_an_analyst(desk: Desk, ledger: Ledger) -> None:
    for who in range(LEAST - 1):
        file_clear(desk, ledger, who + 1, [202205])
    assert totals(desk, ANALYST) == {}
    file_clear(desk, ledger, LEAST, [202205])
    assert totals(desk, ANALYST) == {"filed": (LEAST, 3 * LEAST, LEAST * MONTH)}


def group(key: str, batches: int) -> Group:
    return Group(key, key, batches, batches, batches)


@pytest.mark.parametrize(
    ("sizes", "kept", "rest"),
    [
        ([9, 7], [9, 7], 0),
        ([9, 7, 3, 2], [9, 7], 5),
        # Alone it would be known by subtraction: the smallest of the others goes along.
        ([9, 7, 3], [9], 10),
        ([3, 1], [], 0),
        ([], [], 0),
    ],
    ids=str,
)
def test_small_groups_are_folded_so_that_subtraction_tells_nothing(
    sizes: list[int], kept: list[int], rest: int
) -> None:
    folded = fold([group(f"g{place}", size) for place, size in enumerate(sizes)], LEAST)

    assert [each.batches for each in folded if each.key] == kept
    assert sum(each.batches for each in folded if not each.key) == rest


@pytest.mark.parametrize(
    ("sizes", "kept", "rest"),
    [
        ([9, 7], [9, 7], 0),
        # The same two batches may be in all three.
        ([2, 2, 2], [], 0),
        ([9, 7, 3, 2], [9], 7),
    ],
    ids=str,
)
def test_groups_of_the_same_batches_count_once(sizes: list[int], kept: list[int], rest: int) -> None:
    groups = [group(f"g{place}", size) for place, size in enumerate(sizes)]
    folded = fold(groups, LEAST, overlapping=True)

    assert [each.batches for each in folded if each.key] == kept
    assert sum(each.batches for each in folded if not each.key) == rest


def test_small_causes_are_left_out_and_the_largest_stays() -> None:
    """Lines of causes are no parts of a whole: nobody learns those of a few batches by subtraction."""
    groups = [replace(group(f"g{place}", size), amount=0) for place, size in enumerate([9, 7, 3, 2])]
    assert [each.batches for each in fold(groups, LEAST, overlapping=True)] == [9, 7]


def test_a_cause_of_few_batches_leaves_the_others_as_they_are(desk: Desk, ledger: Ledger) -> None:
    number, *others = [file_reviewed(desk, ledger, who) for who in range(1, LEAST + 2)]
    decide_lines(desk, REVIEWER, number, [1], replace(REFUSE, code="N19"))
    for other in others:
        decide_lines(desk, REVIEWER, other, [1], REFUSE)
        decide_lines(desk, REVIEWER, other, open_positions(desk, REVIEWER, other), PASS)
        advance_batch(desk, REVIEWER, other, "pass")
    decide_lines(desk, REVIEWER, number, open_positions(desk, REVIEWER, number), PASS)
    advance_batch(desk, REVIEWER, number, "pass")

    board = read_board(desk, ANALYST, BoardQuestion())
    assert [(cause.code, cause.lines, cause.cumulative) for cause in board.causes] == [("N13", LEAST, 1.0)]
    assert (board.hidden, board.causes_left_out) == (True, True)
    assert not read_board(desk, EVERYTHING, BoardQuestion()).causes_left_out
    assert read_rows(desk, ANALYST, BoardQuestion(behind=Behind.CAUSES)).sums == {"counted_lines": LEAST}


def test_two_batches_of_three_funds_are_two_batches(desk: Desk, ledger: Ledger) -> None:
    for who in (1, 2):
        file_clear(desk, ledger, who, [202203, 202205])
    board = read_board(desk, ANALYST, BoardQuestion())
    assert (board.insurances, board.causes, board.reasons) == ((), (), ())


def test_one_batch_in_many_rounds_is_one_batch(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    for _round in range(LEAST + 1):
        advance_batch(desk, REVIEWER, number, "return", "请补充")
        advance_batch(desk, CLERK, number, "resubmit", "已补充")
    board = read_step_board(desk, ANALYST, BoardQuestion())
    assert (board.stages, board.reviewers, board.months, board.late) == ((), (), (), None)
    of_one = read_step_board(desk, ANALYST, BoardQuestion(reviewer=REVIEWER.username))
    assert (of_one.stages, of_one.months, of_one.late) == ((), (), None)


def test_money_that_came_back_has_bounced(desk: Desk, ledger: Ledger) -> None:
    numbers = payable(desk, ledger, 1, 2, 3, 4, 5, 6)
    for number in numbers:
        advance_batch(desk, FINANCE, number, "pay")
        advance_batch(desk, FINANCE, number, "settle", "回单")
    for number in numbers[:3]:
        advance_batch(desk, FINANCE, number, "money_back", "银行退回")
    board = read_step_board(desk, ANALYST, BoardQuestion())
    assert (board.bounced, board.straight) == (0.5, 0.5)


@pytest.mark.parametrize("ask", [read_board, read_step_board, read_rows, read_choices], ids=lambda ask: ask.__name__)
def test_the_boards_are_for_those_who_analyse(desk: Desk, ask: Callable[..., object]) -> None:
    with pytest.raises(NotAllowed):
        ask(desk, CLERK, BoardQuestion())
    ask(desk, ANALYST, BoardQuestion())


# --- by pandas ---------------------------------------------------------------------------------------------------------


def test_every_figure_of_the_boards_is_what_pandas_counts(volume: tuple[Desk, Written]) -> None:
    desk, written = volume
    lines = written.lines.assign(amount=written.lines["employer_part"] + written.lines["personal_part"])
    for question in (
        BoardQuestion(),
        BoardQuestion(reason="R02", measure=Measure.PAID),
        BoardQuestion(insurance="unemployment", employer="V00001"),
        BoardQuestion(district=REGIONS[1], first=Period(202303), last=Period(202306)),
        BoardQuestion(district=NO_DISTRICT, measure=Measure.REJECTED),
    ):
        board = read_board(desk, EVERYTHING, question)
        own = events(lines, question, board.first.number, board.last.number)
        expected = own.groupby(["month", "measure"]).agg(batches=("batch_id", "nunique"), amount=("amount", "sum"))
        found = {(each.month, each.measure.value): (each.batches, each.amount) for each in board.points}
        assert {key: each for key, each in found.items() if key[1] != "told"} == {
            key: (row.batches, row.amount) for key, row in expected.iterrows()
        }
        for name, key, groups in (
            ("reason", "reason", board.reasons),
            ("insurance", "insurance", board.insurances),
            ("district", "region", board.districts),
            ("employer", "employer_id", board.employers),
        ):
            open_question = replace(question, **{name: ""})
            rows = events(lines, open_question, board.first.number, board.last.number)
            rows = rows[rows["measure"] == question.measure]
            sums = rows.groupby(key)["amount"].sum().to_dict()
            named = {each.key: each.amount for each in groups if each.key}
            assert named == {(code or NO_DISTRICT): sums[code] for code in sums if (code or NO_DISTRICT) in named}
            assert sum(each.amount for each in groups) == sum(sums.values())


def test_causes_and_steps_are_what_pandas_counts(volume: tuple[Desk, Written]) -> None:
    desk, written = volume
    question = BoardQuestion(first=Period(202211), last=Period(202403))
    told = written.told[written.told["code"] != "V13"]["code"].value_counts().to_dict()
    assert {each.code: each.lines for each in read_board(desk, EVERYTHING, question).causes} == told

    board, steps = read_step_board(desk, EVERYTHING, question), written.steps
    own = steps.groupby("state").agg(moves=("step", "size"), seconds=("seconds", "sum"), late=("late", "mean"))
    assert {each.key: (each.moves, round(each.days * 86400 * each.moves), each.late) for each in board.stages} == {
        state: (row.moves, row.seconds, row.late) for state, row in own.drop("returned").iterrows()
    }
    ends = steps[steps["step"].isin(["settle", "bounce"])]
    assert board.bounced == pytest.approx((ends["step"] == "bounce").mean())
    returned = set(steps[steps["step"] == "return"]["batch_id"])
    settled = steps[steps["step"] == "settle"]
    assert board.straight == pytest.approx(1 - settled["batch_id"].isin(returned).mean())


def test_the_filters_offer_what_there_is(volume: tuple[Desk, Written]) -> None:
    desk, _written = volume
    choices = read_choices(desk, ANALYST, BoardQuestion(employer="V00001"))
    assert set(choices.districts) == {region or NO_DISTRICT for region in REGIONS}
    assert choices.employer_name == "演示单位0001"
