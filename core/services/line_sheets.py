"""The lines of a batch as its reviewer and its employer work on them: what was told, what was said, where each stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.domain.lifecycle import Part, State, allowed_actions
from core.domain.line_review import (
    FALLEN,
    LEAVING,
    OTHER,
    Mark,
    Said,
    Standing,
    answer_of,
    by_position,
    digest_of_marks,
    last_decision,
    standing,
)
from core.domain.roles import Right, Viewer
from core.rules.catalogue import REFUSALS
from core.services.desk import Desk
from core.services.line_outcomes import LINE_STAGES
from core.services.line_tables import masked, told
from core.services.steps import read_parts, require_batch
from core.store import batches as store
from core.store import line_decisions as marks_store
from core.texts import _


@dataclass(frozen=True, slots=True)
class LineSheet:
    """Every filed line of a batch, in order.

    ``frame``: position, name, social_security_number, period (YYYYMM), insurance, amounts and refundable (fen), verdict,
    codes, texts, basis, remedy, and ``standing`` (a code of ``Standing``), ``decision`` and ``answer`` in words.
    ``may_decide`` and ``may_answer`` say what this viewer may do with lines now; ``seen`` names all that was said of them.
    """

    number: str
    round: int
    frame: pd.DataFrame
    counts: dict[Standing, int]
    may_decide: bool
    may_answer: bool
    seen: str

    @property
    def staying_total(self) -> int:
        """Fen of the lines that are still part of the batch once the next step has taken it on."""
        gone = {standing.value for standing in FALLEN | LEAVING}
        return int(self.frame.loc[~self.frame["standing"].isin(gone), "refundable"].sum())


def read_lines(desk: Desk, viewer: Viewer, number: str) -> LineSheet:
    """The lines of a batch within the viewer's scope, with all that was said of them."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        filed = told(store.read_lines(connection, row.batch_id), store.read_findings(connection, row.batch_id))
        marks = marks_store.read_marks(connection, row.batch_id)
        parts = read_parts(connection, row.batch_id)
    said = by_position(marks)
    frame = masked(viewer, _with_marks(filed, said, row.round, _visible_until(viewer, State(row.state), row.round)))
    state = State(row.state)
    steps = (
        {edge.step for edge in allowed_actions(state, viewer, row.employer_id, parts)}
        if state in LINE_STAGES
        else set()
    )
    counts = Counter(map(Standing, frame["standing"]))
    return LineSheet(
        row.number,
        row.round,
        frame,
        {each: counts[each] for each in Standing if counts[each]},
        "return" in steps,
        "resubmit" in steps,
        digest_of_marks(marks, row.round),
    )


def _visible_until(viewer: Viewer, state: State, turn: int) -> int:
    """The employer reads an official's marks once the batch is sent back: everything is told at once."""
    is_told = viewer.may(Right.SEE_EVERY_EMPLOYER) or state not in LINE_STAGES or state is State.RETURNED
    return turn if is_told else turn - 1


def _with_marks(filed: pd.DataFrame, said: dict[int, Sequence[Said]], turn: int, visible: int) -> pd.DataFrame:
    shown = {place: [each for each in own if _is_told(each, visible)] for place, own in said.items()}
    places = filed["position"].tolist()
    return filed.assign(
        standing=[
            standing(verdict, shown.get(place, ()), turn).value
            for place, verdict in zip(places, filed["verdict"], strict=True)
        ],
        decision=[_say_decision(last_decision(shown.get(place, ()))) for place in places],
        answer=[
            _say_answer(answer_of(shown.get(place, ()), turn) or answer_of(shown.get(place, ()), turn - 1))
            for place in places
        ],
    )


def _is_told(said: Said, visible: int) -> bool:
    return said.part is Part.FILER or said.round <= visible or (said.final and said.mark is Mark.REFUSE)


def _say_decision(said: Said | None) -> str:
    if said is None:
        return ""
    cause = _(REFUSALS[said.code].text) if said.code in REFUSALS else ""
    code = said.code if said.code and said.code != OTHER else ""
    about = "　".join(filter(None, (code, cause, said.text)))
    who = _("{mark}（第 {round} 轮 {who}）").format(mark=_(said.mark.label), round=said.round, who=said.username)
    return _("{name}：{value}").format(name=who, value=about) if about else who


def _say_answer(said: Said | None) -> str:
    if said is None:
        return ""
    label = _(said.mark.label)
    if said.mark is Mark.DROP or not said.text:
        return _("{name}：{value}").format(name=label, value=said.text) if said.text else label
    return said.text
