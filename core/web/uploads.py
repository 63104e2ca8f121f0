"""Files of Streamlit's uploader on their way in: into one's own session only, of known kinds, and not too many.

Streamlit keeps them in memory and asks for nothing but a session id, which stands in the address.
"""

from collections import defaultdict
from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.domain.wording import N_
from core.services.sessions import Session
from core.web.areas import UPLOAD
from core.web.inner import Inner
from core.web.parts import BadBody, FileBegins, Parts
from core.web.refusals import Refused

EXTENSIONS = frozenset({"pdf", "jpg", "jpeg", "png", "xlsx", "xls", "csv", "zip", "xml"})
MOST_FILES = 60
MOST_BYTES = 256 * 1024 * 1024

_OTHERS_SESSION = N_("页面已失效，请刷新后重新上传")
_NO_LENGTH = N_("上传的内容没有标明大小，已拒绝")
_NO_FORM = N_("上传的内容不完整，请重新上传")
_TOO_MUCH = N_("暂存的文件过多，请先提交或刷新页面后再上传")
_NO_KIND = N_("不支持这种文件")

Key = tuple[str, str]


class UploadGuard:
    """What every user has lying in Streamlit's memory, counted from the first byte that he announces."""

    def __init__(self, inner: Inner) -> None:
        self._inner = inner
        self._held: dict[str, dict[Key, int]] = defaultdict(dict)
        self._arriving: set[Key] = set()

    async def run(self, app: ASGIApp, session: Session, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one upload (or its removal) through to Streamlit; ``Refused`` otherwise."""
        request = Request(scope)
        key = self._key(request.url.path, session)
        if request.method == "DELETE":
            await app(scope, receive, send)
            return
        self._admit(session.viewer.username, key, request.headers.get("content-length", ""))
        status = 0

        async def watched_send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await app(scope, _watched(receive, request.headers.get("content-type", "")), watched_send)
        finally:
            self._arriving.discard(key)
            if status != 204:
                self._held[session.viewer.username].pop(key, None)

    def _key(self, path: str, session: Session) -> Key:
        streamlit_session, _slash, file_id = path.removeprefix(UPLOAD).partition("/")
        if self._inner.session_reference(streamlit_session) != session.reference:
            raise Refused(403, _OTHERS_SESSION)
        return streamlit_session, file_id

    def _admit(self, username: str, key: Key, length: str) -> None:
        if not (length.isascii() and length.isdigit()):
            raise Refused(411, _NO_LENGTH)
        held = self._still_held(self._held[username])
        if len(held) >= MOST_FILES or sum(held.values()) + int(length) > MOST_BYTES:
            raise Refused(413, _TOO_MUCH)
        self._held[username] = held | {key: int(length)}
        self._arriving.add(key)

    def _still_held(self, counted: dict[Key, int]) -> dict[Key, int]:
        # Streamlit drops files when they are removed, replaced or left behind with their session.
        return {key: size for key, size in counted.items() if key in self._arriving or self._inner.holds(*key)}


def _watched(receive: Receive, content_type: str) -> Receive:
    """The same body, refused at the first file whose name says that nobody here reads it."""
    try:
        parts = Parts(content_type)
    except BadBody as error:
        raise Refused(400, _NO_FORM) from error

    async def watched_receive() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            try:
                _check_names(parts.feed(message.get("body", b"")))
            except BadBody as error:
                raise Refused(400, _NO_FORM) from error
        return message

    return watched_receive


def _check_names(events: Iterable[FileBegins | bytes]) -> None:
    for event in events:
        if isinstance(event, FileBegins):
            stem, _dot, extension = event.name.rpartition(".")
            if not stem or extension.lower() not in EXTENSIONS:
                raise Refused(415, _NO_KIND)
