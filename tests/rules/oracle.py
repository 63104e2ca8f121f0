"""A slow, obvious reading of ``domain.md`` §3, kept to hold the rules engine against.

One line at a time, one function per code; every function quotes the row of the page that it reads. It shares nothing with
``core``: words and states are those of the page itself. Money is fen, months are YYYYMM, days are dates.
"""

import calendar
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

INSURANCES = ("pension", "unemployment", "work_injury")

#: The states of a batch as N04 and N05 list them.
PAID = ("已支付", "已办结")
LIVE = ("待受理", "待初审", "待复核", "待审批", "待支付", "支付中", "退回补正", "支付失败", "待更正")
FREE = ("草稿", "撤回", "不予退费")

#: The defaults that the page gives for its switches (A); late fees return with R07 and R10.
DEFAULTS = {
    "leave_month_refundable": "never",
    "refund_work_injury_after_retirement": "off",
    "claim_limit_months": "off",
    "late_fee_refundable_R07": "on",
    "late_fee_refundable_R10": "on",
}


@dataclass(frozen=True)
class Money:
    """What one insurance of a row holds, in fen; 工伤 has no personal part."""

    employer_part: int = 0
    personal_part: int = 0
    late_fee: int = 0
    interest: int = 0


@dataclass(frozen=True)
class Row:
    """人员缴费信息: one person, one period, one employer."""

    serial: str
    employer: str
    person: str
    period: int
    name: str = "甲"
    kind: str = "正常缴费"
    arrival: str = "已到账"
    assessment: str = "社保核定"
    injury_mode: str = "按人"
    suspense: bool = False
    pension: Money = Money()
    unemployment: Money = Money()
    work_injury: Money = Money()

    def money(self, insurance: str) -> Money:
        return {"pension": self.pension, "unemployment": self.unemployment, "work_injury": self.work_injury}[insurance]

    def received(self, insurance: str) -> int:
        """Received = 单位 + 个人 + 滞纳金 + 利息 as printed in the row for that insurance, whatever 到账状态."""
        money = self.money(insurance)
        return money.employer_part + money.personal_part + money.late_fee + money.interest


@dataclass(frozen=True)
class Fact:
    """人员事项: ``employer`` and ``insurance`` are blank where the kind of fact names none; ``end`` blank is None."""

    person: str
    kind: str
    start: date
    end: date | None = None
    employer: str = ""
    insurance: str = ""


@dataclass(frozen=True)
class Claim:
    """That a line is in a batch, and where the batch stands."""

    serial: str
    insurance: str
    state: str


@dataclass(frozen=True)
class Ledger:
    """Everything that is known."""

    rows: tuple[Row, ...] = ()
    facts: tuple[Fact, ...] = ()
    claims: tuple[Claim, ...] = ()

    # Three card boxes, so that a big ledger takes minutes and not days; what is on a card is as in the tuples above.

    @cached_property
    def rows_of(self) -> Mapping[str, list[Row]]:
        return _by(self.rows, lambda row: row.person)

    @cached_property
    def facts_of(self) -> Mapping[str, list[Fact]]:
        return _by(self.facts, lambda fact: fact.person)

    @cached_property
    def claims_of(self) -> Mapping[tuple[str, str], list[Claim]]:
        return _by(self.claims, lambda claim: (claim.serial, claim.insurance))

    def is_paid(self, row: Row, insurance: str) -> bool:
        return any(claim.state in PAID for claim in self.claims_of[row.serial, insurance])

    def is_live(self, row: Row, insurance: str) -> bool:
        return any(claim.state in LIVE for claim in self.claims_of[row.serial, insurance])


def _by(cards: tuple, key: Callable) -> Mapping:
    box = defaultdict(list)
    for card in cards:
        box[key(card)].append(card)
    return box


@dataclass(frozen=True)
class Batch:
    """What is asked for: ``ticked`` are the serials of the rows, ``filing`` is the month of filing."""

    ledger: Ledger
    employer: str
    reason: str
    ticked: Collection[str]
    settings: Mapping[str, str]
    filing: int

    def switch(self, key: str) -> str:
        return self.settings.get(key) or DEFAULTS.get(key, "off")

    def is_active(self, code: str) -> bool:
        """Whether a reason or refusal is active is a setting that an owner changes."""
        return self.settings.get(f"refusal_active_{code}") != "off"

    @property
    def returns_late_fee(self) -> bool:
        return self.switch(f"late_fee_refundable_{self.reason}") == "on"


@dataclass(frozen=True)
class Case:
    """One line (row × insurance) in front of the judge."""

    batch: Batch
    row: Row
    insurance: str

    @property
    def reason(self) -> str:
        return self.batch.reason

    @property
    def t(self) -> int:
        """`t` is the line's period."""
        return self.row.period

    @property
    def payable(self) -> int:
        """Payable = 单位 + 个人, plus 滞纳金 and 利息 only if the reason returns them."""
        money = self.row.money(self.insurance)
        parts = money.employer_part + money.personal_part
        return parts + money.late_fee + money.interest if self.batch.returns_late_fee else parts

    def facts(self, kind: str) -> list[Fact]:
        """The person's facts of this kind: only facts of the applying employer where the fact names one."""
        return [
            fact
            for fact in self.batch.ledger.facts_of[self.row.person]
            if fact.kind == kind and fact.employer in ("", self.batch.employer)
        ]

    def facts_of_insurance(self, kind: str) -> list[Fact]:
        return [fact for fact in self.facts(kind) if fact.insurance == self.insurance]


@dataclass(frozen=True)
class Line:
    """A judged line: the columns of ``python -m core judge``, and what was received and is payable. Fen, and YYYYMM."""

    serial: str
    social_security_number: str
    name: str
    period: int
    insurance: str
    verdict: str
    codes: tuple[str, ...]
    employer_part: int
    personal_part: int
    late_fee: int
    interest: int
    refundable: int
    received: int
    payable: int


# --- comparing months -------------------------------------------------------------------------------------------------


def month(day: date) -> int:
    """A comparison with a month takes the month of a date."""
    return day.year * 100 + day.month


def not_after_end(t: int, fact: Fact) -> bool:
    """A blank 终止 has no end, so `t ≤ 终止` then holds for every t."""
    return fact.end is None or t <= month(fact.end)


def from_start_to_end(t: int, fact: Fact) -> bool:
    """起始 ≤ t ≤ 终止 (blank = open)."""
    return month(fact.start) <= t and not_after_end(t, fact)


def months_between(earlier: int, later: int) -> int:
    return (later // 100 - earlier // 100) * 12 + later % 100 - earlier % 100


# --- the table of codes -----------------------------------------------------------------------------------------------


def n01(case: Case) -> bool:
    """| N01 | 该月费款未到账 | 到账状态 = 未到账 | all of the row |."""
    return case.row.arrival == "未到账"


def n02(case: Case) -> bool:
    """| N02 | 非社保核定缴费 | 核定来源 ≠ 社保核定 | all of the row |."""
    return case.row.assessment != "社保核定"


def n03(case: Case) -> bool:
    """| N03 | 非本单位缴纳 | the row's employer is not the applicant | all of the row |."""
    return case.row.employer != case.batch.employer


def n04(case: Case) -> bool:
    """| N04 | 该月已退费 | the line is in a batch that is 已支付 or 已办结 | the one |."""
    return case.batch.ledger.is_paid(case.row, case.insurance)


def n05(case: Case) -> bool:
    """| N05 | 该月退费申请正在办理 | the line is in another live batch (not 草稿, 撤回, 不予退费) | the one |."""
    return case.batch.ledger.is_live(case.row, case.insurance)


def n06(case: Case) -> bool:
    """| N06 | 已享受养老待遇 | fact 养老待遇, t ≤ 终止 | 养老 |."""
    return case.insurance == "pension" and any(not_after_end(case.t, fact) for fact in case.facts("养老待遇"))


def n07(case: Case) -> bool:
    """| N07 | 已享受失业保险待遇 | fact 失业待遇, t ≤ 终止 | 失业 |."""
    return case.insurance == "unemployment" and any(not_after_end(case.t, fact) for fact in case.facts("失业待遇"))


def n08(case: Case) -> bool:
    """| N08 | 保险关系已转出，由转入地清理 | fact 关系转出 of that insurance, t ≤ 终止 | 养老, 失业 |."""
    return any(not_after_end(case.t, fact) for fact in case.facts_of_insurance("关系转出"))


def n09(case: Case) -> bool:
    """| N09 | 个人账户已清算 | fact 账户清算, t ≤ 终止 | 养老 |."""
    return case.insurance == "pension" and any(not_after_end(case.t, fact) for fact in case.facts("账户清算"))


def n10(case: Case) -> bool:
    """| N10 | 裁决、稽核、监察补缴，不得自行退费 | 缴费类型 is 裁决补缴, 稽核补缴 or 监察补缴 | all of the row |."""
    return case.row.kind in ("裁决补缴", "稽核补缴", "监察补缴")


def n11(case: Case) -> bool:
    """| N11 | 存在差额补缴，须先退差额补缴 | the one |.

    This row is not 差额补缴, and the same employer has a 差额补缴 row of that person and period with received > 0 for that
    insurance, which is neither refunded, nor in a live batch, nor refundable in this one: a 差额补缴 line that is ticked but
    itself refused does not help.
    """
    return case.row.kind != "差额补缴" and any(
        row.kind == "差额补缴"
        and row.employer == case.row.employer
        and row.period == case.t
        and row.received(case.insurance) > 0
        and not case.batch.ledger.is_paid(row, case.insurance)
        and not case.batch.ledger.is_live(row, case.insurance)
        and not _refundable_in_this_batch(case.batch, row, case.insurance)
        for row in case.batch.ledger.rows_of[case.row.person]
    )


def _refundable_in_this_batch(batch: Batch, row: Row, insurance: str) -> bool:
    return row.serial in batch.ticked and verdict(findings(Case(batch, row, insurance))) != "refused"


def n13(case: Case) -> bool:
    """| N13 | 不在退费原因对应的期间 | the facts for the reason exist and contradict t | all of the row (R07: the one) |."""
    if case.reason == "R07":
        return not paid_elsewhere_too(case)
    return bool(reasons_own_facts(case)) and not PERIODS_OF_REASONS[case.reason](case)


def n14(case: Case) -> bool:
    """| N14 | 该险种不适用此退费原因 | R07 × 工伤; R05 × 工伤 (switch) | the one |."""
    switched_on = case.batch.switch("refund_work_injury_after_retirement") == "on"
    return case.insurance == "work_injury" and (case.reason == "R07" or (case.reason == "R05" and not switched_on))


def n15(case: Case) -> bool:
    """| N15 | 人员尚未减员 | reason R01, R05, R06 or R08, and a fact 参保 with this employer has no 终止 | all of the row |."""
    return case.reason in ("R01", "R05", "R06", "R08") and any(fact.end is None for fact in case.facts("参保"))


def n16(case: Case) -> bool:
    """| N16 | 该月发生工伤 | fact 工伤认定 in the month t | 工伤; all for R02 |."""
    concerned = case.insurance == "work_injury" or case.reason == "R02"
    return concerned and any(month(fact.start) == case.t for fact in case.facts("工伤认定"))


def n17(case: Case) -> bool:
    """| N17 | 无可退金额（减免、缓缴或仅有不退的滞纳金、利息） | 到账状态 is 减免 or 缓缴, or payable = 0 | the one |."""
    return case.row.arrival in ("减免", "缓缴") or case.payable == 0


def n19(case: Case) -> bool:
    """| N19 | 正在稽核、调查 | fact 稽核 without 终止 | all |."""
    return any(fact.end is None for fact in case.facts("稽核"))


def n20(case: Case) -> bool:
    """| N20 | 个人信息存疑 | fact 身份存疑 without 终止 | all |."""
    return any(fact.end is None for fact in case.facts("身份存疑"))


def n21(case: Case) -> bool:
    """| N21 | 已享受社保补贴，须先退回 | fact 社保补贴 of that insurance, 起始 ≤ t ≤ 终止 (blank 终止 = open) | 养老, 失业 |."""
    return any(from_start_to_end(case.t, fact) for fact in case.facts_of_insurance("社保补贴"))


def n22(case: Case) -> bool:
    """| N22 | 超过退费申请期限 | switch `claim_limit_months`; months from t to the month of filing | all |."""
    limit = case.batch.switch("claim_limit_months")
    return limit != "off" and months_between(case.t, case.batch.filing) > int(limit)


def n23(case: Case) -> bool:
    """| N23 | 工伤按项目参保，无个人明细 | 工伤参保方式 = 按项目 | 工伤 |."""
    return case.insurance == "work_injury" and case.row.injury_mode == "按项目"


def n24(case: Case) -> bool:
    """| N24 | 多缴款在单位待转金 | 待转金 = 是 | all of the row |."""
    return case.row.suspense


def v13(case: Case) -> bool:
    """| V13 | 须凭材料认定 (待核) | the reason needs a fact and none is on file | all of the row (R10: the one) |."""
    if case.reason == "R99":
        return True  # R99 | always V13
    if case.reason == "R07":
        return False  # R07 | there is no V13, absence is N13
    if case.reason == "R10":
        return not assessed_twice(case)
    return not reasons_own_facts(case)


CODES: dict[str, Callable[[Case], bool]] = {
    "N01": n01, "N02": n02, "N03": n03, "N04": n04, "N05": n05, "N06": n06, "N07": n07, "N08": n08, "N09": n09,
    "N10": n10, "N11": n11, "N13": n13, "N14": n14, "N15": n15, "N16": n16, "N17": n17, "N19": n19, "N20": n20,
    "N21": n21, "N22": n22, "N23": n23, "N24": n24, "V13": v13,
}  # fmt: skip


# --- the table of the reasons' own facts ------------------------------------------------------------------------------

FACT_OF_REASON = {
    "R01": "任职", "R02": "无劳动关系", "R03": "在校境内", "R04": "在校境外",
    "R05": "退休", "R06": "死亡", "R08": "转入机关", "R09": "服刑入伍",
}  # fmt: skip


def reasons_own_facts(case: Case) -> list[Fact]:
    kind = FACT_OF_REASON.get(case.reason)
    return case.facts(kind) if kind else []


def after_leaving(case: Case) -> bool:
    """| R01 | some spell ended before month t, and no spell covers t (起始 ≤ t ≤ 终止, blank = open) |.

    ``leave_month_refundable``: never (default) = the leaving month is N13; day15 = allowed if the spell's last day is
    ≤ 15; always = allowed. An allowed leaving month counts as one after the end of that spell; the others still count.
    """
    spells = reasons_own_facts(case)
    ended = [s for s in spells if s.end is not None and (month(s.end) < case.t or leaving_month_allowed(s, case))]
    covering = [s for s in spells if from_start_to_end(case.t, s) and not leaving_month_allowed(s, case)]
    return bool(ended) and not covering


def leaving_month_allowed(spell: Fact, case: Case) -> bool:
    if spell.end is None or month(spell.end) != case.t:
        return False
    allowed = case.batch.switch("leave_month_refundable")
    return allowed == "always" or (allowed == "day15" and spell.end.day <= 15)


def declared_without_relation(case: Case) -> bool:
    """| R02 | 起始 ≤ t ≤ 终止 (blank = open) |."""
    return any(from_start_to_end(case.t, fact) for fact in reasons_own_facts(case))


def student(case: Case) -> bool:
    """| R03 / R04 | 起始 ≤ t < 终止 (the month of graduation is work; blank = open) |."""
    return any(
        month(fact.start) <= case.t and (fact.end is None or case.t < month(fact.end))
        for fact in reasons_own_facts(case)
    )


def later_than_start(case: Case) -> bool:
    """| R05 | t > 起始 (the approved month) | and | R06 | t > 起始 |."""
    return any(case.t > month(fact.start) for fact in reasons_own_facts(case))


def since_start(case: Case) -> bool:
    """| R08 | t ≥ 起始 |."""
    return any(case.t >= month(fact.start) for fact in reasons_own_facts(case))


def whole_month_away(case: Case) -> bool:
    """| R09 | 起始 ≤ first day of t and last day of t ≤ 终止 (blank = open) |."""
    year, number = divmod(case.t, 100)
    first_day = date(year, number, 1)
    last_day = date(year, number, calendar.monthrange(year, number)[1])
    return any(
        fact.start <= first_day and (fact.end is None or last_day <= fact.end) for fact in reasons_own_facts(case)
    )


PERIODS_OF_REASONS: dict[str, Callable[[Case], bool]] = {
    "R01": after_leaving, "R02": declared_without_relation, "R03": student, "R04": student,
    "R05": later_than_start, "R06": later_than_start, "R08": since_start, "R09": whole_month_away,
}  # fmt: skip


def paid_elsewhere_too(case: Case) -> bool:
    """| R07 | – (the ledger itself) |.

    Another employer has a row 已到账 of that person and period with received > 0 for that insurance, whose line is not in a
    live or paid batch.
    """
    return any(
        row.employer != case.batch.employer
        and row.period == case.t
        and row.arrival == "已到账"
        and row.received(case.insurance) > 0
        and not case.batch.ledger.is_live(row, case.insurance)
        and not case.batch.ledger.is_paid(row, case.insurance)
        for row in case.batch.ledger.rows_of[case.row.person]
    )


def assessed_twice(case: Case) -> bool:
    """| R10 | – (the ledger itself) |.

    This row and a second row of the same employer, person and period are both 正常缴费, 已到账 and with received > 0 for that
    insurance.
    """

    def counts(row: Row) -> bool:
        return row.kind == "正常缴费" and row.arrival == "已到账" and row.received(case.insurance) > 0

    return counts(case.row) and any(
        counts(row)
        for row in case.batch.ledger.rows_of[case.row.person]
        if row.serial != case.row.serial and row.employer == case.row.employer and row.period == case.t
    )


# --- judging ----------------------------------------------------------------------------------------------------------


def findings(case: Case) -> tuple[str, ...]:
    """All findings are listed, and nothing suppresses anything: codes ascending, none left out."""
    return tuple(code for code, holds in CODES.items() if case.batch.is_active(code) and holds(case))


def verdict(codes: Collection[str]) -> str:
    """可退, 待核 (refundable, but a reviewer must settle a point from the papers) or 不可退."""
    if any(code.startswith("N") for code in codes):
        return "refused"
    return "review" if codes else "refundable"


def _line(case: Case) -> Line:
    codes, row, money = findings(case), case.row, case.row.money(case.insurance)
    decided = verdict(codes)
    return Line(
        row.serial, row.person, row.name, row.period, case.insurance, decided, codes,
        money.employer_part, money.personal_part, money.late_fee, money.interest,
        refundable=0 if decided == "refused" else case.payable,
        received=row.received(case.insurance), payable=case.payable,
    )  # fmt: skip


def _judge(batch: Batch) -> Iterator[Line]:
    """Ordered by social_security_number, period, serial, insurance; every row gives three lines."""
    ticked = [row for row in batch.ledger.rows if row.serial in batch.ticked]
    for row in sorted(ticked, key=lambda row: (row.person, row.period, row.serial)):
        for insurance in INSURANCES:
            yield _line(Case(batch, row, insurance))


def judge_rows(
    ledger: Ledger, employer: str, reason: str, serials: Collection[str], *, settings: Mapping[str, str], filing: int
) -> list[Line]:
    """The lines of the rows that are ticked. ``settings`` needs to hold only what differs from the defaults."""
    return list(_judge(Batch(ledger, employer, reason, frozenset(serials), settings, filing)))


def judge(
    ledger: Ledger, employer: str, reason: str, first: int, last: int,
    *, persons: Collection[str] = (), settings: Mapping[str, str] | None = None, filing: int = 202310,
) -> list[Line]:  # fmt: skip
    """What ``python -m core judge`` prints: every row of the employer from ``first`` to ``last`` counts as ticked."""
    serials = {
        row.serial
        for row in ledger.rows
        if row.employer == employer and first <= row.period <= last and (not persons or row.person in persons)
    }
    return judge_rows(ledger, employer, reason, serials, settings=settings or {}, filing=filing)
