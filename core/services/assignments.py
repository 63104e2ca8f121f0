"""分派: who is expected to work on a batch next. It gives nobody a part and takes none away."""

from typing import Any

from core.domain.errors import InvalidInput, NotAllowed
from core.domain.lifecycle import WITH_EMPLOYER, State, allowed_actions
from core.domain.roles import RIGHTS, Right, Role, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.steps import read_parts, require_batch
from core.store import accounts as accounts_store
from core.store import batches as store
from core.store.database import Connection

ASSIGNING = (Right.REVIEW, Right.APPROVE)


def assign_batch(desk: Desk, viewer: Viewer, number: str, username: str) -> str:
    """Say who works on this batch next (blank: nobody); returns who. Leaves one audit entry.

    For reviewers and approvers. Raises ``InvalidInput`` for somebody who may not take the batch's next step.
    """
    _require_official(viewer)
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number, lock=True)
        if username and not _may_work_on(unit.connection, username, row):
            sentence = N_("{name} 不能办理该批次的当前环节，请分派给其他人员")
            raise InvalidInput(sentence, field="assignee", name=username[:32])
        if username != row.assignee:
            store.set_assignee(unit.connection, row.batch_id, username)
            unit.audit("batch.assign", row.number, before=row.assignee, after=username)
    return username


def assignable(desk: Desk, viewer: Viewer) -> list[str]:
    """The officials among whom batches may be divided: everybody who reviews or approves."""
    _require_official(viewer)
    roles = {role for role in Role if role is not Role.SYSTEM and RIGHTS[role] & set(ASSIGNING)}
    with desk.read() as connection:
        return [
            user.username for user in accounts_store.read_users(connection) if user.role in roles and not user.disabled
        ]


def _may_work_on(connection: Connection, username: str, row: Any) -> bool:
    """Whether this person is an official who may take the batch's next step."""
    official = accounts_store.read_viewer(connection, username)
    state = State(row.state)
    if official is None or state in WITH_EMPLOYER:
        return False
    steps = allowed_actions(state, official, row.employer_id, read_parts(connection, row.batch_id))
    return any(edge.right in ASSIGNING for edge in steps)


def _require_official(viewer: Viewer) -> None:
    if not any(map(viewer.may, ASSIGNING)):
        raise NotAllowed(N_("您的角色无权进行此操作，如有需要请联系系统管理员"))
