"""Files of 自由查询: short ones at once, long ones beside the screens, as exact, as masked and as well logged as the others."""

import threading
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from core.domain.errors import Conflict, FactorNeeded, InvalidInput, NotAllowed
from core.domain.question import Question
from core.domain.roles import SYSTEM
from core.services import explore_jobs
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.explore_jobs import ANSWER, ExportJob, find_job, take_answer
from core.services.export_jobs import Cancelled, cancel_job
from core.services.exports import Export, open_export
from core.store import exports as store
from tests.support.desks import ANALYST, CLERK, Ledger, person
from tests.support.rounds import file_serials

ASSURED = replace(ANALYST, fresh_factor=True)
ALL = Question()
SECONDS = 30


@pytest.fixture
def filed(desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> str:
    """Twelve months are 36 lines, and more than ten count as many."""
    monkeypatch.setattr(explore_jobs, "LONG", 10)
    return file_serials(desk, [serial for who in range(1, 7) for serial in ledger.leaver(who, [202205, 202206])])


def begun(desk: Desk, form: str = "parquet", **options: bool) -> ExportJob:
    job = take_answer(desk, ASSURED, ALL, form, "月度核对", **options)
    assert isinstance(job, ExportJob)
    return job


def ended(job: ExportJob) -> ExportJob:
    assert job.ended.wait(SECONDS)
    return job


@pytest.mark.parametrize(("options", "shown"), [({}, "119***********"), ({"reveal": True}, person(1))])
def test_a_long_answer_is_made_beside_the_screens(desk: Desk, filed: str, options: dict[str, bool], shown: str) -> None:
    job = ended(begun(desk, **options))

    assert (job.done, job.total, job.about) == (36, 36, "退费明细：全部")
    assert find_job(ANALYST, ANSWER) is job
    assert job.export is not None
    numbers = pq.read_table(open_export(desk, ANALYST, job.export.export_id)[1]).column("社会保障号码").to_pylist()
    assert len(numbers) == 36
    assert any(number.startswith(shown) for number in numbers)
    (entry,) = read_trail(desk, SYSTEM, search="export.explore").entries
    assert "月度核对" in entry.detail


def test_a_short_answer_and_groups_are_made_at_once(desk: Desk, filed: str) -> None:
    short = Question.from_query({"subject": "batches"})
    groups = Question.from_query({"by": "insurance"})
    assert isinstance(take_answer(desk, ANALYST, short, "csv", "月度核对"), Export)
    assert isinstance(take_answer(desk, ANALYST, groups, "csv", "月度核对"), Export)


def test_what_is_refused_is_refused_at_the_press(desk: Desk, filed: str) -> None:
    with pytest.raises(InvalidInput, match="用途"):
        take_answer(desk, ANALYST, ALL, "csv", " ")
    with pytest.raises(FactorNeeded):
        take_answer(desk, ANALYST, ALL, "csv", "月度核对", reveal=True)
    with pytest.raises(NotAllowed):
        take_answer(desk, CLERK, ALL, "csv", "月度核对")


def test_the_next_one_waits_until_the_first_has_ended(desk: Desk, filed: str, busy: threading.Event) -> None:
    first = begun(desk)
    with pytest.raises(Conflict):
        begun(desk, "csv")

    busy.set()
    ended(first)
    assert ended(begun(desk, "csv")) is not first


def test_a_cancelled_one_leaves_neither_file_nor_entry(desk: Desk, filed: str, busy: threading.Event) -> None:
    job = begun(desk)
    cancel_job(ANALYST, ANSWER)

    busy.set()
    assert isinstance(ended(job).error, Cancelled)
    assert list((desk.data_dir / "exports").glob("*")) == []
    assert read_trail(desk, SYSTEM, search="export.explore").total == 0


def test_one_that_is_cancelled_after_its_last_row_leaves_as_little(
    desk: Desk, filed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "insert_export", lambda *_row: cancel_job(ANALYST, ANSWER))

    assert isinstance(ended(begun(desk)).error, Cancelled)
    assert list((desk.data_dir / "exports").glob("*")) == []
    assert read_trail(desk, SYSTEM, search="export.explore").total == 0
