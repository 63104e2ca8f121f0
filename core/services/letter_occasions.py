"""Which letters the history of a batch gives rise to. A letter follows from a step, so it stays when the batch goes on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.letters import LetterKind
from core.domain.lifecycle import Edge, Part, State, find_edge
from core.domain.line_review import OFFICIAL_MARKS, Mark, Said, last_decision, left_before
from core.store.batches import Step

#: Steps into these are what a letter tells.
_TOLD = {
    State.RETURNED: (LetterKind.SUPPLEMENT,),
    State.REJECTED: (LetterKind.REFUSAL,),
    State.PAID: (LetterKind.COMPLETION, LetterKind.CERTIFICATE),
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """A letter of this kind, the ``turn``-th of its kind, because of ``step``, which was taken as ``part`` in ``round``.

    ``ends``: the step ended the batch without a refund.
    """

    kind: LetterKind
    turn: int
    step: Step
    part: Part
    round: int
    ends: bool


def occasions(history: Sequence[Step], said: Iterable[Said]) -> list[Occasion]:
    """Every letter that there is by now, oldest first."""
    refused_in = {(each.round, each.part) for each in said if each.final and each.mark is Mark.REFUSE}
    found: list[Occasion] = []
    for step, edge, turn in _stages(history):
        for kind in _kinds(edge, refuses=(turn, edge.part) in refused_in):
            before = sum(each.kind is kind for each in found)
            ends = edge.target is State.REJECTED
            found.append(Occasion(kind, before + 1, step, edge.part, turn, ends))
    return found


def _kinds(edge: Edge, *, refuses: bool) -> tuple[LetterKind, ...]:
    if edge.part is Part.ACCEPTER:
        return (LetterKind.ACCEPTANCE,)
    told = _TOLD.get(edge.target, ())
    return (LetterKind.REFUSAL, *told) if refuses and LetterKind.REFUSAL not in told else told


def _stages(history: Sequence[Step]) -> Iterator[tuple[Step, Edge, int]]:
    """Every step after filing with its edge and the round in which it was taken."""
    turn = 1
    for step in history:
        if not step.from_state:
            continue
        edge = find_edge(State(step.from_state), step.step)
        yield step, edge, turn
        turn += edge.source is State.RETURNED


def returned_lines(occasion: Occasion, said: Mapping[int, Sequence[Said]]) -> dict[int, Said]:
    """By position: what is missing of each line that went back on this occasion."""
    latest = {place: _decision_until(own, occasion.round) for place, own in said.items()}
    return {
        place: each
        for place, each in latest.items()
        if each is not None and each.final and each.mark is Mark.RETURN and each.round == occasion.round
    }


def refused_lines(
    occasion: Occasion, said: Mapping[int, Sequence[Said]], positions: Iterable[int]
) -> dict[int, Said | None]:
    """By position: the lines that are not refunded by this decision, each with the mark that says why, if one does.

    A batch that is rejected takes all of its lines along that had not left it before.
    """
    own = {place: _refusing(occasion, marks) for place, marks in said.items()}
    if not occasion.ends:
        return {place: mark for place, mark in sorted(own.items()) if mark is not None and mark.final}
    gone = {place for place, marks in said.items() if left_before(marks, (occasion.round, occasion.part))}
    return {place: own.get(place) for place in positions if place not in gone}


def _refusing(occasion: Occasion, marks: Iterable[Said]) -> Said | None:
    return next(
        (
            each
            for each in marks
            if each.mark is Mark.REFUSE and each.round == occasion.round and each.part is occasion.part
        ),
        None,
    )


def _decision_until(marks: Iterable[Said], turn: int) -> Said | None:
    return last_decision([each for each in marks if each.round <= turn and each.mark in OFFICIAL_MARKS])
