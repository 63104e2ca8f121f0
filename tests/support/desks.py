"""A desk with a small ledger, for tests of services: people and months are added in a line each."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.domain.identifiers import mod_11_2
from core.domain.roles import Role, Viewer
from core.services import drafts
from core.services.desk import Desk
from core.store.bulk import insert_rows
from core.store.database import Database
from core.store.schema import contributions, employers, facts, user_employers, users

NOW = datetime(2023, 11, 1, 2, 0, tzinfo=UTC)
CLERK = Viewer("clerk1", Role.CLERK, frozenset({"E1"}))
COLLEAGUE = Viewer("clerk1b", Role.CLERK, frozenset({"E1"}))
OTHER_CLERK = Viewer("clerk2", Role.CLERK, frozenset({"E2"}))
REVIEWER = Viewer("reviewer1", Role.REVIEWER)
SECOND_REVIEWER = Viewer("reviewer2", Role.REVIEWER)
THIRD_REVIEWER = Viewer("reviewer0", Role.REVIEWER)
APPROVER = Viewer("approver1", Role.APPROVER, fresh_factor=True)
FINANCE = Viewer("finance1", Role.FINANCE, fresh_factor=True)
ANALYST = Viewer("analyst1", Role.ANALYST)
ADMIN = Viewer("admin1", Role.ADMIN)
PEOPLE = (CLERK, COLLEAGUE, OTHER_CLERK, REVIEWER, SECOND_REVIEWER, THIRD_REVIEWER, APPROVER, FINANCE, ANALYST, ADMIN)

BANK = {
    "bank_name": "中国工商银行",
    "bank_account": "0200001009012345678",
    "account_holder": "甲公司",
    "branch_name": "工商银行北京分行营业部",
    "cnaps_code": "102100000021",
    "exchange_number": "0102",
}


def person(number: int) -> str:
    """An invented person's number: area code 119999, right check digit."""
    digits = f"11999919900101{number:03d}"
    return digits + mod_11_2(digits)


class Ledger:
    """Writes employers, rows and facts straight into the store; amounts in fen, months YYYYMM, days YYYYMMDD."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._serial = 0

    def employer(self, employer_id: str, name: str, **values: Any) -> None:
        """An employer, with the registered account ``BANK`` in its own name unless said otherwise."""
        given = {**BANK, "account_holder": name, "uscc": "", "in_arrears": False, **values}
        with self.database.write() as connection:
            connection.execute(employers.insert(), {"employer_id": employer_id, "name": name, **given})

    def account(self, employer_id: str, bank: Mapping[str, str]) -> None:
        """Let an employer have another registered account, or none at all."""
        with self.database.write() as connection:
            connection.execute(employers.update().where(employers.c.employer_id == employer_id).values(**bank))

    def row(self, ssn: str, period: int, employer_id: str = "E1", **values: Any) -> str:
        """One month paid: 857.60 + 428.80, 26.80 + 26.80, 10.72 unless said otherwise; returns its serial."""
        self._serial += 1
        row = {
            "serial": f"S{self._serial:06d}",
            "employer_id": employer_id,
            "social_security_number": ssn,
            "name": "赵一",
            "period": period,
            "document_type": "resident_id",
            "kind": "normal",
            "voucher_type": "正常",
            "assessment": "agency",
            "arrival": "received",
            "arrival_day": None,
            "injury_mode": "person",
            "suspense": False,
            "pension_base": 536000,
            "unemployment_base": 536000,
            "work_injury_base": 536000,
            "pension_employer_part": 85760,
            "pension_personal_part": 42880,
            "unemployment_employer_part": 2680,
            "unemployment_personal_part": 2680,
            "work_injury_employer_part": 1072,
            **values,
        }
        with self.database.write() as connection:
            insert_rows(connection, contributions, tuple(row), [tuple(row.values())])
        return str(row["serial"])

    def fact(self, ssn: str, kind: str, start: int, end: int | None = None, **values: Any) -> None:
        """One fact of a person."""
        with self.database.write() as connection:
            connection.execute(
                facts.insert(),
                {
                    "social_security_number": ssn,
                    "kind": kind,
                    "start_day": start,
                    "end_day": end,
                    "employer_id": "",
                    "insurance": "",
                    "note": "",
                    **values,
                },
            )

    def leaver(self, number: int, months: Sequence[int], left: int = 20220420, employer_id: str = "E1") -> list[str]:
        """A person who left on ``left`` and was paid for in ``months`` all the same; returns the serials."""
        ssn = person(number)
        self.fact(ssn, "employment", 20190301, left, employer_id=employer_id)
        return [self.row(ssn, month, employer_id) for month in months]


class Clock:
    """A clock that tests move by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def make_desk(database: Database, folder: Path) -> Desk:
    """A desk on this database with a clock that stands still, two employers and one account for each role."""
    desk = Desk(database, folder, clock=Clock())
    ledger = Ledger(database)
    ledger.employer("E1", "甲公司")
    ledger.employer("E2", "乙公司")
    with database.write() as connection:
        connection.execute(
            users.insert(),
            [{"username": viewer.username, "role": viewer.role.value, "created_at": desk.now()} for viewer in PEOPLE],
        )
        connection.execute(
            user_employers.insert(),
            [{"username": viewer.username, "employer_id": each} for viewer in PEOPLE for each in viewer.employers],
        )
    return desk


def prepare_draft(
    desk: Desk,
    serials: Sequence[str],
    viewer: Viewer = CLERK,
    employer_id: str = "E1",
    reason: str = "R01",
    **changes: Any,
) -> str:
    """A complete draft with these rows ticked; returns its id."""
    draft = drafts.open_draft(desk, viewer, employer_id)
    drafts.select_rows(desk, viewer, draft.draft_id, list(serials), list(serials))
    drafts.save_draft(desk, viewer, draft.draft_id, reason=reason, **changes)
    return draft.draft_id


#: Long enough for whoever began at the same moment to come to the same place.
LINGER_SECONDS = 0.3


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; returns each one's result or the exception it raised."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def linger(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """Whoever calls this function thinks about its answer for a moment, in which somebody else may act."""
    answer = getattr(module, name)

    def answer_slowly(*arguments: Any, **named: Any) -> Any:
        result = answer(*arguments, **named)
        time.sleep(LINGER_SECONDS)
        return result

    monkeypatch.setattr(module, name, answer_slowly)
