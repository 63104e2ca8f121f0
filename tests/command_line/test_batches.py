"""``python -m core batches``: which columns, which money and days, and how it ends."""

import csv
import io
import json
from pathlib import Path

import pytest

from core.services import filing, previews, steps
from core.services.desk import Desk
from core.store.database import Database
from tests.support.desks import CLERK, OTHER_CLERK, REVIEWER, SECOND_REVIEWER, Ledger, make_desk, person, prepare_draft
from tests.support.names import Run


@pytest.fixture
def desk(database: Database, data_dir: Path) -> Desk:
    return make_desk(database, data_dir)


def file(desk: Desk, serials: list[str], viewer=CLERK, employer_id: str = "E1") -> str:
    """Preview and confirm; returns the number."""
    bank = {"account_holder": "甲公司" if employer_id == "E1" else "乙公司"}
    preview = previews.preview_batch(desk, viewer, prepare_draft(desk, serials, viewer, employer_id, bank=bank))
    return filing.submit_batch(desk, viewer, preview.draft.draft_id, preview.key, preview.fingerprint).numbers[0]


@pytest.fixture
def returned(desk: Desk, ledger: Ledger) -> str:
    """A batch of one month, with another month told as not refundable, sent back."""
    number = file(desk, ledger.leaver(1, [202204, 202205]))
    steps.advance_batch(desk, REVIEWER, number, "accept")
    steps.advance_batch(desk, SECOND_REVIEWER, number, "return", "缺少离职证明")
    return number


@pytest.fixture
def ledger(desk: Desk) -> Ledger:
    return Ledger(desk.database)


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_a_list_says_state_money_and_days(desk: Desk, run: Run, returned: str) -> None:
    status, out, said = run("batches", "list", "--format", "csv")

    assert (status, said) == (0, "")
    assert rows(out) == [
        {
            "number": returned,
            "employer": "E1",
            "employer_name": "甲公司",
            "reason": "R01",
            "state": "returned",
            "lines": "3",
            "refused": "3",
            "total": "1350.72",
            "submitted_at": desk.now(),
            "due_on": "",
            "overdue": "no",
        }
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [1, 0]),
        (["--state", "returned"], [0]),
        (["--state", "returned", "--state", "submitted"], [1, 0]),
        (["--state", "paid"], []),
        (["--employer", "E2"], [1]),
        (["--employer", "E1", "--state", "submitted"], []),
    ],
)
def test_a_list_is_narrowed_by_state_and_employer(
    desk: Desk, run: Run, ledger: Ledger, returned: str, options: list[str], found: list[int]
) -> None:
    other = file(desk, ledger.leaver(2, [202205], employer_id="E2"), OTHER_CLERK, "E2")
    status, out, _said = run("batches", "list", "--format", "csv", *options)

    assert status == 0
    assert [row["number"] for row in rows(out)] == [(returned, other)[position] for position in found]


def test_a_batch_is_shown_whole(desk: Desk, run: Run, returned: str) -> None:
    status, out, said = run("batches", "show", returned, "--format", "json")
    batch = json.loads(out)
    head = {row["name"]: row["value"] for row in batch["head"]}

    assert (status, said) == (0, "")
    assert list(batch) == ["head", "lines", "findings", "payments", "history"]
    assert (head["number"], head["state"], head["total"]) == (returned, "returned", "1350.72")
    assert head["bank_account"] == "0200001009012345678"
    assert [(line["period"], line["insurance"], line["refundable"], line["stands"]) for line in batch["lines"]] == [
        ("2022-05", "pension", "1286.40", "yes"),
        ("2022-05", "unemployment", "53.60", "yes"),
        ("2022-05", "work_injury", "10.72", "yes"),
    ]
    assert {line["social_security_number"] for line in batch["lines"]} == {person(1)}
    assert {(each["period"], each["codes"]) for each in batch["findings"]} == {("2022-04", "N13")}
    assert [(order["insurance"], order["amount"]) for order in batch["payments"]] == [
        ("pension", "1286.40"),
        ("unemployment", "53.60"),
        ("work_injury", "10.72"),
    ]
    assert [(event["state"], event["actor"], event["note"]) for event in batch["history"]] == [
        ("submitted", "clerk1", ""),
        ("first_review", "reviewer1", ""),
        ("returned", "reviewer2", "缺少离职证明"),
    ]


def test_one_section_alone_is_a_clean_table(run: Run, returned: str) -> None:
    status, out, _said = run("batches", "show", returned, "--only", "history", "--format", "csv")

    assert status == 0
    assert [row["state"] for row in rows(out)] == ["submitted", "first_review", "returned"]


def test_on_a_terminal_every_section_has_its_name(run: Run, returned: str) -> None:
    _status, out, _said = run("batches", "show", returned)

    names = [line for line in out.splitlines() if line.startswith("[")]
    assert names == ["[head]", "[lines]", "[findings]", "[payments]", "[history]"]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("show", "TF000000000000000"), 1, "没有找到该批次，或您无权查看\n"),
        (("list", "--employer", "E9"), 1, "没有找到该单位，或您无权查看\n"),
    ],
)
def test_what_is_not_there_is_one_sentence(run: Run, arguments: tuple[str, ...], status: int, sentence: str) -> None:
    assert run("batches", *arguments) == (status, "", sentence)


@pytest.mark.parametrize("arguments", [("list", "--state", "somewhere"), ("show",), ("list", "--format", "xml")])
def test_wrong_usage_is_told_apart(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("batches", *arguments)[0] == 2
