"""The demonstration's past: about two hundred batches, played through the services, that have gone every way there is."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from core.domain.lifecycle import State
from core.domain.roles import SYSTEM
from core.services.anomalies import list_anomalies, list_overrides
from core.services.anomaly_methods import METHODS
from core.services.batches import list_batches, show_batch
from core.services.checks import check_everything
from core.services.demo import build_demonstration, is_built
from core.services.demo_history import history_plans
from core.services.demo_ledger import read_demonstration
from core.services.desk import Desk
from core.services.line_sheets import read_lines
from core.store.database import Database

DEMO = read_demonstration()
PLANS = history_plans(DEMO)


def test_every_month_is_in_one_plan_only_and_nobody_of_a_story_is() -> None:
    plans = (*DEMO.batches, *PLANS)
    assert max(Counter(serial for plan in plans for serial in plan.serials).values()) == 1
    in_several = [n for n, count in Counter(number for plan in plans for number in plan.numbers).items() if count > 1]
    assert len(in_several) == 1, "the one who is refunded over and over"
    assert {story.number for story in DEMO.stories}.isdisjoint(number for plan in PLANS for number in plan.numbers)


def test_the_same_file_gives_the_same_past() -> None:
    assert history_plans(DEMO) == PLANS


def test_the_past_is_full() -> None:
    assert 180 <= len(PLANS) <= 220
    assert {plan.ends for plan in (*DEMO.batches, *PLANS)} >= {state.label for state in State} - {"支付失败", "待审批"}
    reviewers = {step.username for plan in PLANS for step in plan.steps if step.step == "pass"}
    assert reviewers >= {"reviewer1", "reviewer2", "reviewer3"}
    assert len({plan.days_ago // 30 for plan in PLANS}) >= 10


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("history")
    database = Database(f"sqlite:///{folder / 'refund.sqlite3'}")
    database.migrate()
    desk = Desk(database, folder, clock=lambda: datetime(2026, 6, 1, 4, 0, tzinfo=UTC))
    build_demonstration(desk, with_history=True)
    return desk


def test_every_batch_ends_where_its_life_says(built: Desk) -> None:
    for plan in PLANS:
        rows = list_batches(built, SYSTEM, search=plan.numbers[0]).rows
        assert set(rows["state_label"]) == {plan.ends}, plan


def test_whoever_is_refused_is_told_why(built: Desk) -> None:
    rejected = list_batches(built, SYSTEM, states=[State.REJECTED], size=300).rows["number"]
    assert len(rejected) > 10
    for number in rejected:
        said = read_lines(built, SYSTEM, number).frame["decision"]
        assert all("N13" in each or "劳动争议" in each for each in said)


def test_nothing_is_unsound_and_nothing_is_left_to_build(built: Desk) -> None:
    assert check_everything(built) == []
    assert is_built(built, with_history=True)
    assert build_demonstration(built, with_history=True).new_batches == 0


def test_every_kind_of_anomaly_is_among_them_and_one_is_explained(built: Desk) -> None:
    found = list_anomalies(built, SYSTEM)
    assert {reason.code for anomaly in found for reason in anomaly.reasons} == set(METHODS)
    assert len(found) <= 25, "a screen on which everything is suspicious says nothing"
    (explained,) = list_overrides(built, SYSTEM)
    assert explained.username == "analyst1"
    assert "analyst1" not in {event.actor for event in show_batch(built, SYSTEM, explained.number).events}


def test_rounds_bounces_and_overdue_ones_are_among_them(built: Desk) -> None:
    rows = list_batches(built, SYSTEM, size=300).rows
    shown = [show_batch(built, SYSTEM, number) for number in rows["number"]]
    steps = Counter(event.label for batch in shown for event in batch.events)

    assert {batch.round for batch in shown} >= {1, 2, 3}
    assert steps["登记支付失败"] >= 10
    assert 1 <= rows["overdue"].sum() <= 40
    assert {"登记支付成功", "退回补正", "不予退费", "撤回", "审批通过", "银行信息复核通过"} <= set(steps)
