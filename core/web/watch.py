"""Who holds a token, asked of the database at most once a second for each of them."""

import asyncio
import logging
from collections.abc import Callable

from anyio import CapacityLimiter, to_thread

from core.domain.errors import RefundError
from core.services.desk import Desk
from core.services.sessions import Session, find_session, fingerprint, needs_touch, touch

#: A session that was ended elsewhere is believed for this long at most.
FRESH_SECONDS = 1.0
_MOST_KNOWN = 4096

_log = logging.getLogger(__name__)


class Watch:
    """The gate's view of the table of sessions. Lives in the event loop; the database is asked from threads."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk
        self._known: dict[str, tuple[float, asyncio.Task[Session | None]]] = {}
        self._touching: dict[str, asyncio.Task[None]] = {}
        # Threads of our own: slow sign-ins must not keep anybody's click waiting.
        self._readers = CapacityLimiter(8)

    async def find(self, token: str) -> Session | None:
        """The session of this token as of at most a second ago; requests that come together ask once."""
        if not token:
            return None
        key, now = fingerprint(token), asyncio.get_running_loop().time()
        asked_at, answer = self._known.get(key, (0.0, None))
        if answer is None or now - asked_at > FRESH_SECONDS:
            self._forget_old(now)
            answer = asyncio.create_task(self._ask(token))
            self._known[key] = (now, answer)
        return await asyncio.shield(answer)

    def forget(self, token: str) -> None:
        """Ask again next time: this token has just been given or taken away."""
        self._known.pop(fingerprint(token), None)

    def note_activity(self, session: Session) -> None:
        """Write down that somebody is there, at most once a minute and without making anybody wait."""
        if session.token_hash in self._touching or not needs_touch(self._desk(), session):
            return
        task = asyncio.create_task(self._touch(session))
        self._touching[session.token_hash] = task
        task.add_done_callback(lambda _done: self._touching.pop(session.token_hash, None))

    async def _ask(self, token: str) -> Session | None:
        return await to_thread.run_sync(find_session, self._desk(), token, limiter=self._readers)

    async def _touch(self, session: Session) -> None:
        try:
            await to_thread.run_sync(touch, self._desk(), session, limiter=self._readers)
        except RefundError:
            # The database is busy, with an import for example. The next click writes it down.
            _log.info("activity could not be written down")

    def _forget_old(self, now: float) -> None:
        if len(self._known) > _MOST_KNOWN:
            self._known = {
                key: entry
                for key, entry in self._known.items()
                if now - entry[0] <= FRESH_SECONDS or not entry[1].done()
            }
