"""用户须知: the guide's words as they stand there, the way to begin, and what waits for each role."""

import pytest

from core.services import filing, previews, steps
from core.services.account_changes import request_change
from core.services.desk import Desk
from tests.pages.conftest import Open
from tests.pages.reading import labels, table
from tests.support.desks import BANK, CLERK, SECOND_REVIEWER, Ledger, prepare_draft
from tests.support.rounds import file_clear, file_serials, to_bounce, to_payment

NOTICE = (
    "单位通过本模块发起缴费退费申请。退费情况包括：社保核定的缴费，因违规代缴、劳动合同变动单位未及时减员等情形产生实际缴费的"
    "进行退费办理。"
)
STEPS = [
    "点击开始申报。",
    "输入开始时间、终止时间、人员信息，查询本单位下对应人员实缴记录。",
    "勾选需要退费的人员，根据退费信息上传对应附件，输入其他信息，点击提交。并且支持预览退费明细。",
]


def test_the_notice_is_the_guides_word_for_word(open_app: Open) -> None:
    app = open_app("clerk1")
    texts = [markdown.value for markdown in app.main.markdown]

    assert [heading.value for heading in app.subheader][:2] == ["温馨提示", "操作流程"]
    assert NOTICE in texts
    assert [text for text in texts if text in STEPS] == STEPS
    assert app.main.caption[0].value == "单位人员缴费退费申请 › 用户须知"
    assert app.main.page_link[0].value == "返回首页"


def test_beginning_leads_to_the_application(open_app: Open) -> None:
    app = open_app("clerk1")
    app.button(key="start").click().run()

    assert not app.exception
    assert app.header[0].value == "单位人员缴费退费申请"


@pytest.mark.parametrize("username", ["reviewer1", "finance1", "admin1"])
def test_only_who_may_file_can_begin(open_app: Open, username: str) -> None:
    assert not [button for button in open_app(username).button if button.key == "start"]


@pytest.mark.parametrize(("username", "waits"), [("reviewer1", True), ("finance1", False), ("clerk1", False)])
def test_each_role_sees_what_waits_for_it(
    *, open_app: Open, desk: Desk, ledger: Ledger, username: str, waits: bool
) -> None:
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205, 202206]))
    preview = previews.preview_batch(desk, CLERK, draft_id)
    filing.submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)

    app = open_app(username)

    assert [(figure.label, figure.value) for figure in app.metric] == ([("待受理", "1 批")] if waits else [])
    assert any("没有等待您办理的批次" in caption.value for caption in app.caption) is not waits
    assert labels(app).count("查看明细") == waits


def test_home_counts_what_messages_list(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    """A clerk has nothing to do with bank details of a batch that he filed: his colleague corrects them."""
    bounced, returned = file_clear(desk, ledger, 1), file_clear(desk, ledger, 2)
    to_payment(desk, bounced)
    to_bounce(desk, bounced)
    steps.advance_batch(desk, SECOND_REVIEWER, returned, "return", "缺少材料")

    assert [(figure.label, figure.value) for figure in open_app("clerk1").metric] == [("退回补正", "1 批")]
    assert open_app("clerk1", "inbox.py").subheader[0].value == "待我办理 (1)"
    both = [(figure.label, figure.value) for figure in open_app("clerk1b").metric]
    assert both == [("退回补正", "1 批"), ("待更正银行信息", "1 批")]


def test_a_figure_leads_to_what_it_counts(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    file_clear(desk, ledger, 1)
    filed = file_serials(desk, ledger.leaver(2, [202205]))

    assert len(table(open_app("reviewer2", "inbox.py"), "number")) == 2
    app = open_app("reviewer2")
    app.query_params["state"] = "submitted"
    app.switch_page("inbox.py").run()
    assert list(table(app, "number")["number"]) == [filed]
    assert app.subheader[0].value == "待我办理 (2)"


def test_an_approver_is_told_of_account_changes_at_home(open_app: Open, desk: Desk) -> None:
    request_change(desk, CLERK, "E1", {**BANK, "bank_account": "0200990109200118888"})

    app = open_app("approver1")

    assert [(figure.label, figure.value) for figure in app.metric] == [("登记账户变更", "1 项")]
