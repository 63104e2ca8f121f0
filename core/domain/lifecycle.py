"""The life of a batch as one table (``domain.md`` §4): who may take which step from where, and where it leads.

Pages and services ask ``allowed_actions``; nobody compares a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.errors import IllegalTransition, NotAllowed
from core.domain.roles import Right, Role, Viewer
from core.domain.vocabulary import Labelled
from core.domain.wording import N_


class State(Labelled):
    """Where a batch stands. A draft is no batch yet and has no row here."""

    SUBMITTED = "submitted", N_("待受理")
    FIRST_REVIEW = "first_review", N_("待初审")
    SECOND_REVIEW = "second_review", N_("待复核")
    APPROVAL = "approval", N_("待审批")
    PAYABLE = "payable", N_("待支付")
    PAYING = "paying", N_("支付中")
    PAID = "paid", N_("已支付")
    CLOSED = "closed", N_("已办结")
    RETURNED = "returned", N_("退回补正")
    WITHDRAWN = "withdrawn", N_("已撤回")
    REJECTED = "rejected", N_("不予退费")
    PAYMENT_FAILED = "payment_failed", N_("支付失败")
    BANK_CORRECTION = "bank_correction", N_("待更正银行信息")
    BANK_REVIEW = "bank_review", N_("银行信息待复核")


class Part(Labelled):
    """The part a person holds in one batch; nobody holds two."""

    FILER = "filer", N_("申报")
    ACCEPTER = "accepter", N_("受理")
    FIRST_REVIEWER = "first_reviewer", N_("初审")
    SECOND_REVIEWER = "second_reviewer", N_("复核")
    APPROVER = "approver", N_("审批")
    PAYER = "payer", N_("支付")
    CORRECTOR = "corrector", N_("更正银行信息")
    SYSTEM = "system", N_("系统")


@dataclass(frozen=True, slots=True)
class Edge:
    """One step: from a state, by a right, holding a part, to a state.

    ``needs_note``: whoever at the agency sends a batch back or ends it says why. ``needs_factor``: the step releases money,
    so it asks for a fresh second factor.
    """

    source: State
    step: str
    label: str
    right: Right
    part: Part
    target: State
    needs_note: bool = False
    needs_factor: bool = False

    @property
    def needs_cause(self) -> bool:
        """Whether the step refuses a whole batch, which asks for the code of a refusal."""
        return self.target is State.REJECTED

    @property
    def checks_account(self) -> bool:
        """Whether the step settles an account that nobody has registered: the first look at a batch does."""
        return self.source is State.FIRST_REVIEW and self.target is State.SECOND_REVIEW

    @property
    def decides_money(self) -> bool:
        """Whether money goes on its way by the step, or comes nearer to it: whoever takes it sees whose, how much, where to."""
        return self.needs_factor or self.target in _TOWARDS_MONEY

    @property
    def sends_money(self) -> bool:
        """Whether orders leave by the step: for what is still to be paid of a batch, which may be less than all."""
        return self.target is State.PAYING

    @property
    def hands_in_again(self) -> bool:
        """Whether the employer hands the batch in once more, with the papers that it has now."""
        return self.source is State.RETURNED and self.target is State.FIRST_REVIEW


S, P = State, Part
EDGES: tuple[Edge, ...] = (
    Edge(S.SUBMITTED, "accept", N_("受理"), Right.REVIEW, P.ACCEPTER, S.FIRST_REVIEW),
    Edge(S.SUBMITTED, "withdraw", N_("撤回"), Right.APPLY, P.FILER, S.WITHDRAWN),
    Edge(S.FIRST_REVIEW, "withdraw", N_("撤回"), Right.APPLY, P.FILER, S.WITHDRAWN),
    Edge(S.RETURNED, "withdraw", N_("撤回"), Right.APPLY, P.FILER, S.WITHDRAWN),
    Edge(S.FIRST_REVIEW, "pass", N_("初审通过"), Right.REVIEW, P.FIRST_REVIEWER, S.SECOND_REVIEW),
    Edge(S.FIRST_REVIEW, "return", N_("退回补正"), Right.REVIEW, P.FIRST_REVIEWER, S.RETURNED, needs_note=True),
    Edge(S.FIRST_REVIEW, "reject", N_("不予退费"), Right.REVIEW, P.FIRST_REVIEWER, S.REJECTED, needs_note=True),
    Edge(S.RETURNED, "resubmit", N_("补正后重新提交"), Right.APPLY, P.FILER, S.FIRST_REVIEW),
    Edge(S.SECOND_REVIEW, "pass", N_("复核通过"), Right.REVIEW, P.SECOND_REVIEWER, S.PAYABLE),
    Edge(S.SECOND_REVIEW, "escalate", N_("复核通过，报审批"), Right.REVIEW, P.SECOND_REVIEWER, S.APPROVAL),
    Edge(S.SECOND_REVIEW, "return", N_("退回补正"), Right.REVIEW, P.SECOND_REVIEWER, S.RETURNED, needs_note=True),
    Edge(S.SECOND_REVIEW, "reject", N_("不予退费"), Right.REVIEW, P.SECOND_REVIEWER, S.REJECTED, needs_note=True),
    Edge(S.APPROVAL, "pass", N_("审批通过"), Right.APPROVE, P.APPROVER, S.PAYABLE, needs_factor=True),
    Edge(S.APPROVAL, "return", N_("退回补正"), Right.APPROVE, P.APPROVER, S.RETURNED, needs_note=True),
    Edge(S.APPROVAL, "reject", N_("不予退费"), Right.APPROVE, P.APPROVER, S.REJECTED, needs_note=True),
    Edge(S.PAYABLE, "pay", N_("生成支付"), Right.PAY, P.PAYER, S.PAYING, needs_factor=True),
    Edge(S.PAYING, "settle", N_("登记支付成功"), Right.PAY, P.PAYER, S.PAID, needs_note=True),
    # Somebody's word makes a sent order payable again; a bank file that says so is imported without a code.
    Edge(
        S.PAYING,
        "bounce",
        N_("登记支付失败"),
        Right.PAY,
        P.PAYER,
        S.PAYMENT_FAILED,
        needs_note=True,
        needs_factor=True,
    ),
    Edge(S.PAYMENT_FAILED, "ask_correction", N_("通知更正银行信息"), Right.PAY, P.PAYER, S.BANK_CORRECTION),
    Edge(S.BANK_CORRECTION, "correct_bank", N_("更正银行信息"), Right.CORRECT_BANK, P.CORRECTOR, S.BANK_REVIEW),
    Edge(S.BANK_REVIEW, "pass_bank", N_("银行信息复核通过"), Right.REVIEW, P.SECOND_REVIEWER, S.PAYABLE),
    Edge(
        S.BANK_REVIEW,
        "return_bank",
        N_("退回重新更正"),
        Right.REVIEW,
        P.SECOND_REVIEWER,
        S.BANK_CORRECTION,
        needs_note=True,
    ),
    Edge(S.PAID, "close", N_("办结"), Right.PAY, P.PAYER, S.CLOSED),
    # The bank may send money back that it has reported as paid; what is 已办结 stays so.
    Edge(
        S.PAID,
        "money_back",
        N_("登记款项退回"),
        Right.PAY,
        P.PAYER,
        S.PAYMENT_FAILED,
        needs_note=True,
        needs_factor=True,
    ),
)

_TOWARDS_MONEY = frozenset({S.SECOND_REVIEW, S.APPROVAL, S.PAYABLE, S.PAYING, S.PAID})
_BY_STEP: Mapping[tuple[State, str], Edge] = {(edge.source, edge.step): edge for edge in EDGES}
if len(_BY_STEP) != len(EDGES):
    raise ValueError("an edge of the lifecycle is listed twice")

#: A line in a batch in one of these is N05; in one of PAID_STATES it is N04; elsewhere it is free again.
PAID_STATES = frozenset({S.PAID, S.CLOSED})
FREE_STATES = frozenset({S.WITHDRAWN, S.REJECTED})
LIVE_STATES = frozenset(State) - PAID_STATES - FREE_STATES

#: The employer has the batch: the agency's clock stands still.
WITH_EMPLOYER = frozenset({S.RETURNED, S.BANK_CORRECTION})
#: Money has come back, and how the batch is paid again is not settled yet.
AFTER_BOUNCE = frozenset({S.PAYMENT_FAILED, S.BANK_CORRECTION, S.BANK_REVIEW})
#: Stages from which an official sends a batch back to the employer; in these he also decides about single lines, but for
#: the bank details.
SENDING_BACK = frozenset(edge.source for edge in EDGES if edge.needs_note and edge.target in WITH_EMPLOYER)

#: The switch that limits the step which a state waits for, and who has the batch meanwhile.
WAITS_FOR: dict[State, tuple[str, Role]] = {
    S.SUBMITTED: ("days_to_accept", Role.REVIEWER),
    S.FIRST_REVIEW: ("days_to_review", Role.REVIEWER),
    S.SECOND_REVIEW: ("days_to_second_review", Role.REVIEWER),
    S.APPROVAL: ("days_to_approve", Role.APPROVER),
    S.PAYABLE: ("days_to_pay", Role.FINANCE),
    S.PAYING: ("days_to_pay", Role.FINANCE),
    S.PAYMENT_FAILED: ("days_to_pay", Role.FINANCE),
    S.BANK_REVIEW: ("days_to_second_review", Role.REVIEWER),
}
#: Who has a batch where nothing is due: the money has arrived, and no rule says when the file is closed.
WITHOUT_LIMIT: dict[State, Role] = {S.PAID: Role.FINANCE}


def who_has(state: State) -> Role | None:
    """The role at the agency whose turn it is; ``None`` where the employer has the batch, or nobody any more."""
    return WAITS_FOR[state][1] if state in WAITS_FOR else WITHOUT_LIMIT.get(state)


def find_edge(state: State, step: str) -> Edge:
    """The edge ``step`` leaves ``state`` by, or ``IllegalTransition``."""
    edge = _BY_STEP.get((state, step))
    if edge is None:
        raise IllegalTransition(
            N_("该批次当前状态为“{state}”，不能进行此操作，请刷新后查看最新进度"), state=state.label
        )
    return edge


def allowed_actions(state: State, viewer: Viewer, employer_id: str, parts: Mapping[str, Part]) -> list[Edge]:
    """The steps this viewer may take now; ``parts`` maps usernames to the part each already holds in the batch."""
    return [edge for edge in EDGES if edge.source is state and _refusal(edge, viewer, employer_id, parts) is None]


def part_in_the_way(state: State, viewer: Viewer, employer_id: str, parts: Mapping[str, Part]) -> Part | None:
    """The part of this viewer that alone keeps him from the steps which wait now; ``None`` when it keeps him from none.

    Not told of new bank details: their form says by itself who may type them.
    """
    held = parts.get(viewer.username)
    if held is None or allowed_actions(state, viewer, employer_id, parts):
        return None
    for_others = allowed_actions(state, viewer, employer_id, {})
    return held if any(edge.part is not Part.CORRECTOR for edge in for_others) else None


def require_allowed(edge: Edge, viewer: Viewer, employer_id: str, parts: Mapping[str, Part]) -> None:
    """Raise ``NotAllowed`` with the reason unless this viewer may take ``edge``: the right, the scope, one part only.

    ``FactorNeeded`` when all that is missing is a fresh second factor.
    """
    refusal = _refusal(edge, viewer, employer_id, parts)
    if refusal is not None:
        raise NotAllowed(refusal)
    if edge.needs_factor:
        viewer.require_factor()


def _refusal(edge: Edge, viewer: Viewer, employer_id: str, parts: Mapping[str, Part]) -> str | None:
    if viewer.role is Role.SYSTEM:
        return None
    if not viewer.may(edge.right) or not viewer.sees(employer_id):
        return N_("您的角色无权进行此操作，如有需要请联系系统管理员")
    held = parts.get(viewer.username)
    if held is not None and held is not edge.part:
        return N_("同一批次中每人只能承担一个环节，请由其他人员办理")
    return None


def progress() -> tuple[State, ...]:
    """The straight way through, as the timeline draws it."""
    return (S.SUBMITTED, S.FIRST_REVIEW, S.SECOND_REVIEW, S.APPROVAL, S.PAYABLE, S.PAYING, S.PAID, S.CLOSED)
