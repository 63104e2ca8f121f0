"""The product's judging on a database of its own, asked and answering as the oracle does."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

from core.domain.period import Period
from core.domain.roles import SYSTEM
from core.domain.settings import Settings
from core.services.desk import Desk
from core.services.judging import Judgement, judge_range, judge_rows
from core.store.database import Database
from tests.rules.ledgers import EMPLOYERS, Question, tagged, tagged_employer, write_ledgers, write_settings
from tests.rules.oracle import INSURANCES, Ledger, Line

#: Already March at the agency, still February in UTC.
NOW = datetime(2024, 2, 29, 20, 0, tzinfo=UTC)
FILING = 202403


def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    """Hundreds of small ledgers are written, and none outlives its test."""
    connection.execute("PRAGMA synchronous = OFF")


class Engine:
    """Judges ledgers that it is taught; each gets names of its own, so that one database holds many."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self.desk = Desk(database, data_dir, clock=lambda: NOW)
        self._tags = count(1)
        if database.is_sqlite:
            event.listen(database.engine, "connect", _do_not_wait_for_the_disk)

    def learn(self, ledgers: Sequence[Ledger]) -> list[tuple[int, Ledger]]:
        """Write the ledgers, and give them back with the tag and under the names that they were written with."""
        named = [(tag, tagged(ledger, tag)) for tag, ledger in zip(self._tags, ledgers, strict=False)]
        with self.desk.database.write() as connection:
            employers = {tagged_employer(name, tag) for tag, _ledger in named for name in EMPLOYERS}
            write_ledgers(connection, [ledger for _tag, ledger in named], employers)
        return named

    def set(self, settings: dict[str, str]) -> None:
        """Put these switches in force and no others."""
        with self.desk.database.write() as connection:
            write_settings(connection, settings)

    def judgement(self, question: Question, reason: str) -> Judgement:
        """As ``python -m core judge``."""
        first, last = Period(question.first), Period(question.last)
        return judge_range(self.desk, SYSTEM, question.employer, reason, first, last, question.persons)

    def judge(self, question: Question, reason: str) -> list[Line]:
        """The same as the oracle's lines."""
        return list(lines_of(self.judgement(question, reason)))

    def judge_rows(self, employer: str, reason: str, serials: Collection[str], settings: dict[str, str]) -> list[Line]:
        """As the preview does with the rows that are ticked."""
        with self.desk.read() as connection:
            return list(lines_of(judge_rows(connection, Settings(settings), employer, reason, serials, Period(FILING))))


def lines_of(judgement: Judgement) -> Iterator[Line]:
    """The columns of a judgement as the oracle's lines."""
    for i in range(len(judgement)):
        yield Line(
            serial=str(judgement.serial[i]),
            social_security_number=str(judgement.social_security_number[i]),
            name=str(judgement.name[i]),
            period=int(judgement.period[i]),
            insurance=INSURANCES[judgement.insurance[i]],
            verdict=("refundable", "review", "refused")[judgement.verdict[i]],
            codes=tuple(judgement.codes(i)),
            employer_part=int(judgement.employer_part[i]),
            personal_part=int(judgement.personal_part[i]),
            late_fee=int(judgement.late_fee[i]),
            interest=int(judgement.interest[i]),
            refundable=int(judgement.refundable[i]),
            received=int(judgement.received[i]),
            payable=int(judgement.payable[i]),
        )


def foreign(serial: str, insurance: str) -> Line:
    """What is told of a row that is not the applicant's: N03, and nothing that is in it."""
    return Line(serial, "", "", 0, insurance, "refused", ("N03",), *[0] * 7)
