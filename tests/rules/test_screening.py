"""The screening against the slow reading of the page: exactly the lines that it calls 可退 for some reason, nobody missed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import pytest

from core.domain.finding import Detail
from core.domain.period import OPEN_END
from core.domain.screening import STRONGEST_FIRST, Find
from core.domain.settings import Settings
from core.domain.vocabulary import FactKind
from core.rules.patterns import Limits, fee_without_delay, outside_limits
from core.rules.screening import Ground
from core.services.base_limits import limits_by_month
from core.services.screening import screen_chunks
from tests.rules import oracle
from tests.rules.engine import FILING, Engine
from tests.rules.ledgers import EMPLOYERS, random_ledger, random_settings, tagged_employer
from tests.rules.oracle import Ledger, Line

#: Without these the page calls lines 可退 that no fact supports.
PROOF = {"refusal_active_N13", "refusal_active_V13"}
LOOKED_FOR = [code for code in STRONGEST_FIRST if code.startswith("R")]


def expected(ledger: Ledger, employer: str, settings: dict[str, str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Of every refundable line of an employer the reasons, the strongest first; of copies (R10) the first one stays."""
    found: dict[tuple[str, str], list[str]] = {}
    for code in LOOKED_FOR:
        lines = oracle.judge(ledger, employer, code, 194901, 219912, settings=settings, filing=FILING)
        fitting = [line for line in lines if line.verdict == "refundable"]
        stays = _first_copies(ledger, lines, fitting) if code == "R10" else set()
        for line in fitting:
            if line.serial not in stays:
                found.setdefault((line.serial, line.insurance), []).append(code)
    return {key: tuple(codes) for key, codes in found.items()}


def _first_copies(ledger: Ledger, lines: Sequence[Line], fitting: Sequence[Line]) -> set[str]:
    """The first copy of every month of which, for some insurance, no copy would stay."""
    filed = {(line.serial, line.insurance) for line in fitting}
    held = {(claim.serial, claim.insurance) for claim in ledger.claims if claim.state in oracle.LIVE + oracle.PAID}
    rows = {row.serial: row for row in ledger.rows}
    months: dict[tuple[str, int], set[str]] = {}
    for line in fitting:
        copies = [
            other
            for other in lines
            if (other.social_security_number, other.period, other.insurance)
            == (line.social_security_number, line.period, line.insurance)
            and _is_copy(rows[other.serial], line.insurance)
        ]
        if all((copy.serial, copy.insurance) in filed | held for copy in copies):
            months.setdefault((line.social_security_number, line.period), set()).add(line.serial)
    return {min(serials) for serials in months.values()}


def _is_copy(row: oracle.Row, insurance: str) -> bool:
    return row.kind == "正常缴费" and row.arrival == "已到账" and row.received(insurance) > 0


def found_of(engine: Engine, employers: Sequence[str], size: int = 1000) -> Iterator[Find]:
    for chunk in screen_chunks(engine.desk, employers, size=size):
        yield from chunk.finds


def reasons_of(find: Find) -> tuple[str, ...]:
    return tuple(code for code in (find.code, *find.also) if code in LOOKED_FOR)


def compare(engine: Engine, seeds: range) -> tuple[list[str], Counter[str]]:
    """The random ledgers of these seeds, each under switches of its own; and how often each reason was told."""
    wrong, told = [], Counter()
    for seed, (tag, ledger) in zip(seeds, engine.learn([random_ledger(Random(seed)) for seed in seeds]), strict=True):
        settings = {key: value for key, value in random_settings(Random(seed)).items() if key not in PROOF}
        engine.set(settings)
        names = [tagged_employer(name, tag) for name in EMPLOYERS]
        finds = list(found_of(engine, names, size=5))
        got = {(find.serial, find.insurance): reasons_of(find) for find in finds if reasons_of(find)}
        due = {key: codes for name in names for key, codes in expected(ledger, name, settings).items()}
        told.update(find.code for find in finds)
        assert len({(find.serial, find.insurance) for find in finds}) == len(finds), "a line is found once"
        wrong += [f"seed {seed} {settings} {key}: {got.get(key)} not {due.get(key)}" for key in got | due
                  if got.get(key) != due.get(key)]  # fmt: skip
    return wrong, told


def test_it_finds_what_the_page_refunds_and_nothing_else(sqlite_database, data_dir):
    wrong, told = compare(Engine(sqlite_database, data_dir), range(120))
    assert wrong == []
    assert all(told[code] > 5 for code in LOOKED_FOR), told


def test_it_finds_the_same_on_postgresql(postgresql_database, data_dir):
    wrong, _told = compare(Engine(postgresql_database, data_dir), range(500, 530))
    assert wrong == []


@pytest.mark.parametrize("fixture", ["sqlite_database", "postgresql_database"])
def test_all_employers_at_once_are_the_same_as_one_after_the_other(fixture, request, data_dir):
    engine = Engine(request.getfixturevalue(fixture), data_dir)
    named = engine.learn([random_ledger(Random(seed), people=12) for seed in (1, 2, 3)])
    names = sorted(tagged_employer(name, tag) for tag, _ledger in named for name in EMPLOYERS)

    one_by_one = sorted(found_of(engine, names), key=str)

    assert one_by_one
    for size in (7, 100, 100_000):
        assert sorted(found_of(engine, [], size), key=str) == one_by_one


def test_nothing_is_found_without_proof_even_if_no_proof_is_asked_for(sqlite_database, data_dir):
    engine = Engine(sqlite_database, data_dir)
    engine.learn([random_ledger(Random(seed)) for seed in range(20)])
    engine.set({})
    proved = {(find.serial, find.insurance): set(reasons_of(find)) for find in found_of(engine, [])}
    engine.set(dict.fromkeys(PROOF, "off"))
    for find in found_of(engine, []):
        assert set(reasons_of(find)) <= proved[find.serial, find.insurance]


# --- the first look ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "months"),
    [
        (FactKind.EMPLOYMENT, (202205, 999912)),
        (FactKind.DEATH, (201903, 999912)),
        (FactKind.INSTITUTION, (201903, 999912)),
        (FactKind.NO_RELATION, (201903, 202204)),
        (FactKind.STUDENT_ABROAD, (201903, 202204)),
        (FactKind.SERVICE, (201903, 202204)),
    ],
)
def test_the_months_that_a_fact_can_reach(kind, months):
    assert Ground("A", kind, "", 20190301, 20220420).months(Settings()) == months
    assert Ground("A", kind, "", 20190301, OPEN_END).months(Settings())[1] == 999912


@pytest.mark.parametrize("switch", ["day15", "always"])
def test_a_switch_can_add_the_month_of_leaving(switch):
    left = Ground("A", FactKind.EMPLOYMENT, "", 20190301, 20220420)
    assert left.months(Settings({"leave_month_refundable": switch}))[0] == 202204


# --- patterns ---------------------------------------------------------------------------------------------------------


class Rows:
    """One row, as the patterns look at it."""

    def __init__(self, period: int, base: int = 0, arrival_day: int = 0, kind: int = 0, arrival: int = 0) -> None:
        self.period, self.arrival_day = np.array([period]), np.array([arrival_day])
        self.kind, self.arrival = np.array([kind]), np.array([arrival])
        self.base = np.array([[base], [0], [0]])


@pytest.mark.parametrize(
    ("period", "base", "outside"),
    [
        (202206, 536000, False),
        (202207, 536000, True),
        (202206, 2822100, False),
        (202206, 2822101, True),
        (202106, 1, False),
        (202606, 3581101, True),
        (202607, 3581101, False),
        (202301, 0, False),
    ],
)
def test_a_base_is_held_against_the_limits_of_its_year(period, base, outside):
    assert outside_limits(Rows(period, base), limits_by_month())[0, 0] == outside


@pytest.mark.parametrize("row", [Rows(202301, 1, kind=2), Rows(202301, 1, arrival=1)])
def test_only_a_regular_payment_that_was_received_has_a_base_to_check(row):
    assert not outside_limits(row, limits_by_month()).any()


def test_without_limits_no_base_is_wrong():
    assert not outside_limits(Rows(202301, 1), Limits.of([])).any()


@pytest.mark.parametrize(
    ("period", "day", "fee", "grace", "found"),
    [
        (202205, 20220531, 1, 0, True),
        (202205, 20220601, 1, 0, False),
        (202205, 20220420, 1, 0, True),
        (202205, 20220510, 0, 0, False),
        (202212, 20230131, 1, 1, True),
        (202212, 20230201, 1, 1, False),
        (202205, 0, 1, 12, False),
    ],
)
def test_a_late_fee_without_delay(period, day, fee, grace, found):
    assert fee_without_delay(Rows(period, arrival_day=day), np.array([fee]), grace)[0] == found


def test_a_find_says_what_it_rests_on(sqlite_database, data_dir):
    engine = Engine(sqlite_database, data_dir)
    engine.learn([random_ledger(Random(seed)) for seed in range(40)])
    for find in found_of(engine, []):
        assert find.basis
        assert all(isinstance(each, Detail) and "{" not in each.told(str) for each in find.basis)
