"""Ledger files on their way in: own ones only, within limits, gone after a day."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.errors import InvalidInput, NotAllowed, NotFound, StorageFailed
from core.domain.roles import Role, Viewer
from core.services import uploads
from core.services.desk import Desk
from core.store.database import Database
from tests.support.desks import ADMIN, CLERK, Clock

OTHER_ADMIN = Viewer("admin2", Role.ADMIN)


@pytest.fixture
def desk(sqlite_database: Database, data_dir: Path) -> Desk:
    return Desk(sqlite_database, data_dir, clock=Clock(datetime.now(UTC)))


def send(desk: Desk, *names: str, content: bytes = b"1,2") -> str:
    upload = uploads.start_upload(desk, ADMIN)
    for name in names:
        upload.begin_file(name)
        upload.write(content[:1])
        upload.write(content[1:])
    upload.finish()
    return upload.upload_id


def folders(desk: Desk) -> list[str]:
    root = desk.data_dir / "uploads"
    return sorted(folder.name for folder in root.iterdir()) if root.exists() else []


def test_files_arrive_in_order_with_their_names_and_their_content(desk: Desk) -> None:
    upload_id = send(desk, "2023年9月.CSV", "台账.xlsx")

    files = uploads.uploaded_files(desk, ADMIN, upload_id)

    assert [(file.name, file.path.name, file.size) for file in files] == [
        ("2023年9月.CSV", "001.csv", 3),
        ("台账.xlsx", "002.xlsx", 3),
    ]
    assert [path.read_bytes() for path in uploads.list_uploaded(desk, ADMIN, upload_id)] == [b"1,2", b"1,2"]


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/x.csv", "..\\..\\x.csv", "/etc/x.csv", "C:\\x.csv", "a\x00b.csv"]
)
def test_a_name_is_shown_and_never_a_path(desk: Desk, name: str) -> None:
    (file,) = uploads.uploaded_files(desk, ADMIN, send(desk, name))

    assert file.path.name == "001.csv"
    assert "/" not in file.name
    assert "\\" not in file.name


@pytest.mark.parametrize("name", ["x.exe", "x", "", "csv", "x.csv.exe", "x.xlsm", "x.csv "])
def test_only_ledger_files_are_taken(desk: Desk, name: str) -> None:
    upload = uploads.start_upload(desk, ADMIN)

    with pytest.raises(InvalidInput) as caught:
        upload.begin_file(name)

    assert caught.value.field == "ledger_files"


def test_only_who_may_import_may_upload(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        uploads.start_upload(desk, CLERK)

    assert folders(desk) == []


@pytest.mark.parametrize("upload_id", ["0" * 32, "", "..", "../../x", "A" * 32])
def test_an_invented_upload_is_not_found(desk: Desk, upload_id: str) -> None:
    with pytest.raises(NotFound):
        uploads.uploaded_files(desk, ADMIN, upload_id)


def test_an_upload_is_its_senders_own(desk: Desk) -> None:
    upload_id = send(desk, "a.csv")

    for use in (uploads.uploaded_files, uploads.list_uploaded, uploads.discard_upload):
        with pytest.raises(NotFound):
            use(desk, OTHER_ADMIN, upload_id)
        with pytest.raises(NotAllowed):
            use(desk, CLERK, upload_id)
    assert uploads.list_uploaded(desk, ADMIN, upload_id)


def test_an_upload_that_did_not_finish_is_nobodys(desk: Desk) -> None:
    upload = uploads.start_upload(desk, ADMIN)
    upload.begin_file("a.csv")
    upload.write(b"half")

    with pytest.raises(NotFound):
        uploads.list_uploaded(desk, ADMIN, upload.upload_id)
    upload.discard()
    assert folders(desk) == []


def test_all_files_together_have_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 5)
    upload = uploads.start_upload(desk, ADMIN)
    upload.begin_file("a.csv")
    upload.write(b"123")
    upload.begin_file("b.csv")

    with pytest.raises(InvalidInput):
        upload.write(b"456")
    upload.discard()
    assert folders(desk) == []


def test_files_are_counted(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        send(desk, *["a.csv"] * (uploads.MOST_FILES + 1))


def test_nothing_is_no_upload(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        send(desk)


def test_a_newer_upload_takes_the_place_of_the_oldest(desk: Desk) -> None:
    sent = []
    for _number in range(uploads.MOST_UPLOADS + 1):
        sent.append(send(desk, "a.csv"))
        desk.clock.forward(seconds=1)

    assert folders(desk) == sorted(sent[1:])


def test_after_a_day_an_upload_is_gone_finished_or_not(desk: Desk) -> None:
    send(desk, "a.csv")
    uploads.start_upload(desk, ADMIN)
    desk.clock.forward(hours=23)
    uploads.clean_uploads(desk)
    assert len(folders(desk)) == 2

    desk.clock.forward(hours=2)
    uploads.clean_uploads(desk)

    assert folders(desk) == []


def test_what_is_imported_is_cleared_away(desk: Desk) -> None:
    upload_id = send(desk, "a.csv")

    uploads.discard_upload(desk, ADMIN, upload_id)

    assert folders(desk) == []


def test_a_full_disk_is_said_before_anything_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(desk.data_dir)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=100))

    with pytest.raises(StorageFailed):
        uploads.start_upload(desk, ADMIN)

    assert folders(desk) == []


def test_only_the_server_may_read_what_was_sent(desk: Desk) -> None:
    upload_id = send(desk, "a.csv")

    assert (desk.data_dir / "uploads" / upload_id).stat().st_mode & 0o077 == 0
