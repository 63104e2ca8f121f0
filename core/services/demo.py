"""The demonstration: files in the published format, imported like any others, and batches made through the services.

Built twice it is the same: rows that are known stay, and a batch whose people have one already is not made again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from core.documents.ledger_workbook import ledger_csv, ledger_workbook
from core.domain.bank import FIELDS
from core.domain.errors import Conflict
from core.domain.line_review import Mark, Opinion
from core.domain.roles import SYSTEM, Viewer
from core.domain.wording import N_
from core.services import account_changes, batches, drafts, filing, line_decisions, papers, previews, steps
from core.services.accounts import DEMO_ACCOUNTS, demo_password, ensure_demo_accounts
from core.services.branches import has_directory, import_branches
from core.services.demo_ledger import DATA, BatchPlan, Demonstration, Step, Story, read_demonstration
from core.services.desk import AGENCY_ZONE, Desk
from core.services.ledger_import import import_files
from core.store.files import write_atomically
from core.texts import _

#: Files were imported and accounts made so many days before the first batch was filed.
_DAYS_BEFORE = 2
_OPENING = time(9, 0)
_SAMPLES = 3
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


def build_demonstration(desk: Desk) -> DemoReport:
    """Write the files, import them, make the accounts and the batches; what is there already stays as it is.

    Raises ``InvalidInput`` on a database with real accounts, and ``Conflict`` when its ledger says otherwise than the files.
    """
    demo = read_demonstration()
    beginning = _at(desk, _moment(desk, max(plan.days_ago for plan in demo.batches) + _DAYS_BEFORE))
    ensure_demo_accounts(beginning)
    files = write_demo_files(demo, desk.data_dir / "demo")
    if not import_files(beginning, SYSTEM, files).stored:
        raise Conflict(N_("库中已有内容不同的同号记录，演示数据没有导入；请换一个空的数据库"))
    if not has_directory(desk):
        import_branches(beginning, SYSTEM, _BRANCHES, name="演示开户行.csv")
    made = _make_batches(desk, [plan for plan in demo.batches if not _is_made(desk, plan)], demo)
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


def is_built(desk: Desk) -> bool:
    """Whether there is nothing to build: the demonstration is complete, or the ledger is somebody's own."""
    known = {employer.employer_id for employer in drafts.employers_of(desk, SYSTEM)}
    demo = read_demonstration()
    own = {row["单位编号"] for row in demo.employers}
    return bool(known) and (not known & own or all(_is_made(desk, plan) for plan in demo.batches))


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
    for moment, order, step in sorted(_agenda(desk, plans), key=lambda event: event[:2]):
        then, plan = _at(desk, moment), plans[order]
        if step is None:
            filed[order] = _file(then, plan, demo.typed_accounts.get(plan.employer, {}))
        else:
            _advance(then, filed[order], step)
    return len(filed)


def _advance(desk: Desk, number: str, step: Step) -> None:
    """One step of the plan; whoever passes a batch has settled its 待核 lines from the papers."""
    actor = _viewer(step.username)
    if step.step == "pass" and (left := line_decisions.open_positions(desk, actor, number)):
        line_decisions.decide_lines(desk, actor, number, left, Opinion(Mark.PASS))
    steps.advance_batch(desk, actor, number, step.step, step.note)


def _agenda(desk: Desk, plans: Sequence[BatchPlan]) -> Iterator[tuple[datetime, int, Step | None]]:
    """When, with which plan, what: ``None`` is the filing."""
    for order, plan in enumerate(plans):
        yield _moment(desk, plan.days_ago, minutes=7 * order), order, None
        for step in plan.steps:
            yield _moment(desk, plan.days_ago - step.days, minutes=7 * order + 150), order, step


def _file(desk: Desk, plan: BatchPlan, account: Mapping[str, str]) -> str:
    """Draft, ticks, papers, preview, confirmation: as the filer does it on the screens. Returns the batch's number."""
    filer = _viewer(plan.filer)
    draft_id = drafts.open_draft(desk, filer, plan.employer).draft_id
    drafts.select_rows(desk, filer, draft_id, plan.serials, plan.serials)
    bank = {field: account[label] for field, label in FIELDS.items() if account}
    drafts.save_draft(desk, filer, draft_id, reason=plan.reason, bank=bank)
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
