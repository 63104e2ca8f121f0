"""自由查询 on the screen: an address that asks, a form that writes it, pages, groups, purposes."""

import threading

import pyotp
import pytest
from streamlit.testing.v1 import AppTest

from core.domain.roles import SYSTEM
from core.services import explore_jobs
from core.services.accounts import set_language
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.explore_jobs import ANSWER, find_job
from core.services.steps import withdraw_batch
from tests.pages.conftest import SECONDS, Open
from tests.pages.reading import keys, table, texts
from tests.pages.test_english import CHINESE, NAMES, said, written
from tests.support.desks import ANALYST, CLERK, Ledger, person
from tests.support.rounds import file_serials


@pytest.fixture
def filed(desk: Desk, ledger: Ledger) -> str:
    return file_serials(
        desk, [serial for who in range(1, 31) for serial in ledger.leaver(who, [202203, 202205, 202206])]
    )


def ask(open_app: Open, **query: str) -> AppTest:
    app = open_app("analyst1")
    for name, value in ({"subject": "lines"} | query).items():
        app.query_params[name] = value
    return app.switch_page("insights.py").run()


def test_an_address_opens_its_answer(open_app: Open, filed: str) -> None:
    app = ask(open_app, insurance="pension", **{"from": "2022-05", "to": "2022-05"})
    assert not app.exception
    assert "退费明细：养老，2022-05" in texts(app)
    assert [metric.value for metric in app.metric] == ["30", "1", "38,592.00"]
    rows = table(app, "verdict")
    assert len(rows) == 30
    assert set(rows["name"]) == {"赵*"}
    assert app.multiselect(key="explore_insurance").value == ["pension"]


def test_the_form_writes_the_address(open_app: Open, filed: str) -> None:
    app = ask(open_app)
    app.multiselect(key="explore_insurance").set_value(["unemployment"])
    app.text_input(key="explore_from").set_value("202206")
    app.button(key="explore_ask").click().run()
    assert not app.exception
    assert dict(app.query_params) == {"subject": "lines", "insurance": "unemployment", "from": "2022-06"}
    assert "退费明细：失业，2022-06 起" in texts(app)
    app.button(key="explore_clear").click().run()
    assert "退费明细：全部" in texts(app)
    assert app.text_input(key="explore_from").value == ""


def test_what_can_not_be_read_is_told_and_asks_nothing(open_app: Open, filed: str) -> None:
    app = ask(open_app)
    app.text_input(key="explore_min").set_value("很多")
    app.button(key="explore_ask").click().run()
    assert "金额“很多”无法识别" in texts(app)
    assert "min" not in app.query_params


def test_a_condition_of_an_address_that_cannot_be_used_is_named_and_the_others_are_asked(
    open_app: Open, filed: str
) -> None:
    app = ask(open_app, insurance="health", reason="R02", across="nothing", by="insurance")
    assert "未按其筛选：险种、并按此分列。请重新选择。" in app.warning[0].value
    assert "退费明细：原因为" in texts(app)


def test_whoever_goes_back_finds_in_the_fields_what_was_asked_there(open_app: Open, filed: str) -> None:
    app = ask(open_app, insurance="pension")
    app.text_input(key="explore_min").set_value("10")
    app.button(key="explore_ask").click().run()
    assert app.query_params["min"] == "10.00"
    app.query_params["subject"] = "refusals"
    del app.query_params["min"]
    app.run()
    assert app.segmented_control(key="explore_subject").value == "refusals"
    assert (app.text_input(key="explore_min").value, app.multiselect(key="explore_insurance").value) == (
        "",
        ["pension"],
    )


def test_pages_lead_on_and_back(open_app: Open, filed: str) -> None:
    app = ask(open_app)
    first = table(app, "verdict")
    app.button(key="explore_on").click().run()
    second = table(app, "verdict")
    assert len(first) == 50
    assert not second.equals(first)
    assert "第 2 页" in texts(app)
    app.button(key="explore_back").click().run()
    assert table(app, "verdict").equals(first)


def test_another_subject_keeps_the_filters_that_it_has(open_app: Open, filed: str) -> None:
    app = ask(open_app, insurance="pension", verdict="refundable", by="verdict")
    app.button_group(key="explore_subject").set_value("refusals").run()
    assert not app.exception
    assert "不能退费记录：养老" in texts(app)
    assert "codes" in table(app, "codes")


def test_groups_and_a_pivot(open_app: Open, filed: str) -> None:
    app = ask(open_app, by="insurance")
    assert list(table(app, "group")["rows"]) == [60, 60, 60]
    app = ask(open_app, by="period", across="insurance")
    pivot = app.table[0].value
    assert list(pivot.index) == ["2022\\-05", "2022\\-06", "合计"]
    assert list(pivot["合计"]) == [30 * 1350.72, 30 * 1350.72, 60 * 1350.72]
    app.button_group(key="explore_figure").set_value("rows").run()
    assert list(app.table[0].value["合计"]) == [90, 90, 180]
    assert app.query_params["figure"] == "rows"
    app.button(key="explore_ask").click().run()
    assert app.query_params["figure"] == "rows"


def test_a_pivot_says_where_small_cells_went(open_app: Open, ledger: Ledger, desk: Desk, filed: str) -> None:
    withdraw_batch(desk, CLERK, file_serials(desk, ledger.leaver(31, [202205])))
    app = ask(open_app, by="period", across="state")
    assert app.table[0].value.iloc[:, 0].isna().tolist() == [True, False, False]
    assert "“—”：没有，或已并入同一行的“其他" in texts(app)


def test_an_export_asks_for_its_purpose_and_gives_a_link(open_app: Open, desk: Desk, filed: str) -> None:
    app = ask(open_app)
    app.button(key="explore_export").click().run()
    app.button(key="take_export").click().run()
    assert "写明用途" in texts(app)
    app.text_area(key="purpose").set_value("月度核对")
    app.button(key="take_export").click().run()
    assert not app.exception
    assert [link.url.split("/")[1] for link in app.link_button if "exports" in link.url] == ["exports"]
    assert read_trail(desk, SYSTEM, search="export.explore").total == 1


def test_full_numbers_are_shown_on_one_page_with_a_purpose_and_a_code(open_app: Open, filed: str) -> None:
    app = ask(open_app, sort="oldest")
    app.button(key="explore_reveal").click().run()
    device = pyotp.TOTP(app.code[0].value.replace(" ", ""))
    app.text_area(key="purpose").set_value("核对重复参保")
    app.text_input(key="factor_code").set_value(device.now())
    app.button(key="take_reveal").click().run()
    assert not app.exception
    assert person(1) in set(table(app, "verdict")["social_security_number"])
    app.button(key="explore_on").click().run()
    assert all("*" in number for number in table(app, "verdict")["social_security_number"])


def test_a_view_is_kept_and_opened_again(open_app: Open, filed: str) -> None:
    app = ask(open_app, insurance="pension")
    app.text_input(key="view_name").set_value("养老")
    app.button(key="save_view").click().run()
    other = ask(open_app)
    other.selectbox(key="explore_view").set_value("养老").run()
    assert not other.exception
    assert "退费明细：养老" in texts(other)
    other.button(key="forget_view_养老").click().run()
    assert "explore_view" not in {box.key for box in other.selectbox}


@pytest.mark.parametrize("query", [{}, {"by": "reason"}])
def test_nothing_found_says_what_to_do(open_app: Open, filed: str, query: dict[str, str]) -> None:
    app = ask(open_app, employer="没有这家", **query)
    assert "没有符合条件的记录" in texts(app)
    assert "explore_export" not in keys(app)


def test_a_group_of_few_people_is_not_told_above_its_table_either(
    open_app: Open, desk: Desk, ledger: Ledger, filed: str
) -> None:
    file_serials(desk, ledger.leaver(31, [202207]))
    app = ask(open_app, by="reason", **{"from": "2022-07"})
    assert [metric.value for metric in app.metric] == ["不足 5 人"] * 3
    assert "符合条件的分组均不足 5 人" in texts(app)
    assert "没有符合条件的记录" not in texts(app)
    assert "explore_export" not in keys(app)
    app = ask(open_app, **{"from": "2022-07"})
    assert [metric.value for metric in app.metric] == ["3", "1", "不足 5 人"]
    assert len(table(app, "verdict")) == 3


@pytest.mark.parametrize(
    "query",
    [{}, {"subject": "batches"}, {"subject": "refusals", "min": "1"}, {"by": "period", "across": "insurance"}],
)
def test_no_word_of_chinese_in_english(open_app: Open, desk: Desk, filed: str, query: dict[str, str]) -> None:
    set_language(desk, ANALYST, "en")
    app = ask(open_app, **query)
    assert not app.exception
    found = {word for text in [*said(app._tree), *written(app)] for word in CHINESE.findall(text)}
    assert found <= NAMES | {"赵"}


def exported(app: AppTest) -> list[str]:
    return [link.url for link in app.link_button if "/exports/" in link.url]


def test_a_long_export_goes_on_beside_the_page_and_is_found_again(
    open_app: Open, filed: str, busy: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore_jobs, "LONG", 10)
    app = ask(open_app, insurance="pension")
    app.button(key="explore_export").click().run()
    app.text_area(key="purpose").set_value("月度核对")
    app.button(key="take_export").click().run()
    assert app.button(key="cancel_export")
    assert app.button(key="explore_export").disabled
    again = ask(open_app, subject="batches")
    assert again.button(key="cancel_export")
    assert "退费明细：养老" in texts(again)

    busy.set()
    job = find_job(ANALYST, ANSWER)
    assert job is not None
    assert job.ended.wait(SECONDS)
    assert job.export is not None
    assert exported(app.run()) == exported(again.run()) == [f"/exports/{job.export.export_id}"]
    assert "已导出 60 条：退费明细：养老" in texts(again)


def test_a_long_export_that_was_cancelled_can_be_asked_for_again(
    open_app: Open, filed: str, busy: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore_jobs, "LONG", 10)
    app = ask(open_app)
    app.button(key="explore_export").click().run()
    app.text_area(key="purpose").set_value("月度核对")
    app.button(key="take_export").click().run()
    app.button(key="cancel_export").click().run()
    app.run()
    assert "已取消导出" in texts(app)
    assert not app.button(key="explore_export").disabled
    assert exported(app) == []
