"""Judging through the service, on both databases: whose rows, which facts, which batches, and who may ask."""

from typing import Any

import pytest

from core.domain.errors import InvalidInput, NotAllowed, NotFound
from core.domain.period import Period
from core.domain.roles import SYSTEM
from core.domain.settings import Settings
from core.rules.judgement import Judgement
from core.services.desk import Desk
from core.services.judging import judge_range, judge_rows
from core.store.bulk import insert_rows
from core.store.columns import CHUNK
from core.store.database import Database
from core.store.schema import batches, contributions, lines, settings
from tests.support.desks import (
    ADMIN,
    ANALYST,
    CLERK,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    Ledger,
    make_desk,
    person,
)

A, B = person(1), person(2)
JANUARY, DECEMBER = Period(202201), Period(202212)
MAY = 202205


def judge(desk: Desk, reason: str = "R99", persons: tuple[str, ...] = (), employer: str = "E1") -> Judgement:
    return judge_range(desk, SYSTEM, employer, reason, JANUARY, DECEMBER, persons)


def tick(desk: Desk, serials: list[str], reason: str = "R99", **switches: str) -> Judgement:
    with desk.read() as connection:
        return judge_rows(connection, Settings(switches), "E1", reason, serials, Period(202311))


def codes(judgement: Judgement) -> list[str]:
    return ["|".join(judgement.codes(i)) for i in range(len(judgement))]


def file_line(desk: Desk, serial: str, insurance: str, state: str, employer: str = "E1", ssn: str = A) -> str:
    """A batch in this state that holds one line; returns its number."""
    number = f"TF-{serial}-{insurance}"
    batch: dict[str, Any] = {
        "batch_id": number, "number": number, "employer_id": employer, "employer_name": "", "reason": "R99",
        "state": state, "filer": "clerk1", "idempotency_key": number, "fingerprint": "", "rule_version": "",
        "voucher_type": "", "bank_name": "", "bank_account": "", "account_holder": "", "branch_name": "",
        "cnaps_code": "", "exchange_number": "", "line_count": 1, "refused_count": 0, "submitted_at": "",
        "state_since": "",
    }  # fmt: skip
    line = {
        "batch_id": number, "position": 1, "serial": serial, "insurance": insurance, "social_security_number": ssn,
        "name": "", "period": MAY, "verdict": "refundable", "employer_part": 1, "refundable": 1,
        "live": state not in {"withdrawn", "rejected"},
    }  # fmt: skip
    with desk.database.write() as connection:
        for table, row in ((batches, batch), (lines, line)):
            insert_rows(connection, table, tuple(row), [tuple(row.values())])
    return number


# --- which rows -------------------------------------------------------------------------------------------------------


def test_both_ends_of_the_range_are_judged_and_nobody_elses_rows(desk, ledger) -> None:
    inside = [ledger.row(A, month) for month in (202201, 202212)]
    for month in (202112, 202301):
        ledger.row(A, month)
    ledger.row(A, MAY, "E2")

    judgement = judge(desk)

    assert judgement.serial.tolist() == [serial for serial in inside for _ in range(3)]
    assert judgement.social_security_number.tolist() == [A] * 6
    assert judgement.name.tolist() == ["赵一"] * 6


def test_only_the_people_who_are_asked_for(desk, ledger) -> None:
    ledger.row(A, MAY)
    wanted = ledger.row(B, MAY)

    assert judge(desk, persons=(B, person(3))).serial.tolist() == [wanted] * 3
    assert len(judge(desk, persons=(person(3),))) == 0


@pytest.mark.parametrize("people", [CHUNK // 3, CHUNK // 2, CHUNK])
def test_many_rows_come_in_chunks_and_lose_nothing(desk, ledger, people: int) -> None:
    template = ledger.row(A, MAY, serial="template")
    with desk.database.write() as connection:
        row = dict(connection.execute(contributions.select()).mappings().one())
        rows = [
            {**row, "serial": f"{n:05d}-{month}", "social_security_number": person(n % 1000), "period": month}
            for n in range(people)
            for month in (MAY, 202206)
        ]
        insert_rows(connection, contributions, tuple(row), [tuple(each.values()) for each in rows])

    judgement = judge(desk)

    ordered = sorted([(r["social_security_number"], r["period"], r["serial"]) for r in rows] + [(A, MAY, template)])
    assert judgement.serial[::3].tolist() == [serial for _, _, serial in ordered]
    assert int(judgement.payable.sum()) == len(ordered) * (128640 + 5360 + 1072)


UNSORTED = ["b1", "B1", "_1", "-1", "流1", "a", "1", "É", "10", "9"]


def test_serials_stand_in_the_order_of_their_characters(desk, ledger) -> None:
    for serial in UNSORTED:
        ledger.row(A, MAY, serial=serial)

    assert judge(desk).serial[::3].tolist() == sorted(UNSORTED)


def test_so_they_do_where_the_database_sorts_as_a_dictionary(postgres_server, data_dir) -> None:
    postgres_server.execute("CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh'", "dictionary")
    database = Database(postgres_server.url("dictionary"))
    database.migrate()
    desk = make_desk(database, data_dir)
    for serial in UNSORTED:
        Ledger(database).row(A, MAY, serial=serial)
    before, after = Ledger(database).row(A, 202204, serial="z"), Ledger(database).row(A, 202206, serial="Z")

    told = judge(desk).serial[::3].tolist()
    ticked = tick(desk, UNSORTED[1:]).serial[::3].tolist()
    database.dispose()

    assert told == [before, *sorted(UNSORTED), after]
    assert ticked == sorted(UNSORTED[1:])


# --- which facts ------------------------------------------------------------------------------------------------------


def test_a_fact_counts_only_with_the_applying_employer_where_it_names_one(desk, ledger) -> None:
    ledger.row(A, MAY)
    for kind in ("employment", "enrolment", "no_relation"):
        ledger.fact(A, kind, 20190301, None, employer_id="E2")

    assert codes(judge(desk, "R01")) == ["V13"] * 3
    assert codes(judge(desk, "R02")) == ["V13"] * 3

    ledger.fact(A, "employment", 20190301, 20220420, employer_id="E1")
    ledger.fact(A, "enrolment", 20190301, None, employer_id="E1")

    assert codes(judge(desk, "R01")) == ["N15"] * 3


def test_a_fact_counts_for_its_own_person_and_insurance(desk, ledger) -> None:
    ledger.row(A, MAY)
    ledger.row(B, MAY)
    ledger.fact(B, "subsidy", 20220501, 20220531, insurance="unemployment")
    ledger.fact(B, "identity_doubt", 20220501)
    ledger.fact(person(3), "retirement", 20220101)

    assert codes(judge(desk)) == ["V13"] * 3 + ["N20|V13", "N20|N21|V13", "N20|V13"]


# --- which batches ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("submitted", "N05|"), ("first_review", "N05|"), ("returned", "N05|"), ("paying", "N05|"),
        ("payment_failed", "N05|"), ("bank_correction", "N05|"), ("paid", "N04|"), ("closed", "N04|"),
        ("withdrawn", ""), ("rejected", ""),
    ],
)  # fmt: skip
def test_a_line_is_held_by_a_live_or_paid_batch(desk, ledger, state: str, code: str) -> None:
    number = file_line(desk, ledger.row(A, MAY), "unemployment", state)

    judgement = judge(desk)

    assert codes(judgement) == ["V13", f"{code}V13", "V13"]
    assert all(number in found.basis for found in judgement.findings(1) if found.code != "V13")


def test_a_double_payment_counts_while_the_other_line_is_free(desk, ledger) -> None:
    ledger.row(A, MAY)
    other = ledger.row(A, MAY, "E2", unemployment_employer_part=0, unemployment_personal_part=0)

    assert codes(judge(desk, "R07")) == ["", "N13", "N14"]

    number = file_line(desk, other, "pension", "first_review", employer="E2")
    told = judge(desk, "R07")

    assert codes(told) == ["N13", "N13", "N14"]
    for found in told.findings(0):
        assert not [word for word in ("E2", "乙公司", other, number) if word in found.basis]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, ""),
        ({"arrival": "missing"}, "N13"),
        ({"arrival": "deferred"}, "N13"),
        ({"period": 202204}, "N13"),
        ({"ssn": B}, "N13"),
        # received is what the row prints: a late fee as well
        ({"pension_employer_part": 0, "pension_personal_part": 0, "pension_late_fee": 1}, ""),
        ({"pension_employer_part": 0, "pension_personal_part": 0}, "N13"),
    ],
)
def test_what_another_employer_paid(desk, ledger, values: dict[str, Any], code: str) -> None:
    mine = ledger.row(A, MAY)
    ledger.row(**{"ssn": A, "period": MAY, "employer_id": "E2"} | values)

    assert codes(judge(desk, "R07", (A,)))[0] == code
    assert codes(tick(desk, [mine], "R07"))[0] == code


# --- which rows are ticked --------------------------------------------------------------------------------------------


def test_what_is_not_ticked_is_seen_but_not_judged(desk, ledger) -> None:
    month, difference = ledger.row(A, MAY), ledger.row(A, MAY, kind="difference")
    ledger.row(A, 202206, kind="difference")

    assert codes(tick(desk, [month])) == ["N11|V13"] * 3
    assert codes(tick(desk, [difference, month])) == ["V13"] * 6
    assert tick(desk, [month]).serial.tolist() == [month] * 3


def test_the_second_copy_need_not_be_ticked(desk, ledger) -> None:
    first, _second = ledger.row(A, MAY), ledger.row(A, MAY)
    ledger.row(A, MAY, "E2")

    assert codes(tick(desk, [first], "R10")) == ["", "", ""]
    assert codes(tick(desk, [ledger.row(B, MAY)], "R10")) == ["V13"] * 3


def test_a_row_of_another_employer_is_not_told_from_one_that_does_not_exist(desk, ledger) -> None:
    mine = ledger.row(A, MAY)
    foreign = ledger.row(A, MAY, "E2", arrival="missing")
    file_line(desk, foreign, "pension", "first_review", employer="E2")

    judgement = tick(desk, [mine, foreign, "forged'; --"])

    assert codes(judgement) == ["N03"] * 6 + ["V13"] * 3
    told = [row for row in judgement.rows() if row[0] == foreign]
    assert {row[1:4] + row[6:] for row in told} == {("", "", "", "N03", *["0.00"] * 5)}
    assert {row[1:] for row in told} == {row[1:] for row in judgement.rows() if row[0] == "forged'; --"}


def test_nothing_ticked_gives_nothing(desk, ledger) -> None:
    ledger.row(A, MAY)

    assert len(tick(desk, [])) == 0


def test_ticked_rows_are_judged_inside_the_callers_transaction(desk, ledger) -> None:
    serial = ledger.row(A, MAY)
    with desk.write(CLERK) as unit:
        row = dict(unit.connection.execute(contributions.select()).mappings().one()) | {"serial": "new"}
        insert_rows(unit.connection, contributions, tuple(row), [tuple(row.values())])
        judgement = judge_rows(unit.connection, Settings(), "E1", "R10", [serial, "new"], Period(202311))

    assert codes(judgement) == [""] * 6


def test_ticking_every_row_is_the_same_as_judging_the_range(desk, ledger) -> None:
    serials = [
        *ledger.leaver(1, [202204, MAY, 202206]),
        *ledger.leaver(2, [MAY]),
        ledger.row(B, MAY, kind="difference"),
    ]

    for reason in ("R01", "R07", "R10"):
        assert list(tick(desk, serials, reason).rows()) == list(judge(desk, reason).rows())


# --- who asks, and for what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", [SYSTEM, CLERK, REVIEWER, FINANCE])
def test_who_may_see_full_numbers_may_judge(desk, ledger, viewer) -> None:
    ledger.row(A, MAY)

    assert len(judge_range(desk, viewer, "E1", "R99", JANUARY, DECEMBER)) == 3


@pytest.mark.parametrize("viewer", [ANALYST, ADMIN])
def test_who_may_not_see_full_numbers_may_not(desk, viewer) -> None:
    with pytest.raises(NotAllowed):
        judge_range(desk, viewer, "E1", "R99", JANUARY, DECEMBER)


@pytest.mark.parametrize(("viewer", "employer"), [(OTHER_CLERK, "E1"), (CLERK, "E9"), (SYSTEM, "E9"), (SYSTEM, "")])
def test_another_clerks_employer_is_as_unknown_as_one_that_does_not_exist(desk, ledger, viewer, employer) -> None:
    ledger.row(A, MAY)

    with pytest.raises(NotFound) as raised:
        judge_range(desk, viewer, employer, "R99", JANUARY, DECEMBER)

    assert str(raised.value) == "没有找到该单位，或您无权查看"


def test_an_employer_without_rows_is_no_error(desk) -> None:
    assert len(judge(desk, employer="E2")) == 0


@pytest.mark.parametrize("reason", ["R00", "", "r01", "N01"])
def test_a_reason_that_is_unknown_is_the_askers_mistake(desk, reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        judge(desk, reason)

    assert raised.value.field == "reason"


def test_switches_in_force_are_read_with_the_rows(desk, ledger) -> None:
    ledger.leaver(1, [202204, MAY])
    assert codes(judge(desk, "R01")) == ["N13"] * 3 + [""] * 3

    stored = {"leave_month_refundable": "always", "claim_limit_months": "18", "reason_active_R02": "off"}
    with desk.database.write() as connection:
        insert_rows(connection, settings, ("key", "value"), list(stored.items()))

    # It is November 2023: 19 months from April 2022, 18 from May.
    assert codes(judge(desk, "R01")) == ["N22"] * 3 + [""] * 3
    with pytest.raises(InvalidInput):
        judge(desk, "R02")


@pytest.mark.parametrize("one", [True, False])
@pytest.mark.parametrize("name", ["_OF_EVERYBODY", "_OF_PERSONS", "_OF_SERIALS", "_FACTS", "CLAIMS", "_ELSEWHERE"])
def test_every_statement_finds_its_rows_by_an_index(sqlite_database, name: str, *, one: bool) -> None:
    """Also on a database that nobody has analysed, and whatever SQLAlchemy wraps around a condition."""
    from core.store import columns, slices

    made = columns._compiled(getattr(slices, name), "sqlite", one)
    with sqlite_database.read() as connection:
        asked = made.bind({"employer": "E1", "first": 1, "last": 2, "persons": "[]", "serials": "[]"})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made.text}", tuple(asked))]

    assert [step for step in plan if step.startswith("SCAN") and "json_each" not in step and "ticked" not in step] == []
