"""The door in front of a Streamlit that only says what reached it: every rule of the gate without a server or a browser."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.domain.roles import SYSTEM, Role
from core.services import sessions
from core.services.desk import Desk
from core.services.passwords import hash_password
from core.store.accounts import insert_user
from core.store.database import Database
from core.web import assets, downloads, ledger, signin
from core.web.gate import Gate
from core.web.inner import ClientMessage
from tests.support.desks import Clock

ORIGIN = "http://testserver"
PASSWORD = "three-blind-mice-see"
SECRET = "what only a signed-in user may see"


@dataclass
class Inner:
    """A Streamlit that says of a frame what stands in it (``kind`` or ``kind!`` for an automatic one)."""

    owners: dict[str, str] = field(default_factory=dict)
    files: set[tuple[str, str]] = field(default_factory=set)
    hosts: tuple[str, ...] = ("testserver", "refund.example.org")

    def read(self, frame: bytes) -> ClientMessage | None:
        text = frame.decode("utf-8", "replace")
        return ClientMessage(text.rstrip("!"), text.endswith("!")) if text.isprintable() else None

    def session_reference(self, streamlit_session: str) -> str | None:
        return self.owners.get(streamlit_session)

    def holds(self, streamlit_session: str, file_id: str) -> bool:
        return (streamlit_session, file_id) in self.files

    def is_host_allowed(self, host: str | None) -> bool:
        return (host or "").split(":")[0] in self.hosts


@dataclass
class Door:
    """The door, its desk and what Streamlit behind it was told."""

    desk: Desk
    inner: Inner
    app: Starlette
    seen: list[dict[str, str]]

    def visitor(self, base_url: str = ORIGIN) -> TestClient:
        """Somebody with a browser of his own; requests carry the origin of the page they come from."""
        return TestClient(self.app, base_url, follow_redirects=False, headers={"origin": base_url})

    def user(self, name: str = "reviewer", base_url: str = ORIGIN) -> TestClient:
        """Somebody who has signed in."""
        visitor = self.visitor(base_url)
        answer = visitor.post("/login", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return visitor

    def reference(self, user: TestClient) -> str:
        """The name of this user's sign-in, as the gate tells Streamlit."""
        session = sessions.find_session(self.desk, user.cookies["refund_session"])
        assert session is not None
        return session.reference


@cache
def _known_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def door(sqlite_database: Database, data_dir: Path) -> Door:
    desk = Desk(sqlite_database, data_dir, clock=Clock(datetime.now(UTC)))
    with desk.write(SYSTEM) as unit:
        for name, role in (("reviewer", Role.REVIEWER), ("other", Role.REVIEWER), ("admin", Role.ADMIN)):
            insert_user(unit.connection, name, role, unit.at, password_hash=_known_hash())
    inner = Inner()
    seen: list[dict[str, str]] = []
    front = [*signin.routes(lambda: desk), *assets.routes()]
    shell = f"<p>{SECRET}</p>"
    gate = Middleware(Gate, front=front, desk=lambda: desk, inner=inner, shell=shell)
    routes = [*downloads.routes(lambda: desk), *ledger.routes(lambda: desk), *_streamlit(inner, seen)]
    return Door(desk, inner, Starlette(routes=routes, middleware=[gate]), seen)


def _streamlit(inner: Inner, seen: list[dict[str, str]]) -> list[Route | Mount | WebSocketRoute]:
    """What answers behind the gate, and writes down the headers that got there."""

    async def anything(request: Request) -> Response:
        seen.append(dict(request.headers))
        if request.url.path == "/static/broken":
            raise RuntimeError("quoting 119999199001011234")
        headers = {"server": "behind", "access-control-allow-origin": "*", "cache-control": "public"}
        return JSONResponse({"secret": SECRET}, headers=headers)

    async def upload(request: Request) -> Response:
        await request.body()
        inner.files.add((request.path_params["session"], request.path_params["file"]))
        return Response(status_code=204)

    async def stream(socket: WebSocket) -> None:
        seen.append(dict(socket.headers))
        await socket.accept()
        try:
            while True:
                await socket.send_bytes(b"heard " + await socket.receive_bytes())
        except WebSocketDisconnect:
            seen.append({"disconnected": "yes"})

    return [
        WebSocketRoute("/{path:path}", stream),
        Route("/_stcore/upload_file/{session}/{file}", upload, methods=["PUT", "DELETE"]),
        Mount(
            "/", routes=[Route("/{path:path}", anything, methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])]
        ),
    ]
