"""退费原因: one object states all of a reason (``domain.md`` §2). Its months are judged in ``core/rules``."""

from dataclasses import dataclass, field

from core.domain.vocabulary import FactKind, Insurance
from core.domain.wording import N_

ALL = frozenset(Insurance)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a refund: its text, what it refunds, the fact it rests on, and the papers that matter.

    ``fact`` is ``None`` where the ledger itself (R07, R10) or the reviewer (R99) decides. ``required`` holds groups of
    material codes: one of each group is 必需; ``helpful`` ones are 建议. ``returns_late_fee`` is only the default of a switch.
    ``months`` names the months that the ledger supports, for the button that ticks them; blank where it can't support any.
    """

    code: str
    text: str
    fact: FactKind | None
    required: tuple[tuple[str, ...], ...]
    helpful: tuple[str, ...] = ()
    insurances: frozenset[Insurance] = field(default=ALL)
    returns_late_fee: bool = False
    needs_deregistration: bool = False
    months: str = ""
    needs_note: bool = False

    def demand(self, material: str) -> str:
        """``required``, ``helpful`` or blank: what 要求 says of a material for this reason."""
        if any(material in group for group in self.required):
            return "required"
        return "helpful" if material in self.helpful else ""

    def missing(self, present: set[str]) -> list[tuple[str, ...]]:
        """The groups of required materials of which none is present."""
        return [group for group in self.required if not present.intersection(group)]


REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "R01",
            N_("劳动合同变动，单位未及时减员"),
            FactKind.EMPLOYMENT,
            (("M1",), ("M8",)),
            ("M2", "M3", "M7"),
            needs_deregistration=True,
            months=N_("选中离职后各月"),
        ),
        Reason(
            "R02",
            N_("违规代缴、不存在劳动关系"),
            FactKind.NO_RELATION,
            (("M1",), ("M7",), ("M8",)),
            months=N_("选中无劳动关系期间各月"),
        ),
        Reason(
            "R03",
            N_("在校学生误参保（国内）"),
            FactKind.STUDENT_DOMESTIC,
            (("M4",), ("M8",)),
            months=N_("选中在校期间各月"),
        ),
        Reason(
            "R04",
            N_("在校学生误参保（境外）"),
            FactKind.STUDENT_ABROAD,
            (("M4",), ("M8",)),
            months=N_("选中在校期间各月"),
        ),
        Reason(
            "R05",
            N_("达到法定退休年龄后继续缴费"),
            FactKind.RETIREMENT,
            (("M6",), ("M8",)),
            insurances=ALL - {Insurance.WORK_INJURY},
            needs_deregistration=True,
            months=N_("选中退休后各月"),
        ),
        Reason(
            "R06",
            N_("死亡后继续缴费"),
            FactKind.DEATH,
            (("M3",), ("M8",)),
            needs_deregistration=True,
            months=N_("选中死亡后各月"),
        ),
        Reason(
            "R07",
            N_("重复参保、重复缴费"),
            None,
            (("M3",), ("M8",)),
            insurances=ALL - {Insurance.WORK_INJURY},
            returns_late_fee=True,
            months=N_("选中重复参保各月"),
        ),
        Reason(
            "R08",
            N_("转入机关事业单位"),
            FactKind.INSTITUTION,
            (("M5",), ("M8",)),
            needs_deregistration=True,
            months=N_("选中转入后各月"),
        ),
        Reason(
            "R09",
            N_("服刑、入伍期间"),
            FactKind.SERVICE,
            (("M1", "M3"), ("M8",)),
            months=N_("选中服刑、入伍期间各月"),
        ),
        Reason(
            "R10",
            N_("申报错误、系统原因重复缴费"),
            None,
            (("M3",), ("M8",)),
            returns_late_fee=True,
            months=N_("选中重复缴费各月"),
        ),
        Reason("R99", N_("其他"), None, (("M3",), ("M8",)), needs_note=True),
    )
}

#: R99 needs a text of at least this many characters.
NOTE_LENGTH = 10
