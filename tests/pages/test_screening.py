"""智能筛查 on the screens: analysts over everybody, masked; clerks over their own employer, and into the draft with one press."""

from datetime import UTC, datetime

import pytest

from core.services import screening_jobs
from core.services.desk import Desk
from core.services.drafts import open_draft
from core.services.screenings import begin_screening, latest_screening, run_screening
from tests.pages.conftest import Open
from tests.pages.reading import keys, table, texts
from tests.support.desks import ANALYST, CLERK, Clock, Ledger, person

PATIENCE = 60


@pytest.fixture(autouse=True)
def _wrongly_paid(ledger: Ledger) -> None:
    ledger.leaver(1, [202203, 202205, 202206])
    ledger.row(person(2), 202205)
    ledger.row(person(2), 202205, "E2")


def screened(desk: Desk, *employers: str) -> str:
    """The agency's screening, gone through."""
    screening, runner = begin_screening(desk, ANALYST, employers)
    run_screening(desk, ANALYST, screening.screening_id, runner)
    return screening.screening_id


def office(open_app: Open):
    """The tab 智能筛查 of an analyst."""
    app = open_app("analyst1", "insights.py")
    app.query_params["tab"] = "screening"
    return app.run()


def test_nothing_was_screened_yet(open_app: Open) -> None:
    assert "还没有筛查" in texts(office(open_app))


def test_an_analyst_starts_one_over_everybody(open_app: Open, desk: Desk) -> None:
    app = office(open_app)
    app.button(key="screening_start").click().run()
    started = latest_screening(desk, ANALYST)
    assert started is not None
    screening_jobs.wait_for(started.screening_id, PATIENCE)
    app.run()

    assert {figure.label: figure.value for figure in app.metric} == {
        "有台账依据": "10 条",
        "有台账依据的金额（元）": "4,041.44",
        "仅为疑点": "0 条",
        "疑点涉及金额（元）": "0.00",
    }
    people = table(app, "basis")
    assert people["employer"].tolist() == ["E1 甲公司", "E1 甲公司", "E2 乙公司"]
    assert set(people["name"]) == {"赵*"}
    assert not people["number"].isin([person(1), person(2)]).any()


def test_only_the_employers_that_are_named(open_app: Open, desk: Desk) -> None:
    app = office(open_app)
    app.text_input(key="screening_scope").set_value("E2").run()
    app.button(key="screening_start").click().run()
    assert latest_screening(desk, ANALYST, ["E2"]) is not None

    app.text_input(key="screening_scope").set_value("E9").run()
    app.button(key="screening_start").click().run()
    assert "没有找到该单位" in texts(app)


def test_the_list_follows_the_filter(open_app: Open, desk: Desk) -> None:
    screened(desk)
    app = office(open_app)
    app.selectbox(key="screening_code").select("R07").run()

    assert set(table(app, "basis")["code"]) == {"R07 重复参保、重复缴费"}


def test_an_earlier_screening_is_shown_again(open_app: Open, desk: Desk) -> None:
    of_one = screened(desk, "E2")
    screened(desk)
    app = office(open_app)
    app.selectbox(key="screening_chosen").select(of_one).run()

    assert table(app, "basis")["employer"].tolist() == ["E2 乙公司"]


def test_a_stopped_one_is_resumed(open_app: Open, desk: Desk) -> None:
    screening, _runner = begin_screening(desk, ANALYST)
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE screenings SET state = 'stopped'")
    app = office(open_app)
    assert "已停止" in texts(app)

    app.button(key="screening_resume").click().run()
    screening_jobs.wait_for(screening.screening_id, PATIENCE)
    app.run()

    assert "已完成" in texts(app)


def test_it_is_being_prepared_until_there_is_a_total(open_app: Open, desk: Desk) -> None:
    assert isinstance(desk.clock, Clock)
    # The screens ask by their own clock whether it is still being worked on.
    desk.clock.now = datetime.now(UTC)
    begin_screening(desk, ANALYST)
    assert [bar.text for bar in bars(office(open_app))] == ["正在准备…"]
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE screenings SET rows_total = 5")
    assert [bar.text for bar in bars(office(open_app))] == ["正在筛查：已读取 0 / 5 行，发现 0 条"]


def bars(app):
    """The progress bars of a screen."""
    return [element.proto for element in app.get("progress")]


def own(open_app: Open, desk: Desk):
    """申报 of a clerk whose employer was screened by one press."""
    app = open_app("clerk1", "apply.py")
    app.button(key="screening").click().run()
    started = latest_screening(desk, CLERK, ["E1"])
    assert started is not None
    screening_jobs.wait_for(started.screening_id, PATIENCE)
    return app.run()


def test_a_clerk_sees_his_own_employer_in_full(open_app: Open, desk: Desk) -> None:
    people = table(own(open_app, desk), "basis")

    assert people["number"].tolist() == [person(1), person(2)]
    assert people["code"].tolist() == ["R01 劳动合同变动，单位未及时减员", "R07 重复参保、重复缴费"]
    assert "employer" not in people


def test_one_press_takes_the_finds_into_the_draft(open_app: Open, desk: Desk) -> None:
    app = own(open_app, desk)
    app.button(key="take_finds").click().run()

    draft = open_draft(desk, CLERK, "E1")
    assert (draft.content.reason, draft.ticked) == ("R01", {"R01": 2, "R07": 1})
    assert app.selectbox(key="reason").value == "R01"
    assert (app.selectbox(key="query_from").value, app.selectbox(key="query_to").value) == ("2022-05", "2022-06")
    assert app.text_area(key="query_ids").value == f"{person(1)}\n{person(2)}"
    assert "已把 3 条筛查结果加入本次申报" in " ".join(toast.value for toast in app.toast).replace("\\", "")


def test_it_is_closed_again(open_app: Open, desk: Desk) -> None:
    app = own(open_app, desk)
    app.button(key="screening").click().run()

    assert "take_finds" not in keys(app)
    assert "screening" in keys(app)
