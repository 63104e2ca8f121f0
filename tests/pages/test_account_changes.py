"""登记账户变更 on the screens: asked for on 申报, decided on 审核 with a code, told until it is in effect."""

import pyotp
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from core.domain.account_change import ChangeState
from core.domain.roles import SYSTEM
from core.services import account_changes as changes
from core.services import drafts
from core.services.desk import Desk
from core.services.steps import advance_batch
from core.store.line_decisions import hold_part
from tests.pages.conftest import Open
from tests.pages.reading import keys, table, texts
from tests.support.desks import APPROVER, BANK, CLERK, SECOND_REVIEWER, Ledger
from tests.support.rounds import file_clear, settle

NEW = {**BANK, "bank_account": "0200001009099998888"}


@pytest.fixture(autouse=True)
def _screens_have_the_clock_of_the_test(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.access.shared_desk", lambda: desk)


def fill(app: AppTest, **changed: str) -> AppTest:
    for field, text in (NEW | changed).items():
        app.text_input(key=f"change_{field}").set_value(text)
    return app.run()


def state_of(desk: Desk) -> ChangeState:
    return changes.changes_of(desk, CLERK, "E1")[0].state


def press_move(app: AppTest, step: str, change_id: str) -> AppTest:
    return app.button(key=f"{step}_change_{change_id}").click().run()


# --- the employer ---


def test_a_clerk_asks_and_is_told_what_waits(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="change_account").click().run()
    assert app.text_input(key="change_account_holder").value == "甲公司"
    fill(app).button(key="request_change").click().run()

    assert state_of(desk) is ChangeState.REQUESTED
    assert "新账户尾号 8888" in texts(app)
    assert "change_account" not in keys(app), "one at a time"
    assert app.text_input(key="bank_account").value == BANK["bank_account"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"bank_account": "12"}, "6 至 32 位"),
        ({"account_holder": "乙公司"}, "户名须与单位名称一致"),
        ({"cnaps_code": "102100000022"}, "校验位不符"),
    ],
)
def test_faults_and_warnings_are_told_while_one_types(
    open_app: Open, desk: Desk, changed: dict[str, str], told: str
) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="change_account").click().run()

    assert told in texts(fill(app, **changed))


def test_what_is_missing_is_told_at_its_field_and_what_was_typed_stays(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="change_account").click().run()
    fill(app, bank_name="").button(key="request_change").click().run()

    assert "请填写银行名称" in texts(app)
    assert app.text_input(key="change_bank_account").value == NEW["bank_account"]
    assert changes.change_of(desk, CLERK, "E1") is None


def test_a_cooling_change_is_told_and_can_be_taken_back(open_app: Open, desk: Desk) -> None:
    change_id = changes.request_change(desk, CLERK, "E1", NEW)
    changes.decide_change(desk, APPROVER, change_id, approve=True)
    app = open_app("clerk1", "apply.py")
    assert "登记账户变更将于 2023-11-04 10:00 生效" in texts(app)

    press_move(app, "cancel", change_id).button(key="take_move").click().run()
    assert state_of(desk) is ChangeState.CANCELLED
    assert "change_account" in keys(app)
    assert list(table(app, "k")["a"]) == ["↶ 已撤销"]


def test_somebody_else_asked_meanwhile(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    app.button(key="change_account").click().run()
    fill(app)
    changes.request_change(desk, CLERK, "E1", NEW)
    app.button(key="request_change").click().run()

    assert not app.exception
    assert len(changes.changes_of(desk, CLERK, "E1")) == 1


# --- the approver ---


def test_an_approver_sees_old_beside_new_and_approves_with_a_code(open_app: Open, desk: Desk) -> None:
    change_id = changes.request_change(desk, CLERK, "E1", NEW, "变更函 *1* 号")
    app = open_app("approver1", "review.py")
    assert [subheader.value for subheader in app.subheader] == ["登记账户变更 (1)"]
    assert "变更函 *1* 号" in texts(app)
    shown = app.table[0].value
    assert list(shown["变更为"])[1] == NEW["bank_account"]
    assert [":material/edit: 变更" in name for name in shown.index] == [False, True, False, False, False, False]

    press_move(app, "approve", change_id)
    app.text_input(key="factor_code").set_value(pyotp.TOTP(app.code[0].value.replace(" ", "")).at(desk.clock()))
    app.button(key="take_move").click().run()
    assert state_of(desk) is ChangeState.APPROVED
    assert "将于 2023-11-04 10:00 生效" in texts(app)
    assert not {key for key in keys(app) if key and key.startswith("approve_change_")}


def test_without_a_code_nothing_is_approved(open_app: Open, desk: Desk) -> None:
    change_id = changes.request_change(desk, CLERK, "E1", NEW)
    app = press_move(open_app("approver1", "review.py"), "approve", change_id)
    app.button(key="take_move").click().run()

    assert "请输入 6 位动态验证码" in texts(app)
    assert state_of(desk) is ChangeState.REQUESTED


def test_refusing_needs_a_reason_and_no_code(open_app: Open, desk: Desk) -> None:
    change_id = changes.request_change(desk, CLERK, "E1", NEW)
    app = press_move(open_app("approver1", "review.py"), "refuse", change_id)
    app.button(key="take_move").click().run()
    assert "请填写意见" in texts(app)

    app.text_area(key="decision_note").set_value("印鉴不符")
    app.button(key="take_move").click().run()
    assert state_of(desk) is ChangeState.REFUSED
    assert list(table(open_app("clerk1", "apply.py"), "k")["j"]) == ["印鉴不符"]


def test_a_change_that_somebody_else_decided_is_told(open_app: Open, desk: Desk) -> None:
    change_id = changes.request_change(desk, CLERK, "E1", NEW)
    app = press_move(open_app("approver1", "review.py"), "refuse", change_id)
    changes.cancel_change(desk, CLERK, change_id)
    app.text_area(key="decision_note").set_value("印鉴不符")
    app.button(key="take_move").click().run()

    assert "不能进行此操作" in texts(app)
    assert state_of(desk) is ChangeState.CANCELLED


# --- a reviewer, on paper ---


def test_a_reviewer_enters_what_came_on_paper(open_app: Open, desk: Desk) -> None:
    app = open_app("reviewer1", "review.py")
    app.text_input(key="change_employer").set_value(" E1 ")
    app.button(key="change_account").click().run()
    fill(app).button(key="request_change").click().run()
    assert "请填写书面申请的编号或说明" in texts(app)

    app.text_input(key="change_note").set_value("收件 12 号")
    app.button(key="request_change").click().run()
    (entered,) = changes.changes_of(desk, CLERK, "E1")
    assert (entered.requested_by, entered.note) == ("reviewer1", "收件 12 号")


def test_an_unknown_employer_is_not_found(open_app: Open) -> None:
    app = open_app("reviewer1", "review.py")
    app.text_input(key="change_employer").set_value("E9")
    app.button(key="change_account").click().run()

    assert "没有找到该单位" in texts(app)


# --- 设置 ---


def test_administrators_read_the_history_with_the_last_four(open_app: Open, desk: Desk) -> None:
    changes.request_change(desk, CLERK, "E1", NEW)
    app = open_app("admin1", "settings.py")
    app.session_state["settings_tabs"] = "登记账户变更"
    app.run()

    row = table(app, "k").iloc[0]
    assert (row["a"], row["c"], row["d"]) == ("◷ 待审批", "***************5678", "***************8888")


def test_after_the_cooling_the_form_has_the_new_account(open_app: Open, desk: Desk) -> None:
    changes.decide_change(desk, APPROVER, changes.request_change(desk, CLERK, "E1", NEW), approve=True)
    desk.clock.forward(days=3)
    app = open_app("clerk1", "apply.py")

    assert app.text_input(key="bank_account").value == NEW["bank_account"]
    assert drafts.open_draft(desk, CLERK, "E1").employer.registered == NEW


def test_a_part_in_the_way_is_told_on_the_change_and_on_the_batch(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    settle(desk, number)
    advance_batch(desk, SYSTEM, number, "pass")
    with desk.database.write() as connection:
        connection.execute(
            sa.text("INSERT INTO users (username, role, created_at) VALUES ('approver9', 'approver', '')")
        )
        (row,) = connection.execute(sa.text("SELECT batch_id FROM batches"))
        hold_part(connection, row.batch_id, "approver9", "approver")
    change_id = changes.request_change(desk, SECOND_REVIEWER, "E1", NEW, "变更函 1 号")
    app = open_app("approver9", "review.py")
    assert f"approve_change_{change_id}" not in keys(app)
    assert "已承担环节" in texts(app)

    app = open_app("reviewer2")
    app.query_params["no"] = number
    app.switch_page("batch.py").run()
    assert "step_escalate" not in keys(app)
    assert "您申请或批准过该单位的登记账户变更" in texts(app)
