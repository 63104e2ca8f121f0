"""Lines on the batch's page: settled, sent back, answered; the queue that leads on; new bank details; comments."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.lifecycle import State
from core.domain.line_review import Standing
from core.services.bank_corrections import correct_bank
from core.services.batch_papers import add_batch_paper
from core.services.batches import show_batch
from core.services.comments import list_comments
from core.services.desk import Desk
from core.services.line_decisions import decide_lines
from core.services.line_sheets import read_lines
from core.services.steps import advance_batch
from pages.parts.formats import format_yuan
from tests.pages.conftest import Open
from tests.pages.reading import keys, table, texts
from tests.support.desks import BANK, CLERK, COLLEAGUE, FINANCE, REVIEWER, SECOND_REVIEWER, Ledger
from tests.support.rounds import PASS, REFUSE, RETURN, file_clear, file_reviewed, to_bounce, to_payment

PDF = (Path(__file__).parents[2] / "data" / "demo" / "sample.pdf").read_bytes()


@pytest.fixture
def show(open_app: Open):
    """Open a batch's page."""

    def open_batch(username: str, number: str) -> AppTest:
        app = open_app(username)
        app.query_params["no"] = number
        return app.switch_page("batch.py").run()

    return open_batch


def standings_of(desk: Desk, number: str) -> list[Standing]:
    return [Standing(code) for code in read_lines(desk, REVIEWER, number).frame["standing"]]


def test_a_reviewer_settles_what_the_filter_leaves(show, desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    app = show("reviewer1", number)
    assert app.button(key="mark_pass").disabled
    app.checkbox(key="line_all").check().run()
    app.button(key="mark_pass").click().run()
    assert set(standings_of(desk, number)) == {Standing.PASSED}
    app.button(key="step_pass").click().run()
    app.button(key="take_step").click().run()
    assert show_batch(desk, REVIEWER, number).state is State.SECOND_REVIEW


def test_a_pass_with_open_lines_says_what_to_do(show, desk: Desk, ledger: Ledger) -> None:
    app = show("reviewer1", file_reviewed(desk, ledger))
    app.button(key="step_pass").click().run()
    assert "退费明细：◷ 待核 6" in texts(app)
    app.button(key="take_step").click().run()
    assert "还有 6 条待核明细没有逐条核定" in texts(app)


def test_whoever_decides_money_reads_whose_how_much_and_where_to(show, desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    decide_lines(desk, REVIEWER, number, [2, 3, 4, 5, 6], PASS)
    app = show("reviewer1", number)
    app.button(key="step_pass").click().run()
    told = next(str(each.value) for each in app.table if "批次金额" in str(each.value))
    assert "甲公司" in told
    assert BANK["bank_account"] in told
    assert f"**{format_yuan(2 * 135072 - 128640)}**" in told, "without the line that leaves with this step"
    app.button(key="leave_step").click().run()
    app.button(key="step_return").click().run()
    assert not any("批次金额" in str(each.value) for each in app.table)


def test_a_refusal_needs_its_cause_and_a_return_its_text(show, desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger, months=[202205])
    app = show("reviewer1", number)
    app.checkbox(key="line_all").check().run()
    app.button(key="mark_refuse").click().run()
    assert "请选择不予退费的原因" in texts(app)
    app.button(key="mark_return").click().run()
    assert "请写明需要补正的内容" in texts(app)
    app.text_input(key="line_text").set_value("缺少离职证明").run()
    app.button(key="mark_return").click().run()
    assert set(standings_of(desk, number)) == {Standing.RETURNED}


def test_a_batch_is_refused_for_a_cause_and_with_words(show, desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    app = show("reviewer1", number)
    app.button(key="step_reject").click().run()
    app.button(key="take_step").click().run()
    assert "请选择不予退费的原因" in texts(app)
    assert app.selectbox(key="step_code").options[1:] == app.selectbox(key="line_code").options[1:]

    app.selectbox(key="step_code").select("N13").run()
    app.button(key="take_step").click().run()
    assert "请填写意见" in texts(app)
    assert app.selectbox(key="step_code").value == "N13"
    app.text_area(key="step_note").set_value("有 *考勤* 记录")
    app.button(key="take_step").click().run()
    assert show_batch(desk, REVIEWER, number).state is State.REJECTED
    said = table(show("clerk1", number), "standing")
    assert set(said["standing"]) == {"✕ 不予退费"}
    assert all("N13" in each and "有 *考勤* 记录" in each for each in said["decision"])


def test_other_steps_ask_for_no_cause(show, desk: Desk, ledger: Ledger) -> None:
    app = show("reviewer1", file_reviewed(desk, ledger))
    app.button(key="step_return").click().run()
    assert "step_code" not in {each.key for each in app.selectbox}


def test_the_employer_answers_and_drops(show, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 2], RETURN)
    advance_batch(desk, REVIEWER, number, "return", "请补充 *材料*")
    app = show("clerk1", number)
    assert "请补充 *材料*" in texts(app)
    assert list(table(app, "standing")["standing"]) == ["▲ 待补正"] * 2
    assert list(table(app, "standing")["position"]) == [1, 2]
    assert next(iter(table(app, "standing"))) == "position"
    app.checkbox(key="line_all").check().run()
    app.text_input(key="line_text").set_value("已补充").run()
    app.button(key="mark_answer").click().run()
    assert standings_of(desk, number)[:2] == [Standing.ANSWERED] * 2
    app.button(key="step_resubmit").click().run()
    app.button(key="take_step").click().run()
    assert show_batch(desk, CLERK, number).round == 2
    again = show("reviewer1", number)
    assert "本轮变化" in texts(again)
    assert "答复明细 2 条" in texts(again)


def test_what_was_taken_off_is_marked_for_the_agency_and_missed_by_the_employer(
    show, desk: Desk, ledger: Ledger
) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    paper = add_batch_paper(desk, CLERK, number, "M1", "旧_证明.pdf", PDF)
    app = show("clerk1", number)
    assert "还缺少必需材料：退费申请表" in texts(app)
    assert app.selectbox(key="completion_material").value == "M8"
    app.button(key=f"remove_{paper.paper_id}").click().run()
    app.button(key="step_resubmit").click().run()
    assert texts(app).count("还缺少必需材料：不存在劳动关系的相应法律文书或离职证明；退费申请表") == 2
    app.button(key="take_step").click().run()

    link = f"[旧_证明.pdf](/papers/{paper.paper_id})"
    again = show("reviewer1", number)
    assert f"删除要件：{link}" in texts(again)
    assert any("已删除" in option for option in again.selectbox(key="paper_choice").options)
    again.session_state["batch_tabs"] = "要件 (0)"
    assert "已删除的要件" in texts(again.run())
    assert link not in texts(show("clerk1", number))


def test_others_see_the_lines_and_mark_nothing(show, desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    for username in ("clerk1", "finance1", "analyst1", "reviewer0"):
        app = show(username, number)
        assert len(table(app, "standing")) == 6
        assert not {"mark_pass", "mark_refuse", "mark_return", "mark_answer", "mark_drop"} & keys(app)


def test_a_decision_leads_on_to_the_next_of_the_queue(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    first, second = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    app = open_app("reviewer1", "review.py")
    app.query_params["no"] = first
    app.switch_page("batch.py").run()
    app.button(key="step_pass").click().run()
    app.button(key="take_step").click().run()
    assert app.header[0].value == second
    app.button(key="step_return").click().run()
    app.text_area(key="step_note").set_value("请补充材料")
    app.button(key="take_step").click().run()
    assert "目前没有等待您审核的批次" in texts(app)


def test_the_queue_is_searched_counted_and_says_what_it_did_not_understand(
    open_app: Open, desk: Desk, ledger: Ledger
) -> None:
    first, second = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2, [202205])
    app = open_app("reviewer1", "review.py")
    assert len(table(app, "number")) == 2
    app.text_input(key="queue_search").set_value("金额>2000").run()
    assert [first in each for each in table(app, "number")["number"]] == [True]
    app.text_input(key="queue_search").set_value("颜色:红").run()
    assert "“颜色:红”无法识别" in texts(app)
    app.text_input(key="queue_search").set_value("单位:乙").run()
    assert "没有符合条件的待办批次" in texts(app)
    assert "姓名须填写至少两个字" in texts(app)
    assert second not in texts(app)


def test_new_bank_details_are_typed_by_a_colleague_and_compared_by_a_reviewer(show, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    filer = show("clerk1", number)
    assert "由本单位另一名经办人或经办机构办理更正" in texts(filer)
    assert "银行退回了款项（养老、失业、工伤：账户状态异常）" in texts(filer)
    assert "correct_branch_name" not in {field.key for field in filer.text_input}
    app = show("clerk1b", number)
    assert "银行退票原因（养老、失业、工伤）：账户状态异常" in texts(app)
    assert app.text_input(key="correct_bank_account").value == BANK["bank_account"]
    app.text_input(key="correct_cnaps_code").set_value("12")
    app.button(key="correct_bank").click().run()
    assert "人行支付系统行号应为 12 位数字" in texts(app)
    app.text_input(key="correct_cnaps_code").set_value(BANK["cnaps_code"])
    app.text_input(key="correct_branch_name").set_value("工商银行北京海淀支行")
    app.text_input(key="correction_note").set_value("网点 *已更名*")
    app.button(key="correct_bank").click().run()
    assert show_batch(desk, FINANCE, number).state is State.BANK_REVIEW
    reviewer = show("reviewer2", number)
    versions = next(each.value for each in reviewer.table if "项目" in each.value)
    assert "▲ **工商银行北京海淀支行**" in list(versions.iloc[:, -1])
    assert [each.replace("\\", "") for each in versions.iloc[-1]] == ["说明", "–", "网点 *已更名*"]
    assert "银行退票原因（养老、失业、工伤）：账户状态异常" in texts(reviewer)
    reviewer.button(key="step_pass_bank").click().run()
    reviewer.button(key="take_step").click().run()
    assert show_batch(desk, FINANCE, number).state is State.PAYABLE


def test_whoever_corrects_again_reads_what_the_reviewer_found(show, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    to_payment(desk, number)
    to_bounce(desk, number)
    correct_bank(desk, COLLEAGUE, number, {**BANK, "branch_name": "工商银行北京海淀支行"})
    advance_batch(desk, SECOND_REVIEWER, number, "return_bank", "行号仍不对")
    assert "退回重新更正：行号仍不对" in texts(show("clerk1b", number))


def test_comments_say_who_reads_them(show, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    app = show("reviewer1", number)
    app.session_state["batch_tabs"] = "留言"
    app.run()
    app.text_area(key="comment_text").set_value("请核对 *公章*").run()
    app.button(key="add_comment").click().run()
    assert [(each.text, each.internal) for each in list_comments(desk, REVIEWER, number)] == [("请核对 *公章*", True)]
    assert list_comments(desk, CLERK, number) == []
    assert "仅内部可见" in texts(app)


def test_marks_that_a_colleague_changed_are_told_before_the_step(show, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    app = show("reviewer1", number)
    app.button(key="step_pass").click().run()
    assert "✕ 拟不予退费 1" in texts(app)
    decide_lines(desk, SECOND_REVIEWER, number, [1], PASS)
    app.button(key="take_step").click().run()
    assert "最近是 reviewer2 将 1 条标为“同意退费”" in texts(app)
    assert "拟不予退费" not in texts(app)
    assert show_batch(desk, REVIEWER, number).state is State.FIRST_REVIEW
    app.button(key="take_step").click().run()
    assert show_batch(desk, REVIEWER, number).state is State.SECOND_REVIEW


def test_who_takes_the_place_of_a_colleagues_mark_is_told(show, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, SECOND_REVIEWER, number, [2], PASS)
    app = show("reviewer1", number)
    app.checkbox(key="line_all").check().run()
    app.button(key="mark_pass").click().run()
    assert "其中 1 条原有 reviewer2 的意见" in app.toast[0].value
