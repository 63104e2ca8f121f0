"""消息: what waits for somebody, what others did to his batches and account changes or wrote beside them, and what of that he
has not read yet.
"""

from dataclasses import dataclass
from typing import Any

from core.domain.account_change import ChangeState, state_at
from core.domain.lifecycle import Part, State, find_edge
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.wording import N_
from core.services.account_changes import AccountChange, list_changes
from core.services.comments import sees_internal
from core.services.desk import Desk
from core.services.steps import FILING
from core.store import inbox as store
from core.store.audit import read_head
from core.texts import _

#: Unread messages are counted up to this; nobody reads a larger number.
MOST_COUNTED = 100
#: So many messages can be paged through; what is older stands on the batches' own pages.
MOST_LISTED = 1_000
_CHANGED, _COMMENT, _INTERNAL = N_("登记账户变更"), N_("留言"), N_("内部留言")


@dataclass(frozen=True, slots=True)
class Message:
    """Something that somebody else did or wrote. ``number`` is blank for an account change; ``state`` is where it led.

    ``state`` is ``None`` for a comment, which led nowhere: its text is the ``note``.
    """

    sequence: int
    unread: bool
    number: str
    employer_id: str
    employer_name: str
    label: str
    state: State | ChangeState | None
    actor: str
    part: str
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of messages, the latest first; ``total`` of those that can be paged through, ``unread`` up to ``MOST_COUNTED``.

    ``read_up_to`` is the audit entry of the moment: whatever had happened when the page was drawn.
    """

    messages: tuple[Message, ...]
    total: int
    unread: int
    page: int
    size: int
    read_up_to: int


def count_unread(desk: Desk, viewer: Viewer) -> int:
    """How many messages came since the viewer last said that he had read them, up to ``MOST_COUNTED``; 0 without batches."""
    if not viewer.may(Right.SEE_BATCHES):
        return 0
    with desk.read() as connection:
        seen = store.read_seen(connection, viewer.username)
        return store.count_messages(connection, _reader(viewer), after=seen, most=MOST_COUNTED)


def list_messages(desk: Desk, viewer: Viewer, *, page: int = 1, size: int = 20) -> MessagePage:
    """What others did to the viewer's batches and account changes, and wrote to him, in his scope, the latest first."""
    viewer.require(Right.SEE_BATCHES)
    reader = _reader(viewer)
    with desk.read() as connection:
        seen = store.read_seen(connection, viewer.username)
        total = store.count_messages(connection, reader, most=MOST_LISTED)
        unread = store.count_messages(connection, reader, after=seen, most=MOST_COUNTED)
        offset = min((page - 1) * size, total)
        rows = store.list_messages(connection, reader, limit=min(size, total - offset), offset=offset)
        head = read_head(connection).sequence
    return MessagePage(tuple(_message(desk, row, seen) for row in rows), total, unread, page, size, head)


def mark_read(desk: Desk, viewer: Viewer, up_to: int) -> None:
    """Everything up to this audit entry is read by the viewer; what came later, unseen by him, stays unread."""
    viewer.require(Right.SEE_BATCHES)
    with desk.write(viewer) as unit:
        store.move_seen(unit.connection, viewer.username, min(up_to, read_head(unit.connection).sequence))


def changes_to_decide(desk: Desk, viewer: Viewer) -> list[AccountChange]:
    """Changes of registered accounts that wait for this viewer's decision; nothing for who decides none."""
    if not viewer.may(Right.APPROVE):
        return []
    changes = list_changes(desk, viewer, only_open=True)
    return [change for change in changes if any(move.right is Right.APPROVE for move in change.moves)]


def _reader(viewer: Viewer) -> store.Reader:
    return store.Reader(viewer.username, viewer.scope, sees_internal(viewer))


def _message(desk: Desk, row: Any, seen: int) -> Message:
    return Message(
        row.sequence,
        row.sequence > seen,
        row.number,
        row.employer_id,
        row.employer_name,
        _label(row),
        _state(desk, row),
        _("系统") if row.username == SYSTEM.username else row.username,
        _(Part(row.part).label) if row.part else "",
        row.note,
        row.at,
    )


def _label(row: Any) -> str:
    if row.kind == "change":
        return _(_CHANGED)
    if row.kind == "comment":
        return _(_INTERNAL) if row.step else _(_COMMENT)
    edge = find_edge(State(row.from_state), row.step) if row.from_state else FILING
    return _(edge.label)


def _state(desk: Desk, row: Any) -> State | ChangeState | None:
    if row.kind == "change":
        return state_at(row.to_state, row.effective_at, desk.clock())
    return State(row.to_state) if row.kind == "event" else None
