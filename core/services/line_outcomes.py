"""What a step means for single lines: marks become final, refused and dropped lines leave, a new round begins."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.errors import IllegalTransition, InvalidInput, StalePreview
from core.domain.lifecycle import FREE_STATES, SENDING_BACK, WITH_EMPLOYER, Edge, Part, State
from core.domain.line_review import (
    FALLEN,
    LEAVING,
    Standing,
    by_position,
    digest_of_marks,
    left_before,
    standing,
)
from core.domain.wording import N_
from core.services.desk import Unit
from core.store import line_decisions as store
from core.store.batches import Step
from core.store.database import Connection

#: Stages in which single lines are decided or answered; the second look at bank details is not one of them.
LINE_STAGES = (SENDING_BACK - {State.BANK_REVIEW}) | {State.RETURNED}
#: Where it is told that the marks on lines are not those that were seen.
MARKS = "line_marks"


def standings(connection: Connection, row: Any) -> dict[int, Standing]:
    """Where each line of batch ``row`` stands, by position."""
    said = by_position(store.read_marks(connection, row.batch_id))
    verdicts = store.read_verdicts(connection, row.batch_id)
    return {position: standing(verdict, said.get(position, ()), row.round) for position, verdict in verdicts.items()}


def left_positions(connection: Connection, row: Any, history: Sequence[Step]) -> set[int]:
    """The lines that left batch ``row`` one by one: its total is that of the others, also after it was rejected."""
    last = (row.round, Part(history[-1].part)) if row.state == State.REJECTED else None
    said = by_position(store.read_marks(connection, row.batch_id))
    return {position for position, own in said.items() if left_before(own, last)}


def require_same_marks(unit: Unit, row: Any, seen: str) -> None:
    """Raise ``StalePreview`` unless everything that was said of the lines is what the viewer had before him (invariant 3).

    ``seen``: ``LineSheet.seen`` of that moment. Several people may hold the same part, so a colleague may have changed a mark.
    """
    said = store.read_marks(unit.connection, row.batch_id)
    if digest_of_marks(said, row.round) == seen:
        return
    others = [each for each in said if each.round == row.round and each.username != unit.viewer.username]
    if not others:
        raise StalePreview(N_("明细的意见在您打开后有变动，请核对后再确定"), field=MARKS)
    last = max(others, key=lambda each: each.at)
    lines = sum((each.username, each.at, each.mark) == (last.username, last.at, last.mark) for each in others)
    raise StalePreview(
        N_("明细的意见在您打开后有变动，最近是 {name} 将 {count} 条标为“{mark}”，请核对后再确定"),
        field=MARKS,
        name=last.username,
        count=lines,
        mark=last.mark.label,
    )


def conclude_lines(unit: Unit, row: Any, edge: Edge, note: str) -> bool:
    """Do to the lines of batch ``row`` what follows from taking ``edge``; whether any of them left the batch.

    A batch that ends keeps its lines: all of them are free then (``rejections`` says of each why, if it is rejected). Raises
    ``InvalidInput`` while lines are not settled (for a pass) or not answered (for a new round), ``IllegalTransition`` when no
    line would be left.
    """
    if edge.source not in LINE_STAGES or edge.target in FREE_STATES:
        return False
    found = standings(unit.connection, row)
    comes_back = edge.source in WITH_EMPLOYER
    if comes_back:
        _require_answered(found, note)
    elif edge.target not in WITH_EMPLOYER:
        _require_settled(found)
    leaving = [position for position, each in found.items() if each in LEAVING]
    if all(each in FALLEN | LEAVING for each in found.values()):
        raise _nothing_left(comes_back=comes_back)
    store.make_final(unit.connection, row.batch_id, row.round, edge.part.value)
    if leaving:
        store.free_fallen(unit.connection, row.batch_id, leaving)
    if comes_back:
        store.begin_round(unit.connection, row.batch_id, row.round + 1)
    return bool(leaving)


def _require_settled(found: Mapping[int, Standing]) -> None:
    open_count = _count(found, Standing.OPEN)
    returned = _count(found, Standing.RETURNED)
    if returned:
        raise InvalidInput(N_("有 {count} 条明细标为待补正，请退回补正，或先改变这些明细的意见"), count=returned)
    if open_count:
        raise InvalidInput(N_("还有 {count} 条待核明细没有逐条核定，请先在退费明细中核定"), count=open_count)


def _require_answered(found: Mapping[int, Standing], note: str) -> None:
    unanswered = _count(found, Standing.RETURNED)
    if unanswered and not note:
        raise InvalidInput(
            N_("还有 {count} 条退回的明细没有答复：请逐条答复或放弃，或在意见中统一说明"),
            field="step_note",
            count=unanswered,
        )


def _nothing_left(*, comes_back: bool) -> IllegalTransition:
    if comes_back:
        return IllegalTransition(N_("全部明细都已放弃，没有可以重新提交的内容，请改为撤回"))
    return IllegalTransition(N_("没有仍可退费的明细，请改为不予退费"))


def _count(found: Mapping[int, Standing], wanted: Standing) -> int:
    return sum(each is wanted for each in found.values())
