"""Exports beside the screens: found again by their subject, cancelled, and told about when they fail."""

import errno
import os
from itertools import islice
from typing import Any

import openpyxl
import pytest

from core.domain.errors import InvalidInput, StorageFailed
from core.services.desk import Desk
from core.services.export_jobs import (
    Cancelled,
    ExportJob,
    cancel_job,
    find_job,
    start_refusals,
    start_refusals_of_batch,
)
from core.services.exports import open_export
from core.services.filing import submit_batch
from core.services.previews import preview_batch
from core.store.schema import exports
from core.texts import use_language
from tests.support.desks import CLERK, COLLEAGUE, Ledger, prepare_draft

SECONDS = 30


@pytest.fixture
def draft(desk: Desk, ledger: Ledger) -> str:
    """One month that is refused and one that isn't."""
    return prepare_draft(desk, ledger.leaver(1, [202203, 202205]))


def ended(job: ExportJob) -> ExportJob:
    assert job.ended.wait(SECONDS)
    return job


def kept(desk: Desk) -> tuple[int, int]:
    folder = desk.data_dir / "exports"
    with desk.read() as connection:
        return len(list(folder.glob("*")) + list(folder.glob(".*"))), len(connection.execute(exports.select()).all())


def test_an_export_is_made_and_is_its_makers_own(desk: Desk, draft: str) -> None:
    job = ended(start_refusals(desk, CLERK, draft, "list"))

    assert (job.done, job.total, job.fraction, job.error) == (3, 3, 1.0, None)
    assert job.export is not None
    assert open_export(desk, CLERK, job.export.export_id)[0] == job.export
    assert find_job(CLERK, "list") is job
    assert find_job(COLLEAGUE, "list") is None


def test_a_batch_is_exported_the_same_way(desk: Desk, draft: str) -> None:
    preview = preview_batch(desk, CLERK, draft)
    number = submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers[0]
    job = ended(start_refusals_of_batch(desk, CLERK, number, number))

    assert job.export is not None
    assert job.export.file_name == f"不能退费情况-{number}.xlsx"


def test_pressing_twice_starts_one_export_and_pressing_later_another(desk: Desk, draft: str, busy: Any) -> None:
    first = start_refusals(desk, CLERK, draft, "list")
    assert start_refusals(desk, CLERK, draft, "list") is first

    busy.set()
    ended(first)
    second = ended(start_refusals(desk, CLERK, draft, "list"))
    assert second is not first
    assert find_job(CLERK, "list") is second


def test_a_cancelled_export_ends_without_a_file(desk: Desk, draft: str, busy: Any) -> None:
    job = start_refusals(desk, CLERK, draft, "list")
    cancel_job(CLERK, "list")
    assert job.is_done

    busy.set()
    assert isinstance(ended(job).error, Cancelled)
    assert kept(desk) == (0, 0)


def test_nobody_else_can_cancel_it(desk: Desk, draft: str, busy: Any) -> None:
    job = start_refusals(desk, CLERK, draft, "list")
    cancel_job(COLLEAGUE, "list")

    busy.set()
    assert ended(job).export is not None


def test_what_is_done_can_not_be_cancelled(desk: Desk, draft: str) -> None:
    job = ended(start_refusals(desk, CLERK, draft, "list"))
    cancel_job(CLERK, "list")

    assert (job.cancelled, kept(desk)) == (False, (1, 1))


def test_a_refusal_is_told(desk: Desk, ledger: Ledger) -> None:
    draft = prepare_draft(desk, ledger.leaver(1, [202205]))

    assert isinstance(ended(start_refusals(desk, CLERK, draft, "list")).error, InvalidInput)


def test_a_full_disk_is_told_and_leaves_nothing(desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    job = ended(start_refusals(desk, CLERK, draft, "list"))

    assert isinstance(job.error, StorageFailed)
    assert kept(desk) == (0, 0)


def test_what_nobody_foresaw_is_one_sentence_and_no_data_in_the_log(
    desk: Desk, draft: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("张三")

    monkeypatch.setattr(os, "fsync", broken)
    job = ended(start_refusals(desk, CLERK, draft, "list"))

    assert isinstance(job.error, StorageFailed)
    assert "ValueError" in caplog.text
    assert "张三" not in caplog.text


def test_the_language_of_whoever_asks_goes_along(desk: Desk, draft: str) -> None:
    use_language("en")
    try:
        job = ended(start_refusals(desk, CLERK, draft, "list"))
    finally:
        use_language("zh")
    assert job.export is not None
    rows = openpyxl.load_workbook(open_export(desk, CLERK, job.export.export_id)[1]).active.iter_rows(values_only=True)
    assert next(islice(rows, 1, None))[10] == "Outside the period of the refund reason"
