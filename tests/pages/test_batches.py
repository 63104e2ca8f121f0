"""申报记录: who finds which batches, by what, and what each line says."""

import json

import pytest

from core.domain.lifecycle import State
from core.services import filing, previews
from core.services.desk import Desk
from tests.pages.conftest import Open
from tests.pages.reading import labels, table, texts
from tests.support.desks import CLERK, OTHER_CLERK, Ledger, prepare_draft


def file(desk: Desk, serials: list[str], viewer=CLERK, employer_id: str = "E1") -> str:
    """Preview and confirm; returns the number."""
    preview = previews.preview_batch(desk, viewer, prepare_draft(desk, serials, viewer, employer_id, bank={
        "account_holder": "甲公司" if employer_id == "E1" else "乙公司",
    }))  # fmt: skip
    return filing.submit_batch(desk, viewer, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


@pytest.fixture
def two_batches(desk: Desk, ledger: Ledger) -> tuple[str, str]:
    """One batch of each employer."""
    ours = file(desk, ledger.leaver(1, [202205]))
    return ours, file(desk, ledger.leaver(2, [202205], employer_id="E2"), OTHER_CLERK, "E2")


def test_a_line_says_state_money_and_due_date(open_app: Open, two_batches: tuple[str, str]) -> None:
    (line,) = table(open_app("clerk1", "batches.py"), "number").to_dict("records")

    assert line["number"].endswith(two_batches[0])
    # The screens' clock is years ahead of the test's.
    assert line["state"] == "◷ 待受理"
    assert line["due_on"] == "2023-11-03 ⚠ 已逾期"
    assert line["total"] == 1350.72
    assert line["reason"] == "劳动合同变动，单位未及时减员"


def test_what_decides_which_batch_is_next_stands_first_and_whole(open_app: Open, two_batches: tuple[str, str]) -> None:
    app = open_app("reviewer1", "review.py")
    shown = next(frame for frame in app.dataframe if "number" in frame.value)
    columns = json.loads(shown.proto.columns)

    assert list(shown.value)[:4] == ["number", "state", "due_on", "total"]
    # A table measures its first rows alone: a longer text further down would be cut.
    assert columns["state"]["width"] >= 70
    assert columns["due_on"]["width"] >= 132


@pytest.mark.parametrize(
    ("username", "seen"), [("clerk1", [0]), ("clerk2", [1]), ("reviewer1", [1, 0]), ("analyst1", [1, 0])]
)
def test_everybody_sees_his_own_scope(
    open_app: Open, two_batches: tuple[str, str], username: str, seen: list[int]
) -> None:
    shown = table(open_app(username, "batches.py"), "number")["number"]

    assert {label.rpartition(" ")[2] for label in shown} == {two_batches[i] for i in seen}


def test_a_search_or_a_state_narrows_the_list_and_an_empty_one_says_so(
    open_app: Open, two_batches: tuple[str, str]
) -> None:
    app = open_app("reviewer1", "batches.py")
    app.text_input(key="batches_search").set_value("乙公司").run()
    assert list(table(app, "number")["number"]) == [two_batches[1]]

    app.multiselect(key="batches_states").set_value([State.PAID]).run()
    assert "没有符合条件的批次" in texts(app)


def test_without_batches_a_clerk_is_shown_the_way_to_file_one(open_app: Open) -> None:
    app = open_app("clerk1", "batches.py")

    assert "还没有申报记录" in texts(app)
    assert "去申报" in labels(app)


def test_more_than_a_page_can_be_turned(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    for number in range(1, 23):
        file(desk, ledger.leaver(number, [202205]))
    app = open_app("clerk1", "batches.py")
    assert len(table(app, "number")) == 20

    app.session_state["batches_list_page"] = 2
    app.run()
    assert len(table(app, "number")) == 2
