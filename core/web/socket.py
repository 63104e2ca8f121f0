"""A socket of Streamlit's, watched: every frame is let through by a session that is alive, or the socket ends."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.services.sessions import Session
from core.web.inner import ALLOWED_KINDS, Inner

#: A socket on which nothing comes in is looked at this often, so that it doesn't outlive its session by more.
LOOK_SECONDS = 5.0
POLICY, NOT_BINARY, UNREADABLE = 1008, 1003, 1002

Find = Callable[[], Awaitable[Session | None]]


class GuardedSocket:
    """One open socket. ``find`` answers with the session that opened it for as long as that is alive."""

    def __init__(self, inner: Inner, find: Find, note_activity: Callable[[Session], None]) -> None:
        self._inner = inner
        self._find = find
        self._note_activity = note_activity
        self._next: asyncio.Task[Message] | None = None
        self._ended = False

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application talk through this socket to its end."""

        async def guarded_receive() -> Message:
            return await self._receive(receive, send)

        async def guarded_send(message: Message) -> None:
            # What a script still draws for a socket that was ended is nobody's.
            if not self._ended:
                await send(message)

        try:
            await app(scope, guarded_receive, guarded_send)
        finally:
            if self._next is not None:
                self._next.cancel()

    async def _receive(self, receive: Receive, send: Send) -> Message:
        while True:
            message = await self._arrival(receive)
            if message is None:
                return await self._end(send, POLICY)
            if message["type"] != "websocket.receive":
                return message
            session = await self._find()
            if session is None:
                return await self._end(send, POLICY)
            frame = message.get("bytes")
            if frame is None:
                return await self._end(send, NOT_BINARY)
            said = self._inner.read(frame)
            if said is None:
                return await self._end(send, UNREADABLE)
            if said.kind in ALLOWED_KINDS:
                if not said.automatic:
                    self._note_activity(session)
                return message

    async def _arrival(self, receive: Receive) -> Message | None:
        """The next message; ``None`` when the session ended while nothing came."""
        # The wait is never cancelled half way: a frame that arrives with the look is not lost.
        self._next = self._next or asyncio.ensure_future(receive())
        while not self._next.done():
            await asyncio.wait({self._next}, timeout=LOOK_SECONDS)
            if not self._next.done() and await self._find() is None:
                return None
        message, self._next = self._next.result(), None
        return message

    async def _end(self, send: Send, code: int) -> Message:
        self._ended = True
        await send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
