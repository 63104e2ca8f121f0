"""Very many batches at once, written straight into the tables: invented employers, months, outcomes and steps.

What is written is returned as plain frames, so that a test can count it by other means than the product does.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd
import sqlalchemy as sa

from core.domain.board_question import NO_DISTRICT, BoardQuestion
from core.store.bulk import insert_rows
from core.store.database import Connection, Database
from core.store.migrations.rollup_sql import (
    FIGURE_COLUMNS,
    ROLLUP_COLUMNS,
    STEP_COLUMNS,
    figures_of,
    rollup_of,
    steps_of,
)
from core.store.migrations.rollup_triggers import create_rollup_triggers, drop_rollup_triggers
from core.store.schema import (
    audit,
    bank_branches,
    batch_events,
    batch_parts,
    batches,
    employers,
    line_findings,
    lines,
    refused_lines,
    users,
)

REASONS = ("R01", "R02", "R07")
FUNDS = (("pension", 85760, 42880), ("unemployment", 2680, 2680), ("work_injury", 1072, 0))
REGIONS = ("北京市东城区", "北京市海淀区", "北京市朝阳区", "")
CODES = ("N13", "N01", "N06", "N15", "V13")
USERS = {
    "clerk": "clerk",
    "first1": "reviewer",
    "first2": "reviewer",
    "second1": "reviewer",
    "second2": "reviewer",
    "payer": "finance",
}
#: Ways that a batch takes: (step, from, to, part, who, whether its wait may be late).
_START = (("submit", "", "submitted", "filer", "clerk"), ("accept", "submitted", "first_review", "system", "system"))
_RETURN = (
    ("return", "first_review", "returned", "first_reviewer", "first"),
    ("resubmit", "returned", "first_review", "filer", "clerk"),
)
_REVIEW = (
    ("pass", "first_review", "second_review", "first_reviewer", "first"),
    ("pass", "second_review", "payable", "second_reviewer", "second"),
    ("pay", "payable", "paying", "payer", "payer"),
)
_PAID = (("settle", "paying", "paid", "payer", "payer"),)
_BOUNCE = (("bounce", "paying", "payment_failed", "payer", "payer"),)
_REJECT = (("reject", "first_review", "rejected", "first_reviewer", "first"),)
_WITHDRAW = (("withdraw", "first_review", "withdrawn", "filer", "clerk"),)
WAYS = (
    (*_START, *_REVIEW, *_PAID),
    (*_START, *_RETURN, *_REVIEW, *_PAID),
    (*_START, *_REVIEW, *_BOUNCE),
    (*_START, *_REJECT),
    (*_START, *_WITHDRAW),
    _START,
)
_WEIGHTS = (50, 15, 4, 12, 6, 13)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, one record per line (fen), per refused line's cause, and per step (moments ISO 8601 in UTC)."""

    lines: pd.DataFrame
    told: pd.DataFrame
    steps: pd.DataFrame


def months(moments: pd.Series) -> pd.Series:
    """The agency's months (YYYYMM) of these moments."""
    return pd.to_datetime(moments).dt.tz_convert("Asia/Shanghai").dt.strftime("%Y%m").astype(int)


def events(lines: pd.DataFrame, question: BoardQuestion, first: int, last: int) -> pd.DataFrame:
    """One row for each line and each thing that happened to it within the question."""
    ended = lines[lines["state"].isin(["paid", "rejected", "withdrawn"])]
    rows = pd.concat(
        [
            lines.assign(measure="filed", month=months(lines["submitted_at"])),
            ended.assign(measure=ended["state"], month=months(ended["ended_at"])),
        ]
    )
    district = {"": None, NO_DISTRICT: ""}.get(question.district, question.district)
    for column, value in (
        ("reason", question.reason or None),
        ("insurance", question.insurance or None),
        ("employer_id", question.employer or None),
        ("region", district),
    ):
        if value is not None:
            rows = rows[rows[column] == value]
    return rows[rows["month"].between(first, last)]


def write_batches(
    database: Database, count: int, *, employer_count: int = 40, seed: int = 1, months: int = 12
) -> Written:
    """``count`` batches of about ten lines over the ``months`` before 2023-11; the product's triggers count them."""
    return _write(database, count, _Maker(random.Random(seed), employer_count, months)).written()


def write_many(database: Database, count: int, *, employer_count: int = 40, months: int = 12) -> None:
    """As ``write_batches``, with the rollups made at once at the end: nobody waits for a million lines one by one.

    Their cells are written month by month, as they come about.
    """
    with database.write() as connection:
        drop_rollup_triggers(connection)
    _write(database, count, _Maker(random.Random(1), employer_count, months, keeps=False))
    with database.write() as connection:
        dialect = connection.dialect.name
        for table, columns, ought in (
            ("batch_figures", FIGURE_COLUMNS, figures_of(dialect)),
            ("line_rollup", ROLLUP_COLUMNS, rollup_of()),
            ("step_rollup", STEP_COLUMNS, steps_of(dialect)),
        ):
            connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) SELECT * FROM ({ought}) o ORDER BY o.month")
        create_rollup_triggers(connection)
        connection.exec_driver_sql("ANALYZE")


def _write(database: Database, count: int, maker: "_Maker") -> "_Maker":
    with database.write() as connection:
        maker.write_frame(connection)
        for first in range(0, count, 5000):
            for number in range(first, min(count, first + 5000)):
                maker.make(number)
            maker.flush(connection)
    return maker


class _Maker:
    """Makes batches one by one and writes them in heaps; ``keeps`` what is counted by other means."""

    def __init__(self, chance: random.Random, employer_count: int, months: int, *, keeps: bool = True) -> None:
        self.chance, self.employer_count, self.months, self.keeps = chance, employer_count, months, keeps
        self.rows: dict[str, list[tuple]] = {}
        self.kept: dict[str, list[tuple]] = {"lines": [], "told": [], "steps": []}
        self.sequence = 0

    def write_frame(self, connection: Connection) -> None:
        """Employers, branches and people that the batches name."""
        self.sequence = connection.scalar(sa.select(sa.func.max(audit.c.sequence))) or 0
        branches = [(_cnaps(number), f"演示银行{number}", region, "演示银行") for number, region in enumerate(REGIONS)]
        insert_rows(connection, bank_branches, ("cnaps_code", "branch_name", "region", "search_text"), branches)
        firms = [(_employer(number), "", f"演示单位{number:04d}") for number in range(self.employer_count)]
        insert_rows(connection, employers, ("employer_id", "uscc", "name"), firms)
        people = [(f"v_{name}", role, "2023-01-01T00:00:00+00:00") for name, role in USERS.items()]
        insert_rows(connection, users, ("username", "role", "created_at"), people)

    def make(self, number: int) -> None:
        """One batch with its lines, what was told, and its history."""
        chance, batch_id = self.chance, f"V{number:08d}"
        employer = int(self.employer_count * chance.random() ** 2)
        reason, region = chance.choice(REASONS), employer % len(REGIONS)
        at = datetime(2023, 11, 1, 1, tzinfo=UTC) - timedelta(hours=chance.randrange(1, self.months * 30 * 24))
        way, months = chance.choices(WAYS, _WEIGHTS)[0], chance.randrange(1, 6)
        own = [(fund, *money) for _month in range(months) for fund, *money in FUNDS]
        total, submitted = sum(employers_part + personal for _fund, employers_part, personal in own), at.isoformat()
        steps = self._history(batch_id, way, at)
        state = steps[-1][3]
        person = f"119999{1960 + number % 40}{101 + number % 28:04d}{number % 1000:03d}X"
        refused = chance.randrange(0, 3)
        self._add(
            "batches",
            (batch_id, f"TF{number:015d}", _employer(employer), f"演示单位{employer:04d}", reason, state, "v_clerk", batch_id,
             "", "1", batch_id, "正常", "演示银行", "1", "演示", "演示", _cnaps(region), "1", len(own), refused, total,
             submitted, steps[-1][6], 1),
        )  # fmt: skip
        for place, (fund, employer_part, personal_part) in enumerate(own, start=1):
            serial = f"{batch_id}-{(place - 1) // 3}"
            money = (employer_part, personal_part, 0, 0, employer_part + personal_part)
            live = state not in {"withdrawn", "rejected"}
            self._add("lines", (batch_id, place, serial, fund, person, "赵一", 202201, "refundable", *money, live))
            parts = (fund, employer_part, personal_part)
            self._keep(
                "lines",
                (batch_id, _employer(employer), reason, REGIONS[region], *parts, state, submitted, steps[-1][6]),
            )
        for place in range(refused):
            codes = {chance.choice(CODES), chance.choice(CODES)}
            self._add(
                "refused", (batch_id, f"{batch_id}-r{place}", "pension", person, "赵一", 202201, 85760, 42880, 0, 0)
            )
            for code in sorted(codes):
                self._add("findings", (batch_id, f"{batch_id}-r{place}", "pension", code, ""))
                self._keep("told", (batch_id, code, submitted))

    def _history(self, batch_id: str, way: tuple, at: datetime) -> list[tuple]:
        side, parts, due, written = self.chance.choice("12"), {}, "", []
        came = at
        for place, (step, before, after, part, who) in enumerate(way, start=1):
            name = "system" if who == "system" else f"v_{who}{side}" if who in {"first", "second"} else f"v_{who}"
            moment = at if place <= 2 else came + timedelta(hours=self.chance.randrange(1, 200))
            self.sequence += 1
            parts[name] = part
            late = bool(due) and (moment + timedelta(hours=8)).date().isoformat() > due
            next_due = (moment + timedelta(days=5)).date().isoformat() if after not in {"paid", "returned"} else ""
            row = (batch_id, place, before, after, name, part, moment.isoformat(), next_due, self.sequence, step)
            self._add("events", row)
            mark = f"v{self.sequence}"
            self._add(
                "audit", (self.sequence, moment.isoformat(), name, f"batch.{step}", batch_id, "{}", f"p{mark}", mark)
            )
            if place > 1:
                waited = int((moment - came).total_seconds())
                self._keep("steps", (batch_id, before, step, name, moment.isoformat(), waited, late))
            due, came = next_due, moment
            written.append(row)
        for name, part in parts.items():
            self._add("parts", (batch_id, name, part))
        return written

    def _add(self, name: str, row: tuple) -> None:
        self.rows.setdefault(name, []).append(row)

    def _keep(self, name: str, row: tuple) -> None:
        if self.keeps:
            self.kept[name].append(row)

    def flush(self, connection: Connection) -> None:
        """Write what was made, events last: they count."""
        for name, (table, columns) in _TABLES.items():
            insert_rows(connection, table, columns, self.rows.pop(name, []))

    def written(self) -> Written:
        """All of it as frames."""
        return Written(
            pd.DataFrame(self.kept["lines"], columns=list(_LINES)),
            pd.DataFrame(self.kept["told"], columns=["batch_id", "code", "submitted_at"]),
            pd.DataFrame(
                self.kept["steps"], columns=["batch_id", "state", "step", "username", "at", "seconds", "late"]
            ),
        )


_LINES = (
    "batch_id", "employer_id", "reason", "region", "insurance", "employer_part", "personal_part", "state", "submitted_at",
    "ended_at",
)  # fmt: skip
_TABLES = {
    "audit": (audit, ("sequence", "at", "actor", "action", "subject", "detail", "previous_hash", "hash")),
    "batches": (
        batches,
        ("batch_id", "number", "employer_id", "employer_name", "reason", "state", "filer", "idempotency_key", "fingerprint",
         "rule_version", "family", "voucher_type", "bank_name", "bank_account", "account_holder", "branch_name", "cnaps_code",
         "exchange_number", "line_count", "refused_count", "total", "submitted_at", "state_since", "round"),
    ),
    "lines": (
        lines,
        ("batch_id", "position", "serial", "insurance", "social_security_number", "name", "period", "verdict",
         "employer_part", "personal_part", "late_fee", "interest", "refundable", "live"),
    ),
    "refused": (
        refused_lines,
        ("batch_id", "serial", "insurance", "social_security_number", "name", "period", "employer_part", "personal_part",
         "late_fee", "interest"),
    ),
    "findings": (line_findings, ("batch_id", "serial", "insurance", "code", "basis")),
    "parts": (batch_parts, ("batch_id", "username", "part")),
    "events": (
        batch_events,
        ("batch_id", "position", "from_state", "to_state", "username", "part", "at", "due_on", "audit_sequence", "step"),
    ),
}  # fmt: skip


def _employer(number: int) -> str:
    return f"V{number:05d}"


def _cnaps(number: int) -> str:
    return f"9991000{number:05d}"
