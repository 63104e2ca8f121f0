"""The life of a change of a registered account (``domain.md`` §4): one asks for it, another decides, time makes it effective."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.errors import IllegalTransition, NotAllowed
from core.domain.roles import Right, Role, Viewer
from core.domain.vocabulary import Labelled
from core.domain.wording import N_


class ChangeState(Labelled):
    """Where a change stands. Approved is cooling: the old account counts until ``effective_at``."""

    REQUESTED = "requested", N_("待审批")
    APPROVED = "approved", N_("已批准，待生效")
    EFFECTIVE = "effective", N_("已生效")
    REFUSED = "refused", N_("不予变更")
    CANCELLED = "cancelled", N_("已撤销")


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a change: from a state, by a right, to a state. ``by_applicant``: for who asked, else for anybody but him."""

    source: ChangeState
    step: str
    label: str
    right: Right
    target: ChangeState
    by_applicant: bool = False
    needs_note: bool = False
    needs_factor: bool = False


C = ChangeState
MOVES: tuple[Move, ...] = (
    Move(C.REQUESTED, "approve", N_("批准变更"), Right.APPROVE, C.APPROVED, needs_factor=True),
    Move(C.REQUESTED, "refuse", N_("不批准"), Right.APPROVE, C.REFUSED, needs_note=True),
    Move(C.REQUESTED, "cancel", N_("撤销申请"), Right.CORRECT_BANK, C.CANCELLED, by_applicant=True),
    Move(C.APPROVED, "cancel", N_("撤销申请"), Right.CORRECT_BANK, C.CANCELLED, by_applicant=True),
)
_BY_STEP: Mapping[tuple[ChangeState, str], Move] = {(move.source, move.step): move for move in MOVES}

#: Money of a batch must not go where one of its own officials has sent it (one person, one part).
HAS_PART = N_("您在该单位尚未办结的批次中已承担环节，不能再申请或批准其登记账户变更，请由其他人员办理")

#: While an employer has a change in one of these, it can't ask for another.
OPEN_STATES = (C.REQUESTED, C.APPROVED)


def state_at(stored: str, effective_at: str, moment: datetime) -> ChangeState:
    """The state at ``moment``: an approved change is effective from ``effective_at`` (stored moment) on, by time alone."""
    state = ChangeState(stored)
    cooled = state is C.APPROVED and datetime.fromisoformat(effective_at) <= moment
    return C.EFFECTIVE if cooled else state


def find_move(state: ChangeState, step: str) -> Move:
    """The move that ``step`` means in this state, or ``IllegalTransition``."""
    move = _BY_STEP.get((state, step))
    if move is None:
        raise IllegalTransition(N_("该变更当前状态为“{state}”，不能进行此操作，请刷新后查看"), state=state.label)
    return move


def allowed_moves(
    state: ChangeState, viewer: Viewer, employer_id: str, requested_by: str, *, has_part: bool = False
) -> list[Move]:
    """The moves that this viewer may make now; ``has_part``: he holds a part in an open batch of the employer."""
    own = (viewer, employer_id, requested_by)
    return [move for move in MOVES if move.source is state and _refusal(move, *own, has_part=has_part) is None]


def require_allowed(move: Move, viewer: Viewer, employer_id: str, requested_by: str, *, has_part: bool = False) -> None:
    """Raise ``NotAllowed`` with the reason unless this viewer may make the move; ``FactorNeeded`` when only that is missing."""
    refusal = _refusal(move, viewer, employer_id, requested_by, has_part=has_part)
    if refusal is not None:
        raise NotAllowed(refusal)
    if move.needs_factor:
        viewer.require_factor()


def _refusal(move: Move, viewer: Viewer, employer_id: str, requested_by: str, *, has_part: bool) -> str | None:
    if not viewer.may(move.right) or not viewer.sees(employer_id):
        return N_("您的角色无权进行此操作，如有需要请联系系统管理员")
    is_own = viewer.username == requested_by
    # The employer is the applicant: any clerk of its own may take its request back.
    if move.by_applicant and not is_own and viewer.role not in {Role.CLERK, Role.SYSTEM}:
        return N_("只有申请人可以撤销登记账户变更")
    if not move.by_applicant and is_own:
        return N_("申请人不能审批自己提出的登记账户变更，请由其他人员办理")
    if has_part and move.target is C.APPROVED:
        return HAS_PART
    return None
