"""Who may do what, in one table. Pages draw what ``may`` allows; every service asks again."""

from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.errors import FactorNeeded, NotAllowed
from core.domain.vocabulary import Labelled
from core.domain.wording import N_


class Role(Labelled):
    """One account has one role; 经办 roles are kept apart so that no one reviews and pays."""

    CLERK = "clerk", N_("单位经办人")
    REVIEWER = "reviewer", N_("审核人员")
    APPROVER = "approver", N_("审批人员")
    FINANCE = "finance", N_("财务人员")
    ANALYST = "analyst", N_("分析人员")
    ADMIN = "admin", N_("系统管理员")
    AUDITOR = "auditor", N_("审计人员")
    SYSTEM = "system", N_("系统")


class Right(StrEnum):
    """What can be allowed or denied."""

    APPLY = "apply"
    SEE_BATCHES = "see_batches"
    SEE_EVERY_EMPLOYER = "see_every_employer"
    REVIEW = "review"
    APPROVE = "approve"
    PAY = "pay"
    CORRECT_BANK = "correct_bank"
    ANALYSE = "analyse"
    #: To see full numbers for once, with a purpose and a fresh second factor; the audit log tells of it.
    REVEAL = "reveal"
    SEE_LEDGER = "see_ledger"
    IMPORT_LEDGER = "import_ledger"
    MANAGE_USERS = "manage_users"
    CHANGE_SETTINGS = "change_settings"
    SEE_AUDIT = "see_audit"
    SEE_UNMASKED = "see_unmasked"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CLERK: frozenset({Right.APPLY, Right.CORRECT_BANK, Right.SEE_BATCHES, Right.SEE_UNMASKED}),
    # A reviewer may enter a correction that an employer hands in on paper; then he holds that part and no other.
    Role.REVIEWER: frozenset(
        {Right.REVIEW, Right.CORRECT_BANK, Right.SEE_BATCHES, Right.SEE_EVERY_EMPLOYER, Right.SEE_UNMASKED}
    ),
    Role.APPROVER: frozenset({Right.APPROVE, Right.SEE_BATCHES, Right.SEE_EVERY_EMPLOYER, Right.SEE_UNMASKED}),
    Role.FINANCE: frozenset({Right.PAY, Right.SEE_BATCHES, Right.SEE_EVERY_EMPLOYER, Right.SEE_UNMASKED}),
    Role.ANALYST: frozenset({Right.ANALYSE, Right.REVEAL, Right.SEE_BATCHES, Right.SEE_EVERY_EMPLOYER}),
    Role.ADMIN: frozenset(
        {
            Right.SEE_LEDGER,
            Right.IMPORT_LEDGER,
            Right.MANAGE_USERS,
            Right.CHANGE_SETTINGS,
            Right.SEE_AUDIT,
            Right.SEE_EVERY_EMPLOYER,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Right.SEE_BATCHES,
            Right.SEE_EVERY_EMPLOYER,
            Right.SEE_LEDGER,
            Right.SEE_AUDIT,
            Right.ANALYSE,
            Right.REVEAL,
        }
    ),
    Role.SYSTEM: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: every read and every service takes one. ``employers`` limits a clerk; it is ignored for others.

    ``fresh_factor`` says that this sign-in has shown its second factor within the last minutes (step-up). ``in_full`` says that
    he has revealed what he is about to read (``core.services.reveals``).
    """

    username: str
    role: Role
    employers: frozenset[str] = field(default=frozenset())
    fresh_factor: bool = False
    in_full: bool = False

    def may(self, right: Right) -> bool:
        """Whether the role carries this right, or he was given it for what he is about to read."""
        return right in RIGHTS[self.role] or (right is Right.SEE_UNMASKED and self.in_full)

    def require(self, right: Right) -> None:
        """Raise ``NotAllowed`` unless the role carries this right."""
        if not self.may(right):
            raise NotAllowed(N_("您的角色无权进行此操作，如有需要请联系系统管理员"))

    def require_factor(self) -> None:
        """Raise ``FactorNeeded`` unless the second factor is fresh; the operator at the command line has none to show."""
        if not self.fresh_factor and self.role is not Role.SYSTEM:
            raise FactorNeeded(N_("此操作涉及资金，请先输入动态验证码"), field="factor_code")

    def sees(self, employer_id: str) -> bool:
        """Whether this employer's records are within the viewer's scope."""
        return self.may(Right.SEE_EVERY_EMPLOYER) or employer_id in self.employers

    @property
    def scope(self) -> frozenset[str] | None:
        """The employers to limit a read to, or ``None`` for all."""
        return None if self.may(Right.SEE_EVERY_EMPLOYER) else self.employers


#: The operator at the command line: unmasked, every right (``ledger-format.md``).
SYSTEM = Viewer("system", Role.SYSTEM)
