"""申报, as a clerk meets it: query, tick, reason, account, papers, 提交; and nothing typed is ever lost."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.domain.roles import Role
from core.services import filing, previews
from core.services.accounts import create_user
from core.services.desk import Desk
from core.services.drafts import Draft, open_draft, save_draft, selection_totals
from core.services.papers import list_papers
from core.services.settings import change_setting
from core.store.accounts import bind_employers
from core.store.drafts import read_ticked
from tests.pages.conftest import Open
from tests.support.desks import ADMIN, BANK, CLERK, Ledger, person, prepare_draft

MONTHS = [202201, 202202, 202203, 202204, 202205, 202206]
VALID_PDF_NAME, PNG_NAME = "离职证明.pdf", "离职证明.png"


@pytest.fixture
def serials(ledger: Ledger) -> list[str]:
    """Six months paid for a person who left in April 2022."""
    return ledger.leaver(1, MONTHS)


def draft_of(desk: Desk) -> Draft:
    return open_draft(desk, CLERK, "E1")


def ticked(desk: Desk) -> set[str]:
    with desk.read() as connection:
        return read_ticked(connection, draft_of(desk).draft_id)


def ask(app: AppTest, first: str | None = "2022-01", last: str | None = "2022-12", ids: str | None = None) -> AppTest:
    """Fill the query in and press 查询; ``ids=None`` asks for the one person of these tests."""
    app.selectbox(key="query_from").set_value(first)
    app.selectbox(key="query_to").set_value(last)
    app.text_area(key="query_ids").set_value(person(1) if ids is None else ids)
    return app.button(key="query_search").click().run()


def resume(open_app: Open, desk: Desk, **typed: str | None) -> AppTest:
    """Open an application in which this was typed into the query before, and press 查询."""
    query = {"first": "2022-01", "last": "2022-12", "persons": person(1), **typed}
    save_draft(desk, CLERK, draft_of(desk).draft_id, query=query)
    return open_app("clerk1", "apply.py").button(key="query_search").click().run()


def ask_everyone(app: AppTest) -> AppTest:
    app.toggle(key="query_all").set_value(True)
    return ask(app, ids="")


def tick(app: AppTest, *serials: str) -> AppTest:
    """What the grid reports after the user has ticked exactly these rows."""
    app.session_state["contributions"] = {"ids": list(serials)}
    return app.run()


def shown(app: AppTest) -> list[str]:
    """The ids of the rows that the grid shows."""
    return list(app.session_state["_shown"]) if app.get("component_instance") else []


def at_field(app: AppTest, key: str) -> list[str]:
    """The sentences that stand at a field, without their colours and icons."""
    notes = [markdown.value for markdown in app.container(key=f"field_{key}").markdown]
    return [note.split(": ", 1)[1].removesuffix("]]").replace("\\", "") for note in notes]


def cells(app: AppTest, key: str) -> list[str]:
    """The texts in the lines of a list."""
    lines = "".join(html.value for html in app.container(key=key).html)
    return [text for text in re.split(r"<[^>]*>", lines) if text]


def all_text(app: AppTest) -> str:
    return "\n".join(
        element.value for kind in (app.markdown, app.caption, app.error, app.warning, app.text) for element in kind
    ).replace("\\", "")


# --- query ---


def test_a_query_shows_the_rows_of_the_person(open_app: Open, serials: list[str], ledger: Ledger) -> None:
    ledger.leaver(2, MONTHS)

    app = ask(open_app("clerk1", "apply.py"))

    assert not app.exception
    assert shown(app) == serials


@pytest.mark.parametrize("separator", ["\n", " ", "，", ",", "；", "\t", "、", "\r\n\r\n"])
def test_many_numbers_can_be_pasted_with_any_separator(
    open_app: Open, serials: list[str], ledger: Ledger, separator: str
) -> None:
    others = ledger.leaver(2, MONTHS)

    app = ask(open_app("clerk1", "apply.py"), ids=f" {person(1)}{separator}{person(2)} ")

    assert sorted(shown(app)) == sorted(serials + others)


def test_the_whole_employer_needs_no_number(open_app: Open, serials: list[str], ledger: Ledger) -> None:
    others = ledger.leaver(2, MONTHS)

    app = ask_everyone(open_app("clerk1", "apply.py"))

    assert sorted(shown(app)) == sorted(serials + others)


def test_another_employers_rows_are_never_shown(open_app: Open, serials: list[str], ledger: Ledger) -> None:
    ledger.leaver(1, MONTHS, employer_id="E2")

    assert shown(ask(open_app("clerk1", "apply.py"))) == serials


WRONG_QUERIES = [
    pytest.param(
        {"persons": "119999199001010018"},
        "query_ids",
        "第 1 个社会保障号“119***********0018”校验位不符，请核对",
        id="check digit",
    ),
    pytest.param(
        {"persons": f"{person(1)} 11999919901301001X"},
        "query_ids",
        "第 2 个社会保障号“119***********001X”中的出生日期不存在，请核对",
        id="date",
    ),
    pytest.param(
        {"persons": "1199991990"}, "query_ids", "第 1 个社会保障号“11******90”应为 18 位，请核对", id="length"
    ),
    pytest.param({"persons": ""}, "query_ids", "请填写社会保障号，或打开“全单位”", id="no number"),
    pytest.param(
        {"first": "2022-13"}, "query_from", "月份“202213”不存在，请按 2022-01 的格式填写", id="impossible month"
    ),
    pytest.param({"last": "2022年"}, "query_to", "月份“2022年”无法识别，请按 2022-01 的格式填写", id="no month"),
    pytest.param({"last": "banana"}, "query_to", "月份“banana”无法识别，请按 2022-01 的格式填写", id="no month at all"),
    pytest.param(
        {"first": "2022-06", "last": "2022-05"}, "query_from", "开始时间不能晚于终止时间", id="start after end"
    ),
    pytest.param({"first": None}, "query_from", "请选择开始时间", id="no start"),
    pytest.param({"last": None}, "query_to", "请选择终止时间", id="no end"),
]


@pytest.mark.parametrize(("query", "field", "sentence"), WRONG_QUERIES)
def test_a_wrong_query_is_told_at_its_field_and_stays_as_typed(
    open_app: Open, desk: Desk, serials: list[str], query: dict[str, str], field: str, sentence: str
) -> None:
    assert serials
    app = resume(open_app, desk, **query)
    keys = {"first": "query_from", "last": "query_to", "persons": "query_ids"}

    for screen in (app, open_app("clerk1", "apply.py")):
        assert {name: screen.get_by_key(keys[name]).value or "" for name in query} == {
            name: text or "" for name, text in query.items()
        }
    assert at_field(app, field) == [sentence]
    assert shown(app) == []


def test_every_fault_of_a_query_is_told_at_once(open_app: Open, desk: Desk) -> None:
    app = resume(open_app, desk, first=None, last="2022-13", persons="1")

    assert [len(at_field(app, key)) for key in ("query_from", "query_to", "query_ids")] == [1, 1, 1]


def test_a_month_written_in_another_way_is_shown_in_ours(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = resume(open_app, desk, first="202201", last="2022年6月")

    assert app.selectbox(key="query_from").value == "2022-01"
    assert app.selectbox(key="query_to").value == "2022-06"
    assert shown(app) == serials


def test_a_number_without_rows_is_named(open_app: Open, serials: list[str]) -> None:
    app = ask(open_app("clerk1", "apply.py"), ids=f"{person(1)} {person(9)}")

    assert shown(app) == serials
    assert f"以下 1 个社会保障号在所选期间没有本单位的缴费记录：{person(9)}" in all_text(app)


def test_a_list_file_asks_for_its_people_and_ticks_what_is_refundable(
    open_app: Open, desk: Desk, serials: list[str]
) -> None:
    app = open_app("clerk1", "apply.py")
    app.selectbox(key="reason").set_value("R01").run()
    app.button(key="query_list").click().run()
    lines = "\n".join(f"{person(1)},{month}" for month in MONTHS)
    app.file_uploader[0].upload("list.csv", f"社会保障号码,对应缴费所属期\n{lines}".encode())
    app.run()

    assert not app.exception
    assert not app.file_uploader
    assert app.text_area(key="query_ids").value == person(1)
    assert shown(app) == serials
    assert ticked(desk) == set(serials[4:])


def test_a_list_file_that_can_not_be_taken_is_told_in_its_dialog(open_app: Open) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="query_list").click().run()
    app.file_uploader[0].upload("list.csv", "姓名\n赵一".encode())
    app.run()

    assert [error.value for error in app.error] == [
        "文件前 10 行里没有找到“社会保障号码”（或“身份证号码”）这一列，请核对列名"
    ]
    assert app.file_uploader


def test_the_dialog_of_list_files_says_first_that_months_are_needed(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py").button(key="query_list").click().run()
    assert "请先关闭本窗口，选择开始时间和终止时间" in all_text(app)

    save_draft(desk, CLERK, draft_of(desk).draft_id, query={"first": "2022-01", "last": "2022-12"})
    app = open_app("clerk1", "apply.py").button(key="query_list").click().run()
    assert "请先关闭本窗口" not in all_text(app)


def test_the_last_query_is_asked_again_on_return(open_app: Open, serials: list[str]) -> None:
    ask(open_app("clerk1", "apply.py"))

    assert shown(open_app("clerk1", "apply.py")) == serials


def test_a_query_being_changed_keeps_the_rows_of_the_last_one(open_app: Open, serials: list[str]) -> None:
    app = ask(open_app("clerk1", "apply.py"))
    app.selectbox(key="query_to").set_value("2022-02").run()

    assert shown(app) == serials
    assert open_app("clerk1", "apply.py").selectbox(key="query_to").value == "2022-02"


def test_empty_states_say_what_to_do(open_app: Open, serials: list[str]) -> None:
    assert serials
    fresh = open_app("clerk1", "apply.py")
    empty = ask(open_app("clerk1", "apply.py"), first="2021-01", last="2021-02")

    assert "请填写开始时间、终止时间和社会保障号，点击“查询”" in all_text(fresh)
    assert "没有找到缴费记录。请核对社会保障号和起止时间" in all_text(empty)
    assert "暂无数据" in all_text(fresh)


# --- ticks ---


def total(app: AppTest) -> list[list[str]]:
    """The running total, line by line."""
    table = app.container(key="totals").html[0].value
    return [re.findall(r"<td>(.*?)</td>", row) for row in table.split("</tr>")[:-1]]


def test_ticks_are_kept_and_summed_at_once(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = tick(ask(open_app("clerk1", "apply.py")), *serials[:2])

    assert ticked(desk) == set(serials[:2])
    # Two months of 857.60 + 428.80, 26.80 + 26.80 and 10.72.
    assert total(app) == [
        ["已勾选 2 条，1 人", "养老", "失业", "工伤", "合计（元）"],
        ["单位缴费金额", "1,715.20", "53.60", "21.44", "1,790.24"],
        ["个人缴费金额", "857.60", "53.60", "—", "911.20"],
        ["合计", "2,572.80", "107.20", "21.44", "2,701.44"],
    ]


def test_late_fees_and_interest_are_summed_where_there_are_any(open_app: Open, ledger: Ledger) -> None:
    serial = ledger.row(person(1), 202201, pension_late_fee=3023, work_injury_interest=5)

    app = tick(ask(open_app("clerk1", "apply.py")), serial)

    assert ["滞纳金、利息", "30.23", "0.00", "0.05", "30.28"] in total(app)


def test_ticks_come_back_in_another_browser(open_app: Open, desk: Desk, serials: list[str]) -> None:
    tick(ask(open_app("clerk1", "apply.py")), *serials[:2])
    again = open_app("clerk1", "apply.py")
    tick(again, serials[0])

    assert ticked(desk) == {serials[0]}


def test_an_empty_report_clears_and_no_report_keeps(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = tick(ask(open_app("clerk1", "apply.py")), *serials[:2])
    open_app("clerk1", "apply.py").run()
    assert ticked(desk) == set(serials[:2])

    tick(app)
    assert ticked(desk) == set()


def test_ticks_of_other_queries_stay(open_app: Open, desk: Desk, serials: list[str], ledger: Ledger) -> None:
    others = ledger.leaver(2, MONTHS)
    app = tick(ask(open_app("clerk1", "apply.py")), *serials[:2])
    app = tick(ask(app, ids=person(2)), others[3])

    assert ticked(desk) == {*serials[:2], others[3]}


def test_a_tick_and_a_new_query_in_one_message_lose_nothing(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = ask(open_app("clerk1", "apply.py"))
    app.session_state["contributions"] = {"ids": serials[:2]}
    ask(app, first="2022-06", last="2022-06")

    assert ticked(desk) == set(serials[:2])


def test_what_was_ticked_in_rows_that_are_gone_is_not_taken_for_others(
    open_app: Open, desk: Desk, serials: list[str]
) -> None:
    app = ask(open_app("clerk1", "apply.py"))
    app.session_state["contributions"] = {"ids": serials[:2], "view": "another"}
    app.run()

    assert ticked(desk) == set()


def test_ids_that_were_not_shown_can_not_be_ticked(
    open_app: Open, desk: Desk, serials: list[str], ledger: Ledger
) -> None:
    foreign = ledger.leaver(7, MONTHS, employer_id="E2")

    tick(ask(open_app("clerk1", "apply.py")), serials[0], foreign[0], "no such row")

    assert ticked(desk) == {serials[0]}


def test_resetting_clears_the_query_and_keeps_the_ticks(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = tick(ask(open_app("clerk1", "apply.py")), *serials[:3])
    app.button(key="query_reset").click().run()

    assert ticked(desk) == set(serials[:3])
    assert app.selectbox(key="query_from").value is None
    assert app.text_area(key="query_ids").value == ""
    assert total(app)[0][0] == "已勾选 3 条，1 人"


def test_select_all_takes_the_whole_query_but_what_is_claimed_already(
    open_app: Open, desk: Desk, serials: list[str], ledger: Ledger
) -> None:
    filed = ledger.leaver(2, [202205, 202206])
    preview = previews.preview_batch(desk, CLERK, draft_id := prepare_draft(desk, filed))
    filing.submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)

    app = ask_everyone(open_app("clerk1", "apply.py"))
    app.button(key="select_all").click().run()
    assert ticked(desk) == set(serials)

    app.button(key="select_none").click().run()
    assert ticked(desk) == set()


def test_the_months_after_leaving_are_ticked_by_one_button(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = ask(open_app("clerk1", "apply.py"))
    assert not [button for button in app.button if button.key == "select_after_event"]

    app.selectbox(key="reason").set_value("R01").run()
    button = app.button(key="select_after_event")
    assert button.label == "选中离职后各月"
    button.click().run()

    # He left in April; the month of leaving is not refundable.
    assert ticked(desk) == set(serials[4:])
    assert app.toast[0].value.replace("\\", "") == "已勾选 2 条符合退费原因的记录"


def test_a_thousand_rows_and_more_come_in_pages(open_app: Open, desk: Desk, crowd: Callable[[int], None]) -> None:
    crowd(1_005)
    app = ask_everyone(open_app("clerk1", "apply.py"))
    assert len(shown(app)) == 1_000
    assert "分 2 段显示，本段为第 1-1,000 条" in all_text(app)

    app.get_by_key("contributions_page").set_value(2).run()
    assert len(shown(app)) == 5
    assert "本段为第 1,001-1,005 条" in all_text(app)

    app.button(key="select_all").click().run()
    assert selection_totals(desk, CLERK, draft_of(desk).draft_id).rows == 1_005


# --- reason ---


def test_some_months_carry_another_reason_and_go_back_again(
    open_app: Open, desk: Desk, ledger: Ledger, serials: list[str]
) -> None:
    for month in MONTHS[:2]:
        ledger.row(person(1), month, "E2")
    prepare_draft(desk, serials)
    app = ask(open_app("clerk1", "apply.py"))
    assert app.button(key="assign_supported").disabled, "no other reason is chosen yet"
    app.selectbox(key="other_reason").set_value("R07").run()
    app.button(key="assign_supported").click().run()

    assert draft_of(desk).ticked == {"R01": 4, "R07": 2}
    assert "重复参保、重复缴费：2 条" in all_text(app)
    assert app.toast[0].value.replace("\\", "") == "已把 2 条记录归入“重复参保、重复缴费”"

    app.button(key="take_back_R07").click().run()
    assert draft_of(desk).ticked == {"R01": 6}


def test_the_reason_is_kept(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    assert app.selectbox(key="reason").value is None
    app.selectbox(key="reason").set_value("R07").run()

    assert draft_of(desk).content.reason == "R07"
    assert open_app("clerk1", "apply.py").selectbox(key="reason").value == "R07"
    assert "提示：同一批次只能选择同类型的退费原因" in all_text(app)


def test_another_reason_asks_for_words_and_keeps_them(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    app.selectbox(key="reason").set_value("R99").run()
    app.text_area(key="reason_note").set_value("太短").run()
    app.button(key="submit").click().run()

    assert at_field(app, "reason_note") == ["请说明具体原因，不少于 10 个字"]
    assert draft_of(desk).content.reason_note == "太短"
    assert app.text_area(key="reason_note").value == "太短"


def test_a_reason_that_is_switched_off_is_not_offered(open_app: Open, desk: Desk) -> None:
    change_setting(desk, ADMIN, "reason_active_R05", "off")

    assert "达到法定退休年龄后继续缴费" not in open_app("clerk1", "apply.py").selectbox(key="reason").options


# --- account ---


def test_the_registered_account_stands_there_already(open_app: Open) -> None:
    app = open_app("clerk1", "apply.py")

    assert {key: app.text_input(key=key).value for key in BANK} == BANK


def test_without_a_registered_account_what_is_typed_goes_along(open_app: Open, ledger: Ledger, desk: Desk) -> None:
    ledger.employer("E3", "丙公司", **dict.fromkeys(BANK, ""))
    with desk.database.write() as connection:
        bind_employers(connection, "clerk2", ["E3"])
    app = open_app("clerk2", "apply.py")
    app.selectbox(key="employer").set_value("E3").run()

    assert "本单位尚无已登记的退费账户" in all_text(app)
    assert {app.text_input(key=key).value for key in BANK} == {""}


WRONG_ACCOUNTS = [
    pytest.param("bank_account", "02000010090", "退费只能退至已登记的账户（尾号 5678）", id="another account"),
    pytest.param("bank_account", "6222020200012345670", "疑似个人银行卡", id="personal card"),
    pytest.param("bank_account", "12-34", "银行账号应为 6 至 32 位数字", id="short account"),
    pytest.param("account_holder", "丙公司", "银行户名须与单位名称一致", id="another holder"),
    pytest.param("cnaps_code", "102100000022", "人行支付系统行号的校验位不符", id="branch check digit"),
    pytest.param("cnaps_code", "1021000", "人行支付系统行号应为 12 位数字", id="branch length"),
    pytest.param("cnaps_code", "308584000013", "与所填银行名称不一致", id="branch of another bank"),
    pytest.param("exchange_number", "12a", "银行交换号应为 1 至 12 位数字", id="exchange number"),
]


@pytest.mark.parametrize(("field", "typed", "sentence"), WRONG_ACCOUNTS)
def test_a_fault_of_the_account_is_told_while_it_is_typed_and_stays_as_typed(
    open_app: Open, desk: Desk, field: str, typed: str, sentence: str
) -> None:
    app = open_app("clerk1", "apply.py")
    app.text_input(key=field).set_value(typed).run()

    assert any(sentence in note for note in at_field(app, field))
    for screen in (app, open_app("clerk1", "apply.py")):
        assert screen.text_input(key=field).value == typed
    assert draft_of(desk).content.bank[field] == typed


def test_one_press_brings_the_registered_account_back(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    assert not [button for button in app.button if button.key == "use_registered"]
    app.text_input(key="bank_account").set_value("0200001009099999999").run()
    app.button(key="use_registered").click().run()

    assert app.text_input(key="bank_account").value == BANK["bank_account"]
    assert draft_of(desk).content.bank["bank_account"] == BANK["bank_account"]
    assert not [button for button in app.button if button.key == "use_registered"]


# --- papers ---


def png() -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "PNG")
    return content.getvalue()


def upload(app: AppTest, material: str, name: str, content: bytes) -> AppTest:
    app.button(key=f"upload_{material}").click().run()
    app.file_uploader[0].upload(name, content)
    return app.run()


def test_a_paper_is_listed_and_can_be_removed(open_app: Open, desk: Desk) -> None:
    app = upload(open_app("clerk1", "apply.py"), "M1", PNG_NAME, png())
    (paper,) = list_papers(desk, CLERK, draft_id=draft_of(desk).draft_id)

    assert not app.exception
    assert PNG_NAME in cells(app, "papers")
    assert f"/papers/{paper.paper_id}" in [link.url for link in app.link_button]
    assert not app.file_uploader

    app.button(key=f"remove_{paper.paper_id}").click().run()
    assert "暂无数据" in [caption.value for caption in app.container(key="papers").caption]


BAD_PAPERS = [
    pytest.param("证明.pdf", b"MZ\x90\x00" + bytes(2000), id="renamed program"),
    pytest.param("证明.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", id="truncated PDF"),
    pytest.param("证明.exe", b"MZ\x90\x00" + bytes(2000), id="program"),
    pytest.param("证明.pdf", b"", id="empty"),
    pytest.param("证明.png", png() + bytes(10 * 1024 * 1024), id="too large"),
]


@pytest.mark.parametrize(("name", "content"), BAD_PAPERS)
def test_a_bad_paper_is_refused_in_one_sentence_where_it_was_chosen(
    open_app: Open, desk: Desk, name: str, content: bytes
) -> None:
    app = upload(open_app("clerk1", "apply.py"), "M1", name, content)

    assert not app.exception
    assert len(app.error) == 1
    assert app.file_uploader, "the dialog stays open for another file"
    assert list_papers(desk, CLERK, draft_id=draft_of(desk).draft_id) == []


def test_the_reason_says_which_papers_it_needs(open_app: Open) -> None:
    app = open_app("clerk1", "apply.py")
    app.selectbox(key="reason").set_value("R01").run()
    listed = cells(app, "materials")

    assert "该退费原因还缺少必需材料：不存在劳动关系的相应法律文书或离职证明；退费申请表" in all_text(app)
    assert [listed.count(demand) for demand in ("必需", "建议", "—")] == [2, 3, 3]
    assert listed.count("非必要") == 8


# --- 提交 ---


def test_submitting_an_empty_application_tells_everything_at_once(open_app: Open, ledger: Ledger, desk: Desk) -> None:
    ledger.employer("E3", "丙公司", **dict.fromkeys(BANK, ""))
    with desk.database.write() as connection:
        bind_employers(connection, "clerk2", ["E3"])
    app = open_app("clerk2", "apply.py")
    app.selectbox(key="employer").set_value("E3").run()
    app.button(key="submit").click().run()

    assert not app.exception
    assert at_field(app, "reason") == ["请选择退费原因"]
    assert "请先查询并勾选需要退费的记录" in all_text(app)
    assert [len(at_field(app, key)) for key in BANK] == [1] * 6
    assert "请先更正以下 8 处" in app.error[-1].value


def test_a_fault_goes_away_when_its_field_is_changed(open_app: Open) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="submit").click().run()
    app.selectbox(key="reason").set_value("R01").run()

    assert at_field(app, "reason") == []
    assert "请先更正以下 1 处" in app.error[-1].value


def test_nothing_is_lost_when_submitting_is_refused(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = tick(ask(open_app("clerk1", "apply.py")), *serials)
    app.selectbox(key="reason").set_value("R01")
    app.text_input(key="bank_account").set_value("6222020200012345670")
    app.button(key="submit").click().run()

    for screen in (app, open_app("clerk1", "apply.py")):
        assert screen.selectbox(key="reason").value == "R01"
        assert screen.text_input(key="bank_account").value == "6222020200012345670"
        assert shown(screen) == serials
    assert ticked(desk) == set(serials)


def test_a_complete_application_leads_to_the_preview(open_app: Open, serials: list[str]) -> None:
    app = tick(ask(open_app("clerk1", "apply.py")), *serials)
    app.selectbox(key="reason").set_value("R01").run()
    app.button(key="submit").click().run()

    assert not app.exception
    assert app.header[0].value == "退费预览"


def test_what_was_typed_last_goes_along_with_the_click(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = ask(open_app("clerk1", "apply.py"))
    app.session_state["contributions"] = {"ids": serials}
    app.selectbox(key="reason").set_value("R01")
    app.text_input(key="exchange_number").set_value("0103")
    app.button(key="submit").click().run()

    assert app.header[0].value == "退费预览"
    assert draft_of(desk).content.bank["exchange_number"] == "0103"


def primary(app: AppTest) -> list[str]:
    """The buttons of the application that stand out."""
    return [button.key for button in app.main.button if button.proto.type == "primary"]


def test_one_button_at_a_time_is_what_comes_next(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = open_app("clerk1", "apply.py")
    assert primary(app) == ["query_search"]

    app = ask(app)
    assert primary(app) == ["submit"]

    app = app.button(key="query_reset").click().run()
    assert primary(app) == ["query_search"]

    tick(ask(app), serials[0])
    app = app.button(key="query_reset").click().run()
    assert primary(app) == ["submit"]


def hand(app: AppTest) -> str:
    """The widget that the browser is told to put the focus on."""
    (mark,) = (html.value for html in app.container(key="hand").html)
    return re.findall('data-refund-hand="([^"]*)"', mark)[0]


def test_the_focus_goes_on_where_the_hand_was(open_app: Open, desk: Desk, serials: list[str]) -> None:
    assert hand(open_app("clerk1").button(key="start").click().run()) == "query_from"

    app = open_app("clerk1", "apply.py")
    assert hand(app) == ""
    assert hand(ask(app)) == "query_search"

    app.text_input(key="bank_name").set_value("别的银行").run()
    assert hand(app) == ""
    assert hand(app.button(key="use_registered").click().run()) == "bank_name"


def test_an_application_can_be_given_up(open_app: Open, desk: Desk, serials: list[str]) -> None:
    app = tick(ask(open_app("clerk1", "apply.py")), *serials)
    app.selectbox(key="reason").set_value("R01").run()
    app.button(key="discard").click().run()

    assert ticked(desk) == set()
    assert app.selectbox(key="reason").value is None
    assert app.selectbox(key="query_from").value is None


def test_each_employer_has_an_application_of_its_own(open_app: Open, desk: Desk, serials: list[str]) -> None:
    with desk.database.write() as connection:
        bind_employers(connection, "clerk1", ["E2"])
    app = tick(ask(open_app("clerk1", "apply.py")), *serials)
    app.selectbox(key="reason").set_value("R01").run()

    app.selectbox(key="employer").set_value("E2").run()
    assert app.selectbox(key="reason").value is None
    assert app.text_input(key="account_holder").value == "乙公司"

    app.selectbox(key="employer").set_value("E1").run()
    assert app.selectbox(key="reason").value == "R01"
    assert shown(app) == serials


def test_a_clerk_without_an_employer_is_told_so(open_app: Open, desk: Desk) -> None:
    create_user(desk, ADMIN, "clerk9", Role.CLERK, ["E1"])
    with desk.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM user_employers WHERE username = 'clerk9'")

    app = open_app("clerk9", "apply.py")

    assert "您的账号尚未关联参保单位" in all_text(app)
    assert not app.exception
