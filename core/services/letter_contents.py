"""What stands in a letter: a batch, read at one moment as its viewer may see it, put into what a letter is filled in from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from core.documents.letters import words
from core.documents.letters.acceptance import Acceptance, acceptance_letter
from core.documents.letters.certificate import Certificate
from core.documents.letters.certificate import certificate as certificate_letter
from core.documents.letters.completion import Completion, Transfer, completion_letter
from core.documents.letters.letter import Head, Letter
from core.documents.letters.refusal import Cause, Refusal, RefusedLine, refusal_letter
from core.documents.letters.supplement import LineToSupplement, Supplement, supplement_letter
from core.domain.identifiers import mask_account
from core.domain.line_review import FALLEN, OTHER, Said, by_position, standing
from core.domain.payments import Outcome
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import Insurance
from core.rules.catalogue import REFUSALS
from core.services.calendar import add_working_days
from core.services.desk import AGENCY_ZONE, Desk
from core.services.letter_occasions import Occasion, occasions, refused_lines, returned_lines
from core.services.line_tables import as_refunded, masked
from core.services.steps import require_batch
from core.store import batches as store
from core.store.database import Connection
from core.store.line_decisions import read_marks
from core.store.papers import OnRecord, papers_ever_of_batch
from core.store.payments import orders_of_batch
from core.texts import _

Marks = Mapping[int, Sequence[Said]]
#: So many digits of an account are on paper, which lies about.
_SHOWN = 4
_STEPS = ("days_to_review", "days_to_second_review", "days_to_pay")


@dataclass(frozen=True, slots=True)
class Case:
    """A batch with all that its letters speak of. ``lines`` as filed, with what is refunded of each."""

    row: Any
    settings: Settings
    lines: pd.DataFrame
    findings: Mapping[tuple[str, str], Sequence[tuple[str, str]]]
    said: Marks
    papers: Sequence[OnRecord]
    orders: Sequence[Any]
    occasions: Sequence[Occasion]
    masked: bool
    now: datetime = field(compare=False)

    @property
    def standing(self) -> pd.DataFrame:
        """The lines that have not left the batch."""
        row, verdicts = self.row, zip(self.lines["position"], self.lines["verdict"], strict=True)
        kept = [standing(verdict, self.said.get(place, ()), row.round) not in FALLEN for place, verdict in verdicts]
        return self.lines[kept]


def read_case(desk: Desk, connection: Connection, viewer: Viewer, number: str) -> Case:
    """The batch of this number within the viewer's scope."""
    row = require_batch(connection, viewer, number)
    marks = read_marks(connection, row.batch_id)
    return Case(
        row,
        desk.settings(connection),
        as_refunded(masked(viewer, store.read_lines(connection, row.batch_id))),
        store.read_findings(connection, row.batch_id),
        by_position(marks),
        papers_ever_of_batch(connection, row.batch_id),
        orders_of_batch(connection, row.batch_id),
        occasions(store.read_steps(connection, row.batch_id), marks),
        not viewer.may(Right.SEE_UNMASKED),
        desk.clock(),
    )


def acceptance(case: Case, occasion: Occasion) -> Letter:
    """受理回执."""
    head = _head(case, occasion)
    days = sum(case.settings.number(name) or 0 for name in _steps(case))
    review_due = date.fromisoformat(occasion.step.due_on)
    papers = Counter(each.paper.material for each in _there_at(case, occasion))
    due = add_working_days(head.day, days)
    return acceptance_letter(Acceptance(head, case.lines, review_due, days, due, papers))


def supplement(case: Case, occasion: Occasion) -> Letter:
    """补正通知."""
    head = _head(case, occasion)
    missing = returned_lines(occasion, case.said)
    lines = [
        LineToSupplement(
            row.position, row.name, row.social_security_number, row.period, Insurance(row.insurance), said.text
        )
        for row, said in _rows(case, missing)
    ]
    reason, present = case.settings.reason(case.row.reason), {each.paper.material for each in _there_at(case, occasion)}
    helpful = [code for code in reason.helpful if code not in present]
    days = case.settings.number("days_to_answer") or 0
    due = add_working_days(head.day, days) if days else head.day
    return supplement_letter(Supplement(head, occasion.step.note, lines, reason.missing(present), helpful, days, due))


def refusal(case: Case, occasion: Occasion) -> Letter:
    """不予退费决定书."""
    marks = refused_lines(occasion, case.said, case.lines["position"].tolist())
    note = occasion.step.note if occasion.ends else ""
    lines = [
        RefusedLine(
            row.position,
            row.name,
            row.social_security_number,
            row.period,
            Insurance(row.insurance),
            row.refundable,
            _code(said),
            _fact(case, row, said, note),
        )
        for row, said in _rows(case, marks)
    ]
    causes = [_cause(code) for code in sorted({said.code for said in marks.values() if said is not None})]
    return refusal_letter(Refusal(_head(case, occasion), occasion.ends, note, lines, causes))


def completion(case: Case, occasion: Occasion) -> Letter:
    """办结通知."""
    return completion_letter(_completion(case, occasion, case.standing))


def certificate(case: Case, occasion: Occasion, person: int) -> Letter:
    """退费情况证明 of the person whom the lines call so. It is handed out today, whenever the money was paid."""
    own = case.standing[case.standing["person"] == person]
    paid = _completion(case, occasion, own)
    today = case.now.astimezone(AGENCY_ZONE).date()
    head = replace(paid.head, day=today, at=case.now, turn=int(own["position"].iloc[0]))
    name, number = own[["name", "social_security_number"]].iloc[0]
    return certificate_letter(Certificate(replace(paid, head=head), name, number))


def _head(case: Case, occasion: Occasion) -> Head:
    row, at = case.row, datetime.fromisoformat(occasion.step.at)
    return Head(
        row.number,
        row.employer_name,
        row.employer_id,
        _(REASONS[row.reason].text),
        datetime.fromisoformat(row.submitted_at).astimezone(AGENCY_ZONE).date(),
        case.settings.agency(),
        at.astimezone(AGENCY_ZONE).date(),
        at,
        occasion.turn,
        case.masked,
    )


def _steps(case: Case) -> tuple[str, ...]:
    threshold = (case.settings.number("approval_threshold_yuan") or 0) * 100
    return (*_STEPS, "days_to_approve") if case.lines["refundable"].sum() > threshold else _STEPS


def _there_at(case: Case, occasion: Occasion) -> list[OnRecord]:
    """The papers as they lay there when the step was taken."""
    at = occasion.step.at
    return [each for each in case.papers if each.paper.uploaded_at <= at and not "" < each.removed_at <= at]


def _rows(case: Case, said: Mapping[int, Any]) -> list[tuple[Any, Any]]:
    """The lines of these positions, in order, each with what was said of it."""
    chosen = case.lines[case.lines["position"].isin(list(said))]
    marks = [said[place] for place in chosen["position"].tolist()]
    return list(zip(chosen.itertuples(index=False), marks, strict=True))


def _code(said: Said | None) -> str:
    if said is None:
        return ""
    return words.OTHER if said.code == OTHER else said.code


def _fact(case: Case, row: Any, said: Said | None, note: str) -> str:
    """What the cause rests on: what the rules found of it, and what the official wrote, unless the letter says it of all."""
    if said is None:
        return ""
    found = [basis for code, basis in case.findings.get((row.serial, row.insurance), ()) if code == said.code]
    told = "；".join(filter(None, (*found, words.SAID_OF_ALL if said.text and said.text == note else said.text)))
    return told or _(REFUSALS[said.code].text)


def _cause(code: str) -> Cause:
    if code == OTHER:
        return Cause(words.OTHER, words.OTHER_CAUSE, words.OTHER_REMEDY)
    return Cause(code, _(REFUSALS[code].text), _(REFUSALS[code].remedy))


def _completion(case: Case, occasion: Occasion, lines: pd.DataFrame) -> Completion:
    paid = {Insurance(order.insurance): order for order in case.orders if order.status == Outcome.PAID}
    transfers = {
        kind: Transfer(order.settled_on, mask_account(order.bank_account)[-_SHOWN:])
        for kind, order in paid.items()
        if (lines["insurance"] == kind.value).any()
    }
    return Completion(_head(case, occasion), lines, transfers)
