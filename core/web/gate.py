"""The one gate in front of everything that is served: who may come in, what he may bring, what the answer carries.

Nothing behind it has to remember to ask. Whoever presents no session gets the sign-in page, the health of the server, and
otherwise a refusal, on whatever path, known or invented.
"""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.domain.errors import RefundError
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.sessions import Session
from core.texts import explain
from core.web import areas, cookies, headers, identity, origin
from core.web.areas import Area, area_of
from core.web.inner import Inner
from core.web.refusals import NOT_FROM_HERE, SIGN_IN_FIRST, Refused, plainly, report_incident, status_of
from core.web.socket import POLICY, GuardedSocket
from core.web.uploads import UploadGuard
from core.web.watch import Watch

#: Where routes of ours find who is there and the gate's memory of it: ``request.scope[SESSION]``.
SESSION, WATCH = "refund.session", "refund.watch"

#: What Streamlit keeps beside its start page; every other path of a screen is the start page.
_FILES = frozenset({"/favicon.png", "/manifest.json"})
_NOT_HERE = N_("没有这个页面")
_NO_METHOD = N_("不支持这种请求")
_NO_SENSE = N_("请求的内容无法识别")
_WRONG_NAME = N_("请使用系统公布的网址访问")


class Gate:
    """ASGI middleware. ``front`` is all that strangers get to talk to; ``shell`` the page in which a screen starts."""

    def __init__(
        self, app: ASGIApp, *, front: Sequence[BaseRoute], desk: Callable[[], Desk], inner: Inner, shell: str
    ) -> None:
        self._app = app
        self._front = Router(front)
        self._inner = inner
        self._shell = shell
        self._watch = Watch(desk)
        self._uploads = UploadGuard(inner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await self._serve(Request(scope, receive), receive, send)
        elif scope["type"] == "websocket":
            await self._connect(HTTPConnection(scope), receive, send)
        else:
            await self._app(scope, receive, send)

    # --- requests ---

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        path = request.scope["path"]
        area = area_of(path)
        started = False

        async def dressed_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers.dress(message, area, path, encrypted=cookies.is_encrypted(request))
            await send(message)

        try:
            await self._answer(request, area, receive, dressed_send)
        except Refused as refusal:
            answer = plainly(refusal.status, refusal.sentence, **refusal.values)
        except HTTPException as refusal:
            answer = plainly(refusal.status_code, _NO_SENSE)
        except RefundError as refusal:
            answer = plainly(status_of(refusal), explain(refusal))
        except Exception as error:  # noqa: BLE001 - whatever it is, the browser gets one sentence and the log the rest
            answer = plainly(500, report_incident(error))
        else:
            return
        if not started:
            await answer(request.scope, receive, dressed_send)

    async def _answer(self, request: Request, area: Area, receive: Receive, send: Send) -> None:
        self._check(request, area)
        if area is Area.HEALTH:
            await self._app(self._scope(request, None), receive, send)
            return
        session = await self._watch.find(cookies.read_token(request))
        if request.scope["path"] == areas.STILL_THERE:
            await Response(status_code=204 if session else 401)(request.scope, receive, send)
        elif area is Area.SIGN_IN:
            await self._front(self._scope(request, session), receive, send)
        elif session is None:
            await _refuse(request, area)(request.scope, receive, send)
        else:
            await self._admit(request, area, session, receive, send)

    async def _admit(self, request: Request, area: Area, session: Session, receive: Receive, send: Send) -> None:
        if area.is_activity:
            self._watch.note_activity(session)
        scope = self._scope(request, session)
        if area is Area.UPLOAD:
            await self._uploads.run(self._app, session, scope, receive, send)
        elif area is Area.PAGE and scope["path"] not in _FILES:
            await HTMLResponse(self._shell)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _check(self, request: Request, area: Area) -> None:
        """What is refused to everybody, whoever he is."""
        if area is Area.CLOSED:
            raise Refused(404, _NOT_HERE)
        if request.method not in area.methods:
            raise Refused(405, _NO_METHOD)
        if area is not Area.HEALTH and not self._inner.is_host_allowed(request.headers.get("host")):
            raise Refused(421, _WRONG_NAME)
        if request.method not in origin.SAFE_METHODS and not origin.is_ours(request):
            raise Refused(403, NOT_FROM_HERE)

    def _scope(self, connection: HTTPConnection, session: Session | None) -> Scope:
        """The connection as Streamlit and our own routes see it: no claims of the client, and only what each may read."""
        cleaned = identity.without_claims(connection.scope["headers"])
        area = area_of(connection.scope["path"])
        if area not in {Area.SIGN_IN, Area.DOWNLOAD, Area.LEDGER}:
            cleaned = cookies.for_streamlit(cleaned)
        if session is not None:
            cleaned = cleaned + identity.claims(session)
        return {**connection.scope, "headers": cleaned, SESSION: session, WATCH: self._watch}

    # --- sockets ---

    async def _connect(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        token = cookies.read_token(connection)
        session = await self._watch.find(token) if self._may_connect(connection) else None
        if session is None:
            await receive()
            await send({"type": "websocket.close", "code": POLICY})
            return
        socket = GuardedSocket(self._inner, lambda: self._watch.find(token), self._watch.note_activity)
        await socket.run(self._app, self._scope(connection, session), receive, send)

    def _may_connect(self, connection: HTTPConnection) -> bool:
        is_stream = connection.scope["path"] == areas.STREAM
        is_known = self._inner.is_host_allowed(connection.headers.get("host"))
        return is_stream and is_known and origin.is_ours(connection)


def _refuse(request: Request, area: Area) -> Response:
    """The way to sign in for whoever came by a link, a bare refusal for what a page fetches."""
    if not area.is_visited or request.method not in origin.SAFE_METHODS:
        return plainly(401, SIGN_IN_FIRST)
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    wanted = f"{path}?{query}" if query else path
    return RedirectResponse(areas.LOGIN if wanted == "/" else f"{areas.LOGIN}?next={quote(wanted, safe='/')}", 303)
