"""The sender of mails beside the server: every few seconds it sends what waits, and what goes wrong stops nobody."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from anyio import to_thread

from core.services.desk import Desk
from core.services.mail_sending import send_due

#: Seconds between two looks into the outbox.
PAUSE = 15.0

_log = logging.getLogger(__name__)


@asynccontextmanager
async def sending_mails(desk: Callable[[], Desk], pause: float = PAUSE) -> AsyncIterator[None]:
    """Send mails for as long as the server runs; without a configured mail server, nothing."""
    if desk().mail is None:
        yield
        return
    sender = asyncio.create_task(_keep_sending(desk, pause))
    try:
        yield
    finally:
        sender.cancel()
        with suppress(asyncio.CancelledError):
            await sender


async def _keep_sending(desk: Callable[[], Desk], pause: float) -> None:
    while True:
        # A mail under way is finished by its thread, or sent again by the next server: stopping waits for neither.
        await to_thread.run_sync(_send, desk, abandon_on_cancel=True)
        await asyncio.sleep(pause)


def _send(desk: Callable[[], Desk]) -> None:
    try:
        send_due(desk())
    except Exception as error:  # noqa: BLE001 - the next look may succeed, and its words may quote an address
        _log.warning("mails wait: %s", type(error).__name__)
