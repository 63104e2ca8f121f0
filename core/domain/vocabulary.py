"""The field's closed lists: insurances, kinds of payment, states of money. Codes are stored as text, never reused."""

from enum import StrEnum
from typing import Self

from core.domain.wording import N_


class Labelled(StrEnum):
    """A stored code with its Chinese label; the label is what files and screens say."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def by_label(cls) -> dict[str, Self]:
        """Members by their Chinese label, as files spell them."""
        return {member.label: member for member in cls}


class Insurance(Labelled):
    """The three insurances; 工伤 has no personal part (L). Their order is the order of lines within a row."""

    PENSION = "pension", N_("养老")
    UNEMPLOYMENT = "unemployment", N_("失业")
    WORK_INJURY = "work_injury", N_("工伤")


class PaymentKind(Labelled):
    """缴费类型."""

    NORMAL = "normal", N_("正常缴费")
    SUPPLEMENT = "supplement", N_("补缴")
    DIFFERENCE = "difference", N_("差额补缴")
    RULING = "ruling", N_("裁决补缴")
    AUDIT = "audit", N_("稽核补缴")
    INSPECTION = "inspection", N_("监察补缴")


class Assessment(Labelled):
    """核定来源: who assessed the payment. Only 社保核定 is refunded here (G)."""

    AGENCY = "agency", N_("社保核定")
    SELF = "self", N_("自行申报")
    TAX = "tax", N_("税务核定")


class Arrival(Labelled):
    """到账状态."""

    RECEIVED = "received", N_("已到账")
    MISSING = "missing", N_("未到账")
    DEFERRED = "deferred", N_("缓缴")
    WAIVED = "waived", N_("减免")


class InjuryMode(Labelled):
    """工伤参保方式: by person, or by project without detail per person."""

    PERSON = "person", N_("按人")
    PROJECT = "project", N_("按项目")


class DocumentType(Labelled):
    """证件类型 of the insured person."""

    RESIDENT_ID = "resident_id", N_("居民身份证")
    HK_MACAO = "hk_macao", N_("港澳居民居住证")
    TAIWAN = "taiwan", N_("台湾居民居住证")
    PERMANENT = "permanent_residence", N_("外国人永久居留身份证")
    PASSPORT = "passport", N_("护照")


class FactKind(Labelled):
    """事项 of 人员事项: what is known of a person, apart from contributions."""

    needs_employer: bool
    needs_insurance: bool
    by_day: bool
    warns_open_end: bool

    def __new__(cls, code: str, label: str = "", traits: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.needs_employer = "employer" in traits
        member.needs_insurance = "insurance" in traits
        member.by_day = "day" in traits
        member.warns_open_end = "closed" in traits
        return member

    ENROLMENT = "enrolment", N_("参保"), "employer"
    EMPLOYMENT = "employment", N_("任职"), "employer day"
    NO_RELATION = "no_relation", N_("无劳动关系"), "employer"
    STUDENT_DOMESTIC = "student_domestic", N_("在校境内")
    STUDENT_ABROAD = "student_abroad", N_("在校境外")
    RETIREMENT = "retirement", N_("退休")
    DEATH = "death", N_("死亡"), "day"
    INSTITUTION = "institution", N_("转入机关")
    SERVICE = "service", N_("服刑入伍"), "day"
    PENSION_BENEFIT = "pension_benefit", N_("养老待遇"), "closed"
    UNEMPLOYMENT_BENEFIT = "unemployment_benefit", N_("失业待遇"), "closed"
    TRANSFER_OUT = "transfer_out", N_("关系转出"), "insurance closed"
    ACCOUNT_SETTLED = "account_settled", N_("账户清算"), "closed"
    INJURY = "injury", N_("工伤认定"), "day"
    SUBSIDY = "subsidy", N_("社保补贴"), "insurance"
    INVESTIGATION = "investigation", N_("稽核"), "day"
    IDENTITY_DOUBT = "identity_doubt", N_("身份存疑"), "day"


class Verdict(Labelled):
    """What the rules say of a line (``domain.md`` §3)."""

    REFUNDABLE = "refundable", N_("可退")
    REVIEW = "review", N_("待核")
    REFUSED = "refused", N_("不可退")


#: Columns of lines hold positions in these.
INSURANCES = tuple(Insurance)
VERDICTS = tuple(Verdict)
#: The same as they are stored: thousands of lines ask, and an enum takes its time to say its value.
INSURANCE_VALUES = tuple(kind.value for kind in Insurance)
VERDICT_VALUES = tuple(verdict.value for verdict in Verdict)
