"""下一步: what happens next to a batch, in one sentence: who has it, until when, and why the bank sent its money back."""

from collections.abc import Sequence

from core.domain.lifecycle import WAITS_FOR, WITHOUT_LIMIT, State
from core.services.bounces import Bounce
from core.texts import _


def say_next(state: State, due_on: str, answer_by: str, bounces: Sequence[Bounce] = ()) -> str:
    """The sentence. ``due_on`` is when the agency's step is due, ``answer_by`` until when the employer is asked to answer."""
    if state in WAITS_FOR:
        said = _("当前{state}，由{role}办理，应于 {due} 前完成")
        return said.format(state=_(state.label), role=_(WAITS_FOR[state][1].label), due=due_on)
    if state in WITHOUT_LIMIT:
        return _("款项已支付，由{role}办结；这一步没有规定期限").format(role=_(WITHOUT_LIMIT[state].label))
    if state is State.RETURNED and answer_by:
        return _("请单位于 {due} 前按意见补正后重新提交").format(due=answer_by)
    if state is State.BANK_CORRECTION and bounces:
        reasons = _("；").join(_("{name}：{value}").format(name=b.say_funds(), value=b.reason) for b in bounces)
        return _("银行退回了款项（{reasons}），请单位更正银行信息").format(reasons=reasons)
    return {
        State.RETURNED: _("请单位按意见补正后重新提交"),
        State.BANK_CORRECTION: _("请单位更正银行信息"),
        State.CLOSED: _("该批次已办结"),
        State.WITHDRAWN: _("该批次已撤回，所含记录可重新申报"),
        State.REJECTED: _(
            "该批次不予退费；原因和救济途径（行政复议、行政诉讼）见“打印”中的“不予退费决定书”，所含记录可补充材料后重新申报"
        ),
    }[state]
