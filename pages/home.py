"""用户须知: the guide's notice, and for each role what waits for it today."""

import streamlit as st

from core.domain.roles import Right, Viewer
from core.services.inbox import changes_to_decide, count_unread
from core.services.queues import count_due
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.frame import draw_path
from pages.parts.inbox import STATE
from pages.parts.navigation import say_unread
from pages.parts.query_form import FROM


def draw_notice_text() -> None:
    """The guide's words, as they stand there."""
    with st.container(border=True):
        st.subheader(_("温馨提示"), anchor=False)
        st.markdown(
            _(
                "单位通过本模块发起缴费退费申请。退费情况包括：社保核定的缴费，因违规代缴、劳动合同变动单位未及时减员等情形产生"
                "实际缴费的进行退费办理。"
            )
        )
        st.subheader(_("操作流程"), anchor=False)
        steps = (
            ("01", _("步骤一"), _("点击开始申报。")),
            ("02", _("步骤二"), _("输入开始时间、终止时间、人员信息，查询本单位下对应人员实缴记录。")),
            (
                "03",
                _("步骤三"),
                _("勾选需要退费的人员，根据退费信息上传对应附件，输入其他信息，点击提交。并且支持预览退费明细。"),
            ),
        )
        for column, (number, name, text) in zip(st.columns(3, gap="medium"), steps, strict=True):
            with column:
                st.markdown(f":blue[**{number}**] **{name}**")
                st.markdown(text)


def draw_start(viewer: Viewer) -> None:
    """开始申报, for those who may file."""
    if viewer.may(Right.APPLY) and st.button(_("开始申报"), key="start", type="primary", icon=":material/play_arrow:"):
        state.HAND.set(FROM)
        st.switch_page("apply.py")


def draw_waiting(viewer: Viewer) -> None:
    """What waits for this user today, as 消息 counts it; every figure leads to what it counts."""
    if not viewer.may(Right.SEE_BATCHES):
        return
    waiting = count_due(desk(), viewer).by_state
    changes = len(changes_to_decide(desk(), viewer))
    st.subheader(_("今日待办"), anchor=False)
    if not waiting and not changes:
        st.caption(_("目前没有等待您办理的批次。"))
    with st.container(horizontal=True):
        for state, count in waiting.items():
            said = _("{count} 批").format(count=count)
            _draw_figure(_(state.label), said, "inbox.py", {STATE: state.value})
        if changes:
            _draw_figure(_("登记账户变更"), _("{count} 项").format(count=changes), "review.py", {})
    with st.container(horizontal=True):
        for file, label in _ways(viewer):
            st.page_link(file, label=label, icon=":material/arrow_forward:")


def _draw_figure(label: str, said: str, file: str, query: dict[str, str]) -> None:
    with st.container(border=True, width="content", gap="xsmall"):
        st.metric(label, said, width="content")
        st.page_link(file, label=_("查看明细"), icon=":material/arrow_forward:", query_params=query)


def _ways(viewer: Viewer) -> list[tuple[str, str]]:
    unread = say_unread(count_unread(desk(), viewer))
    ways = [
        ("inbox.py", _("查看消息") + unread, (Right.SEE_BATCHES,)),
        ("review.py", _("去审核"), (Right.REVIEW, Right.APPROVE)),
        ("payments.py", _("去支付"), (Right.PAY,)),
        ("batches.py", _("查看申报记录"), (Right.SEE_BATCHES,)),
    ]
    return [(file, label) for file, label, rights in ways if any(map(viewer.may, rights))]


user = require_user()
draw_path(_("单位人员缴费退费申请"), _("用户须知"))
draw_notice_text()
draw_start(user)
draw_waiting(user)
