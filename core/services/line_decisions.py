"""Marks on single lines: an official decides about them beside the papers, the employer answers or drops what came back."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.errors import InvalidInput, NotAllowed
from core.domain.identifiers import as_said
from core.domain.lifecycle import Edge, State, find_edge
from core.domain.line_review import (
    EMPLOYER_MARKS,
    FALLEN,
    OFFICIAL_MARKS,
    OTHER,
    Mark,
    Opinion,
    Said,
    Standing,
    say_positions,
)
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.wording import N_
from core.rules.catalogue import REFUSALS
from core.services.desk import Desk, Unit
from core.services.line_outcomes import standings
from core.services.steps import require_batch, require_step
from core.store import line_decisions as store

TEXT_LENGTH = 500
TEXT, CODE = "line_text", "line_code"


@dataclass(frozen=True, slots=True)
class Marked:
    """How many lines were marked, and whose marks of the same round and part were taken the place of, with how many of each."""

    count: int
    replaced: Mapping[str, int]


def decide_lines(desk: Desk, viewer: Viewer, number: str, positions: Collection[int], opinion: Opinion) -> Marked:
    """An official's opinion on lines of the batch that lies before him. It counts once the step of his part is taken.

    It passes, refuses (with the code of a refusal or ``other``, and a text) or returns (with what is missing). Whoever marks
    a line holds that part of the batch from then on. Raises ``InvalidInput`` for lines that have left the batch,
    ``IllegalTransition`` and ``NotAllowed`` as the step itself would.
    """
    checked = _official(opinion)
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number, lock=True)
        # Whoever may send a batch back may say of each line what he thinks of it.
        return _mark(unit, row, find_edge(State(row.state), "return"), positions, checked)


def open_positions(desk: Desk, viewer: Viewer, number: str) -> list[int]:
    """The lines of a batch that a reviewer still has to settle."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        found = standings(connection, require_batch(connection, viewer, number))
    return [position for position, each in found.items() if each is Standing.OPEN]


def answer_lines(desk: Desk, viewer: Viewer, number: str, positions: Collection[int], opinion: Opinion) -> Marked:
    """The employer's word on lines of a returned batch: an answer, or that it drops them.

    It counts with 补正后重新提交; until then another word may take its place.
    """
    checked = _employers(opinion)
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number, lock=True)
        return _mark(unit, row, find_edge(State(row.state), "resubmit"), positions, checked)


def _official(opinion: Opinion) -> Opinion:
    mark, code, text = opinion.mark, opinion.code, _text(opinion.text)
    if mark not in OFFICIAL_MARKS:
        raise _unknown()
    if mark == Mark.REFUSE and not (code == OTHER or (code in REFUSALS and REFUSALS[code].refuses)):
        raise InvalidInput(N_("请选择不予退费的原因"), field=CODE)
    if mark == Mark.RETURN and not text:
        raise InvalidInput(N_("请写明需要补正的内容"), field=TEXT)
    # No filed line carries the finding of a refusal: what the official has found stands in the letter as the fact.
    if mark == Mark.REFUSE and not text:
        raise InvalidInput(N_("请写明不予退费的事实和理由，决定书将逐字引用"), field=TEXT)
    return Opinion(mark, code if mark == Mark.REFUSE else "", text)


def _employers(opinion: Opinion) -> Opinion:
    text = _text(opinion.text)
    if opinion.mark not in EMPLOYER_MARKS:
        raise _unknown()
    if opinion.mark == Mark.ANSWER and not text:
        raise InvalidInput(N_("请填写对该明细的答复"), field=TEXT)
    return Opinion(opinion.mark, "", text)


def _mark(unit: Unit, row: Any, edge: Edge, positions: Collection[int], opinion: Opinion) -> Marked:
    viewer, mark = unit.viewer, Mark(opinion.mark)
    require_step(unit.connection, viewer, row, edge)
    if viewer == SYSTEM:
        raise NotAllowed(N_("逐条意见须由承担该环节的人员填写"))
    chosen = _standing_only(standings(unit.connection, row), positions)
    store.hold_part(unit.connection, row.batch_id, viewer.username, edge.part.value)
    said = [
        Said(place, row.round, edge.part, mark, opinion.code, opinion.text, viewer.username, unit.at, final=False)
        for place in chosen
    ]
    replaced = _replaced(unit, row, edge, chosen)
    store.write_marks(unit.connection, row.batch_id, said)
    # No words: they may name somebody.
    audited = {"decision": mark.value, "code": opinion.code, "line": say_positions(chosen), "lines": len(chosen)}
    unit.audit("lines.mark", row.number, **audited, round=row.round, replaced=sorted(replaced))
    return Marked(len(chosen), replaced)


def _replaced(unit: Unit, row: Any, edge: Edge, positions: Collection[int]) -> Counter[str]:
    """Whose marks, besides the viewer's own, the next ones on these lines take the place of."""
    same = (row.round, edge.part)
    said = store.read_marks(unit.connection, row.batch_id)
    earlier = (each for each in said if (each.round, each.part) == same and each.position in set(positions))
    return Counter(each.username for each in earlier if each.username != unit.viewer.username)


def _standing_only(found: dict[int, Standing], positions: Iterable[int]) -> list[int]:
    chosen = sorted(set(positions))
    if not chosen:
        raise InvalidInput(N_("请先选择明细"), field=TEXT)
    if any(found.get(position, Standing.REFUSED) in FALLEN for position in chosen):
        raise InvalidInput(N_("所选明细中有已不予退费或已放弃的，请刷新后重新选择"), field=TEXT)
    return chosen


def _text(text: str) -> str:
    said = as_said(text)
    if len(said) > TEXT_LENGTH:
        raise InvalidInput(N_("文字不能超过 {count} 个字"), field=TEXT, count=TEXT_LENGTH)
    return said


def _unknown() -> InvalidInput:
    return InvalidInput(N_("提交的内容无法识别，请刷新页面后重试"))
