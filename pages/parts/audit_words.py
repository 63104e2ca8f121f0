"""What the audit log's codes mean: actions and details in words. The log itself keeps the codes, which never change."""

import json
from collections.abc import Mapping
from typing import Any

from core.domain.lifecycle import EDGES, State
from core.domain.line_review import Mark
from core.domain.payments import FileKind, Outcome
from core.domain.roles import Role
from core.domain.wording import N_
from core.texts import _

_ACTIONS: Mapping[str, str] = {
    **{f"batch.{edge.step}": edge.label for edge in reversed(EDGES)},
    "account.approve": N_("批准登记账户变更"),
    "account.cancel": N_("撤销登记账户变更"),
    "account.refuse": N_("不批准登记账户变更"),
    "account.request": N_("申请变更登记账户"),
    "anomaly.override": N_("说明异常"),
    "anomaly.take_back": N_("撤回异常说明"),
    "batch.assign": N_("分派批次"),
    "batch.comment": N_("留言"),
    "batch.reveal": N_("查看完整信息"),
    "batch.submit": N_("确认提交"),
    "batch.pass": N_("审核通过"),
    "branches.import": N_("导入开户行目录"),
    "draft.discard": N_("放弃草稿"),
    "draft.take_finds": N_("筛查结果加入申报"),
    "export.acceptance": N_("打印受理回执"),
    "export.application": N_("打印退费申请表"),
    "export.batches": N_("导出批次清单"),
    "export.certificate": N_("开具退费情况证明"),
    "export.completion": N_("打印办结通知"),
    "export.finds": N_("导出筛查结果"),
    "explore.reveal": N_("查看完整信息"),
    "export.explore": N_("导出查询结果"),
    "export.ledger_errors": N_("导出错误工作簿"),
    "export.lines": N_("打印人员退费明细表"),
    "export.report": N_("生成月度报告"),
    "export.receipt": N_("打印回执"),
    "export.refusals": N_("导出不能退费情况"),
    "export.refusal": N_("打印不予退费决定书"),
    "export.supplement": N_("打印补正通知"),
    "factor.enrol": N_("登记动态验证码"),
    "factor.refuse": N_("动态验证码被拒绝"),
    "factor.reset": N_("重置动态验证码"),
    "factor.show": N_("验证动态验证码"),
    "ledger.import": N_("导入台账"),
    "lines.mark": N_("逐条意见"),
    "paper.add": N_("上传要件"),
    "paper.open": N_("查看要件"),
    "paper.remove": N_("删除要件"),
    "password.change": N_("修改密码"),
    "password.set": N_("设置密码"),
    "payment.by_hand": N_("手工登记支付结果"),
    "payment.open_file": N_("下载支付文件"),
    "payment.refuse_results": N_("回盘文件被退回"),
    "payment.resolve": N_("处理待核对的回盘"),
    "payment.return": N_("登记支付后的退回"),
    "payment.results": N_("导入银行回盘"),
    "payment.run": N_("生成支付批次"),
    "screening.print": N_("命令行筛查"),
    "screening.reveal": N_("查看完整信息"),
    "screening.resume": N_("继续筛查"),
    "screening.start": N_("开始筛查"),
    "screening.stop": N_("停止筛查"),
    "session.begin": N_("登录"),
    "session.end": N_("退出登录"),
    "session.refuse": N_("登录被拒绝"),
    "setting.change": N_("修改设置"),
    "user.create": N_("新增用户"),
    "user.disable": N_("停用用户"),
    "user.enable": N_("启用用户"),
    "user.mail": N_("更改邮件提醒"),
    "user.reset": N_("重置密码"),
}
_DETAILS: Mapping[str, str] = {
    "account_checked": N_("已核对退费账户"),
    "address": N_("来源地址"),
    "after": N_("改后"),
    "batch": N_("批次"),
    "before": N_("改前"),
    "by": N_("办理人"),
    "change": N_("变更"),
    "changed": N_("变更"),
    "code": N_("原因代码"),
    "contributions": N_("实缴明细"),
    "corrected": N_("更正"),
    "decision": N_("意见"),
    "demonstration": N_("演示"),
    "day": N_("付款日期"),
    "draft": N_("草稿"),
    "employer": N_("单位"),
    "employers": N_("单位"),
    "facts": N_("人员事项"),
    "files": N_("文件"),
    "format": N_("格式"),
    "from": N_("原状态"),
    "gone": N_("移除"),
    "internal": N_("仅内部可见"),
    "line": N_("明细序号"),
    "lines": N_("条数"),
    "material": N_("材料"),
    "kind": N_("类型"),
    "new": N_("新增"),
    "orders": N_("支付订单"),
    "page": N_("页"),
    "problems": N_("问题"),
    "purpose": N_("用途"),
    "question": N_("条件"),
    "replaced": N_("代替其意见"),
    "result": N_("结果"),
    "revealed": N_("完整信息"),
    "role": N_("角色"),
    "round": N_("轮次"),
    "rows": N_("行数"),
    "same": N_("相同"),
    "screening": N_("智能筛查"),
    "size": N_("字节"),
    "to": N_("新状态"),
    "total": N_("总额（分）"),
    "type": N_("类型"),
    "month": N_("月份"),
    "why": N_("说明"),
    "warnings": N_("提醒"),
}
_VALUES: Mapping[str, str] = {
    kind.value: kind.label for kinds in (Mark, State, Role, Outcome, FileKind) for kind in kinds
} | {
    "on": N_("开"),
    "off": N_("关"),
}


def say_action(action: str) -> str:
    """An action in words; one that is not known here keeps its code."""
    return _(_ACTIONS[action]) if action in _ACTIONS else action


def say_detail(detail: str) -> str:
    """An entry's detail (JSON) in words: 原状态：待初审；新状态：待复核."""
    return _say_value(json.loads(detail))


def _say_value(value: Any) -> str:
    if isinstance(value, dict):
        parts = (
            _("{name}：{value}").format(name=_say_name(name), value=_say_value(each)) for name, each in value.items()
        )
        return _("；").join(parts)
    if isinstance(value, list):
        return _("、").join(map(_say_value, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return _(_VALUES[value]) if value in _VALUES else str(value)


def _say_name(name: str) -> str:
    return _(_DETAILS[name]) if name in _DETAILS else name
