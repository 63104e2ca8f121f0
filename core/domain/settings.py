"""Every assumption (grade A of ``domain.md``) is a switch here: its name, its default, what it may be.

Values are stored as text; a setting that is not stored has its default. Unknown keys and values are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.domain import agency
from core.domain.agency import Agency
from core.domain.errors import InvalidInput
from core.domain.fund_accounts import FIELDS, FUNDS
from core.domain.identifiers import normalise
from core.domain.materials import DEMAND, read_demand
from core.domain.payments import FundAccount
from core.domain.reasons import REASONS, Reason
from core.domain.vocabulary import Insurance
from core.domain.wording import N_


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch: ``choices`` lists its texts, or ``None`` for a whole number between ``low`` and ``high``.

    ``pattern`` makes it a text that has to match instead, of which ``masked`` ones are never told in full to the audit log.
    ``guards``: it decides who has to take part, or where money comes from, or stops money; changing it asks for a fresh
    second factor.
    """

    key: str
    default: str
    meaning: str
    choices: tuple[str, ...] | None = ("off", "on")
    low: int = 0
    high: int = 0
    pattern: str = ""
    masked: bool = False
    guards: bool = False

    def accept(self, value: str) -> str:
        """``value`` in its stored form, or ``InvalidInput`` saying what is allowed."""
        if self.pattern:
            return self._accept_text(normalise(value))
        value = value.strip().lower()
        if self.choices is not None:
            if value in self.choices:
                return value
            raise InvalidInput(N_("设置 {key} 只能是 {choices} 之一"), key=self.key, choices=" / ".join(self.choices))
        if value == "off" and self.default == "off":
            return value
        if value.isascii() and value.isdigit() and self.low <= int(value) <= self.high:
            return str(int(value))
        raise InvalidInput(
            N_("设置 {key} 必须是 {low} 到 {high} 之间的整数"), key=self.key, low=self.low, high=self.high
        )

    def _accept_text(self, value: str) -> str:
        if re.fullmatch(self.pattern, value):
            return value
        raise InvalidInput(N_("设置 {key} 的内容不符合要求，请核对后重新填写"), key=self.key)


def fund_switch(fund: Insurance, field: str) -> str:
    """The key of one field of a fund's account: ``fund_pension_account``."""
    return f"fund_{fund}_{field}"


#: What stands before the name of a field of the agency.
AGENCY = "agency_"


def _agency_switches() -> Iterator[Switch]:
    for field, meaning, default in agency.FIELDS:
        yield Switch(f"{AGENCY}{field}", default, meaning, None, pattern=agency.PATTERN)


def _fund_switches() -> Iterator[Switch]:
    for fund, fields in FUNDS.items():
        for (field, pattern, masked), (meaning, default) in zip(FIELDS, fields, strict=True):
            key = fund_switch(fund, field)
            yield Switch(key, default, meaning, None, pattern=pattern, masked=masked, guards=True)


#: Settings of which every reason or refusal has one, by what stands before its code; the codes of refusals stand with their
#: rules. A wording that is blank is the one that stands with the code.
REFUSAL_ACTIVE, WORDING_OF, REMEDY_OF, MATERIALS_OF = "refusal_active_", "wording_", "remedy_", "materials_"
_WORDING = r"[^{}\x00-\x1f]{0,300}"
_OF_A_CODE: tuple[tuple[str, str, Switch], ...] = (
    (REFUSAL_ACTIVE, r"[NV]\d{2}", Switch("", "on", N_("该不能退费情况是否启用"), guards=True)),
    (WORDING_OF, r"[RNV]\d{2}", Switch("", "", N_("显示的文字，空白为原文"), None, pattern=_WORDING)),
    (REMEDY_OF, r"[NV]\d{2}", Switch("", "", N_("处理建议，空白为原文"), None, pattern=_WORDING)),
    (MATERIALS_OF, "|".join(REASONS), Switch("", "", N_("必需和建议的材料，空白为原规定"), None, pattern=f"|{DEMAND}")),
)

SWITCHES: dict[str, Switch] = {
    switch.key: switch
    for switch in (
        Switch("leave_month_refundable", "never", N_("离职当月是否可退（R01）"), ("never", "day15", "always")),
        Switch("refund_work_injury_after_retirement", "off", N_("退休后继续缴费（R05）是否退工伤保险费")),
        Switch("claim_limit_months", "off", N_("退费申请期限（月），off 为不限"), None, 1, 1200),
        Switch("missing_required_material", "warn", N_("缺少必需材料时提醒还是阻止提交"), ("warn", "block")),
        Switch("automatic_acceptance", "on", N_("必需材料齐全时自动受理"), guards=True),
        Switch(
            "factor_for_user_changes",
            "off",
            N_("新增、启用、重置审核、审批、财务、管理账号时要求动态验证码"),
            guards=True,
        ),
        Switch("account_cooling_days", "3", N_("登记账户变更批准后几日生效（自然日）"), None, 0, 60, guards=True),
        Switch("approval_threshold_yuan", "10000", N_("超过多少元须审批"), None, 0, 10**9, guards=True),
        Switch("days_to_accept", "2", N_("受理时限（工作日）"), None, 1, 60),
        Switch("days_to_review", "5", N_("初审时限（工作日）"), None, 1, 60),
        Switch("days_to_second_review", "3", N_("复核时限（工作日）"), None, 1, 60),
        Switch("days_to_approve", "2", N_("审批时限（工作日）"), None, 1, 60),
        Switch("anomaly_account_employers", "2", N_("异常：同一账号至少几个单位使用"), None, 2, 1000),
        Switch("anomaly_person_batches", "3", N_("异常：同一人至少在几个批次中"), None, 2, 1000),
        Switch("anomaly_amount_times", "5", N_("异常：金额达到该单位以往中位数的几倍"), None, 2, 1000),
        Switch("anomaly_account_days", "30", N_("异常：登记账户在申报前几天内变更"), None, 1, 3650),
        Switch("anomaly_pass_seconds", "10", N_("异常：审核间隔中位数不超过几秒"), None, 1, 3600),
        Switch("anomaly_empty_rounds", "1", N_("异常：至少几次补正没有变化"), None, 1, 100),
        Switch("days_to_pay", "5", N_("支付时限（工作日）"), None, 1, 60),
        Switch("page_cache_mb", "500", N_("材料页面图片最多占用多少 MB"), None, 1, 10**6),
        Switch("late_fee_grace_months", "0", N_("智能筛查：所属期后几个月内到账不算逾期（P02）"), None, 0, 12),
        Switch(
            "screening_rows", "100000", N_("智能筛查：每段读取的行数，越少越快停下、越慢完成"), None, 100, 1_000_000
        ),
        Switch("days_to_answer", "off", N_("补正期限（工作日），写入补正通知，off 为不限"), None, 1, 60),
        *(
            Switch(
                f"late_fee_refundable_{code}",
                "on" if reason.returns_late_fee else "off",
                N_("该退费原因是否退还滞纳金、利息"),
            )
            for code, reason in REASONS.items()
        ),
        *(Switch(f"reason_active_{code}", "on", N_("该退费原因是否启用")) for code in REASONS),
        *_fund_switches(),
        *_agency_switches(),
    )
}


class Settings:
    """The switches in force: what is stored, else the default."""

    def __init__(self, stored: Mapping[str, str] | None = None) -> None:
        self._values = {key: switch.default for key, switch in SWITCHES.items()} | dict(stored or {})
        #: Codes of the causes that the rules do not look for.
        self.refusals_off = frozenset(
            key[-3:] for key, value in (stored or {}).items() if value == "off" and key.startswith(REFUSAL_ACTIVE)
        )

    def __getitem__(self, key: str) -> str:
        return self._values[key] if key in SWITCHES else self._values.get(key, find_switch(key).default)

    def is_on(self, key: str) -> bool:
        """Whether an on/off switch is on."""
        return self._values[key] == "on"

    def number(self, key: str) -> int | None:
        """A whole number, or ``None`` when it is off."""
        return None if self._values[key] == "off" else int(self._values[key])

    def fund_account(self, fund: Insurance) -> FundAccount:
        """The account that this fund pays from."""
        holder, account, bank, cnaps_code = (self._values[fund_switch(fund, field)] for field, *_ in FIELDS)
        return FundAccount(holder, account, bank, cnaps_code)

    def agency(self) -> Agency:
        """Who writes the letters."""
        return Agency(*(self._values[f"{AGENCY}{field}"] for field, *_ in agency.FIELDS))

    def own_agency_name(self) -> str:
        """The agency's name as it was set; blank while there is only the invented one that the product came with."""
        name = self.agency().name
        return "" if name == Settings().agency().name else name

    def reason(self, code: str) -> Reason:
        """A reason with the materials that an owner asks for."""
        demand = self[f"{MATERIALS_OF}{code}"]
        if not demand:
            return REASONS[code]
        required, helpful = read_demand(demand)
        return replace(REASONS[code], required=required, helpful=helpful)

    def returns_late_fee(self, reason: str) -> bool:
        """Whether this reason returns 滞纳金 and 利息 with their principal."""
        return self.is_on(f"late_fee_refundable_{reason}")

    def refusal_is_active(self, code: str) -> bool:
        """Whether the rules look for this cause at all."""
        return code not in self.refusals_off

    def as_dict(self) -> dict[str, str]:
        """All switches by key."""
        return dict(self._values)


def find_switch(key: str) -> Switch:
    """The switch of this name, or ``InvalidInput``."""
    for prefix, codes, switch in _OF_A_CODE:
        if re.fullmatch(f"{prefix}(?:{codes})", key, re.ASCII):
            return replace(switch, key=key)
    if key not in SWITCHES:
        raise InvalidInput(N_("没有名为 {key} 的设置，可用 settings list 查看全部设置"), key=key[:60])
    return SWITCHES[key]
