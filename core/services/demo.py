"""The demonstration: files in the published format, imported like any others, and batches made through the services.

Built twice it is the same: rows that are known stay, and a batch whose people have one already is not made again.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from core.documents.ledger_workbook import ledger_csv, ledger_workbook
from core.domain.bank import FIELDS
from core.domain.errors import Conflict
from core.domain.line_review import FALLEN, OTHER, Mark, Opinion, Standing
from core.domain.roles import SYSTEM, Right, Viewer
from core.domain.wording import N_
from core.services import (
    account_changes,
    bank_corrections,
    batches,
    drafts,
    filing,
    inbox,
    line_decisions,
    papers,
    previews,
    steps,
)
from core.services.accounts import DEMO_ACCOUNTS, demo_password, ensure_demo_accounts
from core.services.branches import has_directory, import_branches
from core.services.demo_history import history_plans
from core.services.demo_ledger import DATA, BatchPlan, Demonstration, Step, Story, read_demonstration
from core.services.desk import AGENCY_ZONE, Desk
from core.services.ledger_import import import_files
from core.services.line_outcomes import standings
from core.services.steps import require_batch
from core.store.files import write_atomically
from core.texts import _

#: Files were imported and accounts made so many days before the first batch was filed.
_DAYS_BEFORE = 2
_OPENING = time(9, 0)
_SAMPLES = 3
#: So many batches, seven minutes apart, are filed in a morning.
_A_MORNING = 25
#: What happened before the last days has been read by everybody.
_UNREAD_DAYS = 3
#: Of a batch that comes back so many lines are asked about.
_SENT_BACK = 2
#: Whose registered account is about to change, and since when.
_CHANGING, _CHANGE_DAYS_AGO = "D003", 1
_SAMPLE_PAPER = DATA / "demo" / "sample.pdf"
#: Invented branches with right check digits: enough to see the look-up. A directory that is there already stays.
_BRANCHES = DATA / "demo" / "branches.csv"


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was built, and whom to look up first."""

    files: tuple[Path, ...]
    people: int
    rows: int
    new_batches: int
    stories: tuple[Story, ...]


def build_demonstration(desk: Desk, *, with_history: bool = False) -> DemoReport:
    """Write the files, import them, make the accounts and the batches; what is there already stays as it is.

    ``with_history`` adds the batches of the past year (``demo_history``), which take longer than all the rest.
    Raises ``InvalidInput`` on a database with real accounts, and ``Conflict`` when its ledger says otherwise than the files.
    """
    demo = read_demonstration()
    plans = [*demo.batches, *(history_plans(demo) if with_history else ())]
    beginning = _at(desk, _moment(desk, max(plan.days_ago for plan in plans) + _DAYS_BEFORE))
    ensure_demo_accounts(beginning)
    files = write_demo_files(demo, desk.data_dir / "demo")
    if not import_files(beginning, SYSTEM, files).stored:
        raise Conflict(N_("库中已有内容不同的同号记录，演示数据没有导入；请换一个空的数据库"))
    if not has_directory(desk):
        import_branches(beginning, SYSTEM, _BRANCHES, name="演示开户行.csv")
    made = _make_batches(desk, [plan for plan in plans if not _is_made(desk, plan)], demo)
    _ask_for_another_account(desk)
    people = {row["社会保障号码"] for row in demo.contributions}
    return DemoReport(files, len(people), len(demo.contributions), made, tuple(demo.stories))


def tell_demonstration(desk: Desk) -> list[str]:
    """Where to go, as whom, and whom to look up: blank where the ledger is somebody's own."""
    demo = read_demonstration()
    if not all(_is_made(desk, plan) for plan in demo.batches):
        return []
    accounts = [
        _("{name}（{role}）").format(name=name, role=_(role.label))
        for name, (role, _employers) in DEMO_ACCOUNTS.items()
    ]
    samples = [
        _("{employer} {number} {person}：{title}（{reason}）").format(
            employer=story.employer, number=story.number, person=story.person, title=story.title, reason=story.reason
        )
        for story in demo.stories[:_SAMPLES]
    ]
    return [
        _("演示账号：{accounts}").format(accounts="、".join(accounts)),
        _("演示密码：demo-账号-2026，如 {example}").format(example=demo_password("clerk1")),
        _("可以先查这几个人（更多见 data/demo/recipe.toml）："),
        *(f"  {sample}" for sample in samples),
    ]


def is_built(desk: Desk, *, with_history: bool = False) -> bool:
    """Whether there is nothing to build: the demonstration is complete, or the ledger is somebody's own."""
    known = {employer.employer_id for employer in drafts.employers_of(desk, SYSTEM)}
    demo = read_demonstration()
    own = {row["单位编号"] for row in demo.employers}
    plans = [*demo.batches, *(history_plans(demo) if with_history else ())]
    return bool(known) and (not known & own or all(_is_made(desk, plan) for plan in plans))


def write_demo_files(demo: Demonstration, folder: Path) -> tuple[Path, ...]:
    """单位.xlsx, 实缴明细.xlsx (two-row header) and 人员事项.csv; the same bytes each time."""
    contents = {
        "单位.xlsx": ledger_workbook("employers", "单位", demo.employers),
        "实缴明细.xlsx": ledger_workbook("contributions", "实缴明细", demo.contributions),
        "人员事项.csv": ledger_csv("facts", demo.facts),
    }
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return tuple(folder / name for name in contents)


# --- batches ----------------------------------------------------------------------------------------------------------


def _is_made(desk: Desk, plan: BatchPlan) -> bool:
    """Whether somebody of the plan is in a batch already."""
    return batches.list_batches(desk, SYSTEM, search=plan.numbers[0], size=1).total > 0


def _make_batches(desk: Desk, plans: Sequence[BatchPlan], demo: Demonstration) -> int:
    """Play all plans at once in the order of time, so that numbers and audit log read as if it had happened."""
    filed: dict[int, str] = {}
    lately, is_read = _moment(desk, _UNREAD_DAYS), False
    for moment, order, step in sorted(_agenda(desk, plans), key=lambda event: event[:2]):
        if moment >= lately and not is_read:
            is_read = _read_all(_at(desk, moment))
        then, plan = _at(desk, moment), plans[order]
        if step is None:
            filed[order] = _file(then, plan, demo.typed_accounts.get(plan.employer, {}))
        else:
            _advance(then, filed[order], step)
    return len(filed)


def _read_all(desk: Desk) -> bool:
    """Everybody has read what happened so far."""
    for viewer in map(_viewer, DEMO_ACCOUNTS):
        if viewer.may(Right.SEE_BATCHES):
            inbox.mark_read(desk, viewer, up_to=sys.maxsize)
    return True


def _advance(desk: Desk, number: str, step: Step) -> None:
    """One step of the plan; whoever passes a batch has settled its 待核 lines from the papers."""
    actor = _viewer(step.username)
    name = step.step.removesuffix("?")
    if name in _ON_LINES:
        _ON_LINES[name](desk, actor, number, step.note)
    elif name == "correct":
        _correct(desk, actor, number, step.note)
    elif name == step.step or any(edge.step == name for edge in batches.show_batch(desk, actor, number).actions):
        if name == "pass" and (left := line_decisions.open_positions(desk, actor, number)):
            line_decisions.decide_lines(desk, actor, number, left, Opinion(Mark.PASS))
        steps.advance_batch(desk, actor, number, name, step.note)


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


def _agenda(desk: Desk, plans: Sequence[BatchPlan]) -> Iterator[tuple[datetime, int, Step | None]]:
    """When, with which plan, what: ``None`` is the filing."""
    for order, plan in enumerate(plans):
        yield _moment(desk, plan.days_ago, minutes=_minutes(order)), order, None
        for step in plan.steps:
            yield _moment(desk, plan.days_ago - step.days, minutes=_minutes(order) + 150), order, step


def _minutes(order: int) -> int:
    """Batches are filed one after another in the morning, and again from nine on when it is over."""
    return 7 * (order % _A_MORNING)


def _file(desk: Desk, plan: BatchPlan, account: Mapping[str, str]) -> str:
    """Draft, ticks, papers, preview, confirmation: as the filer does it on the screens. Returns the batch's number."""
    filer = _viewer(plan.filer)
    draft_id = drafts.open_draft(desk, filer, plan.employer).draft_id
    drafts.select_rows(desk, filer, draft_id, plan.serials, plan.serials)
    bank = {field: account[label] for field, label in FIELDS.items() if account}
    drafts.save_draft(desk, filer, draft_id, reason=plan.reason, reason_note=plan.note, bank=bank)
    for material, file_name in plan.papers.items():
        papers.add_paper(desk, filer, draft_id, material, file_name, _SAMPLE_PAPER.read_bytes())
    preview = previews.preview_batch(desk, filer, draft_id)
    return filing.submit_batch(desk, filer, draft_id, preview.key, preview.fingerprint).numbers[0]


def _ask_for_another_account(desk: Desk) -> None:
    """One change that waits for its approval, at an employer that has no registered account yet."""
    if account_changes.changes_of(desk, SYSTEM, _CHANGING):
        return
    account = read_demonstration().typed_accounts[_CHANGING]
    bank = {field: account[label] for field, label in FIELDS.items()}
    then = _at(desk, _moment(desk, _CHANGE_DAYS_AGO))
    account_changes.request_change(then, _viewer("clerk3"), _CHANGING, bank, "首次登记，见开户许可证")


def _viewer(username: str) -> Viewer:
    role, employers = DEMO_ACCOUNTS[username]
    # The demonstration plays its people as they would be after their second factor.
    return Viewer(username, role, frozenset(employers), fresh_factor=True)


def _moment(desk: Desk, days_ago: int, *, minutes: int = 0) -> datetime:
    """A working hour of a day of the recent past, at the agency."""
    opening = datetime.combine(desk.today() - timedelta(days=days_ago), _OPENING, AGENCY_ZONE)
    return opening + timedelta(minutes=minutes)


def _at(desk: Desk, moment: datetime) -> Desk:
    return replace(desk, clock=lambda: moment)
