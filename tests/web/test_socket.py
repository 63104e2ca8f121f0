"""The socket of a screen: only for a session, only from our own page, and no longer than the session lives."""

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from core.services import accounts, sessions
from tests.support.desks import ADMIN
from tests.web.conftest import ORIGIN, Door

STREAM = "/_stcore/stream"


@pytest.fixture(autouse=True)
def _every_frame_asks_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.watch.FRESH_SECONDS", 0.0)


def say(socket: WebSocketTestSession, frame: bytes = b"rerun_script") -> bytes:
    socket.send_bytes(frame)
    return socket.receive_bytes()


def refused(visitor: TestClient, path: str = STREAM, **headers: str) -> bool:
    with pytest.raises(WebSocketDisconnect) as caught, visitor.websocket_connect(path, headers=headers):
        pass
    return caught.value.code == 1008


def test_a_screen_talks_through_its_socket(door: Door) -> None:
    with door.user().websocket_connect(STREAM) as socket:
        assert say(socket) == b"heard rerun_script"


def test_a_stranger_gets_no_socket(door: Door) -> None:
    assert refused(door.visitor())
    assert refused(door.visitor(), cookie="refund_session=invented")
    assert door.seen == []


@pytest.mark.parametrize("path", ["/", "/stream", "/_stcore/stream/", "/x/_stcore/stream", "/_stcore/agent/mcp"])
def test_there_is_one_socket_and_no_other(door: Door, path: str) -> None:
    assert refused(door.user(), path)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver:8502"},
        {"origin": ORIGIN, "host": "evil.example"},
        {"origin": "http://evil.example", "host": "evil.example"},
    ],
)
def test_a_page_of_somebody_else_gets_no_socket(door: Door, headers: dict[str, str]) -> None:
    assert refused(door.user(), **headers)


@pytest.mark.parametrize(
    "kind",
    [
        "clear_cache",
        "set_run_on_save",
        "load_git_info",
        "debug_shutdown_runtime",
        "debug_disconnect_websocket",
        "backend_operation_request.install_skills",
        "backend_operation_request.dismiss_skills_nudge",
        "backend_operation_request.None",
        "something_new",
        "",
    ],
)
def test_messages_of_developers_are_dropped_and_the_socket_goes_on(door: Door, kind: str) -> None:
    with door.user().websocket_connect(STREAM) as socket:
        socket.send_bytes(kind.encode())

        assert say(socket) == b"heard rerun_script"


@pytest.mark.parametrize("end", ["sign out", "disable", "reset", "idle", "long"])
def test_a_frame_after_the_session_has_ended_does_nothing_and_closes_the_socket(door: Door, end: str) -> None:
    user = door.user()
    with user.websocket_connect(STREAM) as socket:
        say(socket)
        if end == "sign out":
            sessions.sign_out(door.desk, user.cookies["refund_session"])
        elif end == "disable":
            accounts.disable_user(door.desk, ADMIN, "reviewer")
        elif end == "reset":
            accounts.reset_user(door.desk, ADMIN, "reviewer")
        else:
            door.desk.clock.forward(minutes=30 if end == "idle" else 8 * 60)

        with pytest.raises(WebSocketDisconnect) as caught:
            say(socket, b"stop_script")

    assert caught.value.code == 1008
    assert door.seen[-1] == {"disconnected": "yes"}


def test_a_socket_on_which_nothing_happens_is_closed_too(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.socket.LOOK_SECONDS", 0.01)
    user = door.user()
    with user.websocket_connect(STREAM) as socket:
        say(socket)
        accounts.disable_user(door.desk, ADMIN, "reviewer")

        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_bytes()

    assert caught.value.code == 1008


def test_looking_loses_no_frame(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.socket.LOOK_SECONDS", 0.001)
    with door.user().websocket_connect(STREAM) as socket:
        for _frame in range(200):
            assert say(socket) == b"heard rerun_script"


def test_frames_that_are_no_messages_close_the_socket(door: Door) -> None:
    with door.user().websocket_connect(STREAM) as socket:
        socket.send_bytes(b"\x00\x01")
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_bytes()
    assert caught.value.code == 1002

    with door.user().websocket_connect(STREAM) as socket:
        socket.send_text("rerun_script")
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_bytes()
    assert caught.value.code == 1003


@pytest.mark.parametrize(
    ("frame", "counts"), [(b"rerun_script", True), (b"rerun_script!", False), (b"app_heartbeat!", False)]
)
def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(door: Door, frame: bytes, *, counts: bool) -> None:
    user = door.user()
    token = user.cookies["refund_session"]
    with user.websocket_connect(STREAM) as socket:
        for _time in range(3):
            door.desk.clock.forward(minutes=14)
            try:
                for _turn in range(20):
                    say(socket, frame)
            except WebSocketDisconnect:
                break

    assert (sessions.viewer_of_session(door.desk, token) is not None) is counts
