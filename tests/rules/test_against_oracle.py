"""The engine against the slow reading of the page, on random ledgers, for every reason and random switches: no difference.

A failing case of the seeded tests names its seed: ``random_ledger(Random(seed))`` makes the ledger again.
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from core.domain.lifecycle import FREE_STATES, PAID_STATES, State
from tests.rules import oracle
from tests.rules.engine import FILING, Engine
from tests.rules.ledgers import (
    REASONS,
    Question,
    ledgers,
    random_ledger,
    random_question,
    random_settings,
    tagged_employer,
)
from tests.rules.oracle import CODES, Claim, Ledger, Line, Money, Row

#: The database is used by all examples of a test; every ledger in it has names of its own.
shared_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def engine(sqlite_database, data_dir):
    return Engine(sqlite_database, data_dir)


def differences(found: list[Line], due: list[Line]) -> list[str]:
    """Each line that differs, as found and as it should be; nothing when all are equal and in the same order."""
    if found == due:
        return []
    told, expected = ({(line.serial, line.insurance): line for line in lines} for lines in (found, due))
    keys = [key for key in told | expected if told.get(key) != expected.get(key)]
    return [f"{told.get(key)} should be {expected.get(key)}" for key in keys] or ["their order, or a line told twice"]


def expected_lines(ledger: Ledger, question: Question, reason: str, switches: dict[str, str]) -> list[Line]:
    return oracle.judge(
        ledger, question.employer, reason, question.first, question.last,
        persons=question.persons, settings=switches, filing=FILING,
    )  # fmt: skip


def compare(engine: Engine, seeds: range) -> list[str]:
    """Both are asked about the ledgers of these seeds, each under switches of its own."""
    wrong = []
    for seed, (tag, ledger) in zip(seeds, engine.learn([random_ledger(Random(seed)) for seed in seeds]), strict=True):
        dice = Random(seed)
        switches, question = random_settings(dice), random_question(dice, ledger, tag)
        engine.set(switches)
        for reason in REASONS:
            found, due = engine.judge(question, reason), expected_lines(ledger, question, reason, switches)
            wrong += [f"seed {seed}, {question}, {reason}, {switches}: {line}" for line in differences(found, due)]
    return wrong


def test_no_difference_on_random_ledgers(engine):
    assert compare(engine, range(500)) == []


def test_no_difference_on_postgresql(postgresql_database, data_dir):
    assert compare(Engine(postgresql_database, data_dir), range(1000, 1060)) == []


@shared_database
@given(ledger=ledgers(), dice=st.randoms(use_true_random=False), reason=st.sampled_from(REASONS))
def test_no_difference_on_the_smallest_ledger_that_shows_one(engine, ledger, dice, reason):
    switches = random_settings(dice)
    engine.set(switches)
    [(tag, named)] = engine.learn([ledger])
    question = random_question(dice, named, tag)
    note(f"{question} {reason} {switches}\n" + "\n".join(map(str, [*named.rows, *named.facts, *named.claims])))
    assert differences(engine.judge(question, reason), expected_lines(named, question, reason, switches)) == []


def test_no_difference_on_an_employer_with_many_people(engine):
    """Whole columns, not a handful of lines: codes of one person must not reach the next."""
    dice = Random(7)
    [(tag, ledger)] = engine.learn([random_ledger(dice, people=150)])
    question = Question(tagged_employer("E1", tag), 202201, 202412)
    for reason in REASONS:
        assert differences(engine.judge(question, reason), expected_lines(ledger, question, reason, {})) == []


def test_no_difference_on_any_choice_of_rows(engine):
    """What is ticked decides N11: a 差额补缴 line that is left out does not help."""
    dice = Random(11)
    for tag, ledger in engine.learn([random_ledger(dice) for _ in range(40)]):
        switches = random_settings(dice)
        employer = tagged_employer("E1", tag)
        ticked = {row.serial for row in ledger.rows if row.employer == employer and dice.random() < 0.6}
        for reason in REASONS:
            found = engine.judge_rows(employer, reason, ticked, switches)
            due = oracle.judge_rows(ledger, employer, reason, ticked, settings=switches, filing=FILING)
            assert differences(found, due) == []


def printed(line: Line) -> tuple[str, ...]:
    """A line as the command line prints it."""
    yuan = (line.employer_part, line.personal_part, line.late_fee, line.interest, line.refundable)
    return (
        line.serial, line.social_security_number, line.name, f"{line.period // 100}-{line.period % 100:02d}",
        line.insurance, line.verdict, "|".join(line.codes), *(f"{fen // 100}.{fen % 100:02d}" for fen in yuan),
    )  # fmt: skip


def test_the_command_line_prints_the_same_lines(engine):
    [(tag, ledger)] = engine.learn([random_ledger(Random(3), people=20)])
    question = Question(tagged_employer("E1", tag), 202201, 202412)
    for reason in REASONS:
        due = expected_lines(ledger, question, reason, {})
        assert list(engine.judgement(question, reason).rows()) == [printed(line) for line in due]


def test_every_finding_says_what_the_page_says_with_facts_and_a_remedy(engine):
    texts = {code: rule.__doc__.split("|")[2].removesuffix("(待核) ").strip() for code, rule in CODES.items()}
    engine.set({"claim_limit_months": "3"})
    told = set()
    for tag, _ledger in engine.learn([random_ledger(Random(seed)) for seed in range(60)]):
        for reason in REASONS:
            judgement = engine.judgement(Question(tagged_employer("E1", tag), 202201, 202412), reason)
            for i in range(len(judgement)):
                findings = judgement.findings(i)
                assert tuple(finding.code for finding in findings) == tuple(judgement.codes(i))
                told |= {(finding.code, finding.text) for finding in findings}
                assert all(finding.basis and finding.remedy for finding in findings)
                assert not any("{" in finding.basis + finding.remedy for finding in findings)
    assert told == {(code, text) for code, text in texts.items() if code != "N03"}


def test_what_a_line_rests_on_is_the_same_in_whichever_order_lines_are_told(engine):
    [(tag, _ledger)] = engine.learn([random_ledger(Random(7), people=20)])
    for reason in REASONS:
        question = Question(tagged_employer("E1", tag), 202201, 202412)
        one, another = engine.judgement(question, reason), engine.judgement(question, reason)
        anyhow = list(range(len(one)))
        Random(reason).shuffle(anyhow)
        told = {line: another.findings(line) for line in anyhow}
        assert [told[line] for line in range(len(one))] == [one.findings(line) for line in range(len(one))]


@pytest.mark.parametrize("state", State)
def test_every_state_of_a_batch(engine, state):
    """A line in a batch is refunded, claimed or free, as the lifecycle says of each of its states."""
    row = Row("1", "E1", "001", 202301, pension=Money(85760, 42880))
    [(tag, _ledger)] = engine.learn([Ledger((row,), (), (Claim("1", "pension", state.label),))])
    pension, *_others = engine.judge(Question(tagged_employer("E1", tag), 202301, 202301), "R99")
    expected = "N04" if state in PAID_STATES else "N05"
    assert pension.codes == (("V13",) if state in FREE_STATES else (expected, "V13"))


def test_the_random_ledgers_hold_every_code_with_and_without_every_verdict():
    """The comparison is worth something only if every code is found often, and often enough alone or not at all."""
    found, verdicts, alone = Counter(), Counter(), Counter()
    dice = Random(0)
    for _ in range(150):
        ledger, switches = random_ledger(dice), random_settings(dice)
        for reason in REASONS:
            for line in expected_lines(ledger, Question("E1", 202201, 202412), reason, switches):
                verdicts[reason, line.verdict] += 1
                found.update((reason, code) for code in line.codes)
                alone.update(line.codes if len(line.codes) == 1 else ())
    everywhere = set(CODES) - {"N03", "N13", "N14", "N15", "V13"}
    assert all(found[reason, code] > 5 for reason in REASONS for code in everywhere)
    assert {reason for reason in REASONS if found[reason, "N13"] > 5} == set(REASONS) - {"R10", "R99"}
    assert {reason for reason in REASONS if found[reason, "V13"] > 5} == set(REASONS) - {"R07"}
    assert {reason for reason in REASONS if found[reason, "N14"]} == {"R05", "R07"}
    assert {reason for reason in REASONS if found[reason, "N15"]} == {"R01", "R05", "R06", "R08"}
    assert all(alone[code] for code in set(CODES) - {"N03"})
    assert all(verdicts[reason, "refundable"] > 100 for reason in REASONS if reason != "R99")
