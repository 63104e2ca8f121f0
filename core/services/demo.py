"""The demonstration: files in the published format, imported like any others, and batches made through the services.

Built twice it is the same: rows that are known stay, and a batch whose people have one already is not made again.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from core.documents.ledger_workbook import ledger_csv, ledger_workbook
from core.domain.bank import FIELDS
from core.domain.errors import Conflict
from core.domain.roles import SYSTEM, Right
from core.domain.wording import N_
from core.services import (
    account_changes,
    batches,
    drafts,
    inbox,
)
from core.services.accounts import DEMO_ACCOUNTS, demo_password, ensure_demo_accounts
from core.services.branches import has_directory, import_branches
from core.services.demo_history import account_moves, history_plans
from core.services.demo_ledger import DATA, AccountMove, BatchPlan, Demonstration, Step, Story, read_demonstration
from core.services.demo_play import explain_anomalies, file_batch, move_account, pay_together, play_step, played_by
from core.services.desk import AGENCY_ZONE, Desk
from core.services.ledger_import import import_files
from core.store.files import write_atomically
from core.texts import _

#: Files were imported and accounts made so many days before the first batch was filed.
_DAYS_BEFORE = 2
_OPENING = time(9, 0)
_SAMPLES = 3
#: So many batches, seven minutes apart, are filed in a morning.
_A_MORNING = 25
#: Minutes after the opening at which a day's refunds are paid, once everything else of the day is done.
_PAY_MINUTE = 360
#: What happened before the last days has been read by everybody.
_UNREAD_DAYS = 3
#: Whose registered account is about to change, and since when.
_CHANGING, _CHANGE_DAYS_AGO = "D003", 1
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
    missing = [plan for plan in plans if not _is_made(desk, plan)]
    with desk.database.filled_in_haste():
        made = _make_batches(desk, missing, demo, account_moves() if with_history and missing else ())
    _ask_for_another_account(desk)
    if with_history and missing:
        explain_anomalies(desk)
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


def _make_batches(
    desk: Desk, plans: Sequence[BatchPlan], demo: Demonstration, moves: Sequence[AccountMove] = ()
) -> int:
    """Play all plans at once in the order of time, so that numbers and audit log read as if it had happened."""
    filed: dict[int, str] = {}
    lately, is_read = _moment(desk, _UNREAD_DAYS), False
    for moment, order, step in sorted(_agenda(desk, plans, moves), key=lambda event: event[:2]):
        if moment >= lately and not is_read:
            is_read = _read_all(_at(desk, moment))
        then = _at(desk, moment)
        if isinstance(step, AccountMove):
            move_account(then, step)
        elif isinstance(step, _Run):
            pay_together(then, played_by(step.username), [filed[each] for each in step.orders])
        elif step is None:
            typed = plans[order].account or demo.typed_accounts.get(plans[order].employer, {})
            filed[order] = file_batch(then, plans[order], typed)
        else:
            play_step(then, filed[order], step)
    return len(filed)


def _read_all(desk: Desk) -> bool:
    """Everybody has read what happened so far."""
    for viewer in map(played_by, DEMO_ACCOUNTS):
        if viewer.may(Right.SEE_BATCHES):
            inbox.mark_read(desk, viewer, up_to=sys.maxsize)
    return True


@dataclass(slots=True)
class _Run:
    """What is paid in one go: everything that one person pays on a day."""

    username: str
    orders: list[int]


def _agenda(
    desk: Desk, plans: Sequence[BatchPlan], moves: Sequence[AccountMove]
) -> Iterator[tuple[datetime, int, "Step | AccountMove | _Run | None"]]:
    """When, with which plan, what: ``None`` is the filing."""
    runs: dict[tuple[datetime, str], _Run] = {}
    for order, plan in enumerate(plans):
        yield _moment(desk, plan.days_ago, minutes=_minutes(order)), order, None
        for step in plan.steps:
            day = plan.days_ago - step.days
            if step.step == "pay":
                when = _moment(desk, day, minutes=_PAY_MINUTE)
                runs.setdefault((when, step.username), _Run(step.username, [])).orders.append(order)
            elif plan.at is not None:
                yield _moment(desk, day) + timedelta(seconds=plan.at), order, step
            else:
                yield _moment(desk, day, minutes=_minutes(order) + 150), order, step
    for (when, _username), run in runs.items():
        yield when, run.orders[0], run
    for move in moves:
        yield _moment(desk, move.asked), -1, move


def _minutes(order: int) -> int:
    """Batches are filed one after another in the morning, and again from nine on when it is over."""
    return 7 * (order % _A_MORNING)


def _ask_for_another_account(desk: Desk) -> None:
    """One change that waits for its approval, at an employer that has no registered account yet."""
    if account_changes.changes_of(desk, SYSTEM, _CHANGING):
        return
    account = read_demonstration().typed_accounts[_CHANGING]
    bank = {field: account[label] for field, label in FIELDS.items()}
    then = _at(desk, _moment(desk, _CHANGE_DAYS_AGO))
    account_changes.request_change(then, played_by("clerk3"), _CHANGING, bank, "首次登记，见开户许可证")


def _moment(desk: Desk, days_ago: int, *, minutes: int = 0) -> datetime:
    """A working hour of a day of the recent past, at the agency."""
    opening = datetime.combine(desk.today() - timedelta(days=days_ago), _OPENING, AGENCY_ZONE)
    return opening + timedelta(minutes=minutes)


def _at(desk: Desk, moment: datetime) -> Desk:
    return replace(desk, clock=lambda: moment)
