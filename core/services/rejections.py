"""不予退费 of a whole batch: every line that is left in it is refused, each with the cause that the official names."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.domain.errors import InvalidInput, NotAllowed
from core.domain.lifecycle import Edge
from core.domain.line_review import FALLEN, OTHER, Mark, Said, Standing, by_position, last_decision
from core.domain.roles import SYSTEM
from core.domain.wording import N_
from core.services.desk import Unit
from core.services.line_outcomes import standings
from core.services.line_tables import causes
from core.store import line_decisions as store

CODE, TEXT = "step_code", "step_note"
TEXT_LENGTH = 500


def require_cause(code: str, text: str) -> None:
    """Raise ``InvalidInput`` unless this is the code of a refusal (or ``other``) and a text says why in some words."""
    if code != OTHER and code not in causes(refusing=True):
        raise InvalidInput(N_("请选择不予退费的原因"), field=CODE)
    if not text:
        raise InvalidInput(N_("请填写意见"), field=TEXT)
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(N_("文字不能超过 {count} 个字"), field=TEXT, count=TEXT_LENGTH)


def refuse_what_is_left(unit: Unit, row: Any, edge: Edge, code: str, text: str) -> None:
    """Refuse for good every line that has not left batch ``row``, as ``edge`` is about to end it.

    A line that was marked with a cause of its own under the same part keeps that. Lines and total stay as they were.
    """
    if unit.viewer == SYSTEM:
        raise NotAllowed(N_("逐条意见须由承担该环节的人员填写"))
    store.hold_part(unit.connection, row.batch_id, unit.viewer.username, edge.part.value)
    if refused := list(_refused(unit, row, edge, code, text)):
        store.write_marks(unit.connection, row.batch_id, refused)
    store.make_final(unit.connection, row.batch_id, row.round, edge.part.value)


def _refused(unit: Unit, row: Any, edge: Edge, code: str, text: str) -> Iterator[Said]:
    said = by_position(store.read_marks(unit.connection, row.batch_id))
    for position, standing in standings(unit.connection, row).items():
        own = last_decision(said.get(position, ()))
        if standing is Standing.REFUSING and own is not None and own.part is edge.part:
            # It counts now, like all the others.
            yield replace(own, at=unit.at)
        elif standing not in FALLEN:
            who = unit.viewer.username
            yield Said(position, row.round, edge.part, Mark.REFUSE, code, text, who, unit.at, final=False)
