"""退费预览: what is shown of a draft, what stands in the way and the way out of it, and the one press that files it."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.domain.lifecycle import State
from core.domain.period import Period
from core.services import batches, drafts, filing, previews
from core.services.contributions import Query
from core.services.desk import Desk
from core.services.row_reasons import assign_reason
from core.services.settings import change_setting
from core.store.schema import batches as batches_table
from core.store.schema import employers, user_employers
from tests.pages.conftest import Open
from tests.pages.reading import table, texts
from tests.support.desks import ADMIN, CLERK, COLLEAGUE, Ledger, person, prepare_draft


def count_batches(desk: Desk) -> int:
    with desk.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(batches_table))


@pytest.fixture
def three_months(desk: Desk, ledger: Ledger) -> str:
    """A leaver's draft with one month that is refused and two that are refunded."""
    return prepare_draft(desk, ledger.leaver(1, [202203, 202205, 202206]))


# --- what is shown ---


def test_the_lines_that_will_be_filed_are_shown_with_sign_word_and_money(open_app: Open, three_months: str) -> None:
    app = open_app("clerk1", "confirm.py")
    lines = table(app, "note")

    assert len(lines) == 6
    assert set(lines["verdict"]) == {"✓ 可退"}
    assert lines.iloc[0]["employer_part"] == 857.60
    assert list(lines["insurance"])[:3] == ["养老", "失业", "工伤"]
    assert "勾选 3 条记录：✓ 可退 2 条　✕ 不可退 1 条" in texts(app)


def test_records_and_the_lines_into_which_they_fall_are_counted_apart(open_app: Open, three_months: str) -> None:
    said = texts(open_app("clerk1", "confirm.py"))

    assert "勾选的 3 条记录按险种分为 9 条明细：可退和待核的 6 条将提交；不能退费的 3 条随批次留存，不予退费。" in said


def test_the_totals_add_up_per_fund(open_app: Open, three_months: str) -> None:
    app = open_app("clerk1", "confirm.py")
    totals = app.table[0].value

    assert list(totals.index) == ["养老", "失业", "工伤", "合计"]
    assert "合计 **2,701.44 元**，共 6 条明细" in texts(app)
    assert list(totals["合计（元）"]) == [2572.80, 107.20, 21.44, 2701.44]
    assert list(totals["个人缴费金额"]) == [857.60, 53.60, 0.00, 911.20]


def test_the_account_is_shown_and_can_only_be_changed_by_going_back(open_app: Open, three_months: str) -> None:
    app = open_app("clerk1", "confirm.py")

    assert "0200001009012345678" in str(app.table[1].value)
    assert not app.main.text_input
    app.button(key="back_to_edit").click().run()
    assert app.header[0].value == "单位人员缴费退费申请"


def test_by_month_a_month_with_one_refused_line_is_partly_refunded(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    ssn = person(1)
    ledger.fact(ssn, "employment", 20190301, 20220420, employer_id="E1")
    ledger.fact(ssn, "unemployment_benefit", 20220601, 20220630)
    prepare_draft(desk, [ledger.row(ssn, 202205)])
    app = open_app("clerk1", "confirm.py")
    app.segmented_control(key="preview_detail").set_value("按月份").run()

    assert list(table(app, "outcome")["outcome"]) == ["◐ 部分可退"]


def test_what_a_reviewer_must_settle_is_filed_and_marked(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    prepare_draft(desk, [ledger.row(person(1), 202205)])
    app = open_app("clerk1", "confirm.py")

    assert set(table(app, "note")["verdict"]) == {"◷ 待核"}
    assert all(table(app, "note")["note"])
    assert not app.button(key="confirm").disabled


def test_every_refusal_has_code_cause_facts_and_remedy(open_app: Open, three_months: str) -> None:
    app = open_app("clerk1", "confirm.py")
    app.session_state["preview"] = "不能退费情况 (3)"
    app.run()
    refusals = app.table[-1].value

    assert len(refusals) == 3
    assert set(refusals["原因代码"]) == {"N13"}
    assert all(refusals[["不能退费原因", "依据", "处理建议"]].map(bool).all())


def test_the_wording_of_a_cause_is_shown_letter_by_letter(open_app: Open, desk: Desk, three_months: str) -> None:
    change_setting(desk, ADMIN, "wording_N13", "**月份** [不符](http://x.example)")
    app = open_app("clerk1", "confirm.py")
    app.session_state["preview"] = "不能退费情况 (3)"
    (said,) = (each.value for each in app.run().caption if "N13" in each.value)

    assert r"\*\*月份\*\* \[不符\]\(http" in said


def test_the_refusals_are_exported_through_a_link_of_our_own(open_app: Open, three_months: str) -> None:
    app = open_app("clerk1", "confirm.py")
    app.session_state["preview"] = "不能退费情况 (3)"
    app.run()
    app.button(key="export_refusals").click().run()
    (link,) = app.link_button

    assert link.url.startswith("/exports/")
    assert "不能退费情况" in link.value


def test_missing_papers_are_told_before_filing(open_app: Open, three_months: str) -> None:
    assert "缺少必需材料：不存在劳动关系的相应法律文书或离职证明；退费申请表" in texts(open_app("clerk1", "confirm.py"))


def test_without_a_draft_the_screen_says_where_to_begin(open_app: Open) -> None:
    app = open_app("clerk1", "confirm.py")

    assert "目前没有待提交的申报" in texts(app)
    assert "去申报" in [link.value for link in app.page_link]


def test_what_is_still_missing_in_the_draft_is_listed_with_the_way_back(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    prepare_draft(desk, ledger.leaver(1, [202205]), reason="", bank={"cnaps_code": "12"})
    app = open_app("clerk1", "confirm.py")

    assert "请选择退费原因" in texts(app)
    assert "人行支付系统行号应为 12 位数字" in texts(app)
    assert app.button(key="back_to_edit")


# --- holds and their ways out ---


def test_mixed_voucher_types_are_split_by_one_click(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    ledger.fact(person(1), "employment", 20190301, 20220420, employer_id="E1")
    serials = [ledger.row(person(1), 202205), ledger.row(person(1), 202206, voucher_type="补缴")]
    prepare_draft(desk, serials)
    app = open_app("clerk1", "confirm.py")
    assert "N12" in texts(app)
    assert app.button(key="confirm").disabled

    app.button(key="split_vouchers").click().run()
    assert "将拆分为 2 个相互关联的批次提交" in texts(app)

    app.button(key="confirm").click().run()
    assert "本次申报拆分为 2 个相互关联的批次" in texts(app)
    assert count_batches(desk) == 2


def test_two_reasons_are_split_by_one_click(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205, 202206]))
    june = Query(Period(202206), Period(202206), (person(1),))
    assign_reason(desk, CLERK, draft_id, "R99", june)
    drafts.save_draft(desk, CLERK, draft_id, reason_note="单位账务调整，六月误缴")
    app = open_app("clerk1", "confirm.py")
    assert "N26" in texts(app)
    assert app.button(key="confirm").disabled

    app.button(key="split_reasons").click().run()
    assert "将拆分为 2 个相互关联的批次提交" in texts(app)

    app.button(key="confirm").click().run()
    assert count_batches(desk) == 2


def test_of_two_copies_the_one_that_is_chosen_stays(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    first, second = ledger.row(person(1), 202205), ledger.row(person(1), 202205)
    draft_id = prepare_draft(desk, [first, second], reason="R10")
    app = open_app("clerk1", "confirm.py")
    assert "N27" in texts(app)
    assert app.button(key="confirm").disabled

    app.selectbox(key="copy_0").select(second)
    app.button(key="keep_chosen").click().run()

    assert "N27" not in texts(app)
    assert not app.button(key="confirm").disabled
    assert list(previews.preview_batch(desk, CLERK, draft_id).rows["id"]) == [first]


def test_arrears_are_a_warning_and_stop_nothing(open_app: Open, desk: Desk, three_months: str) -> None:
    with desk.database.write() as connection:
        connection.execute(employers.update().values(in_arrears=True))
    app = open_app("clerk1", "confirm.py")

    assert "N18" in texts(app)
    assert not app.button(key="confirm").disabled


def test_where_no_line_is_left_the_button_is_off_and_says_why(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    prepare_draft(desk, ledger.leaver(1, [202203]))
    app = open_app("clerk1", "confirm.py")

    assert app.button(key="confirm").disabled
    assert "没有可以退费的记录，不能提交" in texts(app)


# --- 确认提交 ---


def test_confirming_gives_a_receipt_that_a_refresh_finds_again(open_app: Open, desk: Desk, three_months: str) -> None:
    app = open_app("clerk1", "confirm.py")
    assert app.header[0].value == "退费预览"
    app.button(key="confirm").click().run()
    number = batches.list_batches(desk, CLERK).rows["number"][0]

    assert app.header[0].value == "回执"
    assert number in texts(app)
    assert "提交成功，本页可以关闭" in texts(app)
    again = open_app("clerk1")
    again.query_params["no"] = number
    again.switch_page("confirm.py").run()
    assert number in texts(again)


def test_confirming_in_two_windows_files_one_batch_and_both_see_its_number(
    open_app: Open, desk: Desk, three_months: str
) -> None:
    first, second = open_app("clerk1", "confirm.py"), open_app("clerk1", "confirm.py")
    first.button(key="confirm").click().run()
    second.button(key="confirm").click().run()
    number = batches.list_batches(desk, CLERK).rows["number"][0]

    assert count_batches(desk) == 1
    assert number in texts(first)
    assert number in texts(second)


def test_what_has_changed_since_is_shown_and_asked_again(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    # Nobody knows when the second person left.
    serials = [*ledger.leaver(1, [202205, 202206]), ledger.row(person(2), 202205)]
    prepare_draft(desk, serials)
    app = open_app("clerk1", "confirm.py")
    other = prepare_draft(desk, [serials[0], serials[2]], viewer=COLLEAGUE)
    preview = previews.preview_batch(desk, COLLEAGUE, other)
    filing.submit_batch(desk, COLLEAGUE, other, preview.key, preview.fingerprint)
    app.button(key="confirm").click().run()

    assert "预览之后情况有变化，尚未提交" in texts(app)
    changes = app.table[0].value
    assert list(changes["预览时"]) == ["可退"] * 3 + ["待核（V13）"] * 3
    assert list(changes["现在"]) == ["不可退（N05）"] * 3 + ["不可退（N05、V13）"] * 3
    assert count_batches(desk) == 1

    app.button(key="drift_checked").click().run()
    assert len(table(app, "note")) == 3
    app.button(key="confirm").click().run()
    assert "提交成功" in texts(app)
    assert count_batches(desk) == 2


def test_a_draft_that_was_given_up_elsewhere_is_told_in_one_sentence(
    open_app: Open, desk: Desk, three_months: str
) -> None:
    app = open_app("clerk1", "confirm.py")
    drafts.discard_draft(desk, CLERK, three_months)
    app.button(key="confirm").click().run()

    assert "这份草稿已提交或不存在" in texts(app)
    assert count_batches(desk) == 0


def test_turning_a_tab_judges_nothing_again(open_app: Open, desk: Desk, three_months: str, monkeypatch) -> None:
    app = open_app("clerk1", "confirm.py")
    app.session_state["preview"] = "不能退费情况 (3)"
    monkeypatch.setattr("pages.parts.preview_cache.preview_batch", None)
    app.run()

    assert not app.exception
    assert len(app.table[-1].value) == 3


def test_a_foreign_receipt_is_not_found(open_app: Open, desk: Desk, three_months: str) -> None:
    preview = previews.preview_batch(desk, CLERK, three_months)
    number = filing.submit_batch(desk, CLERK, three_months, preview.key, preview.fingerprint).numbers[0]
    app = open_app("clerk2")
    app.query_params["no"] = number
    app.switch_page("confirm.py").run()

    assert "没有找到该批次，或您无权查看" in texts(app)
    assert number not in texts(app)
    assert batches.show_batch(desk, CLERK, number).state is State.SUBMITTED


def test_who_files_for_two_employers_finds_the_right_draft_again_after_a_refresh(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    with desk.database.write() as connection:
        connection.execute(user_employers.insert(), {"username": "clerk1", "employer_id": "E2"})
    both = replace(CLERK, employers=frozenset({"E1", "E2"}))
    bank = {"account_holder": "乙公司"}
    prepare_draft(desk, ledger.leaver(1, [202205], employer_id="E2"), viewer=both, employer_id="E2", bank=bank)
    app = open_app("clerk1")
    app.query_params["employer"] = "E2"
    app.switch_page("confirm.py").run()

    assert "乙公司" in texts(app)
    assert len(table(app, "note")) == 3
    assert app.query_params["employer"] == "E2"
