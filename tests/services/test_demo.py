"""The demonstration shows everything that the rules know, and is built from the recipe alone.

Built once for this file; a test that changes something works on a copy.
"""

import dataclasses
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.documents.ledger_workbook import ledger_workbook
from core.documents.tables import read_ledger_file
from core.domain.bank import FIELDS, check_bank_fields
from core.domain.errors import Conflict, InvalidInput
from core.domain.identifiers import social_security_number_fault
from core.domain.lifecycle import LIVE_STATES, PAID_STATES, State
from core.domain.materials import MATERIALS
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import SYSTEM, Role, Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import Arrival, Assessment, FactKind, InjuryMode, PaymentKind
from core.rules.catalogue import REFUSALS
from core.services.accounts import DEMO_ACCOUNTS, create_user, list_users
from core.services.batches import list_batches, show_batch
from core.services.checks import check_everything
from core.services.demo import build_demonstration, is_built, tell_demonstration, write_demo_files
from core.services.demo_ledger import Demonstration, Story, base_limits, read_demonstration
from core.services.desk import Desk
from core.services.drafts import open_draft, save_draft, select_rows
from core.services.judging import judge_range, judge_rows
from core.services.ledger_overview import read_overview
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.store.database import Database

DEMO = read_demonstration()
FIRST, LAST = Period(202110), Period(202309)
CLERK1 = Viewer("clerk1", Role.CLERK, frozenset({"D001"}))
#: What no file can carry: a foreign row id is sent by a browser, the other two come from batches.
NOT_IN_A_LEDGER = {"N03", "N04", "N05"}


def story(name: str) -> Story:
    return next(story for story in DEMO.stories if story.person == name)


def judged(desk: Desk, name: str, reason: str = "") -> dict[tuple[str, int], tuple[str, ...]]:
    """The codes of a story's lines under its reason: (serial, insurance) → codes."""
    told = story(name)
    result = judge_range(desk, SYSTEM, told.employer, reason or told.reason, FIRST, LAST, [told.number])
    return {(str(result.serial[i]), int(result.insurance[i])): result.codes(i) for i in range(len(result))}


@pytest.fixture(scope="module", autouse=True)
def _each_workbook_is_written_once() -> Iterator[None]:
    """Most of a build is the writing of one workbook; ``ledger_workbook`` itself gives the same bytes each time, see below."""
    written: dict[tuple[str, str], bytes] = {}

    def write(kind: str, sheet_name: str, rows: Sequence[Mapping[str, str]]) -> bytes:
        key = kind, repr(rows)
        if key not in written:
            written[key] = ledger_workbook(kind, sheet_name, rows)
        return written[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.services.demo.ledger_workbook", write)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The demonstration on SQLite, built once; only for looking at."""
    folder = tmp_path_factory.mktemp("demonstration")
    database = Database(f"sqlite:///{folder / 'refund.sqlite3'}")
    database.migrate()
    desk = Desk(database, folder)
    build_demonstration(desk)
    return desk


@pytest.fixture
def own(built: Desk, tmp_path: Path) -> Desk:
    """A copy of the demonstration, to change something in it."""
    folder = shutil.copytree(built.data_dir, tmp_path / "own")
    return Desk(Database(f"sqlite:///{folder / 'refund.sqlite3'}"), folder)


# --- the files --------------------------------------------------------------------------------------------------------


def test_the_ledger_has_three_employers_about_four_hundred_people_and_two_years() -> None:
    months = {row["费款所属期"] for row in DEMO.contributions}

    assert [employer["单位编号"] for employer in DEMO.employers] == ["D001", "D002", "D003"]
    assert 380 <= len({row["社会保障号码"] for row in DEMO.contributions}) <= 420
    assert sorted(months) == [str(month) for month in FIRST.through(LAST)]
    assert len({row["缴费流水号"] for row in DEMO.contributions}) == len(DEMO.contributions)


def test_nobody_in_it_can_be_a_real_person() -> None:
    numbers = {row["社会保障号码"] for row in DEMO.contributions if row["证件类型"] == "居民身份证"}

    assert all(number.startswith("119999") for number in numbers)
    assert {social_security_number_fault(number) for number in numbers} == {None}


def test_every_kind_that_the_format_knows_occurs() -> None:
    def values(column: str) -> set[str]:
        return {row[column] for row in DEMO.contributions}

    assert values("缴费类型") == {kind.label for kind in PaymentKind}
    assert values("核定来源") == {kind.label for kind in Assessment}
    assert values("到账状态") == {kind.label for kind in Arrival}
    assert values("工伤参保方式") == {kind.label for kind in InjuryMode}
    assert {fact["事项"] for fact in DEMO.facts} == {kind.label for kind in FactKind}


def test_amounts_are_rates_of_the_base_within_its_limits() -> None:
    """domain.md §6: 养老 16 % + 8 %, 失业 0.5 % + 0.5 %, 工伤 by line of business; the worked month of March 2022."""
    (march,) = [row for row in DEMO.contributions if row["姓名"] == "张云舟" and row["费款所属期"] == "2022-03"]

    assert {name: march[name] for name in march if re.match("养老|失业|工伤(?!参)", name)} == {
        "养老缴费基数": "5360.00", "养老单位缴费金额": "857.60", "养老个人缴费金额": "428.80", "养老滞纳金": "0.00",
        "失业缴费基数": "5360.00", "失业单位缴费金额": "26.80", "失业个人缴费金额": "26.80", "失业滞纳金": "0.00",
        "工伤缴费基数": "5360.00", "工伤单位缴费金额": "10.72", "工伤滞纳金": "0.00",
    }  # fmt: skip
    for row in DEMO.contributions:
        base = float(row["养老缴费基数"])
        _, floor, ceiling = next(
            limit for limit in reversed(base_limits()) if limit[0] <= Period.parse(row["费款所属期"])
        )
        assert base == 0 or floor <= base <= ceiling or row["缴费类型"] == "差额补缴"


def test_a_month_paid_47_days_late_costs_30_23() -> None:
    (june,) = [row for row in DEMO.contributions if row["姓名"] == "张云舟" and row["费款所属期"] == "2022-06"]

    assert (june["养老单位缴费金额"], june["养老个人缴费金额"], june["养老滞纳金"]) == ("857.60", "428.80", "30.23")
    assert june["到账日期"] == "2022-08-16"


@pytest.mark.parametrize("employer_id", ["D001", "D002", "D003"])
def test_refund_accounts_have_no_fault(employer_id: str) -> None:
    (employer,) = [employer for employer in DEMO.employers if employer["单位编号"] == employer_id]
    account = DEMO.typed_accounts.get(employer_id, employer)
    bank = {field: account[label] for field, label in FIELDS.items()}
    registered = {field: employer.get(label, "") for field, label in FIELDS.items()}

    assert check_bank_fields(bank, registered=registered, names={employer["单位名称"]}) == []


def test_the_same_recipe_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.services.demo.ledger_workbook", ledger_workbook)
    once, twice = write_demo_files(DEMO, tmp_path / "a"), write_demo_files(read_demonstration(), tmp_path / "b")

    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in twice]


def test_the_files_are_in_the_published_format(tmp_path: Path) -> None:
    files = [read_ledger_file(path) for path in write_demo_files(DEMO, tmp_path)]

    assert [(table.layout.kind, len(table)) for file in files for table in file.tables] == [
        ("employers", 3),
        ("contributions", len(DEMO.contributions)),
        ("facts", len(DEMO.facts)),
    ]
    assert not any(file.is_refused for file in files)
    contributions = files[1].tables[0]
    assert contributions.header_row == 2


# --- what it shows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", DEMO.stories, ids=lambda told: told.person)
def test_a_story_shows_what_it_promises(built: Desk, told: Story) -> None:
    result = judge_range(built, SYSTEM, told.employer, told.reason, FIRST, LAST, [told.number])
    found = {code for i in range(len(result)) for code in result.codes(i)}

    assert set(told.codes) <= found
    assert found - set(told.codes) <= {"N04", "N05"}, "the recipe should say so"


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_refunds_somebody(built: Desk, reason: str) -> None:
    refundable = 0
    for told in DEMO.stories:
        if told.reason == reason:
            result = judge_range(built, SYSTEM, told.employer, reason, FIRST, LAST, [told.number])
            refundable += int(result.refundable.sum())

    assert refundable > 0


def test_every_refusal_that_a_ledger_can_carry_occurs(built: Desk) -> None:
    found: Counter[str] = Counter()
    limited = Settings({"claim_limit_months": "12"})
    for told in DEMO.stories:
        result = judge_range(built, SYSTEM, told.employer, told.reason, FIRST, LAST, [told.number])
        found.update(code for i in range(len(result)) for code in result.codes(i))
        with built.read() as connection:
            late = judge_rows(connection, limited, told.employer, told.reason, result.serial.tolist(), Period(202310))
        found.update(code for i in range(len(late)) for code in late.codes(i) if code == "N22")

    assert set(REFUSALS) - set(found) <= NOT_IN_A_LEDGER
    assert {"V13", "N22", "N01", "N24"} <= set(found)


def test_n03_n04_and_n05_are_there_to_be_seen(built: Desk) -> None:
    foreign = next(row["缴费流水号"] for row in DEMO.contributions if row["单位编号"] == "D002")
    with built.read() as connection:
        result = judge_rows(connection, Settings(), "D001", "R01", [foreign], Period(202310))

    assert {result.codes(i) for i in range(len(result))} == {("N03",)}
    assert any("N04" in codes for codes in judged(built, "彭文博").values())
    assert any("N05" in codes for codes in judged(built, "苏雪晴").values())


def test_the_first_person_to_look_up_has_the_nineteen_rows_of_the_guide(built: Desk) -> None:
    told = DEMO.stories[0]
    result = judge_range(built, SYSTEM, "D001", "R01", Period(202201), LAST, [told.number])

    assert len(result) == 19 * 3
    assert Counter(result.codes(i) for i in range(len(result))) == {("N13",): 12, (): 45}
    assert int(result.refundable.sum()) < int(result.payable.sum())


@pytest.mark.parametrize(
    ("people", "reason", "hold"),
    [(["郑沐阳"], "R01", "N12"), (["吕俊杰"], "R10", "N27"), (["郑沐阳", "孙望舒"], "R01", "N12")],
)
def test_the_holds_of_a_batch_can_be_met(own: Desk, people: list[str], reason: str, hold: str) -> None:
    draft_id = open_draft(own, CLERK1, "D001").draft_id
    rows = [row["缴费流水号"] for row in DEMO.contributions if row["姓名"] in people]
    select_rows(own, CLERK1, draft_id, rows, rows)
    save_draft(own, CLERK1, draft_id, reason=reason)

    assert hold in {found.code for found in preview_batch(own, CLERK1, draft_id).holds}


def test_the_employer_in_arrears_without_an_account_is_told_so(own: Desk) -> None:
    clerk3 = Viewer("clerk3", Role.CLERK, frozenset({"D003"}))
    draft_id = open_draft(own, clerk3, "D003").draft_id
    rows = [row["缴费流水号"] for row in DEMO.contributions if row["姓名"] == "石少华"]
    select_rows(own, clerk3, draft_id, rows, rows)
    typed = DEMO.typed_accounts["D003"]
    save_draft(own, clerk3, draft_id, reason="R01", bank={field: typed[label] for field, label in FIELDS.items()})
    preview = preview_batch(own, clerk3, draft_id)

    assert "N18" in {found.code for found in preview.holds}
    assert preview.can_submit
    assert any("尚无已登记的退费账户" in warning for warning in preview.warnings)


# --- accounts and batches ---------------------------------------------------------------------------------------------


def test_the_accounts_of_names_md_are_there(built: Desk) -> None:
    accounts = {account.username: account for account in list_users(built, SYSTEM) if account.role is not Role.SYSTEM}

    assert {name: (account.role, account.employers) for name, account in accounts.items()} == DEMO_ACCOUNTS
    assert all(account.can_sign_in for account in accounts.values())


def test_batches_stand_where_the_recipe_says(built: Desk) -> None:
    rows = list_batches(built, SYSTEM, size=100).rows

    assert Counter(rows["state_label"]) == Counter(plan.ends for plan in DEMO.batches)
    assert {State(state) for state in rows["state"]} & PAID_STATES == PAID_STATES
    assert len({State(state) for state in rows["state"]} & LIVE_STATES) >= 6


def test_history_lies_in_the_recent_past_and_runs_forward(built: Desk) -> None:
    now = datetime.now(UTC)
    for number in list_batches(built, SYSTEM, size=100).rows["number"]:
        moments = [datetime.fromisoformat(event.at) for event in show_batch(built, SYSTEM, number).events]
        assert moments == sorted(moments)
        assert now - timedelta(days=90) < moments[0] <= moments[-1] < now


def test_a_batch_of_an_employer_without_an_account_is_marked(built: Desk) -> None:
    rows = list_batches(built, SYSTEM, size=100).rows

    assert {number: show_batch(built, SYSTEM, number).account_unverified for number in rows["number"]} == dict(
        zip(rows["number"], rows["employer_id"] == "D003", strict=True)
    )


def test_papers_came_along(built: Desk) -> None:
    numbers = list_batches(built, SYSTEM, size=100).rows["number"]
    papers = [paper for number in numbers for paper in show_batch(built, SYSTEM, number).papers]

    assert len(papers) == sum(len(plan.papers) for plan in DEMO.batches)
    assert {paper.material for paper in papers} <= MATERIALS.keys()


# --- building ---------------------------------------------------------------------------------------------------------


def fingerprint(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(desk.data_dir / "refund.sqlite3")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def test_nothing_is_wrong_with_it(built: Desk) -> None:
    assert check_everything(built) == []


def test_building_it_again_changes_nothing(own: Desk) -> None:
    before = fingerprint(own)

    report = build_demonstration(dataclasses.replace(own, clock=lambda: datetime.now(UTC) + timedelta(days=400)))

    assert report.new_batches == 0
    assert fingerprint(own) == before


def test_it_is_built_on_an_empty_database_and_then_not_again(database: Database, data_dir: Path) -> None:
    desk = Desk(database, data_dir)
    assert not is_built(desk)
    assert tell_demonstration(desk) == []

    report = build_demonstration(desk)

    assert is_built(desk)
    assert (report.rows, report.new_batches) == (len(DEMO.contributions), len(DEMO.batches))
    assert read_overview(desk, SYSTEM).contributions == len(DEMO.contributions)
    assert check_everything(desk) == []
    assert story("张云舟").number in "\n".join(tell_demonstration(desk))


def test_a_database_that_somebody_works_with_stays_as_it_is(sqlite_database: Database, data_dir: Path) -> None:
    desk = Desk(sqlite_database, data_dir)
    create_user(desk, SYSTEM, "wang", Role.ADMIN)

    with pytest.raises(InvalidInput):
        build_demonstration(desk)

    assert [account.username for account in list_users(desk, SYSTEM) if account.role is not Role.SYSTEM] == ["wang"]
    assert read_overview(desk, SYSTEM).contributions == 0


def test_a_ledger_that_says_otherwise_is_not_overwritten(own: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = DEMO.employers[0]
    other = dataclasses.replace(DEMO, employers=[{**first, "单位名称": "另一家公司"}, *DEMO.employers[1:]])
    monkeypatch.setattr("core.services.demo.read_demonstration", lambda: other)
    before = fingerprint(own)

    with pytest.raises(Conflict):
        build_demonstration(own)

    assert fingerprint(own) == before


def test_a_build_that_was_interrupted_is_completed(sqlite_database: Database, data_dir: Path, monkeypatch) -> None:
    desk = Desk(sqlite_database, data_dir)
    some: Demonstration = dataclasses.replace(DEMO, batches=DEMO.batches[:3])
    with monkeypatch.context() as patch:
        patch.setattr("core.services.demo.read_demonstration", lambda: some)
        build_demonstration(desk)

    assert not is_built(desk)
    assert build_demonstration(desk).new_batches == len(DEMO.batches) - 3
    assert is_built(desk)


def test_switches_can_be_tried_on_it(own: Desk) -> None:
    assert any("N13" in codes for codes in judged(own, "周知夏").values())
    before = sum(not codes for codes in judged(own, "周知夏").values())
    change_setting(own, SYSTEM, "leave_month_refundable", "day15")

    assert sum(not codes for codes in judged(own, "周知夏").values()) == before + 3
