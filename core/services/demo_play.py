"""How the demonstration plays its people: every step through the services, as it would be done on the screens."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from core.domain.bank import FIELDS
from core.domain.line_review import FALLEN, OTHER, Mark, Opinion, Standing
from core.domain.roles import SYSTEM, Viewer
from core.services import (
    account_changes,
    anomalies,
    bank_corrections,
    batches,
    drafts,
    filing,
    line_decisions,
    papers,
    payments,
    previews,
    steps,
)
from core.services.accounts import DEMO_ACCOUNTS
from core.services.demo_history import explanations
from core.services.demo_ledger import DATA, AccountMove, BatchPlan, Step
from core.services.desk import Desk
from core.services.line_outcomes import standings
from core.services.steps import require_batch

#: Of a batch that comes back so many lines are asked about.
_SENT_BACK = 2
_SAMPLE_PAPER = DATA / "demo" / "sample.pdf"


def played_by(username: str) -> Viewer:
    """A demonstration account as it acts."""
    role, employers = DEMO_ACCOUNTS[username]
    # The demonstration plays its people as they would be after their second factor.
    return Viewer(username, role, frozenset(employers), fresh_factor=True)


def play_step(desk: Desk, number: str, step: Step) -> None:
    """One step of the plan; whoever passes a batch has settled its 待核 lines and its account from the papers."""
    actor = played_by(step.username)
    name = step.step.removesuffix("?")
    if name in _ON_LINES:
        _ON_LINES[name](desk, actor, number, step.note)
    elif name == "correct":
        _correct(desk, actor, number, step.note)
    elif name == step.step or any(edge.step == name for edge in batches.show_batch(desk, actor, number).actions):
        if name == "pass" and (left := line_decisions.open_positions(desk, actor, number)):
            line_decisions.decide_lines(desk, actor, number, left, Opinion(Mark.PASS))
        code, note = _cause(step.note) if name == "reject" else ("", step.note)
        steps.advance_batch(desk, actor, number, name, note, code=code, account_checked=True)


def _cause(said: str) -> tuple[str, str]:
    """The code of a refusal, which comes first, and the text behind it."""
    code, _space, text = said.partition(" ")
    return code, text


def _ask(desk: Desk, actor: Viewer, number: str, text: str) -> None:
    """The first lines go back with what is missing."""
    lines = [place for place, each in _standings(desk, actor, number).items() if each not in FALLEN]
    line_decisions.decide_lines(desk, actor, number, lines[:_SENT_BACK], Opinion(Mark.RETURN, text=text))


def _refuse(desk: Desk, actor: Viewer, number: str, text: str) -> None:
    """One line is not refunded; the others are left to the step that follows."""
    lines = line_decisions.open_positions(desk, actor, number)[:1]
    line_decisions.decide_lines(desk, actor, number, lines, Opinion(Mark.REFUSE, OTHER, text))


def _answer(desk: Desk, actor: Viewer, number: str, text: str) -> None:
    """Every line that came back is answered."""
    line_decisions.answer_lines(desk, actor, number, _returned(desk, actor, number), Opinion(Mark.ANSWER, text=text))


def _drop(desk: Desk, actor: Viewer, number: str, text: str) -> None:
    """One line that came back is given up."""
    lines = _returned(desk, actor, number)[:1]
    line_decisions.answer_lines(desk, actor, number, lines, Opinion(Mark.DROP, text=text))


def _returned(desk: Desk, actor: Viewer, number: str) -> list[int]:
    return [place for place, each in _standings(desk, actor, number).items() if each is Standing.RETURNED]


def _standings(desk: Desk, actor: Viewer, number: str) -> dict[int, Standing]:
    with desk.read() as connection:
        return standings(connection, require_batch(connection, actor, number))


_ON_LINES = {"ask": _ask, "refuse": _refuse, "answer": _answer, "drop": _drop}


def _correct(desk: Desk, actor: Viewer, number: str, note: str) -> None:
    """Another 银行交换号: the account stays the registered one."""
    bank = bank_corrections.current_bank(desk, actor, number)
    changed = {**bank, "exchange_number": f"{int(bank['exchange_number']) + 1:06d}"}
    bank_corrections.correct_bank(desk, actor, number, changed, note)


def file_batch(desk: Desk, plan: BatchPlan, account: Mapping[str, str]) -> str:
    """Draft, ticks, papers, preview, confirmation: as the filer does it on the screens. Returns the batch's number."""
    filer = played_by(plan.filer)
    draft_id = drafts.open_draft(desk, filer, plan.employer).draft_id
    drafts.select_rows(desk, filer, draft_id, plan.serials, plan.serials)
    bank = {field: account[label] for field, label in FIELDS.items() if account}
    drafts.save_draft(desk, filer, draft_id, reason=plan.reason, reason_note=plan.note, bank=bank)
    for material, file_name in plan.papers.items():
        papers.add_paper(desk, filer, draft_id, material, file_name, _SAMPLE_PAPER.read_bytes())
    preview = previews.preview_batch(desk, filer, draft_id)
    return filing.submit_batch(desk, filer, draft_id, preview.key, preview.fingerprint).numbers[0]


def pay_together(desk: Desk, actor: Viewer, numbers: Sequence[str]) -> None:
    preview = payments.preview_run(desk, actor, desk.today(), numbers)
    payments.make_run(desk, actor, desk.today(), numbers, preview.fingerprint)


def move_account(desk: Desk, move: AccountMove) -> None:
    """Asked for by the employer, approved by somebody else some days later; then it cools. Once is enough."""
    if account_changes.changes_of(desk, SYSTEM, move.employer):
        return
    bank = {field: move.account[label] for field, label in FIELDS.items()}
    change = account_changes.request_change(desk, played_by(move.by), move.employer, bank, move.note)
    decided = desk.clock() + timedelta(days=move.asked - move.approved)
    later = replace(desk, clock=lambda: decided)
    account_changes.decide_change(later, played_by(move.approver), change, approve=True)


def explain_anomalies(desk: Desk) -> None:
    """Of every code that was explained, the one that is listed last."""
    for said in explanations():
        actor = played_by(said.by)
        found = [each for each in anomalies.list_anomalies(desk, actor) if said.code in {r.code for r in each.reasons}]
        if found:
            anomalies.override_anomaly(desk, actor, found[-1].number, said.code, said.reason)
