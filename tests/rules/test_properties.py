"""What holds for every ledger, whatever the rules say in detail."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules.engine import Engine, foreign
from tests.rules.ledgers import REASONS, Question, ledgers, random_ledger, random_settings, tagged_employer
from tests.rules.oracle import CODES, INSURANCES, LIVE, PAID, Ledger, Line

#: The database is used by all examples of a test; every ledger in it has names of its own.
shared_database = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
reasons = st.sampled_from(REASONS)
dice = st.randoms(use_true_random=False)


@pytest.fixture
def engine(sqlite_database, data_dir):
    return Engine(sqlite_database, data_dir)


def everything(tag: int) -> Question:
    """Every month and person of the first employer."""
    return Question(tagged_employer("E1", tag), 202101, 202512)


def judged(engine: Engine, ledger: Ledger, reason: str, switches: dict[str, str]) -> list[Line]:
    engine.set(switches)
    [(tag, _named)] = engine.learn([ledger])
    return engine.judge(everything(tag), reason)


@shared_database
@given(ledgers(), dice, reasons)
def test_totals_hold_to_the_fen(engine, ledger, dice, reason):
    lines = judged(engine, ledger, reason, random_settings(dice))
    assert sum(line.refundable for line in lines) == sum(line.payable for line in lines if line.verdict != "refused")
    for line in lines:
        parts = line.employer_part + line.personal_part
        assert line.received == parts + line.late_fee + line.interest
        assert line.payable in (parts, line.received)


@shared_database
@given(ledgers(), dice, reasons)
def test_a_refused_line_is_never_paid_and_every_other_is_paid_something(engine, ledger, dice, reason):
    for line in judged(engine, ledger, reason, random_settings(dice)):
        refused = any(code.startswith("N") for code in line.codes)
        assert (line.verdict == "refused") is refused
        assert (line.refundable == 0) is refused


@shared_database
@given(ledgers(), reasons)
def test_no_switch_makes_the_product_pay_what_has_been_paid_or_is_not_there(engine, ledger, reason):
    switches = {f"refusal_active_{code}": "off" for code in CODES}
    claimed = {(claim.serial, claim.insurance) for claim in ledger.claims if claim.state in (*LIVE, *PAID)}
    for line in map(without_tag, judged(engine, ledger, reason, switches)):
        assert set(line.codes) <= {"N04", "N05", "N14", "N17"}
        assert not (line.refundable and (line.serial, line.insurance) in claimed)


@shared_database
@given(ledgers(), dice)
def test_a_reason_never_refunds_an_insurance_that_it_excludes(engine, ledger, dice):
    # No switch lifts what the law excludes; R05 has one of its own.
    switches = random_settings(dice) | {"refusal_active_N14": "off"}
    for reason in ("R05", "R07"):
        if reason == "R05" and switches.get("refund_work_injury_after_retirement") == "on":
            continue
        lines = judged(engine, ledger, reason, switches)
        assert sum(line.refundable for line in lines if line.insurance == "work_injury") == 0
        assert all("N14" in line.codes for line in lines if line.insurance == "work_injury")


@shared_database
@given(ledgers(), dice, reasons)
def test_the_order_in_which_things_became_known_does_not_matter(engine, ledger, dice, reason):
    def shuffled(cards: tuple) -> tuple:
        return tuple(dice.sample(cards, len(cards)))

    other = Ledger(shuffled(ledger.rows), shuffled(ledger.facts), shuffled(ledger.claims))
    first, second = engine.learn([ledger]), engine.learn([other])
    answers = [engine.judge(everything(tag), reason) for [(tag, _named)] in (first, second)]
    assert [without_tag(line) for line in answers[0]] == [without_tag(line) for line in answers[1]]


def without_tag(line: Line) -> Line:
    tagless = line.social_security_number[:6] + line.social_security_number[14:]
    return replace(line, serial=line.serial[9:], social_security_number=tagless)


@shared_database
@given(ledgers(), reasons)
def test_judging_twice_gives_the_same(engine, ledger, reason):
    [(tag, _named)] = engine.learn([ledger])
    assert engine.judge(everything(tag), reason) == engine.judge(everything(tag), reason)


@shared_database
@given(ledgers(), reasons)
def test_every_row_in_range_gives_three_lines_and_no_other_row_gives_any(engine, ledger, reason):
    [(tag, named)] = engine.learn([ledger])
    lines = engine.judge(everything(tag), reason)
    rows = [row for row in named.rows if row.employer == everything(tag).employer]
    rows.sort(key=lambda row: (row.person, row.period, row.serial))
    assert [(line.serial, line.insurance) for line in lines] == [
        (row.serial, insurance) for row in rows for insurance in INSURANCES
    ]


@shared_database
@given(ledgers(), dice, reasons)
def test_ticking_every_row_is_judging_the_range(engine, ledger, dice, reason):
    switches = random_settings(dice)
    engine.set(switches)
    [(tag, named)] = engine.learn([ledger])
    question = everything(tag)
    serials = [row.serial for row in named.rows if row.employer == question.employer]
    assert engine.judge_rows(question.employer, reason, serials, switches) == engine.judge(question, reason)


@shared_database
@given(ledgers(), reasons)
def test_one_person_or_month_is_judged_as_among_all_others(engine, ledger, reason):
    """Nothing leaks from one person, or from one month, to the next."""
    [(tag, _named)] = engine.learn([ledger])
    question = everything(tag)
    lines = engine.judge(question, reason)
    for person, of_person in groupby(lines, key=lambda line: line.social_security_number):
        assert engine.judge(replace(question, persons=(person,)), reason) == list(of_person)
    for month in {line.period for line in lines}:
        of_month = [line for line in lines if line.period == month]
        assert engine.judge(replace(question, first=month, last=month), reason) == of_month


# --- rows that are not the applicant's --------------------------------------------------------------------------------


def only(lines: Iterable[Line], serials: Iterable[str]) -> list[Line]:
    return [line for line in lines if line.serial in set(serials)]


@pytest.mark.parametrize("reason", REASONS)
def test_another_employers_row_and_a_forged_one_look_alike_and_tell_nothing(engine, reason):
    [(tag, named)] = engine.learn([random_ledger(Random(5), people=20)])
    own = [row.serial for row in named.rows if row.employer == tagged_employer("E1", tag)]
    theirs = [row.serial for row in named.rows if row.employer == tagged_employer("E2", tag)]
    forged = [f"{tag:08d}-forged-{n}" for n in range(3)]
    lines = engine.judge_rows(tagged_employer("E1", tag), reason, [*own, *theirs, *forged], {})
    # What is ours is judged as if nothing else had been ticked.
    assert only(lines, own) == engine.judge(everything(tag), reason)
    assert {line.serial for line in lines} == {*own, *theirs, *forged}
    for line in only(lines, [*theirs, *forged]):
        assert line == foreign(line.serial, line.insurance)
