"""自由查询: pages, sums and groups against plain pandas over the same rows; masks, folds, and what is revealed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from core.domain.board_question import NO_DISTRICT, BoardQuestion
from core.domain.errors import FactorNeeded, InvalidInput, NotAllowed
from core.domain.period import Period
from core.domain.question import Question
from core.domain.roles import SYSTEM, Viewer
from core.services import steps
from core.services.audit_trail import read_trail
from core.services.boards import read_board
from core.services.desk import Desk
from core.services.explore import Group, add_up, fold, read_answer, read_groups, reveal_page
from core.services.question_words import say_question
from core.store import explore as store
from core.store.database import Database
from core.texts import speaking
from tests.support.desks import ANALYST, CLERK, Clock, Ledger, make_desk, person
from tests.support.rounds import file_serials
from tests.support.volume import REGIONS, write_batches

ASSURED = replace(ANALYST, fresh_factor=True)
LINES = "SELECT b.number, b.reason, b.state, l.* FROM batches b JOIN batch_lines l ON l.batch_id = b.batch_id"
REFUSALS = "SELECT b.number, b.reason, r.* FROM batches b JOIN refused_lines r ON r.batch_id = b.batch_id"


@pytest.fixture
def filed(desk: Desk, ledger: Ledger) -> list[str]:
    """Three batches: seven people, months of 2022, some of them refused; the last one withdrawn."""
    one = [serial for who in range(1, 6) for serial in ledger.leaver(who, [202203, 202205, 202206])]
    numbers = [file_serials(desk, one), file_serials(desk, ledger.leaver(6, [202207, 202208]))]
    numbers.append(file_serials(desk, ledger.leaver(7, [202206])))
    steps.withdraw_batch(desk, CLERK, numbers[-1])
    return numbers


def ask(**query: str) -> Question:
    return Question.from_query(query)


def frame(desk: Desk, statement: str) -> pd.DataFrame:
    with desk.read() as connection:
        result = connection.execute(sa.text(statement))
        return pd.DataFrame.from_records(result.all(), columns=list(result.keys()))


def every_page(desk: Desk, viewer: Viewer, question: Question, size: int) -> pd.DataFrame:
    place: tuple[Any, ...] = ()
    pages = []
    while True:
        page = read_answer(desk, viewer, question, place, size=size)
        pages.append(page.rows)
        if not (place := page.place):
            return pd.concat(pages, ignore_index=True)


@pytest.fixture(params=[0, 2_000], ids=["many", "few"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many rows count as few, which are looked for in another way than many."""
    monkeypatch.setattr(store, "_FEW", request.param)
    return int(request.param)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("size", [1, 4, 500])
@pytest.mark.parametrize("sort", ["newest", "oldest", "largest", "smallest"])
def test_pages_hold_every_line_once_in_one_order(desk: Desk, filed: list[str], sort: str, size: int) -> None:
    question = ask(subject="lines", sort=sort)
    paged = every_page(desk, SYSTEM, question, size)
    plain = frame(desk, LINES)
    falls = {"newest": ("number", False), "oldest": ("number", True)}
    by, ascending = falls.get(sort, ("refundable", sort == "smallest"))
    assert len(paged) == len(plain) == 3 * 13
    assert list(paged[by]) == list(plain[by].sort_values(ascending=ascending))
    key = ["number", "social_security_number", "period", "insurance"]
    assert set(map(tuple, paged[key].to_numpy())) == set(map(tuple, plain[key].to_numpy()))


FILTERS: list[tuple[Mapping[str, str], Any]] = [
    ({"insurance": "pension"}, lambda f: f.insurance == "pension"),
    ({"from": "2022-06", "to": "2022-07"}, lambda f: f.period.between(202206, 202207)),
    ({"reason": "R01", "state": "withdrawn"}, lambda f: f.state == "withdrawn"),
    ({"min": "53.60", "max": "53.60"}, lambda f: f.refundable == 5360),
    ({"filed_from": "2023-11", "filed_to": "2023-11"}, lambda f: f.period > 0),
    ({"filed_to": "2023-10"}, lambda f: f.period < 0),
    ({"employer": "甲"}, lambda f: f.period > 0),
    ({"employer": "%"}, lambda f: f.period < 0),
    ({"verdict": "review"}, lambda f: f.verdict == "review"),
    ({"code": "N13"}, lambda f: f.period < 0),
    (
        {"from": "2022-06", "insurance": "unemployment,pension", "employer": "E1", "max": "100"},
        lambda f: (f.period >= 202206) & f.insurance.isin(["unemployment", "pension"]) & (f.refundable <= 10000),
    ),
]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("sort", ["newest", "largest"])
@pytest.mark.parametrize(("query", "wanted"), FILTERS)
def test_a_filter_leaves_what_pandas_leaves(
    desk: Desk, filed: list[str], query: Mapping[str, str], wanted: Any, sort: str
) -> None:
    plain = frame(desk, LINES)
    plain = plain[wanted(plain)]
    question = ask(subject="lines", sort=sort, **query)
    sums = add_up(desk, SYSTEM, question)
    assert (sums.rows, sums.batches, sums.amount) == (len(plain), plain.number.nunique(), plain.refundable.sum())
    assert len(every_page(desk, SYSTEM, question, 10)) == len(plain)


def test_batches_are_found_by_their_lines_and_funds(desk: Desk, filed: list[str]) -> None:
    later = read_answer(desk, ANALYST, ask(subject="batches", **{"from": "2022-07", "insurance": "pension"}))
    assert list(later.rows["number"]) == [filed[1]]
    assert add_up(desk, ANALYST, ask(subject="batches")).rows == 3
    assert list(later.rows["bank_account"]) == ["***************5678"]


@pytest.mark.parametrize(
    ("subject", "first"),
    [
        ("batches", ["number", "state", "employer_name", "total"]),
        ("lines", ["number", "state", "employer_name", "name", "social_security_number", "period", "insurance", "refundable"]),
        ("refusals", ["number", "state", "employer_name", "name", "social_security_number", "period", "insurance", "codes",
                      "received"]),
    ],
)  # fmt: skip
def test_whose_line_and_how_much_stand_first(desk: Desk, subject: str, first: list[str]) -> None:
    assert list(read_answer(desk, ANALYST, ask(subject=subject)).rows)[: len(first)] == first


def test_refusals_add_up_what_was_received_and_tell_their_causes(desk: Desk, filed: list[str]) -> None:
    plain = frame(desk, REFUSALS)
    received = plain[["employer_part", "personal_part", "late_fee", "interest"]].sum(axis=1)
    question = ask(subject="refusals", code="N13")
    assert add_up(desk, ANALYST, question).amount == received.sum() > 0
    assert set(read_answer(desk, ANALYST, question).rows["codes"]) == {"N13"}


def test_groups_and_pivots_are_those_of_pandas(desk: Desk, filed: list[str]) -> None:
    plain = frame(desk, LINES)
    found = read_groups(desk, SYSTEM, ask(subject="lines", by="insurance"))
    expected = plain.groupby("insurance").agg(
        rows=("refundable", "size"), people=("social_security_number", "nunique"), amount=("refundable", "sum")
    )
    assert {each.row: (each.rows, each.people, each.amount) for each in found} == {
        name: tuple(row) for name, row in zip(expected.index, expected.to_numpy().tolist(), strict=True)
    }
    cells = read_groups(desk, SYSTEM, ask(subject="lines", by="period", across="insurance"))
    pivot = plain.groupby(["period", "insurance"])["refundable"].sum()
    assert {(each.row, each.column): each.amount for each in cells} == pivot.to_dict()


@pytest.mark.parametrize("by", ["reason", "filed", "state", "employer", "district", "insurance", "period", "code"])
def test_every_way_to_group_refusals_keeps_their_sum(desk: Desk, filed: list[str], by: str) -> None:
    question = ask(subject="refusals", by=by)
    assert sum(each.amount for each in read_groups(desk, ANALYST, question)) == add_up(desk, ANALYST, question).amount


def test_districts_are_those_of_the_boards(database: Database, data_dir: Path) -> None:
    desk = make_desk(database, data_dir)
    write_batches(database, 120, employer_count=12)
    # A newer directory moves no figure that was counted before.
    with database.write() as connection:
        connection.execute(sa.text("UPDATE bank_branches SET region = '上海市'"))
    board = read_board(desk, SYSTEM, BoardQuestion(first=Period(202211), last=Period(202311)))
    groups = read_groups(desk, SYSTEM, ask(subject="lines", by="district"))
    assert {each.row or NO_DISTRICT: (each.rows, each.amount) for each in groups} == {
        each.key: (each.lines, each.amount) for each in board.districts
    }
    assert len(groups) == len(REGIONS)
    for each in board.districts:
        found = add_up(desk, SYSTEM, ask(subject="lines", district=each.key))
        assert (found.rows, found.batches, found.amount) == (each.lines, each.batches, each.amount)


def test_small_groups_are_folded_for_those_who_see_no_names(desk: Desk, filed: list[str]) -> None:
    question = ask(subject="lines", by="period", across="insurance")
    cells = read_groups(desk, ANALYST, question)
    # The rest is of fewer than five people: the smaller month goes along.
    assert {(each.row, each.folded_row) for each in cells} == {(202206, False), (None, True)}
    assert sum(each.amount for each in cells) == add_up(desk, ANALYST, question).amount


def test_folding_begins_with_the_cells_of_a_row() -> None:
    cells = [Group("a", "x", 9, 9, 90), Group("a", "y", 2, 2, 20), Group("a", "z", 3, 3, 30), Group("b", "x", 7, 7, 10)]
    found = fold(cells, across=ask(subject="lines", by="reason", across="insurance").across)
    assert found == [
        # The two and the three may be the same people: the smallest of the others goes along.
        Group("a", None, 14, 9, 140, folded_column=True),
        Group("b", "x", 7, 7, 10),
    ]


@pytest.mark.parametrize(
    ("people", "told"),
    [([9, 7, 1], [9, 7]), ([9, 1], [9]), ([1, 2], []), ([4, 4, 4], []), ([9, 8], [9, 8])],
    ids=str,
)
def test_what_is_folded_stands_for_five_people_or_is_left_out(people: list[int], told: list[int]) -> None:
    groups = [Group(f"g{place}", None, count, count, count) for place, count in enumerate(people)]
    assert [each.people for each in fold(groups, across=None)] == told


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ({"subject": "lines", "from": "2022-07"}, 1),
        ({"subject": "lines", "from": "2022-06"}, 7),
        ({"subject": "refusals"}, 5),
        ({"subject": "batches"}, 3),
        ({"subject": "lines", "from": "2022-09"}, 0),
    ],
)
def test_no_amount_is_told_for_fewer_than_five_people(
    desk: Desk, filed: list[str], query: dict[str, str], people: int
) -> None:
    known, told = (add_up(desk, viewer, ask(**query)) for viewer in (SYSTEM, ANALYST))
    few = 0 < people < 5
    assert told == (replace(known, amount=None) if few else known)
    grouped = add_up(desk, ANALYST, ask(by="reason", **query))
    assert grouped == (replace(told, rows=None, batches=None) if few else told)
    assert bool(read_groups(desk, ANALYST, ask(by="reason", **query))) == (people >= 5)


def test_people_are_looked_for_behind_the_first_rows_too(
    desk: Desk, filed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.explore._SAMPLE", 2)
    assert add_up(desk, ANALYST, ask(subject="lines")).amount
    assert add_up(desk, ANALYST, ask(subject="lines", **{"from": "2022-07"})).amount is None


def test_names_and_numbers_are_masked_by_role(desk: Desk, filed: list[str]) -> None:
    (masked,) = set(read_answer(desk, ANALYST, ask(subject="lines", employer="甲"), size=1).rows["name"])
    assert masked == "赵*"
    shown = set(read_answer(desk, ANALYST, ask(subject="lines")).rows["social_security_number"])
    assert not shown & {person(number) for number in range(10)}
    assert all("*******" in number for number in shown)


def test_one_page_is_revealed_for_five_minutes_with_a_purpose_and_an_entry(desk: Desk, filed: list[str]) -> None:
    question = ask(subject="lines")
    token = reveal_page(desk, ASSURED, question, (), f"核对 {person(1)} 的退费")
    page = read_answer(desk, ANALYST, question, (), reveal=token)
    assert page.revealed
    assert person(7) in set(page.rows["social_security_number"]) | set(frame(desk, LINES).social_security_number)
    assert not any("*" in name for name in page.rows["name"])
    assert not read_answer(desk, ANALYST, ask(subject="refusals"), (), reveal=token).revealed
    assert not read_answer(desk, Viewer("auditor1", ANALYST.role), question, (), reveal=token).revealed
    entry = next(each for each in read_trail(desk, SYSTEM).entries if each.sequence == token)
    assert (entry.action, entry.actor) == ("explore.reveal", "analyst1")
    assert person(1) not in entry.detail
    assert "核对" in entry.detail
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(minutes=6)
    assert not read_answer(desk, ANALYST, question, (), reveal=token).revealed


def test_revealing_asks_for_a_right_a_purpose_and_a_factor(desk: Desk, filed: list[str]) -> None:
    with pytest.raises(FactorNeeded):
        reveal_page(desk, ANALYST, ask(), (), "核对退费")
    with pytest.raises(InvalidInput):
        reveal_page(desk, ASSURED, ask(), (), " 核 ")
    with pytest.raises(NotAllowed):
        reveal_page(desk, CLERK, ask(), (), "核对退费")


def test_the_answer_is_for_those_who_analyse(desk: Desk) -> None:
    for call in (read_answer, add_up, read_groups):
        with pytest.raises(NotAllowed):
            call(desk, CLERK, ask(by="reason"))


def test_counting_stops_where_it_was_told_to(desk: Desk, filed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.explore.MOST_COUNTED", 10)
    capped, whole = add_up(desk, ANALYST, ask()), add_up(desk, ANALYST, ask(), whole=True)
    assert (capped.rows, capped.capped) == (11, True)
    assert (whole.rows, whole.capped) == (39, False)


def test_a_question_says_itself_in_two_languages() -> None:
    question = ask(subject="lines", insurance="pension", reason="R07", **{"from": "2022-01", "to": "2022-06"})
    assert say_question(question) == "退费明细：养老，2022-01 至 2022-06，原因为重复参保、重复缴费"
    with speaking("en"):
        assert say_question(question).startswith("Lines: Pension, 2022-01 to 2022-06, reason ")
    assert say_question(ask(subject="batches")) == "批次：全部"
    grouped = ask(subject="refusals", by="code", across="insurance", min="1", max="2", district="北京市")
    assert say_question(grouped) == (
        "不能退费记录：开户行地区 北京市，金额 1.00 至 2.00 元；按不能退费原因分组，列为险种"
    )
    assert say_question(ask(by="reason", across="period", figure="rows")).endswith("，列为费款所属期，数值为条数")
