"""Checking and importing beside the screens: one job for an upload, whatever is pressed how often."""

import pytest

from core.domain.errors import NotAllowed, NotFound
from core.services import ledger_jobs
from core.services.desk import Desk
from core.services.exports import open_export
from core.services.ledger_exports import export_errors
from core.services.ledger_overview import read_overview
from core.services.uploads import start_upload, uploaded_files
from tests.support.desks import ADMIN, CLERK, person

HEADER = "社会保障号码,事项,单位编号,险种,起始,终止,说明"
PATIENCE = 60


def upload(desk: Desk, *rows: str) -> str:
    """A file that has arrived; returns the upload's id."""
    arriving = start_upload(desk, ADMIN)
    arriving.begin_file("人员事项.csv")
    arriving.write("\n".join([HEADER, *rows]).encode())
    arriving.finish()
    return arriving.upload_id


def done(job: ledger_jobs.Job) -> ledger_jobs.Job:
    """The job when it has ended."""
    assert job.done.wait(PATIENCE)
    return job


def test_a_check_reports_and_stores_nothing(desk: Desk) -> None:
    job = done(ledger_jobs.start_check(desk, ADMIN, upload(desk, f"{person(1)},退休,,,2022-04,,")))

    assert job.report is not None
    assert [(file.file, file.new) for file in job.report.files] == [("人员事项.csv", 1)]
    assert not job.has_stored
    assert read_overview(desk, ADMIN).facts == 0


def test_an_import_that_is_pressed_twice_is_done_once(desk: Desk) -> None:
    upload_id = upload(desk, f"{person(1)},退休,,,2022-04,,")
    first = ledger_jobs.start_import(desk, ADMIN, upload_id, confirm_corrections=False)
    second = ledger_jobs.start_import(desk, ADMIN, upload_id, confirm_corrections=False)

    assert second is first
    assert done(first).has_stored
    assert ledger_jobs.start_import(desk, ADMIN, upload_id, confirm_corrections=False) is first
    assert len(read_overview(desk, ADMIN).imports) == 1


def test_what_breaks_in_a_job_is_one_sentence_and_no_cell_of_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise ValueError(person(1))

    monkeypatch.setattr(ledger_jobs, "import_files", broken)
    job = done(ledger_jobs.start_check(desk, ADMIN, upload(desk, f"{person(1)},退休,,,2022-04,,")))

    assert "没有存入任何数据" in str(job.error)
    assert person(1) not in caplog.text
    assert "ValueError" in caplog.text


def test_a_failed_job_can_be_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = upload(desk, f"{person(1)},退休,,,2022-04,,")
    with monkeypatch.context() as patch:
        patch.setattr(ledger_jobs, "import_files", None)
        assert done(ledger_jobs.start_import(desk, ADMIN, upload_id, confirm_corrections=False)).error

    assert done(ledger_jobs.start_import(desk, ADMIN, upload_id, confirm_corrections=False)).has_stored


def test_an_upload_that_is_given_up_is_gone(desk: Desk) -> None:
    upload_id = upload(desk, f"{person(1)},退休,,,2022-04,,")
    done(ledger_jobs.start_check(desk, ADMIN, upload_id))
    ledger_jobs.forget_upload(desk, ADMIN, upload_id)

    assert ledger_jobs.find_job(ADMIN, upload_id) is None
    with pytest.raises(NotFound):
        uploaded_files(desk, ADMIN, upload_id)


def test_the_errors_come_back_as_a_workbook_for_the_one_who_asked(desk: Desk) -> None:
    job = done(ledger_jobs.start_check(desk, ADMIN, upload(desk, f"{person(1)},外星,,,2022-04,,")))
    assert job.report is not None
    export = export_errors(desk, ADMIN, job.report)
    _kept, path = open_export(desk, ADMIN, export.export_id)

    assert path.read_bytes()[:2] == b"PK"
    with pytest.raises(NotFound):
        open_export(desk, CLERK, export.export_id)


def test_only_who_may_import_can_start_or_ask(desk: Desk) -> None:
    upload_id = upload(desk, f"{person(1)},退休,,,2022-04,,")
    for call in (
        lambda: ledger_jobs.start_check(desk, CLERK, upload_id),
        lambda: ledger_jobs.start_import(desk, CLERK, upload_id, confirm_corrections=True),
        lambda: ledger_jobs.find_job(CLERK, upload_id),
    ):
        with pytest.raises(NotAllowed):
            call()
