"""异常 and 报告 on the screen: what is listed and why, a word on it, a report as a file."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.services.accounts import set_language
from core.services.anomalies import override_anomaly
from core.services.desk import Desk
from tests.pages.conftest import Open
from tests.pages.reading import table, texts
from tests.pages.test_english import CHINESE, NAMES, said, written
from tests.support.desks import ANALYST, REVIEWER, SECOND_REVIEWER, Clock, Ledger, person
from tests.support.rounds import file_serials, pass_in_haste


def turn_to(open_app: Open, tab: str) -> AppTest:
    app = open_app("analyst1")
    app.query_params["tab"] = tab
    return app.switch_page("insights.py").run()


@pytest.fixture
def odd(desk: Desk, ledger: Ledger) -> list[str]:
    """Three batches with the same person."""
    ledger.fact(person(1), "employment", 20190301, 20220420, employer_id="E1")
    return [file_serials(desk, [ledger.row(person(1), month)]) for month in (202205, 202206, 202207)]


def test_nothing_odd_says_so_and_the_rules_are_explained(open_app: Open) -> None:
    app = turn_to(open_app, "anomalies")
    assert not app.exception
    assert "目前没有需要关注的批次" in texts(app)
    assert "同一人至少在 3 个批次中" in texts(app)


def test_an_anomaly_has_its_reason_and_is_explained_away(open_app: Open, odd: list[str]) -> None:
    app = turn_to(open_app, "anomalies")
    assert "有 1 人反复退费，最多的一人在 3 个批次中" in texts(app)
    app.button(key=f"explain_{odd[0]}_A02").click().run()
    app.button(key="take_word").click().run()
    assert "说明为何不是异常" in texts(app)
    assert app.text_area(key="override_reason").value == ""
    app.text_area(key="override_reason").set_value("三个月分次申报已核对")
    app.button(key="take_word").click().run()
    assert not app.exception
    assert not {f"explain_{odd[0]}_A02", "take_word"} & {button.key for button in app.button}
    assert list(table(app, "说明人")["内容"]) == ["三个月分次申报已核对"]


def test_a_word_is_taken_back_in_the_same_dialog(open_app: Open, desk: Desk, odd: list[str]) -> None:
    override_anomaly(desk, ANALYST, odd[0], "A02", "三个月分次申报已核对")
    app = turn_to(open_app, "anomalies")
    assert f"explain_{odd[0]}_A02" not in {button.key for button in app.button}
    app.session_state["_explaining"] = (odd[0], "A02", True)
    app.run()
    app.button(key="take_word").click().run()
    assert "写明为何撤回说明" in texts(app)
    app.text_area(key="override_reason").set_value("核对有误，撤回说明")
    app.button(key="take_word").click().run()
    assert not app.exception
    assert f"explain_{odd[0]}_A02" in {button.key for button in app.button}
    assert list(table(app, "说明人")["类别"]) == ["撤回说明", "说明"]


def test_two_hasty_people_are_one_anomaly_with_one_place_for_a_word(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    assert isinstance(desk.clock, Clock)
    # The screens look at the last 90 days of their own clock.
    desk.clock.now = datetime.now(UTC) - timedelta(days=1)
    numbers = pass_in_haste(desk, ledger, REVIEWER, SECOND_REVIEWER)
    app = turn_to(open_app, "anomalies")
    assert not app.exception
    places = [button.key for button in app.button if str(button.key).startswith("explain_")]
    assert sorted(places) == sorted(f"explain_{number}_A05" for number in numbers)


def test_one_kind_is_left_when_it_is_chosen_and_all_again_when_it_is_gone(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.now = datetime.now(UTC) - timedelta(days=1)
    hasty = pass_in_haste(desk, ledger, REVIEWER, SECOND_REVIEWER)
    ledger.fact(person(9), "employment", 20190301, 20220420, employer_id="E1")
    often = [file_serials(desk, [ledger.row(person(9), month)]) for month in (202205, 202206, 202207)]

    def listed(app: AppTest) -> set[str]:
        return {str(button.key).split("_")[1] for button in app.button if str(button.key).startswith("explain_")}

    app = turn_to(open_app, "anomalies")
    assert listed(app) == {*hasty, *often}
    assert app.pills(key="anomalies_kind").options == ["同一人反复退费 3", "审核过快 5"]

    app.pills(key="anomalies_kind").set_value("A02").run()
    assert listed(app) == {*often}

    for number in often:
        override_anomaly(desk, ANALYST, number, "A02", "三个月分次申报已核对")
    app.run()
    assert not app.exception
    assert listed(app) == {*hasty}


@pytest.mark.parametrize(("username", "is_told"), [("reviewer1", True), ("finance1", True), ("clerk1", False)])
def test_whoever_decides_sees_on_the_batch_what_may_be_odd(
    open_app: Open, desk: Desk, odd: list[str], username: str, *, is_told: bool
) -> None:
    override_anomaly(desk, ANALYST, odd[1], "A02", "三个月分次申报已核对")
    app = open_app(username)
    for number, word in ((odd[0], "有 1 人反复退费"), (odd[1], "三个月分次申报已核对")):
        app.query_params["no"] = number
        app.switch_page("batch.py").run()
        assert not app.exception
        assert (word in texts(app)) == is_told


def test_what_was_paid_is_a_list_of_its_own(open_app: Open, odd: list[str]) -> None:
    app = turn_to(open_app, "anomalies")
    app.segmented_control(key="anomalies_paid").set_value(True).run()
    assert not app.exception
    assert "近 365 天已支付的批次没有未说明的异常" in texts(app)


def test_a_report_is_made_by_a_button(open_app: Open, odd: list[str]) -> None:
    app = turn_to(open_app, "reports")
    for key in ("report_pdf", "report_xlsx"):
        app.button(key=key).click().run()
        assert not app.exception
        assert [link.url.split("/")[1] for link in app.link_button if "exports" in link.url] == ["exports"]


@pytest.mark.parametrize("tab", ["anomalies", "reports"])
def test_no_word_of_chinese_in_english(open_app: Open, desk: Desk, odd: list[str], tab: str) -> None:
    override_anomaly(desk, ANALYST, odd[0], "A02", "checked by hand")
    set_language(desk, ANALYST, "en")
    app = turn_to(open_app, tab)
    assert not app.exception
    found = {word for text in [*said(app._tree), *written(app)] for word in CHINESE.findall(text)}
    assert found <= NAMES
