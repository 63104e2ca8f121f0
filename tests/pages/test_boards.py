"""The boards on the screen: figures, filters that stand in the address, rows behind a figure, views that are kept."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.saved_views import list_views
from tests.pages.conftest import Open
from tests.pages.reading import texts
from tests.support.desks import ADMIN, ANALYST
from tests.support.volume import write_batches

MONTHS = {"from": "2022-12", "to": "2023-11"}


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Some batches of a year."""
    write_batches(desk.database, 60, employer_count=4)
    return desk


def opened(open_app: Open, **query: str) -> AppTest:
    app = open_app("analyst1", "insights.py")
    for name, value in {**MONTHS, **query}.items():
        app.query_params[name] = value
    return app.run()


def address(app: AppTest) -> dict[str, str]:
    """What stands in the address; AppTest gives a list for what the screen itself has not touched."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def asked(app: AppTest) -> dict[str, str]:
    return {name: value for name, value in address(app).items() if name not in MONTHS}


@pytest.mark.usefixtures("desk")
def test_nothing_happened_yet(open_app: Open) -> None:
    app = open_app("analyst1", "insights.py")

    assert {figure.value for figure in app.metric} == {"0.00 元"}
    assert "没有可显示的数据" in texts(app)
    assert {figure.value for figure in opened(open_app, tab="steps").metric} == {"—"}


@pytest.mark.usefixtures("busy")
def test_a_filter_goes_into_the_address_and_an_address_into_the_filters(open_app: Open) -> None:
    app = opened(open_app, reason="R02")
    assert app.selectbox(key="board_reason").value == "R02"
    app.selectbox(key="board_insurance").set_value("pension").run()
    assert asked(app) == {"reason": "R02", "insurance": "pension"}
    app.button(key="board_reset").click().run()
    assert address(app) == {}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("asks", "named"),
    [
        ({"reason": "ZZ"}, "退费原因"),
        ({"from": "2023-13"}, "开始月份"),
        ({"from": "2023-05", "to": "2023-04"}, "开始月份、终止月份"),
        ({"insurance": "medical", "state": "lost", "code": "X1"}, "险种、不能退费原因、环节"),
        ({"measure": "stolen", "behind": "all"}, "统计内容、明细"),
    ],
)
@pytest.mark.parametrize("tab", ["board", "steps", "rows"])
def test_a_condition_that_cannot_be_used_is_named(open_app: Open, asks: dict[str, str], named: str, tab: str) -> None:
    app = opened(open_app, tab=tab, **asks)
    assert [warning.value for warning in app.warning] == [
        f"网址中的这些条件无法使用，未按其筛选：{named}。请重新选择。"
    ]
    app.selectbox(key="board_reason").set_value("R02").run()
    assert not app.warning


@pytest.mark.usefixtures("busy")
def test_a_good_address_is_not_complained_of(open_app: Open) -> None:
    app = opened(open_app, reason="R02", measure="filed", code="other", district="-", tab="board")
    assert not app.warning


def test_months_of_too_few_batches_are_named(open_app: Open, desk: Desk) -> None:
    write_batches(desk.database, 12, employer_count=1, months=3)
    board, steps = (texts(opened(open_app, tab=tab)) for tab in ("board", "steps"))
    assert "图中略去不足 5 个批次的月份——申报：2023-" in board
    assert "图中略去不足 5 个批次的月份——2023-" in steps


@pytest.mark.usefixtures("busy")
def test_who_reviews_has_no_share_of_payments(open_app: Open) -> None:
    app = opened(open_app, tab="steps", reviewer="v_first1")
    assert [figure.value for figure in app.metric][1:] == ["—", "—"]
    assert texts(app).count("该经办人没有登记过付款结果。") == 2
    app = opened(open_app, tab="steps", reviewer="v_payer")
    assert all(figure.value.endswith("%") for figure in app.metric[1:])


@pytest.mark.usefixtures("busy")
def test_an_end_before_the_beginning_moves_the_beginning(open_app: Open) -> None:
    app = opened(open_app)
    app.selectbox(key="board_last").set_value("2022-10").run()
    assert address(app) == {"from": "2022-10", "to": "2022-10"}


@pytest.mark.usefixtures("busy")
def test_a_figure_leads_to_its_batches(open_app: Open) -> None:
    app = opened(open_app, measure="paid")
    app.button(key="board_rows_of_reason").click().run()
    assert asked(app) == {"measure": "paid", "tab": "rows"}
    assert {cell[:1] for cell in app.dataframe[0].value["state"]} == {"✓"}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("measure", ["paid", "told"])
def test_the_large_figures_lead_to_their_batches(open_app: Open, measure: str) -> None:
    app = opened(open_app, reason="R02")
    app.button(key=f"board_rows_of_{measure}").click().run()
    assert asked(app) == {"reason": "R02", "measure": measure, "tab": "rows"}


@pytest.mark.usefixtures("busy")
def test_causes_lead_to_what_their_chart_counts(open_app: Open) -> None:
    app = opened(open_app)
    app.button(key="board_rows_of_causes").click().run()
    assert asked(app) == {"behind": "causes", "tab": "rows"}
    assert "看板所列原因" in texts(app)


@pytest.mark.usefixtures("busy")
def test_a_cause_filters_what_has_causes_and_says_what_has_none(open_app: Open) -> None:
    whole, app = opened(open_app), opened(open_app, code="N13")
    assert [figure.value for figure in app.metric[:2]] == [figure.value for figure in whole.metric[:2]]
    assert app.metric[3].value != whole.metric[3].value
    assert "申报和已退费与原因无关" in texts(app)
    app.button(key="board_rows_of_told").click().run()
    assert asked(app) == {"measure": "told", "code": "N13", "tab": "rows"}
    filed = opened(open_app, code="N13")
    filed.button(key="board_rows_of_filed").click().run()
    assert asked(filed) == {"tab": "rows"}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ({"code": "other"}, "不能退费原因：其他原因"),
        ({"code": "N13"}, "不能退费原因：N13 不在退费原因对应的期间"),
        ({"code": "N99"}, "不能退费原因：N99"),
        ({"reviewer": "system", "tab": "steps"}, "经办人：系统"),
        ({"state": "first_review", "tab": "rows"}, "环节：待初审"),
    ],
)
def test_what_charts_filtered_by_is_said_in_words(open_app: Open, asks: dict[str, str], said: str) -> None:
    app = opened(open_app, **asks)
    assert said in {button.label for button in app.button}
    rows = opened(open_app, **{"tab": "rows", **asks})
    assert "other" not in texts(rows)
    if "code" in asks:
        assert f"因“{said.removeprefix('不能退费原因：')}”不能退费" in texts(rows)


@pytest.mark.usefixtures("busy")
def test_every_month_stands_on_the_axis(open_app: Open) -> None:
    app = opened(open_app, **{"from": "2022-01"})
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    months = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)]
    assert spec["encoding"]["x"]["scale"]["domain"] == months[:-1]


def test_the_listed_batches_leave_as_a_file_for_a_purpose(open_app: Open, busy: Desk) -> None:
    app = opened(open_app, tab="rows")
    app.button(key="take_rows").click().run()
    assert "写明用途" in texts(app)
    app.text_area(key="purpose").set_value("月度核对").run()
    app.button(key="take_rows").click().run()
    assert "写明用途" not in texts(app)
    (entry,) = [entry for entry in read_trail(busy, ADMIN).entries if entry.action == "export.batches"]
    assert entry.actor == "analyst1"


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("figure", "asks", "said"),
    [
        ("late", {"behind": "late"}, "逾期办结任一环节的批次"),
        ("bounced", {"behind": "bounced"}, "退票或款项退回的批次"),
        ("straight", {"behind": "straight"}, "从未退回补正的批次"),
        ("people", {"behind": "taken", "reviewer": "v_first1"}, "经办人：v_first1"),
        ("waits", {"behind": "taken"}, "办结任一环节的批次"),
    ],
)
def test_figures_of_steps_lead_to_the_steps_that_count(
    open_app: Open, figure: str, asks: dict[str, str], said: str
) -> None:
    reviewer = {"reviewer": asks["reviewer"]} if "reviewer" in asks else {}
    app = opened(open_app, tab="steps", reason="R01", **reviewer)
    assert [figure.label for figure in app.metric] == ["逾期办理率", "退票率", "一次通过率"]
    app.button(key=f"board_rows_of_{figure}").click().run()
    assert asked(app) == {"reason": "R01", "tab": "rows", **asks}
    assert said in texts(app)


@pytest.mark.usefixtures("busy")
def test_a_stage_and_its_late_share_lead_to_their_steps(open_app: Open) -> None:
    app = opened(open_app, tab="steps")
    assert "点击环节或逾期率" in texts(app)
    rows = opened(open_app, tab="rows", behind="late", state="second_review")
    assert "逾期办结“待复核”环节的批次" in texts(rows)
    assert set(rows.dataframe[0].value) >= {"moves", "days", "late"}


def test_a_view_is_kept_opened_and_forgotten(open_app: Open, busy: Desk) -> None:
    app = opened(open_app, district="北京市海淀区", measure="paid")
    app.button(key="view_save").click().run()
    assert "请为视图填写" in texts(app)
    app.text_input(key="view_name").set_value("海淀已退")
    app.button(key="view_save").click().run()
    (view,) = list_views(busy, ANALYST, "insights")
    assert view.name == "海淀已退"
    assert "district=%E5%8C%97%E4%BA%AC%E5%B8%82%E6%B5%B7%E6%B7%80%E5%8C%BA&measure=paid&tab=board" in view.query
    app.button(key="board_reset").click().run()
    app.button(key="view_open_海淀已退").click().run()
    assert asked(app) == {"district": "北京市海淀区", "measure": "paid", "tab": "board"}
    app.button(key="view_gone_海淀已退").click().run()
    assert list_views(busy, ANALYST, "insights") == ()
