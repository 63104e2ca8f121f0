"""Comments beside a batch: among officials only, or for the employer as well. They decide nothing."""

from core.domain.errors import InvalidInput, NotAllowed
from core.domain.identifiers import as_said
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.mail import announce_comment
from core.services.steps import require_batch
from core.store import comments as store
from core.store.comments import Comment

__all__ = ["Comment", "add_comment", "list_comments", "may_comment", "sees_internal"]

LENGTH = 500
_TEXT = "comment_text"
_OFFICIAL = (Right.REVIEW, Right.APPROVE, Right.PAY)


def add_comment(desk: Desk, viewer: Viewer, number: str, text: str, *, internal: bool) -> Comment:
    """Write a comment beside a batch; it is a message to whoever else has a part in it, and to whom it is assigned.

    An employer's is never internal. ``InvalidInput`` for a blank or overlong text.
    """
    said = as_said(text)
    if not said or len(said) > LENGTH:
        raise InvalidInput(N_("请填写留言，不超过 {count} 个字"), field=_TEXT, count=LENGTH)
    if not may_comment(viewer) or (internal and not sees_internal(viewer)):
        raise NotAllowed(N_("您的角色无权进行此操作，如有需要请联系系统管理员"))
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number, lock=True)
        comment = Comment(internal, said, viewer.username, unit.at)
        sequence = unit.audit("batch.comment", row.number, internal=internal)
        store.insert_comment(unit.connection, row.batch_id, comment, sequence)
        announce_comment(unit, row, sequence, internal=internal)
    return comment


def list_comments(desk: Desk, viewer: Viewer, number: str) -> list[Comment]:
    """The comments of a batch that this viewer may read, oldest first."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        return store.read_comments(connection, row.batch_id, internal=sees_internal(viewer))


def may_comment(viewer: Viewer) -> bool:
    """Whether this viewer works on batches at all, for the employer or at the agency."""
    return viewer.may(Right.APPLY) or any(map(viewer.may, _OFFICIAL))


def sees_internal(viewer: Viewer) -> bool:
    """Whether internal comments are for this viewer: officials who work on batches, and the audit."""
    return any(map(viewer.may, (*_OFFICIAL, Right.SEE_AUDIT))) and viewer.may(Right.SEE_EVERY_EMPLOYER)
