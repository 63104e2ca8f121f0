"""Files that come in: through Streamlit's uploader and as ledgers."""

import asyncio
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.domain.roles import Role, Viewer
from core.services import uploads as service
from core.web import ledger, uploads
from tests.web.conftest import Door

ADMIN = Viewer("admin", Role.ADMIN)
PDF = ("f.pdf", b"%PDF-1.7", "application/pdf")


@pytest.fixture
def user(door: Door) -> TestClient:
    user = door.user()
    door.inner.owners["mine"] = door.reference(user)
    door.inner.owners["others"] = door.reference(door.user("other"))
    door.inner.owners["my other sign-in"] = door.reference(door.user())
    return user


def put(user: TestClient, session: str = "mine", file_id: str = "f1", **options: Any) -> int:
    given = {"files": {"file": PDF}} | options
    return user.put(f"/_stcore/upload_file/{session}/{file_id}", **given).status_code


def test_a_file_goes_into_ones_own_session(door: Door, user: TestClient) -> None:
    assert put(user) == 204
    assert door.inner.files == {("mine", "f1")}


@pytest.mark.parametrize("session", ["others", "my other sign-in", "unknown", "mine%2f..%2fothers"])
def test_a_file_goes_into_nobody_elses_session_whatever_its_id(door: Door, user: TestClient, session: str) -> None:
    assert put(user, session) in {403, 404}
    assert user.delete(f"/_stcore/upload_file/{session}/f1").status_code in {403, 404}
    assert door.inner.files == set()


@pytest.mark.parametrize(
    ("name", "status"),
    [("a.PDF", 204), ("a.jpeg", 204), ("名单.xlsx", 204), ("a.csv", 204), ("a.zip", 204),
     ("a.exe", 415), ("a.pdf.exe", 415), ("a.html", 415), ("a.svg", 415), ("a", 415), ("pdf", 415), (".", 415), ("a.pdf ", 415)],
)  # fmt: skip
def test_the_name_says_what_kind_of_file_comes_in(user: TestClient, name: str, status: int) -> None:
    assert put(user, files={"file": (name, b"%PDF", "application/pdf")}) == status


def test_a_second_file_behind_a_harmless_one_is_seen_too(user: TestClient) -> None:
    harmless, hidden = ("file", PDF), ("file", ("a.exe", b"MZ", "application/pdf"))

    assert put(user, files=[harmless, hidden]) == 415


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/pdf", b"%PDF"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"no boundary at all"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n"),
    ],
)
def test_what_is_no_form_of_files_is_refused(user: TestClient, content_type: str, body: bytes) -> None:
    assert put(user, files=None, content=body, headers={"content-type": content_type}) == 400


def test_the_size_has_to_be_announced(user: TestClient) -> None:
    chunks = iter([b"--b\r\n", b"\r\n"])

    assert put(user, files=None, content=chunks, headers={"content-type": "multipart/form-data; boundary=b"}) == 411


def test_files_are_counted_until_streamlit_has_dropped_them(
    door: Door, user: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    assert [put(user, file_id=f"f{number}") for number in range(3)] == [204, 204, 413]

    door.inner.files.discard(("mine", "f0"))

    assert put(user, file_id="f3") == 204


def test_bytes_are_counted_over_all_sessions_of_a_person(
    door: Door, user: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 5_000)
    second = door.user()
    door.inner.owners["second"] = door.reference(second)
    large = {"files": {"file": ("a.pdf", b"x" * 4_000)}}

    assert put(user, **large) == 204
    assert put(second, "second", "f2", **large) == 413


def test_a_refused_file_is_not_counted(user: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    for _time in range(3):
        assert put(user, files={"file": ("a.exe", b"MZ")}) == 415

    assert put(user) == 204


# --- ledgers ---


@pytest.fixture
def admin(door: Door) -> TestClient:
    return door.user("admin")


def stored(door: Door) -> list[str]:
    root = door.desk.data_dir / "uploads"
    return [path.name for path in sorted(root.rglob("*.*"))] if root.exists() else []


def test_ledger_files_arrive_as_a_form(door: Door, admin: TestClient) -> None:
    files = [("files", ("九月.csv", b"a" * 3_000_000)), ("files", ("人员事项.xlsx", b"PK"))]

    answer = admin.post("/ledger/upload", files=files, data={"note": "not a file"})

    assert answer.status_code == 200
    assert answer.json()["files"] == ["九月.csv", "人员事项.xlsx"]
    kept = service.uploaded_files(door.desk, ADMIN, answer.json()["upload"])
    assert [file.size for file in kept] == [3_000_000, 2]
    assert kept[0].path.read_bytes() == b"a" * 3_000_000


def test_a_ledger_arrives_as_one_bare_body(door: Door, admin: TestClient) -> None:
    answer = admin.post("/ledger/upload", params={"name": "九月.csv"}, content=b"1,2,3")

    assert answer.json()["files"] == ["九月.csv"]
    (path,) = service.list_uploaded(door.desk, ADMIN, answer.json()["upload"])
    assert path.read_bytes() == b"1,2,3"


def test_only_who_may_import_may_send_ledgers(door: Door) -> None:
    assert door.visitor().post("/ledger/upload", files={"f": ("a.csv", b"1")}).status_code == 401
    answer = door.user().post("/ledger/upload", files={"f": ("a.csv", b"1")})
    assert (answer.status_code, "error" in answer.json()) == (403, True)
    assert stored(door) == []


@pytest.mark.parametrize(
    "request_",
    [
        {"files": {"f": ("a.exe", b"MZ")}},
        {"files": [("f", ("a.csv", b"1")), ("f", ("b.exe", b"MZ"))]},
        {"params": {"name": "a.pdf"}, "content": b"1"},
        {"content": b"1"},
        {"data": {"note": "no file"}, "files": {}},
        {"content": b"--b\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        {
            "content": b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\nhalf',
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
    ],
)
def test_what_is_no_ledger_is_one_sentence_and_leaves_nothing(
    door: Door, admin: TestClient, request_: dict[str, Any]
) -> None:
    answer = admin.post("/ledger/upload", **request_)

    assert answer.status_code == 422
    assert answer.json()["error"].endswith(("重新上传", "重试", "zip"))
    assert stored(door) == []


def test_a_ledger_over_the_limit_is_cut_off_while_it_arrives(
    door: Door, admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_BYTES", 2_000_000)

    def endless() -> Any:
        for _number in range(100):
            yield b"x" * 100_000

    answer = admin.post("/ledger/upload", params={"name": "a.csv"}, content=endless())

    assert answer.status_code == 422
    assert stored(door) == []


def test_a_length_over_the_limit_is_refused_before_it_arrives(
    door: Door, admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_BYTES", -ledger._FRAMING)

    assert admin.post("/ledger/upload", params={"name": "a.csv"}, content=b"1,2").status_code == 422
    assert stored(door) == []


def test_a_sender_who_hangs_up_leaves_nothing(door: Door, admin: TestClient) -> None:
    async def hang_up() -> None:
        messages = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(messages)

        async def send(_message: Any) -> None:
            pass

        scope = {
            "type": "http", "method": "POST", "path": "/ledger/upload", "raw_path": b"", "query_string": b"name=a.csv",
            "scheme": "http", "http_version": "1.1", "server": ("testserver", 80), "client": ("127.0.0.1", 1), "root_path": "",
            "headers": [(b"host", b"testserver"), (b"cookie", f"refund_session={admin.cookies['refund_session']}".encode())],
        }  # fmt: skip
        await door.app(scope, receive, send)

    asyncio.run(hang_up())

    assert stored(door) == []
